// SPDX-License-Identifier: GPL-2.0
/*
 * V3 and V8 of Documentation/requirements.rst as a vServer has them: each succeeds, is refused with
 * a sentence that names the culprit, can be asked for again, and survives a session that ends
 * before or behind what was asked, and a vcenterd or a vServer that ends there.
 *
 *	vServers host1, host2 -- vcenterd dc1 -- nDirector
 *	                             |
 *	vServers host3, host4 -- vcenterd dc2 -- nDirector
 */
#include "lab_api.h"

#define BLUE "{\"name\":\"blue\",\"vni\":100}"
#define MAC "02:00:00:00:00:09"
#define IP "10.0.0.9"

struct said {
	bool done;
	uint32_t code;
	char text[256];
	bool created;
	uint64_t epoch;
	uint32_t result;
	char server[64], dc[16], addr[64];
};

static void heard_register(struct said *said, const struct msg *body)
{
	Nvo3__VmRegisterReply *r = msg_decode(body, &nvo3__vm_register_reply__descriptor, NULL);

	assert_non_null(r);
	said->created = r->created;
	said->epoch = r->n_nics ? r->nics[0]->epoch : 0;
	msg_free(r);
}

static void heard_lookup(struct said *said, const struct msg *body)
{
	Nvo3__VmLookupReply *r = msg_decode(body, &nvo3__vm_lookup_reply__descriptor, NULL);

	assert_non_null(r);
	said->result = r->result;
	snprintf(said->server, sizeof(said->server), "%s", r->server);
	snprintf(said->addr, sizeof(said->addr), "%s", r->server_addr);
	snprintf(said->dc, sizeof(said->dc), "%s", r->dc);
	msg_free(r);
}

static void heard(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct said *said = arg;

	said->done = true;
	said->code = code;
	snprintf(said->text, sizeof(said->text), "%s", text);
	if (code == CODE(OK) && body->type == MSG(VM_REGISTER))
		heard_register(said, body);
	if (code == CODE(OK) && body->type == MSG(VM_LOOKUP))
		heard_lookup(said, body);
}

/* --- V3: "own", which host1 has made by itself, of alice, in VN blue */

struct own {
	struct uuid id, vn, tsi;
	struct mac_addr mac;
	struct ip_addr ip;
	Nvo3__IpPrefix prefix, *prefixes;
	Nvo3__Nic nic, *nics;
	Nvo3__VmProfile profile;
	Nvo3__VmReport report;
	Nvo3__VmRegister msg;
};

static void own_make(struct own *o, struct lab *lab)
{
	memset(o, 0, sizeof(*o));
	o->id = uuid_new();
	o->vn = inventory_vn_by_name(lab->vc[0]->inv, "blue")->uuid;
	mac_addr_parse(&o->mac, MAC, NULL);
	ip_addr_parse(&o->ip, IP, NULL);
	nvo3__ip_prefix__init(&o->prefix);
	o->prefix.addr = msg_put_ip(&o->ip);
	o->prefix.len = 24;
	o->prefixes = &o->prefix;
	nvo3__nic__init(&o->nic);
	o->nic.vn = msg_put_uuid(&o->vn);
	o->nic.mac = msg_put_mac(&o->mac);
	o->nic.ips = &o->prefixes;
	o->nic.n_ips = 1;
	o->nics = &o->nic;
	nvo3__vm_profile__init(&o->profile);
	o->profile.vm = msg_put_uuid(&o->id);
	o->profile.name = "own";
	o->profile.tenant = "alice";
	o->profile.nics = &o->nics;
	o->profile.n_nics = 1;
	nvo3__vm_report__init(&o->report);
	o->report.profile = &o->profile;
	o->report.state = NVO3__VM_STATE__VM_RUNNING;
	nvo3__vm_register__init(&o->msg);
	o->msg.vm = &o->report;
}

static void begin_register(struct lab *lab, int server, struct own *o, struct said *said)
{
	memset(said, 0, sizeof(*said));
	chan_request(lab->server[server].chan, MSG(VM_REGISTER), &o->msg.base, LAB_DEADLINE_MS,
		     heard, said);
}

static struct said say_register(struct lab *lab, int server, struct own *o)
{
	struct said said;

