// SPDX-License-Identifier: GPL-2.0
/*
 * Distribution on demand with a real director: who is told of what, by asking, by moving, by
 * coming back, and while the mode changes.
 */
#include <signal.h>
#include "lab.c"

#define PUSH		NVO3__DISTRIBUTION__DISTRIBUTION_PUSH
#define ON_DEMAND	NVO3__DISTRIBUTION__DISTRIBUTION_ON_DEMAND
#define AUTO		NVO3__DISTRIBUTION__DISTRIBUTION_AUTO

static struct proc d;
static struct peer center, host1, host2, host3;

static void set_mode(uint32_t distribution)
{
	center.distribution = distribution;
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
}

static void begin(void **state, uint32_t distribution)
{
	proc_init(&d, *state, 1);
	d.absent = 1;
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	peer_open(&host3, &d, "dc1", "nve", "host3", true);
	set_mode(distribution);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_register(&host3, 3), CODE(OK));
}

static void join_on_demand(struct peer *p)
{
	assert_int_equal(say_join_for(p, 1, NULL, 0, NULL, 0), CODE(OK));
	peer_settle(p);
}

static void join_all_on_demand(void)
{
	join_on_demand(&host1);
	join_on_demand(&host2);
	join_on_demand(&host3);
}

static uint64_t live(struct peer *nve, uint32_t addr)
{
	struct place p = { .vn = 1, .vm = addr, .addr = addr, .nve = nve->self };

	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_advertise(nve, 1, addr, 0, center.epoch), CODE(OK));
	return center.epoch;
}

/* How many addresses @nve is interested in; -1: it is told everything. */
static int interest_of(const struct peer *nve)
{
	json_t *json = proc_get(&d, "/members?vn=blue"), *item, *n;
	int found = -1;
	size_t i;

	json_array_foreach(json_object_get(json, "items"), i, item) {
		n = json_object_get(item, "interest");
		if (n && !strcmp(json_string_value(json_object_get(item, "nve")), nve->self))
			found = json_integer_value(n);
	}
	json_decref(json);
	return found;
}

static void test_only_who_asked_is_told(void **state)
{
	begin(state, ON_DEMAND);
	join_all_on_demand();
	assert_int_equal(host1.distribution, ON_DEMAND);
	live(&host1, 1);
	live(&host1, 2);
	live(&host2, 3);
	peer_settle(&host2);
	peer_settle(&host3);
	assert_int_equal(host1.sets + host2.sets + host3.sets, 0);
	/* members are known to all */
	assert_non_null(peer_member(&host3, 1, "dc1/host1"));

	/* both ends know each other with one question; nobody else hears of it */
	assert_int_equal(say_query(&host2, 1, 1, 3), CODE(OK));
	assert_string_equal(peer_map(&host2, 1, 1)->nve, "dc1/host1");
	assert_null(peer_map(&host2, 1, 2));
	peer_settle(&host1);
	peer_settle(&host3);
	assert_string_equal(peer_map(&host1, 1, 3)->nve, "dc1/host2");
	assert_int_equal(host3.sets, 0);

	/* what was asked for is told when it changes */
	live(&host3, 1);
	LAB_WAIT(d.lab, !strcmp(peer_map(&host2, 1, 1)->nve, "dc1/host3"));
	live(&host3, 2);
	peer_settle(&host2);
	assert_null(peer_map(&host2, 1, 2));
	assert_int_equal(say_leave(&host3, 1), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 1));
	assert_int_equal(host2.dels, 1);
}

/* The answer comes after what it says, also when the target itself is told everything. */
static void test_the_target_hears_of_the_asker_first(void **state)
{
	begin(state, ON_DEMAND);
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	join_on_demand(&host2);
	live(&host1, 1);
	live(&host2, 2);
	assert_int_equal(say_query(&host2, 1, 1, 2), CODE(OK));
	peer_settle(&host1);
	assert_non_null(peer_map(&host1, 1, 2));
	assert_int_equal(interest_of(&host1), -1);
	/* asked again, told again: its kernel may have lost it */
	assert_int_equal(say_query(&host2, 1, 1, 2), CODE(OK));
	assert_int_equal(host2.sets, 2);
	/* its own address needs no answer but that */
	assert_int_equal(say_query(&host2, 1, 2, 2), CODE(OK));
	assert_null(peer_map(&host2, 1, 2));
}

