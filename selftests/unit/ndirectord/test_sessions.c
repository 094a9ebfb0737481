// SPDX-License-Identifier: GPL-2.0
/*
 * A real director, with NVEs and a vCenter that the test plays: who may say what, and who is
 * told of it.
 */
#include "lab.c"
#include "ndirectord/follow.h"

static struct proc d;
static struct peer center, host1, host2;

/* A director with the VN 1, and two NVEs that have registered. */
static void begin(void **state)
{
	proc_init(&d, *state, 1);
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
}

/* Address @addr placed at @nve and advertised there; its epoch. */
static uint64_t live(struct peer *nve, uint32_t addr)
{
	struct place p = { .vn = 1, .vm = addr, .addr = addr, .nve = nve->self };

	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_advertise(nve, 1, addr, 0, center.epoch), CODE(OK));
	return center.epoch;
}

static void join_both(void)
{
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, host1.ends == 1 && host2.ends == 1);
}

static void test_snapshots_of_every_size(void **state)
{
	static uint64_t epochs[2500];

	begin(state);
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, host1.ends == 1);
	assert_int_equal(host1.sets + host1.member_sets, 0);

	live(&host1, 5000);
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 1);
	assert_int_equal(host2.sets, 1);
	assert_string_equal(peer_map(&host2, 1, 5000)->nve, "dc1/host1");
	assert_non_null(peer_member(&host2, 1, "dc1/host1"));

	say_place_many(&center, 1, 0, 2500, "dc1/host1", epochs);
	assert_int_equal(say_advertise_many(&host1, 1, 0, 2500, 0, epochs), CODE(OK));
	LAB_WAIT(d.lab, host2.sets == 2501);
	peer_forget(&host2);
	host2.largest = 0;
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 1);
	assert_int_equal(host2.begins, 1);
	assert_int_equal(host2.sets, 2501);
	assert_int_equal(host2.updates, 2501 / FOLLOW_BATCH + 1);
	assert_true(host2.largest <= FOLLOW_BATCH);
	assert_int_equal(HASH_COUNT(host2.maps), 2501);
	/* nobody told host1 of what is its own */
	assert_int_equal(HASH_COUNT(host1.maps), 0);
	assert_int_equal(proc_count(&d, "/mappings?vn=blue", "nve", "dc1/host1"), 2501);
}

static void test_deltas_and_withdrawal(void **state)
{
	uint64_t epoch;

	begin(state);
	join_both();
	epoch = live(&host1, 1);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 1));
	assert_int_equal(peer_map(&host2, 1, 1)->epoch, epoch);
	/* another's is refused; of one's own, and of another's older epoch, nothing happens */
	assert_int_equal(say_withdraw(&host2, 1, 1, epoch), CODE(DENIED));
	assert_string_equal(host2.text, "MAC 02:00:00:00:00:01 of VN blue is at dc1/host1, dc1/host2 may not withdraw it");
	assert_int_equal(say_withdraw(&host2, 1, 1, epoch - 256), CODE(OK));
	assert_int_equal(say_withdraw(&host1, 1, 1, epoch - 256), CODE(OK));
	assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), 1);
	assert_int_equal(say_withdraw(&host1, 1, 1, epoch), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 1));
	assert_int_equal(host2.begins, 1);
	assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), 0);
	/* who leaves takes his mappings along */
	live(&host1, 2);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 2));
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 2) && !peer_member(&host2, 1, "dc1/host1"));
	assert_int_equal(proc_count(&d, "/members", NULL, NULL), 1);
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	assert_int_equal(say_leave(&host1, 77), CODE(OK));
	assert_int_equal(proc_count(&d, "/events", "kind", "mapping-withdrawn"), 1);
	assert_int_equal(proc_count(&d, "/events", "kind", "mapping-set"), 2);
	assert_int_equal(proc_count(&d, "/events", "kind", "vn-joined"), 2);
	assert_int_equal(proc_count(&d, "/events", "kind", "vn-left"), 1);
}

static void test_policies_of_a_vn_are_told(void **state)
{
	begin(state);
	join_both();
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	center.vn_unknown = 2;
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	LAB_WAIT(d.lab, host1.vn_updates && host2.vn_updates);
	assert_int_equal(host1.vn_unknown, 2);
	assert_int_equal(host2.vn_unknown, 2);
	/* not who has left; nor is the same again news */
	assert_int_equal(say_leave(&host2, 1), CODE(OK));
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	center.vn_unknown = 1;
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	LAB_WAIT(d.lab, host1.vn_updates == 2);
	assert_int_equal(host1.vn_unknown, 1);
	assert_int_equal(say_leave(&host2, 1), CODE(OK));
	assert_int_equal(host2.vn_updates, 1);
}

