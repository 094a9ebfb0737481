// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "fixture.h"
#include "placement.h"
#include "profile.h"
#include "rules.h"

/* What is asked for; @size NULL: one cpu, 100 MiB */
static struct server *choose(struct inventory *inv, const char *name, const struct capacity *size,
			     const struct server *except, int *ret, struct err *err)
{
	struct vm vm = { .name = "new", .tenant = "alice", .group = "",
			 .size = size ? *size : (struct capacity){ 1, 100, 16, 1 } };

	return placement_choose(inv, &(struct place_req){ .vm = &vm, .server = name,
				.except = except }, ret, err);
}

static void refuse(struct inventory *inv, const char *name, const struct capacity *size,
		   const struct server *except, int code, const char *text)
{
	struct err err;
	int ret = 0;

	assert_null(choose(inv, name, size, except, &ret, &err));
	assert_int_equal(ret, code);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

static void test_resources(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	const struct capacity one = { 1, 100, 16, 1 };
	struct capacity size = one;

	fix_server(inv, "host1", 4);
	size.cpus = 5;
	refuse(inv, "host1", &size, NULL, -ENOSPC,
	       "server host1 has not enough cpus: 5 wanted, 4 of 4 free");
	size = one;
	size.memory_mib = 401;
	refuse(inv, "host1", &size, NULL, -ENOSPC, "memory: 401 MiB wanted, 400 of 400 MiB free");
	size = one;
	size.disk_mib = UINT32_MAX;
	refuse(inv, "host1", &size, NULL, -ENOSPC, "disk");
	size = one;
	size.vms = 5;
	refuse(inv, "host1", &size, NULL, -ENOSPC, "room for VMs");
	inventory_free(inv);
}

static void test_named(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct server *a = fix_server(inv, "host1", 1);
	struct err err;
	int ret;

	assert_ptr_equal(choose(inv, "host1", NULL, NULL, &ret, &err), a);
	assert_int_equal(ret, 0);
	refuse(inv, "host9", NULL, NULL, -ENOENT, "no server host9 in dc1");
	refuse(inv, "host1", NULL, a, -EEXIST, "on server host1 already");
	fix_add(inv, fix_vm(fix_vn(inv, "blue", 1), "web", 1), a);
	refuse(inv, "host1", NULL, NULL, -ENOSPC, "1 wanted, 0 of 1 free");
	a->session = NULL;
	refuse(inv, "host1", NULL, NULL, -EHOSTUNREACH, "server host1 of dc1 is down");
	inventory_free(inv);
}

static void test_any(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct server *b = fix_server(inv, "b", 4), *a = fix_server(inv, "a", 4);
	struct vn *vn = fix_vn(inv, "blue", 1);
	struct vm *vm;
	int ret;

	/* equal: the first name; then the emptier one, where moves on their way count */
	assert_ptr_equal(choose(inv, "", NULL, NULL, &ret, NULL), a);
	assert_ptr_equal(choose(inv, NULL, NULL, a, &ret, NULL), b);
	vm = fix_add(inv, fix_vm(vn, "web", 1), a);
	assert_ptr_equal(choose(inv, "", NULL, NULL, &ret, NULL), b);
	inventory_vm_set_dest(vm, b);
	assert_ptr_equal(choose(inv, "", NULL, NULL, &ret, NULL), a);
	a->session = NULL;
	assert_ptr_equal(choose(inv, "", NULL, NULL, &ret, NULL), b);
	refuse(inv, "", NULL, b, -EHOSTUNREACH, "no other server of dc1 is up");
	b->total.vms = 1;
	refuse(inv, "", NULL, NULL, -ENOSPC, "server b has not enough room");
	inventory_free(inv);
}

/* --- rules */

struct world {
	struct inventory *inv;
	struct server *a, *b, *c;
	struct vn *vn;
};

static int setup(void **state)
{
	struct world *w = mem_zalloc(sizeof(*w));

	w->inv = inventory_new("dc1");
	w->a = fix_server(w->inv, "a", 8);
	w->b = fix_server(w->inv, "b", 6);
	w->c = fix_server(w->inv, "c", 4);
	strcpy(w->a->location, "row1/rack1");
	strcpy(w->b->location, "row1/rack2");
	strcpy(w->c->location, "row2/rack1");
	w->vn = fix_vn(w->inv, "blue", 1);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	inventory_free(w->inv);
	free(w);
	return 0;
}

/* A VM with the rules in @json; not in the inventory. */
static struct vm *vm_with(struct world *w, const char *name, unsigned int n, const char *json)
{
	struct vm *vm = fix_vm(w->vn, name, n);
	json_t *body = json_loads(json, 0, NULL);
	struct err err;

	assert_non_null(body);
	if (rules_parse(w->inv, body, vm->tenant, &vm->rules, &err))
		fail_msg("%s", err.text);
	json_decref(body);
	return vm;
}

static void expect(struct world *w, const struct vm *vm, const struct server *server,
		   const char *text)
{
	struct err err = { "" };
	struct server *found;
	int ret;

	found = placement_choose(w->inv, &(struct place_req){ .vm = vm }, &ret, &err);
	if (found != server || !strstr(err.text, text))
		fail_msg("%s goes to %s, not %s: %s", vm->name, found ? found->name : "none",
			 server ? server->name : "none", err.text);
}

static void test_location(void **state)
{
	struct world *w = *state;
	struct vm *vm = vm_with(w, "x", 1, "{\"location\": \"row2\"}");

	expect(w, vm, w->c, "");
	strcpy(vm->rules->location, "row1");
	expect(w, vm, w->a, "");
	strcpy(vm->rules->location, "row1/rack2");
	expect(w, vm, w->b, "");
	/* no part of a name */
	strcpy(vm->rules->location, "row");
	expect(w, vm, NULL, "no server of dc1 takes VM x: 3 at another location (c)");
	vm_free(vm);
}

static void test_near(void **state)
{
	struct world *w = *state;
	struct vm *vm = vm_with(w, "x", 1, "{\"near\": [\"group:db\"]}"), *db;

	/* nobody is in the group: the first one may go anywhere */
	expect(w, vm, w->a, "");
	db = fix_vm(w->vn, "db1", 2);
	vm_set_group(db, "db");
	fix_add(w->inv, db, w->c);
	expect(w, vm, w->c, "");
	vm_free(vm);
	/* both of them, and they are not together */
	fix_add(w->inv, fix_vm(w->vn, "web", 3), w->b);
	vm = vm_with(w, "x", 1, "{\"near\": [\"group:db\", \"web\"]}");
	expect(w, vm, NULL, "3 without those that it is to be near to");
	inventory_vm_set_server(db, w->b);
	expect(w, vm, w->b, "");
	vm_free(vm);
}

static void test_apart(void **state)
{
	struct world *w = *state;
	struct vm *web1 = vm_with(w, "web1", 1, "{\"apart\": [\"group:web\"]}"), *vm;

	vm_set_group(web1, "web");
	expect(w, web1, w->a, "");
	fix_add(w->inv, web1, w->a);
	/* not with itself */
	expect(w, web1, w->a, "");
	vm = vm_with(w, "web2", 2, "{\"apart\": [\"group:web\"]}");
	expect(w, vm, w->b, "");
	/* one that is on its way is there, too */
	inventory_vm_set_dest(web1, w->b);
	expect(w, vm, w->c, "");
	w->c->session = NULL;
	expect(w, vm, NULL, "1 down (c), 2 with a VM that it is to be apart from (b)");
	vm_free(vm);
}

/* Who has no rule of his own is kept away by those who have. */
static void test_apart_is_mutual(void **state)
{
	struct world *w = *state;
	struct vm *vm = fix_vm(w->vn, "loud", 1), *quiet;

	quiet = fix_add(w->inv, fix_vm(w->vn, "first", 9), w->b);
	inventory_vm_del(w->inv, quiet);
	fix_add(w->inv, fix_vm(w->vn, "loud2", 3), w->c);
	quiet = vm_with(w, "quiet", 2, "{\"apart\": [\"loud2\", \"group:g\"]}");
	fix_add(w->inv, quiet, w->a);
	expect(w, vm, w->a, "");
	vm_set_group(vm, "g");
	expect(w, vm, w->b, "");
	/* another tenant's rule is none of ours */
	strcpy(vm->tenant, "bob");
	expect(w, vm, w->a, "");
	strcpy(vm->tenant, "alice");
	inventory_vm_del(w->inv, quiet);
	expect(w, vm, w->a, "");
	vm_free(vm);
}

static void test_together(void **state)
{
	struct world *w = *state;
	struct vn *red = fix_vn(w->inv, "red", 2);
	struct vm *vm = fix_vm(red, "x", 1);
	struct place_req req = { .vm = vm, .together = true };
	struct err err;
	int ret;

	/* nobody is in red */
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->a);
	fix_add(w->inv, fix_vm(red, "r1", 2), w->b);
	fix_add(w->inv, fix_vm(red, "r2", 3), w->c);
	fix_add(w->inv, fix_vm(red, "r3", 4), w->c);
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->c);
	/* rather, not only */
	w->c->total.vms = 2;
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->b);
	w->b->session = NULL;
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->a);
	vm_free(vm);
}

