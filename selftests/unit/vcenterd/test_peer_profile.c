// SPDX-License-Identifier: GPL-2.0
/*
 * Profiles of another data centre: told, kept, read only; and what becomes of those that a VM has
 * when it moves (D4).
 */
#include "lab_move.h"
#include "proto/peering.pb-c.h"

#define HTTP "{\"name\":\"http\",\"default\":\"deny\",\"rate\":1000000," \
	"\"rules\":[\"permit from-vm proto tcp dport 80-90\",\"permit to-vm\"]}"
#define VM_HTTP(name, server, mac, ip) "{\"name\":\"" name "\",\"tenant\":\"alice\",\"server\":" \
	"\"" server "\",\"nics\":[{\"vn\":\"blue\",\"mac\":\"" mac "\",\"ip\":\"" ip "\"," \
	"\"profile\":\"http\"}]}"
#define MAC2 "02:00:00:00:00:02"

static struct profile *known(struct lab *lab, int dc, const char *name)
{
	return lab->vc[dc] ? inventory_profile_by_name(lab->vc[dc]->inv, name) : NULL;
}

static bool has_version(struct lab *lab, int dc, uint64_t version)
{
	struct profile *p = known(lab, dc, "http");

	return p && p->msg->version == version;
}

static void make_http(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/profiles", HTTP, 201, "home_dc", "dc1");
	LAB_WAIT(lab, known(lab, 1, "http"));
	LAB_WAIT(lab, lab->director[0].profiles && lab->director[1].profiles);
}

/* web on host1, with the profile that dc1 has made */
static void make_web_http(struct lab *lab)
{
	make_http(lab);
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, NULL, NULL);
	LAB_WAIT(lab, lab->director[1].vns);
	lab_expect(lab, 0, "POST", "/vms", VM_HTTP("web", "host1", MAC, "10.0.0.1/24"), 202, NULL,
		   NULL);
	lab_until(lab, 0, "/vms/web", "state", "running");
}

static void down(struct lab *lab, int dc)
{
	lab_vcenter_stop(lab, dc);
	LAB_WAIT(lab, !lab->vc[1 - dc] || !lab->vc[1 - dc]->peers[0].up);
}

static void up(struct lab *lab, int dc)
{
	lab_vcenter_start(lab, dc);
	LAB_WAIT(lab, lab_ready(lab));
}

static void test_told_at_once_and_on_every_change(void **state)
{
	struct lab *lab = *state;

	make_http(lab);
	LAB_WAIT(lab, lab->director[1].profiles == 1);
	assert_int_equal(lab->director[1].profile_rules, 2);
	lab_expect(lab, 1, "GET", "/profiles/http", NULL, 200, "home_dc", "dc1");
	lab_expect(lab, 1, "GET", "/profiles/http", NULL, 200, "rate", "1000000");
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"rules\":[]}", 200, "version", "2");
	LAB_WAIT(lab, has_version(lab, 1, 2));
	LAB_WAIT(lab, lab->director[1].profile_version == 2);
	assert_int_equal(lab->director[1].profile_rules, 0);
}

/* What was missed comes at the start of a session; what is the same is not written again. */
static void test_told_at_the_start_of_a_session(void **state)
{
	struct lab *lab = *state;

	make_http(lab);
	down(lab, 1);
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"pps\":7}", 200, "version", "2");
	lab_expect(lab, 0, "POST", "/profiles", "{\"name\":\"late\"}", 201, NULL, NULL);
	up(lab, 1);
	LAB_WAIT(lab, has_version(lab, 1, 2) && known(lab, 1, "late"));
	LAB_WAIT(lab, lab_event(lab, 1, false, "profile-set", "version 2"));
	lab->director[1].profiles = 0;
	/* it is in dc2's store, and is told without dc1 */
	down(lab, 1);
	down(lab, 0);
	lab_vcenter_start(lab, 1);
	LAB_WAIT(lab, lab->director[1].profiles == 2);
	lab_expect(lab, 1, "GET", "/profiles/http", NULL, 200, "pps", "7");
	lab_expect(lab, 1, "GET", "/profiles/http", NULL, 200, "home_dc", "dc1");
	up(lab, 0);
	/* the same again: nobody is told of it */
	lab_expect(lab, 0, "POST", "/profiles", "{\"name\":\"last\"}", 201, NULL, NULL);
	LAB_WAIT(lab, known(lab, 1, "last"));
	LAB_WAIT(lab, lab->director[1].profiles == 3);
}