	begin_register(lab, server, o, &said);
	LAB_WAIT(lab, said.done);
	return said;
}

/* The vServer has it, as it says at the start of its sessions */
static void hold(struct lab *lab, struct own *o)
{
	fake_vm_add(&lab->server[0], &o->profile)->running = true;
}

static void there_is_one(struct lab *lab, uint64_t epoch)
{
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 1);
	assert_non_null(fake_place_find(lab, 0, MAC));
	if (epoch)
		assert_int_equal(fake_place_find(lab, 0, MAC)->epoch, epoch);
	assert_string_equal(fake_place_find(lab, 0, MAC)->nve, "dc1/host1");
	assert_non_null(fake_vm_find(lab, 0, "own"));
	lab_expect(lab, 0, "GET", "/vms/own", NULL, 200, "state", "running");
}

static void v3_registration(void **state)
{
	struct lab *lab = *state;
	struct said said;
	struct own o;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	own_make(&o, lab);
	hold(lab, &o);
	said = say_register(lab, 0, &o);
	assert_int_equal(said.code, CODE(OK));
	assert_true(said.created && said.epoch);
	there_is_one(lab, said.epoch);
	assert_true(lab_event(lab, 0, false, "vm-register", "registered by server host1"));
}

static void v3_refused(void **state)
{
	struct lab *lab = *state;
	struct said said;
	struct own o;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", "{\"name\":\"there\",\"tenant\":\"alice\",\"server\":"
		   "\"host2\",\"nics\":[{\"vn\":\"blue\",\"mac\":\"" MAC "\",\"ip\":\"10.0.0.1/24\"}]}",
		   202, NULL, NULL);
	lab_until(lab, 0, "/vms/there", "state", "running");
	own_make(&o, lab);
	said = say_register(lab, 0, &o);
	assert_int_equal(said.code, CODE(EXISTS));
	assert_string_equal(said.text, "MAC " MAC " is taken in VN blue by VM there");
	assert_true(lab_event(lab, 0, true, "claim-refused", "to server host1: MAC " MAC));
	mac_addr_parse(&o.mac, "02:00:00:00:00:08", NULL);
	ip_addr_parse(&o.ip, "10.0.0.1", NULL);
	said = say_register(lab, 0, &o);
	assert_int_equal(said.code, CODE(EXISTS));
	assert_string_equal(said.text, "IP 10.0.0.1 is taken in VN blue by VM there");
	ip_addr_parse(&o.ip, IP, NULL);
	o.profile.name = "there";
	assert_int_equal(say_register(lab, 0, &o).code, CODE(EXISTS));
	o.profile.name = "own";
	o.profile.tenant = "bob";
	said = say_register(lab, 0, &o);
	assert_int_equal(said.code, CODE(DENIED));
	assert_string_equal(said.text, "server host1 has no grant for tenant \"bob\" in VN blue");
	o.profile.tenant = "alice";
	said = say_register(lab, 1, &o);
	assert_int_equal(said.code, CODE(DENIED));
	assert_non_null(strstr(said.text, "server host2 has no grant"));
	o.vn = uuid_new();
	assert_int_not_equal(say_register(lab, 0, &o).code, CODE(OK));
	o.report.profile = NULL;
	assert_int_equal(say_register(lab, 0, &o).code, CODE(BAD_MESSAGE));
	o.msg.vm = NULL;
	said = say_register(lab, 0, &o);
	assert_int_equal(said.code, CODE(BAD_MESSAGE));
	assert_string_equal(said.text, "vm is missing");
	/* nothing of it is left */
	assert_int_equal(HASH_COUNT(lab->vc[0]->inv->vms), 1);
	assert_null(fake_place_find(lab, 0, "02:00:00:00:00:08"));
}

