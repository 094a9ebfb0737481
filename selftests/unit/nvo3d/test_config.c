// SPDX-License-Identifier: GPL-2.0
/* nvo3d.conf: the group nve.bfd */
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

static char path[] = "/tmp/test_config.XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	return unlink(path);
}

/* With @bfd on line 9 */
static int read_config(const char *bfd, struct config *ret, struct err *err)
{
	FILE *f = fopen(path, "w");
	struct conf *conf;
	int rc;

	assert_non_null(f);
	fprintf(f,
		"dc = \"dc1\";\nname = \"host1\";\n"
		"tls: { ca = \"ca\"; cert = \"cert\"; key = \"key\"; };\nstate = \"/tmp\";\n"
		"nve: {\n\tdev = \"nve0\";\n\tlocal = \"192.0.2.1\";\n"
		"\tlisten = \"unix:/tmp/assoc.sock\"; directors = [ \"192.0.2.3:6651\" ];\n"
		"\t%s\n};\n", bfd);
	assert_int_equal(fclose(f), 0);
	conf = conf_open(path, err);
	if (!conf)
		fail_msg("%s", err->text);
	rc = config_read(conf, ret, err);
	conf_free(conf);
	return rc;
}

static struct config_bfd accepted(const char *bfd)
{
	struct config config;
	struct err err;

	if (read_config(bfd, &config, &err))
		fail_msg("%s", err.text);
	return config.nve.bfd;
}

static void test_accepted(void **state)
{
	struct config_bfd bfd = accepted("");

	assert_false(bfd.enabled);
	bfd = accepted("bfd: { enabled = true; };");
	assert_true(bfd.enabled && !bfd.multihop);
	assert_int_equal(bfd.tx_ms, 300);
	assert_int_equal(bfd.rx_ms, 300);
	assert_int_equal(bfd.multiplier, 3);
	bfd = accepted("bfd: { enabled = true; tx_ms = 10; rx_ms = 60000; multiplier = 255;"
		       " multihop = true; };");
	assert_true(bfd.multihop);
	assert_int_equal(bfd.tx_ms, 10);
	assert_int_equal(bfd.rx_ms, 60000);
	assert_int_equal(bfd.multiplier, 255);
}

static void test_refused(void **state)
{
	static const char *const table[][2] = {
		{ "bfd: { enabled = 1; };", "nve.bfd.enabled" },
		{ "bfd: { tx_ms = 9; };", "nve.bfd.tx_ms" },
		{ "bfd: { tx_ms = 60001; };", "nve.bfd.tx_ms" },
		{ "bfd: { rx_ms = 0; };", "nve.bfd.rx_ms" },
		{ "bfd: { rx_ms = \"300\"; };", "nve.bfd.rx_ms" },
		{ "bfd: { multiplier = 0; };", "nve.bfd.multiplier" },
		{ "bfd: { multiplier = 256; };", "nve.bfd.multiplier" },
		{ "bfd: { multihop = \"yes\"; };", "nve.bfd.multihop" },
		{ "bfd: { multipier = 3; };", "multipier" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct config config;
		struct err err = {};

		if (!read_config(table[i][0], &config, &err))
			fail_msg("%s was accepted", table[i][0]);
		if (!strstr(err.text, table[i][1]) || !strstr(err.text, ":9: "))
			fail_msg("%s: %s", table[i][0], err.text);
	}
}

static void test_audit(void **state)
{
	struct config config;
	struct err err;

	assert_int_equal(read_config("", &config, &err), 0);
	assert_int_equal(config.nve.audit, 60);
	assert_int_equal(read_config("audit = 1;", &config, &err), 0);
	assert_int_equal(config.nve.audit, 1);
	assert_true(read_config("audit = 0;", &config, &err) < 0);
	assert_non_null(strstr(err.text, "audit"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_audit),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
