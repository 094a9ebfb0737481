// SPDX-License-Identifier: GPL-2.0
/* The verdict that a server is gone: who may say it, who is told, and how long it holds. */
#include "lab_api.h"
#include "server_dead.h"

#define BLUE "{\"name\":\"blue\",\"vni\":100}"
#define WEB "{\"name\":\"web\",\"tenant\":\"alice\",\"server\":\"host1\"," \
	    "\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:01\"}]}"

static struct server *server_of(struct lab *lab, const char *name)
{
	return inventory_server(lab->vc[0]->inv, name);
}

static void host1_goes(struct lab *lab)
{
	lab_server_stop(lab, 0);
	LAB_WAIT(lab, !server_of(lab, "host1")->session);
}

static void vcenter_again(struct lab *lab)
{
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
}

static bool is_dead(struct lab *lab)
{
	struct reply r = lab_api(lab, 0, "GET", "/servers/host1", NULL);
	json_t *dead = json_object_get(r.body, "dead");
	bool ret = json_is_true(dead);

	assert_true(json_is_boolean(dead));
	reply_free(&r);
	return ret;
}

static void test_who_speaks_is_not_dead(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/servers/host1/dead", NULL, 409, "error",
		   "server host1 has a session: it is not dead");
	lab_expect(lab, 0, "POST", "/servers/host9/dead", NULL, 404, "error", "host9");
	assert_int_equal(lab->director[0].deaths, 0);
	assert_false(is_dead(lab));
}

static void test_an_nve_of_two_servers(void **state)
{
	struct lab *lab = *state;

	host1_goes(lab);
	strcpy(server_of(lab, "host2")->nve, "dc1/host1");
	lab_expect(lab, 0, "POST", "/servers/host1/dead", NULL, 409, "error",
		   "NVE dc1/host1 of server host1 is also that of server host2, which has a session");
	assert_int_equal(lab->director[0].deaths, 0);
	lab_server_stop(lab, 1);
	LAB_WAIT(lab, !server_of(lab, "host2")->session);
	lab_expect(lab, 0, "POST", "/servers/host1/dead", NULL, 200, "name", "host1");
}

static void test_it_holds_until_the_server_is_back(void **state)
{
	struct fake_director *d = &((struct lab *)*state)->director[0];
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "running");
	host1_goes(lab);
	lab_expect(lab, 0, "POST", "/servers/host1/dead", NULL, 200, "name", "host1");
	LAB_WAIT(lab, d->deaths == 1);
	assert_string_equal(d->dead, "dc1/host1");
	assert_true(is_dead(lab));
	assert_true(lab_event(lab, 0, true, "server-dead", "NVE dc1/host1"));
	/* its VMs stay its own */
	assert_non_null(fake_place_find(lab, 0, "02:00:00:00:00:01"));
	/* a session that is new, and a vCenter that is new, say it once more */
	vcenter_again(lab);
	LAB_WAIT(lab, d->deaths == 2);
	assert_true(is_dead(lab));
	lab_server_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	assert_false(is_dead(lab));
	vcenter_again(lab);
	assert_int_equal(d->deaths, 2);
	assert_false(is_dead(lab));
}

/* Nobody answers any more, and nobody need: it goes, and its server forgets it when it is back. */
static void test_a_vm_on_it_can_be_deleted(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "running");
	host1_goes(lab);
	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "deleting");
	assert_non_null(fake_place_find(lab, 0, "02:00:00:00:00:01"));
	lab_expect(lab, 0, "POST", "/servers/host1/dead", NULL, 200, NULL, NULL);
	LAB_WAIT(lab, !fake_place_find(lab, 0, "02:00:00:00:00:01"));
	LAB_WAIT(lab, lab_event(lab, 0, false, "vm-delete", "deleted"));
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 404, NULL, NULL);
	assert_non_null(fake_vm_find(lab, 0, "web"));
	lab_server_start(lab, 0);
	LAB_WAIT(lab, !fake_vm_find(lab, 0, "web"));
}

static void test_a_director_that_knows_better(void **state)
{
	struct lab *lab = *state;

	host1_goes(lab);
	lab->refuse = MSG(NVE_DEAD);
	lab_expect(lab, 0, "POST", "/servers/host1/dead", NULL, 200, NULL, NULL);
	LAB_WAIT(lab, lab_event(lab, 0, true, "verdict-refused", "it withdraws nothing: "));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_who_speaks_is_not_dead),
		TEST(test_an_nve_of_two_servers),
		TEST(test_it_holds_until_the_server_is_back),
		TEST(test_a_vm_on_it_can_be_deleted),
		TEST(test_a_director_that_knows_better),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
