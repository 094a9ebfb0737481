// SPDX-License-Identifier: GPL-2.0
/*
 * Claims without vCenter: first come where a VN is open, its moves and duplicates, and addresses
 * that an
 * operator has bound.
 */
#include <signal.h>
#include "lab.c"

#define MAC1 "02:00:00:00:00:01"

static struct proc d;
static struct peer center, host1, host2;

static void begin(void **state, bool open, const char *more)
{
	proc_init(&d, *state, 1);
	d.more = more;
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	center.claims = open;
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
}

/* Claims with @epoch; the one to use */
static uint64_t claim(struct peer *nve, uint32_t addr, uint8_t ip, uint64_t epoch)
{
	assert_int_equal(say_advertise(nve, 1, addr, ip, epoch), CODE(OK));
	return nve->results->results[0]->epoch ?: epoch;
}

static void test_first_come(void **state)
{
	uint64_t epoch;

	begin(state, true, NULL);
	epoch = claim(&host1, 1, 1, 0);
	assert_true(epoch != 0);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 1));
	assert_int_equal(peer_map(&host2, 1, 1)->epoch, epoch);
	/* again, with and without its number: the same */
	assert_int_equal(claim(&host1, 1, 1, 0), epoch);
	assert_int_equal(claim(&host1, 1, 1, epoch), epoch);
	/* an IP of another's is not taken over, nor a number that was given to another */
	assert_int_equal(say_advertise(&host2, 1, 1, 1, epoch), CODE(DENIED));
	assert_non_null(strstr(host2.text, "is claimed by dc1/host2 with epoch "));
	assert_non_null(strstr(host2.text, "it is at dc1/host1"));
	assert_int_equal(say_advertise(&host2, 1, 1, 1, epoch + 256), CODE(DENIED));
	assert_true(proc_count(&d, "/alerts", "kind", "claim-refused") >= 1);
}

static void test_ip_of_another_mac(void **state)
{
	uint8_t mac[6] = { 2, 0, 0, 0, 0, 2 }, ip[4] = { 10, 1, 0, 1 }, vn[16] = { 1 };
	Nvo3__IpPrefix prefix = NVO3__IP_PREFIX__INIT, *prefixes = &prefix;
	Nvo3__MapAdvertise m = NVO3__MAP_ADVERTISE__INIT;
	Nvo3__Mapping map = NVO3__MAPPING__INIT, *maps = &map;

	begin(state, true, NULL);
	claim(&host1, 1, 1, 0);
	vn[15] = 1;
	prefix.addr = (ProtobufCBinaryData){ 4, ip };
	prefix.len = 24;
	map.vn = (ProtobufCBinaryData){ 16, vn };
	map.mac = (ProtobufCBinaryData){ 6, mac };
	map.ips = &prefixes;
	map.n_ips = 1;
	m.maps = &maps;
	m.n_maps = 1;
	assert_int_equal(peer_ask(&host2, MSG(MAP_ADVERTISE), &m.base), CODE(OK));
	assert_int_equal(host2.results->results[0]->code, CODE(DENIED));
	assert_string_equal(host2.results->results[0]->text,
			    "IP 10.1.0.1 of VN blue belongs to MAC " MAC1 " at dc1/host1");
}

/* The sequence number climbs with each move; who was left behind knows from it. */
static void test_mobility(void **state)
{
	uint64_t first, second;

	begin(state, true, NULL);
	first = claim(&host1, 1, 0, 0);
	second = claim(&host2, 1, 0, 0);
	assert_true(second > first);
	LAB_WAIT(d.lab, peer_map(&host1, 1, 1));
	assert_string_equal(peer_map(&host1, 1, 1)->nve, "dc1/host2");
	assert_int_equal(say_advertise(&host1, 1, 1, 0, first), CODE(STALE));
	assert_non_null(strstr(host1.text, "at dc1/host2"));
	assert_true(claim(&host1, 1, 0, 0) > second);
	assert_int_equal(proc_count(&d, "/events", "kind", "mapping-moved"), 2);
	/* what was withdrawn is free */
	assert_int_equal(say_withdraw(&host1, 1, 1, UINT64_MAX), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 1));
	assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), 0);
}