static void v3_again(void **state)
{
	struct lab *lab = *state;
	struct said said, again;
	struct own o;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	own_make(&o, lab);
	hold(lab, &o);
	said = say_register(lab, 0, &o);
	again = say_register(lab, 0, &o);
	assert_int_equal(again.code, CODE(OK));
	assert_false(again.created);
	assert_int_equal(again.epoch, said.epoch);
	/* what it says now is what is known: group and port */
	o.profile.group = "db";
	o.nic.port = "tap7";
	o.tsi = inventory_vm_by_name(lab->vc[0]->inv, "own")->nics[0].tsi;
	o.nic.tsi = msg_put_uuid(&o.tsi);
	assert_int_equal(say_register(lab, 0, &o).epoch, said.epoch);
	lab_expect(lab, 0, "GET", "/vms/own", NULL, 200, "group", "db");
	assert_string_equal(inventory_vm_by_name(lab->vc[0]->inv, "own")->nics[0].port, "tap7");
	/* also to a vcenterd that was started in between */
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab_ready(lab));
	again = say_register(lab, 0, &o);
	assert_true(again.code == CODE(OK) && !again.created);
	assert_int_equal(again.epoch, said.epoch);
	there_is_one(lab, said.epoch);
	/* another VM by this name is another one */
	o.id = uuid_new();
	assert_int_equal(say_register(lab, 0, &o).code, CODE(EXISTS));
}

/* The nDirector's session, or vcenterd, ends before or behind the placement */
static void v3_trouble(void **state)
{
	struct lab *lab = *state;
	struct said said, lost;
	struct own o;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	for (int t = 0; t < 3; t++) {
		Nvo3__VmUnregister un = NVO3__VM_UNREGISTER__INIT;

		own_make(&o, lab);
		hold(lab, &o);
		lab->lose = t == 0 ? MSG(PLACE) : 0;
		lab->cut = t == 1 ? MSG(PLACE) : 0;
		lab->mute = t == 2 ? MSG(PLACE) : 0;
		lab->crash_who = 1;
		lab->crash_at = t == 2 ? lab->count + 1 : 0;
		begin_register(lab, 0, &o, &lost);
		LAB_WAIT(lab, lost.done && !lab->lose && !lab->cut);
		lab->crash_at = 0;
		lab->mute = 0;
		/* the nDirector's answer is asked for again; vcenterd's by its vServer */
		assert_int_equal(lost.code, t == 2 ? CODE(UNAVAILABLE) : CODE(OK));
		LAB_WAIT(lab, lab_ready(lab));
		said = say_register(lab, 0, &o);
		assert_int_equal(said.code, CODE(OK));
		assert_true(t == 2 || said.epoch == lost.epoch);
		there_is_one(lab, said.epoch);
		un.vm = msg_put_uuid(&o.id);
		fake_vm_del(&lab->server[0], fake_vm_find(lab, 0, "own"));
		memset(&said, 0, sizeof(said));
		chan_request(lab->server[0].chan, MSG(VM_UNREGISTER), &un.base, 0, heard, &said);
		LAB_WAIT(lab, said.done && !lab->vc[0]->inv->vms && !fake_place_find(lab, 0, MAC));
		assert_int_equal(said.code, CODE(OK));
	}
}

/* The vServer's own session, or the vServer, ends before it has the answer */
static void v3_vserver_restart(void **state)
{
	struct lab *lab = *state;
	struct said said, lost;
	struct own o;

	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, NULL, NULL);
	own_make(&o, lab);
	hold(lab, &o);
	/* it has not been sent; the start of the next session says it */
	begin_register(lab, 0, &o, &lost);
	lab_server_stop(lab, 0);
	LAB_WAIT(lab, lost.done);
	assert_int_equal(lost.code, CODE(UNAVAILABLE));
	lab_server_start(lab, 0);
	LAB_WAIT(lab, lab->server[0].registered && fake_place_find(lab, 0, MAC));
	/* it waits for a placement that does not come */
	said = say_register(lab, 0, &o);
	assert_int_equal(said.code, CODE(OK));
	assert_false(said.created);
	there_is_one(lab, said.epoch);
	/* who asks while it is asked already: one answer is the last one's, and the VM is one */
	begin_register(lab, 0, &o, &lost);
	said = say_register(lab, 0, &o);
	LAB_WAIT(lab, lost.done);
	assert_int_equal(said.code, CODE(OK));
	there_is_one(lab, said.epoch);
}

/* --- V8: "web", on host1 of dc1, asked for by vServers of both data centres and by clients */

