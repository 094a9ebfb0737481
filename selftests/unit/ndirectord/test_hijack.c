// SPDX-License-Identifier: GPL-2.0
/*
 * An NVE with a good certificate in the wrong hands: whatever it says in another's name is
 * refused, is told
 * to the operator, and changes nothing.
 */
#include "lab.c"

static struct proc d;
static struct peer center, thief, victim;
static uint64_t epoch;		/* of the victim's address 1, with IP 10.1.0.1, in VN 1 */

static void place(uint8_t vn, uint32_t addr, uint8_t ip, const struct peer *nve)
{
	struct place p = { .vn = vn, .vm = addr, .addr = addr, .ip = ip, .nve = nve->self };

	assert_int_equal(say_place(&center, &p), CODE(OK));
}

static void begin(void **state)
{
	proc_init(&d, *state, 1);
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&thief, &d, "dc1", "nve", "thief", true);
	peer_open(&victim, &d, "dc1", "nve", "victim", true);
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_vn_set(&center, 2, 200, "red"), CODE(OK));
	assert_int_equal(say_register(&thief, 1), CODE(OK));
	assert_int_equal(say_register(&victim, 2), CODE(OK));
	assert_int_equal(say_join(&thief, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&victim, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&victim, 2, NULL, 0), CODE(OK));
	place(1, 1, 1, &victim);
	epoch = center.epoch;
	assert_int_equal(say_advertise(&victim, 1, 1, 1, epoch), CODE(OK));
	place(2, 7, 0, &victim);
	assert_int_equal(say_advertise(&victim, 2, 7, 0, center.epoch), CODE(OK));
	LAB_WAIT(d.lab, peer_map(&thief, 1, 1));
}

/*
 * @text is in an alert of @kind about the thief, and in the log; what the victim has is as it
 * was.
 */
static void refused(const char *kind, const char *text)
{
	assert_non_null(strstr(thief.text, text));
	assert_true(proc_count(&d, "/alerts", "text", text) >= 1);
	assert_true(proc_count(&d, "/alerts", "kind", kind) >= 1);
	assert_true(proc_count(&d, "/alerts", "subject", "dc1/thief") >= 1);
	assert_true(proc_logged(&d, text));
	assert_int_equal(proc_count(&d, "/mappings?vn=blue", "nve", "dc1/victim"), 1);
	assert_int_equal(proc_count(&d, "/mappings?vn=red", "nve", "dc1/victim"), 1);
	assert_int_equal(proc_count(&d, "/mappings", "nve", "dc1/thief"), 0);
	assert_int_equal(proc_count(&d, "/members", "nve", "dc1/victim"), 2);
	assert_int_equal(victim.dels, 0);
}

static void test_mac_of_another(void **state)
{
	begin(state);
	assert_int_equal(say_advertise(&thief, 1, 1, 0, epoch), CODE(DENIED));
	refused("claim-refused", "MAC 02:00:00:00:00:01 of VN blue is placed at dc1/victim, not at dc1/thief");
	assert_int_equal(say_advertise(&thief, 1, 1, 0, epoch + 256), CODE(DENIED));
	refused("claim-refused", "is placed at dc1/victim, not at dc1/thief");
	assert_int_equal(say_advertise(&thief, 1, 1, 0, UINT64_MAX), CODE(DENIED));
	refused("claim-refused", "is placed at dc1/victim, not at dc1/thief");
	assert_int_equal(say_advertise(&thief, 1, 1, 0, 0), CODE(DENIED));
}

/* One that nobody has, too */
static void test_mac_of_nobody(void **state)
{
	begin(state);
	assert_int_equal(say_advertise(&thief, 1, 99, 0, epoch), CODE(DENIED));
	refused("claim-refused", "MAC 02:00:00:00:00:63 of VN blue is not placed in this DC");
}

static void test_ip_of_another(void **state)
{
	begin(state);
	place(1, 257, 1, &thief);	/* 02:00:00:00:01:01, 10.1.1.1 */
	assert_int_equal(say_advertise(&thief, 1, 257, 1, center.epoch), CODE(OK));
	assert_int_equal(say_withdraw(&thief, 1, 257, center.epoch), CODE(OK));
	LAB_WAIT(d.lab, victim.dels == 1);
	victim.dels = 0;
	/* now with the victim's */
	{
		uint8_t mac[6] = { 2, 0, 0, 0, 1, 1 }, ip[4] = { 10, 1, 0, 1 }, vn[16] = { 1 };
		Nvo3__IpPrefix prefix = NVO3__IP_PREFIX__INIT, *prefixes = &prefix;
		Nvo3__MapAdvertise m = NVO3__MAP_ADVERTISE__INIT;
		Nvo3__Mapping map = NVO3__MAPPING__INIT, *maps = &map;

		vn[15] = 1;
		prefix.addr = (ProtobufCBinaryData){ 4, ip };
		prefix.len = 32;
		map.vn = (ProtobufCBinaryData){ 16, vn };
		map.mac = (ProtobufCBinaryData){ 6, mac };
		map.n_ips = 1;
		map.ips = &prefixes;
		map.epoch = center.epoch;
		m.n_maps = 1;
		m.maps = &maps;
		assert_int_equal(peer_ask(&thief, MSG(MAP_ADVERTISE), &m.base), CODE(OK));
		assert_int_equal(thief.results->results[0]->code, CODE(DENIED));
		snprintf(thief.text, sizeof(thief.text), "%s", thief.results->results[0]->text);
	}
	refused("claim-refused", "IP 10.1.0.1 of VN blue belongs to MAC 02:00:00:00:00:01 at dc1/victim");
}

