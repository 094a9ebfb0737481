// SPDX-License-Identifier: GPL-2.0
/*
 * events: alerts have their own room, repeats are dropped, numbers climb.
 */
#include <stdlib.h>
#include "fixture.h"
#include "ndirectord/events.h"

static struct events *events;

static int setup(void **state)
{
	events = calloc(1, sizeof(*events));
	return 0;
}

static int teardown(void **state)
{
	free(events);
	return 0;
}

static bool add(uint64_t now, bool alert, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static bool add(uint64_t now, bool alert, const char *fmt, ...)
{
	va_list ap;
	bool added;

	va_start(ap, fmt);
	added = events_add(events, now, alert, "kind", "subject", fmt, ap);
	va_end(ap);
	return added;
}

static unsigned int count(uint64_t seq, bool alerts)
{
	const struct event_entry *e;
	unsigned int n = 0;

	while ((e = events_after(events, seq, alerts))) {
		assert_true(e->seq > seq);
		seq = e->seq;
		n++;
	}
	return n;
}

static void test_both_sorts_come_in_order(void **state)
{
	assert_null(events_after(events, 0, false));
	assert_null(events_newest(events, true));
	add(1, false, "a");
	add(2, true, "b");
	add(3, false, "c");
	assert_int_equal(count(0, false), 3);
	assert_int_equal(count(0, true), 1);
	assert_string_equal(events_after(events, 1, false)->text, "b");
	assert_string_equal(events_after(events, 2, false)->text, "c");
	assert_null(events_after(events, 3, false));
	assert_null(events_after(events, 1000, false));
	assert_string_equal(events_newest(events, true)->text, "b");
}

static void test_everyday_work_does_not_push_alerts_out(void **state)
{
	int i;

	add(1, true, "the house is on fire");
	for (i = 0; i < 3 * EVENTS_MAX; i++)
		add(2, false, "work %d", i);
	assert_int_equal(count(0, false), EVENTS_MAX + 1);
	assert_string_equal(events_after(events, 0, true)->text, "the house is on fire");
	assert_int_equal(events_after(events, 1, false)->seq, 2 * EVENTS_MAX + 2);
}

static void test_an_alert_repeats_after_a_minute(void **state)
{
	assert_true(add(1000, true, "again"));
	assert_true(add(2000, true, "something else"));
	assert_false(add(60999, true, "again"));
	assert_true(add(61000, true, "again"));
	assert_true(add(61000, false, "note"));
	assert_true(add(61000, false, "note"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_sorts_come_in_order),
		TEST(test_everyday_work_does_not_push_alerts_out),
		TEST(test_an_alert_repeats_after_a_minute),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
