// SPDX-License-Identifier: GPL-2.0
/* Which disks come over a network, and what libvirt tells of them */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "vserver/storage.h"
#include "vserver/virt_priv.h"

#define MOUNTS "22 27 0:21 / /sys rw,nosuid shared:7 - sysfs none rw\n" \
	       "27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n" \
	       "90 27 0:55 / /mnt/a\\040b rw - fuse.glusterfs srv:/vol rw\n" \
	       "91 27 0:56 / /home/x rw shared:9 master:3 - fuse.sshfs x@y:/ rw"

static void test_types(void **state)
{
	static const uint64_t network[] = {
		0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x00c36400, 0x01021997, 0x0bd00bd0,
		0xffffffffff534d42,	/* CIFS, where a long was signed */
	};
	static const uint64_t local[] = {
		0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x65735546, 0x7461636f,
		0x01161970, 0x786f4256, 0,
	};

	for (size_t i = 0; i < sizeof(network) / sizeof(network[0]); i++)
		assert_true(storage_type_is_network(network[i], NULL));
	for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++)
		assert_false(storage_type_is_network(local[i], NULL));
}

static void test_types_of_fuse(void **state)
{
	assert_true(storage_type_is_network(0x65735546, "fuse.glusterfs"));
	assert_true(storage_type_is_network(0x65735546, "fuse.sshfs"));
	assert_false(storage_type_is_network(0x65735546, "fuse.ntfs-3g"));
	assert_false(storage_type_is_network(0x65735546, "virtiofs"));
	assert_false(storage_type_is_network(0x65735546, ""));
	/* a name alone is nothing */
	assert_false(storage_type_is_network(0xef53, "fuse.sshfs"));
}

static void test_mounts(void **state)
{
	char type[64];

	assert_true(storage_type_find(MOUNTS, 0, 55, type, sizeof(type)));
	assert_string_equal(type, "fuse.glusterfs");
	assert_true(storage_type_find(MOUNTS, 0, 56, type, sizeof(type)));
	assert_string_equal(type, "fuse.sshfs");
	assert_true(storage_type_find(MOUNTS, 8, 1, type, sizeof(type)));
	assert_string_equal(type, "ext4");
	assert_true(storage_type_find(MOUNTS, 0, 55, type, 5));
	assert_string_equal(type, "fuse");
	assert_false(storage_type_find(MOUNTS, 8, 2, type, sizeof(type)));
	assert_false(storage_type_find("", 0, 0, type, sizeof(type)));
	assert_false(storage_type_find("\n\n", 0, 0, type, sizeof(type)));
	/* the dash of another line is not this one's */
	assert_false(storage_type_find("1 2 3:4 / / rw\n5 6 7:8 / / rw - ext4 a rw\n", 3, 4, type,
				       sizeof(type)));
}

static char *own_file(size_t bytes)
{
	static char path[] = "/tmp/nvo3-storage-XXXXXX";
	char *name = strdup(path), *data = calloc(1, bytes);
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	memset(data, 'x', bytes);
	assert_int_equal(write(fd, data, bytes), bytes);
	/* and a hole, which takes nothing */
	assert_int_equal(ftruncate(fd, 64 << 20), 0);
	assert_int_equal(fsync(fd), 0);
	free(data);
	close(fd);
	return name;
}

static void test_a_file(void **state)
{
	char *path = own_file(1 << 20);
	uint64_t kib = storage_kib(path);

	assert_false(storage_is_network(path));
	assert_true(kib >= 1024 && kib < 2048);
	unlink(path);
	assert_int_equal(storage_kib(path), 0);
	assert_false(storage_is_network(path));
	assert_true(storage_is_network("pool/image"));
	assert_int_equal(storage_kib("pool/image"), 0);
	free(path);
}

/* --- as libvirt says it */

static virTypedParameter number(const char *field, unsigned long long value)
{
	virTypedParameter p = { .type = VIR_TYPED_PARAM_ULLONG, .value.ul = value };

	strcpy(p.field, field);
	return p;
}

static virTypedParameter text(const char *field, char *value)
{
	virTypedParameter p = { .type = VIR_TYPED_PARAM_STRING, .value.s = value };

	strcpy(p.field, field);
	return p;
}

static void test_disks_of_a_domain(void **state)
{
	char *path = own_file(1 << 20);
	const virTypedParameter all[] = {
		number("cpu.time", 5), number("balloon.rss", 600), number("net.0.rx.bytes", 7),
		number("net.0.tx.bytes", 8), number("net.1.rx.bytes", 70),
		number("block.count", 3),
		/* a file of this machine's: libvirt's allocation has its holes */
		text("block.0.name", "vda"), text("block.0.path", path),
		number("block.0.rd.reqs", 1), number("block.0.rd.bytes", 1000),
		number("block.0.wr.bytes", 2000), number("block.0.allocation", 64 << 20),
		/* one of Ceph's, which has no path here */
		text("block.1.name", "vdb"), number("block.1.rd.bytes", 30),
		number("block.1.wr.bytes", 40), number("block.1.physical", 10 << 10),
		/* an empty drive */
		text("block.2.name", "sda"), number("block.2.rd.bytes", 0),
	};
	struct driver_use use = {};

	virt_use_of(all, sizeof(all) / sizeof(all[0]), &use);
	assert_int_equal(use.cpu_ns, 5);
	assert_int_equal(use.memory_kib, 600);
	assert_int_equal(use.net_in, 77);
	assert_int_equal(use.net_out, 8);
	assert_int_equal(use.disk_read, 1030);
	assert_int_equal(use.disk_written, 2040);
	assert_int_equal(use.store_in, 30);
	assert_int_equal(use.store_out, 40);
	assert_int_equal(use.disk_kib, storage_kib(path) + 10);
	unlink(path);
	free(path);
}

/* What it does not know it does not say, and it may say less than that */
static void test_a_domain_that_tells_little(void **state)
{
	const virTypedParameter some[] = { text("block.0.path", "/there/is/no/such"),
					   number("block.0.rd.bytes", 9), text("cpu.time", "x") };
	struct driver_use use = {};

	virt_use_of(NULL, 0, &use);
	assert_int_equal(use.disk_kib + use.store_in + use.cpu_ns, 0);
	virt_use_of(some, 3, &use);
	assert_int_equal(use.disk_read, 9);
	assert_int_equal(use.store_in + use.cpu_ns + use.disk_kib, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_types_of_fuse),
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_a_file),
		cmocka_unit_test(test_disks_of_a_domain),
		cmocka_unit_test(test_a_domain_that_tells_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
