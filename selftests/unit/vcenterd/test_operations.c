// SPDX-License-Identifier: GPL-2.0
/*
 * V1, V2, V7, V9 and V12 of Documentation/requirements.rst as a client has them: each succeeds, is
 * refused with a sentence that names the culprit, can be asked for again, and survives a session
 * that ends before or behind what was asked, and a vcenterd that ends there.
 *
 *	client -- API -- vcenterd dc1 -- vServers host1, host2
 *	                     |    `----- nDirector
 *	                 vcenterd dc2 -- vServers host3, host4
 *
 * V3 and V8 are in test_vserver_ops.c, V4 in test_unregister.c, V5 and V6 in test_bulk.c.
 */
#include "lab_api.h"

#define BLUE "{\"name\":\"blue\",\"vni\":100}"
#define MAC "02:00:00:00:00:01"
#define ID "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define MOVE "6ba7b810-9dad-41d1-80b4-00c04fd430c9"
#define TSI "6ba7b810-9dad-41d1-80b4-00c04fd430d0"
#define NIC "\"nics\":[{\"vn\":\"blue\",\"mac\":\"" MAC "\",\"ip\":\"10.0.0.1/24\"}]"
#define WEB "{\"id\":\"" ID "\",\"name\":\"web\",\"tenant\":\"alice\",\"server\":\"host1\"," NIC "}"

static void make_blue(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, "name", "blue");
}

static void make_web(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "id", ID);
	lab_until(lab, 0, "/vms/" ID, "state", "running");
	lab_until(lab, 0, "/vms/" ID, "doing", "");
}

static int holders(struct lab *lab)
{
	int n = 0;

	for (int i = 0; i < LAB_DCS * LAB_SERVERS; i++)
		n += !!fake_vm_find(lab, i, "web");
	return n;
}

/* Exactly one VM, which runs or not, with its address */
static void there_is_one(struct lab *lab, bool running)
{
	assert_int_equal(holders(lab), 1);
	assert_int_equal(fake_vm_find(lab, 0, "web")->running, running);
	assert_non_null(fake_place_find(lab, 0, MAC));
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 1);
}

static void there_is_none(struct lab *lab)
{
	lab_until(lab, 0, "/vms/" ID, "code", "not-found");
	LAB_WAIT(lab, !holders(lab) && !fake_place_find(lab, 0, MAC));
}

/* --- what can go wrong in the middle */

enum trouble { CUT, LOST, CRASH, N_TROUBLES };

/* With the next request of @type; a crash comes with the @nth from now on, before its answer. */
static void expect_trouble(struct lab *lab, enum trouble trouble, uint32_t type, int nth)
{
	lab->cut = trouble == CUT ? type : 0;
	lab->lose = trouble == LOST ? type : 0;
	lab->mute = trouble == CRASH ? type : 0;
	lab->crash_who = 1;
	lab->crash_at = trouble == CRASH ? lab->count + nth : 0;
}

/* It has come, and all are together again. */
static void after_trouble(struct lab *lab)
{
	LAB_WAIT(lab, !lab->cut && !lab->lose && lab->count >= lab->crash_at && !lab->crash);
	lab->crash_at = 0;
	lab->mute = 0;
	LAB_WAIT(lab, lab_ready(lab));
}

/* --- V1, V2 */

static void v1_creation(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	there_is_one(lab, true);
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "id", ID);
	assert_true(lab_event(lab, 0, false, "vm-create", "begun on server host1"));
	assert_true(lab_event(lab, 0, false, "vm-create", "done on server host1"));
}

