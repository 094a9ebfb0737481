// SPDX-License-Identifier: GPL-2.0
/* Profiles that another vCenter tells of, and those that a move needs: what is wrong is named. */
#include <errno.h>
#include "fixture.h"
#include "move_profile.h"
#include "profile_spec.h"

static Nvo3__Profile good(const struct uuid *uuid)
{
	Nvo3__Profile p = NVO3__PROFILE__INIT;

	p.uuid = msg_put_uuid(uuid);
	p.version = 1;
	p.name = "http";
	p.tenant = "alice";
	p.group = "web";
	p.home_dc = "dc2";
	return p;
}

static void test_every_field(void **state)
{
	struct uuid uuid = uuid_new();
	Nvo3__Profile p = good(&uuid);
	struct err err;

	assert_int_equal(profile_check(&p, &err), 0);
	assert_int_equal(profile_check(NULL, &err), -EINVAL);
#define BAD(field, value, says)							\
	do {									\
		p = good(&uuid);						\
		p.field = value;						\
		assert_int_equal(profile_check(&p, &err), -EINVAL);		\
		assert_non_null(strstr(err.text, says));			\
	} while (0)
	BAD(uuid.len, 15, "uuid");
	BAD(name, "", "name of the profile");
	BAD(name, "a b", "a b");
	BAD(tenant, "a/b", "a/b");
	BAD(group, "a b", "group");
	BAD(home_dc, "", "home DC of profile http");
	BAD(home_dc, "a-name-that-is-longer-than-31-byte", "home DC");
	BAD(version, 0, "profile http has no version");
	BAD(verdict, 2, "out of range");
	BAD(rate, PROFILE_RATE_MAX + 1, "out of range");
	BAD(burst, PROFILE_BURST_MAX + 1u, "out of range");
	BAD(pps, PROFILE_PPS_MAX + 1u, "out of range");
	BAD(vlan, 4095, "out of range");
	BAD(dscp, 64, "out of range");
	BAD(n_rules, PROFILE_RULES_MAX + 1, "has 1025 rules");
#undef BAD
}

static void test_every_field_of_a_rule(void **state)
{
	static const uint8_t addr[4] = { 10 };
	struct uuid uuid = uuid_new();
	Nvo3__ProfileRule fine = NVO3__PROFILE_RULE__INIT, r = fine, *rules[] = { &fine, &r };
	Nvo3__IpPrefix prefix = NVO3__IP_PREFIX__INIT;
	Nvo3__Profile p = good(&uuid);
	struct err err;

	p.rules = rules;
	p.n_rules = 2;
	prefix.addr = (ProtobufCBinaryData){ 4, (uint8_t *)addr };
	prefix.len = 8;
	r.src = &prefix;
	r.dport = 80;
	r.sport = 1;
	r.sport_last = 65535;
	r.proto = 6;
	assert_int_equal(profile_check(&p, &err), 0);
#define BAD(field, value, says)							\
	do {									\
		r = fine;							\
		r.field = value;						\
		assert_int_equal(profile_check(&p, &err), -EINVAL);		\
		assert_non_null(strstr(err.text, "profile http, rule 2: " says));\
	} while (0)
	BAD(verdict, 2, "verdict 2");
	BAD(dir, 2, "verdict 0 or direction 2");
	BAD(ethertype, 65536, "ethertype 65536");
	BAD(proto, 256, "ethertype 0 or proto 256");
	BAD(sport, 65536, "sport 65536");
	BAD(sport_last, 7, "sport 0 to 7");
	BAD(dport_last, 65536, "dport 0 to 65536");
	prefix.len = 33;
	BAD(src, &prefix, "src is not an IP prefix");
	prefix.len = 0;
	prefix.addr.len = 3;
	BAD(dst, &prefix, "dst is not an IP prefix");
#undef BAD
}

