// SPDX-License-Identifier: GPL-2.0
/* The driver libvirt: what somebody else does to its domains, or has made before */
#include "libvirt_bed.h"

#include <dlfcn.h>
#include <libvirt/libvirt.h>
#include <stdatomic.h>

#include "vserver/foreign.h"

/* In place of libvirt's: a domain that ends as soon as it has said that it runs */
static atomic_bool ends_behind_its_word;

int virDomainGetState(virDomainPtr dom, int *state, int *reason, unsigned int flags)
{
	typeof(virDomainGetState) *real = dlsym(RTLD_NEXT, "virDomainGetState");
	int rc = real(dom, state, reason, flags);

	if (atomic_exchange(&ends_behind_its_word, false))
		assert_int_equal(virDomainDestroy(dom), 0);
	return rc;
}

/* Whoever ends it: the VM is stopped, its port is silent, vCenter knows, and it can be started */
static void test_ended_by_others(void **state)
{
	struct uuid id = { { 1 } };
	struct bed_host h;
	bool on;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	assert_int_equal(virt_destroy(hand, &id, NULL), 0);
	BED_WAIT(h.bed, h.told == STATE(STOPPED) && h.alerts == 1 && h.deactivated == 1);
	assert_string_equal(host_vm(&h, 1)->text, "its domain was ended by somebody else");
	assert_true(tap(1, &on) && !on);
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	assert_int_equal(virt_shutdown(hand, &id, NULL), 0);
	BED_WAIT(h.bed, h.told == STATE(STOPPED) && h.alerts == 2);
	assert_string_equal(host_vm(&h, 1)->text, "its guest has shut down");
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	down(&h);
}

/* What was read of it in two states must not become a crash */
static void test_ends_while_it_is_looked_at(void **state)
{
	struct virt_domain dom;
	struct bed_host h;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	ends_behind_its_word = true;
	dom = see(1);
	assert_true(dom.active || dom.end == VIRT_END_KILLED);
	BED_WAIT(h.bed, h.told == STATE(STOPPED));
	assert_string_equal(host_vm(&h, 1)->text, "its domain was ended by somebody else");
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	down(&h);
}

static void test_started_by_others(void **state)
{
	struct uuid id = { { 1 } };
	struct bed_host h;
	bool on;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, false).code, CODE(OK));
	assert_int_equal(virt_start(hand, &id, NULL), 0);
	BED_WAIT(h.bed, h.told == STATE(RUNNING));
	assert_int_equal(h.activated, 1);
	assert_true(tap(1, &on) && on && see(1).active);
	/* It is watched like any other */
	assert_int_equal(virt_destroy(hand, &id, NULL), 0);
	BED_WAIT(h.bed, h.told == STATE(STOPPED));
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	down(&h);
}

static void test_paused_by_others(void **state)
{
	struct uuid id = { { 1 } };
	struct bed_host h;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	assert_int_equal(virt_suspend(hand, &id, true, NULL), 0);
	BED_WAIT(h.bed, h.told == STATE(SUSPENDED));
	assert_int_equal(virt_suspend(hand, &id, false, NULL), 0);
	BED_WAIT(h.bed, h.told == STATE(RUNNING));
	assert_int_equal(h.deactivated, 0);
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	down(&h);
}

static void test_removed_by_others(void **state)
{
	struct uuid id = { { 1 } };
	struct bed_host h;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, false).code, CODE(OK));
	assert_int_equal(virt_undefine(hand, &id, NULL), 0);
	BED_WAIT(h.bed, h.told == STATE(FAILED) && h.alerts == 1);
	assert_non_null(strstr(host_vm(&h, 1)->text, "removed by somebody else"));
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	assert_true(see(1).defined && see(1).active);
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	down(&h);
}

static const char theirs[] = "<domain type='test'><name>theirs</name>";
static const char id_1[] = "<uuid>01000000-0000-0000-0000-000000000000</uuid>";
static const char rest[] = "<memory unit='MiB'>8</memory><os><type>hvm</type></os></domain>";

static void define_theirs(const char *metadata)
{
	char xml[512];

	snprintf(xml, sizeof(xml), "%s%s%s%s", theirs, id_1, metadata, rest);
	assert_int_equal(virt_define(hand, xml, NULL), 0);
}

static void test_made_by_others(void **state)
{
	static const char mark[] = "<metadata><nvo3:vm xmlns:nvo3='urn:nvo3:vm:1'/></metadata>";
	struct uuid id = { { 1 } };
	struct bed_host h;
	struct reply r;

	up(&h, *state, "test:///default");
	define_theirs("");
	/* It has the UUID of one that is to be made: that one is refused, theirs is untouched */
	r = host_create(&h, 1, true);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "VM vm1: domain theirs has its UUID and is not nvo3's");
	assert_null(host_vm(&h, 1));
	assert_string_equal(see(1).name, "theirs");
	assert_int_equal(h.alerts, 0);
	/* And it says that it is one of ours */
	define_theirs(mark);
	BED_WAIT(h.bed, h.alerts == 1);
	assert_true(see(1).defined);
	/* A change of it is no news */
	define_theirs(mark);
	/* A session begins: this one has not heard of it, the one before need not have */
	chan_drop(h.vc, "of the test");
	BED_WAIT(h.bed, h.registered == 2 && h.alerts == 2);
	assert_int_equal(virt_undefine(hand, &id, NULL), 0);
	BED_WAIT(h.bed, !h.vs->foreign);
	assert_int_equal(h.alerts, 2);
	/* Another one of this UUID is */
	define_theirs(mark);
	BED_WAIT(h.bed, h.alerts == 3);
	assert_int_equal(virt_undefine(hand, &id, NULL), 0);
	BED_WAIT(h.bed, !h.vs->foreign);
	down(&h);
}

/* The name is taken: libvirt's own sentence is told */
static void test_name_taken(void **state)
{
	static const char name[] = "<domain type='test'><name>nvo3-vm1</name>";
	static const char id_99[] = "<uuid>99000000-0000-0000-0000-000000000000</uuid>";
	struct uuid id = { { 0x99 } };
	struct bed_host h;
	struct reply r;
	char xml[256];
	bool on;

	up(&h, *state, "test:///default");
	snprintf(xml, sizeof(xml), "%s%s%s", name, id_99, rest);
	assert_int_equal(virt_define(hand, xml, NULL), 0);
	r = host_create(&h, 1, false);
	assert_int_equal(r.code, CODE(FAILED));
	assert_non_null(strstr(r.text, "VM vm1: cannot define the domain: "));
	assert_non_null(strstr(r.text, "already exists with uuid 99000000"));
	assert_false(see(1).defined || tap(1, &on) || host_has_files(&h, 1));
	assert_int_equal(virt_undefine(hand, &id, NULL), 0);
	down(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_ended_by_others), BED_TEST(test_ends_while_it_is_looked_at),
		BED_TEST(test_started_by_others), BED_TEST(test_paused_by_others),
		BED_TEST(test_removed_by_others), BED_TEST(test_made_by_others),
		BED_TEST(test_name_taken),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
