// SPDX-License-Identifier: GPL-2.0
/* What is said of the times of a move, and when nothing is said */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "figures.h"

#define MS 1000000ull
#define T 1700000000000000000ull

static void test_blackout(void **state)
{
	struct figures f = { .silent = T, .source_error = 2 * MS, .dest_error = 3 * MS };
	struct blackout b;

	assert_false(figures_blackout(&f, &b));
	f.active = T + 800 * MS;
	assert_true(figures_blackout(&f, &b));
	assert_int_equal(b.ns, 800 * MS);
	assert_int_equal(b.error, 5 * MS);
	assert_string_equal(b.by, "ports");
	/* one end of the frames alone says nothing */
	f.last_out = T - 5 * MS;
	assert_true(figures_blackout(&f, &b));
	assert_string_equal(b.by, "ports");
	f.first_in = T + 801 * MS;
	assert_true(figures_blackout(&f, &b));
	assert_int_equal(b.ns, 806 * MS);
	assert_string_equal(b.by, "frames");
}

static void test_clocks_that_disagree(void **state)
{
	struct figures f = { .silent = T, .active = T - 4 * MS, .source_error = 5 * MS };
	struct blackout b;

	/* within the error it may have been none */
	assert_true(figures_blackout(&f, &b));
	assert_int_equal(b.ns, 0);
	assert_int_equal(b.error, 5 * MS);
	f.active = T - 6 * MS;
	assert_false(figures_blackout(&f, &b));
}

static void test_first_word_counts(void **state)
{
	struct figures f = { 0 };

	assert_false(figures_arrived(&f, 0, 0, 9));
	assert_int_equal(f.dest_error, 0);
	assert_true(figures_arrived(&f, 10, 0, 2));
	assert_true(figures_arrived(&f, 11, 12, 1));
	assert_int_equal(f.active, 10);
	assert_int_equal(f.first_in, 12);
	assert_int_equal(f.dest_error, 2);
	assert_false(figures_arrived(&f, 13, 14, 99));
}

static void test_when_steps_ended(void **state)
{
	struct figures f = { .began = { 10, 20, 30 } };

	assert_int_equal(figures_step_ended(&f, 0, 0), 20);
	assert_int_equal(figures_step_ended(&f, 2, 0), 0);
	assert_int_equal(figures_step_ended(&f, 3, 0), 0);
	f.gave_up = 40;
	assert_int_equal(figures_step_ended(&f, 2, 50), 40);
	assert_int_equal(figures_step_ended(&f, 4, 50), 0);
	f = (struct figures){ .began = { 10, 20, 30, 40, 50 } };
	assert_int_equal(figures_step_ended(&f, 4, 60), 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blackout),
		cmocka_unit_test(test_clocks_that_disagree),
		cmocka_unit_test(test_first_word_counts),
		cmocka_unit_test(test_when_steps_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
