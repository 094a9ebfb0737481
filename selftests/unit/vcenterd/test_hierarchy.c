// SPDX-License-Identifier: GPL-2.0
/* A root and its child: what is handed on, which of them takes a VM, and what goes wrong. */
#include <fcntl.h>
#include "fake_child.h"
#include "forward.h"
#include "lib/msg.h"

#define ID	"11220000-0000-0000-0000-000000000000"
#define VM(more) "{\"id\":\"" ID "\",\"name\":\"web\",\"tenant\":\"alice\"," \
	"\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:01\"}]" more "}"
#define ANYWHERE	VM(",\"dc\":\"any\"")

static void make_vn(struct lab *lab)
{
	lab_expect(lab, 0, "POST", "/vns", "{\"name\":\"blue\",\"vni\":100}", 201, "name", "blue");
	LAB_WAIT(lab, !lab->vc[1] || inventory_vn_by_name(lab->vc[1]->inv, "blue"));
}

/* In both data centres; at vServers */
static int vms(struct lab *lab)
{
	int n = 0;

	for (int dc = 0; dc < LAB_DCS; dc++)
		n += lab->vc[dc] ? HASH_COUNT(lab->vc[dc]->inv->vms) : 0;
	return n;
}

static int alerts(struct lab *lab, int dc, const char *kind)
{
	const struct event *e;
	uint64_t seq = 0;
	int n = 0;

	while ((e = events_next(lab->vc[dc]->events, seq, true))) {
		seq = e->seq;
		n += !strcmp(e->kind, kind);
	}
	return n;
}

static void restart(struct lab *lab, int dc)
{
	lab_vcenter_stop(lab, dc);
	LAB_WAIT(lab, !lab->vc[1 - dc]->peers[0].up);
	lab_vcenter_start(lab, dc);
	LAB_WAIT(lab, lab_ready(lab));
}

/* --- what is handed on */

static json_t *last_audit(struct lab *lab, int dc)
{
	struct reply r = lab_api(lab, dc, "GET", "/audit", NULL);
	json_t *items = json_object_get(r.body, "items");
	json_t *last = json_incref(json_array_get(items, json_array_size(items) - 1));

	reply_free(&r);
	return last;
}

static void expect_audit(struct lab *lab, int dc, const char *object, const char *via, int status)
{
	json_t *last = last_audit(lab, dc);

	assert_string_equal(json_string_value(json_object_get(last, "object")), object);
	assert_string_equal(json_string_value(json_object_get(last, "who")), "root");
	assert_string_equal(json_string_value(json_object_get(last, "via")) ?: "", via);
	assert_int_equal(json_integer_value(json_object_get(last, "status")), status);
	json_decref(last);
}

static void test_what_is_asked_of_the_root_the_child_does(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "GET", "/dcs/dc2/status", NULL, 200, "dc", "dc2");
	lab_expect(lab, 0, "POST", "/dcs/dc2/vns", "{\"name\":\"red\",\"vni\":7}", 201, "home_dc",
		   "dc2");
	expect_audit(lab, 1, "vns/red", "dc1/vc1", 201);
	expect_audit(lab, 0, "dcs/dc2/vns", "", 201);
	/* what it refuses is told as it tells it */
	lab_expect(lab, 0, "POST", "/dcs/dc2/vns", "{\"name\":\"red\",\"vni\":8}", 409, "error",
		   "red");
	lab_expect(lab, 0, "POST", "/dcs/dc2/vns", "{\"nam\":\"x\"}", 400, "error", "nam");
	lab_expect(lab, 0, "POST", "/dcs/dc2/vns", "{", 400, "error", "JSON");
	lab_expect(lab, 0, "POST", "/dcs/dc2/vns", NULL, 400, "error", "empty");
	lab_expect(lab, 0, "GET", "/dcs/dc2/vns?colour=1", NULL, 400, "error", "colour");
	lab_expect(lab, 0, "GET", "/dcs/dc2/vns/r%65d", NULL, 200, "name", "red");
	lab_expect(lab, 0, "GET", "/dcs/dc2/nothing/there", NULL, 404, "error", "nothing");
	lab_expect(lab, 0, "DELETE", "/dcs/dc2/vns/red", NULL, 200, NULL, NULL);
	/* its own */
	lab_expect(lab, 0, "GET", "/dcs/dc1/status", NULL, 200, "dc", "dc1");
	lab_expect(lab, 0, "POST", "/dcs/dc1/vns", "{\"name\":\"own\"}", 201, "home_dc", "dc1");
	expect_audit(lab, 0, "vns/own", "", 201);
}

