// SPDX-License-Identifier: GPL-2.0
/* V10: the image is copied while the VM runs, then it goes over; with refusals and crashes. */
#include "lab_move.h"

static const char *replicate(struct lab *lab, const char *where)
{
	return begin_by(lab, "replicate", where);
}

static void test_it_runs_until_the_copy_is_there(void **state)
{
	struct lab *lab = *state;
	const char *move;
	uint64_t epoch;

	make_web(lab);
	epoch = fake_place_find(lab, 0, MAC)->epoch;
	lab->mute = MSG(RELOCATE_COPY);
	move = replicate(lab, HOST3);
	lab_until(lab, 0, move, "step", "copy");
	lab_expect(lab, 0, "GET", move, NULL, 200, "kind", "replication");
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	lab_metrics(lab, 0, "'nvo3_moves_running{step=\"copy\"}=1'");
	assert_true(fake_vm_find(lab, 0, "web")->running);
	assert_false(fake_vm_find(lab, 2, "web")->running);
	assert_string_equal(fake_place_find(lab, 0, MAC)->nve, "dc1/host1");
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 409, "error", "moving");
	lab_expect(lab, 0, "POST", "/vms/web/replicate", HOST3, 409, "error", "moving");
	/* the session that owes the answer ends, and it is asked again */
	lab->mute = 0;
	lab_server_stop(lab, 2);
	lab_server_start(lab, 2);
	lab_until(lab, 0, move, "state", "done");
	check_at_host3(lab, epoch);
	assert_true(lab_event(lab, 0, false, "replication-step", "copy done, stop follows"));
	assert_true(lab_event(lab, 0, false, "replication", "replicated from dc1/host1"));
	assert_false(lab_event(lab, 0, false, "move", "from"));
}

static void test_phases(void **state)
{
	static const char *const steps[] = {
		"reserve", "copy", "stop", "pull", "commit", "release"
	};
	struct lab *lab = *state;
	json_int_t before;
	const char *move;
	struct reply r;
	json_t *list;

	make_web(lab);
	move = replicate(lab, "{\"server\":\"host2\"}");
	lab_until(lab, 0, move, "state", "done");
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	r = lab_api(lab, 0, "GET", move, NULL);
	list = json_object_get(r.body, "phases");
	before = json_integer_value(json_object_get(r.body, "started"));
	assert_int_equal(json_array_size(list), 6);
	for (size_t i = 0; i < 6; i++) {
		json_t *step = json_array_get(list, i);

		assert_string_equal(json_string_value(json_object_get(step, "step")), steps[i]);
		assert_int_equal(json_integer_value(json_object_get(step, "began")), before);
		before = json_integer_value(json_object_get(step, "ended"));
	}
	assert_int_equal(json_integer_value(json_object_get(r.body, "ended")), before);
	reply_free(&r);
}

/* Whatever is refused until the commit, the VM is where it was; in the copy it never stopped. */
static void test_refused_on_the_way(void **state)
{
	static const uint32_t refused[] = { MSG(RELOCATE_OFFER), MSG(RELOCATE_COPY),
					    MSG(RELOCATE_SOURCE), MSG(RELOCATE_DEST) };
	struct lab *lab = *state;
	const char *move;

	make_web(lab);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		for (int local = 0; local < 2; local++) {
			lab->refuse = refused[i];
			move = replicate(lab, local ? "{\"server\":\"host2\"}" : HOST3);
			lab_until(lab, 0, move, "state", "aborted");
			lab->refuse = 0;
			lab_expect(lab, 0, "GET", move, NULL, 200, "error", "no, says the fake");
			check_at_home(lab);
		}
	}
	assert_true(lab_event(lab, 0, true, "replication-abort", "given up at step copy"));
	assert_true(lab_event(lab, 0, true, "replication", "not replicated"));
	move = replicate(lab, HOST3);
	lab_until(lab, 0, move, "state", "done");
}

static void test_the_operator_gives_up(void **state)
{
	struct lab *lab = *state;
	const char *move;
	char abort[128];

	make_web(lab);
	lab->mute = MSG(RELOCATE_COPY);
	move = replicate(lab, HOST3);
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	lab->mute = 0;
	snprintf(abort, sizeof(abort), "%s/abort", move);
	lab_expect(lab, 0, "POST", abort, NULL, 202, "error", "operator root");
	lab_until(lab, 0, move, "state", "aborted");
	check_at_home(lab);
}