static void v1_refused(void **state)
{
	static const struct {
		const char *body;
		int status;
		const char *says;
	} table[] = {
		{ "{\"name\":\"x\",\"tenant\":\"alice\",\"cpus\":9,\"server\":\"host1\","
		  "\"nics\":[{\"vn\":\"blue\"}]}", 507, "server host1 has not enough cpus" },
		{ "{\"name\":\"x\",\"tenant\":\"alice\",\"memory_mib\":9999,\"server\":\"host1\","
		  "\"nics\":[{\"vn\":\"blue\"}]}", 507, "server host1 has not enough memory" },
		{ "{\"name\":\"x\",\"tenant\":\"alice\",\"disk_mib\":9999,\"server\":\"host1\","
		  "\"nics\":[{\"vn\":\"blue\"}]}", 507, "server host1 has not enough disk" },
		{ "{\"name\":\"x\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\",\"mac\":\"" MAC
		  "\"}]}", 409, "MAC " MAC " is taken in VN blue by VM web" },
		{ "{\"name\":\"x\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\","
		  "\"ip\":\"10.0.0.1/24\"}]}", 409, "IP 10.0.0.1 is taken in VN blue by VM web" },
		{ "{\"name\":\"x\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\","
		  "\"profile\":\"gold\"}]}", 404, "profile gold is not known in dc1" },
		{ "{\"name\":\"web\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"}]}", 409,
		  "web" },
		{ "{\"name\":\"x\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"red\"}]}", 404,
		  "VN red is not known in dc1" },
		{ "{\"name\":\"x\",\"tenant\":\"alice\",\"server\":\"host9\","
		  "\"nics\":[{\"vn\":\"blue\"}]}", 404, "host9" },
		{ "{\"id\":\"7\",\"name\":\"x\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"}]}",
		  400, "id: " },
	};
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		lab_expect(lab, 0, "POST", "/vms", table[i].body, table[i].status, "error",
			   table[i].says);
	there_is_one(lab, true);
	/* by the vServer itself */
	lab_expect(lab, 0, "DELETE", "/vms/" ID, NULL, 202, NULL, NULL);
	there_is_none(lab);
}

static void v1_again(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	/* nobody hears the first answer */
	lab_api_cut(lab, 0, "POST", "/vms", WEB);
	make_web(lab);
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "state", "running");
	there_is_one(lab, true);
	lab_expect(lab, 0, "POST", "/vms", "{\"id\":\"" ID "\",\"name\":\"web\",\"tenant\":"
		   "\"alice\",\"cpus\":2," NIC "}", 409, "error", "other than asked for");
	/* also when vcenterd was started in between */
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "state", "running");
	there_is_one(lab, true);
	lab_expect(lab, 0, "DELETE", "/vms/" ID, NULL, 202, NULL, NULL);
	there_is_none(lab);
	lab_expect(lab, 0, "POST", "/vms", WEB, 409, "error", "was there, and is not any more");
}

/* Who asks may name the interface as well: it is that one, asked again too, and nobody else's. */
static void v1_interface_named(void **state)
{
#define NAMED(name, tsi) "{\"id\":\"" ID "\",\"name\":\"" name "\",\"tenant\":\"alice\"," \
	"\"server\":\"host1\",\"nics\":[{\"vn\":\"blue\",\"tsi\":\"" tsi "\"}]}"
#define OTHER(tsi) "{\"name\":\"other\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"," \
	"\"tsi\":\"" tsi "\"}]}"
	struct lab *lab = *state;
	char text[UUID_STRLEN];

	make_blue(lab);
	lab_expect(lab, 0, "POST", "/vms", NAMED("web", TSI), 202, "id", ID);
	lab_until(lab, 0, "/vms/" ID, "state", "running");
	lab_until(lab, 0, "/vms/" ID, "doing", "");
	assert_string_equal(uuid_format(&inventory_vm_by_name(lab->vc[0]->inv, "web")->nics[0].tsi,
					text), TSI);
	lab_expect(lab, 0, "POST", "/vms", NAMED("web", TSI), 202, "state", "running");
	lab_expect(lab, 0, "POST", "/vms", NAMED("web", MOVE), 409, "error",
		   "other than asked for");
	lab_expect(lab, 0, "POST", "/vms", OTHER(TSI), 409, "error",
		   "interface " TSI " is there already, of VM web");
	/* also when vcenterd was started in between */
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	lab_expect(lab, 0, "POST", "/vms", OTHER(TSI), 409, "error", "of VM web");
	lab_expect(lab, 0, "DELETE", "/vms/" ID, NULL, 202, NULL, NULL);
	there_is_none(lab);
	lab_expect(lab, 0, "POST", "/vms", OTHER(TSI), 202, "name", "other");
	lab_until(lab, 0, "/vms/other", "state", "running");
}