static void test_what_is_not_handed_on(void **state)
{
	struct lab *lab = *state;

	lab_expect(lab, 0, "GET", "/dcs/dc3/status", NULL, 404, "error", "dc3 is no child of dc1");
	lab_expect(lab, 0, "GET", "/dcs/dc2/watch/vns", NULL, 400, "error", "connection of its own");
	lab_expect(lab, 0, "GET", "/dcs/dc1/watch/vns", NULL, 400, "error", "connection of its own");
	lab_expect(lab, 0, "GET", "/dcs/dc2/backup", NULL, 400, "error", "connection of its own");
	lab_expect(lab, 0, "GET", "/dcs/dc2/vms/web/console", NULL, 400, "error", "connection");
	lab_expect(lab, 0, "GET", "/dcs/dc2/dcs/dc1/status", NULL, 403, "error", "not handed on");
	lab_expect(lab, 0, "GET", "/dcs/dc1/dcs/dc2/status", NULL, 403, "error", "not handed on");
	lab_expect(lab, 0, "GET", "/dcs/dc2/dcs", NULL, 403, "error", "not handed on");
	lab_expect(lab, 0, "POST", "/dcs/dc2/vms", ANYWHERE, 403, "error", "not handed on");
	lab_expect(lab, 0, "POST", "/dcs/dc2/vms", VM(",\"dc\":\"dc1\""), 403, "error", "not handed");
	/* who is no root has no children */
	lab_expect(lab, 1, "GET", "/dcs/dc1/status", NULL, 404, "error", "dc1 is no child of dc2");
	lab_expect(lab, 1, "POST", "/vms", VM(",\"dc\":\"dc1\""), 404, "error", "no child");
	assert_int_equal(vms(lab), 0);
}

/* An answer of many parts is the same as at the child; a body that is too long is not sent. */
static void test_long_ones(void **state)
{
	struct lab *lab = *state;
	char cmd[640], text[241];
	int same;

	memset(text, 'x', 240);
	text[240] = '\0';
	for (int i = 0; i < 2048; i++)
		note(lab->vc[1], "long", "a", "%s", text);
	snprintf(cmd, sizeof(cmd),
		 "cd %s; curl -s --unix-socket vc2.sock http://x/api/v1/events >a; "
		 "curl -s --unix-socket vc1.sock http://x/api/v1/dcs/dc2/events >b; "
		 "test $(wc -c <a) -gt 600000 && cmp a b >&2; printf '\\n%%d' $?", lab->dir);
	lab_run(lab, cmd, &same);
	assert_int_equal(same, 0);
	snprintf(cmd, sizeof(cmd),
		 "cd %s; (printf '{\"a\":\"'; head -c 1020000 /dev/zero | tr '\\0' x; printf '\"}') >c; "
		 "curl -s -w '\\n%%{http_code}' -d @c --unix-socket vc1.sock http://x/api/v1/dcs/dc2/vns",
		 lab->dir);
	assert_non_null(strstr(lab_run(lab, cmd, &same), "longer than"));
	assert_int_equal(same, 413);
	/* nor one that gets too long on the way */
	snprintf(cmd, sizeof(cmd),
		 "cd %s; (printf '{\"dc\":\"dc2\",\"a\":['; "
		 "awk 'BEGIN { for (i = 0; i < 120000; i++) printf \"1e9,\" }'; printf '1]}') >c; "
		 "curl -s -w '\\n%%{http_code}' -d @c --unix-socket vc1.sock http://x/api/v1/vms",
		 lab->dir);
	assert_non_null(strstr(lab_run(lab, cmd, &same), "longer than"));
	assert_int_equal(same, 413);
}