static void test_changed_at_its_home_only(void **state)
{
	struct lab *lab = *state;

	make_http(lab);
	lab_expect(lab, 1, "PATCH", "/profiles/http", "{\"rate\":0}", 403, "error",
		   "profile http belongs to dc1 and is changed there");
	lab_expect(lab, 1, "DELETE", "/profiles/http", NULL, 403, "error",
		   "profile http belongs to dc1 and is deleted there");
	lab_expect(lab, 1, "PATCH", "/profiles/http", "{\"rate\":-1}", 400, "error", "rate");
	lab_expect(lab, 1, "POST", "/profiles", "{\"name\":\"http\"}", 409, "error",
		   "the name http is taken in dc2 by another profile, of dc1");
	lab_expect(lab, 1, "GET", "/profiles/http", NULL, 200, "version", "1");
	lab_expect(lab, 0, "GET", "/profiles/http", NULL, 200, "version", "1");
}

static void test_deleted_everywhere(void **state)
{
	struct lab *lab = *state;

	make_http(lab);
	lab_expect(lab, 0, "DELETE", "/profiles/http", NULL, 200, NULL, NULL);
	LAB_WAIT(lab, !known(lab, 1, "http"));
	LAB_WAIT(lab, lab->director[1].profiles_gone == 1);
	/* and who misses it is told when he is back; another may have its name */
	make_http(lab);
	down(lab, 1);
	lab_expect(lab, 0, "DELETE", "/profiles/http", NULL, 200, NULL, NULL);
	lab_expect(lab, 0, "POST", "/profiles", "{\"name\":\"http\",\"rate\":5}", 201, NULL, NULL);
	up(lab, 1);
	LAB_WAIT(lab, known(lab, 1, "http") && known(lab, 1, "http")->msg->rate == 5);
	assert_false(lab_event(lab, 1, true, "profile-conflict", ""));
	/* a nDirector that has missed it is told as well: of both, that dc1 had */
	lab->director[1].profiles_gone = 0;
	down(lab, 1);
	up(lab, 1);
	assert_int_equal(lab->director[1].profiles_gone, 2);
}

static void test_kept_while_a_vm_has_it(void **state)
{
	struct lab *lab = *state;

	make_web_http(lab);
	lab_expect(lab, 1, "POST", "/vms", VM_HTTP("far", "host3", MAC2, "10.0.0.2/24"), 202, NULL,
		   NULL);
	lab_until(lab, 1, "/vms/far", "state", "running");
	lab_expect(lab, 0, "DELETE", "/profiles/http", NULL, 409, "error", "in use by VM web");
	lab_expect(lab, 0, "DELETE", "/vms/web", NULL, 202, NULL, NULL);
	LAB_WAIT(lab, !inventory_vm_by_name(lab->vc[0]->inv, "web"));
	lab_expect(lab, 0, "DELETE", "/profiles/http", NULL, 200, NULL, NULL);
	LAB_WAIT(lab, lab_event(lab, 0, true, "profile-in-use", "http is in use by VM far"));
	lab_expect(lab, 1, "GET", "/profiles/http", NULL, 200, "rate", "1000000");
	assert_int_equal(lab->director[1].profiles_gone, 0);
	lab_expect(lab, 1, "DELETE", "/vms/far", NULL, 202, NULL, NULL);
	LAB_WAIT(lab, !inventory_vm_by_name(lab->vc[1]->inv, "far"));
	down(lab, 0);
	up(lab, 0);
	LAB_WAIT(lab, !known(lab, 1, "http"));
	LAB_WAIT(lab, lab->director[1].profiles_gone == 1);
}