/* One that does not run, one that cannot, a wish that says nothing: nothing is touched. */
static void test_refused_at_once(void **state)
{
	struct lab *lab = *state;
	int before;

	make_web(lab);
	before = lab->count;
	lab_expect(lab, 0, "POST", "/vms/web/replicate", "{\"live\":true}", 400, "error", "live");
	lab_expect(lab, 0, "POST", "/vms/web/replicate",
		   "{\"server\":\"host2\",\"location\":\"row1\"}", 400, "error",
		   "location: a server is named");
	lab_expect(lab, 0, "POST", "/vms/web/replicate", "{\"location\":\"a b\"}", 400, "error",
		   "location");
	lab_expect(lab, 0, "POST", "/vms/web/replicate", "{\"dc\":\"dc9\"}", 404, "error", "dc9");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"location\":\"row1\"}", 400, "error",
		   "location");
	assert_int_equal(lab->count, before);
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "stopped");
	lab_expect(lab, 0, "POST", "/vms/web/replicate", HOST3, 409, "error",
		   "VM web does not run: it cannot be replicated, but it can be migrated");
	assert_true(lab_event(lab, 0, false, "replication-refused", "does not run"));
}

/* Nearest to where the tenant is: the data centre first, then as far into it as may be. */
static void test_nearest(void **state)
{
	struct lab *lab = *state;
	const char *move;

	make_web(lab);
	strcpy(inventory_server(lab->vc[0]->inv, "host1")->location, "row1/rack1");
	strcpy(inventory_server(lab->vc[0]->inv, "host2")->location, "row1/rack2");
	strcpy(inventory_server(lab->vc[1]->inv, "host3")->location, "row5");
	strcpy(inventory_server(lab->vc[1]->inv, "host4")->location, "row6/rack1");
	lab_expect(lab, 0, "POST", "/vms/web/replicate", "{\"location\":\"row1/rack1\"}", 409,
		   "error", "VM web is on server host1, and none is nearer to row1/rack1");
	move = replicate(lab, "{\"location\":\"dc1/row1/rack2\"}");
	lab_until(lab, 0, move, "state", "done");
	lab_expect(lab, 0, "GET", move, NULL, 200, "to", "dc1/host2");
	move = replicate(lab, "{\"location\":\"dc2/row6/rack9\"}");
	lab_until(lab, 0, move, "state", "done");
	lab_expect(lab, 0, "GET", move, NULL, 200, "to", "dc2/host4");
}

/* Asked again with the same id it is the same one. */
static void test_again(void **state)
{
	static const char id[] = "{\"id\":\"11111111-2222-4333-8444-555555555555\","
				 "\"server\":\"host2\"}";
	struct lab *lab = *state;
	const char *move;

	make_web(lab);
	move = replicate(lab, id);
	lab_expect(lab, 0, "POST", "/vms/web/replicate", id, 202, "kind", "replication");
	lab_expect(lab, 0, "POST", "/vms/web/move", id, 409, "error", "is another one");
	lab_until(lab, 0, move, "state", "done");
	lab_expect(lab, 0, "POST", "/vms/web/replicate", id, 202, "state", "done");
}

static void test_crash_source(void **state)
{
	make_web(*state);
	crash(*state, "replicate", 1, HOST3, false);
}

static void test_crash_destination(void **state)
{
	make_web(*state);
	crash(*state, "replicate", 2, HOST3, false);
}

static void test_crash_inside(void **state)
{
	make_web(*state);
	crash(*state, "replicate", 1, "{\"server\":\"host2\"}", true);
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_it_runs_until_the_copy_is_there),
		LAB_TEST(test_phases),
		LAB_TEST(test_refused_on_the_way),
		LAB_TEST(test_the_operator_gives_up),
		LAB_TEST(test_refused_at_once),
		LAB_TEST(test_nearest),
		LAB_TEST(test_again),
		LAB_TEST(test_crash_source),
		LAB_TEST(test_crash_destination),
		LAB_TEST(test_crash_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
