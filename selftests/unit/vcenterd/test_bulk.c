// SPDX-License-Identifier: GPL-2.0
/*
 * V3, V5 and V6: what a vServer registers and unregisters, one by one and many at a time; asked
 * again, with sessions that end before the answer, and a vcenterd that ends in the middle.
 */
#include "bulk.h"
#include "lab_api.h"

#define BLUE "{\"name\":\"blue\",\"vni\":100}"

/* --- a group of VMs "g0", "g1", ... of alice, in VN blue */

#define MANY 8

struct group {
	struct uuid vn, ids[MANY];
	struct mac_addr macs[MANY];
	char names[MANY][8];
	Nvo3__Nic nics[MANY], *nic_list[MANY], common_nic, *common_nics;
	Nvo3__VmProfile profiles[MANY], common;
	Nvo3__VmReport reports[MANY], *list[MANY];
	Nvo3__VmBulkRegister msg;
};

static void group_make(struct group *g, struct lab *lab, int n)
{
	struct vn *vn = inventory_vn_by_name(lab->vc[0]->inv, "blue");

	memset(g, 0, sizeof(*g));
	nvo3__vm_bulk_register__init(&g->msg);
	nvo3__vm_profile__init(&g->common);
	nvo3__nic__init(&g->common_nic);
	g->vn = vn->uuid;
	g->common_nic.vn = msg_put_uuid(&g->vn);
	g->common_nics = &g->common_nic;
	g->common.nics = &g->common_nics;
	g->common.n_nics = 1;
	g->common.tenant = "alice";
	g->common.cpus = 1;
	g->common.memory_mib = 64;
	g->common.disk_mib = 16;
	for (int i = 0; i < n; i++) {
		g->ids[i] = uuid_new();
		g->macs[i] = (struct mac_addr){ { 2, 0, 0, 0, 7, i } };
		snprintf(g->names[i], sizeof(g->names[i]), "g%d", i);
		nvo3__nic__init(&g->nics[i]);
		g->nics[i].mac = msg_put_mac(&g->macs[i]);
		g->nic_list[i] = &g->nics[i];
		nvo3__vm_profile__init(&g->profiles[i]);
		g->profiles[i].vm = msg_put_uuid(&g->ids[i]);
		g->profiles[i].name = g->names[i];
		g->profiles[i].nics = &g->nic_list[i];
		g->profiles[i].n_nics = 1;
		nvo3__vm_report__init(&g->reports[i]);
		g->reports[i].profile = &g->profiles[i];
		g->reports[i].state = NVO3__VM_STATE__VM_RUNNING;
		g->list[i] = &g->reports[i];
	}
	g->msg.group = "web";
	g->msg.common = &g->common;
	g->msg.members = g->list;
	g->msg.n_members = n;
}

/* --- the pure part */

static void test_a_member_is_completed(void **state)
{
	uint8_t vn[16] = { 1 }, own[16] = { 2 };
	Nvo3__Nic nic = NVO3__NIC__INIT, *nics = &nic, common_nic = NVO3__NIC__INIT;
	Nvo3__VmProfile p = NVO3__VM_PROFILE__INIT, common = NVO3__VM_PROFILE__INIT;
	Nvo3__VmBulkRegister req = NVO3__VM_BULK_REGISTER__INIT;
	Nvo3__VmReport report = NVO3__VM_REPORT__INIT, *list = &report;
	Nvo3__Nic *common_nics = &common_nic;
	struct bulk_report r;
	struct err err;

	assert_int_equal(bulk_check(&req, &err), -EINVAL);
	assert_string_equal(err.text, "common is missing");
	req.common = &common;
	req.group = "g";
	assert_int_equal(bulk_check(&req, &err), -EINVAL);
	assert_string_equal(err.text, "common.tenant is empty");
	common.tenant = "alice";
	assert_int_equal(bulk_check(&req, &err), -EINVAL);
	assert_string_equal(err.text, "members: 0, and 1 to 10000 are possible");
	req.members = &list;
	req.n_members = 1;
	assert_int_equal(bulk_check(&req, &err), 0);
	assert_int_equal(bulk_member(&req, 0, &r, &err), -EINVAL);
	assert_string_equal(err.text, "members[0]: profile is missing");

	report.profile = &p;
	p.name = "web";
	p.nics = &nics;
	p.n_nics = 1;
	p.cpus = 4;
	common.cpus = 1;
	common.memory_mib = 64;
	common.nics = &common_nics;
	common.n_nics = 1;
	common_nic.vn = (ProtobufCBinaryData){ 16, vn };
	common_nic.dhcp = true;
	assert_int_equal(bulk_member(&req, 0, &r, &err), 0);
	assert_string_equal(r.profile.tenant, "alice");
	assert_string_equal(r.profile.group, "g");
	assert_int_equal(r.profile.cpus, 4);
	assert_int_equal(r.profile.memory_mib, 64);
	assert_ptr_equal(r.report.profile->nics[0]->vn.data, vn);
	assert_true(r.nics[0].dhcp);
	/* its own goes first, and the request stays as it is */
	nic.vn = (ProtobufCBinaryData){ 16, own };
	assert_int_equal(bulk_member(&req, 0, &r, &err), 0);
	assert_ptr_equal(r.nics[0].vn.data, own);
	assert_false(nic.dhcp);
	p.group = "other";
	assert_int_equal(bulk_member(&req, 0, &r, &err), -EINVAL);
	assert_string_equal(err.text, "members[0]: VM web is of group other, not g");
	p.group = "";
	p.tenant = "bob";
	assert_int_equal(bulk_member(&req, 0, &r, &err), -EINVAL);
	assert_string_equal(err.text, "members[0]: VM web is of tenant bob, not alice");
}

