// SPDX-License-Identifier: GPL-2.0
/* nvo3d.conf: the group vserver.libvirt */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "config.h"

static char path[] = "/tmp/test_config_libvirt.XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	return unlink(path);
}

static struct conf *conf;	/* what was read is borrowed from it */

/* With @more on line 9 */
static int read_config(const char *more, struct config *ret, struct err *err)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fprintf(f,
		"dc = \"dc1\";\nname = \"host1\";\n"
		"tls: { ca = \"ca\"; cert = \"cert\"; key = \"key\"; };\nstate = \"/tmp\";\n"
		"vserver: {\n\tnve = \"unix:/tmp/assoc.sock\"; vcenters = [ \"192.0.2.3:6641\" ];\n"
		"\timages = \"192.0.2.1:6644\"; cpus = 8; memory_mib = 1024; disk_mib = 1024;\n"
		"\tmax_vms = 10;\n\t%s\n};\n", more);
	assert_int_equal(fclose(f), 0);
	conf_free(conf);
	conf = conf_open(path, err);
	if (!conf)
		fail_msg("%s", err->text);
	return config_read(conf, ret, err);
}

static struct config accepted(const char *more)
{
	struct config config;
	struct err err;

	if (read_config(more, &config, &err))
		fail_msg("%s", err.text);
	return config;
}

static void test_accepted(void **state)
{
	struct config c = accepted("");

	assert_false(c.vserver.libvirt);
	assert_false(accepted("driver = \"netns\";").vserver.libvirt);
	c = accepted("driver = \"libvirt\";");
	assert_true(c.vserver.libvirt);
	assert_string_equal(c.libvirt.uri, "qemu:///system");
	assert_string_equal(c.libvirt.type, "kvm");
	assert_string_equal(c.libvirt.template, "");
	assert_int_equal(c.libvirt.shutdown_s, 60);
	c = accepted("driver = \"libvirt\"; libvirt: { uri = \"test:///default\"; type = \"test\";"
		     " shutdown = 1; max_cpus = 4; max_memory = 512; kernel = \"/k\"; template = \"/t\"; };");
	assert_string_equal(c.libvirt.uri, "test:///default");
	assert_string_equal(c.libvirt.type, "test");
	assert_string_equal(c.libvirt.kernel, "/k");
	assert_string_equal(c.libvirt.template, "/t");
	assert_int_equal(c.libvirt.shutdown_s, 1);
	assert_int_equal(c.libvirt.max_cpus, 4);
	assert_int_equal(c.libvirt.max_memory_mib, 512);
}

static void test_containers(void **state)
{
	struct config c = accepted("driver = \"libvirt\"; libvirt: { type = \"lxc\"; };");

	assert_string_equal(c.libvirt.uri, "lxc:///system");
	assert_string_equal(c.libvirt.init, "/sbin/init");
	assert_string_equal(config_image(&c), "");
	c = accepted("driver = \"libvirt\"; libvirt: { type = \"lxc\"; uri = \"lxc+unix:///system\";"
		     " template = \"/t\"; init = \"/i\"; };");
	assert_string_equal(c.libvirt.uri, "lxc+unix:///system");
	assert_string_equal(c.libvirt.init, "/i");
	/* A folder, which is not what disks begin as */
	assert_string_equal(c.libvirt.template, "/t");
	assert_string_equal(config_image(&c), "");
	c = accepted("driver = \"libvirt\"; libvirt: { template = \"/t\"; };");
	assert_string_equal(config_image(&c), "/t");
	c = accepted("");
	assert_null(config_image(&c));
}

static void test_refused(void **state)
{
	static const char *const table[][2] = {
		{ "driver = \"xen\";", "\"xen\" is not a driver" },
		{ "driver = \"libvirt\"; libvirt: { type = \"zen\"; };", "\"zen\" is none of" },
		{ "driver = \"libvirt\"; libvirt: { shutdown = 0; };", "vserver.libvirt.shutdown" },
		{ "driver = \"libvirt\"; libvirt: { uri = 7; };", "vserver.libvirt.uri" },
		{ "driver = \"libvirt\"; libvirt: { max_cpus = -1; };", "libvirt.max_cpus" },
		{ "driver = \"libvirt\"; libvirt: { max_memory = -1; };", "libvirt.max_memory" },
		{ "driver = \"libvirt\"; libvirt: { init = \"/i\"; };", "vserver.libvirt.init" },
		{ "driver = \"libvirt\"; libvirt: { type = \"lxc\"; kernel = \"/k\"; };",
		  "libvirt.kernel" },
		{ "driver = \"libvirt\"; libvirt: { type = \"lxc\"; migrate = \"x\"; };",
		  "libvirt.migrate" },
		{ "driver = \"libvirt\"; libvirt: { url = \"x\"; };", "url" },
		/* what nobody would look at */
		{ "libvirt: { uri = \"x\"; };", "libvirt" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct config config;
		struct err err = {};

		if (!read_config(table[i][0], &config, &err))
			fail_msg("%s was accepted", table[i][0]);
		if (!strstr(err.text, table[i][1]) || !strstr(err.text, ":9: "))
			fail_msg("%s: %s", table[i][0], err.text);
	}
	conf_free(conf);
	conf = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