static void test_overloaded(void **state)
{
	struct world *w = *state;
	struct vm *vm = fix_vm(w->vn, "x", 1);

	w->a->overloaded = true;
	expect(w, vm, w->b, "");
	/* who names it knows why */
	assert_ptr_equal(choose(w->inv, "a", NULL, NULL, &(int){ 0 }, NULL), w->a);
	w->b->overloaded = true;
	w->c->overloaded = true;
	expect(w, vm, NULL, "3 overloaded (c)");
	vm_free(vm);
}

/* Who has much to do is asked last, and takes what nobody else may have: a wish, not a rule. */
static void test_busy(void **state)
{
	struct world *w = *state;
	struct vm *vm = fix_vm(w->vn, "x", 1), *near, *apart;

	inventory_server_set_busy(w->a, true);
	expect(w, vm, w->b, "");
	inventory_server_set_busy(w->b, true);
	expect(w, vm, w->c, "");
	/* of those, again the emptiest */
	inventory_server_set_busy(w->c, true);
	expect(w, vm, w->a, "");
	fix_add(w->inv, vm, w->a);
	inventory_server_set_busy(w->c, false);
	/* rules and room are not asked less strictly of one that is not busy */
	near = vm_with(w, "near", 2, "{\"near\": [\"x\"]}");
	expect(w, near, w->a, "");
	apart = vm_with(w, "apart", 3, "{\"apart\": [\"x\"]}");
	expect(w, apart, w->c, "");
	apart->size.memory_mib = 500;
	expect(w, apart, w->b, "");
	w->c->session = NULL;
	apart->size.memory_mib = 100;
	expect(w, apart, w->b, "");
	/* who names it knows why */
	assert_ptr_equal(choose(w->inv, "a", NULL, NULL, &(int){ 0 }, NULL), w->a);
	vm_free(near);
	vm_free(apart);
}

