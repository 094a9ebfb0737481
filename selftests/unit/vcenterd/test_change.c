// SPDX-License-Identifier: GPL-2.0
/*
 * What a VM has is changed while it runs (V7), through the API, a vServer and an nDirector: its
 * size, an interface more, one less; refused, not understood, and over a restart of the vCenter.
 */
#include "lab_api.h"

#define MAC	"02:00:00:00:00:01"
#define MORE	"02:00:00:00:00:02"
#define TSI	"6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define PLUG	"{\"plug\": {\"vn\": \"blue\", \"mac\": \"" MORE "\", \"ip\": \"10.0.0.2/24\", " \
		"\"tsi\": \"" TSI "\"}}"
#define UNPLUG	"{\"unplug\": \"" MORE "\"}"

static void begin(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vns", "{\"name\": \"blue\", \"vni\": 100}", 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\": \"web1\", \"tenant\": \"alice\", \"server\": \"host1\", "
		   "\"nics\": [{\"vn\": \"blue\", \"mac\": \"" MAC "\", \"ip\": \"10.0.0.1/24\"}]}",
		   202, NULL, NULL);
	lab_until(lab, 0, "/vms/web1", "state", "running");
}

static void change(struct lab *lab, const char *body)
{
	lab_expect(lab, 0, "PATCH", "/vms/web1", body, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web1", "doing", "");
}

static size_t nics(struct lab *lab)
{
	struct reply r = lab_api(lab, 0, "GET", "/vms/web1", NULL);
	size_t n = json_array_size(json_object_get(r.body, "nics"));

	reply_free(&r);
	return n;
}

static void test_size(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	change(lab, "{\"cpus\": 3, \"memory_mib\": 256}");
	lab_until(lab, 0, "/vms/web1", "cpus", "3");
	lab_until(lab, 0, "/vms/web1", "memory_mib", "256");
	lab_until(lab, 0, "/vms/web1", "state", "running");
	assert_int_equal(fake_vm_find(lab, 0, "web1")->profile->cpus, 3);
	/* One of both: the other stays */
	change(lab, "{\"cpus\": 2}");
	assert_int_equal(fake_vm_find(lab, 0, "web1")->profile->memory_mib, 256);
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	lab_until(lab, 0, "/vms/web1", "cpus", "2");
}

/* Others of the tenant's: as much memory as there is beside web1's @ours of 4096 MiB, and 1 more */
static void others_get(struct lab *lab, int ours)
{
	char body[160];

	for (int more = 1; more >= 0; more--) {
		snprintf(body, sizeof(body), "{\"name\":\"other\",\"tenant\":\"alice\",\"server\":"
			 "\"host1\",\"memory_mib\":%d,\"nics\":[{\"vn\":\"blue\"}]}",
			 4096 - ours + more);
		lab_expect(lab, 0, "POST", "/vms", body, more ? 507 : 202, more ? "error" : NULL,
			   "server host1 has not enough memory");
	}
	lab_until(lab, 0, "/vms/other", "doing", "");
	lab_expect(lab, 0, "DELETE", "/vms/other", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/other", "code", "not-found");
}

/* While it is under way, and vcenterd starts again in it; not when it has failed or is less. */
static void test_what_it_gets_is_kept_for_it(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	change(lab, "{\"memory_mib\": 1024}");
	others_get(lab, 1024);
	lab->mute = MSG(VM_UPDATE);
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"memory_mib\": 3072}", 202, "doing", "resize");
	lab_expect(lab, 0, "GET", "/vms/web1", NULL, 200, "memory_mib", "1024");
	others_get(lab, 3072);
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	others_get(lab, 3072);
	lab->mute = 0;
	chan_drop(lab->server[0].chan, "by the test");
	lab_until(lab, 0, "/vms/web1", "doing", "");
	lab_expect(lab, 0, "GET", "/vms/web1", NULL, 200, "memory_mib", "3072");
	others_get(lab, 3072);
	/* less: it has what it has until that is done */
	lab->mute = MSG(VM_UPDATE);
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"memory_mib\": 1024}", 202, "doing", "resize");
	others_get(lab, 3072);
	lab->mute = 0;
	chan_drop(lab->server[0].chan, "by the test");
	lab_until(lab, 0, "/vms/web1", "doing", "");
	others_get(lab, 1024);
	lab->refuse = MSG(VM_UPDATE);
	change(lab, "{\"memory_mib\": 2048}");
	lab->refuse = 0;
	others_get(lab, 1024);
}

static void test_size_is_refused(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	/* The server has 8 */
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"cpus\": 9}", 507, "error",
		   "server host1 has 1 of 8 processors in use, and not 9 for VM web1");
	lab->refuse = MSG(VM_UPDATE);
	change(lab, "{\"cpus\": 4}");
	lab_until(lab, 0, "/vms/web1", "error", "no, says the fake");
	lab_until(lab, 0, "/vms/web1", "cpus", "1");
	assert_true(lab_event(lab, 0, true, "vm-resize", "no, says the fake"));
	lab->refuse = 0;
	/* One that has never heard of it says that all is well */
	lab->server[0].old = true;
	change(lab, "{\"cpus\": 4}");
	lab_until(lab, 0, "/vms/web1", "error", "server host1 does not know this change of a VM");
	lab_until(lab, 0, "/vms/web1", "cpus", "1");
	change(lab, PLUG);
	lab_until(lab, 0, "/vms/web1", "error", "server host1 does not know this change of a VM");
	assert_int_equal(nics(lab), 1);
	assert_null(fake_place_find(lab, 0, MORE));
}

