// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "bfd_fsm.h"

#define MS 1000ull
#define S 1000000ull

static const struct bfd_params params = { .min_tx = 300000, .min_rx = 200000, .mult = 3 };

/* What a neighbor with discriminator 9 says when it wants 100 ms both ways */
static struct bfd_packet says(uint8_t state)
{
	return (struct bfd_packet){ .state = state, .mult = 5, .my = 9, .your = 7,
				    .min_tx = 100000, .min_rx = 100000 };
}

static void hear(struct bfd_fsm *f, struct bfd_packet p, uint64_t now)
{
	assert_int_equal(bfd_fsm_receive(f, &p, now), BFD_TAKEN);
}

/* All that is to be sent now; *last is the last one, the value how many */
static unsigned int drain(struct bfd_fsm *f, uint64_t now, struct bfd_packet *last)
{
	struct bfd_packet p;
	unsigned int n = 0;

	while (bfd_fsm_send(f, now, &p)) {
		assert_true(++n < 4);
		if (last)
			*last = p;
	}
	return n;
}

/* A session that has come to @state by packets, at second 10, with nothing left to send */
static struct bfd_fsm in_state(uint8_t state)
{
	struct bfd_fsm f;

	bfd_fsm_init(&f, &params, BFD_SAYS_NOTHING, 7, 42, 9 * S);
	if (state == BFD_ADMIN_DOWN)
		bfd_fsm_admin(&f, true, 10 * S);
	if (state == BFD_INIT || state == BFD_UP)
		hear(&f, says(BFD_DOWN), 10 * S);
	if (state == BFD_UP)
		hear(&f, says(BFD_UP), 10 * S);
	drain(&f, 10 * S, NULL);
	assert_int_equal(f.state, state);
	return f;
}

/* Section 6.8.6, from "If bfd.SessionState is AdminDown" on; and what we conclude */
static const struct transition {
	uint8_t from, heard, to, diag;
	enum bfd_verdict verdict;
} transitions[] = {
	{ BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN, BFD_SAYS_NOTHING },
	{ BFD_ADMIN_DOWN, BFD_DOWN, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN, BFD_SAYS_NOTHING },
	{ BFD_ADMIN_DOWN, BFD_INIT, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN, BFD_SAYS_NOTHING },
	{ BFD_ADMIN_DOWN, BFD_UP, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN, BFD_SAYS_NOTHING },
	{ BFD_DOWN, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAG_NONE, BFD_SAYS_NOTHING },
	{ BFD_DOWN, BFD_DOWN, BFD_INIT, BFD_DIAG_NONE, BFD_SAYS_NOTHING },
	{ BFD_DOWN, BFD_INIT, BFD_UP, BFD_DIAG_NONE, BFD_SAYS_UP },
	{ BFD_DOWN, BFD_UP, BFD_DOWN, BFD_DIAG_NONE, BFD_SAYS_NOTHING },
	{ BFD_INIT, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAG_NEIGHBOR, BFD_SAYS_NOTHING },
	{ BFD_INIT, BFD_DOWN, BFD_INIT, BFD_DIAG_NONE, BFD_SAYS_NOTHING },
	{ BFD_INIT, BFD_INIT, BFD_UP, BFD_DIAG_NONE, BFD_SAYS_UP },
	{ BFD_INIT, BFD_UP, BFD_UP, BFD_DIAG_NONE, BFD_SAYS_UP },
	{ BFD_UP, BFD_ADMIN_DOWN, BFD_DOWN, BFD_DIAG_NEIGHBOR, BFD_SAYS_NOTHING },
	{ BFD_UP, BFD_DOWN, BFD_DOWN, BFD_DIAG_NEIGHBOR, BFD_SAYS_DOWN },
	{ BFD_UP, BFD_INIT, BFD_UP, BFD_DIAG_NONE, BFD_SAYS_UP },
	{ BFD_UP, BFD_UP, BFD_UP, BFD_DIAG_NONE, BFD_SAYS_UP },
};

static void test_state_table(void **state)
{
	for (size_t i = 0; i < sizeof(transitions) / sizeof(*transitions); i++) {
		const struct transition *t = &transitions[i];
		struct bfd_fsm f = in_state(t->from);
		struct bfd_packet p;

		hear(&f, says(t->heard), 11 * S);
		if (f.state != t->to || f.diag != t->diag || f.verdict != t->verdict)
			fail_msg("%s that hears %s: %s, %s, verdict %d", bfd_state_name(t->from),
				 bfd_state_name(t->heard), bfd_state_name(f.state),
				 bfd_diag_name(f.diag), f.verdict);
		/* A change is told at once */
		if (t->from == t->to)
			continue;
		assert_int_equal(drain(&f, 11 * S, &p), 1);
		assert_int_equal(p.state, t->to);
		assert_int_equal(p.diag, t->diag);
	}
}