static void test_only_the_parent_may(void **state)
{
	struct lab *lab = *state;

	for (int i = 0; i < 2; i++)
		lab_expect(lab, 0, "GET", "/dcs/dc2/status", NULL, 403, "error",
			   "dc1 is not the parent of dc2");
	assert_int_equal(alerts(lab, 1, "root-refused"), 1);
	make_vn(lab);
	/* it is no candidate */
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 202, "dc", "dc1");
	lab_expect(lab, 0, "POST", "/placement",
		   "{\"name\":\"b\",\"tenant\":\"alice\",\"cpus\":999,\"dc\":\"any\","
		   "\"nics\":[{\"vn\":\"blue\"}]}", 200, "error", "dc2: dc1 is not the parent");
}

static void test_a_child_that_is_down(void **state)
{
	struct lab *lab = *state;
	struct reply r;
	json_t *dc;

	r = lab_api(lab, 0, "GET", "/dcs", NULL);
	dc = json_array_get(json_object_get(r.body, "items"), 1);
	assert_true(json_is_true(json_object_get(dc, "up")));
	assert_int_equal(json_integer_value(json_object_get(dc, "servers_up")), 2);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(dc, "total"), "cpus")),
			 16);
	reply_free(&r);
	lab_vcenter_stop(lab, 1);
	LAB_WAIT(lab, !lab->vc[0]->peers[0].up);
	lab_expect(lab, 0, "GET", "/dcs/dc2/status", NULL, 503, "error", "vCenter of dc2 is down");
	/* what was told last, and when */
	r = lab_api(lab, 0, "GET", "/dcs", NULL);
	dc = json_array_get(json_object_get(r.body, "items"), 1);
	assert_true(json_is_false(json_object_get(dc, "up")));
	assert_true(json_integer_value(json_object_get(dc, "time")));
	assert_int_equal(json_integer_value(json_object_get(dc, "servers_up")), 2);
	reply_free(&r);
	/* the other one takes VMs meanwhile */
	make_vn(lab);
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 202, "dc", "dc1");
}

/* --- which one takes it */

static void test_the_root_chooses(void **state)
{
	struct lab *lab = *state;

	make_vn(lab);
	/* dc1 has the weight of 0 */
	lab_expect(lab, 0, "POST", "/placement", ANYWHERE, 200, "dc", "dc2");
	assert_int_equal(vms(lab), 0);
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 202, "dc", "dc2");
	expect_audit(lab, 1, "vms/web", "dc1/vc1", 202);
	expect_audit(lab, 0, "vms/web", "", 202);
	lab_until(lab, 0, "/dcs/dc2/vms/web", "state", "running");
	assert_true(fake_vm_find(lab, 2, "web") || fake_vm_find(lab, 3, "web"));
	/* by its name, or by a location in it, one is taken whatever its weight */
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"b\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"}],"
		   "\"dc\":\"dc1\",\"server\":\"host1\"}", 202, "dc", "dc1");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"c\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"}],"
		   "\"dc\":\"dc2\",\"server\":\"host3\"}", 202, "server", "host3");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"d\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"}],"
		   "\"dc\":\"any\",\"location\":\"dc2\"}", 202, "dc", "dc2");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"e\",\"tenant\":\"alice\",\"nics\":[{\"vn\":\"blue\"}],"
		   "\"dc\":\"any\",\"location\":\"dc1\"}", 202, "dc", "dc1");
}

#define NEXT(more) "{\"name\":\"next\",\"tenant\":\"alice\",\"dc\":\"any\"," \
	"\"nics\":[{\"vn\":\"blue\"}]" more "}"