/* No NVE would take its ports to another VLAN. */
static void test_its_vlan_stays_while_a_vm_has_it(void **state)
{
	struct lab *lab = *state;

	make_web_http(lab);
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"vlan\":30}", 409, "error",
		   "profile http is in use by VM web of dc1: its VLAN stays 0");
	lab_expect(lab, 0, "GET", "/profiles/http", NULL, 200, "version", "1");
	lab_until(lab, 0, begin_by(lab, "move", HOST3), "state", "done");
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"vlan\":30}", 200, "vlan", "30");
	LAB_WAIT(lab, lab_event(lab, 0, true, "profile-refused", "its VLAN stays 0"));
	lab_expect(lab, 1, "GET", "/profiles/http", NULL, 200, "vlan", "0");
	/* all of the change waits until nobody has it */
	lab_expect(lab, 1, "DELETE", "/vms/web", NULL, 202, NULL, NULL);
	LAB_WAIT(lab, !inventory_vm_by_name(lab->vc[1]->inv, "web"));
	down(lab, 0);
	up(lab, 0);
	LAB_WAIT(lab, has_version(lab, 1, 2));
	assert_int_equal(known(lab, 1, "http")->msg->vlan, 30);
}

/* Made in both while they did not see each other: each keeps its own. */
static void test_two_of_one_name(void **state)
{
	struct lab *lab = *state;
	int before;

	down(lab, 1);
	lab_expect(lab, 0, "POST", "/profiles", HTTP, 201, NULL, NULL);
	down(lab, 0);
	lab_vcenter_start(lab, 1);
	lab_expect(lab, 1, "POST", "/profiles", "{\"name\":\"http\"}", 201, "home_dc", "dc2");
	up(lab, 0);
	for (int dc = 0; dc < LAB_DCS; dc++) {
		LAB_WAIT(lab, lab_event(lab, dc, true, "profile-conflict", "name http is taken"));
		LAB_WAIT(lab, lab_event(lab, dc, true, "profile-refused", "name http is taken"));
	}
	lab_expect(lab, 0, "GET", "/profiles/http", NULL, 200, "home_dc", "dc1");
	lab_expect(lab, 1, "GET", "/profiles/http", NULL, 200, "home_dc", "dc2");
	/* it has no rules there by mistake */
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", VM_HTTP("web", "host1", MAC, "10.0.0.1/24"), 202, NULL,
		   NULL);
	lab_until(lab, 0, "/vms/web", "state", "running");
	before = lab->count;
	lab_expect(lab, 0, "POST", "/vms/web/move", HOST3, 404, "error",
		   "profile http of dc1 is not known in dc2");
	assert_int_equal(lab->count, before);
	check_at_home(lab);
}

static void test_a_vm_moves_with_it(void **state)
{
	struct lab *lab = *state;
	const char *move;
	struct uuid uuid;
	uint64_t epoch;

	make_web_http(lab);
	uuid = known(lab, 0, "http")->uuid;
	epoch = fake_place_find(lab, 0, MAC)->epoch;
	move = begin_by(lab, "move", HOST3);
	lab_until(lab, 0, move, "state", "done");
	check_at_host3(lab, epoch);
	assert_int_equal(lab->director[1].grants, 1);
	assert_true(uuid_equal(&fake_place_find(lab, 1, MAC)->profile, &uuid));
	assert_memory_equal(fake_vm_find(lab, 2, "web")->profile->nics[0]->profile.data, &uuid, 16);
	/* changed at its home, where no VM has it any more */
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"rules\":[]}", 200, "version", "2");
	LAB_WAIT(lab, lab->director[1].profile_version == 2);
	/* and back, replicated */
	lab_expect(lab, 1, "POST", "/vms/web/replicate", "{\"dc\":\"dc1\",\"server\":\"host1\"}",
		   202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "state", "running");
	LAB_WAIT(lab, !lab->vc[1]->inv->vms);
	assert_true(uuid_equal(&fake_place_find(lab, 0, MAC)->profile, &uuid));
	assert_int_equal(lab->director[0].grants, 2);	/* of the copy, and of the rest */
	assert_int_equal(known(lab, 1, "http")->users, 0);
	assert_int_equal(known(lab, 0, "http")->users, 1);
}

