// SPDX-License-Identifier: GPL-2.0
/* A measurement, by a clock of the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "vserver/rtt.h"

#define ID	77
#define BEGIN	5000000ull

/* Sends what is due until all has been; @replies[i] us later a reply comes, 0: none does. */
static struct rtt play(const uint64_t replies[RTT_ECHOES], uint64_t *now)
{
	struct rtt r;

	rtt_init(&r, ID);
	*now = BEGIN;
	for (unsigned int i = 0; i < RTT_ECHOES; i++) {
		assert_true(rtt_due(&r, *now));
		assert_int_equal(r.sent, i);
		rtt_sent(&r, *now);
		assert_false(rtt_due(&r, *now));
		assert_int_equal(rtt_state(&r, *now), RTT_ON);
		if (replies[i])
			rtt_heard(&r, ID, i, *now + replies[i]);
		if (i + 1 < RTT_ECHOES) {
			assert_int_equal(rtt_next(&r), *now + RTT_EVERY_US);
			assert_false(rtt_due(&r, *now + RTT_EVERY_US - 1));
			*now += RTT_EVERY_US;
		}
	}
	return r;
}

static void test_the_fastest_counts(void **state)
{
	static const uint64_t replies[] = { 9000, 5200, 5100, 40000, 5300 };
	uint64_t now;
	struct rtt r = play(replies, &now);

	/* all are there: nobody waits for more */
	assert_int_equal(rtt_state(&r, now + 5300), RTT_DONE);
	assert_int_equal(r.best, 5100);
	assert_false(rtt_due(&r, now + 10 * RTT_WAIT_US));
}

static void test_some_are_lost(void **state)
{
	static const uint64_t replies[] = { 0, 0, 7000, 0, 0 };
	uint64_t now;
	struct rtt r = play(replies, &now);

	assert_int_equal(rtt_next(&r), now + RTT_WAIT_US);
	assert_int_equal(rtt_state(&r, now + RTT_WAIT_US - 1), RTT_ON);
	assert_int_equal(rtt_state(&r, now + RTT_WAIT_US), RTT_DONE);
	assert_int_equal(r.best, 7000);
}

static void test_silence(void **state)
{
	static const uint64_t replies[RTT_ECHOES];
	uint64_t now;
	struct rtt r = play(replies, &now);

	assert_int_equal(rtt_state(&r, now + RTT_WAIT_US - 1), RTT_ON);
	assert_int_equal(rtt_state(&r, now + RTT_WAIT_US), RTT_SILENT);
	assert_int_equal(r.best, 0);
}

/* Another's identifier, an echo that has not left, one that was answered: none counts. */
static void test_what_was_not_asked(void **state)
{
	struct rtt r;

	rtt_init(&r, ID);
	rtt_heard(&r, ID, 0, BEGIN);
	rtt_sent(&r, BEGIN);
	rtt_heard(&r, ID + 1, 0, BEGIN + 10);
	rtt_heard(&r, ID, 1, BEGIN + 10);
	rtt_heard(&r, ID, 65535, BEGIN + 10);
	assert_int_equal(r.best, 0);
	rtt_heard(&r, ID, 0, BEGIN + 500);
	rtt_heard(&r, ID, 0, BEGIN + 400);
	assert_int_equal(r.best, 500);
	/* faster than the clock can tell is not none */
	rtt_sent(&r, BEGIN + RTT_EVERY_US);
	rtt_heard(&r, ID, 1, BEGIN + RTT_EVERY_US);
	assert_int_equal(r.best, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_fastest_counts),
		cmocka_unit_test(test_some_are_lost),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_what_was_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