/* What a VM asks for itself goes first. */
static void test_busy_and_wishes(void **state)
{
	struct world *w = *state;
	struct vn *red = fix_vn(w->inv, "red", 2);
	struct vm *vm = fix_vm(red, "x", 1);
	struct place_req req = { .vm = vm, .nearest = "row1/rack1" };
	struct err err;
	int ret;

	inventory_server_set_busy(w->a, true);
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->a);
	/* of those that are as near, the one that is not busy */
	req.nearest = "row1/rack9";
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->b);
	fix_add(w->inv, fix_vm(red, "r1", 2), w->a);
	req = (struct place_req){ .vm = vm, .together = true };
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->a);
	vm_free(vm);
}

/* The order is that of the room at each moment, whatever comes and goes while it is busy. */
static void test_busy_keeps_the_order(void **state)
{
	struct world *w = *state;
	struct server *server = NULL;
	char names[8] = "";

	inventory_server_set_busy(w->a, true);
	inventory_server_set_busy(w->b, true);
	inventory_server_set_busy(w->b, true);
	for (unsigned int n = 1; n < 5; n++) {
		char name[8];

		snprintf(name, sizeof(name), "vm%u", n);
		fix_add(w->inv, fix_vm(w->vn, name, n), w->a);
	}
	inventory_server_set_total(w->c, &(struct capacity){ 1, 100, 16, 1 });
	while ((server = inventory_server_next(w->inv, server)))
		strcat(names, server->name);
	assert_string_equal(names, "cba");
	inventory_server_set_busy(w->a, false);
	while ((server = inventory_server_next(w->inv, server)))
		strcat(names, server->name);
	assert_string_equal(names, "cbaacb");
}

