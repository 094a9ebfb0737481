// SPDX-License-Identifier: GPL-2.0
/*
 * Echoes that leave, in a network namespace of the test's: its device lo has addresses that are
 * no loopback addresses, so that its kernel answers.
 *
 *	lo  10.77.0.1/24 fd77::1/64
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "../lib/sandbox.h"
#include "errs.h"
#include "log.h"
#include "msg.h"
#include "vserver/rtt.h"
#include "vserver/rtt_run.h"

#define DEADLINE_MS	30000

struct result {
	int n;
	uint32_t code;
	char text[256];
	uint64_t us;
};

static struct loop *loop;
static struct loop_timer *tick;
static struct rtt_runs *runs;

static void run(const char *cmd)
{
	if (system(cmd))
		fail_msg("%s", cmd);
}

static void done(uint32_t code, const char *text, uint64_t us, void *arg)
{
	struct result *r = arg;

	r->n++;
	r->code = code;
	r->us = us;
	strcpy(r->text, text);
}

static void begin(struct result *r, const char *addr)
{
	struct ip_addr a;

	*r = (struct result){ 0 };
	assert_int_equal(ip_addr_parse(&a, addr, NULL), 0);
	rtt_measure(runs, &a, done, r);
}

static void stop_tick(void *arg)
{
	loop_stop(loop);
}

static void turn(void)
{
	loop_timer_set(tick, 5);
	loop_run(loop);
}

static void await(struct result *r, uint32_t code)
{
	uint64_t end = loop_now_ms() + DEADLINE_MS;

	while (!r->n && loop_now_ms() < end)
		turn();
	if (r->n != 1 || r->code != code)
		fail_msg("%d answers, %u %s, not %u", r->n, r->code, r->text, code);
}

static void measure(struct result *r, const char *addr, uint32_t code)
{
	begin(r, addr);
	await(r, code);
}

static int setup(void **state)
{
	loop = loop_new();
	tick = loop_timer_new(loop, stop_tick, NULL);
	runs = rtt_runs_new(loop);
	return 0;
}

static int teardown(void **state)
{
	rtt_runs_free(runs);
	loop_timer_free(tick);
	loop_free(loop);
	run("sysctl -qw net.ipv4.icmp_echo_ignore_all=0");
	return 0;
}

static void test_who_answers(void **state)
{
	static const char *const addrs[] = { "10.77.0.1", "fd77::1" };
	struct result r;
	uint64_t began;

	for (int i = 0; i < 2; i++) {
		began = loop_now_ms();
		measure(&r, addrs[i], CODE(OK));
		/* all five have left, and the time is one of theirs */
		assert_true(loop_now_ms() - began + 1 >= 4 * RTT_EVERY_US / 1000);
		assert_true(r.us > 0 && r.us < 1000 * (loop_now_ms() - began));
	}
}

static void test_who_is_silent(void **state)
{
	struct result r;

	run("sysctl -qw net.ipv4.icmp_echo_ignore_all=1");
	measure(&r, "10.77.0.1", CODE(UNAVAILABLE));
	assert_string_equal(r.text, "10.77.0.1 answers no echo");
	measure(&r, "192.0.2.1", CODE(UNAVAILABLE));
	assert_non_null(strstr(r.text, "no way to 192.0.2.1"));
}

static void test_who_may_not_be_asked(void **state)
{
	static const char *const addrs[] = { "127.0.0.1", "::1", "0.0.0.0", "224.0.0.1", "ff02::1",
					     "255.255.255.255", "fe80::1", "169.254.0.1" };
	struct result r;

	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		begin(&r, addrs[i]);
		assert_int_equal(r.n, 1);
		assert_int_equal(r.code, CODE(BAD_MESSAGE));
		assert_non_null(strstr(r.text, addrs[i]));
	}
	/* of a subnet it is known here only */
	measure(&r, "10.77.0.255", CODE(UNAVAILABLE));
	assert_non_null(strstr(r.text, "no way to 10.77.0.255"));
}

/* Each has its own replies; one too many is refused at once, and the next has room again. */
static void test_several_at_once(void **state)
{
	struct result r[RTT_AT_ONCE], more;

	for (unsigned int i = 0; i < RTT_AT_ONCE; i++)
		begin(&r[i], i % 2 ? "10.77.0.1" : "fd77::1");
	begin(&more, "10.77.0.1");
	assert_int_equal(more.n, 1);
	assert_int_equal(more.code, CODE(BUSY));
	for (unsigned int i = 0; i < RTT_AT_ONCE; i++)
		await(&r[i], CODE(OK));
	measure(&more, "10.77.0.1", CODE(OK));
}

static void test_it_stops(void **state)
{
	struct result r;

	begin(&r, "10.77.0.1");
	rtt_runs_free(runs);
	runs = NULL;
	assert_int_equal(r.n, 1);
	assert_int_equal(r.code, CODE(UNAVAILABLE));
	for (int i = 0; i < 30; i++)
		turn();
	assert_int_equal(r.n, 1);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_answers),
		TEST(test_who_is_silent),
		TEST(test_who_may_not_be_asked),
		TEST(test_several_at_once),
		TEST(test_it_stops),
	};

	log_init("test", -1);
	if (sandbox_enter(NULL))
		return 1;
	run("ip link set lo up");
	run("ip addr add 10.77.0.1/24 brd 10.77.0.255 dev lo");
	run("ip addr add fd77::1/64 dev lo nodad");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