/* A VM that came stays what it is without the home of its profile. */
static void test_the_home_is_cut_off(void **state)
{
	struct lab *lab = *state;
	struct uuid uuid;

	make_web_http(lab);
	uuid = known(lab, 0, "http")->uuid;
	lab_until(lab, 0, begin_by(lab, "move", HOST3), "state", "done");
	down(lab, 0);
	lab->director[1].profiles = 0;
	down(lab, 1);
	lab_vcenter_start(lab, 1);
	LAB_WAIT(lab, lab->vc[1]->director.ready && lab->server[2].registered);
	assert_int_equal(lab->director[1].profiles, 1);
	assert_true(uuid_equal(&fake_place_find(lab, 1, MAC)->profile, &uuid));
	/* others may have it, and inside the DC it moves on */
	lab_expect(lab, 1, "POST", "/vms", VM_HTTP("far", "host3", MAC2, "10.0.0.2/24"), 202, NULL,
		   NULL);
	lab_until(lab, 1, "/vms/far", "state", "running");
	lab_expect(lab, 1, "POST", "/vms/web/move", "{\"server\":\"host4\"}", 202, NULL, NULL);
	lab_until(lab, 1, "/vms/web", "server", "host4");
	assert_true(uuid_equal(&fake_place_find(lab, 1, MAC)->profile, &uuid));
	lab_expect(lab, 1, "PATCH", "/profiles/http", "{\"rate\":0}", 403, "error", "belongs to dc1");
	/* what it changes when it is back is in force here */
	up(lab, 0);
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"rate\":9}", 200, NULL, NULL);
	LAB_WAIT(lab, lab->director[1].profile_version == 2);
}

/* Refused before anything is stopped. */
static void test_not_known_there(void **state)
{
	struct lab *lab = *state;
	int before;

	make_web_http(lab);
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"rate\":9}", 200, "version", "2");
	for (int dc = 0; dc < LAB_DCS; dc++)
		LAB_WAIT(lab, lab->director[dc].profile_version == 2);
	before = lab->count;
	known(lab, 1, "http")->msg->version = 1;
	lab_expect(lab, 0, "POST", "/vms/web/move", HOST3, 409, "error",
		   "profile http of dc1 is known in dc2 with version 1, VM web has version 2");
	inventory_profile_del(lab->vc[1]->inv, known(lab, 1, "http"));
	lab_expect(lab, 0, "POST", "/vms/web/move", HOST3, 404, "error",
		   "profile http of dc1 is not known in dc2");
	lab_expect(lab, 0, "POST", "/vms/web/replicate", "{\"dc\":\"dc2\"}", 404, "error",
		   "profile http of dc1 is not known in dc2");
	assert_true(lab_event(lab, 0, false, "move-refused", "profile http of dc1"));
	assert_int_equal(lab->count, before);
	assert_null(lab->vc[1]->dests);
	check_at_home(lab);
}

/* The nDirector does not store what is granted: one that comes up is told again. */
static void test_granted_again(void **state)
{
	struct lab *lab = *state;
	uint64_t session;
	const char *move;
	uint32_t grants;

	make_web_http(lab);
	lab->mute = MSG(RELOCATE_DEST);
	move = begin_by(lab, "move", HOST3);
	LAB_WAIT(lab, fake_vm_find(lab, 2, "web"));
	LAB_WAIT(lab, lab->director[1].grants == 1);
	chan_drop(lab->director[1].chan, "cut by the test");
	LAB_WAIT(lab, lab->director[1].grants == 2);
	lab->mute = 0;
	/* what it has associated by now it says when it is asked again */
	lab_server_stop(lab, 2);
	lab_server_start(lab, 2);
	lab_until(lab, 0, move, "state", "done");
	assert_true(fake_vm_find(lab, 2, "web")->running);
	/* not for one that has ended */
	grants = lab->director[1].grants;
	session = lab->vc[1]->director.session;
	chan_drop(lab->director[1].chan, "cut by the test");
	/* down, and up */
	LAB_WAIT(lab, lab->vc[1]->director.session == session + 2);
	LAB_WAIT(lab, lab->vc[1]->director.ready);
	assert_int_equal(lab->director[1].grants, grants);
}

/* --- a vCenter of dc2 that the test speaks for */

struct stranger {
	struct tls *tls;
	struct chan_server *listen;
	struct chan *chan;
	bool up;
	uint32_t vns, others;	/* PEER_VN_SETs, other requests that came */
	bool here;		/* an answer: */
	uint32_t code;
	char text[256];
};

