// SPDX-License-Identifier: GPL-2.0
/* The vServer role with the driver libvirt, on libvirt's own test driver */
#include "libvirt_bed.h"

#include <dlfcn.h>
#include <libvirt/libvirt.h>

#include "vserver/move_live.h"

#define ACTION(name) NVO3__VM_POWER__ACTION__##name

/* In place of libvirt's, whose test driver has no such thing: one disk, in MiB */
static uint64_t disk_mib;
static int disk_asked;
static bool disk_fails;

int virDomainGetBlockInfo(virDomainPtr dom, const char *disk, virDomainBlockInfoPtr info,
			  unsigned int flags)
{
	assert_string_equal(disk, "vda");
	memset(info, 0, sizeof(*info));
	info->capacity = disk_mib << 20;
	return 0;
}

int virDomainBlockResize(virDomainPtr dom, const char *disk, unsigned long long kib,
			 unsigned int flags)
{
	typeof(virDomainBlockResize) *real = dlsym(RTLD_NEXT, "virDomainBlockResize");

	disk_asked++;
	assert_string_equal(disk, "vda");
	assert_int_equal(flags, 0);
	/* its own word, for a sentence */
	if (disk_fails)
		return real(dom, disk, kib, flags);
	disk_mib = kib / 1024;
	return 0;
}

static void test_life(void **state)
{
	struct bed_host h;
	bool on;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, false).code, CODE(OK));
	assert_int_equal(h.told, STATE(STOPPED));
	assert_true(see(1).defined && see(1).ours && !see(1).active);
	assert_string_equal(see(1).name, "nvo3-vm1");
	assert_true(tap(1, &on) && !on);
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	assert_int_equal(h.told, STATE(RUNNING));
	assert_true(see(1).active && !see(1).paused);
	assert_true(tap(1, &on) && on);
	/* Again: nothing is done */
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	assert_int_equal(h.activated, 1);

	assert_int_equal(host_act(&h, 1, ACTION(SUSPEND)).code, CODE(OK));
	assert_int_equal(h.told, STATE(SUSPENDED));
	assert_true(see(1).paused);
	assert_int_equal(host_act(&h, 1, ACTION(SUSPEND)).code, CODE(OK));
	assert_int_equal(host_act(&h, 1, ACTION(REBOOT)).code, CODE(BAD_STATE));
	assert_int_equal(host_act(&h, 1, ACTION(RESUME)).code, CODE(OK));
	assert_int_equal(h.told, STATE(RUNNING));
	assert_true(see(1).active && !see(1).paused);

	assert_int_equal(host_power(&h, 1, false).code, CODE(OK));
	assert_int_equal(h.told, STATE(STOPPED));
	assert_false(see(1).active);
	assert_true(tap(1, &on) && !on);
	assert_int_equal(h.alerts, 0);
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	assert_false(see(1).active || see(1).defined || tap(1, &on) || host_has_files(&h, 1));
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	bed_settle(h.bed, 20);
	assert_int_equal(h.alerts, 0);
	down(&h);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* A disk begins as a copy of the template, grown to its size */
static void test_template(void **state)
{
	char template[160], image[320], text[16] = "";
	struct bed_host h;
	struct uuid id = { { 1 } };
	char name[UUID_STRLEN];
	struct reply r;
	FILE *f;

	up(&h, *state, "test:///default");
	snprintf(template, sizeof(template), "%s/template.raw", h.bed->dir);
	write_file(template, "boot sector");
	h.config.libvirt.template = template;
	assert_int_equal(host_create(&h, 1, false).code, CODE(OK));
	assert_int_equal(host_image_size(&h, 1), 16 << 20);
	snprintf(image, sizeof(image), "%s/vms/%s/www/image", h.state, uuid_format(&id, name));
	f = fopen(image, "r");
	assert_int_equal(fread(text, 1, 11, f), 11);
	fclose(f);
	assert_string_equal(text, "boot sector");
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	assert_int_equal(truncate(template, 17 << 20), 0);
	r = host_create(&h, 1, false);
	assert_int_equal(r.code, CODE(FAILED));
	assert_non_null(strstr(r.text, "template.raw has 17825792 bytes, the disk 16777216"));
	h.config.libvirt.template = "/nonexistent";
	r = host_create(&h, 1, false);
	assert_string_equal(r.text, "cannot open template /nonexistent: No such file or directory");
	down(&h);
}

static struct reply resize(struct bed_host *h, uint32_t cpus, uint32_t memory_mib)
{
	Nvo3__VmUpdate req = NVO3__VM_UPDATE__INIT;
	uint8_t id[16] = { 1 };