static void test_detection(void **state)
{
	/* Heard is what changes nothing */
	static const struct transition table[] = {
		{ BFD_ADMIN_DOWN, BFD_UP, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN, BFD_SAYS_NOTHING },
		{ BFD_DOWN, BFD_UP, BFD_DOWN, BFD_DIAG_NONE, BFD_SAYS_NOTHING },
		{ BFD_INIT, BFD_DOWN, BFD_DOWN, BFD_DIAG_EXPIRED, BFD_SAYS_NOTHING },
		{ BFD_UP, BFD_UP, BFD_DOWN, BFD_DIAG_EXPIRED, BFD_SAYS_DOWN },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct bfd_fsm f = in_state(table[i].from);

		/* 5 times the larger of 200 ms, which we take, and 100 ms, which it sends */
		hear(&f, says(table[i].heard), 20 * S);
		bfd_fsm_run(&f, 20 * S + 1000 * MS - 1);
		assert_int_equal(f.your, 9);
		assert_in_range(bfd_fsm_next(&f), 0, 20 * S + 1000 * MS);
		bfd_fsm_run(&f, 20 * S + 1000 * MS);
		assert_int_equal(f.state, table[i].to);
		assert_int_equal(f.diag, table[i].diag);
		assert_int_equal(f.verdict, table[i].verdict);
		/* Whoever comes next is not that neighbor */
		assert_int_equal(f.your, 0);
		assert_int_equal(f.expires, BFD_NEVER);
	}
	/* It sends more seldom than we would take, or is about to */
	{
		struct bfd_fsm f = in_state(BFD_UP);
		struct bfd_packet p = says(BFD_UP);

		p.min_tx = 400000;
		p.mult = 2;
		hear(&f, p, 20 * S);
		assert_int_equal(f.expires, 20 * S + 800 * MS);
	}
	/* A neighbor that asks for no packets is found again after its end */
	{
		struct bfd_fsm f = in_state(BFD_UP);
		struct bfd_packet p = says(BFD_UP);

		p.min_rx = 0;
		hear(&f, p, 20 * S);
		assert_int_equal(drain(&f, 20 * S + 999 * MS, NULL), 0);
		bfd_fsm_run(&f, 21 * S);
		assert_int_equal(drain(&f, 21 * S, NULL), 1);
		assert_in_range(bfd_fsm_next(&f), 21 * S, 22 * S);
	}
}

static void test_timers(void **state)
{
	struct bfd_fsm f = in_state(BFD_DOWN);
	struct bfd_packet p;

	/* Not up: no faster than a second, and it says so */
	assert_int_equal(bfd_fsm_interval(&f), BFD_SLOW_US);
	assert_int_equal(drain(&f, bfd_fsm_next(&f), &p), 1);
	assert_int_equal(p.min_tx, BFD_SLOW_US);
	assert_int_equal(p.min_rx, 200000);
	assert_int_equal(p.min_echo, 0);
	assert_false(p.demand || p.independent || p.auth || p.multipoint);
	/* Up: the slower of what we want and it takes */
	f = in_state(BFD_UP);
	assert_int_equal(bfd_fsm_interval(&f), 300000);
	p = says(BFD_UP);
	p.min_rx = 500000;
	hear(&f, p, 11 * S);
	assert_int_equal(bfd_fsm_interval(&f), 500000);
	drain(&f, 11 * S, NULL);
	assert_in_range(bfd_fsm_next(&f), 11 * S + 375 * MS, 11 * S + 500 * MS);
	/* Less: at once, counted from the last packet; and what is late is sent now */
	p.min_rx = 100000;
	hear(&f, p, 11 * S + 50 * MS);
	assert_in_range(bfd_fsm_next(&f), 11 * S + 225 * MS, 11 * S + 300 * MS);
	p.min_rx = 500000;
	hear(&f, p, 11 * S + 100 * MS);
	p.min_rx = 100000;
	hear(&f, p, 11 * S + 350 * MS);
	assert_int_equal(drain(&f, 11 * S + 350 * MS, NULL), 1);
	/* None at all, but an answer */
	p.min_rx = 0;
	hear(&f, p, 12 * S);
	assert_int_equal(drain(&f, 12 * S + 900 * MS, NULL), 0);
	assert_int_equal(bfd_fsm_next(&f), f.expires);
	p.poll = true;
	hear(&f, p, 12 * S + 900 * MS);
	assert_int_equal(drain(&f, 12 * S + 900 * MS, &p), 1);
	assert_true(p.final);
	/* Slower than a second, if that is the wish */
	{
		const struct bfd_params slow = { 5000000, 5000000, 3 };

		bfd_fsm_init(&f, &slow, BFD_SAYS_NOTHING, 7, 42, 0);
		assert_int_equal(f.min_tx, 5000000);
		hear(&f, says(BFD_INIT), 1 * S);
		assert_int_equal(f.state, BFD_UP);
		/* Nothing has changed, so there is nothing to ask for */
		assert_false(f.polling);
	}
}

