// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/backoff.h"

static void test_bound_doubles_after_some_up_to_max(void **state)
{
	static const uint32_t bounds[] = { 100, 100, 100, 100, 100, 100, 200, 400, 800, 1600, 3200,
					   5000, 5000, 5000 };
	struct backoff b;
	unsigned int i;

	backoff_init(&b, 100, 5000);
	for (i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++)
		assert_int_equal(backoff_next(&b, UINT32_MAX), bounds[i]);
	backoff_reset(&b);
	assert_int_equal(backoff_next(&b, UINT32_MAX), 100);
}

static void test_jitter_is_full(void **state)
{
	struct backoff b;

	backoff_init(&b, 100, 5000);
	for (int i = 0; i < 7; i++)
		assert_int_equal(backoff_next(&b, 0), 0);
	assert_int_equal(backoff_next(&b, UINT32_MAX / 2), 200);
	assert_int_equal(backoff_next(&b, UINT32_MAX / 4), 200);
}

static void test_many_failures_do_not_wrap(void **state)
{
	struct backoff b;

	backoff_init(&b, 100, 5000);
	b.failures = UINT32_MAX;
	assert_int_equal(backoff_next(&b, UINT32_MAX), 5000);
	assert_int_equal(b.failures, UINT32_MAX);
	backoff_init(&b, UINT32_MAX - 1, UINT32_MAX);
	b.failures = 40;
	assert_int_equal(backoff_next(&b, UINT32_MAX), UINT32_MAX);
}

static void test_max_below_min(void **state)
{
	struct backoff b;

	backoff_init(&b, 100, 10);
	assert_int_equal(backoff_next(&b, UINT32_MAX), 100);
	assert_int_equal(backoff_next(&b, UINT32_MAX), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bound_doubles_after_some_up_to_max),
		cmocka_unit_test(test_jitter_is_full),
		cmocka_unit_test(test_many_failures_do_not_wrap),
		cmocka_unit_test(test_max_below_min),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
