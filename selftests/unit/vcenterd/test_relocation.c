// SPDX-License-Identifier: GPL-2.0
/* Moves of VMs, inside a DC and to another one, with refusals and crashes. */
#include "lab_move.h"

static const char *begin(struct lab *lab, const char *where)
{
	return begin_by(lab, "move", where);
}

static void test_to_another_dc(void **state)
{
	struct lab *lab = *state;
	const char *move;
	uint64_t epoch;

	make_web(lab);
	epoch = fake_place_find(lab, 0, MAC)->epoch;
	lab_expect(lab, 1, "GET", "/lookup?name=web", NULL, 200, "server", "host1");
	/* held while it is pulled: everybody says that it moves */
	lab->mute = MSG(RELOCATE_DEST);
	move = begin(lab, HOST3);
	lab_until(lab, 0, move, "step", "pull");
	lab_metrics(lab, 0, "'nvo3_moves_running{step=\"pull\"}=1' nvo3_servers=2 nvo3_vns=1");
	lab_metrics(lab, 0, "'nvo3_vms{state=\"moving\"}=1' 'nvo3_sessions{role=\"vserver\"}=2'");
	lab_metrics(lab, 0, "'nvo3_sessions{role=\"vcenter\"}=1' 'nvo3_events_total>0'");
	lab_metrics(lab, 0, "'nvo3_sessions{role=\"director\"}=1'");
	lab_metrics(lab, 0, "'nvo3_store_commit_seconds_count>0'");
	lab_expect(lab, 0, "GET", "/lookup?name=web", NULL, 200, "result", "moving");
	lab_expect(lab, 1, "GET", "/lookup?name=web", NULL, 200, "server", "host1");
	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 409, "error", "moving");
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 409, "error", "moving");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"dc\":\"dc2\"}", 409, "error", "moving");
	lab_expect(lab, 1, "GET", "/vms/web", NULL, 404, NULL, NULL);
	assert_int_equal(holders(lab, "web", true), 0);
	/* the session that owes the answer ends, and it is asked again */
	lab->mute = 0;
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	lab_server_stop(lab, 2);
	lab_server_start(lab, 2);
	lab_until(lab, 0, move, "state", "done");
	check_at_host3(lab, epoch);
	/* and back, to any server */
	lab_expect(lab, 1, "POST", "/vms/web/move", "{\"dc\":\"dc1\"}", 202, "from", "dc2/host3");
	lab_until(lab, 0, "/vms/web", "state", "running");
	LAB_WAIT(lab, holders(lab, "web", false) == 1 && !lab->vc[1]->inv->vms);
	assert_true(lab_event(lab, 0, false, "move-in", "running"));
}

/* The number at blackout.KEY, or late, of a move; -1: it is not there. */
static double figure(struct lab *lab, const char *move, const char *key)
{
	struct reply r = lab_api(lab, 0, "GET", move, NULL);
	json_t *from = strcmp(key, "late") ? json_object_get(r.body, "blackout") : r.body;
	json_t *value = json_object_get(from, key);
	double ret = value ? json_number_value(value) : -1;

	reply_free(&r);
	return ret;
}

static bool is_by(struct lab *lab, const char *move, const char *by)
{
	struct reply r = lab_api(lab, 0, "GET", move, NULL);
	const char *text = json_string_value(json_object_get(json_object_get(r.body, "blackout"),
							     "by"));
	bool same = text && !strcmp(text, by);

	reply_free(&r);
	return same;
}

static void say_figures(struct lab *lab, int server, const char *move, uint64_t active,
			uint64_t first_in, bool late)
{
	Nvo3__RelocateProgress event = NVO3__RELOCATE_PROGRESS__INIT;
	struct uuid id;

	assert_int_equal(uuid_parse(&id, strrchr(move, '/') + 1, NULL), 0);
	event.move = msg_put_uuid(&id);
	event.active = active;
	event.first_in = first_in;
	event.late_known = late;
	event.late = late ? 21 : 0;
	chan_event(lab->server[server].chan, MSG(RELOCATE_PROGRESS), &event.base);
}

/* Every step began when the one before it ended, and the last one ended with the move. */
static void check_phases(struct lab *lab, const char *path)
{
	static const char *const steps[] = { "reserve", "stop", "pull", "commit", "release" };
	struct reply r = lab_api(lab, 0, "GET", path, NULL);
	json_t *list = json_object_get(r.body, "phases");
	json_int_t before = json_integer_value(json_object_get(r.body, "started"));

	assert_int_equal(json_array_size(list), 5);
	for (size_t i = 0; i < 5; i++) {
		json_t *step = json_array_get(list, i);

		assert_string_equal(json_string_value(json_object_get(step, "step")), steps[i]);
		assert_int_equal(json_integer_value(json_object_get(step, "began")), before);
		before = json_integer_value(json_object_get(step, "ended"));
		assert_true(before);
	}
	assert_int_equal(json_integer_value(json_object_get(r.body, "ended")), before);
	reply_free(&r);
}