static bool old_message(struct chan *chan, const struct msg *msg, void *arg)
{
	struct stranger *s = arg;

	if (msg->type != MSG(PEER_VN_SET)) {
		s->others += msg->type != MSG(PEER_VN_DELETE) && msg->type != MSG(KEEPALIVE);
		return false;
	}
	s->vns++;
	chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
	return true;
}

/* One that has never heard of profiles of others is told of none, and takes no VM with one. */
static void test_an_older_vcenter(void **state)
{
	static const struct chan_ops ops = { .message = old_message };
	struct stranger s = { 0 };
	struct lab *lab = *state;
	char addr[32];
	struct err err;
	int before;

	make_web_http(lab);
	down(lab, 1);
	s.tls = lab_tls(lab, "old2", "nvo3://dc2/vcenter/vc2");
	snprintf(addr, sizeof(addr), "127.0.0.1:%d", lab->port + 1);
	s.listen = chan_listen(lab->loop, s.tls, addr, ROLE_BIT(ROLE_VCENTER), &ops, &s, &err);
	assert_non_null(s.listen);
	LAB_WAIT(lab, lab->vc[0]->peers[0].up && s.vns == 1);
	before = lab->count;
	lab_expect(lab, 0, "POST", "/vms/web/move", HOST3, 409, "error",
		   "the vCenter of dc2 is of an older version, which does not take profile http of VM web");
	lab_expect(lab, 0, "PATCH", "/profiles/http", "{\"rate\":9}", 200, NULL, NULL);
	lab_expect(lab, 0, "POST", "/profiles", "{\"name\":\"p2\"}", 201, NULL, NULL);
	lab_expect(lab, 0, "DELETE", "/profiles/p2", NULL, 200, NULL, NULL);
	lab_expect(lab, 0, "PATCH", "/vns/blue", "{\"unknown\":\"flood\"}", 200, NULL, NULL);
	LAB_WAIT(lab, s.vns == 2);
	assert_int_equal(s.others, 0);
	/* dc1's nDirector: a change, p2, its end, the VN */
	LAB_WAIT(lab, lab->count == before + 4);
	assert_true(fake_vm_find(lab, 0, "web")->running);
	/* without one it is asked */
	lab_expect(lab, 0, "PATCH", "/vms/web", "{\"nics\":[{\"profile\":\"\"}]}", 202, NULL, NULL);
	lab_until(lab, 0, "/vms/web", "doing", "");
	lab_expect(lab, 0, "POST", "/vms/web/move", HOST3, 503, NULL, NULL);
	assert_int_equal(s.others, 1);
	chan_server_free(s.listen);
	tls_free(s.tls);
	LAB_WAIT(lab, !lab->vc[0]->peers[0].up);
	up(lab, 1);
}

static void stranger_up(struct chan *chan, void *arg)
{
	struct stranger *s = arg;

	s->up = true;
}

static bool stranger_message(struct chan *chan, const struct msg *msg, void *arg)
{
	return false;
}

static void heard(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct stranger *s = arg;

	s->here = true;
	s->code = code;
	snprintf(s->text, sizeof(s->text), "%s", text);
}

static void say(struct lab *lab, struct stranger *s, uint32_t type, const ProtobufCMessage *msg,
		uint32_t code, const char *text)
{
	s->here = false;
	chan_request(s->chan, type, msg, 0, heard, s);
	LAB_WAIT(lab, s->here);
	if (s->code != code || !strstr(s->text, text))
		fail_msg("%u %s, not %u with %s", s->code, s->text, code, text);
}

static void stranger_begin(struct lab *lab, struct stranger *s)
{
	static const struct chan_ops ops = { .up = stranger_up, .message = stranger_message };
	const char *addrs[1];
	char addr[32];
	struct err err;

	s->tls = lab_tls(lab, "other2", "nvo3://dc2/vcenter/vc2");
	snprintf(addr, sizeof(addr), "127.0.0.1:%d", lab->port);
	addrs[0] = addr;
	s->chan = chan_connect(lab->loop, s->tls, addrs, 1, ROLE_BIT(ROLE_VCENTER), &ops, s, &err);
	LAB_WAIT(lab, s->up);
}

