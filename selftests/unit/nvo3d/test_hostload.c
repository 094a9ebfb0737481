// SPDX-License-Identifier: GPL-2.0
/* What the kernel tells of this machine: of a good text the numbers, of any other a sentence */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "vserver/hostload.h"

#define STAT "cpu  100 20 30 800 50 5 6 7 90 1\ncpu0 50 10 15 400 25 2 3 4 45 0\n" \
	     "cpu1 50 10 15 400 25 3 3 3 45 1\nintr 12345 0 9\nctxt 1\n"
#define MEMINFO "MemTotal:        8000000 kB\nMemFree:          100000 kB\n" \
		"MemAvailable:    6000000 kB\nSwapTotal:             0 kB\n"

static void refuses(int rc, const struct err *err, const char *why)
{
	assert_true(rc < 0);
	if (!strstr(err->text, why))
		fail_msg("\"%s\" does not say \"%s\"", err->text, why);
}

static void test_processors(void **state)
{
	struct host_ticks t;

	/* Guests' 90 and 1 are in the first two: not again */
	assert_int_equal(host_ticks_parse(STAT, &t, NULL), 0);
	assert_int_equal(t.cpus, 2);
	assert_int_equal(t.busy, 100 + 20 + 30 + 5 + 6 + 7);
	assert_int_equal(t.all, t.busy + 800 + 50);
}

static void test_bad_processors(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "", "does not begin with cpu" },
		{ "cpu", "does not begin with cpu" },
		{ "cpu0 1 2 3 4 5 6 7 8\n", "does not begin with cpu" },
		{ "intr 1\ncpu  1 2 3 4 5 6 7 8\ncpu0 1\n", "does not begin with cpu" },
		{ "cpu  1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7 8\n", "number 8" },
		{ "cpu  1 2 3 -4 5 6 7 8\ncpu0 1\n", "number 4" },
		{ "cpu  1 2 three 4 5 6 7 8\ncpu0 1\n", "number 3" },
		{ "cpu  18446744073709551615 2 3 4 5 6 7 8\ncpu0 1\n", "number 1" },
		{ "cpu  1 99999999999999999999999 3 4 5 6 7 8\ncpu0 1\n", "number 2" },
		{ "cpu  1 2 3 4 5 6 7 8", "names no processor" },
		{ "cpu  1 2 3 4 5 6 7 8\nintr 5\n", "names no processor" },
	};
	struct host_ticks t = { .cpus = 77 };
	struct err err;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		refuses(host_ticks_parse(table[i].text, &t, &err), &err, table[i].why);
	assert_int_equal(t.cpus, 77);
}

static void test_busy(void **state)
{
	struct host_ticks a = { 100, 1000, 2 };

	assert_int_equal(host_busy_permille(&a, &(struct host_ticks){ 150, 1200, 2 }), 250);
	assert_int_equal(host_busy_permille(&a, &(struct host_ticks){ 300, 1200, 2 }), 1000);
	assert_int_equal(host_busy_permille(&a, &(struct host_ticks){ 100, 1200, 2 }), 0);
	/* The same again; back; more than there was time for */
	assert_int_equal(host_busy_permille(&a, &a), 0);
	assert_int_equal(host_busy_permille(&a, &(struct host_ticks){ 90, 900, 2 }), 0);
	assert_int_equal(host_busy_permille(&a, &(struct host_ticks){ 90, 1200, 2 }), 0);
	assert_int_equal(host_busy_permille(&a, &(struct host_ticks){ 900, 1200, 2 }), 1000);
	assert_int_equal(host_busy_permille(&(struct host_ticks){ 0, 0, 1 },
					    &(struct host_ticks){ UINT64_MAX / 2, UINT64_MAX, 1 }),
			 499);
}

static void test_memory(void **state)
{
	struct host_load l = {};

	assert_int_equal(host_memory_parse(MEMINFO, &l, NULL), 0);
	assert_int_equal(l.memory_kib, 8000000);
	assert_int_equal(l.memory_used_kib, 2000000);
}

static void test_bad_memory(void **state)
{
	static const struct {
		const char *text, *why;
	} table[] = {
		{ "", "has no MemTotal" },
		{ "MemTotal:  8000000 kB\n", "has no MemAvailable" },
		{ "XMemTotal: 5 kB\nMemAvailable: 1 kB\n", "has no MemTotal" },
		{ "MemTotals: 5 kB\nMemAvailable: 1 kB\n", "has no MemTotal" },
		{ "MemTotal: 5 MB\nMemAvailable: 1 kB\n", "MemTotal is not" },
		{ "MemTotal:\nMemAvailable: 1 kB\n", "MemTotal is not" },
		{ "MemTotal: 5", "MemTotal is not" },
		{ "MemTotal: -5 kB\nMemAvailable: 1 kB\n", "MemTotal is not" },
		{ "MemTotal: 5 kB\nMemAvailable: 6 kB\n", "6 kB of 5 are available" },
		{ "MemTotal: 0 kB\nMemAvailable: 0 kB\n", "0 kB of 0 are available" },
	};
	struct host_load l = { .memory_kib = 77 };
	struct err err;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		refuses(host_memory_parse(table[i].text, &l, &err), &err, table[i].why);
	assert_int_equal(l.memory_kib, 77);
}

static void test_load(void **state)
{
	uint32_t milli = 77;
	struct err err;

	assert_int_equal(host_loadavg_parse("1.25 0.50 0.10 2/345 6789\n", &milli, NULL), 0);
	assert_int_equal(milli, 1250);
	assert_int_equal(host_loadavg_parse("103.07 1 1", &milli, NULL), 0);
	assert_int_equal(milli, 103070);
	assert_int_equal(host_loadavg_parse("0.1234567", &milli, NULL), 0);
	assert_int_equal(milli, 123);
	refuses(host_loadavg_parse("", &milli, &err), &err, "does not begin with a load");
	refuses(host_loadavg_parse("many", &milli, &err), &err, "does not begin with a load");
	refuses(host_loadavg_parse("-1.5", &milli, &err), &err, "does not begin with a load");
	refuses(host_loadavg_parse("4294967295.0", &milli, &err), &err, "does not begin");
	assert_int_equal(milli, 123);
}

static void test_this_machine(void **state)
{
	struct host_load a, b;
	struct err err;

	if (host_load_read("/", &a, &err) || host_load_read("/", &b, &err))
		fail_msg("%s", err.text);
	assert_true(a.ticks.cpus && a.ticks.all && a.ticks.busy <= a.ticks.all);
	assert_true(b.ticks.busy >= a.ticks.busy);
	assert_true(a.memory_used_kib && a.memory_used_kib < a.memory_kib);
	assert_true(a.disk_used_kib <= a.disk_kib);
	refuses(host_load_read("/there/is/no/such", &a, &err), &err, "/there/is/no/such");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_processors),
		cmocka_unit_test(test_bad_processors),
		cmocka_unit_test(test_busy),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_bad_memory),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