/*
 * What the two servers say comes together at the coordinator, with the errors of all clocks in
 * between, and outlives it. @where: inside the DC or beyond.
 */
static void figures_of_a_move(struct lab *lab, const char *where, int from, int to)
{
	uint64_t now = wall_ms() * 1000000;
	const char *move;
	double error;

	make_web(lab);
	lab->silent = now - 4000000000ull;
	move = begin(lab, where);
	lab_until(lab, 0, move, "state", "done");
	check_phases(lab, move);
	assert_true(figure(lab, move, "ms") < 0 && figure(lab, move, "late") < 0);
	say_figures(lab, to, move, now - 1500000000ull, 0, false);
	LAB_WAIT(lab, is_by(lab, move, "ports"));
	error = figure(lab, move, "error_ms");
	assert_true(error > 0 && error < 60000);
	assert_true(figure(lab, move, "ms") > 2500 - error);
	assert_true(figure(lab, move, "ms") < 2500 + error);
	/* a server that has no part in it is not heard */
	say_figures(lab, 3, move, 0, now, true);
	say_figures(lab, from, move, 0, 0, true);
	LAB_WAIT(lab, figure(lab, move, "late") == 21);
	assert_true(is_by(lab, move, "ports"));
	/* its coordinator is started anew */
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	assert_true(is_by(lab, move, "ports"));
	assert_int_equal(figure(lab, move, "late"), 21);
	check_phases(lab, move);
	lab_metrics(lab, 0, "'nvo3_moves_total{result=\"done\"}=1' nvo3_move_late_frames_total=21");
	lab_metrics(lab, 0, "nvo3_move_blackout_seconds_count=1 'nvo3_move_blackout_seconds_sum>1'");
	lab_metrics(lab, 0, "'nvo3_moves_running{step=\"pull\"}=0'");
	lab_metrics(lab, 0, "nvo3_move_image_bytes_total=16777216");
}

static void test_figures_of_a_move(void **state)
{
	figures_of_a_move(*state, HOST3, 0, 2);
}

static void test_figures_of_a_move_inside(void **state)
{
	figures_of_a_move(*state, "{\"server\":\"host2\"}", 0, 1);
}

/* With frames at both ends it is they that count. */
static void test_figures_of_frames(void **state)
{
	uint64_t now = wall_ms() * 1000000;
	struct lab *lab = *state;
	const char *move;
	double error;

	make_web(lab);
	lab->silent = now - 4000000000ull;
	lab->last_out = now - 4100000000ull;
	move = begin(lab, HOST3);
	lab_until(lab, 0, move, "state", "done");
	say_figures(lab, 2, move, now - 1500000000ull, now - 1100000000ull, false);
	LAB_WAIT(lab, is_by(lab, move, "frames"));
	error = figure(lab, move, "error_ms");
	assert_true(figure(lab, move, "ms") > 3000 - error);
	assert_true(figure(lab, move, "ms") < 3000 + error);
}

static void test_inside_the_dc(void **state)
{
	struct lab *lab = *state;
	const char *move;
	uint64_t epoch;

	make_web(lab);
	epoch = fake_place_find(lab, 0, MAC)->epoch;
	move = begin(lab, "{\"server\":\"host2\"}");
	lab_until(lab, 0, move, "state", "done");
	assert_int_equal(holders(lab, "web", false), 1);
	assert_true(fake_vm_find(lab, 1, "web")->running);
	assert_true(fake_place_find(lab, 0, MAC)->epoch > epoch);
	assert_string_equal(fake_place_find(lab, 0, MAC)->nve, "dc1/host2");
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "server", "host2");
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "running");
	assert_int_equal(inventory_server(lab->vc[0]->inv, "host1")->used.vms, 0);
	assert_int_equal(inventory_server(lab->vc[0]->inv, "host2")->used.vms, 1);
	/* it can be deleted like any other */
	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "code", "not-found");
	assert_null(fake_place_find(lab, 0, MAC));
}