/* Who has the IP address is told, with it, and where he is. */
static void test_by_ip(void **state)
{
	static const uint8_t ip[4] = { 10, 8, 0, 8 }, nobody[4] = { 10, 8, 0, 9 };
	struct place place = { .vn = 1, .vm = 8, .addr = 8, .ip = 8, .nve = "dc1/host1" };

	begin(state, ON_DEMAND);
	join_all_on_demand();
	assert_int_equal(say_query_ip(&host2, 1, ip, 4), CODE(NOT_FOUND));
	assert_string_equal(host2.text, "nobody in VN blue has IP 10.8.0.8");
	assert_int_equal(host2.lifetime, 1000);
	assert_int_equal(interest_of(&host2), 0);
	/* placed, and not there yet: when it comes it is told */
	assert_int_equal(say_place(&center, &place), CODE(OK));
	assert_int_equal(say_query_ip(&host2, 1, ip, 4), CODE(NOT_FOUND));
	assert_int_equal(say_advertise(&host1, 1, 8, 8, center.epoch), CODE(OK));
	LAB_WAIT(d.lab, peer_map(&host2, 1, 8));
	assert_int_equal(say_query_ip(&host2, 1, ip, 4), CODE(OK));
	assert_int_equal(host2.sets, 2);
	assert_int_equal(say_query_ip(&host2, 1, nobody, 4), CODE(NOT_FOUND));
	/* its own needs no answer but that */
	assert_int_equal(say_query_ip(&host1, 1, ip, 4), CODE(OK));
	assert_int_equal(host1.sets, 0);
	assert_int_equal(proc_count(&d, "/alerts", NULL, NULL), 0);
	assert_int_equal(say_query_ip(&host2, 1, ip, 3), CODE(BAD_MESSAGE));
	assert_string_equal(host2.text, "not an IP address");
}

static void test_what_is_not_there(void **state)
{
	begin(state, ON_DEMAND);
	join_all_on_demand();
	assert_int_equal(say_query(&host2, 1, 7, 0), CODE(NOT_FOUND));
	assert_string_equal(host2.text, "nobody in VN blue has MAC 02:00:00:00:00:07");
	assert_int_equal(host2.lifetime, 1000);
	/* no alarm is raised for that, and when it appears in its time it is told */
	assert_int_equal(proc_count(&d, "/alerts", NULL, NULL), 0);
	live(&host1, 7);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 7));
	/* the interest goes on with it, and ends a lifetime after it is gone */
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	join_on_demand(&host1);
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 7));
	live(&host1, 7);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 7));
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	LAB_WAIT(d.lab, interest_of(&host2) == 0);
	assert_null(peer_map(&host2, 1, 7));
	join_on_demand(&host1);
	live(&host1, 7);
	peer_settle(&host2);
	assert_null(peer_map(&host2, 1, 7));
}

