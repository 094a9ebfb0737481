// SPDX-License-Identifier: GPL-2.0
/* What a child takes of its root, word by word: the test is the root. */
#include "lab_api.h"
#include "lib/msg.h"
#include "proto/peering.pb-c.h"

struct root {
	struct chan *chan;
	unsigned int ups, downs;
};

struct answer {
	bool here;
	uint32_t code, status;
	char text[1024];
};

static struct root root;
static struct tls *tls;

static void up(struct chan *chan, void *arg)
{
	((struct root *)arg)->ups++;
}

static void down(struct chan *chan, const char *why, void *arg)
{
	((struct root *)arg)->downs++;
}

static void root_start(struct lab *lab, struct root *r)
{
	static const struct chan_ops ops = { up, down };
	const char *addrs[1];
	char addr[32];
	struct err err;

	snprintf(addr, sizeof(addr), "127.0.0.1:%d", lab->port + 1);
	addrs[0] = addr;
	*r = (struct root){ 0 };
	r->chan = chan_connect(lab->loop, tls, addrs, 1, ROLE_BIT(ROLE_VCENTER), &ops, r, &err);
	if (!r->chan)
		fail_msg("%s", err.text);
	LAB_WAIT(lab, r->ups);
}

/* In the place of dc1's vCenter, which ends */
static int setup(void **state)
{
	char ca[96], cert[96], key[96];
	struct lab *lab;
	struct err err;

	lab_root = true;
	assert_int_equal(lab_setup(state), 0);
	lab = *state;
	lab_expect(lab, 1, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, NULL, NULL);
	lab_vcenter_stop(lab, 0);
	snprintf(ca, sizeof(ca), "%s/ca.pem", lab->dir);
	snprintf(cert, sizeof(cert), "%s/vc1.pem", lab->dir);
	snprintf(key, sizeof(key), "%s/vc1.key", lab->dir);
	tls = tls_new(ca, cert, key, &err);
	if (!tls)
		fail_msg("%s", err.text);
	root_start(lab, &root);
	return 0;
}

static int teardown(void **state)
{
	chan_free(root.chan);
	lab_turn(*state);
	tls_free(tls);
	return lab_teardown(state);
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__PeerApiReply *reply = NULL;
	struct answer *a = arg;

	a->here = true;
	a->code = code;
	snprintf(a->text, sizeof(a->text), "%s", text);
	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__peer_api_reply__descriptor, NULL);
	if (!reply)
		return;
	a->status = reply->status;
	snprintf(a->text, sizeof(a->text), "%.*s", (int)reply->data.len,
		 (char *)reply->data.data);
	msg_free(reply);
}

static void begin(const char *method, const char *target, const char *body, const char *who,
		  struct answer *a)
{
	Nvo3__PeerApi msg = NVO3__PEER_API__INIT;

	*a = (struct answer){ false };
	msg.method = (char *)method;
	msg.target = (char *)target;
	msg.body = (ProtobufCBinaryData){ strlen(body), (uint8_t *)body };
	msg.who = (char *)who;
	chan_request(root.chan, MSG(PEER_API), &msg.base, 0, answered, a);
}

/* @status 0: the message itself is refused */
static void expect(struct lab *lab, const char *method, const char *target, const char *who,
		   uint32_t status, const char *text)
{
	struct answer a;

	begin(method, target, "", who, &a);
	LAB_WAIT(lab, a.here);
	if (a.code != (status ? CODE(OK) : CODE(BAD_MESSAGE)) || a.status != status ||
	    !strstr(a.text, text))
		fail_msg("%s %s: %u, %u %s", method, target, a.code, a.status, a.text);
}

static void test_messages_that_are_none(void **state)
{
	struct lab *lab = *state;

	expect(lab, "GET", "/status", "dc1/alice", 200, "\"dc\":\"dc2\"");
	expect(lab, "GET", "/status", "root", 200, "\"dc\":\"dc2\"");
	expect(lab, "GET", "status", "root", 0, "target");
	expect(lab, "GET", "", "root", 0, "target");
	expect(lab, "", "/status", "root", 0, "method");
	expect(lab, "GETGETGETGETGETGET", "/status", "root", 0, "method");
	expect(lab, "GET", "/status", "", 0, "who");
	expect(lab, "GET", "/status", "a/b/c", 0, "who");
	expect(lab, "GET", "/status", "dc1/al ice", 0, "who");
	expect(lab, "get", "/status", "root", 405, "not possible");
	expect(lab, "GET", "/../status", "root", 404, "there is no");
	expect(lab, "GET", "/status?\xff=1", "root", 400, "unknown parameter");
	/* nor is what is outside of the API */
	expect(lab, "GET", "/../../metrics", "root", 404, "there is no");
}

