// SPDX-License-Identifier: GPL-2.0
/*
 * A hash table with open addressing; see table.h. What is removed leaves a mark, so that nothing
 * else moves: marks go when the table is made anew.
 *
 * Keys are addresses that tenants choose: the hash is one that they cannot foresee.
 */
#include "table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "lib/digest.h"
#include "lib/mem.h"
#include "pool.h"

#define SIZE_MIN	8u
#define MARK		UINT32_MAX	/* no piece is there: the pool's last unit */

static uint8_t secret[SIPHASH_KEY_LEN];
static bool have_secret;

static const void *key_of(const struct table_key *key, const void *piece)
{
	return (const uint8_t *)piece + key->offset;
}

static uint32_t place_of(const struct table *t, const struct table_key *key, const void *wanted)
{
	return siphash24(secret, wanted, key->len) & (t->size - 1);
}

static bool is_piece(uint32_t ref)
{
	return ref != POOL_NONE && ref != MARK;
}

/* Where it is, or t->size. */
static uint32_t find(const struct table *t, const struct table_key *key, const void *wanted)
{
	uint32_t at;

	if (!t->n)
		return t->size;
	for (at = place_of(t, key, wanted); t->refs[at] != POOL_NONE; at = (at + 1) % t->size)
		if (t->refs[at] != MARK &&
		    !memcmp(key_of(key, pool_at(t->refs[at])), wanted, key->len))
			return at;
	return t->size;
}

void *table_find(const struct table *t, const struct table_key *key, const void *wanted)
{
	uint32_t at = find(t, key, wanted);

	return at < t->size ? pool_at(t->refs[at]) : NULL;
}

static void put(struct table *t, const struct table_key *key, uint32_t ref)
{
	uint32_t at = place_of(t, key, key_of(key, pool_at(ref)));

	while (is_piece(t->refs[at]))
		at = (at + 1) % t->size;
	t->left -= t->refs[at] == MARK;
	t->refs[at] = ref;
	t->n++;
}

static void make_secret(void)
{
	if (!have_secret && getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		abort();
	have_secret = true;
}

/* Twice as large, or only without the marks. */
static void renew(struct table *t, const struct table_key *key)
{
	struct table old = *t;
	uint32_t i;

	make_secret();
	*t = (struct table){ .size = old.n < old.size / 2 ? old.size : 2 * old.size };
	if (t->size < SIZE_MIN)
		t->size = SIZE_MIN;
	t->refs = mem_calloc(t->size, sizeof(*t->refs));
	for (i = 0; i < old.size; i++)
		if (is_piece(old.refs[i]))
			put(t, key, old.refs[i]);
	free(old.refs);
}

void table_add(struct table *t, const struct table_key *key, void *piece)
{
	/* at least a quarter is empty */
	if (4 * ((uint64_t)t->n + t->left + 1) > 3 * (uint64_t)t->size)
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
	free(t->refs);
	*t = (struct table){ };
}

void *table_walk(const struct table *t, uint32_t *at)
{
	while (*at < t->size)
		if (is_piece(t->refs[(*at)++]))
			return pool_at(t->refs[*at - 1]);
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