static void test_duplicate_is_frozen_until_thawed(void **state)
{
	begin(state, true, "moves = 3; moves_time = 600;");
	claim(&host1, 1, 0, 0);
	claim(&host2, 1, 0, 0);
	claim(&host1, 1, 0, 0);
	assert_int_equal(proc_count(&d, "/alerts", "kind", "mac-duplicate"), 0);
	claim(&host2, 1, 0, 0);
	assert_int_equal(proc_count(&d, "/alerts", "kind", "mac-duplicate"), 1);
	assert_int_equal(proc_count(&d, "/alerts", "text",
				    "the last time from dc1/host1 to dc1/host2"), 1);
	assert_int_equal(say_advertise(&host1, 1, 1, 0, 0), CODE(DENIED));
	assert_string_equal(host1.text, "MAC " MAC1 " of VN blue moved too often and is frozen at dc1/host2, dc1/host1 may not have it");
	/* others are not concerned, nor is who has it */
	claim(&host1, 2, 0, 0);
	claim(&host2, 1, 0, 0);
	proc_delete(&d, "/frozen/blue/02:00:00:00:00:02", 404, "MAC 02:00:00:00:00:02 of VN blue is not frozen");
	proc_delete(&d, "/frozen/red/" MAC1, 404, "VN red is not known here");
	proc_delete(&d, "/frozen/blue/" MAC1, 200, NULL);
	claim(&host1, 1, 0, 0);
}

static void test_freeze_ends_with_its_time(void **state)
{
	begin(state, true, "moves = 2; freeze = 1;");
	claim(&host1, 1, 0, 0);
	claim(&host2, 1, 0, 0);
	claim(&host1, 1, 0, 0);
	assert_int_equal(say_advertise(&host2, 1, 1, 0, 0), CODE(DENIED));
	LAB_WAIT(d.lab, say_advertise(&host2, 1, 1, 0, 0) == CODE(OK));
}

/* However it ends, and whoever takes over. */
static void again(int signo)
{
	proc_end(&d, signo, signo == SIGKILL ? -1 : 0);
	LAB_WAIT(d.lab, host1.downs && host2.downs);
	host1.downs = 0;
	host2.downs = 0;
	proc_start(&d);
	LAB_WAIT(d.lab, host1.up && host2.up);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
}

static void freeze(uint32_t addr)
{
	claim(&host1, addr, 0, 0);
	claim(&host2, addr, 0, 0);
	claim(&host1, addr, 0, 0);
}

static void test_frozen_over_a_restart(void **state)
{
	begin(state, true, "moves = 2;");
	freeze(1);
	freeze(2);
	again(SIGKILL);
	assert_int_equal(proc_count(&d, "/frozen", NULL, NULL), 2);
	assert_int_equal(proc_count(&d, "/frozen?vn=blue", "nve", "dc1/host1"), 2);
	assert_int_equal(say_advertise(&host2, 1, 1, 0, 0), CODE(DENIED));
	assert_non_null(strstr(host2.text, "moved too often and is frozen at dc1/host1"));
	claim(&host1, 1, 0, 0);
	/* thawed is thawed, too */
	proc_delete(&d, "/frozen/blue/" MAC1, 200, NULL);
	again(SIGTERM);
	assert_int_equal(proc_count(&d, "/frozen", "mac", "02:00:00:00:00:02"), 1);
	assert_int_equal(proc_count(&d, "/frozen", NULL, NULL), 1);
	claim(&host2, 1, 0, 0);
}

static void test_frozen_for_a_time_over_a_restart(void **state)
{
	begin(state, true, "moves = 2; freeze = 2;");
	freeze(1);
	d.more = "moves = 2; freeze = 3600;";
	again(SIGKILL);
	/* its end is that which it had */
	LAB_WAIT(d.lab, say_advertise(&host2, 1, 1, 0, 0) == CODE(OK));
	assert_int_equal(proc_count(&d, "/frozen", NULL, NULL), 0);
	/* that was the first move, this is the second one */
	claim(&host1, 1, 0, 0);
	again(SIGKILL);
	assert_int_equal(say_advertise(&host2, 1, 1, 0, 0), CODE(DENIED));
	assert_int_equal(proc_count(&d, "/frozen", "mac", MAC1), 1);
}

/* With its VN it goes: nothing of it may be found by a VN that comes later. */
static void test_frozen_in_a_vn_that_goes(void **state)
{
	begin(state, true, "moves = 2;");
	freeze(1);
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	assert_int_equal(say_leave(&host2, 1), CODE(OK));
	assert_int_equal(say_vn_delete(&center, 1), CODE(OK));
	d.more = "moves = 2; forget = 1;";
	proc_end(&d, SIGTERM, 0);
	LAB_WAIT(d.lab, center.downs);
	proc_start(&d);
	/* reaped within a second; the store must bear to be read again */
	LAB_WAIT(d.lab, proc_count(&d, "/frozen", NULL, NULL) == 0);
	proc_end(&d, SIGTERM, 0);
	proc_start(&d);
	assert_int_equal(proc_count(&d, "/vns", NULL, NULL), 0);
}

/* A placement is the stronger word, also in an open VN. */
static void test_placement_wins(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .nve = "dc1/host2" };

	begin(state, true, NULL);
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_advertise(&host1, 1, 1, 0, 0), CODE(DENIED));
	assert_string_equal(host1.text, "MAC " MAC1 " of VN blue is placed at dc1/host2, not at dc1/host1");
	assert_int_equal(claim(&host2, 1, 0, 0), center.epoch);
}