static void add_text(const struct server *server, int ret, const struct err *err, void *arg)
{
	char *text = arg;

	sprintf(text + strlen(text), "%s: %s; ", server->name, ret ? err->text : "fits");
}

static void test_explain(void **state)
{
	struct world *w = *state;
	struct vm *vm = vm_with(w, "x", 1, "{\"location\": \"row1\"}");
	char text[512] = "";
	struct err err;
	int ret;

	w->a->session = NULL;
	assert_ptr_equal(placement_explain(w->inv, &(struct place_req){ .vm = vm }, add_text, text,
					   &ret, &err), w->b);
	assert_string_equal(text, "a: server a of dc1 is down; b: fits; "
			    "c: server c is at \"row2/rack1\", not in row1; ");
	assert_int_equal(w->b->used.vms, 0);
	vm_free(vm);
}

static void test_entitlement(void **state)
{
	struct entitlement items[] = { { "bob", { .vms = 1 } },
				       { "alice", { .cpus = 2, .memory_mib = 250, .vms = 3 } } };
	const struct entitlements list = { items, 2 };
	struct world *w = *state;
	struct vm *vm = fix_vm(w->vn, "x", 1);
	struct err err;

	assert_int_equal(placement_entitled(w->inv, &list, vm, &vm->size, &err), 0);
	fix_add(w->inv, fix_vm(w->vn, "y", 2), w->a);
	assert_int_equal(placement_entitled(w->inv, &list, vm, &vm->size, &err), 0);
	fix_add(w->inv, fix_vm(w->vn, "z", 3), w->b);
	assert_int_equal(placement_entitled(w->inv, &list, vm, &vm->size, &err), -ENOSPC);
	assert_string_equal(err.text,
			    "tenant alice is entitled to 2 cpus: VM x wants 1, 2 are taken");
	items[1].limit.cpus = 0;
	assert_int_equal(placement_entitled(w->inv, &list, vm, &vm->size, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "250 MiB of memory: VM x wants 100, 200 are taken"));
	strcpy(vm->tenant, "bob");
	assert_int_equal(placement_entitled(w->inv, &list, vm, &vm->size, &err), 0);
	vm_free(vm);
}

static void bad(struct world *w, const char *json, int code, const char *text)
{
	json_t *body = json_loads(json, 0, NULL);
	struct vm_rules *rules = NULL;
	struct err err;

	assert_int_equal(rules_parse(w->inv, body, "alice", &rules, &err), code);
	assert_null(rules);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
	json_decref(body);
}