/* A session, or vcenterd, ends before or behind each request of a creation. */
static void v1_trouble(void **state)
{
	static const uint32_t types[] = { MSG(PLACE), MSG(VM_CREATE) };
	char body[256], id[64];
	struct lab *lab = *state;

	make_blue(lab);
	for (int t = 0; t < N_TROUBLES; t++) {
		for (int i = 0; i < 2; i++) {
			snprintf(id, sizeof(id), "/vms/6ba7b810-9dad-41d1-80b4-00000000000%d",
				 1 + 2 * t + i);
			snprintf(body, sizeof(body), "{\"id\":\"%s\",\"name\":\"web\",\"tenant\":"
				 "\"alice\",\"server\":\"host1\"," NIC "}", id + 5);
			expect_trouble(lab, t, types[i], 1 + i);
			lab_expect(lab, 0, "POST", "/vms", body, 202, "name", "web");
			after_trouble(lab);
			lab_until(lab, 0, id, "state", "running");
			there_is_one(lab, true);
			lab_expect(lab, 0, "DELETE", id, NULL, 202, NULL, NULL);
			there_is_none(lab);
			LAB_WAIT(lab, !lab->vc[0]->inv->vms);
		}
	}
}

static void v2_termination(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	lab_expect(lab, 0, "DELETE", "/vms/" ID, NULL, 202, "state", "deleting");
	lab_expect(lab, 0, "DELETE", "/vms/" ID, NULL, 202, NULL, NULL);
	there_is_none(lab);
	/* who has missed the answer is told the same; a name may be another's by now */
	lab_expect(lab, 0, "DELETE", "/vms/" ID, NULL, 202, NULL, NULL);
	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 404, "error", "there is no VM web in dc1");
	lab_expect(lab, 0, "DELETE", "/vms/" MOVE, NULL, 404, "error", "there is no VM " MOVE);
	assert_true(lab_event(lab, 0, false, "vm-delete", "deleted"));
}

static void v2_trouble(void **state)
{
	static const uint32_t types[] = { MSG(VM_DELETE), MSG(UNPLACE) };
	struct lab *lab = *state;

	make_blue(lab);
	for (int t = 0; t < N_TROUBLES; t++) {
		for (int i = 0; i < 2; i++) {
			lab_expect(lab, 0, "POST", "/vms", "{\"name\":\"web\",\"tenant\":\"alice\","
				   "\"server\":\"host1\"," NIC "}", 202, "name", "web");
			lab_until(lab, 0, "/vms/web", "state", "running");
			expect_trouble(lab, t, types[i], 1 + i);
			lab_api_cut(lab, 0, "DELETE", "/vms/web", NULL);
			after_trouble(lab);
			LAB_WAIT(lab, !lab->vc[0]->inv->vms && !holders(lab));
			assert_null(fake_place_find(lab, 0, MAC));
		}
	}
}

/* --- V7 */

static void v7_change(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	lab_expect(lab, 0, "PATCH", "/vms/web", "{\"nics\":[{\"ip\":[\"10.0.0.1/24\","
		   "\"10.0.0.7/24\"]}]}", 202, "name", "web");
	lab_until(lab, 0, "/vms/web", "doing", "");
	assert_int_equal(lab->server[0].n_ips, 2);
	assert_int_equal(fake_place_find(lab, 0, MAC)->n_ips, 2);
	/* again: the same */
	lab_expect(lab, 0, "PATCH", "/vms/web", "{\"nics\":[{\"ip\":[\"10.0.0.1/24\","
		   "\"10.0.0.7/24\"]}]}", 202, "name", "web");
	lab_until(lab, 0, "/vms/web", "doing", "");
	assert_int_equal(lab->server[0].n_ips, 2);
	assert_true(lab_event(lab, 0, false, "vm-update", "done on server host1"));
	lab_expect(lab, 0, "PATCH", "/vms/web", "{\"nics\":[{\"mac\":\"02:00:00:00:00:99\"}]}",
		   400, "error", "nics[0]: mac: no interface has 02:00:00:00:00:99");
	lab_expect(lab, 0, "PATCH", "/vms/nobody", "{\"nics\":[{}]}", 404, "error", "nobody");
	lab_expect(lab, 0, "POST", "/vms", "{\"name\":\"x\",\"tenant\":\"alice\",\"server\":"
		   "\"host1\",\"nics\":[{\"vn\":\"blue\",\"ip\":\"10.0.0.9/24\"}]}", 202, NULL,
		   NULL);
	lab_expect(lab, 0, "PATCH", "/vms/web", "{\"nics\":[{\"ip\":\"10.0.0.9/24\"}]}", 409,
		   "error", "IP 10.0.0.9 is taken in VN blue by VM x");
	assert_int_equal(lab->server[0].n_ips, 2);
}

