// SPDX-License-Identifier: GPL-2.0
/*
 * What goes with a move beside the image, what is measured of it, and that all is as it was when
 * it is given up: at each step before the commit.
 */
#include "move_pair.h"

/* What was used goes with the image, and the interface is held for a time until the commit. */
static void test_what_goes_with_it(void **state)
{
	struct pair p;

	setup(&p, state, true);
	p.from.used = 3;
	p.from.times.silent = 1700000000111111111ull;
	p.from.times.last_out = 1700000000100000000ull;
	assert_int_equal(p.from.hold_s, 0);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(p.from.prepared, 1);
	assert_int_equal(p.silent, 1700000000111111111ull);
	assert_int_equal(p.last_out, 1700000000100000000ull);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(p.to.wanted, 3);
	assert_int_equal(p.to.wanted_last, 42);
	assert_int_equal(p.to.hold_s, 900);
	assert_int_equal(p.to.active, 0);
	/* the same told again, also by the next process */
	host_end(&p.from);
	host_begin(&p.from);
	p.silent = 0;
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(p.silent, 1700000000111111111ull);

	p.to.times.active = 1700000002000000000ull;
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(p.to.hold_s, 0);
	BED_WAIT(p.to.bed, p.to.active == 1700000002000000000ull);
	assert_int_equal(p.to.first_in, 0);
	/* nobody has spoken to it yet */
	p.to.times.first_in = 1700000003000000000ull;
	BED_WAIT(p.to.bed, p.to.first_in == 1700000003000000000ull);
	BED_WAIT(p.to.bed, !p.to.vs->watches);
	/* a new session hears of it, too */
	p.to.first_in = 0;
	host_end(&p.to);
	host_begin(&p.to);
	BED_WAIT(p.to.bed, p.to.first_in == 1700000003000000000ull);
	teardown(&p);
}

static void tell_late(struct bed_host *h, uint64_t frames)
{
	Nvo3__TsiLate late = NVO3__TSI_LATE__INIT;
	uint8_t tsi[16] = { 1 };

	late.tsi = (ProtobufCBinaryData){ 16, tsi };
	late.move = (ProtobufCBinaryData){ 16, move_id };
	late.redirected = frames;
	chan_event(h->nve, MSG(TSI_LATE), &late.base);
}

static void test_late_frames_are_told(void **state)
{
	struct pair p;

	setup(&p, state, true);
	source(&p);
	dest(&p);
	commit(&p, 9, true);
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	assert_false(p.from.late_known);
	tell_late(&p.from, 0);
	BED_WAIT(p.from.bed, p.from.late_known);
	tell_late(&p.from, 5);
	BED_WAIT(p.from.bed, p.from.late == 5);
	teardown(&p);
}

/* It moves all the same; of the times only our own is known. */
static void test_nves_that_know_nothing_of_moves(void **state)
{
	struct pair p;

	setup(&p, state, true);
	p.from.old_nve = true;
	p.to.old_nve = true;
	assert_int_equal(source(&p).code, CODE(OK));
	assert_true(p.silent && !p.last_out);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(p.to.wanted, 0);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(release(&p).code, CODE(OK));
	teardown(&p);
}

/* The NVE has released what was not committed in time; a commit takes it again. */
static void test_commit_after_the_hold_timer(void **state)
{
	Nvo3__Alert alert = NVO3__ALERT__INIT;
	struct pair p;
	int before;

	setup(&p, state, true);
	source(&p);
	dest(&p);
	alert.kind = "hold-over";
	alert.subject = "01000000-0000-0000-0000-000000000000";
	alert.text = "as the test wishes";
	chan_event(p.to.nve, MSG(ALERT), &alert.base);
	BED_WAIT(p.to.bed, p.to.alerts);
	/* it is not asked for by the way */
	before = p.to.synced;
	assert_int_equal(before, 0);
	host_end(&p.to);
	host_begin(&p.to);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(p.to.associated, 2);
	assert_int_equal(p.to.epoch, 9);
	assert_true(p.to.driver.alive[1]);
	teardown(&p);
}

enum abort_step { AT_NOTHING, AT_STOPPED, AT_PULLED, AT_REFUSED };

/* Whatever had been done until then: all is as it was. */
static void abort_at_step(void **state, enum abort_step step, bool run)
{
	bool stopped = step >= AT_STOPPED;
	struct pair p;

	setup(&p, state, run);
	if (stopped)
		assert_int_equal(source(&p).code, CODE(OK));
	if (step == AT_PULLED)
		assert_int_equal(dest(&p).code, CODE(OK));
	p.to.refuse = MSG(TSI_ASSOCIATE);
	if (step == AT_REFUSED)
		assert_int_equal(dest(&p).code, CODE(DENIED));
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	assert_int_equal(host_vm(&p.from, 1)->fsm.state, run ? STATE(RUNNING) : STATE(STOPPED));
	assert_int_equal(p.from.driver.alive[1], run);
	assert_int_equal(p.from.epoch, run ? 3 : 0);
	/* its NVE knows that it stays: by the activation, or by a word */
	assert_int_equal(p.from.stayed, stopped && !run);
	assert_int_equal(p.from.activated, run ? 1 + stopped : 0);
	assert_int_equal(p.from.deassociated, 0);
	/* it may be started, stopped and moved as ever */
	assert_int_equal(host_power(&p.from, 1, !run).code, CODE(OK));
	move_id[0]++;
	memset(token, 9, sizeof(token));
	p.to.refuse = 0;
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	teardown(&p);
}

#define ABORT_TEST(name, step)							\
	static void test_abort_##name(void **state)				\
	{									\
		abort_at_step(state, step, true);				\
	}									\
										\
	static void test_abort_##name##_of_a_stopped_vm(void **state)		\
	{									\
		abort_at_step(state, step, false);				\
	}

ABORT_TEST(before_the_stop, AT_NOTHING)
ABORT_TEST(after_the_stop, AT_STOPPED)
ABORT_TEST(after_the_pull, AT_PULLED)
ABORT_TEST(after_a_refusal, AT_REFUSED)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_what_goes_with_it),
		BED_TEST(test_late_frames_are_told),
		BED_TEST(test_nves_that_know_nothing_of_moves),
		BED_TEST(test_commit_after_the_hold_timer),
		BED_TEST(test_abort_before_the_stop),
		BED_TEST(test_abort_before_the_stop_of_a_stopped_vm),
		BED_TEST(test_abort_after_the_stop),
		BED_TEST(test_abort_after_the_stop_of_a_stopped_vm),
		BED_TEST(test_abort_after_the_pull),
		BED_TEST(test_abort_after_the_pull_of_a_stopped_vm),
		BED_TEST(test_abort_after_a_refusal),
		BED_TEST(test_abort_after_a_refusal_of_a_stopped_vm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
