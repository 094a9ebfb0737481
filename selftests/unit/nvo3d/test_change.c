// SPDX-License-Identifier: GPL-2.0
/*
 * What a VM has is changed while it is there, with a driver in memory: its size, an interface more,
 * one less. What fails leaves it as it was.
 */
#include <fcntl.h>

#include "host_bed.h"

#define VM 1
#define STATE(name) NVO3__VM_STATE__VM_##name

static struct {
	const char *refuse;		/* why the driver cannot */
	uint32_t cpus, memory_mib;	/* of the guest; 0: nobody has changed them */
	uint32_t disk_mib;
	int nics, resizes, grows, dropped;	/* of the guest, beside its first */
} lab;

static int refused(struct err *err)
{
	return lab.refuse ? err_set(err, EIO, "%s", lab.refuse) : 0;
}

static int ch_resize(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	lab.resizes++;
	if (refused(err))
		return -EIO;
	lab.cpus = vm->cpus;
	lab.memory_mib = vm->memory_mib;
	return 0;
}

static int ch_grow(struct driver *d, const Nvo3__VmProfile *vm, struct err *err)
{
	lab.grows++;
	if (refused(err))
		return -EIO;
	lab.disk_mib = vm->disk_mib;
	return 0;
}

static int ch_plug(struct driver *d, const Nvo3__VmProfile *vm, size_t nic, struct err *err)
{
	assert_int_equal(vm->nics[nic]->mac.data[5], 77);
	if (refused(err))
		return -EIO;
	lab.nics = 1;
	return 0;
}

static int ch_unplug(struct driver *d, const Nvo3__VmProfile *vm, size_t nic, struct err *err)
{
	assert_int_equal(vm->nics[nic]->mac.data[5], 77);
	if (lab.nics && refused(err))
		return -EIO;
	lab.nics = 0;
	return 0;
}

static int ch_drop(struct driver *d, const Nvo3__Nic *nic, struct err *err)
{
	assert_string_equal(nic->port, "v4d");
	lab.dropped++;
	return 0;
}

static struct driver_ops ops;

static void up(struct bed_host *h, struct bed *bed, bool run)
{
	memset(&lab, 0, sizeof(lab));
	ops = fake_driver_ops;
	ops.resize = ch_resize;
	ops.grow = ch_grow;
	ops.plug = ch_plug;
	ops.unplug = ch_unplug;
	ops.drop = ch_drop;
	host_prepare(h, bed, "host1");
	h->driver.driver.ops = &ops;
	host_begin(h);
	assert_int_equal(host_create(h, VM, run).code, CODE(OK));
}

static struct reply ask(struct bed_host *h, Nvo3__VmUpdate *req)
{
	static uint8_t id[16] = { VM };

	req->vm = (ProtobufCBinaryData){ 16, id };
	return bed_ask(h->bed, h->vc, MSG(VM_UPDATE), &req->base);
}

static struct reply resize(struct bed_host *h, uint32_t cpus, uint32_t memory_mib)
{
	Nvo3__VmUpdate req = NVO3__VM_UPDATE__INIT;

	req.cpus = cpus;
	req.memory_mib = memory_mib;
	return ask(h, &req);
}

static struct reply grow(struct bed_host *h, uint32_t disk_mib)
{
	Nvo3__VmUpdate req = NVO3__VM_UPDATE__INIT;

	req.disk_mib = disk_mib;
	return ask(h, &req);
}

static struct reply regroup(struct bed_host *h, char *name)
{
	Nvo3__VmUpdate req = NVO3__VM_UPDATE__INIT;
	Nvo3__VmGroup group = NVO3__VM_GROUP__INIT;

	group.name = name;
	req.group = &group;
	return ask(h, &req);
}