static void disk_is(struct lab *lab, const char *mib)
{
	lab_expect(lab, 0, "GET", "/vms/web1", NULL, 200, "disk_mib", mib);
	assert_int_equal(fake_vm_find(lab, 0, "web1")->profile->disk_mib, atoi(mib));
}

/* The server has 4096 MiB */
static void test_a_larger_disk(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	disk_is(lab, "16");
	change(lab, "{\"disk_mib\": 64}");
	disk_is(lab, "64");
	assert_true(lab_event(lab, 0, false, "vm-resize", "done on server host1"));
	/* as large as it is: nothing to do, and fine */
	change(lab, "{\"disk_mib\": 64}");
	disk_is(lab, "64");
	/* other changes leave it */
	change(lab, "{\"cpus\": 2}");
	disk_is(lab, "64");
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	disk_is(lab, "64");
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"disk_mib\": 63}", 409, "error",
		   "the disk of VM web1 has 64 MiB: with 63 what is behind them would be lost");
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"disk_mib\": 4097}", 507, "error",
		   "server host1 has 64 of 4096 MiB of disk in use, and not 4097 for VM web1");
	disk_is(lab, "64");
}

/* What it gets is kept for it meanwhile, also over a restart; refused it is given back. */
static void test_a_larger_disk_in_between(void **state)
{
	static const char other[] = "{\"name\":\"other\",\"tenant\":\"alice\",\"server\":\"host1\","
		"\"disk_mib\":100,\"nics\":[{\"vn\":\"blue\"}]}";
	struct lab *lab = *state;

	begin(lab);
	lab->mute = MSG(VM_UPDATE);
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"disk_mib\": 4000}", 202, "doing", "resize");
	LAB_WAIT(lab, lab->server[0].updates == 1);
	lab_expect(lab, 0, "GET", "/vms/web1", NULL, 200, "disk_mib", "16");
	lab_expect(lab, 0, "POST", "/vms", other, 507, "error", "not enough disk");
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"disk_mib\": 32}", 409, "error",
		   "in the middle of another operation");
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	lab_expect(lab, 0, "POST", "/vms", other, 507, "error", "not enough disk");
	lab->mute = 0;
	chan_drop(lab->server[0].chan, "by the test");
	lab_until(lab, 0, "/vms/web1", "doing", "");
	disk_is(lab, "4000");
	lab->refuse = MSG(VM_UPDATE);
	change(lab, "{\"disk_mib\": 4090}");
	lab->refuse = 0;
	lab_until(lab, 0, "/vms/web1", "error", "no, says the fake");
	disk_is(lab, "4000");
	assert_int_equal(inventory_server(lab->vc[0]->inv, "host1")->used.disk_mib, 4000);
	/* One that has never heard of it says that all is well */
	lab->server[0].old = true;
	change(lab, "{\"disk_mib\": 4080}");
	lab_until(lab, 0, "/vms/web1", "error", "server host1 does not know this change of a VM");
	disk_is(lab, "4000");
}

static void test_an_interface_comes_and_goes(void **state)
{
	struct lab *lab = *state;
	char text[UUID_STRLEN];

	begin(lab);
	change(lab, PLUG);
	lab_until(lab, 0, "/vms/web1", "error", "");
	assert_int_equal(nics(lab), 2);
	assert_string_equal(uuid_format(&inventory_vm_by_name(lab->vc[0]->inv, "web1")->nics[1].tsi,
					text), TSI);
	assert_non_null(fake_place_find(lab, 0, MORE));
	assert_int_equal(fake_vm_find(lab, 0, "web1")->profile->n_nics, 2);
	lab_expect(lab, 0, "GET", "/lookup?vn=blue&ip=10.0.0.2", NULL, 200, "name", "web1");
	/* Its address is taken now, by itself as by others */
	lab_expect(lab, 0, "PATCH", "/vms/web1", PLUG, 409, "error", "given twice");
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	lab_until(lab, 0, "/vms/web1", "state", "running");
	assert_int_equal(nics(lab), 2);
	LAB_WAIT(lab, lab->server[0].registered && lab->vc[0]->director.ready);
	change(lab, UNPLUG);
	lab_until(lab, 0, "/vms/web1", "error", "");
	assert_int_equal(nics(lab), 1);
	assert_null(fake_place_find(lab, 0, MORE));
	assert_non_null(fake_place_find(lab, 0, MAC));
	assert_int_equal(fake_vm_find(lab, 0, "web1")->profile->n_nics, 1);
	lab_expect(lab, 0, "GET", "/lookup?vn=blue&ip=10.0.0.2", NULL, 200, "result", "not-found");
	lab_expect(lab, 0, "GET", "/lookup?vn=blue&ip=10.0.0.1", NULL, 200, "name", "web1");
	lab_expect(lab, 0, "DELETE", "/vns/blue", NULL, 409, "error", "used by 1 interfaces");
	lab_expect(lab, 0, "PATCH", "/vms/web1", UNPLUG, 404, "error", "no interface with " MORE);
	lab_expect(lab, 0, "PATCH", "/vms/web1", "{\"unplug\": \"" MAC "\"}", 409, "error",
		   "has no other interface");
}

