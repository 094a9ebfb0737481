// SPDX-License-Identifier: GPL-2.0
/*
 * Token buckets: whatever is offered, over any stretch of time no more passes than the rate
 * and two bursts, and what is offered steadily above the rate gets the rate.
 *
 * NVO3_SEED repeats a run; it is printed first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>
#include "police.h"

#define SECOND	1000000000ULL

static bool offer(struct nvo3_police *police, const struct nvo3_limits *limits, u64 now,
		  u32 bytes, u32 frames)
{
	return nvo3_police_take(police, limits, bytes, frames) ||
	       (nvo3_police_refill(police, limits, now) &&
		nvo3_police_take(police, limits, bytes, frames));
}

static void test_golden(void **state)
{
	(void)state;
	assert_true(nvo3_police_selftest());
}

/* Random gaps and sizes; the clock wraps in each run. */
static void test_bound(void **state)
{
	u64 begin, now, passed, frames, elapsed, rate, burst, pps, size;
	struct nvo3_limits limits;
	struct nvo3_police police;
	u32 run, i, largest;

	(void)state;
	for (run = 0; run < 200; run++) {
		rate = 8000 + shim_random() % 8000000000ULL;
		burst = 1500 + shim_random() % 1000000;
		pps = run % 2 ? 10 + shim_random() % 100000 : 0;
		begin = -(shim_random() % SECOND);
		now = begin;
		passed = 0;
		frames = 0;
		largest = 0;
		nvo3_limits_init(&limits, rate, burst, pps);
		nvo3_police_init(&police, &limits, now);
		for (i = 0; i < 20000; i++) {
			size = 64 + shim_random() % (run % 3 ? 1450 : 65000);
			largest = size > largest ? size : largest;
			now += shim_random() % 64 ? shim_random() % 20000 :
						    shim_random() % (SECOND / 100);
			if (offer(&police, &limits, now, size, 1)) {
				passed += size;
				frames++;
			}
			elapsed = now - begin;
			assert_true(passed <= 2 * burst + largest +
					      (u64)((double)elapsed * (rate / 8) / SECOND) + 1);
			if (pps)
				assert_true(frames <= 2 * (pps / 10 > 32 ? pps / 10 : 32) + 1 +
						      (u64)((double)elapsed * pps / SECOND) + 1);
		}
	}
}

/* Offered twice the rate for ten seconds: a hundredth less than the rate is too little. */
static void test_steady(void **state)
{
	u64 rates[] = { 64000, 1000000, 100000000, 10000000000ULL }, now, passed, gap;
	struct nvo3_limits limits;
	struct nvo3_police police;
	u32 r, i, n;

	(void)state;
	for (r = 0; r < ARRAY_SIZE(rates); r++) {
		nvo3_limits_init(&limits, rates[r], 100000, 0);
		nvo3_police_init(&police, &limits, 5);
		/* Frames of 1,000 bytes. */
		gap = 8000 * SECOND / rates[r] / 2;
		n = 10 * SECOND / gap < 4000000 ? 10 * SECOND / gap : 4000000;
		for (passed = 0, now = 5, i = 0; i < n; i++, now += gap)
			passed += offer(&police, &limits, now, 1000, 1);
		assert_true(passed >= n / 2 * 99 / 100);
		assert_true(passed <= n / 2 + 201);
	}
}

/* A frame that one bucket refuses costs nothing in the other. */
static void test_both_or_neither(void **state)
{
	struct nvo3_limits limits;
	struct nvo3_police police;
	int i;

	(void)state;
	nvo3_limits_init(&limits, 8000, 1500, 320);
	nvo3_police_init(&police, &limits, 0);
	assert_true(nvo3_police_take(&police, &limits, 1500, 1));
	for (i = 0; i < 100; i++)
		assert_false(nvo3_police_take(&police, &limits, 100, 1));
	assert_int_equal(police.frames.tokens.counter, 31);
	assert_int_equal(police.bytes.tokens.counter, 0);
	/* Without limits everything passes and nothing is written. */
	nvo3_limits_init(&limits, 0, 0, 0);
	for (i = 0; i < 100; i++)
		assert_true(nvo3_police_take(&police, &limits, 65536, 45));
	assert_int_equal(police.frames.tokens.counter, 31);
}

/* A clock that another CPU read later and was faster with. */
static void test_back(void **state)
{
	struct nvo3_limits limits;
	struct nvo3_police police;

	(void)state;
	nvo3_limits_init(&limits, 8000000, 1000, 0);
	nvo3_police_init(&police, &limits, SECOND);
	assert_true(nvo3_police_take(&police, &limits, 1000, 1));
	assert_false(offer(&police, &limits, SECOND - 1, 1000, 1));
	assert_false(offer(&police, &limits, 0, 1000, 1));
	assert_true(offer(&police, &limits, SECOND + SECOND / 1000, 1000, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden), cmocka_unit_test(test_bound),
		cmocka_unit_test(test_steady), cmocka_unit_test(test_both_or_neither),
		cmocka_unit_test(test_back),
	};
	const char *seed = getenv("NVO3_SEED");

	shim_random_state = seed ? strtoull(seed, NULL, 0) : (u64)time(NULL);
	printf("# NVO3_SEED=%llu\n", shim_random_state);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
