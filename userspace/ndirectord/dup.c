// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include "dup.h"
#include "lib/mem.h"

struct dup {
	struct mac_addr mac;
	uint64_t at[DUP_MOVES_MAX];	/* its last moves, a ring */
	unsigned int next, n;
	bool frozen;
	uint64_t until;			/* 0: for ever */
	UT_hash_handle hh;
};

static struct dup *find(struct db_vn *vn, const struct mac_addr *mac)
{
	struct dup *d;

	HASH_FIND(hh, vn->dups, mac, sizeof(*mac), d);
	return d;
}

static void forget(struct db_vn *vn, struct dup *d)
{
	HASH_DEL(vn->dups, d);
	free(d);
}

/* Those whose last move is out of the window are of no interest any more. */
static void reap(struct db_vn *vn, uint64_t now, uint64_t window)
{
	struct dup *d, *next;

	HASH_ITER(hh, vn->dups, d, next)
		if (!d->frozen &&
		    now - d->at[(d->next + DUP_MOVES_MAX - 1) % DUP_MOVES_MAX] > window)
			forget(vn, d);
}

bool dup_moved(struct db_vn *vn, const struct mac_addr *mac, uint64_t now,
	       const struct dup_limits *limits)
{
	struct dup *d = find(vn, mac);
	unsigned int first;

	if (!d) {
		reap(vn, now, limits->window_ms);
		d = mem_zalloc(sizeof(*d));
		d->mac = *mac;
		HASH_ADD(hh, vn->dups, mac, sizeof(d->mac), d);
	}
	d->at[d->next] = now;
	d->next = (d->next + 1) % DUP_MOVES_MAX;
	if (d->n < DUP_MOVES_MAX)
		d->n++;
	if (d->n < limits->moves)
		return false;
	first = (d->next + DUP_MOVES_MAX - limits->moves) % DUP_MOVES_MAX;
	if (now - d->at[first] > limits->window_ms)
		return false;
	d->frozen = true;
	d->until = limits->freeze_ms ? now + limits->freeze_ms : 0;
	return true;
}

bool dup_is_frozen(struct db_vn *vn, const struct mac_addr *mac, uint64_t now)
{
	struct dup *d = find(vn, mac);

	if (!d || !d->frozen)
		return false;
	if (!d->until || now < d->until)
		return true;
	/* its time is over, and what it did before counts no more */
	forget(vn, d);
	return false;
}

bool dup_thaw(struct db_vn *vn, const struct mac_addr *mac, uint64_t now)
{
	if (!dup_is_frozen(vn, mac, now))
		return false;
	forget(vn, find(vn, mac));
	return true;
}

void dup_free_all(struct db_vn *vn)
{
	struct dup *d, *next;

	HASH_ITER(hh, vn->dups, d, next)
		forget(vn, d);
}