static void test_resuming(void **state)
{
	uint8_t other[16] = { 1, 2, 3 };
	uint64_t revision, epoch;

	begin(state);
	join_both();
	live(&host1, 1);
	epoch = live(&host1, 2);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 2));
	revision = host2.revision;
	assert_int_equal(say_withdraw(&host1, 1, 2, epoch), CODE(OK));
	live(&host1, 3);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 3));

	/* from there: what came later, and no snapshot */
	host2.begins = 0;
	host2.sets = 0;
	host2.dels = 0;
	assert_int_equal(say_join(&host2, 1, host2.store, revision), CODE(OK));
	LAB_WAIT(d.lab, host2.sets == 1 && host2.dels == 1);
	assert_int_equal(host2.begins, 0);
	/* another store, a revision that is not there yet: a snapshot */
	assert_int_equal(say_join(&host2, 1, other, revision), CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 2);
	assert_int_equal(say_join(&host2, 1, host2.store, 1000000), CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 3);
	assert_int_equal(HASH_COUNT(host2.maps), 2);
}

/* More deletions than are remembered */
static void test_below_the_floor(void **state)
{
	static uint64_t epochs[4200];
	uint64_t revision;
	uint32_t i;

	begin(state);
	join_both();
	live(&host1, 9000);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 9000));
	revision = host2.revision;
	peer_close(&host2);
	say_place_many(&center, 1, 0, 4200, "dc1/host1", epochs);
	for (i = 0; i < 4200; i += 600)
		assert_int_equal(say_advertise_many(&host1, 1, i, 600, 0, epochs + i), CODE(OK));
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));

	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host2, 1, host2.store, revision), CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 1);
	assert_int_equal(HASH_COUNT(host2.maps), 0);
}

static void test_claims_are_refused_with_a_sentence(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .ip = 1, .nve = "dc1/host1" };
	uint64_t epoch;

	begin(state);
	assert_int_equal(say_place(&center, &p), CODE(OK));
	epoch = center.epoch;
	assert_int_equal(say_advertise(&host1, 1, 1, 1, epoch), CODE(BAD_STATE));
	assert_string_equal(host1.text, "dc1/host1 is not a member of VN blue");
	join_both();
	assert_int_equal(say_advertise(&host1, 1, 2, 0, epoch), CODE(DENIED));
	assert_string_equal(host1.text, "MAC 02:00:00:00:00:02 of VN blue is not placed in this DC");
	assert_int_equal(say_advertise(&host2, 1, 1, 0, epoch), CODE(DENIED));
	assert_string_equal(host2.text, "MAC 02:00:00:00:00:01 of VN blue is placed at dc1/host1, not at dc1/host2");
	assert_int_equal(say_advertise(&host1, 1, 1, 0, epoch - 256), CODE(STALE));
	assert_int_equal(say_advertise(&host1, 1, 1, 0, epoch + 256), CODE(DENIED));
	assert_int_equal(say_advertise(&host1, 9, 1, 0, epoch), CODE(NOT_FOUND));
	p.addr = 2;
	p.vm = 2;
	p.ip = 0;
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_advertise(&host1, 1, 1, 1, epoch), CODE(OK));
	assert_int_equal(say_advertise(&host1, 1, 2, 0, center.epoch), CODE(OK));
	assert_int_equal(proc_count(&d, "/alerts", "kind", "claim-refused"), 6);
	assert_int_equal(proc_count(&d, "/alerts", "text", "not at dc1/host2"), 1);
	/* said again, it is no news */
	assert_int_equal(say_advertise(&host2, 1, 1, 0, epoch), CODE(DENIED));
	assert_int_equal(proc_count(&d, "/alerts", "kind", "claim-refused"), 6);
	assert_int_equal(proc_count(&d, "/alerts", "alert", "false"), 0);
	assert_true(proc_logged(&d, "claim-refused dc1/host2: MAC 02:00:00:00:00:01"));
}

/*
 * A long message is worked through in slices: what its session says next comes after all of it,
 * others come between, its members are told of all of it together, and its end in the middle
 * leaves what has been done.
 */
