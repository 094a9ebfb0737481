// SPDX-License-Identifier: GPL-2.0
/* Rings of any values; what VMs make of them is in test_usage.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "history.h"

#define WALL	1700001000000ull	/* a half-hour begins */

static void keep(struct history *h, uint64_t first, uint64_t last, uint64_t s)
{
	const uint64_t v[HISTORY_VALUES] = { first, [HISTORY_VALUES - 1] = last };

	history_keep(h, v, WALL + s * 1000);
}

static void test_averages(void **state)
{
	struct history h = { };

	keep(&h, 100, 1, 0);
	keep(&h, 200, 4, 20);
	keep(&h, 0, 1000, HISTORY_PERIOD_S);
	assert_int_equal(history_period(&h, 0)->time, WALL / 1000);
	assert_int_equal(history_period(&h, 0)->v[0], 150);
	assert_int_equal(history_period(&h, 0)->v[1], 0);
	assert_int_equal(history_period(&h, 0)->v[HISTORY_VALUES - 1], 2);
	assert_int_equal(history_period(&h, 1)->v[HISTORY_VALUES - 1], 1000);
	assert_null(history_period(&h, 2));
	assert_int_equal(history_recent(&h, 1)->time, WALL / 1000 + 20);
	assert_int_equal(history_recent(&h, 2)->v[0], 0);
	assert_null(history_recent(&h, 3));
}

/* What is too large is cut, and its average is no smaller. */
static void test_large(void **state)
{
	struct history h = { };

	for (uint64_t s = 0; s < 1800; s += 20)
		keep(&h, UINT64_MAX, UINT32_MAX, s);
	assert_int_equal(history_recent(&h, 0)->v[0], UINT32_MAX);
	assert_int_equal(history_period(&h, 0)->v[0], UINT32_MAX);
	assert_int_equal(history_period(&h, 0)->v[HISTORY_VALUES - 1], UINT32_MAX);
}

/* A year: counters that go around do not make the rings look new. */
static void test_a_year(void **state)
{
	struct history h = { };
	uint64_t s, end = 365ull * 86400;

	for (s = 0; s < end; s += 100)
		keep(&h, s / 100, 0, s);
	for (unsigned int n = 0; n < HISTORY_RECENT; n++)
		assert_int_equal(history_recent(&h, n)->v[0], end / 100 - HISTORY_RECENT + n);
	assert_null(history_recent(&h, HISTORY_RECENT));
	for (unsigned int n = 0; n < HISTORY_PERIODS; n++)
		assert_int_equal(history_period(&h, n)->time,
				 WALL / 1000 + end - (HISTORY_PERIODS - n) * HISTORY_PERIOD_S);
	assert_null(history_period(&h, HISTORY_PERIODS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_averages),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_a_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
