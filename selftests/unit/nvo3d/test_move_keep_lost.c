// SPDX-License-Identifier: GPL-2.0
/* The same as test_move_keep.c, when answers, programs or hosts are lost */
#include "keep_lab.h"

/* What cannot be brought back is not started anew, and not forgotten: who gives up asks again */
static void test_no_answer_of_the_hypervisor(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	atomic_store(&lab.silent, true);
	assert_int_equal(source(&p).code, CODE(UNAVAILABLE));
	assert_int_equal(host_vm(&p.from, VM)->fsm.state, STATE(MOVING));
	atomic_store(&lab.silent, false);
	/* the same again, as a vCenter does that hears of silence */
	assert_int_equal(source(&p).code, CODE(OK));
	atomic_store(&lab.silent, true);
	assert_int_equal(abort_at(&p.from).code, CODE(UNAVAILABLE));
	assert_int_equal(host_vm(&p.from, VM)->fsm.state, STATE(MOVING));
	assert_true(has_saved(&p.from, "saved"));
	host_end(&p.from);
	host_begin(&p.from);
	assert_int_equal(abort_at(&p.from).code, CODE(UNAVAILABLE));
	assert_true(has_saved(&p.from, "saved"));
	atomic_store(&lab.silent, false);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	as_before(&p, STATE(RUNNING));
	teardown(&p);
}

/* It may be there, and cannot be ended: it is when the hypervisor answers again */
static void test_no_answer_at_the_destination(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	atomic_store(&lab.silent, true);
	assert_int_equal(dest(&p).code, CODE(UNAVAILABLE));
	assert_int_equal(host_vm(&p.to, VM)->fsm.state, STATE(MOVING));
	assert_int_equal(dest(&p).code, CODE(BAD_STATE));
	assert_int_equal(abort_at(&p.to).code, CODE(UNAVAILABLE));
	assert_int_equal(host_vm(&p.to, VM)->fsm.state, STATE(MOVING));
	/* Another move is to ask again */
	move_id[0]++;
	assert_int_equal(dest(&p).code, CODE(BUSY));
	move_id[0]--;
	is_up(lab.to);
	BED_WAIT(p.to.bed, !host_vm(&p.to, VM));
	gone(&p.to);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	as_before(&p, STATE(RUNNING));
	teardown(&p);
}

/* The same, of one that stands there: that it was given up is not forgotten */
static void test_no_answer_when_it_is_given_up_there(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	atomic_store(&lab.silent, true);
	assert_int_equal(abort_at(&p.to).code, CODE(UNAVAILABLE));
	assert_int_equal(commit(&p, 9, true).code, CODE(BAD_STATE));
	look_at(lab.to);
	assert_int_equal(p.to.activated, 0);
	host_end(&p.to);
	host_begin(&p.to);
	is_up(lab.to);
	BED_WAIT(p.to.bed, !host_vm(&p.to, VM));
	gone(&p.to);
	teardown(&p);
}

/* Somebody starts it where it was saved: it is ended, and its disk is not its memory's any more */
static void test_started_by_somebody_else(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	fake_guest_begins(lab.from, VM);
	atomic_store(&lab.still[0], false);
	look_at(lab.from);
	BED_WAIT(p.from.bed, !lab.from->alive[VM] && !host_vm(&p.from, VM)->task);
	BED_WAIT(p.from.bed, p.from.alerts == 1);
	assert_false(has_saved(&p.from, "saved"));
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(lab.boots, 2);
	assert_int_equal(lab.restores, 0);
	BED_WAIT(p.from.bed, p.from.alerts == 2);
	teardown(&p);
}

/* It goes on, and the word of that is lost: it is ours, and not taken for somebody else's doing */
static void test_lost_word_at_the_commit(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	lab.lost_word = true;
	assert_int_equal(commit(&p, 9, true).code, CODE(UNAVAILABLE));
	look_at(lab.to);
	bed_settle(p.to.bed, 10);
	assert_true(lab.to->alive[VM]);
	lab.lost_word = false;
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	runs_there(&p);
	assert_int_equal(p.to.alerts, 0);
	teardown(&p);
}

static void test_lost_word_at_the_abort(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	lab.lost_word = true;
	assert_int_equal(abort_at(&p.from).code, CODE(UNAVAILABLE));
	look_at(lab.from);
	bed_settle(p.from.bed, 10);
	/* nobody gets it any more, either */
	assert_int_equal(dest(&p).code, CODE(DENIED));
	assert_int_equal(release(&p).code, CODE(BAD_STATE));
	lab.lost_word = false;
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	as_before(&p, STATE(RUNNING));
	assert_int_equal(p.from.alerts, 0);
	teardown(&p);
}

