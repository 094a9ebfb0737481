// SPDX-License-Identifier: GPL-2.0
/* The vServer role: creation, power, deletion, failure and restart */
#include "host_bed.h"

#define STATE(name) NVO3__VM_STATE__VM_##name

static void nothing_left(struct bed_host *h, uint8_t n)
{
	assert_null(host_vm(h, n));
	assert_false(host_has_files(h, n));
	assert_false(h->driver.attached[n]);
	assert_false(h->driver.alive[n]);
	assert_int_equal(h->associated, h->deassociated);
}

static void test_life(void **state)
{
	struct bed_host h;

	host_up(&h, *state, "host1");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(RUNNING));
	assert_int_equal(h.told, STATE(RUNNING));
	assert_int_equal(host_image_size(&h, 1), 16 << 20);
	assert_true(h.driver.attached[1] && h.driver.up[1] && h.driver.alive[1]);
	assert_int_equal(h.epoch, 3);
	BED_WAIT(h.bed, h.vm_registered == 1);
	/* Again: the same answer, and nothing is done */
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	assert_int_equal(h.associated, 1);
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	assert_int_equal(h.activated, 1);

	assert_int_equal(host_power(&h, 1, false).code, CODE(OK));
	assert_int_equal(h.told, STATE(STOPPED));
	assert_false(h.driver.up[1] || h.driver.alive[1]);
	assert_int_equal(h.deactivated, 1);
	assert_int_equal(host_image_size(&h, 1), 16 << 20);
	assert_int_equal(host_power(&h, 1, false).code, CODE(OK));
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	assert_int_equal(h.told, STATE(RUNNING));

	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	nothing_left(&h, 1);
	BED_WAIT(h.bed, h.vm_unregistered == 1);
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	assert_int_equal(h.vm_unregistered, 1);
	assert_int_equal(host_power(&h, 1, true).code, CODE(NOT_FOUND));
	host_down(&h);
}

static void test_refusals(void **state)
{
	Nvo3__VmCreate req = NVO3__VM_CREATE__INIT;
	struct bed_host h;
	struct vm_msg m;
	struct reply r;

	host_up(&h, *state, "host1");
	assert_int_equal(host_create(&h, 1, false).code, CODE(OK));
	assert_int_equal(h.told, STATE(STOPPED));
	/* Another VM with the MAC of the first */
	req.profile = vm_msg(&m, 2);
	m.mac[5] = 1;
	r = bed_ask(h.bed, h.vc, MSG(VM_CREATE), &req.base);
	assert_int_equal(r.code, CODE(EXISTS));
	assert_non_null(strstr(r.text, "02:00:00:00:00:01 is that of VM vm1"));
	/* The same VM with another profile */
	req.profile = vm_msg(&m, 1);
	m.p.cpus = 2;
	r = bed_ask(h.bed, h.vc, MSG(VM_CREATE), &req.base);
	assert_int_equal(r.code, CODE(EXISTS));
	/* Too large */
	req.profile = vm_msg(&m, 2);
	m.p.cpus = 4;
	r = bed_ask(h.bed, h.vc, MSG(VM_CREATE), &req.base);
	assert_int_equal(r.code, CODE(FULL));
	assert_non_null(strstr(r.text, "cpus"));
	req.profile = NULL;
	r = bed_ask(h.bed, h.vc, MSG(VM_CREATE), &req.base);
	assert_int_equal(r.code, CODE(BAD_MESSAGE));
	assert_int_equal(HASH_COUNT(h.vs->vms), 1);
	assert_int_equal(h.associated, 1);
	host_down(&h);
}

/* Whatever fails, nothing is left, and the reason is told */
static void test_failed_creation(void **state)
{
	struct bed_host h;
	struct reply r;

	host_up(&h, *state, "host1");
	h.refuse = MSG(TSI_ASSOCIATE);
	r = host_create(&h, 1, true);
	assert_int_equal(r.code, CODE(DENIED));
	assert_string_equal(r.text, "the NVE does not like it");
	assert_null(host_vm(&h, 1));
	assert_false(host_has_files(&h, 1) || h.driver.attached[1]);
	h.deassociated = 0;

	h.refuse = MSG(TSI_ACTIVATE);
	assert_int_equal(host_create(&h, 1, true).code, CODE(DENIED));
	nothing_left(&h, 1);
	h.refuse = 0;
	h.driver.cannot_start = true;
	r = host_create(&h, 1, true);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "cannot start");
	nothing_left(&h, 1);
	h.driver.cannot_attach = true;
	assert_int_equal(host_create(&h, 1, false).code, CODE(FAILED));
	assert_null(host_vm(&h, 1));
	assert_false(host_has_files(&h, 1));
	host_down(&h);
}

/* Both at once: one VM, and both are answered */
static void test_asked_twice_at_once(void **state)
{
	Nvo3__VmCreate req = NVO3__VM_CREATE__INIT;
	Nvo3__VmDelete del = NVO3__VM_DELETE__INIT;
	struct reply a = {}, b = {}, busy = {};
	struct bed_host h;
	struct vm_msg m;

	host_up(&h, *state, "host1");
	req.profile = vm_msg(&m, 1);
	del.vm = req.profile->vm;
	chan_request(h.vc, MSG(VM_CREATE), &req.base, 0, bed_answered, &a);
	chan_request(h.vc, MSG(VM_CREATE), &req.base, 0, bed_answered, &b);
	chan_request(h.vc, MSG(VM_DELETE), &del.base, 0, bed_answered, &busy);
	BED_WAIT(h.bed, a.here && b.here && busy.here);
	assert_int_equal(a.code, CODE(OK));
	assert_int_equal(b.code, CODE(OK));
	assert_int_equal(busy.code, CODE(BUSY));
	assert_non_null(strstr(busy.text, "creation"));
	assert_int_equal(h.associated, 1);
	host_down(&h);
}