/* --- what vServers say */

struct said {
	bool done;
	uint32_t code;
	char text[256];
	size_t n;
	uint32_t codes[MANY];
	char texts[MANY][256];
	bool created[MANY];
	uint64_t epochs[MANY];
};

static void take_results(struct said *said, const struct msg *body)
{
	Nvo3__VmBulkReply *reply = msg_decode(body, &nvo3__vm_bulk_reply__descriptor, NULL);

	assert_non_null(reply);
	said->n = reply->n_results;
	for (size_t i = 0; i < said->n && i < MANY; i++) {
		const Nvo3__VmBulkResult *r = reply->results[i];

		said->codes[i] = r->code;
		said->created[i] = r->created;
		said->epochs[i] = r->n_epochs ? r->epochs[0] : 0;
		snprintf(said->texts[i], sizeof(said->texts[i]), "%s", r->text);
	}
	msg_free(reply);
}

static void heard(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct said *said = arg;

	said->done = true;
	said->code = code;
	snprintf(said->text, sizeof(said->text), "%s", text);
	if (code == CODE(OK) && body->type != MSG(VM_UNREGISTER))
		take_results(said, body);
}

static struct said say(struct lab *lab, int server, uint32_t type, const ProtobufCMessage *msg)
{
	struct said said = { 0 };

	chan_request(lab->server[server].chan, type, msg, LAB_DEADLINE_MS, heard, &said);
	LAB_WAIT(lab, said.done);
	return said;
}

static struct said say_group(struct lab *lab, int server, struct group *g)
{
	return say(lab, server, MSG(VM_BULK_REGISTER), &g->msg.base);
}

/* So that the server has them, as it says when it comes back. */
static void hold_group(struct lab *lab, int server, struct group *g)
{
	struct bulk_report r;
	struct fake_vm *vm;
	struct err err;

	for (size_t i = 0; i < g->msg.n_members; i++) {
		assert_int_equal(bulk_member(&g->msg, i, &r, &err), 0);
		vm = fake_vm_add(&lab->server[server], &r.profile);
		vm->running = true;
	}
}

static size_t places(struct lab *lab)
{
	struct fake_place *p;
	size_t n = 0;

	DL_FOREACH(lab->director[0].places, p)
		n++;
	return n;
}

static struct said say_unregister(struct lab *lab, int server, const char *group,
				  struct group *g, size_t n)
{
	Nvo3__VmBulkUnregister msg = NVO3__VM_BULK_UNREGISTER__INIT;
	ProtobufCBinaryData ids[MANY];

	msg.tenant = "alice";
	msg.group = (char *)group;
	for (size_t i = 0; i < n; i++)
		ids[i] = msg_put_uuid(&g->ids[i]);
	msg.vms = ids;
	msg.n_vms = n;
	return say(lab, server, MSG(VM_BULK_UNREGISTER), &msg.base);
}