/* dc2 is preferred, but for what the VM wishes */
static void test_near_and_together(void **state)
{
	struct lab *lab = *state;

	make_vn(lab);
	lab_expect(lab, 0, "POST", "/placement", NEXT(""), 200, "dc", "dc2");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"db1\",\"tenant\":\"alice\",\"group\":\"db\",\"dc\":\"dc1\","
		   "\"nics\":[{\"vn\":\"blue\"}]}", 202, "dc", "dc1");
	lab_expect(lab, 0, "POST", "/placement", NEXT(""), 200, "dc", "dc2");
	lab_expect(lab, 0, "POST", "/placement", NEXT(",\"together\":true"), 200, "dc", "dc1");
	lab_expect(lab, 0, "POST", "/placement", NEXT(",\"near\":[\"group:db\"]"), 200, "dc", "dc1");
	/* a VM that dc2 does not have */
	lab_expect(lab, 0, "POST", "/placement", NEXT(",\"near\":[\"db1\"]"), 200, "dc", "dc1");
	lab_expect(lab, 0, "POST", "/placement", NEXT(",\"apart\":[\"group:db\"]"), 200, "dc",
		   "dc2");
	/* together is a wish, near is none */
	lab_expect(lab, 0, "POST", "/placement", NEXT(",\"together\":true,\"location\":\"dc2\""),
		   200, "dc", "dc2");
	lab_expect(lab, 0, "POST", "/placement", NEXT(",\"near\":[\"db1\"],\"location\":\"dc2\""),
		   200, "error", "has no VM db1 in dc2");
}

/* Who asks is told when the root ends, and nothing is left behind. */
static void test_a_root_that_ends_while_it_asks(void **state)
{
	struct lab *lab = *state;

	child_start(lab);
	make_vn(lab);
	child.mute_ask = true;
	lab_api_cut(lab, 0, "POST", "/vms", ANYWHERE);
	lab_api_cut(lab, 0, "POST", "/vms", ANYWHERE);
	lab_api_cut(lab, 0, "GET", "/dcs", NULL);
	LAB_WAIT(lab, child.asks == 2);
	child.mute_api = true;
	lab_api_cut(lab, 0, "GET", "/dcs/dc2/vms", NULL);
	LAB_WAIT(lab, child.apis == 1);
	lab_vcenter_stop(lab, 0);
	lab_turn(lab);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab->vc[0]->peers[0].up);
	/* while it has a VM made there */
	child.mute_ask = false;
	lab_api_cut(lab, 0, "POST", "/vms", ANYWHERE);
	LAB_WAIT(lab, child.apis == 2);
	lab_api_cut(lab, 0, "POST", "/vms", ANYWHERE);
	lab_vcenter_stop(lab, 0);
	lab_turn(lab);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab->vc[0]->peers[0].up);
	child_stop(lab);
	assert_int_equal(vms(lab), 0);
}

static void test_nobody_takes_it(void **state)
{
	struct lab *lab = *state;

	make_vn(lab);
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"b\",\"tenant\":\"alice\",\"cpus\":999,\"dc\":\"any\","
		   "\"nics\":[{\"vn\":\"blue\"}]}", 507, "error", "dc1: ");
	lab_expect(lab, 0, "POST", "/vms",
		   "{\"name\":\"b\",\"tenant\":\"alice\",\"cpus\":999,\"dc\":\"any\","
		   "\"nics\":[{\"vn\":\"blue\"}]}", 507, "error", "; dc2: ");
	lab_expect(lab, 0, "POST", "/vms", VM(",\"dc\":\"any\",\"location\":\"row9\""), 507, "error",
		   "no data centre takes VM web");
	/* what is wrong is wrong everywhere */
	lab_expect(lab, 0, "POST", "/vms", VM(",\"dc\":\"any\",\"cpus\":\"a\""), 400, "error", "cpus");
	lab_expect(lab, 0, "POST", "/vms", VM(",\"dc\":\"any\",\"server\":\"host1\""), 400, "error",
		   "of one data centre");
	lab_expect(lab, 0, "POST", "/vms", VM(",\"dc\":7"), 400, "error", "dc");
	/* the address is dc2's */
	lab_expect(lab, 0, "POST", "/dcs/dc2/vms",
		   "{\"name\":\"x\",\"tenant\":\"alice\","
		   "\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:01\"}]}", 202, NULL, NULL);
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 409, "error", "dc2: ");
	assert_int_equal(vms(lab), 1);
}

