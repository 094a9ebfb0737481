// SPDX-License-Identifier: GPL-2.0
/* VMs and VNs through the API, vServers and nDirectors that come and go. */
#include <linux/nvo3.h>
#include "inventory_pool.h"
#include "lab_api.h"

#define BLUE "{\"name\":\"blue\",\"vni\":100}"
#define WEB "{\"name\":\"web\",\"tenant\":\"alice\",\"server\":\"host1\"," \
	    "\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:01\",\"ip\":\"10.0.0.1/24\"}]}"
#define MAC "02:00:00:00:00:01"

static void make_web(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, "name", "blue");
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "state", "creating");
	lab_until(lab, 0, "/vms/web", "state", "running");
}

static void test_status(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "GET", "/status", NULL, 200, "dc", "dc1");
	lab_expect(lab, 0, "GET", "/servers/host1", NULL, 200, "nve", "dc1/host1");
	lab_expect(lab, 0, "GET", "/servers/host9", NULL, 404, "error", "host9");
	lab_expect(lab, 0, "GET", "/vms/nobody", NULL, 404, "error", "nobody");
}

static void test_life_of_a_vm(void **state)
{
	struct lab *lab = *state;

	make_web(lab);
	assert_true(fake_vm_find(lab, 0, "web")->running);
	assert_string_equal(fake_place_find(lab, 0, MAC)->nve, "dc1/host1");
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 202, "name", "web");
	lab_until(lab, 0, "/vms/web", "state", "stopped");
	assert_false(fake_vm_find(lab, 0, "web")->running);
	lab_expect(lab, 0, "POST", "/vms/web/start", NULL, 202, "name", "web");
	lab_until(lab, 0, "/vms/web", "state", "running");
	lab_expect(lab, 0, "DELETE", "/vns/blue", NULL, 409, "error", "blue");
	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 202, "state", "deleting");
	LAB_WAIT(lab, !fake_vm_find(lab, 0, "web") && !fake_place_find(lab, 0, MAC));
	lab_until(lab, 0, "/vms/web", "code", "not-found");
	lab_expect(lab, 0, "DELETE", "/vns/blue", NULL, 200, NULL, NULL);
	assert_true(lab_event(lab, 0, false, "vm-create", "done on server host1"));
	assert_true(lab_event(lab, 0, false, "vm-delete", "deleted"));
}

static void test_bad_input(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"subnets\":[{}]}", 400, "error",
		   "subnets[0]: prefix");
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":0}", 400, "error", "vni");
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"a b\",\"vni\":7}", 400, "error", "a b");
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"b\",\"vni\":7,\"colour\":1}", 400, "error",
		   "colour");
	lab_expect(lab, 0, "POST", "/vms", "{\"name\":\"x\",\"tenant\":\"t\",\"nics\":[]}", 400,
		   "error", "nics");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"x\",\"tenant\":\"t\",\"nics\":[{\"vn\":\"red\"}]}", 404, "error",
		   "red");
	lab_expect(lab, 0, "GET", "/lookup?name=a&ip=10.0.0.1", NULL, 400, "error", "exactly one");
	lab_expect(lab, 0, "GET", "/lookup?ip=10.0.0.1", NULL, 400, "error", "VN");
	lab_expect(lab, 0, "GET", "/events?since=x", NULL, 400, "error", "since");
	lab_expect(lab, 0, "GET", "/vms", NULL, 200, NULL, NULL);
	assert_null(lab->vc[0]->inv->vms);
	assert_null(lab->vc[0]->inv->vns);
}

static void test_taken(void **state)
{
	struct lab *lab = *state;

	make_web(lab);
	lab_expect(lab, 0, "POST", "/vms", WEB, 409, "error", "web");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"w2\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\","
		   "\"mac\":\"" MAC "\"}]}", 409, "error", "MAC " MAC " is taken in VN blue by VM web");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"w2\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\","
		   "\"ip\":\"10.0.0.1/16\"}]}", 409, "error", "IP 10.0.0.1 is taken in VN blue by VM web");
	/* the other DC knows the VN, and asks before it gives the address away */
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "blue"));
	lab_expect(lab, 1, "POST", "/vms",
		   "{\"name\":\"w2\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\","
		   "\"ip\":\"10.0.0.1/24\"}]}", 409, "error", "by VM web of dc1");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"w2\",\"tenant\":\"alice\",\"cpus\":9,\"server\":\"host1\","
		   "\"nics\":[{\"vn\":\"blue\"}]}", 507, "error", "server host1 has not enough cpus");
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 1);
	assert_null(lab->vc[1]->inv->vms);
	assert_int_equal(inventory_vn_by_name(lab->vc[1]->inv, "blue")->users, 0);
}