/* What a VM used elsewhere: told before the answer, and what is not there yet when it comes. */
/* What is counted is what the API lists, and what was asked. */
static void test_metrics(void **state)
{
	char wishes[200];

	begin(state, ON_DEMAND);
	proc_metrics(&d, "'nvo3_queries_total{result=\"found\"}=0' nvo3_mappings=0 nvo3_drifts_total=0");
	join_all_on_demand();
	live(&host1, 1);
	live(&host1, 2);
	live(&host2, 3);
	assert_int_equal(say_query(&host2, 1, 1, 3), CODE(OK));
	assert_int_equal(say_query(&host2, 1, 77, 3), CODE(NOT_FOUND));
	assert_int_equal(say_query(&host2, 2, 1, 3), CODE(BAD_STATE));
	assert_int_equal(say_advertise(&host3, 1, 1, 0, center.epoch + 256), CODE(DENIED));
	snprintf(wishes, sizeof(wishes), "nvo3_mappings=%d nvo3_members=%d nvo3_nves=%d nvo3_vns=%d",
		 proc_count(&d, "/mappings", NULL, NULL), proc_count(&d, "/members", NULL, NULL),
		 proc_count(&d, "/nves", NULL, NULL), proc_count(&d, "/vns", NULL, NULL));
	proc_metrics(&d, wishes);
	proc_metrics(&d, "nvo3_mappings=3 nvo3_nves_stale=0 'nvo3_store_commit_seconds_count>0' "
			 "'nvo3_sessions{role=\"nve\"}=3' 'nvo3_sessions{role=\"vcenter\"}=1'");
	proc_metrics(&d, "'nvo3_queries_total{result=\"found\"}=1' "
			 "'nvo3_queries_total{result=\"absent\"}=1' "
			 "'nvo3_queries_total{result=\"refused\"}=1'");
	proc_metrics(&d, "'nvo3_claims_total{result=\"taken\"}=3' "
			 "'nvo3_claims_total{result=\"refused\"}=1'");
	peer_close(&host3);
	LAB_WAIT(d.lab, proc_count(&d, "/nves", "stale", "true") == 1);
	proc_metrics(&d, "nvo3_nves_stale=1 'nvo3_sessions{role=\"nve\"}=2'");
}

static void test_many_at_once(void **state)
{
	begin(state, ON_DEMAND);
	join_all_on_demand();
	for (uint32_t addr = 1; addr <= 5; addr++)
		live(&host1, addr);
	live(&host2, 6);
	assert_int_equal(say_want(&host2, 1, 2, 6), CODE(OK));
	assert_int_equal(host2.sets, 4);
	assert_null(peer_map(&host2, 1, 1));
	assert_string_equal(peer_map(&host2, 1, 5)->nve, "dc1/host1");
	assert_null(peer_map(&host2, 1, 6));
	assert_int_equal(interest_of(&host2), 5);
	/* asked again it is told again, and counted once */
	assert_int_equal(say_want(&host2, 1, 2, 6), CODE(OK));
	assert_int_equal(host2.sets, 8);
	assert_int_equal(interest_of(&host2), 5);
	live(&host3, 7);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 7));
	live(&host3, 3);
	LAB_WAIT(d.lab, !strcmp(peer_map(&host2, 1, 3)->nve, "dc1/host3"));
	assert_int_equal(proc_count(&d, "/alerts", NULL, NULL), 0);

	assert_int_equal(say_want(&host2, 1, 100, 1025), CODE(BAD_MESSAGE));
	assert_int_equal(say_want(&host2, 2, 100, 1), CODE(BAD_STATE));
	assert_int_equal(interest_of(&host2), 5);
	/* who is told everything needs no interest */
	assert_int_equal(say_leave(&host3, 1), CODE(OK));
	assert_int_equal(say_want(&host3, 1, 1, 1), CODE(BAD_STATE));
	assert_int_equal(say_join(&host3, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_want(&host3, 1, 1, 3), CODE(OK));
	assert_int_equal(interest_of(&host3), -1);
}

static void test_forgotten_is_not_told(void **state)
{
	begin(state, ON_DEMAND);
	join_all_on_demand();
	live(&host1, 1);
	live(&host2, 2);
	assert_int_equal(say_query(&host2, 1, 1, 0), CODE(OK));
	assert_int_equal(interest_of(&host2), 1);	/* its own is none */
	assert_int_equal(say_forget(&host2, 1, 1), CODE(OK));
	/* of what is its own it hears whatever it says */
	assert_int_equal(say_forget(&host2, 1, 2), CODE(OK));
	assert_int_equal(interest_of(&host2), 0);
	live(&host3, 1);
	peer_settle(&host2);
	assert_string_equal(peer_map(&host2, 1, 1)->nve, "dc1/host1");
	assert_int_equal(say_forget(&host2, 77, 1), CODE(OK));
	live(&host3, 2);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 2));
}