/* --- asked again */

static void remove_it(struct lab *lab)
{
	lab_expect(lab, 0, "DELETE", "/dcs/dc2/vms/web", NULL, 202, NULL, NULL);
	LAB_WAIT(lab, !vms(lab));
}

static void test_asked_again_it_is_one_vm(void **state)
{
	struct lab *lab = *state;

	make_vn(lab);
	for (int i = 0; i < 2; i++)
		lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 202, "dc", "dc2");
	/* another one by the same name */
	lab_expect(lab, 0, "POST", "/vms", VM(",\"dc\":\"any\",\"cpus\":2"), 409, "error", "other");
	restart(lab, 0);
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 202, "dc", "dc2");
	/* the root alone does not know, and does not make another one */
	lab_vcenter_stop(lab, 1);
	LAB_WAIT(lab, !lab->vc[0]->peers[0].up);
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 503, "error", "may have been made in dc2");
	lab_vcenter_stop(lab, 0);
	lab_vcenter_start(lab, 0);
	LAB_WAIT(lab, lab->vc[0]->director.ready);
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 503, "error", "may have been made in dc2");
	assert_int_equal(vms(lab), 0);
	lab_vcenter_start(lab, 1);
	LAB_WAIT(lab, lab_ready(lab));
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 202, "dc", "dc2");
	assert_int_equal(vms(lab), 1);
	lab_until(lab, 0, "/dcs/dc2/vms/web", "state", "running");
	/* it was there, and is not any more */
	remove_it(lab);
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 409, "error", "not any more");
	assert_int_equal(vms(lab), 0);
}

/* Twice at a time, and whoever asks has gone */
static void test_twice_at_a_time(void **state)
{
	struct lab *lab = *state;

	make_vn(lab);
	for (int i = 0; i < 3; i++)
		lab_api_cut(lab, 0, "POST", "/vms", ANYWHERE);
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 202, "dc", "dc2");
	assert_int_equal(vms(lab), 1);
}

/* One of both dies at each turn of the loop behind the request, and it is asked again. */
static void die_everywhere(struct lab *lab, int who)
{
	char body[256];

	for (int n = 0; n < 24; n++) {
		snprintf(body, sizeof(body), "{\"id\":\"11220000-0000-0000-0000-0000000000%02d\","
			 "\"name\":\"web\",\"tenant\":\"alice\",\"dc\":\"any\","
			 "\"nics\":[{\"vn\":\"blue\",\"mac\":\"02:00:00:00:00:01\"}]}", n);
		lab_api_cut(lab, 0, "POST", "/vms", body);
		for (int i = 0; i < n; i++)
			lab_turn(lab);
		restart(lab, who);
		lab_expect(lab, 0, "POST", "/vms", body, 202, "dc", "dc2");
		assert_int_equal(vms(lab), 1);
		lab_until(lab, 0, "/dcs/dc2/vms/web", "state", "running");
		assert_int_equal(vms(lab), 1);
		remove_it(lab);
	}
}

static void test_a_root_that_dies(void **state)
{
	make_vn(*state);
	die_everywhere(*state, 0);
}

static void test_a_child_that_dies(void **state)
{
	make_vn(*state);
	die_everywhere(*state, 1);
}

/* --- one that is silent, or lies */

static void test_a_silent_child(void **state)
{
	struct lab *lab = *state;

	child_start(lab);
	make_vn(lab);
	forward_limit_ms = 200;
	child.mute_api = true;
	lab_expect(lab, 0, "GET", "/dcs/dc2/vms?limit=1", NULL, 504, "error",
		   "the vCenter of dc2 has not answered within");
	assert_string_equal(child.target, "/vms?limit=1");
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 504, "error", "may have been made there");
	/* asked again it says nothing at all; and no other one makes it */
	child.mute_ask = true;
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 503, "error", "may have been made in dc2");
	/* it has it not */
	child.mute_ask = false;
	child.total.memory_mib = 0;
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 202, "dc", "dc1");
	forward_limit_ms = 30000;
	/* one that ends in the middle */
	child.mute_ask = true;
	lab_api_cut(lab, 0, "GET", "/dcs/dc2/status", NULL);
	child_stop(lab);
	lab_expect(lab, 0, "GET", "/dcs/dc2/status", NULL, 503, "error", "dc2 is down");
}