static void v7_trouble(void **state)
{
	static const uint32_t types[] = { MSG(PLACE), MSG(VM_UPDATE) };
	struct lab *lab = *state;
	size_t n = 1;

	make_blue(lab);
	make_web(lab);
	for (int t = 0; t < N_TROUBLES; t++) {
		for (int i = 0; i < 2; i++) {
			n = n == 1 ? 2 : 1;
			expect_trouble(lab, t, types[i], 1 + i);
			lab_api_cut(lab, 0, "PATCH", "/vms/web", n == 1 ?
				    "{\"nics\":[{\"ip\":\"10.0.0.1/24\"}]}" :
				    "{\"nics\":[{\"ip\":[\"10.0.0.1/24\",\"10.0.0.7/24\"]}]}");
			after_trouble(lab);
			lab_until(lab, 0, "/vms/web", "doing", "");
			assert_int_equal(lab->server[0].n_ips, n);
			assert_int_equal(fake_place_find(lab, 0, MAC)->n_ips, n);
			there_is_one(lab, true);
		}
	}
}

/* A larger disk and another group: what was not heard is asked again, and is done once. */
static void v7_disk_and_group(void **state)
{
	struct lab *lab = *state;
	char body[64], text[32];

	make_blue(lab);
	make_web(lab);
	for (int t = 0; t < N_TROUBLES; t++) {
		const Nvo3__VmProfile *p;

		expect_trouble(lab, t, MSG(VM_UPDATE), 1);
		snprintf(body, sizeof(body), "{\"disk_mib\":%d}", 32 + t);
		lab_api_cut(lab, 0, "PATCH", "/vms/web", body);
		after_trouble(lab);
		lab_until(lab, 0, "/vms/web", "doing", "");
		snprintf(text, sizeof(text), "%d", 32 + t);
		lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "disk_mib", text);

		expect_trouble(lab, t, MSG(VM_UPDATE), 1);
		snprintf(body, sizeof(body), "{\"group\":\"g%d\"}", t);
		lab_api_cut(lab, 0, "PATCH", "/vms/web", body);
		after_trouble(lab);
		lab_until(lab, 0, "/vms/web", "doing", "");
		snprintf(text, sizeof(text), "g%d", t);
		lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "group", text);
		p = fake_vm_find(lab, 0, "web")->profile;
		assert_int_equal(p->disk_mib, 32 + t);
		assert_string_equal(p->group, text);
		there_is_one(lab, true);
	}
	/* while it moves it is left alone */
	lab->mute = MSG(RELOCATE_DEST);
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"server\":\"host2\"}", 202, NULL, NULL);
	lab_expect(lab, 0, "PATCH", "/vms/web", "{\"disk_mib\":64}", 409, "error", "web is moving");
	lab_expect(lab, 0, "PATCH", "/vms/web", "{\"group\":\"\"}", 409, "error", "web is moving");
	lab->mute = 0;
	lab_expect(lab, 0, "PATCH", "/vms/nobody", "{\"group\":\"x\"}", 404, "error", "nobody");
}

/* --- V12 */

static const struct {
	const char *path, *state;
	bool running;
} powers[] = {
	{ "/vms/web/stop", "stopped", false },
	{ "/vms/web/start", "running", true },
	{ "/vms/web/suspend", "suspended", true },
	{ "/vms/web/resume", "running", true },
	{ "/vms/web/reboot", "running", true },
};

#define N_POWERS (sizeof(powers) / sizeof(powers[0]))