static void test_who_cannot_ask_is_told_everything(void **state)
{
	static const uint32_t wishes = 1;
	static struct peer relay;

	begin(state, ON_DEMAND);
	peer_is_old = true;
	peer_close(&host2);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	peer_is_old = false;
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	peer_open(&relay, &d, "dc1", "nve", "relay", true);
	assert_int_equal(say_relay(&relay, 9), CODE(OK));
	/* what they ask for does not matter */
	assert_int_equal(say_join_for(&host2, 1, NULL, 0, &wishes, 1), CODE(OK));
	assert_int_equal(host2.distribution, PUSH);
	assert_int_equal(say_join_for(&relay, 1, NULL, 0, &wishes, 1), CODE(OK));
	assert_int_equal(relay.distribution, PUSH);
	join_on_demand(&host1);
	live(&host1, 1);
	live(&host1, 2);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 2) && peer_map(&relay, 1, 2));
	assert_int_equal(host2.sets, 2);
	assert_int_equal(relay.sets, 2);
	/* who is the relay is known, and stays known */
	assert_true(peer_member(&host1, 1, "dc1/relay")->relay);
	assert_false(peer_member(&host1, 1, "dc1/host2")->relay);
	set_mode(PUSH);
	LAB_WAIT(d.lab, host1.vn_updates && host2.vn_updates && relay.vn_updates);
	assert_int_equal(host1.distribution, PUSH);
}

/* Only relays, of VNs that may be joined: all at first, then what comes and goes. */
static void test_a_relay_hears_of_all_vns(void **state)
{
	static struct peer relay;

	begin(state, ON_DEMAND);
	assert_int_equal(say_vn_set(&center, 2, 200, "red"), CODE(OK));
	peer_open(&relay, &d, "dc1", "nve", "relay", true);
	assert_int_equal(say_relay(&relay, 9), CODE(OK));
	LAB_WAIT(d.lab, relay.lists == 1);
	assert_true(relay.listed[1] && relay.listed[2] && !relay.listed[3]);
	assert_int_equal(say_vn_set(&center, 3, 300, "green"), CODE(OK));
	LAB_WAIT(d.lab, relay.listed[3]);
	/* being in it does not keep it */
	assert_int_equal(say_join(&relay, 3, NULL, 0), CODE(OK));
	assert_int_equal(say_vn_delete(&center, 3), CODE(OK));
	LAB_WAIT(d.lab, !relay.listed[3]);
	assert_int_equal(relay.lists, 1);
	assert_int_equal(host1.lists, 0);
	assert_false(host1.listed[2]);
	/* one that knows no lists goes on as it did */
	peer_is_old = true;
	peer_close(&relay);
	peer_open(&relay, &d, "dc1", "nve", "relay", true);
	peer_is_old = false;
	assert_int_equal(say_relay(&relay, 9), CODE(OK));
	assert_int_equal(say_vn_set(&center, 4, 400, "grey"), CODE(OK));
	assert_int_equal(say_join(&relay, 1, NULL, 0), CODE(OK));
	assert_int_equal(relay.lists, 0);
	assert_false(relay.listed[4]);
}