/* The addresses of a VN are for all DCs: each is given once, and told to the NVEs' director. */
static void test_pools_of_two_dcs(void **state)
{
	struct lab *lab = *state;
	struct vm *a, *b;

	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"subnets\":[{\"prefix\":"
		   "\"10.1.0.0/30\"}]}", 201, "vni", "4096");
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "blue"));
	lab_expect(lab, 0, "POST", "/vms", "{\"name\":\"a\",\"tenant\":\"t\",\"server\":"
		   "\"host1\",\"nics\":[{\"vn\":\"blue\"}]}", 202, "name", "a");
	lab_until(lab, 0, "/vms/a", "state", "running");
	lab_expect(lab, 1, "POST", "/vms", "{\"name\":\"b\",\"tenant\":\"t\",\"nics\":["
		   "{\"vn\":\"blue\"}]}", 202, "name", "b");
	a = inventory_vm_by_name(lab->vc[0]->inv, "a");
	b = inventory_vm_by_name(lab->vc[1]->inv, "b");
	assert_int_equal(a->nics[0].ips[0].addr.b[3] + b->nics[0].ips[0].addr.b[3], 3);
	assert_true(b->nics[0].dhcp);
	lab_expect(lab, 0, "POST", "/vms", "{\"name\":\"c\",\"tenant\":\"t\",\"nics\":["
		   "{\"vn\":\"blue\"}]}", 507, "error", "10.1.0.0/30, range 10.1.0.1-10.1.0.2 is");
	assert_int_equal(inventory_pool_used(inventory_vn_by_name(lab->vc[0]->inv, "blue"), 0), 1);
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"subnets\":[]}", 409, "error", "used by 1");
	lab_expect(lab, 0, "GET", "/vns/blue", NULL, 200, "name", "blue");
	lab_expect(lab, 0, "DELETE", "/vms/a", NULL, 202, "name", "a");
	lab_until(lab, 0, "/vms/a", "code", "not-found");
	assert_int_equal(inventory_pool_used(inventory_vn_by_name(lab->vc[0]->inv, "blue"), 0), 0);
	/* Subnets and VMs come out of the store with their pools */
	lab_vcenter_stop(lab, 1);
	lab_vcenter_start(lab, 1);
	assert_int_equal(inventory_pool_used(inventory_vn_by_name(lab->vc[1]->inv, "blue"), 0), 1);
}

static void test_vn_conflict(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, "name", "blue");
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "blue"));
	lab_expect(lab, 1, "POST", "/vns", "{\"name\":\"blue\",\"vni\":5}", 409, "error", "dc1");
	lab_expect(lab, 1, "POST", "/vns", "{\"name\":\"red\",\"vni\":100}", 409, "error", "dc1");
	lab_expect(lab, 1, "DELETE", "/vns/blue", NULL, 403, "error", "dc1");
	/* made while the DCs do not see each other */
	lab_vcenter_stop(lab, 1);
	LAB_WAIT(lab, !lab->vc[0]->peers[0].up);
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"green\",\"vni\":7}", 201, "name", "green");
	lab_expect(lab, 0, "DELETE", "/vns/blue", NULL, 200, NULL, NULL);
	lab_vcenter_start(lab, 1);
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "green"));
	LAB_WAIT(lab, !inventory_vn_by_name(lab->vc[1]->inv, "blue"));
}

