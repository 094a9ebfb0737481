// SPDX-License-Identifier: GPL-2.0
/* V10: to the data centre that is nearest to the tenant, as a gateway of each measures. */
#include "lab_tenant.h"
#include "rtt_limit.h"

#define CLIENT "192.0.2.7"
#define HERE "{\"client\":\"" CLIENT "\",\"id\":\"" ID "\"}"

static void begin(struct lab *lab, uint64_t dc1, uint64_t dc2)
{
	lab_gateways(lab, dc1, dc2);
	make_web(lab);
}

static struct wish_reply near(struct lab *lab, int dc)
{
	struct wish_reply r;

	wish_begin(lab, dc, "alice", "web", NULL, CLIENT, &r);
	LAB_WAIT(lab, r.here);
	return r;
}

/* What was measured is with the move. */
static void check_record(struct lab *lab, const char *text)
{
	struct reply r = lab_api(lab, 0, "GET", MOVE, NULL);
	char *got = json_dumps(json_object_get(r.body, "rtt"), JSON_COMPACT);
	char client[64];

	assert_string_equal(reply_text(&r, "client", client, sizeof(client)), CLIENT);
	assert_string_equal(got, text);
	free(got);
	reply_free(&r);
}

static void test_a_tenants_wish(void **state)
{
	static const char record[] = "[{\"dc\":\"dc2\",\"us\":5000},{\"dc\":\"dc1\",\"us\":40000}]";
	struct lab *lab = *state;
	uint64_t epoch;

	begin(lab, 40000, 5000);
	epoch = fake_place_find(lab, 0, MAC)->epoch;
	/* by the other data centre, which hands it on to the VM's home */
	expect(near(lab, 1), CODE(OK), "");
	/* the answer was lost: nothing is measured again */
	expect(near(lab, 0), CODE(OK), "");
	assert_int_equal(lab->server[0].measured, 1);
	assert_int_equal(lab->server[2].measured, 1);
	lab_until(lab, 0, MOVE, "state", "done");
	assert_true(fake_place_find(lab, 1, MAC)->epoch > epoch);
	check_record(lab, record);
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	check_record(lab, record);
	assert_true(lab_event(lab, 0, false, "tenant-wish",
			      "tenant alice wishes it near to " CLIENT));
}

/* Of the three kinds; who has missed the answer asks again. */
static void test_an_operators_moves(void **state)
{
	static const char *const verbs[] = { "move", "replicate", "move" };
	static const char *const kinds[] = { "migration", "replication", "mobility" };
	struct lab *lab = *state;
	char path[80], move[64], body[128], other[128];

	begin(lab, 40000, 5000);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/vms/web/%s", verbs[i]);
		snprintf(move, sizeof(move), "/moves/1122000%d-0000-0000-0000-000000000000", i);
		snprintf(body, sizeof(body), "{\"client\":\"" CLIENT "\",\"id\":\"%s\"%s}",
			 move + strlen("/moves/"), i == 2 ? ",\"live\":true" : "");
		lab->mute = MSG(RELOCATE_DEST);
		lab_expect(lab, 0, "POST", path, body, 202, "to", "dc2");
		lab_expect(lab, 0, "POST", path, body, 202, "kind", kinds[i]);
		/* the same id for something else */
		snprintf(other, sizeof(other), "{\"client\":\"192.0.2.8\",\"id\":\"%s\"}",
			 move + strlen("/moves/"));
		lab_expect(lab, 0, "POST", path, other, 409, "error", "is another one");
		snprintf(other, sizeof(other), "{\"dc\":\"dc2\",\"id\":\"%s\"}",
			 move + strlen("/moves/"));
		lab_expect(lab, 0, "POST", path, other, 409, "error", "is another one");
		assert_int_equal(lab->server[0].measured, i + 1);
		snprintf(path, sizeof(path), "%s/abort", move);
		lab_expect(lab, 0, "POST", path, NULL, 202, NULL, NULL);
		lab->mute = 0;
		lab_until(lab, 0, move, "state", "aborted");
		check_at_home(lab);
	}
}

static void test_bad_words(void **state)
{
	static const char *const bad[][2] = {
		{ "{\"client\":\"192.0.2.7\",\"dc\":\"dc2\"}",
		  "client: a data centre is named already" },
		{ "{\"client\":\"192.0.2.7\",\"server\":\"host2\"}", "client: a server is named" },
		{ "{\"client\":\"127.0.0.1\"}", "client: 127.0.0.1 is a loopback address" },
		{ "{\"client\":\"ff02::1\"}", "client: ff02::1 is a multicast address" },
		{ "{\"client\":\"dc2\"}", "client: " },
		{ "{\"client\":7}", "client: " },
	};
	struct lab *lab = *state;
	struct wish_reply r;

	begin(lab, 40000, 5000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		lab_expect(lab, 0, "POST", "/vms/web/move", bad[i][0], 400, "error", bad[i][1]);
		lab_expect(lab, 0, "POST", "/vms/web/replicate", bad[i][0], 400, "error",
			   bad[i][1]);
	}
	lab_expect(lab, 0, "POST", "/vms/web/replicate",
		   "{\"client\":\"192.0.2.7\",\"location\":\"row1\"}", 400, "error",
		   "client: a location is named already");
	wish_begin(lab, 0, "alice", "web", NULL, "169.254.1.1", &r);
	LAB_WAIT(lab, r.here);
	expect(r, CODE(BAD_MESSAGE), "client: 169.254.1.1 is a link-local address");
	wish_begin(lab, 0, "alice", "web", "dc2", CLIENT, &r);
	LAB_WAIT(lab, r.here);
	expect(r, CODE(BAD_MESSAGE), "client: a location is named already");
	wish_begin(lab, 0, "bob", "web", NULL, CLIENT, &r);
	LAB_WAIT(lab, r.here);
	expect(r, CODE(NOT_FOUND), "tenant bob has no VM web");
	assert_int_equal(lab->server[0].measured + lab->server[2].measured, 0);
}

