// SPDX-License-Identifier: GPL-2.0
/*
 * Any part of a list is what it is when all of the list is sorted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ndirectord/order.h"

enum { MANY = 3000, ROUNDS = 400 };

static struct order_item items[MANY], sorted[MANY];

static int by_key(const void *left, const void *right)
{
	const struct order_item *a = left, *b = right;

	return a->key < b->key ? -1 : a->key > b->key;
}

static void check(size_t n, size_t from, size_t to)
{
	memcpy(sorted, items, sizeof(items));
	qsort(sorted, n, sizeof(*sorted), by_key);
	order_part(items, n, from, to);
	for (; from < to; from++)
		assert_true(items[from].key == sorted[from].key);
	/* nothing is lost or twice */
	qsort(items, n, sizeof(*items), by_key);
	for (size_t i = 0; i < n; i++)
		assert_true(items[i].key == sorted[i].key);
}

static void test_any_part(void **state)
{
	size_t n, from;

	srandom(1);
	for (int round = 0; round < ROUNDS; round++) {
		n = 1 + random() % MANY;
		for (size_t i = 0; i < n; i++)
			items[i].key = random() % (round % 2 ? 10 : 1u << 30);
		from = random() % n;
		check(n, from, from + random() % (n - from + 1));
	}
}

static void fill(size_t (*key)(size_t i))
{
	for (size_t i = 0; i < MANY; i++)
		items[i].key = key(i);
}

static size_t up(size_t i)
{
	return i;
}

static size_t down(size_t i)
{
	return MANY - i;
}

static size_t alike(size_t i)
{
	return 7;
}

static size_t roof(size_t i)
{
	return i < MANY / 2 ? i : MANY - i;
}

static void test_lists_that_are_in_some_order(void **state)
{
	static size_t (*const keys[])(size_t i) = { up, down, alike, roof };

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		fill(keys[k]);
		check(MANY, 0, MANY);
		fill(keys[k]);
		check(MANY, 100, 110);
		fill(keys[k]);
		check(MANY, MANY - 10, MANY);
		fill(keys[k]);
		check(MANY, 5, 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_part),
		cmocka_unit_test(test_lists_that_are_in_some_order),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
