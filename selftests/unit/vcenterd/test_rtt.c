// SPDX-License-Identifier: GPL-2.0
/* Which data centre is the nearest, and how often a tenant may ask. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include "lib/errs.h"
#include "rtt.h"
#include "rtt_limit.h"

static struct rtt measured(uint64_t dc1, uint64_t dc2, uint64_t dc3)
{
	struct rtt r = { .client = "192.0.2.7" };

	rtt_add(&r, "dc1", dc1);
	rtt_add(&r, "dc2", dc2);
	rtt_add(&r, "dc3", dc3);
	return r;
}

/* @dc: the one that is taken; else the refusal is @ret with @text. The VM is in dc1. */
static void choose(struct rtt r, const char *want, int ret, const char *text)
{
	const char *dc = NULL;
	struct err err;
	int got = rtt_choose(&r, "dc1", &dc, &err);

	assert_int_equal(got, ret);
	if (want)
		assert_string_equal(dc, want);
	else
		assert_string_equal(err.text, text);
}

static void test_the_nearest(void **state)
{
	choose(measured(40000, 30000, 5000), "dc3", 0, NULL);
	choose(measured(40000, 5000, 5001), "dc2", 0, NULL);
	choose(measured(40000, 0, 30000), "dc3", 0, NULL);
	/* of home nothing is known */
	choose(measured(0, 50000, 0), "dc2", 0, NULL);
}

static void test_none_is_nearer(void **state)
{
	choose(measured(12345, 12999, 0), NULL, -EPERM,
	       "no data centre is nearer to 192.0.2.7: dc1 12.3 ms, dc2 12.9 ms, dc3 did not answer");
	choose(measured(5000, 0, 0), NULL, -EPERM,
	       "no data centre is nearer to 192.0.2.7: dc1 5.0 ms, dc2 did not answer, dc3 did not answer");
	choose(measured(0, 0, 0), NULL, -EHOSTUNREACH,
	       "how far 192.0.2.7 is was not measured: dc1 did not answer, dc2 did not answer, dc3 did not answer");
}

/* More than 10 % and more than 1 ms: both. */
static void test_what_is_worth_a_move(void **state)
{
	static const char near[] = "no data centre is nearer to 192.0.2.7: ";
	struct {
		uint64_t home, there;
		bool worth;
	} cases[] = {
		{ 22000, 20000, false }, { 22001, 20000, true },
		{ 3000, 2000, false }, { 3001, 2000, true },
		{ 1100, 101, false }, { 1102, 101, true },
		{ 101000, 100000, false }, { 110000, 100000, false }, { 110001, 100000, true },
		{ UINT32_MAX, UINT32_MAX - 1000000, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rtt r = measured(cases[i].home, cases[i].there, 0);
		const char *dc = NULL;
		struct err err;
		int ret = rtt_choose(&r, "dc1", &dc, &err);

		if (!ret != cases[i].worth)
			fail_msg("case %zu: %d", i, ret);
		if (!ret)
			continue;
		assert_int_equal(ret, -EPERM);
		assert_non_null(strstr(err.text, near));
	}
}

/* The nearest of more than there is room for, whatever the order in which they come. */
static void test_many(void **state)
{
	struct rtt r = { .client = "192.0.2.7" };
	char dc[16];

	for (unsigned int i = 0; i < 3 * RTT_DCS; i++) {
		uint64_t us = 1000 * (3 * RTT_DCS - i);

		snprintf(dc, sizeof(dc), "dc%u", i);
		rtt_add(&r, dc, i % 3 ? us : 0);
	}
	assert_int_equal(r.n, RTT_DCS);
	assert_string_equal(r.dcs[0].dc, "dc47");
	for (unsigned int i = 1; i < RTT_DCS; i++)
		assert_true(r.dcs[i].us > r.dcs[i - 1].us);
	rtt_add(&r, "far", UINT64_MAX);
	assert_string_equal(r.dcs[0].dc, "dc47");
	rtt_add(&r, "here", 1);
	assert_string_equal(r.dcs[0].dc, "here");
	assert_int_equal(r.n, RTT_DCS);
}

static void test_so_many_in_a_minute(void **state)
{
	struct rtt_limits *limits = NULL;
	struct err err;
	uint64_t now = 1000;

	for (unsigned int i = 0; i < RTT_LIMIT; i++)
		assert_int_equal(rtt_limit_take(&limits, "alice", now + i * 100, &err), 0);
	assert_int_equal(rtt_limit_take(&limits, "alice", now + 1000, &err), -EBUSY);
	assert_string_equal(err.text,
			    "tenant alice has had 6 round-trip times measured within 60 s");
	/* another one is another one */
	assert_int_equal(rtt_limit_take(&limits, "bob", now + 1000, &err), 0);
	/* the first is a minute old, then the second; a refusal counts nothing */
	now += RTT_LIMIT_MS;
	assert_int_equal(rtt_limit_take(&limits, "alice", now - 1, &err), -EBUSY);
	assert_int_equal(rtt_limit_take(&limits, "alice", now, &err), 0);
	assert_int_equal(rtt_limit_take(&limits, "alice", now + 99, &err), -EBUSY);
	assert_int_equal(rtt_limit_take(&limits, "alice", now + 100, &err), 0);
	/* all is forgotten in time */
	now += 10 * RTT_LIMIT_MS;
	for (unsigned int i = 0; i < RTT_LIMIT; i++)
		assert_int_equal(rtt_limit_take(&limits, "alice", now, &err), 0);
	assert_int_equal(rtt_limit_take(&limits, "alice", now, &err), -EBUSY);
	rtt_limits_free(limits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_nearest),
		cmocka_unit_test(test_none_is_nearer),
		cmocka_unit_test(test_what_is_worth_a_move),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_so_many_in_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
