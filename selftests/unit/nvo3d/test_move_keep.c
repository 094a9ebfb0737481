// SPDX-License-Identifier: GPL-2.0
/* Both sides of a cold move that keeps the VM's memory: the way, and where it ends early */
#include "keep_lab.h"

/* The whole way, each request twice: at the other end it goes on with the boot that it was */
static void test_it_keeps_its_memory(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_true(p.was_running && !p.was_suspended);
	assert_int_equal(p.saved_size, 600 << 10);
	assert_int_equal(p.from.told, STATE(MOVING));
	assert_true(p.from.prepared == 1 && p.from.deactivated == 1);
	assert_false(lab.from->alive[VM] || lab.from->up[VM]);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(lab.saves, 1);

	assert_int_equal(dest(&p).code, CODE(OK));
	same_images(&p);
	stands_there(&p);
	assert_int_equal(p.to.total, DISK + (600 << 10));
	assert_int_equal(p.to.done, p.to.total);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(lab.restores, 1);

	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	runs_there(&p);
	assert_int_equal(p.to.epoch, 9);
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(BAD_STATE));
	assert_int_equal(release(&p).code, CODE(OK));
	gone(&p.from);
	runs_there(&p);
	teardown(&p);
}

static void test_suspended_it_stays_so(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(host_act(&p.from, VM, NVO3__VM_POWER__ACTION__SUSPEND).code, CODE(OK));
	p.keep = false;
	assert_int_equal(source(&p).code, CODE(BAD_STATE));
	p.keep = true;
	assert_int_equal(source(&p).code, CODE(OK));
	assert_true(p.was_suspended && !p.was_running);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	as_before(&p, STATE(SUSPENDED));
	move_id[0]++;
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(commit(&p, 9, false).code, CODE(OK));
	assert_int_equal(host_vm(&p.to, VM)->fsm.state, STATE(SUSPENDED));
	assert_int_equal(p.to.told, STATE(SUSPENDED));
	assert_true(lab.to->alive[VM] && lab.to->up[VM] && atomic_load(&lab.still[1]));
	assert_int_equal(release(&p).code, CODE(OK));
	assert_int_equal(host_act(&p.to, VM, NVO3__VM_POWER__ACTION__RESUME).code, CODE(OK));
	runs_there(&p);
	teardown(&p);
}

static void test_stopped_it_has_none(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(host_power(&p.from, VM, false).code, CODE(OK));
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(p.saved_size, 0);
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(commit(&p, 9, false).code, CODE(OK));
	assert_int_equal(host_vm(&p.to, VM)->fsm.state, STATE(STOPPED));
	assert_int_equal(lab.saves + lab.restores, 0);
	teardown(&p);
}

static void test_given_up(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(abort_at(&p.to).code, CODE(OK));
	gone(&p.to);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	as_before(&p, STATE(RUNNING));
	assert_int_equal(p.from.told, STATE(RUNNING));
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_int_equal(lab.restores, 2);
	assert_int_equal(commit(&p, 9, true).code, CODE(BAD_STATE));
	teardown(&p);
}

static void test_it_cannot_be_saved(void **state)
{
	struct pair p;
	struct reply r;

	keep_setup(&p, state);
	lab.no_save = "cannot save VM nvo3-vm1: no space";
	r = source(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, lab.no_save);
	as_before(&p, STATE(RUNNING));
	assert_null(p.from.vs->moves);
	lab.no_save = NULL;
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	runs_there(&p);
	teardown(&p);
}

/* It is known before the commit, and the source is whole */
static void test_it_cannot_be_restored_there(void **state)
{
	struct pair p;
	struct reply r;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	lab.no_restore = "cannot restore the domain: unknown machine type";
	r = dest(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, lab.no_restore);
	gone(&p.to);
	lab.no_restore = NULL;
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	as_before(&p, STATE(RUNNING));
	teardown(&p);
}

static void test_another_memory_than_the_one_announced(void **state)
{
	struct pair p;
	struct reply r;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	p.saved_sha256[0] ^= 1;
	r = dest(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_non_null(strstr(r.text, "the saved memory that arrived has another SHA-256"));
	gone(&p.to);
	assert_int_equal(lab.restores, 0);
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	as_before(&p, STATE(RUNNING));
	teardown(&p);
}

/* The gate: as long as frames do not pass it stands still, and nothing of it is lost */
static void test_nve_is_not_ready(void **state)
{
	struct pair p;

	keep_setup(&p, state);
	assert_int_equal(source(&p).code, CODE(OK));
	assert_int_equal(dest(&p).code, CODE(OK));
	p.to.refuse = MSG(TSI_ACTIVATE);
	assert_int_equal(commit(&p, 9, true).code, CODE(DENIED));
	assert_true(lab.to->alive[VM] && atomic_load(&lab.still[1]));
	assert_true(has_saved(&p.to, "saved"));
	p.to.refuse = 0;
	assert_int_equal(commit(&p, 9, true).code, CODE(OK));
	runs_there(&p);
	teardown(&p);
}

static void test_given_up_while_it_is_saved(void **state)
{
	struct source_reply s;
	struct pair p;

	keep_setup(&p, state);
	lab.hang = true;
	source_begin(&p, &s);
	BED_WAIT(p.from.bed, atomic_load(&lab.hangs));
	assert_int_equal(abort_at(&p.from).code, CODE(OK));
	assert_true(s.r.here);
	assert_int_not_equal(s.r.code, CODE(OK));
	as_before(&p, STATE(RUNNING));
	/* For good */
	assert_int_equal(source(&p).code, CODE(BAD_STATE));
	teardown(&p);
}

static void test_refused(void **state)
{
	struct dest_msg m;
	struct pair p;
	struct reply r;

	keep_setup(&p, state);
	lab.from->driver.moves = NULL;
	r = source(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "the driver of vServer dc1/host1 cannot keep a VM's memory");
	lab.from->driver.moves = &keep_moves;
	assert_int_equal(source(&p).code, CODE(OK));
	dest_msg(&m, &p)->saved_size = 1ull << 60;
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(FULL));
	assert_non_null(strstr(r.text, "MiB are wanted for the memory of VM vm1"));
	dest_msg(&m, &p)->saved_sha256.len = 31;
	r = bed_ask(p.to.bed, p.to.vc, MSG(RELOCATE_DEST), &m.req.base);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	lab.to->driver.moves = NULL;
	r = dest(&p);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "the driver of vServer dc1/host2 cannot keep a VM's memory");
	lab.to->driver.moves = &keep_moves;
	gone(&p.to);
	assert_int_equal(dest(&p).code, CODE(OK));
	teardown(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_it_keeps_its_memory),
		BED_TEST(test_suspended_it_stays_so),
		BED_TEST(test_stopped_it_has_none),
		BED_TEST(test_given_up),
		BED_TEST(test_it_cannot_be_saved),
		BED_TEST(test_it_cannot_be_restored_there),
		BED_TEST(test_another_memory_than_the_one_announced),
		BED_TEST(test_nve_is_not_ready),
		BED_TEST(test_given_up_while_it_is_saved),
		BED_TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