#define WEB_ID "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define WEB "{\"id\":\"" WEB_ID "\",\"name\":\"web\",\"tenant\":\"alice\",\"server\":\"host1\"," \
	"\"nics\":[{\"vn\":\"blue\",\"mac\":\"" MAC "\",\"ip\":\"" IP "/24\"}]}"
#define MOVE "6ba7b810-9dad-41d1-80b4-00c04fd430c9"

enum { BY_ID, BY_NAME, BY_MAC, BY_IP, N_KEYS };

static const char *const queries[] = {
	"/lookup?id=" WEB_ID, "/lookup?name=web", "/lookup?vn=blue&mac=" MAC,
	"/lookup?vn=blue&ip=" IP,
};

static void begin_lookup(struct lab *lab, int server, int by, struct said *said)
{
	Nvo3__VmLookup msg = NVO3__VM_LOOKUP__INIT;
	struct uuid id, vn = { };
	struct mac_addr mac;
	struct ip_addr ip;

	assert_int_equal(uuid_parse(&id, WEB_ID, NULL), 0);
	mac_addr_parse(&mac, MAC, NULL);
	ip_addr_parse(&ip, IP, NULL);
	if (inventory_vn_by_name(lab->vc[0]->inv, "blue"))
		vn = inventory_vn_by_name(lab->vc[0]->inv, "blue")->uuid;
	msg.vn = msg_put_uuid(&vn);
	if (by == BY_ID)
		msg.id = msg_put_uuid(&id);
	else if (by == BY_NAME)
		msg.name = "web";
	else if (by == BY_MAC)
		msg.mac = msg_put_mac(&mac);
	else
		msg.ip = msg_put_ip(&ip);
	memset(said, 0, sizeof(*said));
	chan_request(lab->server[server].chan, MSG(VM_LOOKUP), &msg.base, LAB_DEADLINE_MS, heard,
		     said);
}

static struct said look(struct lab *lab, int server, int by)
{
	struct said said;

	begin_lookup(lab, server, by, &said);
	LAB_WAIT(lab, said.done);
	assert_int_equal(said.code, CODE(OK));
	return said;
}

/* The same by all keys, for all who ask: vServers here and there, clients here and there */
static void all_say(struct lab *lab, const char *result, const char *where)
{
	static const char *const words[] = { "not-found", "found", "moving" };
	struct said said;

	for (int by = 0; by < N_KEYS; by++) {
		for (int dc = 0; dc < LAB_DCS; dc++) {
			said = look(lab, dc * LAB_SERVERS + 1, by);
			assert_string_equal(words[said.result], result);
			assert_string_equal(said.server, where);
			assert_string_equal(said.dc, *where ? "dc1" : "");
			assert_string_equal(said.addr, *where ? "127.0.0.1" : "");
			lab_expect(lab, dc, "GET", queries[by], NULL, 200, "result", result);
			lab_expect(lab, dc, "GET", queries[by], NULL, 200, "server", where);
		}
	}
}

static void make_web(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vms", WEB, 202, "name", "web");
	lab_until(lab, 0, "/vms/web", "state", "running");
	lab_until(lab, 0, "/vms/web", "doing", "");
}

static void make_blue(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vns", BLUE, 201, "name", "blue");
	LAB_WAIT(lab, inventory_vn_by_name(lab->vc[1]->inv, "blue"));
}

static void v8_lookup(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	all_say(lab, "not-found", "");
	make_web(lab);
	all_say(lab, "found", "host1");
	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 202, NULL, NULL);
	LAB_WAIT(lab, !lab->vc[0]->inv->vms);
	all_say(lab, "not-found", "");
}

/* While it moves: the server that it leaves; it is there again when that was in vain. */
static void v8_moving(void **state)
{
	struct lab *lab = *state;

	make_blue(lab);
	make_web(lab);
	lab->mute = MSG(RELOCATE_DEST);
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"id\":\"" MOVE "\",\"server\":\"host2\"}",
		   202, NULL, NULL);
	lab_until(lab, 0, "/moves/" MOVE, "step", "pull");
	all_say(lab, "moving", "host1");
	lab_expect(lab, 0, "POST", "/moves/" MOVE "/abort", NULL, 202, NULL, NULL);
	lab->mute = 0;
	lab_until(lab, 0, "/moves/" MOVE, "state", "aborted");
	all_say(lab, "found", "host1");
	lab_expect(lab, 0, "POST", "/vms/web/move", "{\"server\":\"host2\"}", 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "server", "host2");
	lab_until(lab, 0, "/vms/web", "state", "running");
	all_say(lab, "found", "host2");
}

