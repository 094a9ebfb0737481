// SPDX-License-Identifier: GPL-2.0
/*
 * The pool and tables of its pieces: what was put in is found, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ndirectord/pool.h"
#include "ndirectord/table.h"

enum { KEYS = 5000, STEPS = 200000 };

struct piece {
	uint64_t before;
	uint8_t key[6];
	uint8_t after[9];
};

static const struct table_key key = { offsetof(struct piece, key), 6 };
static struct piece *pieces[KEYS];

static void set_key(uint8_t to[6], uint32_t n)
{
	const uint8_t bytes[6] = { 2, 0, n >> 24, n >> 16, n >> 8, n };

	memcpy(to, bytes, 6);
}

static struct piece *find(const struct table *t, uint32_t n)
{
	uint8_t wanted[6];

	set_key(wanted, n);
	return table_find(t, &key, wanted);
}

static void add(struct table *t, uint32_t n)
{
	pieces[n] = pool_zalloc(sizeof(struct piece));
	set_key(pieces[n]->key, n);
	table_add(t, &key, pieces[n]);
}

static void del(struct table *t, uint32_t n)
{
	table_del(t, &key, pieces[n]);
	pool_free(pieces[n], sizeof(struct piece));
	pieces[n] = NULL;
}

static void test_references_lead_to_pieces(void **state)
{
	uint8_t *a = pool_zalloc(24), *b = pool_zalloc(24);

	assert_null(pool_at(POOL_NONE));
	assert_int_equal(pool_ref(NULL), POOL_NONE);
	assert_int_not_equal(pool_ref(a), POOL_NONE);
	assert_ptr_equal(pool_at(pool_ref(a)), a);
	assert_ptr_equal(pool_at(pool_ref(b + 16)), b + 16);
	pool_free(a, 24);
	pool_free(b, 24);
}

static void test_what_is_freed_is_used_again_and_zero(void **state)
{
	uint8_t *a = pool_zalloc(40), *b, zero[40] = { };

	memset(a, 0xff, 40);
	pool_free(a, 40);
	/* another size gets none of it */
	b = pool_zalloc(48);
	assert_true(b + 48 <= a || b >= a + 40);
	assert_ptr_equal(pool_zalloc(33), a);	/* units of 8 */
	assert_memory_equal(a, zero, 40);
	pool_free(a, 33);
	pool_free(b, 48);
}

static void test_random_changes(void **state)
{
	struct table t = { };
	uint32_t step, n, there = 0;
	struct piece *p;

	srandom(1);
	for (step = 0; step < STEPS; step++) {
		/* grows, shrinks, and stays where marks must go */
		n = random() % (step / (STEPS / 4) % 2 ? KEYS / 10 : KEYS);
		assert_ptr_equal(find(&t, n), pieces[n]);
		if (pieces[n])
			del(&t, n);
		else
			add(&t, n);
		there += pieces[n] ? 1 : -1;
		assert_int_equal(t.n, there);
		assert_ptr_equal(find(&t, n), pieces[n]);
	}
	n = 0;
	for (p = table_first(&t); p; p = table_next(&t, &key, p))
		n++;
	assert_int_equal(n, there);
	for (n = 0; n < KEYS; n++) {
		assert_ptr_equal(find(&t, n), pieces[n]);
		if (pieces[n])
			del(&t, n);
	}
	assert_null(t.refs);
}

static void test_a_walk_may_remove(void **state)
{
	struct piece *p, *next;
	struct table t = { };
	uint32_t n, seen = 0;

	for (n = 0; n < KEYS; n++)
		add(&t, n);
	for (p = table_first(&t); p; p = next) {
		next = table_next(&t, &key, p);
		n = p->key[4] << 8 | p->key[5];
		seen++;
		if (n % 3)
			del(&t, n);
	}
	assert_int_equal(seen, KEYS);
	assert_int_equal(t.n, (KEYS + 2) / 3);
	for (n = 0; n < KEYS; n++)
		assert_ptr_equal(find(&t, n), n % 3 ? NULL : pieces[n]);
	for (n = 0; n < KEYS; n += 3)
		del(&t, n);
}

/* No less than 64 of 100 places are used however many there are, but for the smallest. */
static void test_little_is_empty(void **state)
{
	struct table t = { };
	uint32_t n;

	for (n = 0; n < KEYS; n++) {
		add(&t, n);
		assert_true(t.n <= 4 || (uint64_t)(t.size - 1) * 64 <= 100 * (uint64_t)t.n);
		assert_true(5 * (uint64_t)t.n <= 4 * (uint64_t)t.size);
	}
	for (n = 0; n < KEYS; n++)
		del(&t, n);
}

static void test_an_empty_table(void **state)
{
	struct table t = { };

	assert_null(find(&t, 1));
	assert_null(table_first(&t));
	add(&t, 1);
	del(&t, 1);
	assert_null(find(&t, 1));
	assert_null(table_first(&t));
	table_uninit(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_references_lead_to_pieces),
		cmocka_unit_test(test_what_is_freed_is_used_again_and_zero),
		cmocka_unit_test(test_random_changes),
		cmocka_unit_test(test_a_walk_may_remove),
		cmocka_unit_test(test_little_is_empty),
		cmocka_unit_test(test_an_empty_table),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
