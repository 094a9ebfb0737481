// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "msg.h"
#include "vserver/profile.h"

struct sample {
	uint8_t vm[16], tsi[16], vn[16], mac[6], ip[4];
	Nvo3__IpPrefix prefix, *prefixes;
	Nvo3__Nic nic, *nics[2];
	Nvo3__VmProfile p;
};

static Nvo3__VmProfile *make(struct sample *s, uint8_t n)
{
	memset(s, 0, sizeof(*s));
	s->vm[0] = n;
	s->tsi[0] = n;
	s->vn[0] = 99;
	memcpy(s->mac, (uint8_t[]){ 2, 0, 0, 0, 0, n }, 6);
	memcpy(s->ip, (uint8_t[]){ 10, 0, 0, n }, 4);
	nvo3__ip_prefix__init(&s->prefix);
	s->prefix.addr = (ProtobufCBinaryData){ 4, s->ip };
	s->prefix.len = 24;
	s->prefixes = &s->prefix;
	nvo3__nic__init(&s->nic);
	s->nic.tsi = (ProtobufCBinaryData){ 16, s->tsi };
	s->nic.vn = (ProtobufCBinaryData){ 16, s->vn };
	s->nic.mac = (ProtobufCBinaryData){ 6, s->mac };
	s->nic.ips = &s->prefixes;
	s->nic.n_ips = 1;
	s->nics[0] = &s->nic;
	nvo3__vm_profile__init(&s->p);
	s->p.vm = (ProtobufCBinaryData){ 16, s->vm };
	s->p.name = "vm";
	s->p.cpus = 1;
	s->p.memory_mib = 64;
	s->p.disk_mib = 16;
	s->p.nics = s->nics;
	s->p.n_nics = 1;
	return &s->p;
}

static void refused(const Nvo3__VmProfile *p, const char *culprit)
{
	struct err err;

	assert_int_equal(profile_check(p, &err), CODE(BAD_MESSAGE));
	if (!strstr(err.text, culprit))
		fail_msg("\"%s\" does not name %s", err.text, culprit);
}

static void test_check(void **state)
{
	struct sample s, t;
	struct err err;

	assert_int_equal(profile_check(make(&s, 1), &err), CODE(OK));
	refused(NULL, "missing");
	make(&s, 1)->vm.len = 4;
	refused(&s.p, "profile.vm");
	make(&s, 1)->name = "";
	refused(&s.p, "profile.name");
	make(&s, 1)->name = "a/b";
	refused(&s.p, "profile.name");
	make(&s, 1)->name = "\033[2J";
	refused(&s.p, "profile.name");
	make(&s, 1)->cpus = 0;
	refused(&s.p, "cpus");
	make(&s, 1)->memory_mib = 0;
	refused(&s.p, "memory_mib");
	make(&s, 1)->disk_mib = 15;
	refused(&s.p, "disk_mib");
	make(&s, 1)->n_nics = PROFILE_NICS_MAX + 1;
	refused(&s.p, "nics");
	make(&s, 1);
	s.nic.tsi.len = 0;
	refused(&s.p, "nics[0]: tsi");
	make(&s, 1);
	s.nic.vn.len = 1;
	refused(&s.p, "nics[0]: vn");
	make(&s, 1);
	s.mac[0] = 1;
	refused(&s.p, "nics[0]: mac");
	make(&s, 1);
	s.prefix.len = 33;
	refused(&s.p, "nics[0]: ips");
	make(&s, 1);
	s.ip[0] = 224;
	refused(&s.p, "nics[0]: ips");
	make(&s, 1);
	make(&t, 2);
	memcpy(t.mac, s.mac, 6);
	s.nics[1] = &t.nic;
	s.p.n_nics = 2;
	refused(&s.p, "nics: two of them are the same");
}

static void test_conflict(void **state)
{
	struct sample s, t;
	struct err err;

	assert_int_equal(profile_conflict(make(&s, 1), make(&t, 2), &err), CODE(OK));
	t.mac[5] = 1;
	t.p.name = "bob";
	assert_int_equal(profile_conflict(&s.p, &t.p, &err), CODE(EXISTS));
	assert_non_null(strstr(err.text, "02:00:00:00:00:01"));
	assert_non_null(strstr(err.text, "bob"));
	/* The same address in another VN is another address */
	t.vn[0]++;
	assert_int_equal(profile_conflict(&s.p, &t.p, &err), CODE(OK));
	make(&t, 2);
	t.ip[3] = 1;
	assert_int_equal(profile_conflict(&s.p, &t.p, &err), CODE(EXISTS));
	assert_non_null(strstr(err.text, "10.0.0.1"));
	make(&t, 2);
	t.tsi[0] = 1;
	assert_int_equal(profile_conflict(&s.p, &t.p, &err), CODE(EXISTS));
}

static void test_capacity(void **state)
{
	const struct capacity limit = { .cpus = 4, .memory_mib = 256, .disk_mib = 64, .vms = 3 };
	struct capacity used = {};
	struct sample s;
	struct err err;

	make(&s, 1);
	assert_int_equal(capacity_check(&limit, &used, &s.p, &err), CODE(OK));
	for (int i = 0; i < 3; i++)
		capacity_add(&used, &s.p);
	assert_int_equal(capacity_check(&limit, &used, &s.p, &err), CODE(FULL));
	assert_non_null(strstr(err.text, "3 VMs"));
	used.vms = 2;
	s.p.cpus = 2;
	assert_int_equal(capacity_check(&limit, &used, &s.p, &err), CODE(FULL));
	assert_non_null(strstr(err.text, "cpus"));
	s.p.cpus = 1;
	s.p.memory_mib = 65;
	assert_int_equal(capacity_check(&limit, &used, &s.p, &err), CODE(FULL));
	assert_non_null(strstr(err.text, "memory"));
	s.p.memory_mib = 64;
	s.p.disk_mib = UINT32_MAX;
	assert_int_equal(capacity_check(&limit, &used, &s.p, &err), CODE(FULL));
	assert_non_null(strstr(err.text, "disk"));
	s.p.disk_mib = 16;
	assert_int_equal(capacity_check(&limit, &used, &s.p, &err), CODE(OK));
	/* More in use than there is, after the configuration was made smaller */
	used.cpus = 5;
	assert_int_equal(capacity_check(&limit, &used, &s.p, &err), CODE(FULL));
}

static void test_same(void **state)
{
	struct sample s, t;
	Nvo3__VmProfile *copy = profile_copy(make(&s, 1));

	assert_true(profile_same(&s.p, copy));
	make(&t, 1);
	t.nic.epoch = 77;
	t.nic.port = "v01000000";
	assert_true(profile_same(&t.p, copy));
	/* the one that stands by has taken over, and asks again */
	t.p.vcenter = "dc1/vcenter2";
	t.p.server = "dc1/host1";
	t.nic.vni = 100;
	assert_true(profile_same(&t.p, copy));
	assert_string_equal(t.p.vcenter, "dc1/vcenter2");
	t.p.cpus = 2;
	assert_false(profile_same(&t.p, copy));
	assert_false(profile_same(make(&t, 2), copy));
	msg_free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_conflict),
		cmocka_unit_test(test_capacity),
		cmocka_unit_test(test_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