static struct profile *add(struct inventory *inv, const char *name, const char *home,
			   const char *group)
{
	Nvo3__Profile *msg = mem_zalloc(sizeof(*msg));
	struct uuid uuid = uuid_new();

	nvo3__profile__init(msg);
	msg->uuid = (ProtobufCBinaryData){ 16, mem_zalloc(16) };
	memcpy(msg->uuid.data, &uuid, 16);
	msg->name = mem_strdup(name);
	msg->group = mem_strdup(group);
	if (*home)
		msg->home_dc = mem_strdup(home);
	msg->version = 4;
	return inventory_profile_set(inv, msg);
}

static void test_whose_comes_first_for_a_group(void **state)
{
	struct inventory *inv = inventory_new("dc2");
	struct profile *third, *first, *own;

	third = add(inv, "a", "dc3", "web");
	assert_ptr_equal(inventory_profile_of_group(inv, "alice", "web"), third);
	first = add(inv, "b", "dc1", "web");
	assert_ptr_equal(inventory_profile_of_group(inv, "alice", "web"), first);
	/* of a store that knows no homes */
	own = add(inv, "c", "", "web");
	assert_true(inventory_profile_is_ours(inv, own));
	assert_ptr_equal(inventory_profile_of_group(inv, "alice", "web"), own);
	add(inv, "d", "dc0", "web");
	assert_ptr_equal(inventory_profile_of_group(inv, "alice", "web"), own);
	assert_null(inventory_profile_of_group(inv, "alice", "db"));
	assert_null(inventory_profile_of_group(inv, "alice", ""));
	inventory_free(inv);
}

/* What the source names is what the destination looks for. */
static void test_what_a_move_needs(void **state)
{
	struct inventory *from = inventory_new("dc1"), *to = inventory_new("dc2");
	Nvo3__MoveReserve msg = NVO3__MOVE_RESERVE__INIT;
	Nvo3__VmProfile vm_msg = NVO3__VM_PROFILE__INIT;
	struct vm *vm = fix_vm(fix_vn(from, "blue", 100), "web", 1);
	struct profile *p = add(from, "http", "dc3", ""), *there;
	struct move_profiles buf;
	struct err err;

	vm_msg.name = "web";
	msg.profile = &vm_msg;
	assert_null(move_profile_of(from, vm));
	move_profiles_put(from, vm, &buf, &msg);
	assert_int_equal(msg.n_profiles, 0);
	assert_int_equal(move_profiles_check(to, &msg, &err), 0);
	vm->nics[0].profile = p->uuid;
	assert_ptr_equal(move_profile_of(from, vm), p);
	move_profiles_put(from, vm, &buf, &msg);
	assert_int_equal(msg.n_profiles, 1);
	assert_int_equal(move_profiles_check(to, &msg, &err), -ENOENT);
	assert_string_equal(err.text, "profile http of dc3 is not known in dc2");
	there = add(to, "http", "dc3", "");
	assert_int_equal(move_profiles_check(to, &msg, &err), -ENOENT);
	buf.needs[0].uuid = msg_put_uuid(&there->uuid);
	assert_int_equal(move_profiles_check(to, &msg, &err), 0);
	buf.needs[0].version = 3;
	assert_int_equal(move_profiles_check(to, &msg, &err), 0);
	buf.needs[0].version = 5;
	assert_int_equal(move_profiles_check(to, &msg, &err), -ESTALE);
	assert_non_null(strstr(err.text, "http of dc3 is known in dc2 with version 4, VM web"));
	buf.needs[0].uuid.len = 1;
	assert_int_equal(move_profiles_check(to, &msg, &err), -EINVAL);
	vm_free(vm);
	inventory_free(from);
	inventory_free(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_every_field_of_a_rule),
		cmocka_unit_test(test_whose_comes_first_for_a_group),
		cmocka_unit_test(test_what_a_move_needs),
	};

	return cmocka_run_group_tests_name("profile_check", tests, NULL, NULL);
}