	req.vm = (ProtobufCBinaryData){ 16, id };
	req.cpus = cpus;
	req.memory_mib = memory_mib;
	return bed_ask(h->bed, h->vc, MSG(VM_UPDATE), &req.base);
}

/* libvirt knows the new size; what it has no room for is refused, and nothing has changed */
static void test_resize(void **state)
{
	struct uuid id = { { 1 } };
	struct bed_host h;
	struct reply r;
	struct err err;

	up(&h, *state, "test:///default");
	h.config.libvirt.max_cpus = 2;
	h.config.libvirt.max_memory_mib = 128;
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	r = resize(&h, 2, 96);
	if (r.code != CODE(OK))
		fail_msg("%s", r.text);
	assert_int_equal(host_vm(&h, 1)->profile->cpus, 2);
	assert_int_equal(resize(&h, 2, 96).code, CODE(OK));
	r = resize(&h, 3, 0);
	assert_int_equal(r.code, CODE(FAILED));
	assert_string_equal(r.text, "VM vm1: it was started with room for 2 processors (vserver.libvirt.max_cpus)");
	r = resize(&h, 1, 256);
	assert_string_equal(r.text, "VM vm1: it was started with room for 128 MiB of memory (vserver.libvirt.max_memory)");
	assert_int_equal(host_vm(&h, 1)->profile->cpus, 2);
	assert_int_equal(host_vm(&h, 1)->profile->memory_mib, 96);
	/* What libvirt says is told, too */
	assert_int_equal(host_power(&h, 1, false).code, CODE(OK));
	assert_int_not_equal(virt_suspend(hand, &id, true, &err), 0);
	assert_non_null(strstr(err.text, "cannot suspend VM nvo3-vm1: "));
	assert_non_null(strstr(err.text, "not running"));
	/* Not of one that is stopped: it is started with what it has then */
	assert_int_equal(resize(&h, 3, 256).code, CODE(OK));
	assert_int_equal(host_power(&h, 1, true).code, CODE(OK));
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	down(&h);
}

static struct reply grow(struct bed_host *h, uint32_t mib)
{
	Nvo3__VmUpdate req = NVO3__VM_UPDATE__INIT;
	uint8_t id[16] = { 1 };

	req.vm = (ProtobufCBinaryData){ 16, id };
	req.disk_mib = mib;
	return bed_ask(h->bed, h->vc, MSG(VM_UPDATE), &req.base);
}

static uint64_t image_mib(struct bed_host *h)
{
	char dir[HOST_DIR_MAX], path[HOST_DIR_MAX + 16];
	struct stat st;

	snprintf(path, sizeof(path), "%s/www/image", vm_dir(host_vm(h, 1), dir));
	assert_int_equal(stat(path, &st), 0);
	return st.st_size >> 20;
}

/* One that runs by libvirt, never to a smaller one; one that does not by its file */
static void test_grow(void **state)
{
	struct bed_host h;
	struct reply r;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	disk_mib = 16;
	disk_asked = 0;
	disk_fails = false;
	assert_int_equal(grow(&h, 24).code, CODE(OK));
	assert_true(disk_mib == 24 && disk_asked == 1 && image_mib(&h) == 24);
	disk_mib = 40;
	assert_int_equal(grow(&h, 32).code, CODE(OK));
	assert_true(disk_mib == 40 && disk_asked == 1);
	disk_fails = true;
	r = grow(&h, 48);
	assert_int_equal(r.code, CODE(FAILED));
	assert_non_null(strstr(r.text, "VM vm1: cannot make larger the disk of VM nvo3-vm1: "));
	assert_non_null(strstr(r.text, "virDomainBlockResize"));
	assert_true(image_mib(&h) == 32 && host_vm(&h, 1)->profile->disk_mib == 32);
	assert_int_equal(host_power(&h, 1, false).code, CODE(OK));
	disk_asked = 0;
	assert_int_equal(grow(&h, 48).code, CODE(OK));
	assert_true(!disk_asked && image_mib(&h) == 48);
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	down(&h);
}

/* Guests live on while nvo3d does not run */
static void test_restart(void **state)
{
	struct uuid id = { { 2 } };
	struct bed_host h;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	assert_int_equal(host_create(&h, 2, true).code, CODE(OK));
	assert_int_equal(host_create(&h, 3, false).code, CODE(OK));
	host_end(&h);
	h.real->ops->free(h.real);
	assert_int_equal(virt_destroy(hand, &id, NULL), 0);
	assert_int_equal(driver_libvirt_new(&h.real, &h.config, NULL), 0);
	host_begin(&h);
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(RUNNING));
	assert_int_equal(host_vm(&h, 2)->fsm.state, STATE(FAILED));
	assert_int_equal(host_vm(&h, 3)->fsm.state, STATE(STOPPED));
	/* And is watched as before */
	id.b[0] = 1;
	assert_int_equal(virt_destroy(hand, &id, NULL), 0);
	BED_WAIT(h.bed, h.told == STATE(STOPPED));
	for (uint8_t n = 1; n <= 3; n++)
		assert_int_equal(host_delete(&h, n).code, CODE(OK));
	down(&h);
}

