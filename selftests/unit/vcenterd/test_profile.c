// SPDX-License-Identifier: GPL-2.0
/* VNs and VMs as messages: every field that can be wrong is refused by name. */
#include <errno.h>
#include "codes.h"
#include "fixture.h"
#include "profile.h"
#include "words.h"

static void test_vn(void **state)
{
	struct vn vn = { .uuid = uuid_new(), .name = "blue", .tenant = "alice", .home_dc = "dc1",
			 .vni = 100, .unknown = 3, .bum = 1, .distribution = 2, .arp = 1,
			 .arp_unknown = 2 }, back;
	Nvo3__VnInfo msg = vn_to_msg(&vn);
	struct err err;

	assert_int_equal(vn_from_msg(&msg, &back, &err), 0);
	assert_memory_equal(&back, &vn, sizeof(vn));
	assert_true(vn_from_msg(NULL, &back, &err) < 0);
#define BAD(field, value, says)							\
	do {									\
		msg = vn_to_msg(&vn);						\
		msg.field = value;						\
		assert_int_equal(vn_from_msg(&msg, &back, &err), -EINVAL);	\
		assert_non_null(strstr(err.text, says));			\
	} while (0)
	BAD(uuid.len, 4, "uuid");
	BAD(name, "", "name");
	BAD(name, "a/b", "a/b");
	BAD(tenant, "a b", "a b");
	BAD(vni, 0, "VNI 0");
	BAD(vni, 1 << 24, "VNI 16777216");
	BAD(unknown, 4, "unknown policy 4");
	BAD(bum, 2, "BUM policy 2");
	BAD(distribution, 3, "distribution 3");
	BAD(arp, 2, "ARP policy 2");
	BAD(arp_unknown, 3, "ARP policy 3 for unknown");
	BAD(home_dc, "", "home DC");
#undef BAD
}

static struct vm *from(struct inventory *inv, const Nvo3__VmProfile *msg, int code,
		       const char *text)
{
	struct err err = { "" };
	int ret = 0;
	struct vm *vm = vm_from_msg(inv, msg, &ret, &err);

	assert_int_equal(ret, code);
	assert_int_equal(!vm, code != 0);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
	return vm;
}

static void test_vm(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct vm *vm = fix_vm(fix_vn(inv, "blue", 100), "web", 1), *back;
	Nvo3__VmProfile *msg = vm_to_msg(vm);
	Nvo3__Nic *nic = msg->nics[0];
	ProtobufCBinaryData keep;
	char *name;

	back = from(inv, msg, 0, "");
	assert_memory_equal(&back->nics[0], &vm->nics[0], sizeof(vm->nics[0]));
	assert_memory_equal(&back->size, &vm->size, sizeof(vm->size));
	assert_string_equal(back->tenant, "alice");
	free(back);
	from(inv, NULL, -EINVAL, "profile");
	name = msg->name;
	msg->name = "no spaces";
	from(inv, msg, -EINVAL, "no spaces");
	msg->name = name;
	msg->n_nics = 0;
	from(inv, msg, -EINVAL, "0 interfaces");
	msg->n_nics = 1;
	msg->vm.len = 0;
	from(inv, msg, -EINVAL, "vm is not 16 bytes");
	msg->vm.len = 16;
	nic->mac.len = 5;
	from(inv, msg, -EINVAL, "mac");
	nic->mac.len = 6;
	nic->mac.data[0] |= 1;
	from(inv, msg, -EINVAL, "MAC 03:00:00:00:00:01");
	nic->mac.data[0] &= ~1;
	nic->ips[0]->len = 33;
	from(inv, msg, -EINVAL, "IP address number 1");
	nic->ips[0]->len = 24;
	nic->ips[0]->addr.data[0] = 224;
	from(inv, msg, -EINVAL, "IP 224.0.0.1");
	nic->ips[0]->addr.data[0] = 10;
	nic->vid = 4095;
	from(inv, msg, -EINVAL, "vid");
	nic->vid = 0;
	keep = nic->vn;
	nic->vn = msg->vm;
	from(inv, msg, -ENOENT, "not known in dc1");
	nic->vn = keep;
	vm_free(from(inv, msg, 0, ""));
	msg_free(msg);
	vm_free(vm);
	inventory_free(inv);
}

static void test_take(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct vm *vm = fix_vm(fix_vn(inv, "blue", 100), "web", 1);
	Nvo3__VmProfile *msg = vm_to_msg(vm);
	struct err err;

	free(msg->nics[0]->port);
	msg->nics[0]->port = mem_strdup("tap0");
	assert_int_equal(nics_take_ports(vm, msg->nics, 1, &err), 0);
	assert_string_equal(vm->nics[0].port, "tap0");
	msg->nics[0]->vid = 5000;
	assert_int_equal(nics_take_ports(vm, msg->nics, 1, &err), -EINVAL);
	/* of another MAC: not ours */
	msg->nics[0]->mac.data[5]++;
	assert_int_equal(nics_take_ports(vm, msg->nics, 1, &err), 0);
	assert_int_equal(vm->nics[0].vid, 0);
	msg_free(msg);
	vm_free(vm);
	inventory_free(inv);
}

static void test_codes(void **state)
{
	for (uint32_t code = 0; code <= CODE(FAILED); code++)
		assert_int_equal(code_from_errno(code_to_errno(code)), code);
	assert_int_equal(code_from_errno(-ENOTTY), CODE(FAILED));
	assert_int_equal(code_to_http(CODE(FULL)), 507);
	assert_int_equal(code_to_http(CODE(NOT_FOUND)), 404);
	assert_int_equal(code_to_http(12345), 503);
	assert_string_equal(code_to_word(CODE(NOT_FOUND)), "not-found");
	assert_true(code_is_silence(CODE(TIMEOUT)) && !code_is_silence(CODE(BUSY)));
}

static void test_words(void **state)
{
	uint32_t n = 99;

	assert_string_equal(word_vm_state(NVO3__VM_STATE__VM_FAILED), "failed");
	assert_string_equal(word_vm_state(1000), "unknown");
	assert_int_equal(word_unknown_parse("flood", &n), 0);
	assert_string_equal(word_unknown(n), "flood");
	assert_int_equal(word_unknown_parse("relay", &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(word_distribution_parse("on-demand", &n), 0);
	assert_string_equal(word_distribution(n), "on-demand");
	assert_int_equal(word_distribution_parse("pull", &n), -EINVAL);
	assert_string_equal(word_distribution(9), "push");
	assert_int_equal(word_arp_parse("answer", &n), 0);
	assert_string_equal(word_arp(n), "answer");
	assert_int_equal(word_arp_parse("on", &n), -EINVAL);
	assert_int_equal(word_arp_unknown_parse("drop", &n), 0);
	assert_string_equal(word_arp_unknown(n), "drop");
	assert_string_equal(word_arp_unknown(9), "flood");
	assert_int_equal(word_bum_parse("replicate", &n), 0);
	assert_string_equal(word_bum(n), "replicate");
	assert_int_equal(word_bum_parse("flood", &n), -EINVAL);
	assert_int_equal(n, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vn),   cmocka_unit_test(test_vm),
		cmocka_unit_test(test_take), cmocka_unit_test(test_codes),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
