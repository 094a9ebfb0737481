// SPDX-License-Identifier: GPL-2.0
/*
 * The ordered map; see kvmap.h. A key is in the lowest list, and with a chance of one in four in
 * each further one.
 */
#include "kvmap.h"

#include <string.h>

#include "mem.h"

void kvmap_init(struct kvmap *map)
{
	*map = (struct kvmap){ .random = 0x9e3779b97f4a7c15 };
}

static void kv_free(struct kv *kv)
{
	free(kv->value.data);
	free(kv->key);
	free(kv);
}

void kvmap_uninit(struct kvmap *map)
{
	struct kv *kv = map->first[0], *next;

	for (; kv; kv = next) {
		next = kv->next[0];
		kv_free(kv);
	}
	kvmap_init(map);
}

struct kv_value kv_value_copy(const void *data, size_t len)
{
	struct kv_value value = { mem_check(malloc(len + 1)), len };

	if (len)
		memcpy(value.data, data, len);
	return value;
}

/* Keys come from us and not from a peer, who could make the lists uneven. */
static int random_height(struct kvmap *map)
{
	uint64_t bits;
	int height = 1;

	map->random ^= map->random << 13;
	map->random ^= map->random >> 7;
	map->random ^= map->random << 17;
	for (bits = map->random >> 20; height < KVMAP_LEVELS && !(bits & 3); bits >>= 2)
		height++;
	return height;
}

/*
 * For each list the place of the pointer to the first key that is not before @key, or not before
 * and not @key itself.
 */
static void find_places(struct kvmap *map, const char *key, bool beyond,
			struct kv **places[KVMAP_LEVELS])
{
	struct kv **lists = map->first;
	int level, order;

	for (level = KVMAP_LEVELS - 1; level >= 0; level--) {
		while (lists[level]) {
			order = strcmp(lists[level]->key, key);
			if (order > 0 || (!order && !beyond))
				break;
			lists = lists[level]->next;
		}
		places[level] = &lists[level];
	}
}

static void insert(struct kvmap *map, struct kv **places[KVMAP_LEVELS], const char *key,
		   struct kv_value value)
{
	int height = random_height(map), level;
	struct kv *kv = mem_zalloc(sizeof(*kv) + height * sizeof(kv->next[0]));

	kv->key = mem_strdup(key);
	kv->value = value;
	for (level = 0; level < height; level++) {
		kv->next[level] = *places[level];
		*places[level] = kv;
	}
}

static void remove_kv(struct kv **places[KVMAP_LEVELS], struct kv *kv)
{
	int level;

	for (level = 0; level < KVMAP_LEVELS && *places[level] == kv; level++)
		*places[level] = kv->next[level];
	kv->value.data = NULL;
	kv_free(kv);
}

struct kv_value kvmap_set(struct kvmap *map, const char *key, struct kv_value value)
{
	struct kv **places[KVMAP_LEVELS];
	struct kv_value old = { };
	struct kv *kv;

	find_places(map, key, false, places);
	kv = *places[0];
	if (!kv || strcmp(kv->key, key) != 0) {
		if (value.data)
			insert(map, places, key, value);
		return old;
	}
	old = kv->value;
	if (value.data)
		kv->value = value;
	else
		remove_kv(places, kv);
	return old;
}

const struct kv *kvmap_next(const struct kvmap *map, const char *from, bool beyond)
{
	struct kv **places[KVMAP_LEVELS];

	find_places((struct kvmap *)map, from, beyond, places);
	return *places[0];
}

const struct kv *kvmap_find(const struct kvmap *map, const char *key)
{
	const struct kv *kv = kvmap_next(map, key, false);

	return kv && !strcmp(kv->key, key) ? kv : NULL;
}