static void test_guest_ends(void **state)
{
	struct bed_host h;

	host_up(&h, *state, "host1");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	fake_guest_ends(&h.driver, 1);
	BED_WAIT(h.bed, h.told == STATE(FAILED) && h.alerts == 1);
	/* Nobody sends it frames any more */
	BED_WAIT(h.bed, h.deactivated == 1);
	assert_false(h.driver.up[1]);
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	assert_int_equal(h.told, STATE(RUNNING));
	host_down(&h);
}

static void test_failed_start(void **state)
{
	struct bed_host h;

	host_up(&h, *state, "host1");
	assert_int_equal(host_create(&h, 1, false).code, CODE(OK));
	h.driver.cannot_start = true;
	assert_int_equal(host_power(&h, 1, true).code, CODE(FAILED));
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(STOPPED));
	assert_int_equal(h.activated, h.deactivated);
	assert_false(h.driver.up[1]);
	h.driver.cannot_start = false;
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	host_down(&h);
}

static void test_restart(void **state)
{
	struct bed_host h;

	host_up(&h, *state, "host1");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	assert_int_equal(host_create(&h, 2, false).code, CODE(OK));
	assert_int_equal(host_create(&h, 3, true).code, CODE(OK));
	host_end(&h);
	/* One guest does not live to see it */
	fake_guest_ends(&h.driver, 3);
	host_begin(&h);
	assert_int_equal(h.reported, 3);
	assert_int_equal(h.synced, 3);
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(RUNNING));
	assert_int_equal(host_vm(&h, 2)->fsm.state, STATE(STOPPED));
	assert_int_equal(host_vm(&h, 3)->fsm.state, STATE(FAILED));
	assert_true(h.driver.alive[1]);
	/* And is watched as before */
	fake_guest_ends(&h.driver, 1);
	BED_WAIT(h.bed, h.told == STATE(FAILED));
	host_down(&h);
}

/* The program ends in the middle of a creation: the next one cleans up */
static void test_restart_in_creation(void **state)
{
	Nvo3__VmCreate req = NVO3__VM_CREATE__INIT;
	struct reply r = {};
	struct bed_host h;
	struct vm_msg m;

	host_up(&h, *state, "host1");
	req.profile = vm_msg(&m, 1);
	chan_request(h.vc, MSG(VM_CREATE), &req.base, 0, bed_answered, &r);
	BED_WAIT(h.bed, host_has_files(&h, 1));
	host_end(&h);
	BED_WAIT(h.bed, r.here);
	assert_int_equal(r.code, CODE(UNAVAILABLE));
	host_begin(&h);
	BED_WAIT(h.bed, !host_vm(&h, 1));
	assert_false(host_has_files(&h, 1));
	assert_int_equal(host_create(&h, 1, false).code, CODE(OK));
	host_down(&h);
}

/* The same, and vCenter asks again before the rest of it is gone: it is made, behind that */
static void test_asked_again_while_the_rest_goes(void **state)
{
	Nvo3__VmCreate req = NVO3__VM_CREATE__INIT;
	struct reply r = {}, again = {};
	struct bed_host h;
	struct vm_msg m;

	host_up(&h, *state, "host1");
	req.profile = vm_msg(&m, 1);
	req.start = true;
	chan_request(h.vc, MSG(VM_CREATE), &req.base, 0, bed_answered, &r);
	BED_WAIT(h.bed, host_has_files(&h, 1));
	host_end(&h);
	/* as if the program had been killed behind the guest's start */
	fake_guest_begins(&h.driver, 1);
	h.driver.deaf = true;
	host_begin(&h);
	assert_int_equal(host_vm(&h, 1)->fsm.op, VM_OP_DELETE);
	chan_request(h.vc, MSG(VM_CREATE), &req.base, 0, bed_answered, &again);
	bed_settle(h.bed, 50);
	assert_false(again.here);
	assert_int_equal(host_vm(&h, 1)->fsm.op, VM_OP_DELETE);
	fake_guest_ends(&h.driver, 1);
	BED_WAIT(h.bed, again.here);
	assert_int_equal(again.code, CODE(OK));
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(RUNNING));
	assert_true(h.driver.alive[1]);
	host_down(&h);
}

static void test_forget(void **state)
{
	struct bed_host h;

	host_up(&h, *state, "host1");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	host_end(&h);
	h.do_forget = true;
	h.forget[0] = 1;
	host_begin(&h);
	BED_WAIT(h.bed, !host_vm(&h, 1));
	nothing_left(&h, 1);
	/* vCenter knows already: it is not told */
	assert_int_equal(h.vm_unregistered, 0);
	host_down(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_life),
		BED_TEST(test_refusals),
		BED_TEST(test_failed_creation),
		BED_TEST(test_asked_twice_at_once),
		BED_TEST(test_guest_ends),
		BED_TEST(test_failed_start),
		BED_TEST(test_asked_again_while_the_rest_goes),
		BED_TEST(test_restart),
		BED_TEST(test_restart_in_creation),
		BED_TEST(test_forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