static void test_what_is_not_taken_over(void **state)
{
	Nvo3__PeerProfileDelete del = NVO3__PEER_PROFILE_DELETE__INIT;
	Nvo3__PeerProfileSet set = NVO3__PEER_PROFILE_SET__INIT;
	Nvo3__Profile p = NVO3__PROFILE__INIT;
	struct uuid uuid = uuid_new(), ours;
	struct lab *lab = *state;
	struct stranger s = { 0 };

	make_http(lab);
	ours = known(lab, 0, "http")->uuid;
	stranger_begin(lab, &s);
	say(lab, &s, MSG(PEER_PROFILE_SET), &set.base, CODE(BAD_MESSAGE), "profile is missing");
	set.profile = &p;
	p.uuid = msg_put_uuid(&uuid);
	p.name = "gold";
	p.home_dc = "dc2";
	p.version = 3;
	p.vlan = 5000;
	say(lab, &s, MSG(PEER_PROFILE_SET), &set.base, CODE(BAD_MESSAGE), "out of range");
	p.vlan = 0;
	p.home_dc = "dc1";
	say(lab, &s, MSG(PEER_PROFILE_SET), &set.base, CODE(DENIED),
	    "profile gold belongs to dc1, not to dc2");
	p.home_dc = "dc2";
	p.uuid = msg_put_uuid(&ours);
	say(lab, &s, MSG(PEER_PROFILE_SET), &set.base, CODE(EXISTS),
	    "the uuid of gold is taken in dc1 by profile http of dc1");
	p.uuid = msg_put_uuid(&uuid);
	p.name = "http";
	say(lab, &s, MSG(PEER_PROFILE_SET), &set.base, CODE(EXISTS), "the name http is taken in dc1");
	assert_null(known(lab, 0, "gold"));
	p.name = "gold";
	say(lab, &s, MSG(PEER_PROFILE_SET), &set.base, CODE(OK), "");
	assert_int_equal(known(lab, 0, "gold")->msg->version, 3);
	p.tenant = "bob";
	say(lab, &s, MSG(PEER_PROFILE_SET), &set.base, CODE(EXISTS), "another name or tenant");
	p.tenant = "";
	p.version = 2;
	say(lab, &s, MSG(PEER_PROFILE_SET), &set.base, CODE(STALE),
	    "profile gold of dc2 is known in dc1 with version 3, not 2");
	assert_true(lab_event(lab, 0, true, "profile-conflict", "known in dc1 with version 3"));
	del.uuid = msg_put_uuid(&ours);
	say(lab, &s, MSG(PEER_PROFILE_DELETE), &del.base, CODE(DENIED),
	    "profile http belongs to dc1, not to dc2");
	del.uuid.len = 3;
	say(lab, &s, MSG(PEER_PROFILE_DELETE), &del.base, CODE(BAD_MESSAGE), "uuid is not 16 bytes");
	del.uuid = msg_put_uuid(&uuid);
	say(lab, &s, MSG(PEER_PROFILE_DELETE), &del.base, CODE(OK), "");
	say(lab, &s, MSG(PEER_PROFILE_DELETE), &del.base, CODE(OK), "");
	assert_null(known(lab, 0, "gold"));
	assert_int_equal(known(lab, 0, "http")->msg->version, 1);
	chan_free(s.chan);
	lab_turn(lab);
	tls_free(s.tls);
}

#define LAB_TEST(f) cmocka_unit_test_setup_teardown(f, lab_setup, lab_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_told_at_once_and_on_every_change),
		LAB_TEST(test_told_at_the_start_of_a_session),
		LAB_TEST(test_changed_at_its_home_only),
		LAB_TEST(test_deleted_everywhere),
		LAB_TEST(test_kept_while_a_vm_has_it),
		LAB_TEST(test_its_vlan_stays_while_a_vm_has_it),
		LAB_TEST(test_two_of_one_name),
		LAB_TEST(test_a_vm_moves_with_it),
		LAB_TEST(test_the_home_is_cut_off),
		LAB_TEST(test_not_known_there),
		LAB_TEST(test_granted_again),
		LAB_TEST(test_an_older_vcenter),
		LAB_TEST(test_what_is_not_taken_over),
	};

	return cmocka_run_group_tests_name("peer_profile", tests, NULL, NULL);
}
