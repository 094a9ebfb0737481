// SPDX-License-Identifier: GPL-2.0
/*
 * V3 to V6 as the vServer asks for them: all of its VMs in bulk at the start of a session, those
 * that go together in bulk; lost, refused in part or as a whole, asked again, and of a vCenter that
 * knows no bulk.
 *
 *	vCenter -- vServer -- NVE
 */
#include "host_bed.h"
#include "vserver/bulk_msg.h"

#define N 3	/* VMs 1 and 2 of group "web", 3 of none; all of alice */

static void make(struct bed_host *h, uint8_t n, const char *group)
{
	Nvo3__VmCreate req = NVO3__VM_CREATE__INIT;
	struct vm_msg m;

	req.profile = vm_msg(&m, n);
	m.p.tenant = "alice";
	m.p.group = (char *)group;
	req.start = true;
	assert_int_equal(bed_ask(h->bed, h->vc, MSG(VM_CREATE), &req.base).code, CODE(OK));
}

static void host_with_three(struct bed_host *h, void **state, const char *third)
{
	host_up(h, *state, "host1");
	make(h, 1, "web");
	make(h, 2, "web");
	make(h, 3, third);
	BED_WAIT(h->bed, h->vm_registered == N);
}

static uint64_t epoch(struct bed_host *h, uint8_t n)
{
	return host_vm(h, n)->profile->nics[0]->epoch;
}

/* --- the message. Pure */

static void test_what_is_common_is_said_once(void **state)
{
	Nvo3__VmReport reports[N];
	struct vm_msg m[N];
	struct bulk_msg b;

	for (int i = 0; i < N; i++) {
		nvo3__vm_report__init(&reports[i]);
		reports[i].profile = vm_msg(&m[i], i + 1);
		m[i].p.tenant = "alice";
		m[i].p.group = "web";
	}
	m[1].p.cpus = 2;
	m[2].p.disk_mib = 0;
	m[2].vn[0] = 98;
	bulk_msg_init(&b, reports, N);
	assert_string_equal(b.msg.group, "web");
	assert_string_equal(b.common.tenant, "alice");
	assert_int_equal(b.common.cpus, 1);
	assert_int_equal(b.common.memory_mib, 64);
	/* one has none, and 0 would not say so */
	assert_int_equal(b.common.disk_mib, 0);
	assert_int_equal(b.profiles[0].cpus, 0);
	assert_int_equal(b.profiles[1].cpus, 2);
	assert_int_equal(b.profiles[0].disk_mib, 16);
	assert_int_equal(b.profiles[0].nics[0]->vn.len, 0);
	assert_int_equal(b.profiles[2].nics[0]->vn.data[0], 98);
	assert_int_equal(b.profiles[2].nics[0]->mac.data[5], 3);
	assert_string_equal(b.profiles[1].name, "vm2");
	assert_string_equal(b.profiles[1].tenant, "");
	/* what it was made from is as it was */
	assert_int_equal(m[0].p.cpus, 1);
	assert_int_equal(m[0].nic.vn.len, 16);
	bulk_msg_uninit(&b);
}

static void test_a_message_is_of_one_group_and_not_too_long(void **state)
{
	Nvo3__VmReport *reports = mem_calloc(BULK_MEMBERS + 1, sizeof(*reports));
	char *text = mem_calloc(1, BULK_BYTES / 2);
	struct vm_msg a, b;

	vm_msg(&a, 1);
	vm_msg(&b, 2);
	a.p.tenant = "alice";
	b.p.tenant = "alice";
	b.p.group = "web";
	for (size_t i = 0; i <= BULK_MEMBERS; i++) {
		nvo3__vm_report__init(&reports[i]);
		reports[i].profile = &a.p;
	}
	assert_int_equal(bulk_run(reports, 2), 2);
	assert_int_equal(bulk_run(reports, BULK_MEMBERS + 1), BULK_MEMBERS);
	reports[2].profile = &b.p;
	assert_int_equal(bulk_run(reports, BULK_MEMBERS + 1), 2);
	assert_true(bulk_compare(&a.p, &b.p) < 0);
	/* one that is too long for all goes alone */
	memset(text, 'x', BULK_BYTES / 2 - 1);
	reports[0].text = text;
	reports[1].text = text;
	assert_int_equal(bulk_run(reports, 2), 1);
	free(text);
	free(reports);
}

/* --- V5 */

static void test_a_session_begins_in_bulk(void **state)
{
	struct bed_host h;
	int activated;

	host_with_three(&h, state, "");
	host_end(&h);
	activated = h.activated;
	h.bulk = true;
	h.bulk_epoch = 9;
	host_begin(&h);
	BED_WAIT(h.bed, h.bulk_registers == 2 && h.bulk_members == N);
	/* the epochs that vCenter gave them come to the NVE */
	BED_WAIT(h.bed, h.activated == activated + N && h.epoch == 9);
	for (int n = 1; n <= N; n++)
		assert_int_equal(epoch(&h, n), 9);
	assert_int_equal(h.vm_registered, N);
	/* again, in the next session: nothing that it does not have */
	chan_drop(h.vc, "by the test");
	BED_WAIT(h.bed, h.bulk_registers == 4 && h.bulk_members == 2 * N);
	bed_settle(h.bed, 20);
	assert_int_equal(h.activated, activated + N);
	host_down(&h);
}

