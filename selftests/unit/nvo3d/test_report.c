// SPDX-License-Identifier: GPL-2.0
/*
 * What a vServer tells of its VMs and of its machine (V11): with a driver in memory, and with
 * network namespaces whose guests are real.
 */
#include "host_bed.h"

#include <linux/netlink.h>
#include <signal.h>
#include <sys/mount.h>

#include "lib/nl.h"
#include "lib/rtnl.h"
#include "../lib/sandbox.h"

static struct driver_ops ops;

static int rp_use_of(struct driver *d, const Nvo3__VmProfile *vm, const char *dir,
		     struct driver_use *ret, struct err *err)
{
	if (vm->vm.data[0] == 2)
		return err_set(err, ESRCH, "it has ended");
	assert_non_null(strstr(dir, "/vms/"));
	ret->cpu_ns = 11;
	ret->disk_kib = 22;
	ret->store_in = 33;
	ret->store_out = 44;
	return 0;
}

static void up(struct bed_host *h, struct bed *bed)
{
	ops = fake_driver_ops;
	ops.use_of = rp_use_of;
	host_prepare(h, bed, "host1");
	h->driver.driver.ops = &ops;
	host_begin(h);
}

static void test_the_machine(void **state)
{
	struct bed_host h;

	up(&h, *state);
	/* Without a VM, too */
	BED_WAIT(h.bed, h.loads >= 2);
	assert_int_equal(h.uses, 0);
	assert_true(h.load.cpus && h.load.cpu_permille <= 1000);
	assert_true(h.load.memory_used_kib && h.load.memory_used_kib < h.load.memory_kib);
	assert_true(h.load.disk_used_kib <= h.load.disk_kib);
	host_down(&h);
}

/* One that has just ended, and one that does not run, are left out */
static void test_vms(void **state)
{
	struct bed_host h;
	int before;

	up(&h, *state);
	for (int n = 1; n <= 3; n++)
		assert_int_equal(host_create(&h, n, n < 3).code, CODE(OK));
	before = h.uses;
	BED_WAIT(h.bed, h.uses >= before + 2);
	assert_int_equal(h.n_used, 1);
	assert_int_equal(h.used_vm, 1);
	assert_int_equal(h.use.cpu_ns, 11);
	assert_int_equal(h.use.disk_kib, 22);
	assert_int_equal(h.use.store_in, 33);
	assert_int_equal(h.use.store_out, 44);
	host_down(&h);
}

/* --- namespaces */

static void real_up(struct bed_host *h, struct bed *bed)
{
	struct err err;

	host_prepare(h, bed, "host1");
	h->config.vserver.mtu = 1430;
	if (driver_netns_new(&h->real, h->name, 1430, &err))
		fail_msg("%s", err.text);
	host_begin(h);
}

static void test_namespaces(void **state)
{
	struct bed_host h;
	uint64_t out;

	real_up(&h, *state);
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	BED_WAIT(h.bed, h.uses);
	assert_int_equal(h.used_vm, 1);
	/* 16 MiB at least, all of it written */
	assert_true(h.use.disk_kib >= 16 << 10);
	assert_true(h.use.memory_kib > 0 && h.use.memory_kib < 1 << 20);
	assert_int_equal(h.use.disk_read + h.use.store_in, 0);
	/* Its kernel looks for routers and neighbours by itself */
	BED_WAIT(h.bed, h.use.net_out > 0);
	out = h.use.net_out;
	assert_true(out < 1 << 20);
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	host_down(&h);
	h.real->ops->free(h.real);
	/* The driver waits for nobody; the test's own shell is waited for */
	signal(SIGCHLD, SIG_DFL);
}

static int lo_up(void)
{
	_cleanup_nlsock_ struct nlsock *rt = NULL;
	struct link_info lo;

	if (nlsock_open(&rt, NETLINK_ROUTE, -1, NULL) || link_get(rt, "lo", &lo, NULL))
		return -1;
	return link_set_up(rt, lo.ifindex, true, NULL);
}

/* A /run of our own: namespaces have their names there */
static int enter(void **state)
{
	if (sandbox_enter(state) || lo_up() || unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	return mount("none", "/run", "tmpfs", 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_the_machine),
		BED_TEST(test_vms),
		BED_TEST(test_namespaces),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
