// SPDX-License-Identifier: GPL-2.0
/*
 * A hash table with open addressing; see table.h. What is removed leaves a mark, so that nothing
 * else moves: marks go when the table is made anew.
 *
 * It is of any size and up to four fifths full: with a million addresses half of a table that is
 * doubled would be empty. That makes long runs, and each piece that is looked at may be a cache
 * miss; so two bits of the hash stand in the place itself, and three of four are passed over.
 */
#include "table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "lib/digest.h"
#include "lib/mem.h"
#include "pool.h"

#define SIZE_MIN	8u
#define ROOM_MAPPED	((size_t)1 << 18)	/* bytes: from there on pages of its own */
#define REF_MASK	((1u << POOL_REF_BITS) - 1)
#define HASH_MASK	(~REF_MASK)
#define MARK		UINT32_MAX	/* no piece is there: the pool's last unit */

static uint8_t secret[SIPHASH_KEY_LEN];
static bool have_secret;

static const void *key_of(const struct table_key *key, const void *piece)
{
	return (const uint8_t *)piece + key->offset;
}

static bool is_piece(uint32_t place)
{
	return place != POOL_NONE && place != MARK;
}

static void *piece_of(uint32_t place)
{
	return pool_at(place & REF_MASK);
}

static uint32_t after(const struct table *t, uint32_t at)
{
	return at + 1 < t->size ? at + 1 : 0;
}

static void make_secret(void)
{
	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		abort();
	have_secret = true;
}

uint64_t table_hash(const void *key, size_t len)
{
	if (!have_secret)
		make_secret();
	return siphash24(secret, key, len);
}

uint32_t table_size_for(uint32_t n)
{
	uint64_t size = (uint64_t)n * 25 / 16 + 1;

	return size > SIZE_MIN ? size : SIZE_MIN;
}

void *table_room(size_t bytes)
{
	void *room;

	if (bytes < ROOM_MAPPED)
		return mem_zalloc(bytes);
	room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return mem_check(room != MAP_FAILED ? room : NULL);
}

void table_room_free(void *room, size_t bytes)
{
	if (bytes < ROOM_MAPPED)
		free(room);
	else
		munmap(room, bytes);
}

static void free_places(struct table *t)
{
	table_room_free(t->refs, t->size * sizeof(*t->refs));
}

/* Where it is, or t->size. */
static uint32_t find(const struct table *t, const struct table_key *key, const void *wanted)
{
	uint64_t hash;
	uint32_t at;

	if (!t->n)
		return t->size;
	hash = table_hash(wanted, key->len);
	for (at = table_place(hash, t->size); t->refs[at] != POOL_NONE; at = after(t, at))
		if (!((t->refs[at] ^ hash) & HASH_MASK) && t->refs[at] != MARK &&
		    !memcmp(key_of(key, piece_of(t->refs[at])), wanted, key->len))
			return at;
	return t->size;
}

void *table_find(const struct table *t, const struct table_key *key, const void *wanted)
{
	uint32_t at = find(t, key, wanted);

	return at < t->size ? piece_of(t->refs[at]) : NULL;
}

static void put(struct table *t, const struct table_key *key, uint32_t ref)
{
	uint64_t hash = table_hash(key_of(key, pool_at(ref)), key->len);
	uint32_t at = table_place(hash, t->size);

	while (is_piece(t->refs[at]))
		at = after(t, at);
	t->left -= t->refs[at] == MARK;
	t->refs[at] = ref | (hash & HASH_MASK);
	t->n++;
}

/* Larger, or smaller, or only without the marks. */
static void renew(struct table *t, const struct table_key *key)
{
	struct table old = *t;
	uint32_t i;

	*t = (struct table){ .size = table_size_for(old.n) };
	t->refs = table_room(t->size * sizeof(*t->refs));
	for (i = 0; i < old.size; i++)
		if (is_piece(old.refs[i]))
			put(t, key, old.refs[i] & REF_MASK);
	free_places(&old);
}

void table_add(struct table *t, const struct table_key *key, void *piece)
{
	if (table_is_full(t->size, (uint64_t)t->n + t->left))
		renew(t, key);
	put(t, key, pool_ref(piece));
}

void table_del(struct table *t, const struct table_key *key, const void *piece)
{
	uint32_t at = find(t, key, key_of(key, piece));

	if (at == t->size)
		return;
	t->refs[at] = MARK;
	t->left++;
	t->n--;
	if (t->n)
		return;
	table_uninit(t);
}

void table_uninit(struct table *t)
{
	free_places(t);
	*t = (struct table){ };
}

void *table_walk(const struct table *t, uint32_t *at)
{
	while (*at < t->size)
		if (is_piece(t->refs[(*at)++]))
			return piece_of(t->refs[*at - 1]);
	return NULL;
}

void *table_first(const struct table *t)
{
	uint32_t at = 0;

	return table_walk(t, &at);
}

void *table_next(const struct table *t, const struct table_key *key, const void *piece)
{
	uint32_t at = find(t, key, key_of(key, piece)) + 1;

	return table_walk(t, &at);
}
