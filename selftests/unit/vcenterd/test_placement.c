// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "fixture.h"
#include "placement.h"

static const struct capacity one = { .cpus = 1, .memory_mib = 100, .disk_mib = 16, .vms = 1 };

static void refuse(struct inventory *inv, const char *name, const struct capacity *size,
		   const struct server *except, int code, const char *text)
{
	struct err err;
	int ret = 0;

	assert_null(placement_choose(inv, name, size, except, &ret, &err));
	assert_int_equal(ret, code);
	if (!strstr(err.text, text))
		fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

static void test_resources(void **state)
{
	struct inventory *inv = inventory_new("dc1");
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

	assert_ptr_equal(placement_choose(inv, "host1", &one, NULL, &ret, &err), a);
	assert_int_equal(ret, 0);
	refuse(inv, "host9", &one, NULL, -ENOENT, "no server host9 in dc1");
	refuse(inv, "host1", &one, a, -EEXIST, "on server host1 already");
	fix_add(inv, fix_vm(fix_vn(inv, "blue", 1), "web", 1), a);
	refuse(inv, "host1", &one, NULL, -ENOSPC, "1 wanted, 0 of 1 free");
	a->session = NULL;
	refuse(inv, "host1", &one, NULL, -EHOSTUNREACH, "server host1 of dc1 is down");
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
	assert_ptr_equal(placement_choose(inv, "", &one, NULL, &ret, NULL), a);
	assert_ptr_equal(placement_choose(inv, NULL, &one, a, &ret, NULL), b);
	vm = fix_add(inv, fix_vm(vn, "web", 1), a);
	assert_ptr_equal(placement_choose(inv, "", &one, NULL, &ret, NULL), b);
	inventory_vm_set_dest(vm, b);
	assert_ptr_equal(placement_choose(inv, "", &one, NULL, &ret, NULL), a);
	a->session = NULL;
	assert_ptr_equal(placement_choose(inv, "", &one, NULL, &ret, NULL), b);
	refuse(inv, "", &one, b, -EHOSTUNREACH, "no other server of dc1 is up");
	b->total.vms = 1;
	refuse(inv, "", &one, NULL, -ENOSPC, "server b has not enough room");
	inventory_free(inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resources),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
