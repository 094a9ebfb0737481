// SPDX-License-Identifier: GPL-2.0
/* The server and Documentation/protocols/openapi-vcenter.yaml agree. */
#include "fake_console.h"
#include "lab_api.h"
#include "../lib/script.h"

#define DOCUMENT	"Documentation/protocols/openapi-vcenter.yaml"

/* What means something here */
#define WORDS "name=a,b,c,host1 tenant=,alice vn=blue,a,b profile=web,a, server=,host1,host2 " \
	"dc=,dc1,dc2,any path=vms,vms/c,vms/c/start,vns,vns/blue,status,watch/vns id=a,b,blue,web,c,d " \
	"topic=vns,events,moves,alerts state=running,stopped " \
	"cpus=1 memory_mib=1 disk_mib=16"

#define VM(name, n)	"{\"name\":\"" name "\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"," \
	"\"mac\":\"02:00:00:00:01:0" n "\"}]}"

static void run(struct lab *lab, const char *cmd)
{
	struct script script;

	script_start(&script, lab->dir, cmd);
	while (!script_ended(&script))
		lab_turn(lab);
	script_check(&script);
}

static void test_the_document_has_every_route(void **state)
{
	run(*state, "python3 tools/check/api_routes.py userspace/vcenterd/api.c " DOCUMENT);
}

/* Every operation, by a real server that has VMs and moves. */
static void test_the_server_does_what_the_document_says(void **state)
{
	struct lab *lab = *state;
	struct server *host9 = inventory_server_get(lab->vc[0]->inv, "host9");
	Nvo3__HostLoad load = NVO3__HOST_LOAD__INIT;
	char cmd[256];

	fake_console_begin(lab);
	snprintf(host9->nve, sizeof(host9->nve), "dc1/host9");
	/* with new sessions, in which nobody has told what his machine does */
	lab_gateways(lab, 40000, 5000);
	load.time = wall_ms();
	load.cpus = 4;
	load.cpu_permille = 250;
	load.memory_kib = 1 << 20;
	chan_event(lab->server[0].chan, MSG(HOST_LOAD), &load.base);
	LAB_WAIT(lab, inventory_server(lab->vc[0]->inv, "host1")->host.now.time);
	snprintf(cmd, sizeof(cmd), "python3 selftests/unit/vcenterd/openapi_walk.py %s/vc1.sock",
		 lab->dir);
	run(lab, cmd);
}

/* As many reports as it takes */
static void say_busy(struct lab *lab, int n, const char *name)
{
	struct server *server = inventory_server(lab->vc[0]->inv, name);
	Nvo3__HostLoad load = NVO3__HOST_LOAD__INIT;

	load.time = wall_ms();
	load.cpus = 4;
	load.cpu_permille = 900;
	load.memory_kib = 1 << 20;
	for (uint32_t i = 0; i < monitor_defaults.host_busy.reports; i++, load.time++)
		chan_event(lab->server[n].chan, MSG(HOST_LOAD), &load.base);
	LAB_WAIT(lab, server->busy);
}

/* The dry run says who is busy and where the VM goes, and that is where it goes. */
static void test_a_busy_machine_comes_last(void **state)
{
	static const char *const order[] = { "host2", "host1" };
	struct lab *lab = *state;
	json_t *servers, *item;
	struct reply r;

	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/placement", VM("a", "1"), 200, "server", "host1");
	say_busy(lab, 0, "host1");
	r = lab_api(lab, 0, "POST", "/placement", VM("a", "1"));
	servers = json_object_get(r.body, "servers");
	assert_int_equal(json_array_size(servers), 2);
	for (int i = 0; i < 2; i++) {
		item = json_array_get(servers, i);
		assert_string_equal(json_string_value(json_object_get(item, "server")), order[i]);
		assert_true(json_is_true(json_object_get(item, "fits")));
		assert_int_equal(json_is_true(json_object_get(item, "busy")), i);
	}
	reply_free(&r);
	lab_expect(lab, 0, "POST", "/vms", VM("a", "1"), 202, "server", "host2");
	/* a wish: where nobody else is, it takes it */
	say_busy(lab, 1, "host2");
	lab_expect(lab, 0, "POST", "/vms", VM("b", "2"), 202, "server", "host1");
	lab_until(lab, 0, "/vms/b", "state", "running");
}

/* Whatever comes is answered as the document says, and what is refused changes nothing. */
static void test_nonsense_is_refused(void **state)
{
	struct lab *lab = *state;
	char cmd[640];

	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/profiles", "{\"name\":\"web\"}", 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", VM("a", "1"), 202, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", VM("b", "2"), 202, NULL, NULL);
	snprintf(cmd, sizeof(cmd), "python3 tools/fuzz/api " DOCUMENT " %s/vc1.sock %d %s " WORDS,
		 lab->dir, script_fuzz_n(1500), script_fuzz_seed());
	run(lab, cmd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_document_has_every_route, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_the_server_does_what_the_document_says,
						lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_a_busy_machine_comes_last, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_nonsense_is_refused, lab_setup, lab_teardown),
	};

	lab_root = true;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
