// SPDX-License-Identifier: GPL-2.0
#include "lib/mem.h"
#include "pool.h"

#define LEVELS 4	/* of 64 each: 2^24 */

struct pool {
	uint32_t size, taken;
	uint64_t *level[LEVELS];	/* a bit is set: taken, or all 64 below are */
};

static uint32_t words(uint32_t bits)
{
	return (bits + 63) / 64;
}

/* Set a bit, and those above it while that fills a word. */
static void mark(struct pool *p, int level, uint32_t n)
{
	for (; level < LEVELS; level++, n /= 64) {
		uint64_t *word = &p->level[level][n / 64];

		*word |= 1ull << n % 64;
		if (*word != UINT64_MAX)
			return;
	}
}

/* What lies behind the end is never free. */
static void close_end(struct pool *p, int level, uint32_t bits)
{
	for (uint32_t n = bits; n < words(bits) * 64; n++)
		mark(p, level, n);
}

struct pool *pool_new(uint32_t size)
{
	struct pool *p = mem_zalloc(sizeof(*p));
	uint32_t bits = size;

	p->size = size;
	for (int i = 0; i < LEVELS; i++, bits = words(bits))
		p->level[i] = mem_calloc(words(bits), sizeof(uint64_t));
	bits = size;
	for (int i = 0; i < LEVELS; i++, bits = words(bits))
		close_end(p, i, bits);
	return p;
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	for (int i = 0; i < LEVELS; i++)
		free(p->level[i]);
	free(p);
}

bool pool_take(struct pool *p, uint32_t n)
{
	if (p->level[0][n / 64] >> n % 64 & 1)
		return false;
	mark(p, 0, n);
	p->taken++;
	return true;
}

bool pool_give(struct pool *p, uint32_t n)
{
	if (!(p->level[0][n / 64] >> n % 64 & 1))
		return false;
	for (int i = 0; i < LEVELS; i++, n /= 64)
		p->level[i][n / 64] &= ~(1ull << n % 64);
	p->taken--;
	return true;
}

/* The first clear bit of the level from @n on; -1: none in the rest of its word */
static int64_t clear_from(const struct pool *p, int level, uint32_t n)
{
	uint64_t clear = ~p->level[level][n / 64] >> n % 64;

	return clear ? (int64_t)n + __builtin_ctzll(clear) : -1;
}

/* Up while the rest of the word is full, then down to the first free one. */
static int64_t find_from(const struct pool *p, uint32_t from)
{
	uint32_t bits = p->size;
	int64_t n = from;
	int level;

	for (level = 0; level < LEVELS; level++, bits = words(bits)) {
		if (n >= bits)
			return -1;
		n = clear_from(p, level, n);
		if (n >= 0)
			break;
		from /= 64;
		n = ++from;
	}
	if (level == LEVELS)
		return -1;
	while (level--)
		n = clear_from(p, level, n * 64);
	return n;
}

int64_t pool_find(const struct pool *p, uint32_t from)
{
	int64_t n = from < p->size ? find_from(p, from) : -1;

	return n < 0 && from ? find_from(p, 0) : n;
}

uint32_t pool_taken(const struct pool *p)
{
	return p->taken;
}

uint32_t pool_size(const struct pool *p)
{
	return p->size;
}
