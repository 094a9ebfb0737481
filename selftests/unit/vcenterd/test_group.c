// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on the VMs of a group, as a client has them: each action, some at a time, members that
 * fail, asked for again, aborted, and a vcenterd that ends in the middle.
 *
 *	client -- API -- vcenterd dc1 -- vServers host1, host2
 *	                     |    `----- nDirector
 *	                 vcenterd dc2 -- vServers host3, host4
 *
 * VMs w0 to w3 of group web of alice are on host1, w4 of no group, too.
 */
#include "lab_api.h"

#define N	4
#define ID	"6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define OP	"/operations/" ID
#define ASK(action, more) "{\"id\":\"" ID "\",\"tenant\":\"alice\",\"group\":\"web\",\"action\":\"" \
	action "\"" more "}"

static void make(struct lab *lab, int n, const char *group, const char *server)
{
	char body[512], path[16];

	snprintf(body, sizeof(body), "{\"name\":\"w%d\",\"tenant\":\"alice\",\"group\":\"%s\","
		 "\"server\":\"%s\",\"memory_mib\":64,\"nics\":[{\"vn\":\"blue\",\"mac\":"
		 "\"02:00:00:00:08:0%d\"}]}", n, group, server, n);
	lab_expect(lab, 0, "POST", "/vms", body, 202, NULL, NULL);
	snprintf(path, sizeof(path), "/vms/w%d", n);
	lab_until(lab, 0, path, "doing", "");
}

static int set_up(void **state)
{
	struct lab *lab;

	lab_setup(state);
	lab = *state;
	for (int n = 0; n < LAB_DCS * LAB_SERVERS; n++) {
		lab->server[n].max_vms = 2 * N;
		lab_server_stop(lab, n);
		lab_server_start(lab, n);
	}
	LAB_WAIT(lab, lab_ready(lab));
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, NULL, NULL);
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "blue"));
	for (int n = 0; n < N; n++)
		make(lab, n, "web", "host1");
	make(lab, N, "", "host1");
	return 0;
}

/* Of the group, at this server, as they are there */
static int count(struct lab *lab, int server, bool running)
{
	char name[8];
	int ret = 0;

	for (int n = 0; n < N; n++) {
		struct fake_vm *vm;

		snprintf(name, sizeof(name), "w%d", n);
		vm = fake_vm_find(lab, server, name);
		ret += vm && vm->running == running && !vm->pulled;
	}
	return ret;
}

static long counted(struct lab *lab, const char *what)
{
	struct reply r = lab_api(lab, 0, "GET", OP, NULL);
	json_t *vms = json_object_get(r.body, "vms");
	long ret = json_is_integer(json_object_get(vms, what)) ?
			   json_integer_value(json_object_get(vms, what)) : -1;

	reply_free(&r);
	return ret;
}

static int under_way(struct lab *lab)
{
	struct vm *vm;
	int n = 0;

	DL_FOREACH2(lab->vc[0]->inv->jobs, vm, job_next)
		n++;
	return n;
}

/* Members of this state, and that each has @error if it is not NULL */
static size_t members(struct lab *lab, const char *state, const char *error)
{
	char path[128];
	struct reply r;
	json_t *items, *item;
	size_t i, n;

	snprintf(path, sizeof(path), OP "/members?state=%s", state);
	r = lab_api(lab, 0, "GET", path, NULL);
	items = json_object_get(r.body, "items");
	n = json_array_size(items);
	json_array_foreach(items, i, item) {
		const char *text = json_string_value(json_object_get(item, "error"));

		if (error && (!text || !strstr(text, error)))
			fail_msg("%s, not %s", text, error);
	}
	reply_free(&r);
	return n;
}

/* Nobody waits for answers that do not come: the sessions end, and all is asked again */
static void unmute(struct lab *lab)
{
	lab->mute = 0;
	for (int n = 0; n < LAB_SERVERS; n++)
		chan_drop(lab->server[n].chan, "by the test");
}

static void w4_runs(struct lab *lab)
{
	lab_expect(lab, 0, "GET", "/vms/w4", NULL, 200, "state", "running");
}

static void test_power(void **state)
{
	static const struct {
		const char *ask, *event, *state;
		bool running, suspended;
	} table[] = {
		{ "{\"tenant\":\"alice\",\"group\":\"web\",\"action\":\"stop\"}", "group-stop",
		  "stopped", false, false },
		{ "{\"tenant\":\"alice\",\"group\":\"web\",\"action\":\"start\",\"parallel\":1}",
		  "group-start", "running", true, false },
		{ "{\"tenant\":\"alice\",\"group\":\"web\",\"action\":\"suspend\"}",
		  "group-suspend", "suspended", true, true },
		{ "{\"tenant\":\"alice\",\"group\":\"web\",\"action\":\"resume\",\"parallel\":64}",
		  "group-resume", "running", true, false },
	};
	struct lab *lab = *state;
	char id[64], path[80];
	struct reply r;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		r = lab_api(lab, 0, "POST", "/operations", table[i].ask);
		assert_int_equal(r.status, 202);
		snprintf(path, sizeof(path), "/operations/%s",
			 reply_text(&r, "id", id, sizeof(id)));
		reply_free(&r);
		lab_until(lab, 0, path, "state", "done");
		assert_int_equal(count(lab, 0, table[i].running), N);
		for (int n = 0; n < N; n++) {
			snprintf(path, sizeof(path), "/vms/w%d", n);
			lab_expect(lab, 0, "GET", path, NULL, 200, "state", table[i].state);
		}
		assert_true(lab_event(lab, 0, false, table[i].event, "begun: 4 VMs of alice"));
		assert_true(lab_event(lab, 0, false, table[i].event, "done with all 4 VMs"));
		assert_false(lab_event(lab, 0, true, table[i].event, ""));
		w4_runs(lab);
	}
	r = lab_api(lab, 0, "GET", "/operations", NULL);
	assert_int_equal(json_array_size(json_object_get(r.body, "items")), 4);
	reply_free(&r);
}

static void test_no_more_at_a_time(void **state)
{
	struct lab *lab = *state;

	lab->mute = MSG(VM_POWER);
	lab_expect(lab, 0, "POST", "/operations", ASK("stop", ",\"parallel\":2"), 202, "state",
		   "running");
	LAB_WAIT(lab, count(lab, 0, false) == 2);
	assert_int_equal(under_way(lab), 2);
	assert_int_equal(counted(lab, "running"), 2);
	assert_int_equal(counted(lab, "waiting"), 2);
	assert_int_equal(members(lab, "running", NULL), 2);
	unmute(lab);
	while (counted(lab, "done") < N)
		assert_true(under_way(lab) <= 2);
	lab_until(lab, 0, OP, "state", "done");
	assert_int_equal(count(lab, 0, false), N);
}

/* Two of five: what was never made, and what its server does not want; the others do not mind */
static void test_who_fails_is_named(void **state)
{
	struct lab *lab = *state;

	lab->refuse = MSG(VM_CREATE);
	make(lab, 5, "web", "host1");
	lab->refuse = 0;
	lab_expect(lab, 0, "POST", "/operations", ASK("stop", ""), 202, NULL, NULL);
	lab_until(lab, 0, OP, "state", "done");
	assert_int_equal(counted(lab, "failed"), 1);
	assert_int_equal(counted(lab, "done"), N);
	assert_int_equal(members(lab, "failed", "it was never made: no, says the fake"), 1);
	assert_true(lab_event(lab, 0, true, "group-stop", "of 5 VMs of alice 1 failed"));
	assert_int_equal(count(lab, 0, false), N);
	lab->refuse = MSG(VM_POWER);
	lab_expect(lab, 0, "POST", "/operations",
		   "{\"id\":\"6ba7b810-9dad-41d1-80b4-00c04fd430c9\",\"tenant\":\"alice\","
		   "\"group\":\"web\",\"action\":\"start\"}", 202, NULL, NULL);
	lab_until(lab, 0, "/operations/6ba7b810-9dad-41d1-80b4-00c04fd430c9", "state", "done");
	assert_true(lab_event(lab, 0, true, "group-start", "of 5 VMs of alice 5 failed"));
	lab_expect(lab, 0, "GET", "/vms/w0", NULL, 200, "error", "no, says the fake");
}

static void test_refused(void **state)
{
	static const struct {
		const char *body, *says;
		int status;
	} table[] = {
		{ "{\"tenant\":\"alice\",\"group\":\"web\"}", "action: \"\" is none of", 400 },
		{ "{\"tenant\":\"alice\",\"group\":\"web\",\"action\":\"reboot\"}",
		  "action: \"reboot\" is none of", 400 },
		{ "{\"group\":\"web\",\"action\":\"stop\"}", "tenant is empty", 400 },
		{ "{\"tenant\":\"alice\",\"action\":\"stop\"}", "group is empty", 400 },
		{ "{\"tenant\":\"alice\",\"group\":\"db\",\"action\":\"stop\"}",
		  "tenant alice has no VMs of group db in dc1", 404 },
		{ "{\"tenant\":\"bob\",\"group\":\"web\",\"action\":\"stop\"}",
		  "tenant bob has no VMs of group web in dc1", 404 },
		{ ASK("stop", ",\"parallel\":65"), "parallel", 400 },
		{ ASK("stop", ",\"parallel\":0"), "parallel", 400 },
		{ ASK("stop", ",\"server\":\"host2\""), "server: is only for migrate", 400 },
		{ ASK("delete", ",\"dc\":\"dc2\""), "dc: is only for migrate", 400 },
		{ "{\"id\":\"7\",\"tenant\":\"alice\",\"group\":\"web\",\"action\":\"stop\"}", "id: ",
		  400 },
		{ ASK("stop", ",\"force\":true"), "force", 400 },
	};
	struct lab *lab = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		lab_expect(lab, 0, "POST", "/operations", table[i].body, table[i].status, "error",
			   table[i].says);
	lab_expect(lab, 0, "GET", OP, NULL, 404, "error", "there is no operation " ID " in dc1");
	lab_expect(lab, 0, "GET", OP "/members", NULL, 404, "error", "there is no operation");
	lab_expect(lab, 0, "POST", OP "/abort", NULL, 404, "error", "there is no operation");
	assert_int_equal(count(lab, 0, true), N);
}

static void test_asked_again(void **state)
{
	struct lab *lab = *state;

	lab->mute = MSG(VM_POWER);
	/* nobody hears the first answer */
	lab_api_cut(lab, 0, "POST", "/operations", ASK("stop", ",\"parallel\":1"));
	lab_expect(lab, 0, "POST", "/operations", ASK("stop", ",\"parallel\":1"), 202, "id", ID);
	lab_expect(lab, 0, "POST", "/operations", ASK("start", ""), 409, "error",
		   "operation " ID " is another one, on group web of alice");
	lab_expect(lab, 0, "POST", "/operations",
		   "{\"tenant\":\"alice\",\"group\":\"web\",\"action\":\"start\"}", 409, "error",
		   "operation " ID " (stop) on group web of alice goes on");
	unmute(lab);
	lab_until(lab, 0, OP, "state", "done");
	/* also afterwards, also to one that was started in between */
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	lab_expect(lab, 0, "POST", "/operations", ASK("stop", ""), 202, "state", "done");
	assert_int_equal(counted(lab, "done"), N);
	assert_int_equal(members(lab, "done", NULL), N);
	lab_expect(lab, 0, "POST", OP "/abort", NULL, 409, "error", "has ended");
}

static void test_abort(void **state)
{
	struct lab *lab = *state;

	for (int restart = 0; restart < 2; restart++) {
		lab->mute = MSG(VM_POWER);
		lab_expect(lab, 0, "POST", "/operations", restart ?
			   "{\"id\":\"6ba7b810-9dad-41d1-80b4-00c04fd430c9\",\"tenant\":\"alice\","
			   "\"group\":\"web\",\"action\":\"stop\",\"parallel\":1}" :
			   ASK("stop", ",\"parallel\":1"), 202, NULL, NULL);
		LAB_WAIT(lab, count(lab, 0, false) == 1 + restart);
		lab_expect(lab, 0, "POST", restart ?
			   "/operations/6ba7b810-9dad-41d1-80b4-00c04fd430c9/abort" : OP "/abort",
			   NULL, 202, "state", "aborting");
		if (restart) {
			lab_vcenter_stop(lab, 0);
			lab_vcenter_start(lab, 0);
			LAB_WAIT(lab, lab_ready(lab));
		}
		unmute(lab);
		lab_until(lab, 0, restart ? "/operations/6ba7b810-9dad-41d1-80b4-00c04fd430c9" : OP,
			  "state", "aborted");
		assert_int_equal(count(lab, 0, true), N - 1 - restart);
		assert_int_equal(under_way(lab), 0);
	}
	assert_int_equal(counted(lab, "done"), 1);
	assert_int_equal(counted(lab, "untouched"), N - 1);
	assert_int_equal(members(lab, "untouched", NULL), N - 1);
	assert_true(lab_event(lab, 0, true, "group-stop",
			      "of 4 VMs of alice 1 are done, 0 failed, 3 are as they were"));
}

static void test_delete(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/operations", ASK("delete", ""), 202, NULL, NULL);
	lab_until(lab, 0, OP, "state", "done");
	assert_int_equal(count(lab, 0, true) + count(lab, 0, false), 0);
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 1);
	assert_int_equal(members(lab, "done", NULL), N);
	w4_runs(lab);
	lab_expect(lab, 0, "POST", "/operations", ASK("delete", ""), 202, "state", "done");
}

static void test_moves(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/vms/w1/stop", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/w1", "state", "stopped");
	lab_expect(lab, 0, "POST", "/operations", ASK("migrate", ",\"server\":\"host2\","
		   "\"parallel\":2"), 202, NULL, NULL);
	lab_until(lab, 0, OP, "state", "done");
	assert_int_equal(counted(lab, "done"), N);
	assert_int_equal(count(lab, 1, true), N - 1);
	assert_int_equal(count(lab, 1, false), 1);
	/* who is there is done; without asking for anything */
	lab_expect(lab, 0, "POST", "/operations", "{\"tenant\":\"alice\",\"group\":\"web\","
		   "\"action\":\"mobility\",\"dc\":\"dc1\",\"server\":\"host2\"}", 202, "state",
		   "done");
	w4_runs(lab);
}

/* To the other data centre: what does not run cannot move live, and is as it was */
static void test_moves_away(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/vms/w1/stop", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/w1", "state", "stopped");
	lab_expect(lab, 0, "POST", "/operations", ASK("migrate", ",\"dc\":\"dc2\","
		   "\"server\":\"host3\",\"parallel\":2"), 202, NULL, NULL);
	lab_until(lab, 0, OP, "state", "done");
	assert_int_equal(counted(lab, "done"), N);
	assert_int_equal(count(lab, 2, true), N - 1);
	assert_int_equal(count(lab, 2, false), 1);
	LAB_WAIT(lab, HASH_COUNT(lab->vc[0]->inv->vms) == 1);
	lab_expect(lab, 0, "POST", "/operations", "{\"tenant\":\"alice\",\"group\":\"web\","
		   "\"action\":\"start\"}", 404, "error", "tenant alice has no VMs of group web");
	/* and from there nowhere */
	lab_expect(lab, 1, "POST", "/operations", ASK("mobility", ",\"dc\":\"dc7\""), 202, NULL,
		   NULL);
	lab_until(lab, 1, OP, "state", "done");
	assert_int_equal(count(lab, 2, true) + count(lab, 2, false), N);
	assert_true(lab_event(lab, 1, true, "group-mobility", "of 4 VMs of alice 4 failed"));
}

/* One is somebody else's for the moment: it is waited for */
static void test_who_is_busy_has_time(void **state)
{
	struct lab *lab = *state;

	lab->mute = MSG(RELOCATE_DEST);
	lab_expect(lab, 0, "POST", "/vms/w2/move", "{\"id\":\"" ID "\",\"server\":\"host2\"}", 202,
		   NULL, NULL);
	lab_until(lab, 0, "/moves/" ID, "step", "pull");
	lab_expect(lab, 0, "POST", "/operations", ASK("stop", ""), 202, NULL, NULL);
	LAB_WAIT(lab, counted(lab, "done") == N - 1);
	assert_int_equal(counted(lab, "running"), 1);
	lab_expect(lab, 0, "POST", "/moves/" ID "/abort", NULL, 202, NULL, NULL);
	unmute(lab);
	lab_until(lab, 0, OP, "state", "done");
	assert_int_equal(counted(lab, "failed"), 0);
	assert_int_equal(count(lab, 0, false), N);
}

/* It ends at the nth request from now on, which is carried out and not answered. */
static void crash_at(struct lab *lab, uint32_t type, int nth)
{
	lab->mute = type;
	lab->crash_who = 1;
	lab->crash_at = lab->count + nth;
}

static void after_crash(struct lab *lab)
{
	LAB_WAIT(lab, lab->count >= lab->crash_at && !lab->crash);
	lab->crash_at = 0;
	lab->mute = 0;
	LAB_WAIT(lab, lab_ready(lab));
}

/* vcenterd ends at the first, second, ... request: every VM has its turn, and has it once */
static void test_restart_in_power(void **state)
{
	struct lab *lab = *state;
	char body[256], path[64];

	for (int nth = 1; nth <= N; nth++) {
		for (int start = 0; start < 2; start++) {
			snprintf(path, sizeof(path),
				 "/operations/6ba7b810-9dad-41d1-80b4-0000000000%d%d", nth, start);
			snprintf(body, sizeof(body), "{\"id\":\"%s\",\"tenant\":\"alice\",\"group\":"
				 "\"web\",\"action\":\"%s\",\"parallel\":2}",
				 path + strlen("/operations/"), start ? "start" : "stop");
			crash_at(lab, 0, nth);
			lab_api_cut(lab, 0, "POST", "/operations", body);
			after_crash(lab);
			lab_expect(lab, 0, "POST", "/operations", body, 202, NULL, NULL);
			lab_until(lab, 0, path, "state", "done");
			assert_int_equal(count(lab, 0, start), N);
			assert_int_equal(under_way(lab), 0);
		}
	}
	assert_false(lab_event(lab, 0, true, "group-stop", ""));
	assert_false(lab_event(lab, 0, true, "group-start", ""));
}

static void test_restart_in_moves(void **state)
{
	struct lab *lab = *state;
	char body[256], path[64];

	for (int nth = 1; nth <= 13; nth += 3) {
		int to = nth % 2;

		snprintf(path, sizeof(path), "/operations/6ba7b810-9dad-41d1-80b4-0000000000%02d",
			 nth);
		snprintf(body, sizeof(body), "{\"id\":\"%s\",\"tenant\":\"alice\",\"group\":\"web\","
			 "\"action\":\"migrate\",\"server\":\"host%d\",\"parallel\":2}",
			 path + strlen("/operations/"), to + 1);
		crash_at(lab, 0, nth);
		lab_api_cut(lab, 0, "POST", "/operations", body);
		after_crash(lab);
		lab_until(lab, 0, path, "state", "done");
		assert_int_equal(count(lab, to, true), N);
		LAB_WAIT(lab, !count(lab, 1 - to, true) && !count(lab, 1 - to, false));
	}
	assert_false(lab_event(lab, 0, true, "group-migrate", ""));
}

static void test_restart_in_delete(void **state)
{
	struct lab *lab = *state;

	crash_at(lab, 0, 3);
	lab_api_cut(lab, 0, "POST", "/operations", ASK("delete", ",\"parallel\":2"));
	after_crash(lab);
	lab_until(lab, 0, OP, "state", "done");
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 1);
	assert_int_equal(count(lab, 0, true) + count(lab, 0, false), 0);
	assert_int_equal(counted(lab, "failed"), 0);
}

#define GROUP_TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GROUP_TEST(test_power),
		GROUP_TEST(test_no_more_at_a_time),
		GROUP_TEST(test_who_fails_is_named),
		GROUP_TEST(test_refused),
		GROUP_TEST(test_asked_again),
		GROUP_TEST(test_abort),
		GROUP_TEST(test_delete),
		GROUP_TEST(test_moves),
		GROUP_TEST(test_moves_away),
		GROUP_TEST(test_who_is_busy_has_time),
		GROUP_TEST(test_restart_in_power),
		GROUP_TEST(test_restart_in_moves),
		GROUP_TEST(test_restart_in_delete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