/* A question is for members, and answered out of their VN only. */
static void test_questions_that_are_refused(void **state)
{
	struct place elsewhere = { .vn = 2, .vm = 9, .addr = 9, .nve = "dc1/host1" };

	begin(state, ON_DEMAND);
	assert_int_equal(say_vn_set(&center, 2, 200, "red"), CODE(OK));
	join_on_demand(&host1);
	join_on_demand(&host2);
	live(&host1, 1);
	assert_int_equal(say_join(&host1, 2, NULL, 0), CODE(OK));
	assert_int_equal(say_place(&center, &elsewhere), CODE(OK));
	assert_int_equal(say_advertise(&host1, 2, 9, 0, center.epoch), CODE(OK));
	/* it has joined another VN than that of the address */
	assert_int_equal(say_query(&host2, 1, 9, 0), CODE(NOT_FOUND));
	assert_int_equal(say_query(&host2, 2, 9, 0), CODE(BAD_STATE));
	assert_string_equal(host2.text, "dc1/host2 is not a member of VN red");
	assert_int_equal(say_query(&host3, 1, 1, 0), CODE(BAD_STATE));
	assert_int_equal(say_query(&host2, 99, 1, 0), CODE(BAD_STATE));
	assert_non_null(strstr(host2.text, "is not known in dc1"));
	/* in another's name, so that a third one would be told of him */
	live(&host2, 3);
	assert_int_equal(say_query(&host2, 1, 3, 1), CODE(DENIED));
	assert_string_equal(host2.text,
			    "MAC 02:00:00:00:00:01 of VN blue, which asks, is behind dc1/host1");
	/* in the name of another VN's, or of nobody's: the question counts, the name does not */
	assert_int_equal(say_query(&host2, 1, 1, 9), CODE(OK));
	assert_int_equal(say_query(&host2, 1, 1, 1000), CODE(OK));
	peer_settle(&host1);
	assert_null(peer_map(&host1, 1, 9));
	assert_int_equal(host1.sets, 0);
	/* what is no address */
	assert_int_equal(say_query(&host2, 1, 1, 0), CODE(OK));
	assert_int_equal(peer_ask_raw(&host2, MSG(MAP_QUERY), "short", 5), CODE(BAD_MESSAGE));
	assert_int_equal(peer_ask_raw(&host2, MSG(MAP_FORGET), "short", 5), CODE(BAD_MESSAGE));
}

static void count_answer(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	unsigned int *codes = arg;

	codes[code]++;
}

static void ask_much(struct peer *p, unsigned int n, unsigned int *codes)
{
	Nvo3__MapQuery m = NVO3__MAP_QUERY__INIT;
	uint8_t mac[6];

	m.vn = uuid(1);
	m.mac = (ProtobufCBinaryData){ 6, mac };
	while (n--) {
		mac_of(mac, 100000 + n);
		chan_request(p->chan, MSG(MAP_QUERY), &m.base, LAB_DEADLINE_MS, count_answer,
			     codes);
	}
}

static void test_one_that_asks_too_much_harms_itself(void **state)
{
	unsigned int codes[16] = { };

	begin(state, ON_DEMAND);
	join_all_on_demand();
	live(&host1, 1);
	ask_much(&host2, 20000, codes);
	assert_int_equal(say_query(&host3, 1, 1, 0), CODE(OK));
	LAB_WAIT(d.lab, codes[CODE(BUSY)] + codes[CODE(NOT_FOUND)] == 20000);
	assert_in_range(codes[CODE(NOT_FOUND)], 4096, 19999);
	assert_int_equal(proc_count(&d, "/alerts", "text", "dc1/host2 asks more than 2000"), 1);
	/* it may again after a while */
	LAB_WAIT(d.lab, say_query(&host2, 1, 1, 0) == CODE(OK));
}

static void test_interest_is_bounded(void **state)
{
	uint32_t *many = calloc(65537, sizeof(*many)), i;

	begin(state, ON_DEMAND);
	assert_int_equal(say_vn_set(&center, 2, 200, "red"), CODE(OK));
	for (i = 0; i < 65537; i++)
		many[i] = i + 1;
	assert_int_equal(say_join_for(&host1, 1, NULL, 0, many, 65537), CODE(FULL));
	assert_non_null(strstr(host1.text, "in 0 addresses, more than 65536 are not possible"));
	assert_int_equal(say_join_for(&host1, 1, NULL, 0, many, 65535), CODE(OK));
	/* joined again it is not counted twice; in all VNs together it is */
	assert_int_equal(say_join_for(&host1, 1, NULL, 0, many, 65535), CODE(OK));
	assert_int_equal(say_join_for(&host1, 2, NULL, 0, many, 2), CODE(FULL));
	assert_int_equal(say_query(&host1, 1, 70000, 0), CODE(NOT_FOUND));
	assert_int_equal(say_query(&host1, 1, 70001, 0), CODE(FULL));
	assert_non_null(strstr(host1.text, "dc1/host1 is interested in 65536 addresses, more"));
	/* nobody had any of them */
	LAB_WAIT(d.lab, interest_of(&host1) == 0);
	assert_int_equal(say_query(&host1, 1, 70001, 0), CODE(NOT_FOUND));
	free(many);
}

