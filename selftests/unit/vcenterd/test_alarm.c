// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "alarm.h"

static const struct alarm_rule rule = { .raise = 900, .clear = 700, .reports = 3 };

/* Of these values, the number of that one at which it changed; 0: none. */
static int feed(struct alarm *alarm, const uint32_t *values, int n)
{
	for (int i = 0; i < n; i++)
		if (alarm_update(alarm, &rule, values[i]))
			return i + 1;
	return 0;
}

#define FEED(alarm, ...)							\
	feed(alarm, (const uint32_t[]){ __VA_ARGS__ },				\
	     sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

static void test_raise_and_clear(void **state)
{
	struct alarm alarm = { };

	assert_int_equal(FEED(&alarm, 899, 899, 899, 899, 0), 0);
	assert_int_equal(FEED(&alarm, 900, 1000, 900, 900), 3);
	assert_true(alarm.raised);
	/* no second alarm, and between the bounds nothing */
	assert_int_equal(FEED(&alarm, 1000, 1000, 1000, 1000, 700, 800, 700, 899, 700), 0);
	assert_int_equal(FEED(&alarm, 699, 0, 699), 3);
	assert_false(alarm.raised);
	assert_int_equal(FEED(&alarm, 0, 0, 0, 0, 0), 0);
}

static void test_in_a_row(void **state)
{
	struct alarm alarm = { };

	assert_int_equal(FEED(&alarm, 900, 900, 899, 900, 900, 0, 900, 900), 0);
	assert_int_equal(FEED(&alarm, 900), 1);
	assert_int_equal(FEED(&alarm, 0, 0, 700, 0, 0, 900), 0);
	assert_true(alarm.raised);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raise_and_clear),
		cmocka_unit_test(test_in_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