static void test_a_long_message_of_claims(void **state)
{
	enum { LONG = 4000 };
	static uint64_t epochs[LONG];
	unsigned int answers, updates;

	begin(state);
	join_both();
	say_place_many(&center, 1, 100, LONG, "dc1/host1", epochs);
	answers = host1.answers;
	updates = host2.updates;
	say_unheard(&host1, 1, 100, LONG, epochs);
	say_withdraw(&host1, 1, 100 + LONG - 1, epochs[LONG - 1]);
	LAB_WAIT(d.lab, host1.answers == answers + 2);
	assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), LONG - 1);
	/* a thousand in each event, and what was taken back */
	LAB_WAIT(d.lab, HASH_COUNT(host2.maps) == LONG - 1);
	assert_in_range(host2.updates - updates, 4, 6);
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	say_unheard(&host1, 1, 100, LONG, epochs);
	chan_drop(host1.chan, "as the test wishes");
	LAB_WAIT(d.lab, host1.ups == 2 && host1.up);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_advertise_many(&host1, 1, 100, LONG, 0, epochs), CODE(OK));
	assert_int_equal(proc_count(&d, "/mappings", NULL, NULL), LONG);
}

static void test_silence_withdraws_nothing(void **state)
{
	unsigned int updates;

	begin(state);
	join_both();
	live(&host1, 1);
	live(&host1, 2);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 2));
	updates = host2.updates;
	host2.member_sets = 0;
	peer_close(&host1);
	LAB_WAIT(d.lab, host2.member_sets == 1);
	assert_true(peer_member(&host2, 1, "dc1/host1")->stale);
	assert_int_equal(host2.updates, updates + 1);
	assert_int_equal(host2.dels, 0);
	assert_int_equal(HASH_COUNT(host2.maps), 2);
	assert_int_equal(proc_count(&d, "/mappings", "stale", "true"), 2);
	assert_int_equal(proc_count(&d, "/alerts", "kind", "nve-stale"), 1);

	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	assert_true(peer_member(&host2, 1, "dc1/host1")->stale);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	LAB_WAIT(d.lab, !peer_member(&host2, 1, "dc1/host1")->stale);
	assert_int_equal(host2.updates, updates + 2);
}

static void test_a_second_session_replaces_the_first(void **state)
{
	static struct peer again;

	begin(state);
	join_both();
	host2.member_sets = 0;
	peer_open(&again, &d, "dc1", "nve", "host1", true);
	LAB_WAIT(d.lab, host1.downs >= 1);
	/* the first one's peer connects again, and so on: keep the second */
	peer_close(&host1);
	LAB_WAIT(d.lab, again.up);
	assert_int_equal(say_register(&again, 1), CODE(OK));
	assert_int_equal(say_join(&again, 1, NULL, 0), CODE(OK));
	live(&again, 1);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 1));
	assert_int_equal(proc_count(&d, "/nves", "up", "true"), 2);
}

static void test_strangers_are_refused(void **state)
{
	static struct peer nve, vc, director;

	begin(state);
	peer_open(&nve, &d, "dc2", "nve", "host1", false);
	peer_open(&vc, &d, "dc2", "vcenter", "vc", false);
	peer_open(&director, &d, "dc2", "director", "d", false);
	LAB_WAIT(d.lab, nve.downs && vc.downs && director.downs);
	assert_int_equal(proc_count(&d, "/alerts", "kind", "session-refused"), 3);
	assert_int_equal(proc_count(&d, "/nves", "name", "dc2"), 0);
}

