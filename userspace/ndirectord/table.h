/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pieces of the pool by a key that is inside them: a hash table of references, 4 bytes each.
 * A walk may add nothing. Of one thread.
 */
#ifndef NDIRECTORD_TABLE_H
#define NDIRECTORD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the key of a kind of pieces is. */
struct table_key {
	size_t offset, len;
};

/* All zero is an empty one. */
struct table {
	uint32_t *refs;			/* with two bits of the key's hash above them */
	uint32_t size;
	uint32_t n;			/* pieces that are there */
	uint32_t left;			/* places that one was removed from */
};

/* NULL: there is none. */
void *table_find(const struct table *t, const struct table_key *key, const void *wanted);
/* A piece with a key that is not there yet. */
void table_add(struct table *t, const struct table_key *key, void *piece);
void table_del(struct table *t, const struct table_key *key, const void *piece);
void table_uninit(struct table *t);	/* the pieces stay */

/* Of other tables, too (db_ip.c). Keys are addresses that tenants choose: nobody foresees it. */
uint64_t table_hash(const void *key, size_t len);
/* For @n pieces that are there and some more; amortized, each moves four times. */
uint32_t table_size_for(uint32_t n);

/*
 * @bytes of zeros, and back. Large ones are given back to the system: what malloc() keeps of tables
 * that have become too small would be bytes of each mapping. Ends the program without memory.
 */
void *table_room(size_t bytes);
void table_room_free(void *room, size_t bytes);

/* Are @used places of @size as many as shall be? One in five is empty. */
static inline bool table_is_full(uint32_t size, uint64_t used)
{
	return 5 * (used + 1) > 4 * (uint64_t)size;
}

/* Where to look first: from the upper half of the hash, in any size. */
static inline uint32_t table_place(uint64_t hash, uint32_t size)
{
	return (hash >> 32) * size >> 32;
}

/*
 * All, from *@at 0 on, in any order; NULL at the end. For who changes nothing, or frees each and
 * then the table: the pieces are not looked at.
 */
void *table_walk(const struct table *t, uint32_t *at);
/* The same for a walk that may remove. */
void *table_first(const struct table *t);
void *table_next(const struct table *t, const struct table_key *key, const void *piece);

#endif /* NDIRECTORD_TABLE_H */
