// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of a VM (D7): its vCenter and vServer, of each interface VN, VLAN tag, MAC and IPs,
 * its group and its tenant; by the API, and by those that it lives with.
 */
#include "lab_api.h"

#define BLUE	"{\"name\":\"blue\",\"vni\":100,\"tenant\":\"alice\"}"
#define WEB	"{\"name\":\"web\",\"tenant\":\"alice\",\"group\":\"front\",\"server\":\"host1\"," \
		"\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:01\"," \
		"\"ip\":[\"10.0.0.1/24\",\"fd00::1/64\"]}]}"

static int setup(void **state)
{
	struct lab *lab;

	if (lab_setup(state))
		return -1;
	lab = *state;
	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, "name", "blue");
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "state", "creating");
	lab_until(lab, 0, "/vms/web", "state", "running");
	return 0;
}

static void registered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	assert_int_equal(code, CODE(OK));
	*(bool *)arg = true;
}

static void replace(char **text, const char *by)
{
	if (**text)
		free(*text);
	*text = mem_strdup(by);
}

/* host1 says on which device web is, with which tag; and what is not its to say. */
static void say_port(struct lab *lab, const char *port, uint32_t vid)
{
	Nvo3__VmRegister req = NVO3__VM_REGISTER__INIT;
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT;
	bool done = false;

	report.profile = profile_copy(fake_vm_find(lab, 0, "web")->profile);
	report.state = NVO3__VM_STATE__VM_RUNNING;
	replace(&report.profile->vcenter, "dc9/other");
	replace(&report.profile->server, "dc9/other");
	replace(&report.profile->nics[0]->port, port);
	report.profile->nics[0]->vid = vid;
	report.profile->nics[0]->vni = 4711;
	req.vm = &report;
	chan_request(lab->server[0].chan, MSG(VM_REGISTER), &req.base, 0, registered, &done);
	LAB_WAIT(lab, done);
	msg_free(report.profile);
}

static void expect_text(json_t *obj, const char *key, const char *text)
{
	assert_string_equal(json_string_value(json_object_get(obj, key)) ?: "", text);
}

static void test_the_api_has_all_of_it(void **state)
{
	json_t *vms, *vm, *nic, *ips;
	struct lab *lab = *state;
	struct reply r;

	say_port(lab, "tap7", 42);
	r = lab_api(lab, 0, "GET", "/vms?tenant=alice&group=front", NULL);
	vms = json_object_get(r.body, "items");
	assert_int_equal(json_array_size(vms), 1);
	vm = json_array_get(vms, 0);
	expect_text(vm, "vcenter", "dc1/vc1");
	expect_text(vm, "dc", "dc1");
	expect_text(vm, "server", "host1");
	expect_text(vm, "tenant", "alice");
	expect_text(vm, "group", "front");
	nic = json_array_get(json_object_get(vm, "nics"), 0);
	expect_text(nic, "vn_name", "blue");
	assert_int_equal(json_integer_value(json_object_get(nic, "vni")), 100);
	expect_text(nic, "port", "tap7");
	assert_int_equal(json_integer_value(json_object_get(nic, "vid")), 42);
	expect_text(nic, "mac", "02:00:00:00:00:01");
	ips = json_object_get(nic, "ips");
	assert_string_equal(json_string_value(json_array_get(ips, 0)), "10.0.0.1/24");
	assert_string_equal(json_string_value(json_array_get(ips, 1)), "fd00::1/64");
	reply_free(&r);
}

static void expect_told(struct lab *lab, int n, const char *vcenter, const char *server)
{
	const Nvo3__VmProfile *p = fake_vm_find(lab, n, "web")->profile;

	assert_string_equal(p->vcenter, vcenter);
	assert_string_equal(p->server, server);
	assert_string_equal(p->tenant, "alice");
	assert_string_equal(p->group, "front");
	assert_int_equal(p->nics[0]->vni, 100);
	assert_int_equal(p->nics[0]->n_ips, 2);
}

/* Whoever has it is told of itself, not of where it comes from. */
static void test_its_vserver_knows_it(void **state)
{
	struct lab *lab = *state;

	expect_told(lab, 0, "dc1/vc1", "dc1/host1");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"server\":\"host2\"}", 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "running");
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "server", "host2");
	expect_told(lab, 1, "dc1/vc1", "dc1/host2");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"dc\":\"dc2\",\"server\":\"host3\"}", 202,
		   NULL, NULL);
	lab_until(lab, 1, "/vms/web", "state", "running");
	lab_expect(lab, 1, "GET", "/vms/web", NULL, 200, "vcenter", "dc2/vc2");
	lab_expect(lab, 1, "GET", "/vms/web", NULL, 200, "server", "host3");
	expect_told(lab, 2, "dc2/vc2", "dc2/host3");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_api_has_all_of_it, setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_its_vserver_knows_it, setup, lab_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