static void test_who_has_asked_is_in_the_log(void **state)
{
	struct lab *lab = *state;
	struct answer a;
	struct reply r;
	json_t *entry;

	begin("POST", "/vns", "{\"name\":\"red\"}", "dc1/alice", &a);
	LAB_WAIT(lab, a.here);
	assert_int_equal(a.status, 201);
	r = lab_api(lab, 1, "GET", "/audit?object=vns/red", NULL);
	entry = json_array_get(json_object_get(r.body, "items"), 0);
	assert_string_equal(json_string_value(json_object_get(entry, "who")), "dc1/alice");
	assert_string_equal(json_string_value(json_object_get(entry, "via")), "dc1/vc1");
	assert_string_equal(json_string_value(json_object_get(entry, "path")), "/api/v1/vns");
	reply_free(&r);
}

static void test_not_too_many_at_a_time(void **state)
{
	static struct answer a[80];
	struct lab *lab = *state;
	char body[32];
	int busy = 0;

	/* each waits for the disk */
	for (int i = 0; i < 80; i++) {
		snprintf(body, sizeof(body), "{\"name\":\"n%d\"}", i);
		begin("POST", "/vns", body, "root", &a[i]);
	}
	for (int i = 0; i < 80; i++) {
		LAB_WAIT(lab, a[i].here);
		busy += a[i].code == CODE(BUSY);
		if (a[i].code != CODE(BUSY))
			assert_int_equal(a[i].status, 201);
	}
	assert_true(busy <= 16);
	if (!busy)
		print_message("# none at the same time\n");
	begin("POST", "/vns", "{\"name\":\"last\"}", "root", &a[0]);
	LAB_WAIT(lab, a[0].here);
	assert_int_equal(a[0].status, 201);
}

/* What an older session has said must not come behind what a newer one has. */
static void test_one_session_at_a_time(void **state)
{
	struct lab *lab = *state;
	struct root second;

	root_start(lab, &second);
	LAB_WAIT(lab, root.downs);
	chan_free(second.chan);
	LAB_WAIT(lab, root.ups > 1);
	expect(lab, "GET", "/status", "root", 200, "\"dc\":\"dc2\"");
}

static void offered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	Nvo3__PeerPlaceAskReply *reply = NULL;
	struct answer *a = arg;

	a->here = true;
	a->code = code;
	snprintf(a->text, sizeof(a->text), "%s", text);
	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__peer_place_ask_reply__descriptor, NULL);
	if (!reply)
		return;
	a->status = reply->code;
	snprintf(a->text, sizeof(a->text),
		 "%s %s known %u near %d together %d up %u of %u, %llu cpus", reply->server,
		 reply->text, reply->known, reply->near, reply->together,
		 reply->figures->servers_up, reply->figures->servers,
		 (unsigned long long)reply->figures->total->cpus);
	msg_free(reply);
}

static void expect_offer(struct lab *lab, const char *vm, uint32_t code, uint32_t offer,
			 const char *text)
{
	Nvo3__PeerPlaceAsk msg = NVO3__PEER_PLACE_ASK__INIT;
	struct answer a = { false };

	msg.vm = (ProtobufCBinaryData){ strlen(vm), (uint8_t *)vm };
	chan_request(root.chan, MSG(PEER_PLACE_ASK), &msg.base, 0, offered, &a);
	LAB_WAIT(lab, a.here);
	if (a.code != code || a.status != offer || !strstr(a.text, text))
		fail_msg("%s: %u, %u %s", vm, a.code, a.status, a.text);
}

#define ID	"\"id\":\"11220000-0000-0000-0000-000000000000\","
#define WEB	"{" ID "\"name\":\"web\",\"tenant\":\"alice\",\"group\":\"db\"," \
	"\"nics\":[{\"vn\":\"blue\"}]}"
#define NEXT(more) "{\"name\":\"next\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"}]" more "}"

static void test_what_it_says_to_a_vm(void **state)
{
	struct lab *lab = *state;

	expect_offer(lab, "", CODE(OK), CODE(OK), "up 2 of 2, 16 cpus");
	expect_offer(lab, "[]", CODE(BAD_MESSAGE), 0, "no JSON object");
	expect_offer(lab, "{", CODE(BAD_MESSAGE), 0, "no JSON object");
	expect_offer(lab, "{}", CODE(OK), CODE(BAD_MESSAGE), "name");
	expect_offer(lab, WEB, CODE(OK), CODE(OK), "host3  known 0 near 0 together 0");
	expect_offer(lab, NEXT(",\"cpus\":9"), CODE(OK), CODE(FULL), "without enough cpus");
	expect_offer(lab, NEXT(",\"near\":[\"group:db\"]"), CODE(OK), CODE(OK), "near 0");
	lab_expect(lab, 1, "POST", "/vms", WEB, 202, NULL, NULL);
	expect_offer(lab, NEXT(",\"near\":[\"group:db\"]"), CODE(OK), CODE(OK), "near 1 together 1");
	expect_offer(lab, WEB, CODE(OK), CODE(EXISTS), "known 2");
	lab_until(lab, 1, "/vms/web", "state", "running");
	lab_expect(lab, 1, "DELETE", "/vms/web", NULL, 202, NULL, NULL);
	LAB_WAIT(lab, !lab->vc[1]->inv->vms);
	expect_offer(lab, WEB, CODE(OK), CODE(OK), "known 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_messages_that_are_none, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_has_asked_is_in_the_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_too_many_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_session_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_it_says_to_a_vm, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