static void test_poll_sequence(void **state)
{
	struct bfd_fsm f = in_state(BFD_INIT);
	struct bfd_packet p = {}, heard = says(BFD_UP);
	uint64_t now = 11 * S;

	/* Up with other values: every periodic packet asks until there is an answer */
	hear(&f, heard, now);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(drain(&f, now, &p), 1);
		assert_true(p.poll && !p.final);
		assert_int_equal(p.min_tx, 300000);
		hear(&f, heard, now);
		now = bfd_fsm_next(&f);
	}
	/* An answer to its question meanwhile does not ask, and the turn of ours still comes */
	heard.poll = true;
	hear(&f, heard, now - 10 * MS);
	assert_int_equal(drain(&f, now - 10 * MS, &p), 1);
	assert_true(p.final && !p.poll);
	assert_int_equal(bfd_fsm_next(&f), now);
	heard.poll = false;
	heard.final = true;
	hear(&f, heard, now);
	assert_int_equal(drain(&f, now, &p), 1);
	assert_false(p.poll || p.final);
	/* Nobody asked: an answer is only an answer */
	hear(&f, heard, now);
	assert_int_equal(drain(&f, now, NULL), 0);
}

static void test_demand_of_the_neighbor(void **state)
{
	struct bfd_fsm f = in_state(BFD_UP);
	struct bfd_packet heard = says(BFD_UP), p = {};

	heard.demand = true;
	hear(&f, heard, 11 * S);
	/* What we want to be known first is */
	assert_true(f.polling);
	heard.final = true;
	hear(&f, heard, 11 * S);
	assert_int_equal(drain(&f, 11 * S + 900 * MS, NULL), 0);
	assert_int_equal(bfd_fsm_next(&f), 12 * S);
	/* Asked, it answers; the session still fails by silence, and then speaks again */
	heard.poll = true;
	heard.final = false;
	hear(&f, heard, 11 * S + 900 * MS);
	assert_int_equal(drain(&f, 11 * S + 900 * MS, &p), 1);
	assert_true(p.final);
	bfd_fsm_run(&f, 13 * S);
	assert_int_equal(f.state, BFD_DOWN);
	assert_int_equal(drain(&f, 13 * S, NULL), 1);
}

static void test_jitter(void **state)
{
	for (int mult = 1; mult < 5; mult++) {
		const struct bfd_params p = { 100000, 100000, mult };
		uint64_t least = UINT64_MAX, most = 0, now = 0;
		struct bfd_fsm f;

		bfd_fsm_init(&f, &p, BFD_SAYS_NOTHING, 7, 42 + mult, now);
		hear(&f, says(BFD_INIT), now);
		drain(&f, now, NULL);
		for (int i = 0; i < 10000; i++) {
			uint64_t gap = bfd_fsm_next(&f) - now;

			least = gap < least ? gap : least;
			most = gap > most ? gap : most;
			now += gap;
			hear(&f, says(BFD_UP), now);
			assert_int_equal(drain(&f, now, NULL), 1);
		}
		/* Within the bounds, and all of the room is used */
		assert_in_range(least, 75000, 76000);
		if (mult == 1)
			assert_in_range(most, 89000, 90000);
		else
			assert_in_range(most, 99000, 100000);
	}
}