static void test_an_interface_is_refused(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	lab->refuse = MSG(VM_UPDATE);
	change(lab, PLUG);
	lab_until(lab, 0, "/vms/web1", "error", "no, says the fake");
	assert_int_equal(nics(lab), 1);
	assert_null(fake_place_find(lab, 0, MORE));
	lab->refuse = 0;
	/* And it can be had later */
	change(lab, PLUG);
	assert_int_equal(nics(lab), 2);
	/* The guest keeps it: so does the VM */
	lab->refuse = MSG(VM_UPDATE);
	change(lab, UNPLUG);
	lab_until(lab, 0, "/vms/web1", "error", "no, says the fake");
	assert_int_equal(nics(lab), 2);
	assert_non_null(fake_place_find(lab, 0, MORE));
}

/* Answers that nobody hears: the vCenter is started anew meanwhile, and asks again. */
static void test_a_restart_in_between(void **state)
{
	struct lab *lab = *state;

	begin(lab);
	lab->mute = MSG(VM_UPDATE);
	lab_expect(lab, 0, "PATCH", "/vms/web1", PLUG, 202, "doing", "plug");
	LAB_WAIT(lab, lab->server[0].updates == 1);
	lab_vcenter_stop(lab, 0);
	lab->mute = 0;
	lab_vcenter_start(lab, 0);
	lab_until(lab, 0, "/vms/web1", "doing", "");
	assert_int_equal(nics(lab), 2);
	assert_int_equal(fake_vm_find(lab, 0, "web1")->profile->n_nics, 2);
	lab->mute = MSG(VM_UPDATE);
	lab_expect(lab, 0, "PATCH", "/vms/web1", UNPLUG, 202, "doing", "unplug");
	LAB_WAIT(lab, lab->server[0].updates >= 3);
	lab_vcenter_stop(lab, 0);
	lab->mute = 0;
	lab_vcenter_start(lab, 0);
	lab_until(lab, 0, "/vms/web1", "doing", "");
	assert_int_equal(nics(lab), 1);
	assert_null(fake_place_find(lab, 0, MORE));
}

static void test_bad_changes(void **state)
{
	static const struct {
		const char *body;
		int status;
		const char *why;
	} table[] = {
		{ "{\"cpus\": 0}", 400, "cpus" },
		{ "{\"memory_mib\": \"much\"}", 400, "memory_mib" },
		{ "{\"cpus\": 2, \"unplug\": \"" MAC "\"}", 400, "one change at a time" },
		{ "{\"plug\": {\"vn\": \"green\"}}", 404, "plug: VN green" },
		{ "{\"plug\": {\"vn\": \"blue\", \"mac\": \"" MAC "\"}}", 409, "given twice" },
		{ "{\"plug\": {\"vn\": \"blue\", \"tsi\": \"7\"}}", 400, "plug: tsi: " },
		{ "{\"plug\": []}", 400, "plug: must be an object" },
		{ "{\"unplug\": \"zz\"}", 400, "zz" },
		{ "{\"disk_mib\": 0}", 400, "disk_mib" },
		{ "{\"disk_mib\": \"more\"}", 400, "disk_mib" },
		{ "{\"disk_mib\": 15}", 409, "the disk of VM web1 has 16 MiB" },
		{ "{\"disk_mib\": 32, \"cpus\": 2}", 400, "one change at a time" },
		{ "{\"group\": \"a b\"}", 400, "group" },
		{ "{\"group\": 7}", 400, "group" },
		{ "{\"group\": \"db\", \"disk_mib\": 32}", 400, "one change at a time" },
		{ "{}", 400, "nics" },
	};
	struct lab *lab = *state;

	begin(lab);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		lab_expect(lab, 0, "PATCH", "/vms/web1", table[i].body, table[i].status, "error",
			   table[i].why);
	assert_int_equal(nics(lab), 1);
	assert_int_equal(lab->server[0].updates, 0);
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_size),
		LAB_TEST(test_what_it_gets_is_kept_for_it),
		LAB_TEST(test_size_is_refused),
		LAB_TEST(test_a_larger_disk),
		LAB_TEST(test_a_larger_disk_in_between),
		LAB_TEST(test_an_interface_comes_and_goes),
		LAB_TEST(test_an_interface_is_refused),
		LAB_TEST(test_a_restart_in_between),
		LAB_TEST(test_bad_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
