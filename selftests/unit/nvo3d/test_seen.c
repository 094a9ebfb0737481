// SPDX-License-Identifier: GPL-2.0
/* What is done about a VM that somebody else has changed */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "vserver/seen.h"

#define STATE(name) NVO3__VM_STATE__VM_##name

static const struct driver_status nowhere = { .known = true };
static const struct driver_status off = { .known = true, .defined = true, .ours = true };
static const struct driver_status on = { .known = true, .defined = true, .active = true,
					 .ours = true };
static const struct driver_status still = { .known = true, .defined = true, .active = true,
					    .paused = true, .ours = true };

static void test_as_it_should_be(void **state)
{
	assert_int_equal(seen_decide(STATE(RUNNING), &on), SEEN_NOTHING);
	assert_int_equal(seen_decide(STATE(SUSPENDED), &still), SEEN_NOTHING);
	assert_int_equal(seen_decide(STATE(STOPPED), &off), SEEN_NOTHING);
	assert_int_equal(seen_decide(STATE(FAILED), &off), SEEN_NOTHING);
	assert_int_equal(seen_decide(STATE(FAILED), &nowhere), SEEN_NOTHING);
	assert_int_equal(seen_decide(STATE(MOVING), &off), SEEN_NOTHING);
	assert_int_equal(seen_decide(STATE(UNKNOWN), &nowhere), SEEN_NOTHING);
}

static void test_changed(void **state)
{
	assert_int_equal(seen_decide(STATE(STOPPED), &on), SEEN_TAKE_OVER);
	assert_int_equal(seen_decide(STATE(STOPPED), &still), SEEN_TAKE_OVER);
	assert_int_equal(seen_decide(STATE(FAILED), &on), SEEN_TAKE_OVER);
	assert_int_equal(seen_decide(STATE(RUNNING), &still), SEEN_PAUSED);
	assert_int_equal(seen_decide(STATE(SUSPENDED), &on), SEEN_RESUMED);
	assert_int_equal(seen_decide(STATE(STOPPED), &nowhere), SEEN_REMOVED);
	assert_int_equal(seen_decide(STATE(UNKNOWN), &off), SEEN_FOREIGN);
	assert_int_equal(seen_decide(STATE(UNKNOWN), &on), SEEN_FOREIGN);
}

/* Two copies must never both speak; one that stands still does not */
static void test_runs_while_it_moves(void **state)
{
	assert_int_equal(seen_decide(STATE(MOVING), &on), SEEN_FENCE);
	assert_int_equal(seen_decide(STATE(MOVING), &still), SEEN_NOTHING);
}

static void test_not_ours(void **state)
{
	struct driver_status other = on;

	other.ours = false;
	assert_int_equal(seen_decide(STATE(UNKNOWN), &other), SEEN_NOTHING);
}

/* Who has no connection sees nothing, and must not think that all are gone */
static void test_not_known(void **state)
{
	const struct driver_status unknown = {};

	for (int s = STATE(UNKNOWN); s <= STATE(SUSPENDED); s++)
		assert_int_equal(seen_decide(s, &unknown), SEEN_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_it_should_be),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_runs_while_it_moves),
		cmocka_unit_test(test_not_ours),
		cmocka_unit_test(test_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