/* A source that dies after the commit keeps nobody from using the VM. */
static void test_source_gone(void **state)
{
	struct lab *lab = *state;
	const char *move;

	make_web(lab);
	lab->mute = MSG(RELOCATE_COMMIT);
	move = begin(lab, "{\"server\":\"host2\"}");
	LAB_WAIT(lab, fake_vm_find(lab, 1, "web") && fake_vm_find(lab, 1, "web")->running);
	lab_server_stop(lab, 0);
	lab->mute = 0;
	lab_server_stop(lab, 1);
	lab_server_start(lab, 1);
	lab_until(lab, 0, move, "step", "release");
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 202, "server", "host2");
	lab_until(lab, 0, "/vms/web", "state", "stopped");
	/* it has to forget its copy, not to report it as lost or as another's */
	assert_non_null(fake_vm_find(lab, 0, "web"));
	lab_server_start(lab, 0);
	lab_until(lab, 0, move, "state", "done");
	LAB_WAIT(lab, holders(lab, "web", false) == 1);
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "server", "host2");
}

/* Refused before anything is touched. */
static void test_refusals(void **state)
{
	struct lab *lab = *state;
	int before;

	make_web(lab);
	lab_expect(lab, 1, "POST", "/vms",
		   "{\"name\":\"big\",\"tenant\":\"bob\",\"server\":\"host3\",\"memory_mib\":4096,"
		   "\"nics\":[{\"vn\":\"blue\"}]}", 202, "name", "big");
	lab_until(lab, 1, "/vms/big", "state", "running");
	lab_expect(lab, 1, "POST", "/vms",
		   "{\"name\":\"twin\",\"tenant\":\"bob\",\"server\":\"host4\","
		   "\"nics\":[{\"vn\":\"blue\"}]}", 202, "name", "twin");
	lab_until(lab, 1, "/vms/twin", "state", "running");
	before = lab->count;
	lab_expect(lab, 0, "POST", "/vms/nobody/move", HOST3, 404, "error", "nobody");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"dc\":\"dc9\"}", 404, "error", "dc9");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"dc\":\"dc2\",\"server\":\"host9\"}", 404,
		   "error", "no server host9 in dc2");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"server\":\"host9\"}", 404, "error",
		   "no server host9 in dc1");
	lab_expect(lab, 0, "POST", "/vms/web/move", HOST3, 507, "error",
		   "server host3 has not enough memory");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"server\":\"host1\"}", 409, "error",
		   "on server host1 already");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"to\":\"host1\"}", 400, "error", "to");
	/* the name is taken there */
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"twin\",\"tenant\":\"alice\",\"server\":\"host2\","
		   "\"start\":false,\"nics\":[{\"vn\":\"blue\"}]}", 202, "name", "twin");
	lab_until(lab, 0, "/vms/twin", "state", "stopped");
	lab_expect(lab, 0, "POST", "/vms/twin/move", "{\"dc\":\"dc2\",\"server\":\"host4\"}", 409,
		   "error", "twin is taken in dc2");
	assert_int_equal(lab->count - before, 2);	/* twin's placement and creation */
	assert_true(fake_vm_find(lab, 0, "web")->running);
	LAB_WAIT(lab, !lab->vc[0]->moves);
	assert_null(lab->vc[1]->dests);
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "running");
	assert_true(lab_event(lab, 0, false, "move-refused", "host9"));
	/* the peer does not answer */
	lab_vcenter_stop(lab, 1);
	LAB_WAIT(lab, !lab->vc[0]->peers[0].up);
	lab_expect(lab, 0, "POST", "/vms/web/move", HOST3, 503, "error", "dc2");
	lab_vcenter_start(lab, 1);
}

/* A step that fails before the commit gives the source its VM back. */
static void test_abort(void **state)
{
	static const uint32_t refused[] = { MSG(RELOCATE_SOURCE), MSG(RELOCATE_DEST) };
	struct lab *lab = *state;
	const char *move;

	make_web(lab);
	for (size_t i = 0; i < 2; i++) {
		for (int local = 0; local < 2; local++) {
			lab->refuse = refused[i];
			move = begin(lab, local ? "{\"server\":\"host2\"}" : HOST3);
			lab_until(lab, 0, move, "state", "aborted");
			lab->refuse = 0;
			lab_expect(lab, 0, "GET", move, NULL, 200, "error", "no, says the fake");
			check_at_home(lab);
			assert_int_equal(inventory_server(lab->vc[0]->inv, "host2")->used.vms, 0);
		}
	}
	assert_true(lab_event(lab, 0, true, "move", "not moved"));
	/* and it can still be moved */
	move = begin(lab, HOST3);
	lab_until(lab, 0, move, "state", "done");
	check_at_host3(lab, 1);
}