static void test_none_is_nearer(void **state)
{
	struct lab *lab = *state;

	begin(lab, 12300, 12900);
	expect(near(lab, 1), CODE(BAD_STATE),
	       "no data centre is nearer to " CLIENT ": dc1 12.3 ms, dc2 12.9 ms");
	lab_expect(lab, 0, "POST", "/vms/web/move", HERE, 409, "error",
		   "no data centre is nearer to " CLIENT);
	assert_true(lab_event(lab, 0, false, "replication-refused", "no data centre is nearer"));
	assert_true(lab_event(lab, 0, false, "move-refused", "no data centre is nearer"));
	assert_null(lab->vc[0]->moves);
	check_at_home(lab);
}

/* Without a gateway, without a reply, without a session: left out, and named. */
static void test_who_does_not_answer(void **state)
{
	struct lab *lab = *state;

	begin(lab, 12300, 0);
	expect(near(lab, 0), CODE(BAD_STATE),
	       "no data centre is nearer to " CLIENT ": dc1 12.3 ms, dc2 did not answer");
	lab->server[0].rtt_us = 0;
	expect(near(lab, 0), CODE(UNAVAILABLE),
	       "how far " CLIENT " is was not measured: dc2 did not answer, dc1 did not answer");
	lab->server[0].rtt_us = 12300;
	lab_vcenter_stop(lab, 1);
	LAB_WAIT(lab, !lab->vc[0]->peers[0].up);
	expect(near(lab, 0), CODE(BAD_STATE), "dc2 did not answer");
	lab_vcenter_start(lab, 1);
	LAB_WAIT(lab, lab_ready(lab));
}

/* One that says nothing holds nobody up for longer than the measurement may take. */
static void test_it_ends_in_time(void **state)
{
	struct lab *lab = *state;
	uint64_t began;

	begin(lab, 40000, 5000);
	lab->mute = MSG(RTT_MEASURE);
	began = loop_now_ms();
	expect(near(lab, 0), CODE(UNAVAILABLE), "was not measured");
	assert_true(loop_now_ms() - began >= 2000);
	/* 3 s, and what a busy machine adds */
	assert_true(loop_now_ms() - began < 10000);
}

/* His own haste keeps him, and nobody else. */
static void test_too_often(void **state)
{
	struct lab *lab = *state;

	begin(lab, 12300, 12900);
	for (unsigned int i = 0; i < RTT_LIMIT; i++)
		expect(near(lab, i % 2), CODE(BAD_STATE), "no data centre is nearer");
	expect(near(lab, 1), CODE(BUSY),
	       "tenant alice has had 6 round-trip times measured within 60 s");
	assert_int_equal(lab->server[0].measured, RTT_LIMIT);
	assert_int_equal(lab->server[2].measured, RTT_LIMIT);
	lab_expect(lab, 0, "POST", "/vms/web/move", HERE, 409, "error", "no data centre is nearer");
}

/* vCenter dies during the measurement: there is no move, and who asks again has his own. */
static void test_killed_while_it_measures(void **state)
{
	struct lab *lab = *state;
	struct wish_reply r;

	begin(lab, 40000, 5000);
	lab->mute = MSG(RTT_MEASURE);
	lab->crash_who = 3;
	lab->crash_at = lab->count + 1;
	wish_begin(lab, 1, "alice", "web", NULL, CLIENT, &r);
	LAB_WAIT(lab, r.here && !lab->crash && lab->crash_at <= lab->count);
	assert_int_not_equal(r.code, CODE(OK));
	LAB_WAIT(lab, lab_ready(lab));
	lab->crash_at = 0;
	lab->mute = 0;
	assert_null(lab->vc[0]->moves);
	expect(near(lab, 1), CODE(OK), "");
	lab_until(lab, 0, MOVE, "state", "done");
	lab_expect(lab, 1, "GET", "/vms/web", NULL, 200, "state", "running");
}

/* Two that ask for the same at a time: one move. */
static void test_asked_again_meanwhile(void **state)
{
	struct wish_reply r[2];
	struct lab *lab = *state;

	begin(lab, 40000, 5000);
	wish_begin(lab, 0, "alice", "web", NULL, CLIENT, &r[0]);
	wish_begin(lab, 0, "alice", "web", NULL, CLIENT, &r[1]);
	LAB_WAIT(lab, r[0].here && r[1].here);
	expect(r[0], CODE(OK), "");
	expect(r[1], CODE(OK), "");
	lab_until(lab, 0, MOVE, "state", "done");
	assert_int_equal(HASH_COUNT(lab->vc[0]->moves), 1);
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_a_tenants_wish),
		LAB_TEST(test_an_operators_moves),
		LAB_TEST(test_bad_words),
		LAB_TEST(test_none_is_nearer),
		LAB_TEST(test_who_does_not_answer),
		LAB_TEST(test_it_ends_in_time),
		LAB_TEST(test_too_often),
		LAB_TEST(test_killed_while_it_measures),
		LAB_TEST(test_asked_again_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