/* What runs again already is left alone; what does not is started */
static void test_restart_of_the_machine(void **state)
{
	static const char before[] = "of the boot before\n";
	struct uuid id = { { 2 } };
	struct bed_host h;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	assert_int_equal(host_create(&h, 2, true).code, CODE(OK));
	host_end(&h);
	h.real->ops->free(h.real);
	assert_int_equal(virt_destroy(hand, &id, NULL), 0);
	assert_int_equal(store_put(h.store, "boot", before, sizeof(before), NULL), 0);
	assert_int_equal(driver_libvirt_new(&h.real, &h.config, NULL), 0);
	host_begin(&h);
	BED_WAIT(h.bed, host_vm(&h, 2)->fsm.state == STATE(RUNNING) && !host_vm(&h, 2)->task);
	BED_WAIT(h.bed, !host_vm(&h, 1)->restart && !host_vm(&h, 2)->restart);
	assert_true(see(1).active && see(2).active);
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(RUNNING));
	for (uint8_t n = 1; n <= 2; n++)
		assert_int_equal(host_delete(&h, n).code, CODE(OK));
	down(&h);
}

/* Nobody can say whether they run: nothing is done to them, and what is asked can be repeated */
static void test_without_libvirt(void **state)
{
	static const char nowhere[] = "qemu+unix:///system?socket=/nonexistent/libvirt.sock";
	struct bed_host h;
	struct reply r;
	bool on;

	up(&h, *state, "test:///default");
	assert_int_equal(host_create(&h, 1, true).code, CODE(OK));
	host_end(&h);
	h.real->ops->free(h.real);
	h.config.libvirt.uri = nowhere;
	assert_int_equal(driver_libvirt_new(&h.real, &h.config, NULL), 0);
	host_begin(&h);
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(RUNNING));
	assert_true(tap(1, &on) && on);
	r = host_power(&h, 1, false);
	assert_int_equal(r.code, CODE(UNAVAILABLE));
	assert_non_null(strstr(r.text, "/nonexistent/libvirt.sock"));
	assert_int_equal(host_vm(&h, 1)->fsm.state, STATE(RUNNING));
	assert_true(tap(1, &on) && on);
	r = host_create(&h, 2, false);
	assert_int_equal(r.code, CODE(UNAVAILABLE));
	host_end(&h);
	h.real->ops->free(h.real);
	h.config.libvirt.uri = "test:///default";
	assert_int_equal(driver_libvirt_new(&h.real, &h.config, NULL), 0);
	host_begin(&h);
	assert_int_equal(host_delete(&h, 1).code, CODE(OK));
	if (host_vm(&h, 2))
		assert_int_equal(host_delete(&h, 2).code, CODE(OK));
	assert_false(see(1).active || see(2).defined || tap(1, &on) || tap(2, &on));
	down(&h);
}

static void test_containers(void **state)
{
	struct driver *d = NULL;
	struct bed_host h;
	struct err err;

	up(&h, *state, "test:///default");
	h.config.libvirt.type = "lxc";
	h.config.libvirt.init = "/sbin/init";
	h.config.libvirt.template = "/etc/passwd";
	assert_int_equal(driver_libvirt_new(&d, &h.config, &err), -ENOTDIR);
	assert_non_null(strstr(err.text, "vserver.libvirt.template: /etc/passwd is no folder"));
	h.config.libvirt.template = "/nonexistent";
	assert_int_equal(driver_libvirt_new(&d, &h.config, &err), -ENOTDIR);
	h.config.libvirt.template = "/etc";
	assert_false(driver_libvirt_new(&d, &h.config, NULL));
	/* All of an interface is in its place; and it stays while it runs, with the reason */
	assert_true(!d->ops->plug && !d->ops->unplug && h.real->ops->plug);
	h.vs->driver = d;
	for (int is_source = 0; is_source < 2; is_source++)
		assert_true(!move_live_can(h.vs, is_source, &err) &&
			    strstr(err.text, "are containers"));
	h.vs->driver = h.real;
	d->ops->free(d);
	down(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_life), BED_TEST(test_template),
		BED_TEST(test_resize), BED_TEST(test_grow),
		BED_TEST(test_restart), BED_TEST(test_restart_of_the_machine),
		BED_TEST(test_without_libvirt), BED_TEST(test_containers),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