static void test_one_that_is_refused_keeps_no_other_one(void **state)
{
	struct bed_host h;

	host_with_three(&h, state, "web");
	host_end(&h);
	h.bulk = true;
	h.bulk_epoch = 9;
	h.not_taken = 2;
	host_begin(&h);
	BED_WAIT(h.bed, epoch(&h, 1) == 9 && epoch(&h, 3) == 9);
	assert_int_equal(h.bulk_registers, 1);
	assert_int_equal(epoch(&h, 2), 3);
	assert_int_equal(host_vm(&h, 2)->fsm.state, NVO3__VM_STATE__VM_RUNNING);
	host_down(&h);
}

/* The session ends instead of the answer, and so does the program */
static void test_a_lost_answer_is_asked_for_again(void **state)
{
	struct bed_host h;

	host_with_three(&h, state, "web");
	host_end(&h);
	h.bulk = true;
	h.silent = true;
	h.bulk_epoch = 9;
	host_begin(&h);
	BED_WAIT(h.bed, h.bulk_registers == 1);
	chan_drop(h.vc, "by the test");
	BED_WAIT(h.bed, h.bulk_registers == 2);
	assert_int_equal(epoch(&h, 1), 3);
	host_end(&h);
	h.silent = false;
	host_begin(&h);
	BED_WAIT(h.bed, epoch(&h, 1) == 9 && epoch(&h, 2) == 9 && epoch(&h, 3) == 9);
	assert_int_equal(h.bulk_registers, 3);
	host_down(&h);
}

static void test_an_older_vcenter_is_told_one_by_one(void **state)
{
	struct bed_host h;

	host_with_three(&h, state, "");
	host_end(&h);
	host_begin(&h);
	BED_WAIT(h.bed, h.vm_registered == 2 * N);
	assert_int_equal(h.bulk_registers, 0);
	/* one that refuses the message, not its members */
	host_end(&h);
	h.bulk = true;
	h.bulk_refused = true;
	host_begin(&h);
	BED_WAIT(h.bed, h.vm_registered == 3 * N);
	assert_int_equal(h.bulk_registers, 2);
	bed_settle(h.bed, 20);
	assert_int_equal(h.vm_registered, 3 * N);
	host_down(&h);
}

/* Who is being moved, made or deleted is said by who does that */
static void test_who_goes_is_not_registered(void **state)
{
	Nvo3__VmDelete del = NVO3__VM_DELETE__INIT;
	uint8_t id[16] = { 2 };
	struct reply r = {};
	struct bed_host h;

	host_with_three(&h, state, "web");
	h.bulk = true;
	h.driver.deaf = true;
	del.vm = (ProtobufCBinaryData){ 16, id };
	chan_request(h.vc, MSG(VM_DELETE), &del.base, 0, bed_answered, &r);
	BED_WAIT(h.bed, host_vm(&h, 2)->fsm.op == VM_OP_DELETE);
	chan_drop(h.vc, "by the test");
	BED_WAIT(h.bed, h.bulk_registers == 1);
	assert_int_equal(h.bulk_members, N - 1);
	fake_guest_ends(&h.driver, 2);
	BED_WAIT(h.bed, h.vm_unregistered == 1);
	host_down(&h);
}

/* --- V4, V6 */

static void delete_all(struct bed_host *h, struct reply r[N])
{
	Nvo3__VmDelete del = NVO3__VM_DELETE__INIT;
	uint8_t id[16] = {};

	del.vm = (ProtobufCBinaryData){ 16, id };
	for (int i = 0; i < N; i++) {
		id[0] = i + 1;
		chan_request(h->vc, MSG(VM_DELETE), &del.base, 0, bed_answered, &r[i]);
	}
	BED_WAIT(h->bed, !h->vs->vms);
}

static int answers(const struct reply r[N])
{
	int n = 0;

	for (int i = 0; i < N; i++)
		n += r[i].here && r[i].code == CODE(OK);
	return n;
}

static void test_those_that_go_together_are_said_together(void **state)
{
	struct reply r[N] = {};
	struct bed_host h;

	host_with_three(&h, state, "web");
	h.bulk = true;
	h.silent = true;
	delete_all(&h, r);
	/* the others' deletions are answered behind the word that they are gone */
	BED_WAIT(h.bed, answers(r) == 1);
	bed_settle(h.bed, 20);
	assert_int_equal(answers(r), 1);
	assert_int_equal(h.vm_unregistered, 1);
	h.silent = false;
	chan_reply(h.vc, h.kept.id, CODE(OK), NULL, NULL);
	BED_WAIT(h.bed, answers(r) == N);
	assert_int_equal(h.bulk_unregisters, 1);
	assert_int_equal(h.bulk_gone, N - 1);
	assert_string_equal(h.bulk_group, "web");
	assert_int_equal(h.vm_unregistered, 1);
	host_down(&h);
}