static void v8_refused(void **state)
{
	static const struct {
		const char *path, *says;
		int status;
	} table[] = {
		{ "/lookup", "exactly one of id, name, mac, ip", 400 },
		{ "/lookup?id=" WEB_ID "&name=web", "exactly one of id, name, mac, ip", 400 },
		{ "/lookup?mac=" MAC, "names its VN: vn=", 400 },
		{ "/lookup?vn=red&mac=" MAC, "VN red is not known in dc1", 404 },
		{ "/lookup?vn=blue&mac=7", "7", 400 },
		{ "/lookup?vn=blue&ip=10.0.0", "10.0.0", 400 },
		{ "/lookup?id=web", "web", 400 },
	};
	Nvo3__VmLookup msg = NVO3__VM_LOOKUP__INIT;
	struct lab *lab = *state;
	struct said said = { 0 };
	uint8_t mac[6] = { 2 };

	make_blue(lab);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		lab_expect(lab, 0, "GET", table[i].path, NULL, table[i].status, "error",
			   table[i].says);
	msg.mac = (ProtobufCBinaryData){ 6, mac };
	chan_request(lab->server[0].chan, MSG(VM_LOOKUP), &msg.base, 0, heard, &said);
	LAB_WAIT(lab, said.done);
	assert_int_equal(said.code, CODE(BAD_MESSAGE));
	assert_string_equal(said.text, "a lookup by mac or ip names its VN");
	msg.name = "web";
	memset(&said, 0, sizeof(said));
	chan_request(lab->server[0].chan, MSG(VM_LOOKUP), &msg.base, 0, heard, &said);
	LAB_WAIT(lab, said.done);
	assert_int_equal(said.code, CODE(BAD_MESSAGE));
	assert_string_equal(said.text, "a lookup names exactly one of id, name, mac, ip");
}

/* vcenterd here, or there, or the one who asks ends before the answer; asked again it is there */
static void v8_trouble(void **state)
{
	struct lab *lab = *state;
	struct said lost;

	make_blue(lab);
	make_web(lab);
	for (int dc = 0; dc < LAB_DCS; dc++) {
		/* asked in dc2, which has to ask dc1 */
		begin_lookup(lab, 2, BY_NAME, &lost);
		lab_vcenter_stop(lab, 1 - dc);
		LAB_WAIT(lab, lost.done);
		if (dc)		/* who would know is gone: nobody knows it */
			assert_true(lost.code == CODE(OK) && !lost.result);
		else
			assert_int_equal(lost.code, CODE(UNAVAILABLE));
		lab_vcenter_start(lab, 1 - dc);
		LAB_WAIT(lab, lab_ready(lab));
		all_say(lab, "found", "host1");
	}
	begin_lookup(lab, 2, BY_NAME, &lost);
	lab_server_stop(lab, 2);
	LAB_WAIT(lab, lost.done);
	assert_int_equal(lost.code, CODE(UNAVAILABLE));
	lab_server_start(lab, 2);
	LAB_WAIT(lab, lab_ready(lab));
	assert_int_equal(look(lab, 2, BY_NAME).result, NVO3__VM_LOOKUP_REPLY__RESULT__FOUND);
	/* a client that does not wait for its answer takes nobody else's */
	lab_api_cut(lab, 1, "GET", queries[BY_NAME], NULL);
	all_say(lab, "found", "host1");
}

#define LAB_TEST(fn) cmocka_unit_test_setup_teardown(fn, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(v3_registration),
		LAB_TEST(v3_refused),
		LAB_TEST(v3_again),
		LAB_TEST(v3_trouble),
		LAB_TEST(v3_vserver_restart),
		LAB_TEST(v8_lookup),
		LAB_TEST(v8_moving),
		LAB_TEST(v8_refused),
		LAB_TEST(v8_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