/* In MiB, of its image and by its profile */
static void disk_is(struct bed_host *h, uint32_t mib)
{
	char dir[HOST_DIR_MAX], path[HOST_DIR_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/www/image", vm_dir(host_vm(h, VM), dir));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, (uint64_t)mib << 20);
	assert_int_equal(host_vm(h, VM)->profile->disk_mib, mib);
}

static uint8_t tsi[16] = { 77 };

static struct reply plug(struct bed_host *h)
{
	Nvo3__VmUpdate req = NVO3__VM_UPDATE__INIT;
	struct vm_msg m;

	vm_msg(&m, 77);
	req.plug = &m.nic;
	return ask(h, &req);
}

static struct reply unplug(struct bed_host *h)
{
	Nvo3__VmUpdate req = NVO3__VM_UPDATE__INIT;

	req.unplug = (ProtobufCBinaryData){ 16, tsi };
	return ask(h, &req);
}

static void has(struct bed_host *h, uint32_t cpus, uint32_t memory_mib, size_t nics)
{
	const Nvo3__VmProfile *p = host_vm(h, VM)->profile;

	assert_int_equal(p->cpus, cpus);
	assert_int_equal(p->memory_mib, memory_mib);
	assert_int_equal(p->n_nics, nics);
}

static void restart(struct bed_host *h)
{
	host_end(h);
	host_begin(h);
}

static void test_size_of_one_that_runs(void **state)
{
	struct bed_host h;

	up(&h, *state, true);
	assert_int_equal(resize(&h, 2, 128).code, CODE(OK));
	assert_true(lab.cpus == 2 && lab.memory_mib == 128);
	has(&h, 2, 128, 1);
	assert_int_equal(host_vm(&h, VM)->fsm.state, STATE(RUNNING));
	/* One of both; and again */
	assert_int_equal(resize(&h, 0, 96).code, CODE(OK));
	assert_int_equal(resize(&h, 0, 96).code, CODE(OK));
	assert_true(lab.cpus == 2 && lab.memory_mib == 96);
	restart(&h);
	has(&h, 2, 96, 1);
	host_down(&h);
}

static void test_size_is_refused(void **state)
{
	struct bed_host h;
	struct reply r;

	up(&h, *state, true);
	lab.refuse = "VM vm1: the guest does not follow";
	r = resize(&h, 2, 128);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "VM vm1: the guest does not follow");
	has(&h, 1, 64, 1);
	/* The host has 4 processors and 1024 MiB: nobody is asked */
	lab.resizes = 0;
	r = resize(&h, 5, 0);
	assert_int_equal(r.code, CODE(FULL));
	assert_string_equal(r.text, "5 cpus are wanted, 0 of 4 are in use");
	assert_int_equal(resize(&h, 0, 2000).code, CODE(FULL));
	assert_int_equal(lab.resizes, 0);
	has(&h, 1, 64, 1);
	host_down(&h);
}

static void test_size_of_one_that_is_stopped(void **state)
{
	struct bed_host h;

	up(&h, *state, false);
	assert_int_equal(resize(&h, 3, 256).code, CODE(OK));
	assert_int_equal(lab.resizes, 0);
	has(&h, 3, 256, 1);
	host_down(&h);
}

/* The guest's first; what it has is there still, and behind it are zeroes */
static void test_a_larger_disk(void **state)
{
	char dir[HOST_DIR_MAX], path[HOST_DIR_MAX + 16], before[64], after[64], zeroes[64] = { 0 };
	struct bed_host h;
	int fd;

	up(&h, *state, true);
	snprintf(path, sizeof(path), "%s/www/image", vm_dir(host_vm(&h, VM), dir));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(pread(fd, before, 64, (16 << 20) - 64), 64);
	disk_is(&h, 16);
	assert_int_equal(grow(&h, 40).code, CODE(OK));
	assert_int_equal(lab.disk_mib, 40);
	disk_is(&h, 40);
	assert_int_equal(pread(fd, after, 64, (16 << 20) - 64), 64);
	assert_memory_equal(after, before, 64);
	assert_int_equal(pread(fd, after, 64, (40 << 20) - 64), 64);
	assert_memory_equal(after, zeroes, 64);
	close(fd);
	/* Again; and over a restart */
	assert_int_equal(grow(&h, 40).code, CODE(OK));
	assert_int_equal(host_vm(&h, VM)->fsm.state, STATE(RUNNING));
	restart(&h);
	disk_is(&h, 40);
	has(&h, 1, 64, 1);
	host_down(&h);
}