static void ends_while_saved(struct pair *p, struct source_reply *s)
{
	lab.hang = true;
	source_begin(p, s);
	BED_WAIT(p->from.bed, atomic_load(&lab.hangs));
	host_end(&p->from);
	lab.hang = false;
}

/* Its program ends while it is saved, and when it is saved */
static void test_source_restarts(void **state)
{
	struct source_reply s;
	struct pair p;

	keep_setup(&p, state);
	ends_while_saved(&p, &s);
	host_begin(&p.from);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_true(p.was_running);
	host_end(&p.from);
	host_begin(&p.from);
	assert_int_equal(host_vm(&p.from, VM)->fsm.state, STATE(MOVING));
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	runs_there(&p);
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	teardown(&p);
}

/* The hypervisor has done it, and its program has not heard of that */
static void test_source_restarts_and_it_is_saved(void **state)
{
	struct source_reply s;
	char dir[HOST_DIR_MAX];
	struct err err;
	struct pair p;

	keep_setup(&p, state);
	vm_dir(host_vm(&p.from, VM), dir);
	ends_while_saved(&p, &s);
	assert_int_equal(keep_save(&lab.from->driver, &(Nvo3__VmProfile){}, dir, &err), 0);
	lab.saves = 0;
	host_begin(&p.from);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(lab.saves, 0);
	assert_int_equal(p.saved_size, 600 << 10);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	as_before(&p, STATE(RUNNING));
	teardown(&p);
}

static void test_destination_restarts(void **state)
{
	struct dest_msg m;
	struct reply r = {};
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	chan_request(p.to.vc, MSG(RELOCATE_DEST), &dest_msg(&m, &p)->base, 0, bed_answered, &r);
	BED_WAIT(p.to.bed, p.to.progress > 1);
	host_end(&p.to);
	host_begin(&p.to);
	BED_WAIT(p.to.bed, !host_vm(&p.to, VM));
	gone(&p.to);
	memset(token, 9, sizeof(token));
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	/* While it stands there */
	host_end(&p.to);
	host_begin(&p.to);
	stands_there(&p);
	/* In the commit: it goes on by itself */
	lab.no_resume = true;
	assert_int_equal(commit(&p, 9, true).code, CODE(FAILED));
	host_end(&p.to);
	lab.no_resume = false;
	host_begin(&p.to);
	BED_WAIT(p.to.bed, p.to.told == STATE(RUNNING));
	runs_there(&p);
	teardown(&p);
}

/* Before the commit its memory is in the file, too */
static void test_destination_loses_its_power(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	host_end(&p.to);
	fake_guest_ends(lab.to, VM);
	host_begin(&p.to);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	runs_there(&p);
	assert_int_equal(lab.restores, 2);
	teardown(&p);
}

/* When it may have gone on, its file is worth nothing any more: the disk is another one */
static void test_a_memory_is_used_once(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	lab.no_resume = true;
	assert_int_equal(commit(&p, 9, true).code, CODE(FAILED));
	assert_false(has_saved(&p.to, "saved"));
	lab.no_resume = false;
	fake_guest_ends(lab.to, VM);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(lab.boots, 2);
	assert_int_equal(lab.memory[1], 2);
	assert_int_equal(p.to.alerts, 1);
	assert_int_equal(host_vm(&p.to, VM)->fsm.state, STATE(RUNNING));
	teardown(&p);
}

/* With its host, in the middle of being saved: it begins anew, and that is said */
static void test_source_loses_its_power(void **state)
{
	struct source_reply s;
	struct pair p;

	keep_setup(&p, state);
	ends_while_saved(&p, &s);
	fake_guest_ends(lab.from, VM);
	host_begin(&p.from);
	BED_WAIT(p.from.bed, !host_vm(&p.from, VM)->task);
	assert_int_equal(lab.boots, 2);
	assert_true(lab.from->alive[VM] && lab.from->up[VM]);
	assert_int_equal(host_vm(&p.from, VM)->fsm.state, STATE(RUNNING));
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(lab.boots, 2);
	teardown(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_no_answer_of_the_hypervisor),
		BED_TEST(test_no_answer_at_the_destination),
		BED_TEST(test_no_answer_when_it_is_given_up_there),
		BED_TEST(test_started_by_somebody_else),
		BED_TEST(test_lost_word_at_the_commit),
		BED_TEST(test_lost_word_at_the_abort),
		BED_TEST(test_source_restarts),
		BED_TEST(test_source_restarts_and_it_is_saved),
		BED_TEST(test_destination_restarts),
		BED_TEST(test_destination_loses_its_power),
		BED_TEST(test_a_memory_is_used_once),
		BED_TEST(test_source_loses_its_power),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
