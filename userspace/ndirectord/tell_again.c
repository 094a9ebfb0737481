// SPDX-License-Identifier: GPL-2.0
/*
 * What a follower should hold, and telling it again where that is not so; see tell.h.
 */
#include <stdlib.h>
#include "db_digest.h"
#include "lib/mem.h"
#include "tell.h"

/* More mappings than this are told as a snapshot, which waits for a slow channel */
#define AGAIN_MAX 16384u

struct digest tell_digest(const struct follower *f)
{
	return f->at.only ? f->at.only->digest : db_digest_of_others(f->at.vn, f->at.nve);
}

/* Each mapping that he is told of. */
static void each(const struct follower *f, void (*cb)(struct db_map *map, void *arg), void *arg)
{
	struct interest *i;
	struct db_map *map;

	if (!f->at.only) {
		for (map = db_map_first(f->at.vn); map; map = db_map_next(map))
			if (db_item_nve(&map->item) != f->at.nve)
				cb(map, arg);
		return;
	}
	for (i = f->at.only->all; i; i = i->hh.next) {
		map = db_map_find(f->at.vn, &i->mac);
		if (map && db_item_nve(&map->item) != f->at.nve)
			cb(map, arg);
	}
}

static void add_bucket(struct db_map *map, void *arg)
{
	uint64_t *sums = arg;

	sums[digest_bucket(&map->mac)] += db_digest_hash(map);
}

void tell_buckets(const struct follower *f, uint64_t ret[DIGEST_BUCKETS])
{
	memset(ret, 0, DIGEST_BUCKETS * sizeof(*ret));
	each(f, add_bucket, ret);
}

struct again {
	bool named[DIGEST_BUCKETS];
	struct db_item *items[AGAIN_MAX];
	unsigned int n;			/* may be more than there is room for */
};

static void collect(struct db_map *map, void *arg)
{
	struct again *a = arg;

	if (!a->named[digest_bucket(&map->mac)])
		return;
	if (a->n < AGAIN_MAX)
		a->items[a->n] = &map->item;
	a->n++;
}

static void send_all(struct follower *f, const struct again *a, const uint8_t *buckets, size_t n)
{
	unsigned int done = 0;

	f->at.told = f->at.sent;
	do {
		struct follow_batch b = { .revision = f->at.sent, .again = buckets, .n_again = n };

		while (done < a->n && b.n < FOLLOW_BATCH)
			b.items[b.n++] = a->items[done++];
		b.again_end = done == a->n;
		f->send(f, &b);
	} while (done < a->n);
}

bool tell_again(struct tell *tell, struct follower *f, const uint8_t *buckets, size_t n)
{
	struct again *a;
	size_t i;

	if (!tell_now(tell, f, NULL))
		return false;
	a = mem_zalloc(sizeof(*a));
	for (i = 0; i < n; i++)
		a->named[buckets[i]] = true;
	each(f, collect, a);
	if (a->n > AGAIN_MAX)
		tell_anew(tell, f);
	else
		send_all(f, a, buckets, n);
	free(a);
	return true;
}
