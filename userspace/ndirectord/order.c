// SPDX-License-Identifier: GPL-2.0
/*
 * Selection by partition; see order.h. The middle one of three is taken as the pivot; when that
 * does badly for long, as somebody who chooses the keys may have it, what is left is sorted.
 */
#include "order.h"

#include <stdlib.h>

#define ROUNDS_MAX	64
#define FEW		16

static int by_key(const void *left, const void *right)
{
	const struct order_item *a = left, *b = right;

	return a->key < b->key ? -1 : a->key > b->key;
}

static void swap(struct order_item *a, struct order_item *b)
{
	struct order_item other = *a;

	*a = *b;
	*b = other;
}

static uint64_t pivot(const struct order_item *items, size_t n)
{
	uint64_t a = items[0].key, b = items[n / 2].key, c = items[n - 1].key;

	if (a < b)
		return b < c ? b : a < c ? c : a;
	return a < c ? a : b < c ? c : b;
}

/*
 * Those before the pivot, those that are it, those behind it; where the second and the third
 * begin.
 */
static void part(struct order_item *items, size_t n, size_t *same, size_t *more)
{
	uint64_t key = pivot(items, n);
	size_t i = 0;

	*same = 0;
	*more = n;
	while (i < *more) {
		if (items[i].key < key)
			swap(&items[(*same)++], &items[i++]);
		else if (items[i].key > key)
			swap(&items[--*more], &items[i]);
		else
			i++;
	}
}

/* What is before @at comes before all that is behind it. */
static void split(struct order_item *items, size_t n, size_t at)
{
	size_t same, more;
	int rounds;

	for (rounds = 0; n > FEW && rounds < ROUNDS_MAX; rounds++) {
		part(items, n, &same, &more);
		if (at < same) {
			n = same;
		} else if (at >= more) {
			items += more;
			n -= more;
			at -= more;
		} else {
			return;
		}
	}
	qsort(items, n, sizeof(*items), by_key);
}

void order_part(struct order_item *items, size_t n, size_t from, size_t to)
{
	if (from >= to)
		return;
	if (from > 0)
		split(items, n, from);
	if (to < n)
		split(items + from, n - from, to - from);
	qsort(items + from, to - from, sizeof(*items), by_key);
}