static void test_bad_requests(void **state)
{
	uint8_t garbage[] = { 0xff, 0xff, 0xff };
	static struct peer early;

	begin(state);
	peer_open(&early, &d, "dc1", "nve", "host3", true);
	assert_int_equal(say_join(&early, 1, NULL, 0), CODE(BAD_STATE));
	assert_string_equal(early.text, "VN_JOIN before NVE_REGISTER");
	assert_int_equal(say_advertise(&early, 1, 1, 0, 1), CODE(BAD_STATE));
	assert_int_equal(say_register(&early, 3), CODE(OK));
	assert_int_equal(peer_ask(&early, MSG(VN_SET), NULL), CODE(UNKNOWN_TYPE));
	assert_int_equal(peer_ask(&early, 9999, NULL), CODE(UNKNOWN_TYPE));
	assert_int_equal(peer_ask(&center, MSG(VN_JOIN), NULL), CODE(UNKNOWN_TYPE));
	assert_int_equal(peer_ask(&early, MSG(VN_JOIN), NULL), CODE(BAD_MESSAGE));
	assert_int_equal(peer_ask(&early, MSG(NVE_REGISTER), NULL), CODE(BAD_MESSAGE));
	assert_string_equal(early.text, "0 locators, 1 to 4 are possible");
	assert_int_equal(peer_ask_raw(&early, MSG(MAP_ADVERTISE), garbage, sizeof(garbage)),
			 CODE(BAD_MESSAGE));
	assert_int_equal(peer_ask_raw(&center, MSG(VN_SET), garbage, sizeof(garbage)),
			 CODE(BAD_MESSAGE));
	assert_int_equal(peer_ask(&center, MSG(VN_SET), NULL), CODE(BAD_MESSAGE));
	assert_int_equal(peer_ask(&center, MSG(VN_DELETE), NULL), CODE(BAD_MESSAGE));
	assert_int_equal(peer_ask(&center, MSG(PLACE), NULL), CODE(BAD_MESSAGE));
	assert_int_equal(peer_ask(&center, MSG(UNPLACE), NULL), CODE(BAD_MESSAGE));
	/* what is meant for host1 is not for it */
	assert_int_equal(say_register(&early, 1), CODE(EXISTS));
	assert_string_equal(early.text, "locator 192.0.2.1 is that of dc1/host1");
	assert_int_equal(proc_count(&d, "/alerts", "kind", "request-refused"), 7);
	/* and it goes on */
	assert_int_equal(say_join(&early, 1, NULL, 0), CODE(OK));
}

static void test_placing(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .ip = 1, .nve = "dc1/host1" };
	uint64_t first, second;

	begin(state);
	join_both();
	assert_int_equal(say_place(&center, &p), CODE(OK));
	first = center.epoch;
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(center.epoch, first);
	assert_int_equal(say_advertise(&host1, 1, 1, 1, first), CODE(OK));
	LAB_WAIT(d.lab, peer_map(&host2, 1, 1));
	/* it moves */
	p.nve = "dc1/host2";
	assert_int_equal(say_place(&center, &p), CODE(OK));
	second = center.epoch;
	assert_true(second > first);
	assert_int_equal(second & 255, 1);
	assert_int_equal(say_advertise(&host2, 1, 1, 1, second), CODE(OK));
	LAB_WAIT(d.lab, peer_map(&host1, 1, 1));
	/* told again by its epoch; of old */
	p.epoch = second;
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(center.epoch, second);
	p.epoch = first;
	assert_int_equal(say_place(&center, &p), CODE(STALE));
	/* a higher one than any so far */
	p.epoch = 0;
	p.min_epoch = second + (5 << 8);
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_true(center.epoch > p.min_epoch);
	/* an older end ends nothing */
	assert_int_equal(say_unplace(&center, 1, 1, second), CODE(OK));
	assert_int_equal(proc_count(&d, "/placements", NULL, NULL), 1);
	assert_int_equal(say_unplace(&center, 1, 1, center.epoch), CODE(OK));
	assert_int_equal(proc_count(&d, "/placements", NULL, NULL), 0);
	LAB_WAIT(d.lab, !peer_map(&host1, 1, 1));
	assert_int_equal(say_unplace(&center, 1, 1, center.epoch), CODE(OK));
	assert_int_equal(say_unplace(&center, 7, 1, 5), CODE(OK));
	assert_int_equal(proc_count(&d, "/events", "kind", "placement-set"), 3);
	assert_int_equal(proc_count(&d, "/events", "kind", "placement-ended"), 1);
}