static void test_vn_of_others(void **state)
{
	begin(state);
	assert_int_equal(say_advertise(&thief, 2, 7, 0, center.epoch), CODE(BAD_STATE));
	refused("claim-refused", "dc1/thief is not a member of VN red");
	assert_int_equal(say_join(&thief, 2, NULL, 0), CODE(OK));
	assert_int_equal(say_advertise(&thief, 2, 7, 0, center.epoch), CODE(DENIED));
	refused("claim-refused", "of VN red is placed at dc1/victim, not at dc1/thief");
	/* its own address of the other VN is not its own here */
	place(1, 3, 0, &thief);
	assert_int_equal(say_advertise(&thief, 2, 3, 0, center.epoch), CODE(DENIED));
	refused("claim-refused", "MAC 02:00:00:00:00:03 of VN red is not placed in this DC");
	assert_int_equal(say_join(&thief, 77, NULL, 0), CODE(NOT_FOUND));
}

/* The session says who speaks: a name in a message is no name. */
static void test_name_of_another(void **state)
{
	uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 }, vn[16] = { 1 };
	Nvo3__MapAdvertise m = NVO3__MAP_ADVERTISE__INIT;
	Nvo3__Mapping map = NVO3__MAPPING__INIT, *maps = &map;
	uint32_t code;

	begin(state);
	vn[15] = 1;
	map.vn = (ProtobufCBinaryData){ 16, vn };
	map.mac = (ProtobufCBinaryData){ 6, mac };
	map.epoch = epoch;
	map.nve = "dc1/victim";
	m.n_maps = 1;
	m.maps = &maps;
	for (int i = 0; i < 2; i++) {
		code = peer_ask(&thief, i ? MSG(MAP_WITHDRAW) : MSG(MAP_ADVERTISE), &m.base);
		assert_int_equal(code, CODE(OK));
		assert_int_equal(thief.results->results[0]->code, CODE(DENIED));
		snprintf(thief.text, sizeof(thief.text), "%s", thief.results->results[0]->text);
		refused("claim-refused", "dc1/thief speaks in the name of dc1/victim");
	}
}

static void test_locator_of_another(void **state)
{
	begin(state);
	assert_int_equal(say_register(&thief, 2), CODE(EXISTS));
	refused("request-refused", "locator 192.0.2.2 is that of dc1/victim");
}

static void test_old_epoch(void **state)
{
	uint64_t old;

	begin(state);
	place(1, 5, 0, &thief);
	old = center.epoch;
	assert_int_equal(say_advertise(&thief, 1, 5, 0, old), CODE(OK));
	place(1, 5, 0, &victim);
	assert_int_equal(say_advertise(&victim, 1, 5, 0, center.epoch), CODE(OK));
	LAB_WAIT(d.lab, proc_count(&d, "/mappings?vn=blue", "nve", "dc1/victim") == 2);
	assert_int_equal(say_advertise(&thief, 1, 5, 0, old), CODE(DENIED));
	assert_non_null(strstr(thief.text, "is placed at dc1/victim, not at dc1/thief"));
	place(1, 5, 0, &thief);
	assert_int_equal(say_advertise(&thief, 1, 5, 0, old), CODE(STALE));
	assert_non_null(strstr(thief.text,
			       "MAC 02:00:00:00:00:05 of VN blue is claimed with epoch "));
	assert_int_equal(proc_count(&d, "/mappings?vn=blue", "nve", "dc1/victim"), 2);
	assert_true(proc_count(&d, "/alerts", "text", "is claimed with epoch ") >= 1);
	assert_true(proc_logged(&d, "is claimed with epoch "));
	/* one that was not issued, for what is its own */
	assert_int_equal(say_advertise(&thief, 1, 5, 0, center.epoch + 256), CODE(DENIED));
	assert_non_null(strstr(thief.text, "which was not issued here"));
}

static void test_withdraw_of_anothers(void **state)
{
	begin(state);
	assert_int_equal(say_withdraw(&thief, 1, 1, epoch), CODE(DENIED));
	refused("claim-refused", "MAC 02:00:00:00:00:01 of VN blue is at dc1/victim, dc1/thief may not withdraw it");
	assert_int_equal(say_withdraw(&thief, 1, 1, UINT64_MAX), CODE(DENIED));
	refused("claim-refused", "dc1/thief may not withdraw it");
	/* leaving takes its own along only */
	assert_int_equal(say_leave(&thief, 1), CODE(OK));
	assert_int_equal(say_leave(&thief, 2), CODE(OK));
	assert_int_equal(proc_count(&d, "/mappings?vn=blue", "nve", "dc1/victim"), 1);
	assert_int_equal(proc_count(&d, "/members", "nve", "dc1/victim"), 2);
}

