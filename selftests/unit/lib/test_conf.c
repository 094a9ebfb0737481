// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "conf_scan.h"
#include "nearest.h"

/* In a directory of its own, which is where the test runs. */
#define FILE_NAME "test.conf"

static char dir[] = "/tmp/test_conf.XXXXXX";

static int enter_dir(void **state)
{
	return mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static int leave_dir(void **state)
{
	unlink(FILE_NAME);
	return chdir("/") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

static void write_conf_len(const char *text, size_t len)
{
	FILE *f = fopen(FILE_NAME, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static struct conf *open_text(const char *text)
{
	struct conf *conf;
	struct err err;

	write_conf_len(text, strlen(text));
	conf = conf_open(FILE_NAME, &err);
	if (!conf)
		fail_msg("%s", err.text);
	return conf;
}

static void test_values(void **state)
{
	struct conf *conf = open_text("dc = \"dc1\";\n"
				      "nve: { local = \"10.1.0.11\"; dstport = 4790; relay = true;\n"
				      "  directors = [ \"a:1\", \"b:2\" ]; };\n"
				      "peers = ( { addr = \"x\"; }, { addr = \"y\"; big = 6000000000L; } );\n");
	const char *const *list;
	struct ip_addr ip;
	struct err err;
	const char *s;
	bool b;
	long i;
	int n;

	assert_int_equal(conf_str(conf, "dc", &s, &err), 0);
	assert_string_equal(s, "dc1");
	assert_int_equal(conf_ip(conf, "nve.local", &ip, &err), 0);
	assert_int_equal(ip.family, AF_INET);
	assert_memory_equal(ip.b, "\x0a\x01\x00\x0b", 4);
	assert_int_equal(conf_int(conf, "nve.dstport", 1, 65535, &i, &err), 0);
	assert_int_equal(i, 4790);
	assert_int_equal(conf_bool_or(conf, "nve.relay", false, &b, &err), 0);
	assert_true(b);
	assert_int_equal(conf_list(conf, "nve.directors", &list, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_string_equal(list[1], "b:2");
	assert_null(list[2]);
	assert_int_equal(conf_count(conf, "peers"), 2);
	assert_int_equal(conf_str(conf, "peers.[0].addr", &s, &err), 0);
	assert_string_equal(s, "x");
	assert_int_equal(conf_str(conf, "peers.[1].addr", &s, &err), 0);
	assert_string_equal(s, "y");
	assert_int_equal(conf_int(conf, "peers.[1].big", 0, 10000000000, &i, &err), 0);
	assert_true(i == 6000000000);
	assert_int_equal(conf_finish(conf, &err), 0);
	conf_free(conf);
}

static void test_defaults(void **state)
{
	struct conf *conf = open_text("directors = \"only:1\";\nempty = [];\n");
	const char *const *list;
	struct err err;
	const char *s;
	bool b;
	long i;
	int n;

	assert_int_equal(conf_str_or(conf, "driver", "netns", &s, &err), 0);
	assert_string_equal(s, "netns");
	assert_int_equal(conf_int_or(conf, "dstport", 1, 65535, 4789, &i, &err), 0);
	assert_int_equal(i, 4789);
	assert_int_equal(conf_bool_or(conf, "relay", true, &b, &err), 0);
	assert_true(b);
	assert_int_equal(conf_list(conf, "directors", &list, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_string_equal(list[0], "only:1");
	assert_int_equal(conf_list(conf, "empty", &list, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_null(list[0]);
	assert_int_equal(conf_count(conf, "peers"), 0);
	assert_false(conf_has(conf, "nve"));
	assert_int_equal(conf_finish(conf, &err), 0);
	conf_free(conf);
}

/* What is asked of each file, after which the error must read as given. */
enum ask { OPEN, STR, STR_OR, INT, INT_OR, BOOL, IP, LIST, COUNT, FINISH, ERROR };

static const struct bad {
	const char *name;
	const char *text;
	enum ask ask;
	const char *path;
	const char *error;
	int code;
} bad[] = {
	{ "syntax", "a = 1;\nb = ;\n", OPEN, NULL, "test.conf:2: syntax error" },
	{ "unfinished text", "a = 1;\n\nb = \"x\n", OPEN, NULL, "test.conf:4: syntax error" },
	{ "duplicate", "a = 1;\nb = 2;\na = 3;\n", OPEN, NULL,
	  "test.conf:3: duplicate setting name" },
	{ "mixed array", "a = [ 1, \"x\" ];\n", OPEN, NULL,
	  "test.conf:1: mismatched element type in array" },
	{ "include", "a = 1;\n  @include \"other.conf\"\n", OPEN, NULL,
	  "test.conf:2: @include is not supported" },
	{ "missing at top", "a = 1;\n", STR, "dc", "test.conf:1: dc is missing", -ENOENT },
	{ "missing in group", "a = 1;\nnve: {\n dev = \"x\";\n};\n", STR, "nve.local",
	  "test.conf:2: nve.local is missing", -ENOENT },
	{ "missing in list", "a = 1;\npeers = (\n { dc = \"x\"; },\n { }\n);\n", STR,
	  "peers.[1].dc", "test.conf:4: peers.[1].dc is missing", -ENOENT },
	{ "missing number", "", INT, "dc_id", "test.conf:1: dc_id is missing", -ENOENT },
	{ "missing list", "", LIST, "directors", "test.conf:1: directors is missing", -ENOENT },
	{ "number for text", "\ndc = 5;\n", STR, "dc",
	  "test.conf:2: dc: must be a text in quotes", -EINVAL },
	{ "number for default", "\ndc = 5;\n", STR_OR, "dc",
	  "test.conf:2: dc: must be a text in quotes", -EINVAL },
	{ "group for text", "dc: { };\n", STR, "dc",
	  "test.conf:1: dc: must be a text in quotes", -EINVAL },
	{ "text for number", "port = \"80\";\n", INT, "port",
	  "test.conf:1: port: must be a whole number from 1 to 255", -EINVAL },
	{ "float for number", "port = 8.5;\n", INT_OR, "port",
	  "test.conf:1: port: must be a whole number from 1 to 255", -EINVAL },
	{ "too small", "port = 0;\n", INT, "port", "test.conf:1: port: 0 is not from 1 to 255",
	  -ERANGE },
	{ "too large", "\n\nport = 256;\n", INT_OR, "port",
	  "test.conf:3: port: 256 is not from 1 to 255", -ERANGE },
	{ "beyond 32 bits", "# 1\nport = 4294967297;\n", OPEN, NULL,
	  "test.conf:2: 4294967297: so large a number must be written 4294967297L" },
	{ "beyond 64 bits", "port = 18446744073709551617L;\n", OPEN, NULL,
	  "test.conf:1: 18446744073709551617L: this number is too large" },
	{ "hex beyond 32 bits", "port = 0x100000001;\n", OPEN, NULL,
	  "test.conf:1: 0x100000001: so large a number must be written 0x100000001L" },
	{ "negative beyond 32 bits", "port = -4294967297;\n", OPEN, NULL,
	  "test.conf:1: -4294967297: so large a number must be written -4294967297L" },
	{ "beyond 32 bits with L", "port = 4294967297L;\n", INT, "port",
	  "test.conf:1: port: 4294967297 is not from 1 to 255", -ERANGE },
	{ "text for bool", "relay = \"yes\";\n", BOOL, "relay",
	  "test.conf:1: relay: must be true or false", -EINVAL },
	{ "number for bool", "relay = 1;\n", BOOL, "relay",
	  "test.conf:1: relay: must be true or false", -EINVAL },
	{ "no address", "local = \"10.0.0\";\n", IP, "local", "test.conf:1: local: ", -EINVAL },
	{ "number in list", "l = ( \"a\",\n 5 );\n", LIST, "l",
	  "test.conf:2: l: member 2 must be a text in quotes", -EINVAL },
	{ "group for list", "l: { };\n", LIST, "l",
	  "test.conf:1: l: must be a list of texts", -EINVAL },
	{ "number for list", "l = 1;\n", LIST, "l", "test.conf:1: l: must be a list of texts",
	  -EINVAL },
	{ "texts for groups", "peers = [ \"a\" ];\n", COUNT, "peers",
	  "test.conf:1: peers: must be a list of groups", -EINVAL },
	{ "text for groups", "a = 1;\npeers = \"a\";\n", COUNT, "peers",
	  "test.conf:2: peers: must be a list of groups", -EINVAL },
	{ "group for groups", "peers: { };\n", COUNT, "peers",
	  "test.conf:1: peers: must be a list of groups", -EINVAL },
	{ "unknown", "a = 1;\nzebra = 2;\n", FINISH, NULL, "test.conf:2: zebra: unknown key" },
	{ "misspelt", "a = 1;\nnve: {\n dst_port = 1;\n};\n", FINISH, NULL,
	  "test.conf:3: nve.dst_port: unknown key, did you mean dstport?" },
	{ "unknown group", "nwe: { local = \"x\"; };\n", FINISH, NULL,
	  "test.conf:1: nwe: unknown key, did you mean nve?" },
	{ "unknown in list", "list = ( { dc = \"a\"; },\n { dc = \"b\"; adr = 1; } );\n", FINISH,
	  NULL, "test.conf:2: list.[1].adr: unknown key" },
	{ "scalar for group", "nve = 5;\n", FINISH, NULL,
	  "test.conf:1: nve: must be a group" },
	{ "caller's", "a = 1;\nnve: {\n dev = \"!\";\n};\n", ERROR, "nve.dev",
	  "test.conf:3: nve.dev: no name for a device", -EINVAL },
};

/* The program that these files are for. */
static int finish(struct conf *conf, struct err *err)
{
	const char *s;
	long i;

	conf_int_or(conf, "a", 0, 9, 0, &i, NULL);
	conf_has(conf, "nve");
	conf_str_or(conf, "nve.local", "", &s, NULL);
	conf_int_or(conf, "nve.dstport", 1, 9, 1, &i, NULL);
	for (int n = 0; n < conf_count(conf, "list"); n++) {
		char path[32];

		snprintf(path, sizeof(path), "list.[%d].dc", n);
		conf_str(conf, path, &s, NULL);
	}
	return conf_finish(conf, err);
}

static int ask(struct conf *conf, const struct bad *b, struct err *err)
{
	const char *const *list = (void *)-1;
	struct ip_addr ip = { .family = 99 };
	const char *s = "untouched";
	bool flag = true;
	long i = -77;
	int n = -77;
	int r = 0;

	switch (b->ask) {
	case STR:
		r = conf_str(conf, b->path, &s, err);
		break;
	case STR_OR:
		r = conf_str_or(conf, b->path, "default", &s, err);
		break;
	case INT:
		r = conf_int(conf, b->path, 1, 255, &i, err);
		break;
	case INT_OR:
		r = conf_int_or(conf, b->path, 1, 255, 7, &i, err);
		break;
	case BOOL:
		r = conf_bool_or(conf, b->path, false, &flag, err);
		break;
	case IP:
		r = conf_ip(conf, b->path, &ip, err);
		break;
	case LIST:
		r = conf_list(conf, b->path, &list, &n, err);
		break;
	case COUNT:
		assert_int_equal(conf_count(conf, b->path), 0);
		conf_has(conf, "a");
		r = conf_finish(conf, err);
		break;
	case FINISH:
		r = finish(conf, err);
		break;
	case ERROR:
		r = conf_error(conf, b->path, err, "no name for a %s", "device");
		break;
	case OPEN:
		break;
	}

	/* Nothing is handed out together with an error. */
	assert_string_equal(s, "untouched");
	assert_int_equal(i, -77);
	assert_int_equal(n, -77);
	assert_true(flag);
	assert_int_equal(ip.family, 99);
	assert_ptr_equal(list, (void *)-1);
	return r;
}

static void test_bad(void **state)
{
	struct conf *conf;
	struct err err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct bad *b = &bad[i];
		int r;

		memset(&err, 0, sizeof(err));
		write_conf_len(b->text, strlen(b->text));
		conf = conf_open(FILE_NAME, &err);
		if (b->ask == OPEN)
			assert_null(conf);
		if (b->ask != OPEN && !conf)
			fail_msg("%s: does not open: %s", b->name, err.text);

		if (conf) {
			r = ask(conf, b, &err);
			if (r != (b->code ?: -EINVAL))
				fail_msg("%s: value %d (%s)", b->name, r, err.text);
		}
		if (strncmp(err.text, b->error, strlen(b->error)) != 0)
			fail_msg("%s: error is \"%s\"", b->name, err.text);
		conf_free(conf);
	}
}

static void refuse_file(const char *path, const char *error)
{
	struct err err = { "" };

	assert_null(conf_open(path, &err));
	assert_string_equal(err.text, error);
}

static void test_bad_files(void **state)
{
	char *big = malloc(2 << 20);

	refuse_file("missing.conf", "missing.conf: No such file or directory");
	refuse_file("/tmp", "/tmp: Is a directory");

	write_conf_len("a = 1;\0b = 2;", 13);
	refuse_file(FILE_NAME, "test.conf: not a text file (it has a NUL byte)");

	assert_non_null(big);
	memset(big, '\n', 2 << 20);
	write_conf_len(big, 2 << 20);
	refuse_file(FILE_NAME, "test.conf: longer than 1048576 bytes");
	free(big);
}

/* As somebody else than root, who may read everything. */
static void test_unreadable(void **state)
{
	if (geteuid() == 0) {
		assert_int_equal(chmod(dir, 0755), 0);
		write_conf_len("", 0);
		assert_int_equal(chmod(FILE_NAME, 0600), 0);
		assert_int_equal(seteuid(65534), 0);
		refuse_file(FILE_NAME, "test.conf: Permission denied");
		assert_int_equal(seteuid(0), 0);
	} else {
		write_conf_len("", 0);
		assert_int_equal(chmod(FILE_NAME, 0), 0);
		refuse_file(FILE_NAME, "test.conf: Permission denied");
	}
}

/* Where it is no number and no directive, nothing is complained of. */
static void test_scan(void **state)
{
	static const char *const good[] = {
		"# 99999999999\n@x", "// @include\na = 1;", "/* \n@include \"x\" 99999999999 */",
		"a = \"\\\"99999999999\n@include\";", "a = 2147483647; b = -2147483648;",
		"a = 0xffffffff; b = 1e30; c = 99999999999.5;", "host99999999999 = 1;",
		"v6-99999999999 = 1;", "a = 6000000000L;", "\"open", "/* open", "",
	};
	unsigned int line;
	struct err err;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (conf_scan(good[i], &line, &err) < 0)
			fail_msg("\"%s\": line %u: %s", good[i], line, err.text);

	assert_int_equal(conf_scan("a = \"x\ny\";\n/* \n */ @include \"x\"", &line, &err), -EINVAL);
	assert_int_equal(line, 4);
}

static const char *nearest(const char *word, const char *a, const char *b)
{
	struct nearest n;

	nearest_init(&n, word);
	nearest_offer(&n, a);
	nearest_offer(&n, b);
	return n.best;
}

static void test_nearest(void **state)
{
	char longer[200];

	assert_string_equal(nearest("dst_port", "local", "dstport"), "dstport");
	assert_string_equal(nearest("direktors", "directors", "peers"), "directors");
	assert_string_equal(nearest("same", "same", "sane"), "same");
	assert_null(nearest("dc", "id", "xy"));
	assert_null(nearest("zebra", "local", "dstport"));

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_null(nearest(longer, longer, "x"));
	assert_null(nearest("x", longer, longer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_bad_files),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, enter_dir, leave_dir);
}