static void v12_power(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	for (size_t i = 0; i < N_POWERS; i++) {
		lab_expect(lab, 0, "POST", powers[i].path, NULL, 202, "name", "web");
		lab_until(lab, 0, "/vms/web", "state", powers[i].state);
		lab_until(lab, 0, "/vms/web", "doing", "");
		/* again: it is so already */
		lab_expect(lab, 0, "POST", powers[i].path, NULL, 202, "name", "web");
		lab_until(lab, 0, "/vms/web", "doing", "");
		lab_until(lab, 0, "/vms/web", "state", powers[i].state);
		there_is_one(lab, powers[i].running);
	}
	lab_expect(lab, 0, "POST", "/vms/nobody/stop", NULL, 404, "error", "nobody");
}

static void v12_refused(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	lab->refuse = MSG(VM_POWER);
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 202, "name", "web");
	lab_until(lab, 0, "/vms/web", "error", "no, says the fake");
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "running");
	assert_true(lab_event(lab, 0, true, "vm-stop", "no, says the fake"));
	lab->refuse = 0;
	lab_server_stop(lab, 0);
	LAB_WAIT(lab, lab_event(lab, 0, true, "server-down", ""));
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 503, "error",
		   "server host1, where VM web is, is down");
}

static void v12_trouble(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	for (int t = 0; t < N_TROUBLES; t++) {
		for (size_t i = 0; i < N_POWERS; i++) {
			expect_trouble(lab, t, MSG(VM_POWER), 1);
			lab_api_cut(lab, 0, "POST", powers[i].path, NULL);
			after_trouble(lab);
			lab_until(lab, 0, "/vms/web", "doing", "");
			lab_until(lab, 0, "/vms/web", "state", powers[i].state);
			there_is_one(lab, powers[i].running);
		}
	}
}

/* --- V9 */

#define TO_HOST2 "{\"id\":\"" MOVE "\",\"server\":\"host2\"}"
#define TO_DC2 "{\"id\":\"" MOVE "\",\"dc\":\"dc2\",\"server\":\"host3\"}"

static void v9_again(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"id\":\"0\"}", 400, "error", "id: ");
	lab_api_cut(lab, 0, "POST", "/vms/web/move", TO_HOST2);
	lab_expect(lab, 0, "POST", "/vms/web/move", TO_HOST2, 202, "id", MOVE);
	lab_until(lab, 0, "/moves/" MOVE, "state", "done");
	lab_expect(lab, 0, "POST", "/vms/web/move", TO_HOST2, 202, "state", "done");
	lab_expect(lab, 0, "POST", "/vms/web/move", TO_DC2, 409, "error",
		   "move " MOVE " is another one, of VM web");
	lab_expect(lab, 0, "POST", "/vms/nobody/move", TO_HOST2, 409, "error", "of VM web");
	assert_int_equal(holders(lab), 1);
	assert_true(fake_vm_find(lab, 1, "web")->running);
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	lab_expect(lab, 0, "POST", "/vms/web/move", TO_HOST2, 202, "state", "done");
}

/* The VM is not here any more when the answer is asked for again. */
static void v9_again_when_it_has_left(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "blue"));
	lab_api_cut(lab, 0, "POST", "/vms/web/move", TO_DC2);
	lab_until(lab, 0, "/moves/" MOVE, "state", "done");
	lab_expect(lab, 0, "POST", "/vms/web/move", TO_DC2, 202, "state", "done");
	lab_expect(lab, 0, "POST", "/vms/" ID "/move", TO_DC2, 202, "state", "done");
	assert_int_equal(holders(lab), 1);
	assert_true(fake_vm_find(lab, 2, "web")->running);
	lab_expect(lab, 0, "POST", "/vms", WEB, 409, "error", "was there");
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(v1_creation),	 LAB_TEST(v1_refused),
		LAB_TEST(v1_again),	 LAB_TEST(v1_trouble),
		LAB_TEST(v1_interface_named),
		LAB_TEST(v2_termination), LAB_TEST(v2_trouble),
		LAB_TEST(v7_change),	 LAB_TEST(v7_trouble),
		LAB_TEST(v7_disk_and_group),
		LAB_TEST(v9_again),	 LAB_TEST(v9_again_when_it_has_left),
		LAB_TEST(v12_power),	 LAB_TEST(v12_refused),
		LAB_TEST(v12_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