static void test_query_in_anothers_name(void **state)
{
	begin(state);
	place(1, 9, 0, &thief);
	assert_int_equal(say_advertise(&thief, 1, 9, 0, center.epoch), CODE(OK));
	assert_int_equal(say_query(&thief, 1, 9, 1), CODE(DENIED));
	assert_string_equal(thief.text, "MAC 02:00:00:00:00:01 of VN blue, which asks, is behind dc1/victim");
	assert_true(proc_count(&d, "/alerts", "text", "which asks, is behind dc1/victim") >= 1);
	assert_true(proc_logged(&d, "which asks, is behind dc1/victim"));
	/* out of a VN where it is nobody */
	assert_int_equal(say_query(&thief, 2, 7, 0), CODE(BAD_STATE));
	assert_int_equal(proc_count(&d, "/alerts", "text",
				    "dc1/thief is not a member of VN red"), 1);
}

/* Who forgets, forgets for itself: the victim is told of the address as before. */
static void test_forget_touches_nobody_else(void **state)
{
	begin(state);
	place(1, 9, 0, &thief);
	assert_int_equal(say_advertise(&thief, 1, 9, 0, center.epoch), CODE(OK));
	LAB_WAIT(d.lab, peer_map(&victim, 1, 9));
	assert_int_equal(say_forget(&thief, 1, 9), CODE(OK));
	assert_int_equal(say_forget(&thief, 1, 1), CODE(OK));
	assert_int_equal(say_forget(&thief, 2, 7), CODE(OK));
	assert_int_equal(say_withdraw(&thief, 1, 9, center.epoch), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&victim, 1, 9));
	assert_int_equal(proc_count(&d, "/mappings", "nve", "dc1/victim"), 2);
}

/* A profile that is not for it: neither its rules nor whether it is there */
static void test_profile_of_others(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .ip = 1, .nve = "dc1/victim",
			   .profile = 9 };

	begin(state);
	assert_int_equal(say_profile_set(&center, 9, 1, 3), CODE(OK));
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_profile_get(&victim, 9, 0), CODE(OK));
	assert_int_equal(victim.rules, 3);
	assert_int_equal(say_profile_get(&thief, 9, 0), CODE(DENIED));
	refused("profile-refused", "no placement at dc1/thief names profile 09000000-0000-0000-0000-000000000001");
	assert_int_equal(say_profile_get(&thief, 8, 0), CODE(DENIED));
	refused("profile-refused", "no placement at dc1/thief names profile 08000000-0000-0000-0000-000000000001");
	assert_int_equal(say_profile_set(&thief, 9, 2, 0), CODE(UNKNOWN_TYPE));
	assert_int_equal(say_profile_delete(&thief, 9), CODE(UNKNOWN_TYPE));
	assert_int_equal(say_profile_grant(&thief, 9, "dc1/thief", 60), CODE(UNKNOWN_TYPE));
	assert_true(proc_logged(&d, "PROFILE_GRANT is not for a nve"));
	assert_int_equal(thief.profile_updates, 0);
	assert_int_equal(say_profile_get(&victim, 9, 1), CODE(OK));
	assert_int_equal(victim.version, 0);
}

/* What only a vCenter may say, and only a director */
static void test_words_of_other_roles(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .nve = "dc1/thief" };

	begin(state);
	assert_int_equal(say_place(&thief, &p), CODE(UNKNOWN_TYPE));
	assert_true(proc_count(&d, "/alerts", "text", "PLACE is not for a nve") >= 1);
	assert_int_equal(say_unplace(&thief, 1, 1, UINT64_MAX), CODE(UNKNOWN_TYPE));
	assert_true(proc_count(&d, "/alerts", "text", "UNPLACE is not for a nve") >= 1);
	assert_int_equal(say_vn_set(&thief, 1, 300, "mine"), CODE(UNKNOWN_TYPE));
	assert_int_equal(say_vn_delete(&thief, 1), CODE(UNKNOWN_TYPE));
	assert_true(proc_logged(&d, "VN_DELETE is not for a nve"));
	assert_int_equal(proc_count(&d, "/placements", "nve", "dc1/thief"), 0);
	assert_int_equal(proc_count(&d, "/vns", "name", "blue"), 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_mac_of_another),
		LAB_TEST(test_mac_of_nobody),
		LAB_TEST(test_ip_of_another),
		LAB_TEST(test_vn_of_others),
		LAB_TEST(test_name_of_another),
		LAB_TEST(test_locator_of_another),
		LAB_TEST(test_old_epoch),
		LAB_TEST(test_withdraw_of_anothers),
		LAB_TEST(test_query_in_anothers_name),
		LAB_TEST(test_forget_touches_nobody_else),
		LAB_TEST(test_profile_of_others),
		LAB_TEST(test_words_of_other_roles),
	};

	return LAB_MAIN(argc, argv, "hijack", tests);
}