/* A refusal of the new placement by the nDirector undoes the commit. */
static void test_commit_refused(void **state)
{
	struct lab *lab = *state;
	const char *move;

	make_web(lab);
	lab->mute = MSG(RELOCATE_DEST);
	move = begin(lab, HOST3);
	lab_until(lab, 0, move, "step", "pull");
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	lab->mute = 0;
	lab->refuse = MSG(PLACE);
	lab_server_stop(lab, 2);
	lab_server_start(lab, 2);
	lab_until(lab, 0, move, "step", "commit");
	LAB_WAIT(lab, lab->server[2].registered);
	/* the time that a commit may take is over */
	lab->vc[0]->moves->m.deadline = 0;
	lab_until(lab, 0, move, "state", "aborted");
	lab->refuse = 0;
	check_at_home(lab);
}

/* The destination's server dies while it reads the image: the move ends without it. */
static void test_dead_server(void **state)
{
	struct lab *lab = *state;
	const char *move;

	make_web(lab);
	for (int local = 0; local < 2; local++) {
		int server = local ? 1 : 2;

		lab->mute = MSG(RELOCATE_DEST);
		move = begin(lab, local ? "{\"server\":\"host2\"}" : HOST3);
		lab_until(lab, 0, move, "step", "pull");
		LAB_WAIT(lab, fake_vm_find(lab, server, "web"));
		lab_server_stop(lab, server);
		lab->mute = 0;
		/* as if it had been away for longer than it may */
		LAB_WAIT(lab, lab->vc[!local]->dests && lab->vc[!local]->dests->in.down_since);
		lab->vc[!local]->dests->in.down_since = 1;
		lab_until(lab, 0, move, "state", "aborted");
		lab_expect(lab, 0, "GET", move, NULL, 200, "error", "is down");
		lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "running");
		assert_true(fake_vm_find(lab, 0, "web")->running);
		assert_non_null(fake_vm_find(lab, server, "web"));
		lab_server_start(lab, server);
		check_at_home(lab);
		lab_vcenter_stop(lab, !local);
		lab_vcenter_start(lab, !local);
		LAB_WAIT(lab, lab_ready(lab));
	}
}

/* The operator does not wait for a destination that is silent. */
static void test_the_operator_aborts(void **state)
{
	struct lab *lab = *state;
	char abort[128];
	const char *move;

	make_web(lab);
	lab->mute = MSG(RELOCATE_DEST);
	move = begin(lab, HOST3);
	snprintf(abort, sizeof(abort), "%s/abort", move);
	lab_until(lab, 0, move, "step", "pull");
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	lab_vcenter_stop(lab, 1);
	lab->mute = 0;
	lab_expect(lab, 0, "POST", abort, NULL, 202, "error", "operator root");
	lab_until(lab, 0, move, "state", "aborted");
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "running");
	assert_true(fake_vm_find(lab, 0, "web")->running);
	/* it is owed to the other one, also by who was started again */
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	lab_vcenter_start(lab, 1);
	LAB_WAIT(lab, lab_ready(lab));
	check_at_home(lab);
	lab_expect(lab, 0, "POST", abort, NULL, 409, "error", "the move of VM web has ended");
	lab_expect(lab, 0, "POST", "/moves/1/abort", NULL, 404, "error", "no move 1");
	move = begin(lab, HOST3);
	lab_until(lab, 0, move, "state", "done");
	check_at_host3(lab, 1);
}

static void test_crash_source(void **state)
{
	make_web(*state);
	crash(*state, "move", 1, HOST3, false);
}

static void test_crash_destination(void **state)
{
	make_web(*state);
	crash(*state, "move", 2, HOST3, false);
}

static void test_crash_both(void **state)
{
	make_web(*state);
	crash(*state, "move", 3, HOST3, false);
}

static void test_crash_inside(void **state)
{
	make_web(*state);
	crash(*state, "move", 1, "{\"server\":\"host2\"}", true);
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_to_another_dc),
		LAB_TEST(test_figures_of_a_move),
		LAB_TEST(test_figures_of_a_move_inside),
		LAB_TEST(test_figures_of_frames),
		LAB_TEST(test_inside_the_dc),
		LAB_TEST(test_source_gone),
		LAB_TEST(test_refusals),
		LAB_TEST(test_abort),
		LAB_TEST(test_commit_refused),
		LAB_TEST(test_dead_server),
		LAB_TEST(test_the_operator_aborts),
		LAB_TEST(test_crash_source),
		LAB_TEST(test_crash_destination),
		LAB_TEST(test_crash_both),
		LAB_TEST(test_crash_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
