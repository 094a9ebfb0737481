// SPDX-License-Identifier: GPL-2.0
/* Two clocks and a way between them whose two directions take different times */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "lib/clock_offset.h"

#define MS 1000000ull
#define S (1000 * MS)
#define BOOT (1700000000ull * S)	/* our CLOCK_REALTIME at our CLOCK_MONOTONIC 0 */

/* The question takes @there, the answer @back; the other's clock is @ahead of ours. */
static void ask(struct clock_offset *c, uint64_t now, int64_t ahead, uint64_t there, uint64_t back)
{
	clock_offset_add(c, now, now + there + back, BOOT + now + there + ahead);
}

static void check(const struct clock_offset *c, uint64_t now, int64_t want, uint64_t error)
{
	uint64_t got_error;
	int64_t got;

	assert_true(clock_offset_get(c, now, BOOT + now, &got, &got_error));
	assert_int_equal(got_error, error);
	assert_true(llabs(got - want) <= (int64_t)error);
}

static void test_nothing_known(void **state)
{
	struct clock_offset c = { 0 };
	uint64_t error;
	int64_t got;

	assert_false(clock_offset_get(&c, 5 * S, BOOT, &got, &error));
	/* an answer before its question says nothing */
	clock_offset_add(&c, 5 * S, 4 * S, BOOT);
	assert_false(clock_offset_get(&c, 5 * S, BOOT, &got, &error));
}

/* However the round trip is shared out, the truth lies within the error. */
static void test_one_answer(void **state)
{
	static const int64_t ahead[] = { 0, 3 * S, -3 * (int64_t)S, 17, -400 * (int64_t)S };

	for (size_t i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++) {
		for (uint64_t there = 0; there <= 10; there++) {
			struct clock_offset c = { 0 };

			ask(&c, 7 * S, ahead[i], there * MS, (10 - there) * MS);
			check(&c, 7 * S + 10 * MS, ahead[i], 5 * MS);
		}
	}
}

static void test_shortest_round_trip_wins(void **state)
{
	struct clock_offset c = { 0 };

	ask(&c, 1 * S, 2 * S, 30 * MS, 10 * MS);
	ask(&c, 2 * S, 2 * S, 1 * MS, 1 * MS);
	ask(&c, 3 * S, 2 * S, 5 * MS, 55 * MS);
	/* one ms, and 100 ppm of the second since then */
	check(&c, 3 * S + 2 * MS, 2 * S, 1 * MS + 100000);
}

/* A good answer of long ago is worth less than a fair one of now, and falls out. */
static void test_age(void **state)
{
	struct clock_offset c = { 0 };

	ask(&c, 1 * S, 0, 1 * MS, 1 * MS);
	ask(&c, 100 * S, 0, 3 * MS, 3 * MS);
	check(&c, 100 * S + 6 * MS, 0, 3 * MS);
	for (unsigned int i = 0; i < CLOCK_OFFSET_SAMPLES; i++)
		ask(&c, (101 + i) * S, 0, 20 * MS, 20 * MS);
	check(&c, (100 + CLOCK_OFFSET_SAMPLES) * S + 40 * MS, 0, 20 * MS);
	/* the place in the ring is right for ever */
	for (unsigned int i = 0; i < 100; i++)
		ask(&c, (200 + i) * S, 0, 2 * MS, 2 * MS);
	check(&c, 299 * S + 4 * MS, 0, 2 * MS);
}

static void test_other_clock_is_set(void **state)
{
	struct clock_offset c = { 0 };

	for (unsigned int i = 0; i < 12; i++)
		ask(&c, i * S, 0, 1 * MS, 1 * MS);
	ask(&c, 20 * S, -5 * (int64_t)S, 10 * MS, 10 * MS);
	check(&c, 20 * S + 20 * MS, -5 * (int64_t)S, 10 * MS);
}

/* Ours is set by an hour between the answer and now: the difference is another one then. */
static void test_own_clock_is_set(void **state)
{
	struct clock_offset c = { 0 };
	uint64_t error;
	int64_t got;

	ask(&c, 1 * S, 0, 0, 0);
	assert_true(clock_offset_get(&c, 1 * S, BOOT + 3601 * S, &got, &error));
	assert_int_equal(error, 0);
	assert_int_equal(got, -3600 * (int64_t)S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_one_answer),
		cmocka_unit_test(test_shortest_round_trip_wins),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_other_clock_is_set),
		cmocka_unit_test(test_own_clock_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
