// SPDX-License-Identifier: GPL-2.0
/* Profiles at the NVE: in the kernel before the port is, replaced as a whole, kept while used. */
#include <errno.h>

#include "nve_bed.h"
#include "nve/policy.h"
#include "nve/policy_msg.h"

static struct nve_bed b;

static void begin(void **state)
{
	tsi_profiled = true;
	setup(&b, state);
	b.d.version = 3;
}

static uint32_t profile_of_port(uint8_t n)
{
	struct nvo3_port port;

	assert_int_equal(b.kern->ops->port_get(b.kern, n, 0, &port, NULL), 0);
	return port.profile;
}

/* The rate says which version it is */
static uint64_t in_force(void)
{
	const struct nvo3_profile *p;
	size_t rules = 0;

	p = kern_stub_profile(b.kern, POLICY_ID_FIRST, &rules);
	assert_true(!p || rules == 1);
	return p ? p->rate / 1000 : 0;
}

static void test_association_waits_for_the_profile(void **state)
{
	begin(state);
	b.d.version = 0;
	assert_int_equal(associate(&b, 1, 5).code, CODE(DENIED));
	assert_int_equal(port_state(&b, 1), -1);
	assert_false(has_vn(&b));
	b.d.version = 3;
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(profile_of_port(1), POLICY_ID_FIRST);
	assert_int_equal(in_force(), 3);
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));
	/* the second one finds it there */
	assert_int_equal(associate(&b, 2, 5).code, CODE(OK));
	assert_int_equal(profile_of_port(2), POLICY_ID_FIRST);
	assert_int_equal(b.d.profile_gets, 2);
	teardown(&b);
}

static void test_change_is_for_all_members(void **state)
{
	begin(state);
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(associate(&b, 2, 5).code, CODE(OK));
	b.d.version = 4;
	send_profile(&b.d, false);
	BED_WAIT(b.bed, in_force() == 4);
	assert_int_equal(profile_of_port(1), POLICY_ID_FIRST);
	assert_int_equal(profile_of_port(2), POLICY_ID_FIRST);
	/* an older one changes nothing, nor does one that the kernel refuses */
	b.d.version = 2;
	send_profile(&b.d, false);
	b.d.version = 5;
	b.d.profile_dscp = 64;
	send_profile(&b.d, false);
	b.d.version = 6;
	b.d.profile_dscp = 46;
	bed_settle(b.bed, 50);
	assert_int_equal(in_force(), 4);
	send_profile(&b.d, false);
	BED_WAIT(b.bed, in_force() == 6);
	/* deleted: the ports that have it keep it */
	send_profile(&b.d, true);
	bed_settle(b.bed, 50);
	assert_int_equal(in_force(), 6);
	teardown(&b);
}

static void test_goes_with_its_last_port(void **state)
{
	begin(state);
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(associate(&b, 2, 5).code, CODE(OK));
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	assert_int_equal(in_force(), 3);
	assert_int_equal(deassociate(&b, 2).code, CODE(OK));
	assert_int_equal(in_force(), 0);
	teardown(&b);
}

/* Given and taken while the port is live: it goes on, and is not advertised anew for it. */
static void test_live_port_changes_its_profile(void **state)
{
	int advertised;

	begin(state);
	tsi_profiled = false;
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));
	advertised = b.d.advertised;
	tsi_profiled = true;
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(profile_of_port(1), POLICY_ID_FIRST);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	tsi_profiled = false;
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(profile_of_port(1), 0);
	assert_int_equal(in_force(), 0);
	assert_int_equal(b.d.advertised, advertised);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	/* one that is refused leaves it as it is */
	tsi_profiled = true;
	b.d.version = 0;
	assert_int_equal(associate(&b, 1, 5).code, CODE(DENIED));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	assert_int_equal(profile_of_port(1), 0);
	teardown(&b);
}

static bool on_vlan(uint16_t vlan, enum nvo3_port_state state)
{
	struct nvo3_port port;

	return !b.kern->ops->port_get(b.kern, 1, vlan, &port, NULL) &&
	       port.profile == POLICY_ID_FIRST && port.state == state;
}

/* Who names no VLAN is on that of his profile, and stays there. */
static void test_its_vlan_is_the_ports(void **state)
{
	struct reply r;

	begin(state);
	b.d.profile_vlan = 30;
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_true(on_vlan(30, NVO3_PORT_STATE_ASSOCIATED));
	assert_false(on_vlan(0, NVO3_PORT_STATE_ASSOCIATED));
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));
	assert_true(on_vlan(30, NVO3_PORT_STATE_ACTIVE));
	/* the same again, also to who was started anew */
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	chan_free(b.vs);
	nve_stop(b.nve);
	begin_nve(&b);
	begin_vserver(&b);
	BED_WAIT(b.bed, b.d.profile_gets == 2);
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_true(on_vlan(30, NVO3_PORT_STATE_ACTIVE));
	/* without it the port would be on another one */
	tsi_profiled = false;
	r = associate(&b, 1, 5);
	assert_int_equal(r.code, CODE(EXISTS));
	assert_non_null(strstr(r.text, "dev1 is on VLAN 30 for good, not on VLAN 0"));
	assert_true(on_vlan(30, NVO3_PORT_STATE_ACTIVE));
	assert_int_equal(deassociate(&b, 1).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), -1);
	assert_int_equal(associate(&b, 1, 6).code, CODE(OK));
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ASSOCIATED);
	teardown(&b);
}