/* A member that vCenter does not let go, and one that knows no bulk */
static void test_a_refusal_keeps_nobody_here(void **state)
{
	for (int old = 0; old < 2; old++) {
		struct reply r[N] = {};
		struct bed_host h;
		char name[8];

		snprintf(name, sizeof(name), "old%d", old);
		host_up(&h, *state, name);
		for (int n = 1; n <= N; n++)
			make(&h, n, "web");
		h.bulk = !old;
		h.not_taken = 2;
		h.silent = true;
		delete_all(&h, r);
		BED_WAIT(h.bed, h.vm_unregistered == 1);
		h.silent = false;
		chan_reply(h.vc, h.kept.id, CODE(OK), NULL, NULL);
		BED_WAIT(h.bed, answers(r) == N);
		BED_WAIT(h.bed, h.vm_unregistered == (old ? N : 1));
		assert_int_equal(h.bulk_unregisters, !old);
		host_down(&h);
	}
}

/* Nobody hears it, and nobody waits: the next session's start does not name them */
static void test_a_session_that_ends_takes_them_along(void **state)
{
	struct reply r[N] = {};
	struct bed_host h;

	host_with_three(&h, state, "web");
	h.bulk = true;
	h.silent = true;
	delete_all(&h, r);
	BED_WAIT(h.bed, answers(r) == 1);
	chan_drop(h.vc, "by the test");
	BED_WAIT(h.bed, h.registered == 2);
	assert_int_equal(h.reported, 0);
	bed_settle(h.bed, 20);
	assert_int_equal(h.bulk_registers + h.bulk_unregisters, 0);
	/* and so does the program that ends */
	h.silent = false;
	for (int n = 1; n <= N; n++)
		make(&h, n, "web");
	h.silent = true;
	memset(r, 0, sizeof(r));
	delete_all(&h, r);
	BED_WAIT(h.bed, answers(r) == 1);
	host_down(&h);
}

/* vCenter knows it not, and says so twice: in its answer, and as an alert. It is gone anyway. */
static void test_a_vm_that_vcenter_does_not_know(void **state)
{
	Nvo3__Alert alert = NVO3__ALERT__INIT;
	struct reply r[N] = {};
	struct bed_host h;

	host_with_three(&h, state, "web");
	h.silent = true;
	delete_all(&h, r);
	BED_WAIT(h.bed, h.vm_unregistered == 1);
	alert.kind = "unregister-unknown";
	alert.subject = "6ba7b810-9dad-41d1-80b4-00c04fd430c8";
	alert.text = "VM 6ba7b810-9dad-41d1-80b4-00c04fd430c8 is not known in dc1";
	chan_event(h.vc, MSG(ALERT), &alert.base);
	h.silent = false;
	chan_reply(h.vc, h.kept.id, CODE(NOT_FOUND), alert.text, NULL);
	BED_WAIT(h.bed, answers(r) == N);
	/* the same session goes on */
	assert_int_equal(h.registered, 1);
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	host_down(&h);
}

/* The program ends behind the deletion, before vCenter has said anything: it stays gone */
static void test_a_restart_before_the_answer(void **state)
{
	struct reply r[N] = {};
	struct bed_host h;

	host_with_three(&h, state, "web");
	h.silent = true;
	delete_all(&h, r);
	BED_WAIT(h.bed, h.vm_unregistered == 1);
	host_end(&h);
	h.silent = false;
	host_begin(&h);
	assert_int_equal(h.reported, 0);
	assert_null(h.vs->vms);
	/* whoever had asked for it asks again, and nothing is said of it then */
	for (int n = 1; n <= N; n++)
		assert_int_equal(host_delete(&h, n).code, CODE(OK));
	bed_settle(h.bed, 20);
	assert_int_equal(h.vm_unregistered, 1);
	host_down(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_common_is_said_once),
		cmocka_unit_test(test_a_message_is_of_one_group_and_not_too_long),
		BED_TEST(test_a_session_begins_in_bulk),
		BED_TEST(test_one_that_is_refused_keeps_no_other_one),
		BED_TEST(test_a_lost_answer_is_asked_for_again),
		BED_TEST(test_an_older_vcenter_is_told_one_by_one),
		BED_TEST(test_who_goes_is_not_registered),
		BED_TEST(test_those_that_go_together_are_said_together),
		BED_TEST(test_a_refusal_keeps_nobody_here),
		BED_TEST(test_a_session_that_ends_takes_them_along),
		BED_TEST(test_a_vm_that_vcenter_does_not_know),
		BED_TEST(test_a_restart_before_the_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