static void test_bad_rules(void **state)
{
	struct world *w = *state;
	struct vm *vm = fix_vm(w->vn, "theirs", 1);

	strcpy(vm->tenant, "bob");
	fix_add(w->inv, vm, w->a);
	bad(w, "{\"near\": \"web\"}", -EINVAL, "near: must be a list");
	bad(w, "{\"apart\": [1]}", -EINVAL, "apart[0]: must be a string");
	bad(w, "{\"apart\": [\"a b\"]}", -EINVAL, "apart \"a b\"");
	bad(w, "{\"apart\": [\"group:\"]}", -EINVAL, "apart is empty");
	bad(w, "{\"near\": [\"nobody\"]}", -ENOENT, "tenant alice has no VM nobody in dc1");
	bad(w, "{\"near\": [\"theirs\"]}", -ENOENT, "tenant alice has no VM theirs");
	bad(w, "{\"location\": \"row1//rack\"}", -EINVAL, "location is empty");
	bad(w, "{\"location\": 7}", -EINVAL, "location");
	bad(w, "{\"near\": [\"group:1\",\"group:1\",\"group:1\",\"group:1\",\"group:1\","
	    "\"group:1\",\"group:1\",\"group:1\",\"group:1\",\"group:1\",\"group:1\","
	    "\"group:1\",\"group:1\",\"group:1\",\"group:1\",\"group:1\",\"group:1\"]}",
	    -EINVAL, "near: more than 8 rules");
}

/* To the store and to other DCs, and back */
static void test_rules_travel(void **state)
{
	const char *json = "{\"near\": [\"group:db\"], \"apart\": [\"group:web\"], "
			   "\"location\": \"row1\"}";
	struct world *w = *state;
	struct vm *vm = vm_with(w, "x", 1, json), *copy;
	Nvo3__VmProfile *msg = vm_to_msg(vm);
	json_t *was = json_object(), *is = json_object(), *sent = json_loads(json, 0, NULL);
	struct err err;
	int ret;

	copy = vm_from_msg(w->inv, msg, &ret, &err);
	assert_non_null(copy);
	rules_view(vm->rules, was);
	rules_view(copy->rules, is);
	assert_true(json_equal(was, is) && json_equal(was, sent));
	json_decref(was);
	json_decref(is);
	json_decref(sent);
	msg_free(msg);
	vm_free(vm);
	vm_free(copy);
}

#define RULES_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

/* Names in common from the left, whole ones only. */
static void test_location_common(void **state)
{
	assert_int_equal(location_common("row1/rack1", "row1/rack1"), 2);
	assert_int_equal(location_common("row1/rack1", "row1/rack2"), 1);
	assert_int_equal(location_common("row1/rack1", "row1/rack11"), 1);
	assert_int_equal(location_common("row1", "row1/rack1"), 1);
	assert_int_equal(location_common("row1", "row"), 0);
	assert_int_equal(location_common("", "row1"), 0);
	assert_int_equal(location_common("", ""), 0);
}

/* As near as may be: a wish, not a condition. The emptiest of those that are as near. */
static void test_nearest(void **state)
{
	struct world *w = *state;
	struct vm *vm = fix_vm(w->vn, "web", 1);
	struct place_req req = { .vm = vm, .nearest = "row2/rack1" };
	struct err err;
	int ret;

	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->c);
	req.nearest = "row1/rack9";
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->a);
	req.nearest = "row1/rack2";
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->b);
	w->b->session = NULL;
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->a);
	req.nearest = "row9";
	assert_ptr_equal(placement_choose(w->inv, &req, &ret, &err), w->a);
	w->a->session = NULL;
	w->c->session = NULL;
	assert_null(placement_choose(w->inv, &req, &ret, &err));
	assert_int_equal(ret, -EHOSTUNREACH);
	vm_free(vm);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resources),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_any),
		RULES_TEST(test_location),
		RULES_TEST(test_near),
		RULES_TEST(test_apart),
		RULES_TEST(test_apart_is_mutual),
		RULES_TEST(test_together),
		RULES_TEST(test_overloaded),
		RULES_TEST(test_busy),
		RULES_TEST(test_busy_and_wishes),
		RULES_TEST(test_busy_keeps_the_order),
		RULES_TEST(test_explain),
		RULES_TEST(test_entitlement),
		RULES_TEST(test_bad_rules),
		RULES_TEST(test_rules_travel),
		RULES_TEST(test_nearest),
		cmocka_unit_test(test_location_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