static void test_placing_is_refused(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .ip = 1, .nve = "dc1/host1" };

	begin(state);
	assert_int_equal(say_place(&center, &p), CODE(OK));
	p.vm = 2;
	assert_int_equal(say_place(&center, &p), CODE(EXISTS));
	assert_string_equal(center.text, "MAC 02:00:00:00:00:01 of VN blue is placed for another VM at dc1/host1");
	/* the same IP behind another MAC: 10.1.0.1 */
	p.addr = 1 << 16 | 1;
	assert_int_equal(say_place(&center, &p), CODE(EXISTS));
	assert_string_equal(center.text, "IP 10.1.0.1 of VN blue belongs to MAC 02:00:00:00:00:01 at dc1/host1");
	p.addr = 2;
	p.nve = "dc2/host1";
	assert_int_equal(say_place(&center, &p), CODE(DENIED));
	p.nve = "dc1/host1";
	p.vn = 7;
	assert_int_equal(say_place(&center, &p), CODE(NOT_FOUND));
	assert_int_equal(proc_count(&d, "/alerts", "kind", "placement-refused"), 4);
	assert_int_equal(say_vn_set(&center, 2, 100, "red"), CODE(EXISTS));
	assert_string_equal(center.text, "VNI 100 belongs to VN blue");
	assert_int_equal(say_vn_set(&center, 2, 101, "blue"), CODE(EXISTS));
	assert_int_equal(say_vn_set(&center, 2, 0, "red"), CODE(BAD_MESSAGE));
	assert_int_equal(say_vn_set(&center, 2, 101, "r\ned"), CODE(BAD_MESSAGE));
	assert_int_equal(proc_count(&d, "/alerts", "kind", "vn-refused"), 4);
}

static void test_deleting_a_vn_that_is_joined(void **state)
{
	uint64_t epoch;

	begin(state);
	join_both();
	epoch = live(&host1, 1);
	assert_int_equal(say_vn_delete(&center, 1), CODE(BUSY));
	assert_int_equal(say_unplace(&center, 1, 1, epoch), CODE(OK));
	assert_int_equal(say_vn_delete(&center, 1), CODE(OK));
	assert_int_equal(say_vn_delete(&center, 1), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 1));
	assert_int_equal(proc_count(&d, "/vns", "defined", "false"), 1);
	/* nobody comes in any more; its name and VNI are free */
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(NOT_FOUND));
	assert_string_equal(host2.text, "VN blue is not defined in dc1");
	assert_int_equal(say_vn_set(&center, 2, 100, "blue"), CODE(OK));
	assert_int_equal(say_vn_delete(&center, 2), CODE(OK));
	/* who is silent has left; the other does */
	peer_close(&host2);
	LAB_WAIT(d.lab, !peer_member(&host1, 1, "dc1/host2"));
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	assert_int_equal(proc_count(&d, "/members", NULL, NULL), 0);
	assert_int_equal(proc_count(&d, "/vns", NULL, NULL), 0);
	assert_int_equal(proc_count(&d, "/events", "kind", "vn-deleted"), 2);
	/* and it may come back */
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	peer_forget(&host1);
	assert_int_equal(say_join(&host1, 1, host1.store, 2), CODE(OK));
	live(&host1, 1);
}

static bool acked(struct proc *d, const char *nve)
{
	json_t *json = proc_get(d, "/members"), *item;
	bool same = false;
	size_t i;

	json_array_foreach(json_object_get(json, "items"), i, item)
		if (!strcmp(json_string_value(json_object_get(item, "nve")), nve))
			same = json_integer_value(json_object_get(item, "revision")) ==
			       json_integer_value(json_object_get(item, "acked"));
	json_decref(json);
	return same;
}

static void test_what_is_acknowledged(void **state)
{
	begin(state);
	host1.acks = true;
	join_both();
	live(&host2, 1);
	LAB_WAIT(d.lab, peer_map(&host1, 1, 1) && acked(&d, "dc1/host1"));
	live(&host1, 2);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 2));
	assert_false(acked(&d, "dc1/host2"));
	assert_true(acked(&d, "dc1/host1"));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_snapshots_of_every_size),
		LAB_TEST(test_deltas_and_withdrawal),
		LAB_TEST(test_policies_of_a_vn_are_told),
		LAB_TEST(test_resuming),
		LAB_TEST(test_below_the_floor),
		LAB_TEST(test_claims_are_refused_with_a_sentence),
		LAB_TEST(test_a_long_message_of_claims),
		LAB_TEST(test_silence_withdraws_nothing),
		LAB_TEST(test_a_second_session_replaces_the_first),
		LAB_TEST(test_strangers_are_refused),
		LAB_TEST(test_bad_requests),
		LAB_TEST(test_placing),
		LAB_TEST(test_placing_is_refused),
		LAB_TEST(test_deleting_a_vn_that_is_joined),
		LAB_TEST(test_what_is_acknowledged),
	};

	return LAB_MAIN(argc, argv, "sessions", tests);
}