static void test_a_larger_disk_of_one_that_is_stopped(void **state)
{
	struct bed_host h;

	up(&h, *state, false);
	assert_int_equal(grow(&h, 40).code, CODE(OK));
	assert_int_equal(lab.grows, 0);
	disk_is(&h, 40);
	host_down(&h);
}

/* The host has 64 MiB of disk */
static void test_a_larger_disk_is_refused(void **state)
{
	struct bed_host h;
	struct reply r;

	up(&h, *state, true);
	r = grow(&h, 65);
	assert_int_equal(r.code, CODE(FULL));
	r = grow(&h, 15);
	assert_int_equal(r.code, CODE(DENIED));
	assert_string_equal(r.text, "the disk of VM vm1 has 16 MiB: with 15 what is behind them would be lost");
	assert_int_equal(lab.grows, 0);
	lab.refuse = "VM vm1: no space";
	r = grow(&h, 40);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "VM vm1: no space");
	assert_int_equal(lab.grows, 1);
	disk_is(&h, 16);
	lab.refuse = NULL;
	assert_int_equal(grow(&h, 40).code, CODE(OK));
	disk_is(&h, 40);
	host_down(&h);
}

/* Killed behind the guest's disk and before the profile: the next try finds what there is. */
static void test_a_larger_disk_from_a_try_that_was_cut_short(void **state)
{
	char dir[HOST_DIR_MAX], path[HOST_DIR_MAX + 16];
	struct bed_host h;

	up(&h, *state, true);
	snprintf(path, sizeof(path), "%s/www/image", vm_dir(host_vm(&h, VM), dir));
	assert_int_equal(truncate(path, 40 << 20), 0);
	restart(&h);
	assert_int_equal(host_vm(&h, VM)->profile->disk_mib, 16);
	assert_int_equal(grow(&h, 40).code, CODE(OK));
	disk_is(&h, 40);
	host_down(&h);
}

static void test_another_group(void **state)
{
	struct bed_host h;

	up(&h, *state, true);
	assert_int_equal(regroup(&h, "db").code, CODE(OK));
	assert_string_equal(host_vm(&h, VM)->profile->group, "db");
	assert_int_equal(regroup(&h, "db").code, CODE(OK));
	/* What it says in its next session is its profile: test_register.c */
	restart(&h);
	assert_string_equal(host_vm(&h, VM)->profile->group, "db");
	assert_int_equal(regroup(&h, "").code, CODE(OK));
	assert_string_equal(host_vm(&h, VM)->profile->group, "");
	assert_int_equal(host_vm(&h, VM)->fsm.state, STATE(RUNNING));
	has(&h, 1, 64, 1);
	host_down(&h);
}

static void test_an_interface_comes_and_goes(void **state)
{
	struct bed_host h;

	up(&h, *state, true);
	h.associated = 0;
	h.activated = 0;
	assert_int_equal(plug(&h).code, CODE(OK));
	assert_int_equal(lab.nics, 1);
	has(&h, 1, 64, 2);
	assert_true(h.associated >= 1 && h.activated >= 1);
	assert_int_equal(h.epoch, 3);
	assert_int_equal(plug(&h).code, CODE(OK));
	has(&h, 1, 64, 2);
	restart(&h);
	has(&h, 1, 64, 2);
	assert_int_equal(h.synced, 2);

	assert_int_equal(unplug(&h).code, CODE(OK));
	assert_int_equal(lab.nics, 0);
	assert_int_equal(lab.dropped, 1);
	assert_int_equal(h.deactivated, 1);
	assert_int_equal(h.deassociated, 1);
	has(&h, 1, 64, 1);
	assert_int_equal(unplug(&h).code, CODE(OK));
	assert_int_equal(lab.dropped, 1);
	restart(&h);
	has(&h, 1, 64, 1);
	assert_int_equal(h.synced, 1);
	host_down(&h);
}

