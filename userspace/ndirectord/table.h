/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pieces of the pool by a key that is inside them: a hash table of references, 4 bytes each.
 * A walk may add nothing. Of one thread.
 */
#ifndef NDIRECTORD_TABLE_H
#define NDIRECTORD_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* Where the key of a kind of pieces is. */
struct table_key {
	size_t offset, len;
};

/* All zero is an empty one. */
struct table {
	uint32_t *refs;			/* a power of two of them */
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

/*
 * All, from *@at 0 on, in any order; NULL at the end. For who changes nothing, or frees each and
 * then the table: the pieces are not looked at.
 */
void *table_walk(const struct table *t, uint32_t *at);
/* The same for a walk that may remove. */
void *table_first(const struct table *t);
void *table_next(const struct table *t, const struct table_key *key, const void *piece);

#endif /* NDIRECTORD_TABLE_H */