static void test_policies_of_a_vn(void **state)
{
	struct lab *lab = *state;
	uint32_t told[2];

	make_web(lab);
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "blue"));
	LAB_WAIT(lab, lab->director[0].vns && lab->director[1].vns);
	told[0] = lab->director[0].vns;
	told[1] = lab->director[1].vns;
	/* its VMs use it meanwhile, here and there */
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"unknown\":\"flood\"}", 200, "unknown", "flood");
	LAB_WAIT(lab, lab->director[0].vns > told[0] && lab->director[1].vns > told[1]);
	assert_int_equal(inventory_vn_by_name(lab->vc[1]->inv, "blue")->unknown,
			 NVO3_UNKNOWN_FLOOD);
	told[0] = lab->director[0].vns;
	told[1] = lab->director[1].vns;
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"distribution\":\"auto\"}", 200,
		   "distribution", "auto");
	LAB_WAIT(lab, lab->director[0].vns > told[0] && lab->director[1].vns > told[1]);
	assert_int_equal(inventory_vn_by_name(lab->vc[1]->inv, "blue")->distribution,
			 NVO3__DISTRIBUTION__DISTRIBUTION_AUTO);
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"distribution\":\"pull\"}", 400, "error",
		   "distribution: \"pull\" is none of push, on-demand, auto");
	lab_expect(lab, 0, "PATCH", "/vns/blue",
		   "{\"arp\":\"answer\",\"arp_unknown\":\"ask\"}", 200, "arp_unknown", "ask");
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "blue")->arp_unknown ==
		      NVO3_ARP_UNKNOWN_ASK);
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"arp\":\"on\"}", 400, "error",
		   "arp: \"on\" is none of off, answer");
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"arp_unknown\":\"no\"}", 400, "error",
		   "arp_unknown: \"no\" is none of flood, ask, drop");
	lab_expect(lab, 1, "PATCH", "/vns/blue", "{\"bum\":\"none\"}", 403, "error",
		   "VN blue belongs to dc1 and is changed there");
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"unknown\":\"shout\"}", 400, "error", "shout");
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"vni\":7}", 400, "error", "vni");
	lab_expect(lab, 0, "PATCH", "/vns/red", "{}", 404, "error", "red");
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	assert_int_equal(inventory_vn_by_name(lab->vc[0]->inv, "blue")->unknown,
			 NVO3_UNKNOWN_FLOOD);
	assert_int_equal(inventory_vn_by_name(lab->vc[0]->inv, "blue")->bum, NVO3_BUM_REPLICATE);
	assert_int_equal(inventory_vn_by_name(lab->vc[0]->inv, "blue")->arp, NVO3_ARP_ANSWER);
	assert_int_equal(inventory_vn_by_name(lab->vc[0]->inv, "blue")->distribution,
			 NVO3__DISTRIBUTION__DISTRIBUTION_AUTO);
}

static void test_create_fails(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, "name", "blue");
	lab->refuse = MSG(VM_CREATE);
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "name", "web");
	lab_until(lab, 0, "/vms/web", "state", "failed");
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "error", "no, says the fake");
	LAB_WAIT(lab, !fake_place_find(lab, 0, MAC));
	assert_null(fake_vm_find(lab, 0, "web"));
	assert_true(lab_event(lab, 0, true, "vm-create", "no, says the fake"));
	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "code", "not-found");
	/* refused by the nDirector: the vServer never hears of it */
	lab->refuse = MSG(PLACE);
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "name", "web");
	lab_until(lab, 0, "/vms/web", "state", "failed");
	assert_null(fake_vm_find(lab, 0, "web"));
}

/* The answer is lost, and vcenterd dies before it misses it. */
static void test_restart_resumes(void **state)
{
	static const uint32_t muted[] = { MSG(PLACE), MSG(VM_CREATE), MSG(VM_DELETE),
					  MSG(UNPLACE) };
	struct lab *lab = *state;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, "name", "blue");
	for (size_t i = 0; i < 4; i++) {
		int before;

		if (i < 2)
			lab->mute = muted[i];
		before = lab->count;
		lab_expect(lab, 0, "POST", "/vms", WEB, 202, "state", "creating");
		if (i < 2) {
			LAB_WAIT(lab, lab->count > before + (int)i);
			lab_vcenter_stop(lab, 0);
			lab->mute = 0;
			lab_vcenter_start(lab, 0);
			LAB_WAIT(lab, lab_ready(lab));
		}
		lab_until(lab, 0, "/vms/web", "state", "running");
		if (i >= 2)
			lab->mute = muted[i];
		before = lab->count;
		lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 202, "state", "deleting");
		if (i >= 2) {
			LAB_WAIT(lab, lab->count > before + (int)i - 2);
			lab_vcenter_stop(lab, 0);
			lab->mute = 0;
			lab_vcenter_start(lab, 0);
		}
		LAB_WAIT(lab, lab_ready(lab) && !lab->vc[0]->inv->vms);
		assert_null(fake_vm_find(lab, 0, "web"));
		assert_null(fake_place_find(lab, 0, MAC));
	}
}

static void test_server_down(void **state)
{
	struct lab *lab = *state;

	make_web(lab);
	lab_server_stop(lab, 0);
	lab_until(lab, 0, "/servers/host1", "addr", "127.0.0.1");
	LAB_WAIT(lab, lab_event(lab, 0, true, "server-down", ""));
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"w2\",\"tenant\":\"alice\",\"server\":\"host1\","
		   "\"nics\":[{\"vn\":\"blue\"}]}", 503, "error", "host1");
	lab_expect(lab, 0, "POST", "/vms/web/stop", NULL, 503, "error", "host1");
	/* without a name the other one is taken */
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"w2\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"}]}", 202,
		   "server", "host2");
	/* a deletion waits until the server is back */
	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 202, "state", "deleting");
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "deleting");
	assert_non_null(fake_place_find(lab, 0, MAC));
	lab_server_start(lab, 0);
	lab_until(lab, 0, "/vms/web", "code", "not-found");
	assert_null(fake_vm_find(lab, 0, "web"));
}

