// SPDX-License-Identifier: GPL-2.0
/*
 * events: numbers climb without gaps, alerts have their own room, repeats are dropped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "lib/events.h"

static struct events *events;

static int setup(void **state)
{
	events = events_new();
	return 0;
}

static int teardown(void **state)
{
	events_free(events);
	return 0;
}

static const struct event *add(uint64_t now, bool alert, const char *text, uint64_t *evicted)
{
	uint64_t ignored;

	return events_add(events, now, alert, "kind", "subject", text, evicted ?: &ignored);
}

static unsigned int count(uint64_t seq, bool alerts)
{
	const struct event *e;
	unsigned int n = 0;

	while ((e = events_next(events, seq, alerts))) {
		assert_true(e->seq > seq);
		seq = e->seq;
		n++;
	}
	return n;
}

static void test_both_sorts_come_in_order(void **state)
{
	assert_null(events_next(events, 0, false));
	add(1, false, "a", NULL);
	add(2, true, "b", NULL);
	add(3, false, "c", NULL);
	assert_int_equal(count(0, false), 3);
	assert_int_equal(count(0, true), 1);
	assert_int_equal(events_next(events, 0, false)->seq, 1);
	assert_string_equal(events_next(events, 1, false)->text, "b");
	assert_string_equal(events_next(events, 2, false)->text, "c");
	assert_null(events_next(events, 2, true));
	assert_null(events_next(events, 3, false));
	assert_null(events_next(events, 1000, false));
}

static void test_everyday_work_does_not_push_alerts_out(void **state)
{
	uint64_t evicted;

	add(1, true, "the house is on fire", NULL);
	for (uint64_t i = 1; i <= 3 * EVENTS_MAX; i++) {
		add(2, false, "work", &evicted);
		/* Its number is one more: the alert has the first. */
		assert_int_equal(evicted, i > EVENTS_MAX ? i - EVENTS_MAX + 1 : 0);
	}
	assert_int_equal(count(0, false), EVENTS_MAX + 1);
	assert_string_equal(events_next(events, 0, true)->text, "the house is on fire");
	assert_int_equal(events_next(events, 1, false)->seq, 2 * EVENTS_MAX + 2);
}

static void test_an_alert_repeats_after_a_minute(void **state)
{
	assert_non_null(add(1000, true, "again", NULL));
	assert_non_null(add(2000, true, "something else", NULL));
	assert_null(add(60999, true, "again", NULL));
	assert_int_equal(add(61000, true, "again", NULL)->seq, 3);
	assert_non_null(add(61000, false, "note", NULL));
	assert_non_null(add(61000, false, "note", NULL));
}

/* After a restart the numbers go on, also when the oldest ones were dropped. */
static void test_load(void **state)
{
	struct event e = { .time = 5, .kind = "k", .text = "old" };

	for (e.seq = 70000; e.seq < 70000 + EVENTS_MAX + 5; e.seq++)
		events_load(events, &e);
	assert_int_equal(events_next(events, 0, false)->seq, 70005);
	assert_int_equal(add(6, true, "new", NULL)->seq, 70000 + EVENTS_MAX + 5);
	assert_int_equal(events_next(events, 0, true)->seq, 70000 + EVENTS_MAX + 5);
	assert_null(events_next(events, 70000 + EVENTS_MAX + 5, false));
}

static void test_too_long(void **state)
{
	char text[1000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(strlen(add(1, false, text, NULL)->text),
			 sizeof(((struct event *)0)->text) - 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_both_sorts_come_in_order),
		TEST(test_everyday_work_does_not_push_alerts_out),
		TEST(test_an_alert_repeats_after_a_minute),
		TEST(test_load),
		TEST(test_too_long),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