static void test_a_child_that_refuses_after_all(void **state)
{
	struct lab *lab = *state;

	child_start(lab);
	make_vn(lab);
	child.status = 507;
	child.answer = "{\"error\":\"full after all\",\"code\":\"full\"}";
	lab_expect(lab, 0, "POST", "/vms", VM(",\"dc\":\"any\",\"location\":\"dc2\""), 507, "error",
		   "dc2: full after all");
	lab_expect(lab, 0, "POST", "/vms", ANYWHERE, 202, "dc", "dc1");
	assert_int_equal(child.apis, 2);
	child_stop(lab);
}

static void expect_lie(struct lab *lab, const char *text)
{
	lab_expect(lab, 0, "GET", "/dcs/dc2/status", NULL, 504, "error", text);
	lab_expect(lab, 0, "GET", "/status", NULL, 200, "dc", "dc1");
}

static void test_a_child_that_lies(void **state)
{
	struct lab *lab = *state;

	child_start(lab);
	make_vn(lab);
	child.total.memory_mib = UINT64_MAX;
	lab_expect(lab, 0, "POST", "/placement", ANYWHERE, 200, "dc", "dc1");
	assert_int_equal(alerts(lab, 0, "child-wrong"), 1);
	child.total.memory_mib = 1 << 20;
	child.up = 3;
	lab_expect(lab, 0, "POST", "/placement", ANYWHERE, 200, "dc", "dc1");
	child.up = 2;
	child.known = 7;
	lab_expect(lab, 0, "POST", "/placement", ANYWHERE, 200, "dc", "dc1");
	child.known = 0;
	lab_expect(lab, 0, "POST", "/placement", ANYWHERE, 200, "dc", "dc2");
	/* answers that are none */
	child.answer = "[1]";
	expect_lie(lab, "no JSON object");
	child.answer = "{\"a\":\"\xff\"}";
	expect_lie(lab, "no JSON object");
	child.answer = "";
	expect_lie(lab, "no JSON object");
	child.answer = "{}";
	child.status = 101;
	expect_lie(lab, "cannot be");
	child.status = 99999;
	expect_lie(lab, "cannot be");
	child.status = 200;
	child.parts = 20;
	expect_lie(lab, "too long");
	child.parts = 3;
	lab_expect(lab, 0, "GET", "/dcs/dc2/status", NULL, 200, NULL, NULL);
	child_stop(lab);
}

int main(void)
{
	const struct CMUnitTest trusted[] = {
		cmocka_unit_test_setup_teardown(test_what_is_asked_of_the_root_the_child_does,
						lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_what_is_not_handed_on, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_long_ones, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_a_child_that_is_down, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_near_and_together, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_nobody_takes_it, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_a_root_that_ends_while_it_asks, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_a_silent_child, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_a_child_that_refuses_after_all, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_a_child_that_lies, lab_setup, lab_teardown),
	};
	/* dc1 takes none by itself */
	const struct CMUnitTest drained[] = {
		cmocka_unit_test_setup_teardown(test_the_root_chooses, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_asked_again_it_is_one_vm, lab_setup,
						lab_teardown),
		cmocka_unit_test_setup_teardown(test_twice_at_a_time, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_a_root_that_dies, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(test_a_child_that_dies, lab_setup, lab_teardown),
	};
	const struct CMUnitTest strange[] = {
		cmocka_unit_test_setup_teardown(test_only_the_parent_may, lab_setup, lab_teardown),
	};
	int ret;

	lab_root = true;
	lab_root_weight = 50;
	ret = cmocka_run_group_tests(trusted, NULL, NULL);
	lab_root_weight = 0;
	ret |= cmocka_run_group_tests(drained, NULL, NULL);
	lab_root_weight = 100;
	lab_no_parent = true;
	return ret | cmocka_run_group_tests(strange, NULL, NULL);
}