/* A server comes back with other VMs than it should have. */
static void test_reconcile(void **state)
{
	struct lab *lab = *state;
	struct fake_vm *vm;

	make_web(lab);
	lab_server_stop(lab, 0);
	vm = fake_vm_find(lab, 0, "web");
	/* host2 shows up with a copy of host1's VM, host1 without it */
	fake_vm_add(&lab->server[1], vm->profile);
	fake_vm_del(&lab->server[0], vm);
	lab_server_stop(lab, 1);
	lab_server_start(lab, 1);
	LAB_WAIT(lab, lab->server[1].registered);
	assert_int_equal(lab->server[1].forgotten, 1);
	lab_server_start(lab, 0);
	LAB_WAIT(lab, lab->server[0].registered);
	lab_expect(lab, 0, "GET", "/vms/web", NULL, 200, "state", "failed");
	assert_true(lab_event(lab, 0, true, "vm-state", "no longer has it"));
}

static void test_director_loses_all(void **state)
{
	struct lab *lab = *state;
	uint64_t epoch;

	make_web(lab);
	epoch = fake_place_find(lab, 0, MAC)->epoch;
	free(lab->director[0].places);
	lab->director[0].places = NULL;
	lab->director[0].vns = 0;
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	assert_int_equal(lab->director[0].vns, 1);
	assert_int_equal(fake_place_find(lab, 0, MAC)->epoch, epoch);
}

/* --- what vServers say on their own */

struct said {
	bool done;
	uint32_t code;
	char text[256];
	uint64_t epoch;
	uint32_t result;
};

static void heard(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct said *said = arg;

	said->done = true;
	said->code = code;
	snprintf(said->text, sizeof(said->text), "%s", text);
	if (code == CODE(OK) && body->type == MSG(VM_REGISTER)) {
		Nvo3__VmRegisterReply *r;

		r = msg_decode(body, &nvo3__vm_register_reply__descriptor, NULL);
		said->epoch = r->n_nics ? r->nics[0]->epoch : 0;
		msg_free(r);
	}
	if (code == CODE(OK) && body->type == MSG(VM_LOOKUP)) {
		Nvo3__VmLookupReply *r;

		r = msg_decode(body, &nvo3__vm_lookup_reply__descriptor, NULL);
		said->result = r->result;
		msg_free(r);
	}
}

static struct said say(struct lab *lab, int server, uint32_t type, const ProtobufCMessage *msg)
{
	struct said said = { 0 };

	chan_request(lab->server[server].chan, type, msg, 5000, heard, &said);
	LAB_WAIT(lab, said.done);
	return said;
}

static struct said say_register(struct lab *lab, int server, const char *name, const char *tenant,
				const char *mac, struct uuid *uuid)
{
	Nvo3__VmRegister msg = NVO3__VM_REGISTER__INIT;
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT;
	Nvo3__VmProfile profile = NVO3__VM_PROFILE__INIT;
	Nvo3__Nic nic = NVO3__NIC__INIT, *nics = &nic;
	struct vn *vn = inventory_vn_by_name(lab->vc[0]->inv, "blue");
	struct mac_addr m;

	mac_addr_parse(&m, mac, NULL);
	nic.vn = msg_put_uuid(&vn->uuid);
	nic.mac = msg_put_mac(&m);
	profile.vm = msg_put_uuid(uuid);
	profile.name = (char *)name;
	profile.tenant = (char *)tenant;
	profile.nics = &nics;
	profile.n_nics = 1;
	report.profile = &profile;
	report.state = NVO3__VM_STATE__VM_RUNNING;
	msg.vm = &report;
	return say(lab, server, MSG(VM_REGISTER), &msg.base);
}

