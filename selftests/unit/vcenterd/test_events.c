// SPDX-License-Identifier: GPL-2.0
#include "events.h"
#include "fixture.h"

static uint64_t add(struct events *events, bool alert, const char *text)
{
	uint64_t evicted;

	events_add(events, 1, alert, "kind", "subject", text, &evicted);
	return evicted;
}

static void test_order(void **state)
{
	struct events *events = events_new();
	const struct event *e;

	assert_null(events_next(events, 0, false));
	add(events, false, "one");
	add(events, true, "two");
	add(events, false, "three");
	e = events_next(events, 0, false);
	assert_int_equal(e->seq, 1);
	assert_string_equal(e->text, "one");
	assert_string_equal(events_next(events, 1, false)->text, "two");
	assert_string_equal(events_next(events, 0, true)->text, "two");
	assert_null(events_next(events, 2, true));
	assert_null(events_next(events, 3, false));
	assert_null(events_next(events, 1000, false));
	events_free(events);
}

/* Only the last ones stay, and each that goes is named once. */
static void test_ring(void **state)
{
	struct events *events = events_new();
	const struct event *e;
	uint64_t seq = 0, n = 0;
	char text[32];

	for (uint64_t i = 1; i <= EVENTS_MAX + 100; i++) {
		snprintf(text, sizeof(text), "%llu", (unsigned long long)i);
		assert_int_equal(add(events, i % 10 == 0, text),
				 i > EVENTS_MAX ? i - EVENTS_MAX : 0);
	}
	while ((e = events_next(events, seq, false))) {
		assert_int_equal(e->seq, seq ? seq + 1 : 101);
		assert_int_equal(strtoull(e->text, NULL, 10), e->seq);
		seq = e->seq;
		n++;
	}
	assert_int_equal(n, EVENTS_MAX);
	events_free(events);
}

/* After a restart the numbers go on, also when the oldest ones were dropped. */
static void test_load(void **state)
{
	struct events *events = events_new();
	struct event e = { .time = 5, .kind = "k", .text = "old" };

	for (uint64_t seq = 70000; seq < 70000 + EVENTS_MAX + 5; seq++) {
		e.seq = seq;
		events_load(events, &e);
	}
	assert_int_equal(events_next(events, 0, false)->seq, 70005);
	assert_int_equal(add(events, true, "new"), 70005);
	assert_int_equal(events_next(events, 0, true)->seq, 70000 + EVENTS_MAX + 5);
	assert_null(events_next(events, 70000 + EVENTS_MAX + 5, false));
	events_free(events);
}

static void test_too_long(void **state)
{
	struct events *events = events_new();
	char text[1000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	add(events, false, text);
	assert_int_equal(strlen(events_next(events, 0, false)->text),
			 sizeof(((struct event *)0)->text) - 1);
	events_free(events);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