/* A restart asks for what is newer than what it has; nothing changes meanwhile. */
static void test_restart_and_new_session(void **state)
{
	begin(state);
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	assert_int_equal(activate(&b, 1, 5).code, CODE(OK));
	chan_free(b.vs);
	nve_stop(b.nve);
	assert_int_equal(in_force(), 3);
	begin_nve(&b);
	begin_vserver(&b);
	BED_WAIT(b.bed, b.d.profile_gets == 2);
	assert_int_equal(b.d.had_version, 3);
	assert_int_equal(in_force(), 3);
	assert_int_equal(profile_of_port(1), POLICY_ID_FIRST);
	/* changed while there was no session */
	end_director(&b);
	b.d.version = 9;
	begin_director(&b);
	BED_WAIT(b.bed, in_force() == 9);
	assert_int_equal(b.d.had_version, 3);
	/* not to be had any more: what is in force stays */
	end_director(&b);
	b.d.version = 0;
	begin_director(&b);
	BED_WAIT(b.bed, b.d.profile_gets == 4);
	bed_settle(b.bed, 50);
	assert_int_equal(in_force(), 9);
	assert_int_equal(port_state(&b, 1), NVO3_PORT_STATE_ACTIVE);
	teardown(&b);
}

/* The record was written, the kernel had not got it: it gets it at the start. */
static void test_kernel_that_lost_it_gets_it_again(void **state)
{
	begin(state);
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	chan_free(b.vs);
	nve_stop(b.nve);
	{
		struct nvo3_port port = { .has = NVO3_HAS(PORT_PROFILE), .dev = 1 };

		assert_int_equal(b.kern->ops->port_set(b.kern, &port, NULL), 0);
		assert_int_equal(b.kern->ops->profile_del(b.kern, POLICY_ID_FIRST, NULL), 0);
	}
	begin_nve(&b);
	begin_vserver(&b);
	assert_int_equal(in_force(), 3);
	teardown(&b);
}

static void test_no_director(void **state)
{
	begin(state);
	assert_int_equal(associate(&b, 1, 5).code, CODE(OK));
	end_director(&b);
	bed_settle(b.bed, 50);
	/* what is here needs nobody; the VN is, too */
	assert_int_equal(associate(&b, 2, 5).code, CODE(OK));
	assert_int_equal(profile_of_port(2), POLICY_ID_FIRST);
	profile_id[1] = 1;
	assert_int_equal(associate(&b, 3, 5).code, CODE(UNAVAILABLE));
	profile_id[1] = 0;
	assert_int_equal(port_state(&b, 3), -1);
	teardown(&b);
}

static void test_nonsense_is_refused_with_the_field(void **state)
{
	uint8_t bytes[5] = { 10, 0, 0, 1, 9 };
	Nvo3__ProfileRule r = NVO3__PROFILE_RULE__INIT, *rules = &r;
	Nvo3__IpPrefix ip = NVO3__IP_PREFIX__INIT;
	Nvo3__Profile p = NVO3__PROFILE__INIT;
	struct nvo3_profile profile;
	struct nvo3_rule *list;
	struct err err;

	p.name = "p";
	p.verdict = 2;
	assert_int_equal(policy_from_msg(&p, &profile, &list, &err), -EINVAL);
	assert_string_equal(err.text, "profile p: verdict, vlan or dscp is out of range");
	p.verdict = 0;
	p.rules = &rules;
	p.n_rules = 1;
	r.dir = 2;
	assert_int_equal(policy_from_msg(&p, &profile, &list, &err), -EINVAL);
	assert_string_equal(err.text, "profile p, rule 1: verdict 0 or dir 2 is not known");
	r.dir = 1;
	r.ethertype = 65536;
	assert_int_equal(policy_from_msg(&p, &profile, &list, &err), -EINVAL);
	r.ethertype = 0;
	r.dport = 9;
	r.dport_last = 8;
	assert_int_equal(policy_from_msg(&p, &profile, &list, &err), -EINVAL);
	assert_string_equal(err.text, "profile p, rule 1: dport 9 to 8 is no range of ports");
	r.dport_last = 65536;
	assert_int_equal(policy_from_msg(&p, &profile, &list, &err), -EINVAL);
	r.dport_last = 0;
	r.src = &ip;
	ip.addr = (ProtobufCBinaryData){ 5, bytes };
	assert_int_equal(policy_from_msg(&p, &profile, &list, &err), -EINVAL);
	assert_string_equal(err.text, "profile p, rule 1: src is not an IP prefix");
	ip.addr.len = 4;
	ip.len = 33;
	assert_int_equal(policy_from_msg(&p, &profile, &list, &err), -EINVAL);
	ip.len = 24;
	assert_int_equal(policy_from_msg(&p, &profile, &list, &err), 0);
	assert_int_equal(list[0].dport, 9);
	assert_int_equal(list[0].dport_last, 9);
	assert_int_equal(list[0].src_plen, 24);
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_association_waits_for_the_profile),
		BED_TEST(test_change_is_for_all_members),
		BED_TEST(test_goes_with_its_last_port),
		BED_TEST(test_live_port_changes_its_profile),
		BED_TEST(test_its_vlan_is_the_ports),
		BED_TEST(test_restart_and_new_session),
		BED_TEST(test_kernel_that_lost_it_gets_it_again),
		BED_TEST(test_no_director),
		cmocka_unit_test(test_nonsense_is_refused_with_the_field),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
