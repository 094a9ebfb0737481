// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "claim.h"
#include "fixture.h"

static struct grant grant_items[] = {
	{ "host1", "alice", "blue" },
	{ "host1", "alice", "red" },
	{ "host2", "bob", "blue" },
};
static const struct grants grants = { grant_items, 3 };

struct world {
	struct inventory *inv;
	struct server *host1, *host2;
	struct vn *blue, *red;
	struct vm *web;		/* alice's in blue on host1 */
};

static int setup(void **state)
{
	struct world *w = mem_zalloc(sizeof(*w));

	w->inv = inventory_new("dc1");
	w->host1 = fix_server(w->inv, "host1", 4);
	w->host2 = fix_server(w->inv, "host2", 4);
	w->blue = fix_vn(w->inv, "blue", 100);
	w->red = fix_vn(w->inv, "red", 200);
	w->web = fix_add(w->inv, fix_vm(w->blue, "web", 1), w->host1);
	w->web->made = true;
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

/* Judged, and what was refused is refused with a sentence that has @text. */
static enum claim judge(struct world *w, struct server *server, const struct vm *vm, int code,
			const char *text)
{
	struct err err = { "" };
	enum claim claim;
	int ret = 0;

	claim = claim_register(w->inv, &grants, server, vm, &ret, &err);
	assert_int_equal(ret, code);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
	assert_int_equal(claim == CLAIM_REFUSED, code != 0);
	return claim;
}

static void test_create(void **state)
{
	struct world *w = *state;
	struct vm *vm = fix_vm(w->blue, "own", 2);

	assert_int_equal(judge(w, w->host1, vm, 0, ""), CLAIM_CREATE);
	judge(w, w->host2, vm, -EACCES, "server host2 has no grant for tenant \"alice\" in VN blue");
	strcpy(vm->tenant, "bob");
	judge(w, w->host1, vm, -EACCES, "\"bob\"");
	assert_int_equal(judge(w, w->host2, vm, 0, ""), CLAIM_CREATE);
	/* one nic that is not granted is enough */
	vm->nics[1] = vm->nics[0];
	vm->nics[1].vn = w->red;
	vm->n_nics = 2;
	judge(w, w->host2, vm, -EACCES, "in VN red");
	vm_free(vm);
	/* granted, yet the VN is another tenant's */
	vm = fix_vm(w->red, "own", 2);
	assert_int_equal(judge(w, w->host1, vm, 0, ""), CLAIM_CREATE);
	strcpy(w->red->tenant, "bob");
	judge(w, w->host1, vm, -EACCES, "VN red belongs to tenant bob");
	vm_free(vm);
}

static void test_taken(void **state)
{
	struct world *w = *state;
	struct vm *vm = fix_vm(w->blue, "own", 1);

	judge(w, w->host1, vm, -EEXIST, "taken in VN blue by VM web");
	vm_free(vm);
	vm = fix_vm(w->blue, "web", 2);
	judge(w, w->host1, vm, -EEXIST, "the name web is taken");
	vm_free(vm);
}

static void test_update(void **state)
{
	struct world *w = *state;
	struct vm *vm = fix_vm(w->blue, "web", 1);

	vm->uuid = w->web->uuid;
	assert_int_equal(judge(w, w->host1, vm, 0, ""), CLAIM_UPDATE);
	judge(w, w->host2, vm, -EEXIST, "does not live on server host2");
	vm->nics[0].mac.b[5]++;
	judge(w, w->host1, vm, -EACCES, "interface 1 of VM web");
	vm->nics[0] = w->web->nics[0];
	vm->nics[0].ips[0].addr.b[3]++;
	judge(w, w->host1, vm, -EACCES, "interface 1 of VM web");
	vm->nics[0] = w->web->nics[0];
	strcpy(vm->tenant, "bob");
	judge(w, w->host1, vm, -EACCES, "\"bob\"");
	strcpy(vm->tenant, "alice");
	vm->n_nics = 2;
	judge(w, w->host1, vm, -EACCES, "1 interfaces, not 2");
	vm->n_nics = 1;
	w->web->left = true;
	judge(w, w->host1, vm, -EEXIST, "web");
	vm_free(vm);
}

static void test_unregister(void **state)
{
	struct world *w = *state;
	struct uuid unknown = uuid_new();
	struct err err;

	assert_int_equal(claim_unregister(w->inv, w->host1, &w->web->uuid, &err), 0);
	assert_int_equal(claim_unregister(w->inv, w->host2, &w->web->uuid, &err), -EACCES);
	assert_int_equal(claim_unregister(w->inv, w->host1, &unknown, &err), -ENOENT);
	w->web->move = uuid_new();
	assert_int_equal(claim_unregister(w->inv, w->host1, &w->web->uuid, &err), -EBUSY);
}

static void test_report(void **state)
{
	static const enum vm_op busy[] = { VM_OP_CREATE, VM_OP_UNDO, VM_OP_DELETE };
	struct world *w = *state;
	struct uuid unknown = uuid_new(), *web = &w->web->uuid;

	assert_int_equal(claim_report(w->inv, w->host1, web, false), REPORT_OURS);
	assert_int_equal(claim_report(w->inv, w->host2, web, false), REPORT_FORGET);
	assert_int_equal(claim_report(w->inv, w->host1, &unknown, false), REPORT_UNKNOWN);
	assert_int_equal(claim_report(w->inv, w->host1, &unknown, true), REPORT_FORGET);
	/* it was away and is back: that it once was gone says nothing */
	assert_int_equal(claim_report(w->inv, w->host1, web, true), REPORT_OURS);
	for (int i = 0; i < 3; i++) {
		w->web->op = busy[i];
		assert_int_equal(claim_report(w->inv, w->host1, web, false), REPORT_LEAVE);
	}
	w->web->op = VM_OP_NONE;
	w->web->move = uuid_new();
	assert_int_equal(claim_report(w->inv, w->host1, web, false), REPORT_LEAVE);
	assert_int_equal(claim_report(w->inv, w->host2, web, false), REPORT_LEAVE);
}

static void test_missing(void **state)
{
	struct world *w = *state;

	assert_true(claim_missing(w->web));
	w->web->op = VM_OP_DELETE;
	assert_false(claim_missing(w->web));
	w->web->op = VM_OP_CREATE;
	assert_false(claim_missing(w->web));
	w->web->op = VM_OP_NONE;
	w->web->made = false;
	assert_false(claim_missing(w->web));
	w->web->made = true;
	w->web->move = uuid_new();
	assert_false(claim_missing(w->web));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create), TEST(test_taken), TEST(test_update), TEST(test_unregister),
		TEST(test_report), TEST(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