static void test_closed_vn_gives_nothing_away(void **state)
{
	begin(state, false, NULL);
	assert_int_equal(say_advertise(&host1, 1, 1, 0, 0), CODE(DENIED));
	assert_string_equal(host1.text, "MAC " MAC1 " of VN blue is not placed in this DC");
}

#define BIND(mac, nve) "{\"vn\": \"blue\", \"mac\": \"" mac "\", \"nve\": \"" nve "\", \"ips\": [\"10.1.0.1/24\"]}"

static void test_binding(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .nve = "dc1/host2" };
	uint64_t epoch;

	begin(state, false, NULL);
	proc_post(&d, "/bindings", BIND(MAC1, "dc1/host1"), 201, NULL);
	epoch = claim(&host1, 1, 1, 0);
	assert_true(epoch != 0);
	assert_int_equal(claim(&host1, 1, 1, epoch), epoch);
	assert_int_equal(say_advertise(&host2, 1, 1, 0, 0), CODE(DENIED));
	assert_string_equal(host2.text, "MAC " MAC1 " of VN blue is placed at dc1/host1, not at dc1/host2");
	/* neither of both words takes the other's place */
	assert_int_equal(say_place(&center, &p), CODE(EXISTS));
	assert_string_equal(center.text, "MAC " MAC1 " of VN blue is bound to dc1/host1 by an operator");
	p.addr = 2;
	p.vm = 2;
	assert_int_equal(say_place(&center, &p), CODE(OK));
	proc_post(&d, "/bindings", "{\"vn\": \"blue\", \"mac\": \"02:00:00:00:00:02\", \"nve\": \"dc1/host1\"}",
		  409, "MAC 02:00:00:00:00:02 of VN blue is placed for a VM at dc1/host2, by vCenter");
	proc_post(&d, "/bindings", BIND("02:00:00:00:00:03", "dc1/host1"), 409,
		  "IP 10.1.0.1 of VN blue belongs to MAC " MAC1 " at dc1/host1");
	proc_post(&d, "/bindings", BIND(MAC1, "dc2/host1"), 409, "NVE dc2/host1 is not of data centre dc1");
	proc_post(&d, "/bindings", BIND("x", "dc1/host1"), 400, NULL);
	assert_int_equal(proc_count(&d, "/placements", "bound", "true"), 1);
	/* it outlives the director */
	proc_end(&d, SIGKILL, -1);
	LAB_WAIT(d.lab, host1.downs && center.downs && host2.downs);
	proc_start(&d);
	LAB_WAIT(d.lab, host1.up && center.up && host2.up);
	assert_int_equal(proc_count(&d, "/placements", "bound", "true"), 1);
	proc_delete(&d, "/bindings/blue/02:00:00:00:00:02", 404, "MAC 02:00:00:00:00:02 of VN blue is not bound");
	proc_delete(&d, "/bindings/blue/" MAC1, 200, NULL);
	assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), 0);
}

/* In an open VN it takes the address from whoever came first. */
static void test_binding_wins_over_open_claims(void **state)
{
	uint64_t first, second;

	begin(state, true, NULL);
	first = claim(&host1, 1, 0, 0);
	proc_post(&d, "/bindings", "{\"vn\": \"blue\", \"mac\": \"" MAC1 "\", \"nve\": \"dc1/host2\"}",
		  201, NULL);
	assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), 0);
	assert_int_equal(say_advertise(&host1, 1, 1, 0, 0), CODE(DENIED));
	second = claim(&host2, 1, 0, 0);
	assert_true(second > first);
	/* free again: whoever has it keeps it, and it moves again */
	proc_delete(&d, "/bindings/blue/" MAC1, 200, NULL);
	assert_int_equal(proc_count(&d, "/mappings", "nve", "dc1/host2"), 1);
	assert_true(claim(&host1, 1, 0, 0) > second);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_first_come),
		LAB_TEST(test_ip_of_another_mac),
		LAB_TEST(test_mobility),
		LAB_TEST(test_duplicate_is_frozen_until_thawed),
		LAB_TEST(test_freeze_ends_with_its_time),
		LAB_TEST(test_frozen_over_a_restart),
		LAB_TEST(test_frozen_for_a_time_over_a_restart),
		LAB_TEST(test_frozen_in_a_vn_that_goes),
		LAB_TEST(test_placement_wins),
		LAB_TEST(test_closed_vn_gives_nothing_away),
		LAB_TEST(test_binding),
		LAB_TEST(test_binding_wins_over_open_claims),
	};

	return LAB_MAIN(argc, argv, "open", tests);
}