static void v5_bulk_registration(void **state)
{
	struct lab *lab = *state;
	struct said first, again;
	struct group g;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	lab->server[0].max_vms = MANY;
	group_make(&g, lab, 4);
	hold_group(lab, 0, &g);
	first = say_group(lab, 0, &g);
	assert_int_equal(first.code, CODE(OK));
	assert_int_equal(first.n, 4);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(first.codes[i], CODE(OK));
		assert_true(first.created[i] && first.epochs[i]);
	}
	lab_expect(lab, 0, "GET", "/vms/g3", NULL, 200, "group", "web");
	lab_expect(lab, 0, "GET", "/vms/g3", NULL, 200, "state", "running");
	lab_expect(lab, 0, "GET", "/vms/g3", NULL, 200, "memory_mib", "64");
	assert_int_equal(places(lab), 4);
	assert_true(lab_event(lab, 0, false, "vm-bulk-register", "4 of 4 VMs"));
	/* again: what is there is updated, with the same epochs */
	again = say_group(lab, 0, &g);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(again.codes[i], CODE(OK));
		assert_false(again.created[i]);
		assert_int_equal(again.epochs[i], first.epochs[i]);
	}
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 4);
}

/* Some are refused, each with its reason, and the others are taken all the same. */
static void v5_refused_one_by_one(void **state)
{
	struct lab *lab = *state;
	struct said said;
	struct group g;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", "{\"name\":\"there\",\"tenant\":\"alice\",\"server\":"
		   "\"host2\",\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:07:01\"}]}", 202,
		   NULL, NULL);
	lab_until(lab, 0, "/vms/there", "state", "running");
	group_make(&g, lab, 4);
	g.profiles[2].tenant = "bob";
	g.profiles[3].name = "g0";
	said = say_group(lab, 0, &g);
	assert_int_equal(said.code, CODE(OK));
	assert_int_equal(said.codes[0], CODE(OK));
	assert_int_equal(said.codes[1], CODE(EXISTS));
	assert_non_null(strstr(said.texts[1],
			       "MAC 02:00:00:00:07:01 is taken in VN blue by VM there"));
	assert_int_equal(said.codes[2], CODE(BAD_MESSAGE));
	assert_non_null(strstr(said.texts[2], "VM g2 is of tenant bob, not alice"));
	assert_int_equal(said.codes[3], CODE(EXISTS));
	assert_non_null(strstr(said.texts[3], "g0"));
	assert_true(lab_event(lab, 0, false, "vm-bulk-register", "1 of 4 VMs"));
	assert_true(lab_event(lab, 0, true, "claim-refused", "is taken in VN blue by VM there"));
	/* a server without a grant: none */
	group_make(&g, lab, 2);
	said = say_group(lab, 1, &g);
	assert_int_equal(said.codes[1], CODE(DENIED));
	assert_non_null(strstr(said.texts[1], "server host2 has no grant for tenant \"alice\""));
	g.msg.n_members = 0;
	said = say_group(lab, 0, &g);
	assert_int_equal(said.code, CODE(BAD_MESSAGE));
	assert_string_equal(said.text, "members: 0, and 1 to 10000 are possible");
}

/* The nDirector's answer, the session or vcenterd is lost in the middle; then it is asked again. */
static void v5_trouble(void **state)
{
	struct lab *lab = *state;
	struct said lost = { 0 }, said;
	struct group g;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	lab->server[0].max_vms = MANY;
	group_make(&g, lab, 3);
	hold_group(lab, 0, &g);
	/* vcenterd ends when the nDirector has one of three, and answers none */
	lab->mute = MSG(PLACE);
	lab->crash_who = 1;
	lab->crash_at = lab->count + 2;
	chan_request(lab->server[0].chan, MSG(VM_BULK_REGISTER), &g.msg.base, LAB_DEADLINE_MS,
		     heard, &lost);
	LAB_WAIT(lab, lost.done);
	assert_int_equal(lost.code, CODE(UNAVAILABLE));
	lab->crash_at = 0;
	lab->mute = 0;
	LAB_WAIT(lab, lab_ready(lab));
	said = say_group(lab, 0, &g);
	assert_int_equal(said.code, CODE(OK));
	for (int i = 0; i < 3; i++) {
		if (said.codes[i] != CODE(OK) || !said.epochs[i])
			fail_msg("%d: code %u, %s", i, said.codes[i], said.texts[i]);
	}
	assert_int_equal(places(lab), 3);
	/* the vServer ends before it has its answer, and comes back with its VMs */
	lab_server_stop(lab, 0);
	lab_server_start(lab, 0);
	LAB_WAIT(lab, lab->server[0].registered);
	chan_request(lab->server[0].chan, MSG(VM_BULK_REGISTER), &g.msg.base, LAB_DEADLINE_MS,
		     heard, &lost);
	lab_server_stop(lab, 0);
	lab_server_start(lab, 0);
	LAB_WAIT(lab, lab->server[0].registered);
	said = say_group(lab, 0, &g);
	assert_true(said.codes[2] == CODE(OK) && !said.created[2]);
	assert_int_equal(places(lab), 3);
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 3);
}

