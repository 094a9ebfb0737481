// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "usage.h"

#define WALL	1700000000000ull	/* a half-hour's end is not far: 1700001000 */

static const struct usage_rate most = { .cpu_permille = 4000, .memory_kib = 1 << 20 };

static struct vm_use at(uint64_t s)
{
	return (struct vm_use){ .time = WALL + s * 1000, .memory_kib = 1000 };
}

static void test_rates(void **state)
{
	struct usage u = { };
	struct vm_use use = at(0);

	use.cpu_ns = 5000000000ull;
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_FIRST);
	assert_null(history_recent(&u.history, 0));
	use = at(20);
	use.cpu_ns = 15000000000ull;
	use.disk_read = 2000;
	use.disk_written = 4000;
	use.net_in = 20;
	use.store_out = 40;
	assert_int_equal(usage_take(&u, &use, &most, WALL + 20000), USAGE_TAKEN);
	assert_int_equal(u.now.cpu_permille, 500);
	assert_int_equal(u.now.memory_kib, 1000);
	assert_int_equal(u.now.disk, 300);
	assert_int_equal(u.now.net, 1);
	assert_int_equal(u.now.store, 2);
	assert_int_equal(history_recent(&u.history, 0)->time, (WALL + 20000) / 1000);
	assert_null(history_recent(&u.history, 1));
}

/* Repeated, out of order, begun anew, from another time */
static void test_what_is_left_out(void **state)
{
	struct usage u = { }, before;
	struct vm_use use = at(100);

	use.cpu_ns = 1000;
	usage_take(&u, &use, &most, WALL);
	use = at(120);
	use.cpu_ns = 2000;
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_TAKEN);
	before = u;
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_OLD);
	use = at(110);
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_OLD);
	use = at(USAGE_SKEW_MS / 1000 + 1);
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_ABSURD);
	use.time = 0;
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_ABSURD);
	use.time = UINT64_MAX;
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_ABSURD);
	use = at(140);
	use.memory_kib = most.memory_kib + 1;
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_ABSURD);
	use = at(140);
	use.cpu_ns = 2000 + 20 * 4001000000ull;
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_ABSURD);
	assert_memory_equal(&before, &u, sizeof(u));
	use.cpu_ns = 1999;
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_ANEW);
	assert_memory_equal(&before.now, &u.now, sizeof(u.now));
	use = at(160);
	use.cpu_ns = 3000;
	assert_int_equal(usage_take(&u, &use, &most, WALL), USAGE_TAKEN);
}

static void test_no_overflow(void **state)
{
	struct usage u = { };
	struct vm_use use = at(0);

	usage_take(&u, &use, NULL, WALL);
	memset(&use, 0xff, sizeof(use));
	use.time = WALL + 1;
	assert_int_equal(usage_take(&u, &use, NULL, WALL), USAGE_TAKEN);
	assert_true(u.now.net <= 2ull * UINT32_MAX * 1024);
	assert_int_equal(history_recent(&u.history, 0)->v[USAGE_CPU], UINT32_MAX);
	assert_int_equal(history_recent(&u.history, 0)->v[USAGE_MEMORY], UINT32_MAX);
}

/* Two weeks of reports: the newest are there, in order, and the averages are. */
static void test_rings(void **state)
{
	struct usage u = { };
	struct usage_rate rate = { };
	uint64_t s, last = 14 * 86400;

	for (s = 0; s <= last; s += 20) {
		/* 20 reports with 100, then 20 with 300: 200 in the middle */
		rate.cpu_permille = s / 400 % 2 ? 300 : 100;
		rate.memory_kib = s / 20;
		usage_keep(&u, &rate, WALL + s * 1000);
	}
	for (unsigned int n = 0; n < HISTORY_RECENT; n++)
		assert_int_equal(history_recent(&u.history, n)->v[USAGE_MEMORY],
				 last / 20 - (HISTORY_RECENT - 1 - n));
	assert_null(history_recent(&u.history, HISTORY_RECENT));
	for (unsigned int n = 1; n < HISTORY_PERIODS; n++)
		assert_int_equal(history_period(&u.history, n)->time,
				 history_period(&u.history, n - 1)->time + HISTORY_PERIOD_S);
	for (unsigned int n = 0; n < HISTORY_PERIODS - 1; n++) {
		assert_true(history_period(&u.history, n)->v[USAGE_CPU] >= 188);
		assert_true(history_period(&u.history, n)->v[USAGE_CPU] <= 212);
	}
	assert_null(history_period(&u.history, HISTORY_PERIODS));
}

static void test_few(void **state)
{
	struct usage u = { };
	struct usage_rate rate = { .cpu_permille = 10 };

	/* the first period there is, at the beginning of time, too */
	usage_keep(&u, &rate, 0);
	rate.cpu_permille = 30;
	usage_keep(&u, &rate, 20000);
	assert_int_equal(history_period(&u.history, 0)->v[USAGE_CPU], 20);
	assert_null(history_period(&u.history, 1));
	assert_int_equal(history_recent(&u.history, 0)->v[USAGE_CPU], 10);
	assert_int_equal(history_recent(&u.history, 1)->v[USAGE_CPU], 30);
	assert_null(history_recent(&u.history, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_what_is_left_out),
		cmocka_unit_test(test_no_overflow),
		cmocka_unit_test(test_rings),
		cmocka_unit_test(test_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
