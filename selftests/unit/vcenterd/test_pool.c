// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "vcenterd/pool.h"

static void lowest_free_from_where_asked(void **state)
{
	struct pool *p = pool_new(100);

	assert_int_equal(pool_find(p, 0), 0);
	assert_int_equal(pool_find(p, 70), 70);
	assert_true(pool_take(p, 70));
	assert_false(pool_take(p, 70));
	assert_int_equal(pool_find(p, 70), 71);
	assert_true(pool_give(p, 70));
	assert_false(pool_give(p, 70));
	assert_int_equal(pool_find(p, 70), 70);
	assert_int_equal(pool_taken(p), 0);
	pool_free(p);
}

static void goes_on_at_the_start(void **state)
{
	struct pool *p = pool_new(65);

	assert_true(pool_take(p, 64));
	assert_int_equal(pool_find(p, 64), 0);
	assert_int_equal(pool_find(p, 1000), 0);
	pool_free(p);
}

/* Each size around where words and levels begin: all of it, and not one more. */
static void all_and_no_more(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 63, 64, 65, 4095, 4096, 4097, 262143, 262144,
					  262145 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pool *p = pool_new(sizes[i]);

		for (uint32_t n = 0; n < sizes[i]; n++) {
			assert_int_equal(pool_find(p, 0), n);
			assert_true(pool_take(p, n));
		}
		assert_int_equal(pool_find(p, 0), -1);
		assert_int_equal(pool_find(p, sizes[i] / 2), -1);
		assert_int_equal(pool_taken(p), sizes[i]);
		assert_true(pool_give(p, sizes[i] - 1));
		assert_int_equal(pool_find(p, 0), sizes[i] - 1);
		pool_free(p);
	}
}

static void largest(void **state)
{
	struct pool *p = pool_new(POOL_SIZE_MAX);

	for (uint32_t n = 0; n < POOL_SIZE_MAX; n++)
		pool_take(p, n);
	assert_int_equal(pool_find(p, 7), -1);
	assert_true(pool_give(p, 12345678));
	assert_int_equal(pool_find(p, 7), 12345678);
	assert_int_equal(pool_find(p, 12345679), 12345678);
	assert_int_equal(pool_find(p, POOL_SIZE_MAX - 1), 12345678);
	pool_free(p);
}

/* The same as an array that is searched one by one */
static void as_a_plain_array(void **state)
{
	enum { SIZE = 5000 };
	struct pool *p = pool_new(SIZE);
	bool taken[SIZE] = { false };

	srand(1);
	for (int i = 0; i < 200000; i++) {
		uint32_t n = rand() % SIZE, from = rand() % SIZE;
		bool take = rand() % 100 < (i / 20000) * 10 + 5;
		int64_t want = -1;

		assert_int_equal(take ? pool_take(p, n) : pool_give(p, n), taken[n] != take);
		taken[n] = take;
		for (uint32_t k = 0; i % 50 == 0 && want < 0 && k < SIZE; k++)
			if (!taken[(from + k) % SIZE])
				want = (from + k) % SIZE;
		if (i % 50 == 0)
			assert_int_equal(pool_find(p, from), want);
	}
	pool_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lowest_free_from_where_asked),
		cmocka_unit_test(goes_on_at_the_start),
		cmocka_unit_test(all_and_no_more),
		cmocka_unit_test(largest),
		cmocka_unit_test(as_a_plain_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