static void v6_bulk_unregistration(void **state)
{
	struct lab *lab = *state;
	struct said said;
	struct group g;
	uint32_t alerts;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	lab->server[0].max_vms = MANY;
	group_make(&g, lab, 4);
	assert_int_equal(say_group(lab, 0, &g).code, CODE(OK));
	/* by another server, of another group: nothing happens */
	said = say_unregister(lab, 1, "web", &g, 1);
	assert_int_equal(said.codes[0], CODE(DENIED));
	assert_non_null(strstr(said.texts[0], "VM g0 does not live on server host2"));
	said = say_unregister(lab, 0, "db", &g, 1);
	assert_int_equal(said.code, CODE(BAD_MESSAGE));
	assert_string_equal(said.text, "vms[0]: VM g0 is not of group db of tenant alice");
	assert_int_equal(places(lab), 4);
	/* two that are named; again the same */
	for (int i = 0; i < 2; i++) {
		said = say_unregister(lab, 0, "web", &g, 2);
		assert_int_equal(said.code, CODE(OK));
		assert_true(said.n == 2 && said.codes[0] == CODE(OK) && said.codes[1] == CODE(OK));
		LAB_WAIT(lab, places(lab) == 2);
		lab_until(lab, 0, "/vms/g1", "code", "not-found");
	}
	/* the others */
	said = say_unregister(lab, 0, "web", &g, 0);
	assert_true(said.n == 2 && said.codes[0] == CODE(OK) && said.codes[1] == CODE(OK));
	LAB_WAIT(lab, !places(lab) && !lab->vc[0]->inv->vms);
	assert_true(lab_event(lab, 0, false, "vm-bulk-unregister", "2 of 2 VMs"));
	/* nobody is left: that is an alert to the vServer, as is a VM that was never there */
	alerts = lab->server[0].alerts;
	said = say_unregister(lab, 0, "web", &g, 0);
	assert_int_equal(said.code, CODE(NOT_FOUND));
	assert_string_equal(said.text, "no VM of group web of tenant alice is on server host1");
	LAB_WAIT(lab, lab->server[0].alerts == alerts + 1);
	g.ids[0] = uuid_new();
	said = say_unregister(lab, 0, "web", &g, 2);
	assert_int_equal(said.codes[0], CODE(NOT_FOUND));
	assert_int_equal(said.codes[1], CODE(OK));
	LAB_WAIT(lab, lab->server[0].alerts == alerts + 2);
}

/* vcenterd ends when some are gone at the nDirector: it goes on with the rest. */
static void v6_trouble(void **state)
{
	struct lab *lab = *state;
	struct said said;
	struct group g;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	lab->server[0].max_vms = MANY;
	group_make(&g, lab, 4);
	assert_int_equal(say_group(lab, 0, &g).code, CODE(OK));
	lab->crash_who = 1;
	lab->crash_at = lab->count + 2;
	say_unregister(lab, 0, "web", &g, 4);
	LAB_WAIT(lab, lab->count >= lab->crash_at);
	lab->crash_at = 0;
	LAB_WAIT(lab, lab_ready(lab) && !places(lab) && !lab->vc[0]->inv->vms);
	said = say_unregister(lab, 0, "web", &g, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(said.codes[i], CODE(OK));
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_member_is_completed),
		LAB_TEST(v5_bulk_registration),
		LAB_TEST(v5_refused_one_by_one),
		LAB_TEST(v5_trouble),
		LAB_TEST(v6_bulk_unregistration),
		LAB_TEST(v6_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