static void test_an_interface_of_one_that_is_stopped(void **state)
{
	struct bed_host h;

	up(&h, *state, false);
	assert_int_equal(plug(&h).code, CODE(OK));
	assert_int_equal(lab.nics, 0);
	assert_int_equal(h.activated, 0);
	has(&h, 1, 64, 2);
	host_down(&h);
}

static void as_before(struct bed_host *h)
{
	has(h, 1, 64, 1);
	assert_int_equal(lab.nics, 0);
	assert_int_equal(lab.dropped, 1);
	assert_int_equal(host_vm(h, VM)->fsm.state, STATE(RUNNING));
	assert_true(uuid_is_zero(&host_vm(h, VM)->changing));
	restart(h);
	has(h, 1, 64, 1);
}

static void test_an_interface_is_refused_by_the_nve(void **state)
{
	struct bed_host h;

	up(&h, *state, true);
	h.refuse = MSG(TSI_ASSOCIATE);
	assert_int_equal(plug(&h).code, CODE(DENIED));
	as_before(&h);
	host_down(&h);
}

static void test_an_interface_is_refused_by_the_hypervisor(void **state)
{
	struct bed_host h;
	struct reply r;

	up(&h, *state, true);
	lab.refuse = "VM vm1: no slot is free";
	r = plug(&h);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "VM vm1: no slot is free");
	as_before(&h);
	host_down(&h);
}

/* Another VM's address, or the VM's own */
static void test_an_interface_is_refused_at_once(void **state)
{
	struct bed_host h;

	up(&h, *state, true);
	assert_int_equal(host_create(&h, 77, false).code, CODE(OK));
	assert_int_equal(plug(&h).code, CODE(EXISTS));
	has(&h, 1, 64, 1);
	assert_int_equal(lab.dropped, 0);
	host_down(&h);
}

/* Its guest does not let go of it: it stays, with its port */
static void test_an_interface_stays(void **state)
{
	struct bed_host h;

	up(&h, *state, true);
	assert_int_equal(plug(&h).code, CODE(OK));
	lab.refuse = "its guest does not let go of interface 02:00:00:00:00:4d";
	assert_int_equal(unplug(&h).code, CODE(FAILED));
	assert_int_equal(h.deactivated, 0);
	assert_int_equal(lab.dropped, 0);
	has(&h, 1, 64, 2);
	host_down(&h);
}

static void test_one_change_at_a_time(void **state)
{
	Nvo3__VmUpdate req = NVO3__VM_UPDATE__INIT;
	struct bed_host h;

	up(&h, *state, true);
	req.cpus = 2;
	req.unplug = (ProtobufCBinaryData){ 16, tsi };
	assert_int_equal(ask(&h, &req).code, CODE(BAD_MESSAGE));
	req.unplug.len = 0;
	req.disk_mib = 40;
	assert_int_equal(ask(&h, &req).code, CODE(BAD_MESSAGE));
	disk_is(&h, 16);
	req.disk_mib = 0;
	req.cpus = 0;
	req.unplug.len = 3;
	assert_int_equal(ask(&h, &req).code, CODE(BAD_MESSAGE));
	has(&h, 1, 64, 1);
	host_down(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_size_of_one_that_runs),
		BED_TEST(test_size_is_refused),
		BED_TEST(test_size_of_one_that_is_stopped),
		BED_TEST(test_a_larger_disk),
		BED_TEST(test_a_larger_disk_of_one_that_is_stopped),
		BED_TEST(test_a_larger_disk_is_refused),
		BED_TEST(test_a_larger_disk_from_a_try_that_was_cut_short),
		BED_TEST(test_another_group),
		BED_TEST(test_an_interface_comes_and_goes),
		BED_TEST(test_an_interface_of_one_that_is_stopped),
		BED_TEST(test_an_interface_is_refused_by_the_nve),
		BED_TEST(test_an_interface_is_refused_by_the_hypervisor),
		BED_TEST(test_an_interface_is_refused_at_once),
		BED_TEST(test_an_interface_stays),
		BED_TEST(test_one_change_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