static void test_many_do_not_begin_together(void **state)
{
	unsigned int tenths[10] = {};

	for (uint64_t seed = 1; seed <= 1000; seed++) {
		struct bfd_fsm f;

		bfd_fsm_init(&f, &params, BFD_SAYS_NOTHING, 7, seed * 0x9e3779b97f4a7c15, 0);
		tenths[bfd_fsm_next(&f) / 100000]++;
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(tenths[i], 50, 150);
}

/* A machine that slept, or a loop that stood still: one packet, not those that were missed */
static void test_clock_leaps(void **state)
{
	struct bfd_fsm f = in_state(BFD_UP);
	uint64_t now = 10 * S + 3600 * S;

	hear(&f, says(BFD_UP), now);
	bfd_fsm_run(&f, now);
	assert_int_equal(f.state, BFD_UP);
	assert_int_equal(drain(&f, now, NULL), 1);
	assert_in_range(bfd_fsm_next(&f), now + 225 * MS, now + 300 * MS);
	/* Nothing was in the sockets: that is silence */
	bfd_fsm_run(&f, now + 3600 * S);
	assert_int_equal(f.verdict, BFD_SAYS_DOWN);
	assert_int_equal(drain(&f, now + 3600 * S, NULL), 1);
	/* One that stands still sends nothing twice */
	assert_int_equal(drain(&f, now + 3600 * S, NULL), 0);
	bfd_fsm_run(&f, now + 3600 * S);
	assert_int_equal(drain(&f, now + 3600 * S, NULL), 0);
}

static void test_verdicts(void **state)
{
	struct bfd_fsm f;
	struct bfd_packet p = says(BFD_DOWN);

	/* What was said before us stays said until it is up, or the neighbor has switched it off */
	bfd_fsm_init(&f, &params, BFD_SAYS_DOWN, 7, 42, 0);
	bfd_fsm_run(&f, 100 * S);
	hear(&f, p, 101 * S);
	bfd_fsm_run(&f, 200 * S);
	assert_int_equal(f.verdict, BFD_SAYS_DOWN);
	hear(&f, says(BFD_INIT), 201 * S);
	assert_int_equal(f.verdict, BFD_SAYS_UP);
	bfd_fsm_init(&f, &params, BFD_SAYS_DOWN, 7, 42, 0);
	hear(&f, says(BFD_ADMIN_DOWN), 1 * S);
	assert_int_equal(f.verdict, BFD_SAYS_NOTHING);
	/* It says why it goes, and is silent: nothing follows */
	f = in_state(BFD_UP);
	hear(&f, says(BFD_ADMIN_DOWN), 11 * S);
	bfd_fsm_run(&f, 100 * S);
	assert_int_equal(f.verdict, BFD_SAYS_NOTHING);
	/* We switch it off, and on */
	f = in_state(BFD_UP);
	bfd_fsm_admin(&f, true, 11 * S);
	assert_int_equal(f.verdict, BFD_SAYS_NOTHING);
	assert_int_equal(drain(&f, 11 * S, &p), 1);
	assert_int_equal(p.state, BFD_ADMIN_DOWN);
	assert_int_equal(p.diag, BFD_DIAG_ADMIN);
	bfd_fsm_admin(&f, true, 11 * S);
	assert_int_equal(drain(&f, 11 * S, NULL), 0);
	bfd_fsm_admin(&f, false, 12 * S);
	assert_int_equal(drain(&f, 12 * S, &p), 1);
	assert_int_equal(p.state, BFD_DOWN);
	assert_int_equal(p.diag, BFD_DIAG_NONE);
}

/* A program that was started again is no path that failed, if it is up again soon */
static void test_neighbor_restarts(void **state)
{
	struct bfd_packet again = says(BFD_DOWN);
	struct bfd_fsm f;

	again.my = 10;
	again.your = 0;
	f = in_state(BFD_UP);
	hear(&f, again, 11 * S);
	assert_int_equal(f.state, BFD_DOWN);
	assert_int_equal(f.verdict, BFD_SAYS_UP);
	again.your = 7;
	hear(&f, again, 11 * S + 5 * MS);
	again.state = BFD_UP;
	hear(&f, again, 11 * S + 10 * MS);
	assert_int_equal(f.state, BFD_UP);
	/* The old patience has no end of its own */
	hear(&f, again, 20 * S);
	bfd_fsm_run(&f, 20 * S);
	assert_int_equal(f.verdict, BFD_SAYS_UP);
	/* Not soon: it hears nothing of us, or falls silent */
	again.my = 11;
	again.your = 0;
	again.state = BFD_DOWN;
	for (int i = 0; i < 60; i++) {
		hear(&f, again, 21 * S + i * 100 * MS);
		bfd_fsm_run(&f, 21 * S + i * 100 * MS);
		assert_int_equal(f.verdict, i < 50 ? BFD_SAYS_UP : BFD_SAYS_DOWN);
	}
	f = in_state(BFD_UP);
	hear(&f, again, 11 * S);
	assert_int_equal(bfd_fsm_next(&f) <= 12 * S, true);
	bfd_fsm_run(&f, 12 * S);
	assert_int_equal(f.verdict, BFD_SAYS_DOWN);
	/* It has a complaint, so it was not new to us */
	f = in_state(BFD_UP);
	again.diag = BFD_DIAG_EXPIRED;
	hear(&f, again, 11 * S);
	assert_int_equal(f.verdict, BFD_SAYS_DOWN);
}

static void test_authenticated(void **state)
{
	struct bfd_fsm f = in_state(BFD_UP), before = f;
	struct bfd_packet p = says(BFD_DOWN);

	p.auth = true;
	assert_int_equal(bfd_fsm_receive(&f, &p, 11 * S), BFD_AUTH);
	assert_memory_equal(&f, &before, sizeof(f));
}

/* --- two of them, joined by a line that can be cut either way, in steps of 10 ms */

struct pair {
	struct bfd_fsm a, b;
	bool cut_ab, cut_ba;
	uint64_t now;
	unsigned int sent;
};

static void pass(struct bfd_fsm *from, struct bfd_fsm *to, bool cut, struct pair *x)
{
	struct bfd_packet p;

	bfd_fsm_run(from, x->now);
	while (bfd_fsm_send(from, x->now, &p)) {
		x->sent++;
		if (!cut && (!p.your || p.your == to->my))
			bfd_fsm_receive(to, &p, x->now);
	}
}

static void run_for(struct pair *x, uint64_t ms)
{
	for (uint64_t end = x->now + ms * MS; x->now < end; x->now += 10 * MS) {
		pass(&x->a, &x->b, x->cut_ab, x);
		pass(&x->b, &x->a, x->cut_ba, x);
	}
}

static void test_two_of_them(void **state)
{
	const struct bfd_params slower = { 400000, 500000, 2 };
	struct pair x = {};

	bfd_fsm_init(&x.a, &params, BFD_SAYS_NOTHING, 1, 42, 0);
	bfd_fsm_init(&x.b, &slower, BFD_SAYS_NOTHING, 2, 43, 0);
	run_for(&x, 3000);
	assert_true(x.a.state == BFD_UP && x.b.state == BFD_UP);
	assert_false(x.a.polling || x.b.polling);
	assert_int_equal(bfd_fsm_interval(&x.a), 500000);
	assert_int_equal(bfd_fsm_interval(&x.b), 400000);
	assert_int_equal(bfd_fsm_detection(&x.a), 2 * 400000);
	assert_int_equal(bfd_fsm_detection(&x.b), 3 * 500000);
	x.sent = 0;
	run_for(&x, 60000);
	assert_in_range(x.sent, 60 * 2 + 60 * 5 / 2, 60 * 4 / 3 * 2 + 60 * 5 / 2 * 4 / 3 + 60);
	/* One way is enough for both to know, and both say why */
	x.cut_ba = true;
	run_for(&x, 1000);
	assert_true(x.a.state == BFD_DOWN && x.a.diag == BFD_DIAG_EXPIRED);
	assert_true(x.b.state != BFD_UP && x.b.diag == BFD_DIAG_NEIGHBOR);
	assert_int_equal(x.b.remote_diag, BFD_DIAG_EXPIRED);
	assert_true(x.a.verdict == BFD_SAYS_DOWN && x.b.verdict == BFD_SAYS_DOWN);
	run_for(&x, 60000);
	assert_true(x.a.verdict == BFD_SAYS_DOWN && x.b.verdict == BFD_SAYS_DOWN);
	x.cut_ba = false;
	run_for(&x, 3000);
	assert_true(x.a.verdict == BFD_SAYS_UP && x.b.verdict == BFD_SAYS_UP);
	x.cut_ab = true;
	x.cut_ba = true;
	run_for(&x, 1700);
	assert_true(x.a.verdict == BFD_SAYS_DOWN && x.b.verdict == BFD_SAYS_DOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_state_table),
		cmocka_unit_test(test_detection),
		cmocka_unit_test(test_timers),
		cmocka_unit_test(test_poll_sequence),
		cmocka_unit_test(test_demand_of_the_neighbor),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_many_do_not_begin_together),
		cmocka_unit_test(test_clock_leaps),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_neighbor_restarts),
		cmocka_unit_test(test_authenticated),
		cmocka_unit_test(test_two_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
