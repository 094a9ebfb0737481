// SPDX-License-Identifier: GPL-2.0
/* For how much of a day something was up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "uptime.h"

#define HALF_HOUR_MS	(HISTORY_PERIOD_S * 1000ull)
#define WALL		(944445ull * HALF_HOUR_MS)	/* a half-hour begins */
#define DAY_S		86400u

/* Looks every 20 s until @until; from @from it is up, or not */
static void look(struct uptime *u, uint64_t from, uint64_t until, bool up)
{
	for (uint64_t now = from; now < until; now += 20000)
		uptime_add(u, uptime_since(u, now), up, now);
}

static void expect_day(const struct uptime *u, uint64_t wall, uint64_t wanted_s, uint64_t up_s)
{
	struct uptime_sum day = uptime_day(u, wall);

	assert_int_equal(day.wanted_s, wanted_s);
	assert_int_equal(day.up_s, up_s);
}

/* Time is neither lost nor counted twice, whenever somebody looks. */
static void test_every_millisecond_counts_once(void **state)
{
	struct uptime u = { };
	uint64_t now = WALL, sum = 0;

	assert_int_equal(uptime_since(&u, now), 0);
	for (int i = 0; i < 1000; i++) {
		now += 1 + i * 7919 % 59000;
		sum += uptime_since(&u, now);
	}
	assert_int_equal(sum, (now - WALL) / 1000);
}

/* Stopped for long, or a clock that was set: of that time nothing is known. */
static void test_what_nobody_saw_does_not_count(void **state)
{
	struct uptime u = { };

	uptime_since(&u, WALL);
	assert_int_equal(uptime_since(&u, WALL + UPTIME_GAP_MS), UPTIME_GAP_MS / 1000);
	assert_int_equal(uptime_since(&u, WALL + 2 * UPTIME_GAP_MS + 1), 0);
	assert_int_equal(uptime_since(&u, WALL - 3600000), 0);
	assert_int_equal(uptime_since(&u, WALL - 3590000), 10);
	expect_day(&u, WALL, 0, 0);
}

static void test_a_day(void **state)
{
	struct uptime u = { };
	uint64_t hour = 2 * HALF_HOUR_MS;

	/* two days up, then an hour down, then an hour up */
	look(&u, WALL, WALL + 48 * hour, true);
	expect_day(&u, WALL + 48 * hour - 1, DAY_S, DAY_S);
	look(&u, WALL + 48 * hour, WALL + 49 * hour, false);
	look(&u, WALL + 49 * hour, WALL + 50 * hour, true);
	expect_day(&u, WALL + 50 * hour - 1, DAY_S, DAY_S - 3600);
	/* 22 hours later the hour is still of this day; 24 hours later there is nothing left */
	expect_day(&u, WALL + 72 * hour + HALF_HOUR_MS - 1, 5400, 3600);
	expect_day(&u, WALL + 75 * hour, 0, 0);
	/* and what comes then is not added to what was there a day ago */
	uptime_add(&u, 7, true, WALL + 75 * hour);
	expect_day(&u, WALL + 75 * hour, 7, 7);
}

static void test_half_hours(void **state)
{
	struct uptime u = { };
	struct uptime_sum part;
	uint64_t time, now = WALL + HALF_HOUR_MS + 600000;
	unsigned int last = HISTORY_PERIODS - 1;

	look(&u, WALL, WALL + HALF_HOUR_MS, true);
	look(&u, WALL + HALF_HOUR_MS, now, false);
	for (unsigned int n = 0; n < last - 1; n++)
		assert_false(uptime_period(&u, n, now, &time, &part));
	assert_true(uptime_period(&u, last - 1, now, &time, &part));
	assert_int_equal(time, WALL / 1000);
	assert_int_equal(part.wanted_s, HISTORY_PERIOD_S - 20);
	assert_int_equal(part.up_s, part.wanted_s);
	assert_true(uptime_period(&u, last, now, &time, &part));
	assert_int_equal(time, (WALL + HALF_HOUR_MS) / 1000);
	assert_int_equal(part.wanted_s, 600);
	assert_int_equal(part.up_s, 0);
}

/* The seconds of a million VMs are more than 32 bits in a day. */
static void test_many(void **state)
{
	struct uptime u = { };
	uint64_t now = WALL;

	for (int i = 0; i < HISTORY_PERIODS; i++, now += HALF_HOUR_MS)
		uptime_add(&u, HISTORY_PERIOD_S * 1000000u, true, now);
	expect_day(&u, now - HALF_HOUR_MS, 86400000000ull, 86400000000ull);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_millisecond_counts_once),
		cmocka_unit_test(test_what_nobody_saw_does_not_count),
		cmocka_unit_test(test_a_day),
		cmocka_unit_test(test_half_hours),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
