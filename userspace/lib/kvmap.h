/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An ordered map in memory from text to bytes: a skip list. Keys are ordered by their bytes.
 * No locks: it belongs to one thread.
 */
#ifndef KVMAP_H
#define KVMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KVMAP_LEVELS	16	/* of which each has a quarter of those below: for 4^16 keys */

/* @data is malloc()ed; NULL: there is none, which an empty value is not. */
struct kv_value {
	uint8_t *data;
	size_t len;
};

struct kv {
	struct kv_value value;
	char *key;
	struct kv *next[];
};

struct kvmap {
	struct kv *first[KVMAP_LEVELS];
	uint64_t random;
};

void kvmap_init(struct kvmap *map);
void kvmap_uninit(struct kvmap *map);

/* A copy in a block of its own, also of nothing. */
struct kv_value kv_value_copy(const void *data, size_t len);

/* Takes @value, or removes the key if that is none; gives back what was there. */
struct kv_value kvmap_set(struct kvmap *map, const char *key, struct kv_value value);
/* NULL when absent; valid until the next kvmap_set(). */
const struct kv *kvmap_find(const struct kvmap *map, const char *key);
/* The first one that is @from or after it (after it: @beyond), or NULL; the same. */
const struct kv *kvmap_next(const struct kvmap *map, const char *from, bool beyond);

#endif /* KVMAP_H */