/* Who had everything says what of it he uses: nothing of that is told again, or swept. */
static void test_from_push_to_on_demand(void **state)
{
	static const uint32_t used[] = { 1, 2 };
	uint64_t revision;

	begin(state, PUSH);
	join_all_on_demand();
	assert_int_equal(host2.distribution, PUSH);
	live(&host1, 1);
	live(&host1, 2);
	live(&host1, 3);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 3));
	set_mode(ON_DEMAND);
	LAB_WAIT(d.lab, host2.vn_updates && host2.distribution == ON_DEMAND);
	/* until he has said it he is told everything */
	live(&host1, 4);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 4));
	revision = host2.revision;
	live(&host3, 2);	/* changes on the way */
	assert_int_equal(say_join_for(&host2, 1, host2.store, revision, used, 2), CODE(OK));
	LAB_WAIT(d.lab, !strcmp(peer_map(&host2, 1, 2)->nve, "dc1/host3"));
	assert_int_equal(host2.begins, 1);
	assert_int_equal(host2.dels, 0);
	live(&host3, 3);
	live(&host3, 1);
	LAB_WAIT(d.lab, !strcmp(peer_map(&host2, 1, 1)->nve, "dc1/host3"));
	assert_string_equal(peer_map(&host2, 1, 3)->nve, "dc1/host1");
	assert_int_equal(interest_of(&host2), 2);
}

