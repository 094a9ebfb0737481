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

static struct dup *find(const struct db_vn *vn, const struct mac_addr *mac)
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

static struct dup *get(struct db_vn *vn, const struct mac_addr *mac)
{
	struct dup *d = find(vn, mac);

	if (d)
		return d;
	d = mem_zalloc(sizeof(*d));
	d->mac = *mac;
	HASH_ADD(hh, vn->dups, mac, sizeof(d->mac), d);
	return d;
}

/* Its time is over: what it did before counts no more. */
static bool is_over(const struct dup *d, uint64_t now)
{
	return d->frozen && d->until && now >= d->until;
}

bool dup_moved(struct db_vn *vn, const struct mac_addr *mac, uint64_t now,
	       const struct dup_limits *limits)
{
	struct dup *d = find(vn, mac);
	unsigned int first;

	if (d && is_over(d, now)) {
		forget(vn, d);
		d = NULL;
	}
	if (!d) {
		reap(vn, now, limits->window_ms);
		d = get(vn, mac);
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
	dup_freeze(vn, mac, limits->freeze_ms ? now + limits->freeze_ms : 0);
	return true;
}

void dup_freeze(struct db_vn *vn, const struct mac_addr *mac, uint64_t until)
{
	struct dup *d = get(vn, mac);

	d->frozen = true;
	d->until = until;
}

bool dup_is_frozen(const struct db_vn *vn, const struct mac_addr *mac, uint64_t now)
{
	const struct dup *d = find(vn, mac);

	return d && d->frozen && !is_over(d, now);
}

bool dup_thaw(struct db_vn *vn, const struct mac_addr *mac, uint64_t now)
{
	struct dup *d = find(vn, mac);
	bool was = dup_is_frozen(vn, mac, now);

	if (d && d->frozen)
		forget(vn, d);
	return was;
}

uint64_t dup_until(const struct db_vn *vn, const struct mac_addr *mac)
{
	const struct dup *d = find(vn, mac);

	return d && d->frozen ? d->until : 0;
}

void dup_each(const struct db_vn *vn, void (*cb)(const struct mac_addr *mac, uint64_t until,
						 void *arg), void *arg)
{
	const struct dup *d;

	for (d = vn->dups; d; d = d->hh.next)
		if (d->frozen)
			cb(&d->mac, d->until, arg);
}

void dup_free_all(struct db_vn *vn)
{
	struct dup *d, *next;

	HASH_ITER(hh, vn->dups, d, next)
		forget(vn, d);
}