static void test_registration(void **state)
{
	struct uuid own = uuid_new(), other = uuid_new();
	Nvo3__VmUnregister un = NVO3__VM_UNREGISTER__INIT;
	struct lab *lab = *state;
	struct said said;

	make_web(lab);
	said = say_register(lab, 0, "own", "alice", "02:00:00:00:00:09", &own);
	assert_int_equal(said.code, CODE(OK));
	assert_true(said.epoch);
	assert_int_equal(fake_place_find(lab, 0, "02:00:00:00:00:09")->epoch, said.epoch);
	lab_expect(lab, 0, "GET", "/vms/own", NULL, 200, "server", "host1");
	/* again: an update, with the same epoch */
	assert_int_equal(say_register(lab, 0, "own", "alice", "02:00:00:00:00:09", &own).epoch,
			 said.epoch);
	/* not granted: tenant, server */
	said = say_register(lab, 0, "x", "bob", "02:00:00:00:00:0a", &other);
	assert_int_equal(said.code, CODE(DENIED));
	assert_non_null(strstr(said.text, "bob"));
	assert_int_equal(say_register(lab, 1, "x", "alice", "02:00:00:00:00:0a", &other).code,
			 CODE(DENIED));
	/* web's address; a VM of another server */
	said = say_register(lab, 0, "x", "alice", MAC, &other);
	assert_int_equal(said.code, CODE(EXISTS));
	assert_non_null(strstr(said.text, "web"));
	assert_int_equal(say_register(lab, 1, "own", "alice", "02:00:00:00:00:09", &own).code,
			 CODE(EXISTS));
	assert_true(lab_event(lab, 0, true, "claim-refused", "bob"));
	assert_true(lab_event(lab, 0, true, "claim-refused", "web"));
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 2);

	un.vm = msg_put_uuid(&other);
	assert_int_equal(say(lab, 0, MSG(VM_UNREGISTER), &un.base).code, CODE(NOT_FOUND));
	LAB_WAIT(lab, lab->server[0].alerts == 1);
	un.vm = msg_put_uuid(&own);
	assert_int_equal(say(lab, 1, MSG(VM_UNREGISTER), &un.base).code, CODE(DENIED));
	assert_int_equal(say(lab, 0, MSG(VM_UNREGISTER), &un.base).code, CODE(OK));
	LAB_WAIT(lab, !fake_place_find(lab, 0, "02:00:00:00:00:09"));
	lab_until(lab, 0, "/vms/own", "code", "not-found");
}

/* The nDirector has the last word about an address. */
static void test_registration_refused_late(void **state)
{
	struct uuid own = uuid_new();
	struct lab *lab = *state;
	struct said said;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, "name", "blue");
	lab->refuse = MSG(PLACE);
	said = say_register(lab, 0, "own", "alice", "02:00:00:00:00:09", &own);
	assert_int_equal(said.code, CODE(DENIED));
	assert_non_null(strstr(said.text, "says the fake"));
	LAB_WAIT(lab, !lab->vc[0]->inv->vms);
}

static void test_lookup(void **state)
{
	Nvo3__VmLookup msg = NVO3__VM_LOOKUP__INIT;
	struct lab *lab = *state;

	make_web(lab);
	lab_expect(lab, 0, "GET", "/lookup?name=web", NULL, 200, "result", "found");
	lab_expect(lab, 0, "GET", "/lookup?vn=blue&ip=10.0.0.1", NULL, 200, "server", "host1");
	lab_expect(lab, 0, "GET", "/lookup?vn=blue&mac=" MAC, NULL, 200, "server_addr", "127.0.0.1");
	lab_expect(lab, 1, "GET", "/lookup?name=web", NULL, 200, "dc", "dc1");
	lab_expect(lab, 1, "GET", "/lookup?name=nobody", NULL, 200, "result", "not-found");
	msg.name = "web";
	assert_int_equal(say(lab, 2, MSG(VM_LOOKUP), &msg.base).result,
			 NVO3__VM_LOOKUP_REPLY__RESULT__FOUND);
	msg.name = "";
	assert_int_equal(say(lab, 2, MSG(VM_LOOKUP), &msg.base).code, CODE(BAD_MESSAGE));
}

static void test_events_survive(void **state)
{
	struct lab *lab = *state;
	const struct event *e;
	uint64_t last = 0;

	make_web(lab);
	while ((e = events_next(lab->vc[0]->events, last, false)))
		last = e->seq;
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	assert_true(lab_event(lab, 0, false, "vm-create", "done"));
	e = events_next(lab->vc[0]->events, last, false);
	assert_non_null(e);
	assert_int_equal(e->seq, last + 1);
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_status),
		LAB_TEST(test_life_of_a_vm),
		LAB_TEST(test_bad_input),
		LAB_TEST(test_taken),
		LAB_TEST(test_pools_of_two_dcs),
		LAB_TEST(test_vn_conflict),
		LAB_TEST(test_policies_of_a_vn),
		LAB_TEST(test_create_fails),
		LAB_TEST(test_restart_resumes),
		LAB_TEST(test_server_down),
		LAB_TEST(test_reconcile),
		LAB_TEST(test_director_loses_all),
		LAB_TEST(test_registration),
		LAB_TEST(test_registration_refused_late),
		LAB_TEST(test_lookup),
		LAB_TEST(test_events_survive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