static void test_from_on_demand_to_push(void **state)
{
	static const uint32_t one = 1;

	begin(state, ON_DEMAND);
	join_all_on_demand();
	live(&host1, 1);
	live(&host1, 2);
	assert_int_equal(say_query(&host2, 1, 1, 0), CODE(OK));
	set_mode(PUSH);
	LAB_WAIT(d.lab, host2.vn_updates && host2.distribution == PUSH);
	/* one who has not noticed yet: he cannot go on from his revision */
	assert_int_equal(say_join_for(&host2, 1, host2.store, host2.revision, &one, 1), CODE(OK));
	assert_int_equal(host2.distribution, PUSH);
	LAB_WAIT(d.lab, host2.ends == 2 && peer_map(&host2, 1, 2) && peer_map(&host2, 1, 1));
	assert_int_equal(say_join(&host3, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, host3.ends == 2 && peer_map(&host3, 1, 2));
	live(&host1, 3);
	LAB_WAIT(d.lab, peer_map(&host2, 1, 3) && peer_map(&host3, 1, 3));
}

static void test_auto_follows_the_size(void **state)
{
	static uint64_t epochs[2100];
	uint32_t i;

	begin(state, AUTO);
	join_on_demand(&host1);
	join_on_demand(&host2);
	assert_int_equal(host2.distribution, PUSH);
	say_place_many(&center, 1, 0, 2100, "dc1/host1", epochs);
	assert_int_equal(say_advertise_many(&host1, 1, 0, 2048, 0, epochs), CODE(OK));
	peer_settle(&host2);
	assert_int_equal(host2.distribution, PUSH);
	assert_int_equal(say_advertise_many(&host1, 1, 2048, 1, 0, epochs + 2048), CODE(OK));
	LAB_WAIT(d.lab, host2.distribution == ON_DEMAND);
	/* as it was, between the limits, and over a restart */
	for (i = 0; i < 1025; i++)
		assert_int_equal(say_withdraw(&host1, 1, i, epochs[i]), CODE(OK));
	peer_settle(&host2);
	assert_int_equal(host2.distribution, ON_DEMAND);
	proc_end(&d, SIGTERM, 0);
	proc_start(&d);
	LAB_WAIT(d.lab, host1.ups == 2 && host2.ups == 2);
	assert_int_equal(proc_count(&d, "/vns", "on_demand", "true"), 1);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	join_on_demand(&host1);
	join_on_demand(&host2);
	assert_int_equal(host2.distribution, ON_DEMAND);
	assert_int_equal(say_withdraw(&host1, 1, 1025, epochs[1025]), CODE(OK));
	LAB_WAIT(d.lab, host2.distribution == PUSH);
	assert_int_equal(proc_count(&d, "/vns", "on_demand", "false"), 1);
}

static void lose_session(struct peer *p, uint8_t locator)
{
	unsigned int ups = p->ups;

	chan_drop(p->chan, "as the test wishes");
	LAB_WAIT(d.lab, p->ups > ups);
	assert_int_equal(say_register(p, locator), CODE(OK));
}

static void test_coming_back_with_an_interest(void **state)
{
	static const uint32_t held[] = { 1, 2, 3 };
	uint8_t other[16] = { 1 };
	uint64_t epoch;

	begin(state, ON_DEMAND);
	join_all_on_demand();
	live(&host1, 1);
	live(&host1, 2);
	epoch = live(&host1, 3);
	live(&host1, 4);
	assert_int_equal(say_query(&host2, 1, 1, 0), CODE(OK));
	assert_int_equal(say_query(&host2, 1, 2, 0), CODE(OK));
	assert_int_equal(say_query(&host2, 1, 3, 0), CODE(OK));
	lose_session(&host2, 2);
	live(&host3, 2);
	live(&host3, 4);
	assert_int_equal(say_withdraw(&host1, 1, 3, epoch), CODE(OK));
	host2.sets = 0;
	assert_int_equal(say_join_for(&host2, 1, host2.store, host2.revision, held, 3), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 3));
	peer_settle(&host2);
	assert_int_equal(host2.sets, 1);
	assert_string_equal(peer_map(&host2, 1, 2)->nve, "dc1/host3");
	assert_int_equal(host2.begins, 1);
	/* without a revision that means something the snapshot names the interest */
	assert_int_equal(say_join_for(&host2, 1, other, 5, held, 3), CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 2);
	assert_int_equal(HASH_COUNT(host2.maps), 2);
	assert_int_equal(HASH_COUNT(host2.members), 2);
}

/* It has to send on what comes late: so it hears of whom its addresses go to. */
static void test_who_loses_an_address_is_told(void **state)
{
	begin(state, ON_DEMAND);
	join_all_on_demand();
	live(&host1, 1);
	live(&host2, 1);
	LAB_WAIT(d.lab, peer_map(&host1, 1, 1));
	assert_string_equal(peer_map(&host1, 1, 1)->nve, "dc1/host2");
	peer_settle(&host3);
	assert_int_equal(host3.sets, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_only_who_asked_is_told),
		LAB_TEST(test_the_target_hears_of_the_asker_first),
		LAB_TEST(test_by_ip),
		LAB_TEST(test_what_is_not_there),
		LAB_TEST(test_metrics),
		LAB_TEST(test_many_at_once),
		LAB_TEST(test_forgotten_is_not_told),
		LAB_TEST(test_who_cannot_ask_is_told_everything),
		LAB_TEST(test_a_relay_hears_of_all_vns),
		LAB_TEST(test_questions_that_are_refused),
		LAB_TEST(test_one_that_asks_too_much_harms_itself),
		LAB_TEST(test_interest_is_bounded),
		LAB_TEST(test_from_push_to_on_demand),
		LAB_TEST(test_from_on_demand_to_push),
		LAB_TEST(test_auto_follows_the_size),
		LAB_TEST(test_coming_back_with_an_interest),
		LAB_TEST(test_who_loses_an_address_is_told),
	};

	return LAB_MAIN(argc, argv, "on_demand", tests);
}
