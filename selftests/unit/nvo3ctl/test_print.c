// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/cleanup.h"
#include "print.h"

/* Written with single quotes, to be readable in C. */
static json_t *canned(const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	json_error_t why;
	json_t *json;

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	json = json_loads(copy, 0, &why);
	if (!json)
		fail_msg("%s", why.text);
	return json;
}

static const struct {
	const char *path;
	enum print_form form;
	const char *text;
} values[] = {
	{ "name", PRINT_TEXT, "vm1" },
	{ "cpus", PRINT_TEXT, "4" },
	{ "load", PRINT_TEXT, "0.5" },
	{ "up", PRINT_TEXT, "yes" },
	{ "down", PRINT_TEXT, "no" },
	{ "used.cpus", PRINT_TEXT, "2" },
	{ "used.cpus/cpus", PRINT_TEXT, "2/4" },
	{ "dc/server", PRINT_TEXT, "dc1/" },
	{ "nics.mac", PRINT_TEXT, "02:00:00:00:00:01,02:00:00:00:00:02" },
	{ "nics.ips", PRINT_TEXT, "10.0.0.1/24,fd00::1/64,10.0.1.1/24" },
	{ "seconds", PRINT_TIME, "2023-11-14 22:13:20" },
	{ "milliseconds", PRINT_TIME, "2023-11-14 22:13:20" },
	{ "name", PRINT_TIME, "vm1" },
	{ "evil", PRINT_TEXT, "a?[31m?b?" },
	{ "umlaut", PRINT_TEXT, "\xc3\xbc" },
	{ "absent", PRINT_TEXT, "-" },
	{ "absent/missing", PRINT_TEXT, "-" },
	{ "used.absent.deep", PRINT_TEXT, "-" },
	{ "name.deep", PRINT_TEXT, "-" },
	{ "null", PRINT_TEXT, "-" },
	{ "empty", PRINT_TEXT, "-" },
	{ "used", PRINT_TEXT, "-" },
};

static void test_value(void **state)
{
	json_t *obj = canned("{'name': 'vm1', 'cpus': 4, 'load': 0.5, 'up': true,'down': false, 'used': {'cpus': 2}, 'dc': 'dc1','nics': [{'mac': '02:00:00:00:00:01','ips': ['10.0.0.1/24', 'fd00::1/64']},{'mac': '02:00:00:00:00:02', 'ips': ['10.0.1.1/24']}],'seconds': 1700000000, 'milliseconds': 1700000000123,'evil': 'a\\u001b[31m\\nb\\u007f', 'umlaut': '\\u00fc','null': null, 'empty': []}");

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		_cleanup_free_ char *text = print_value(obj, values[i].path, values[i].form);

		assert_string_equal(text, values[i].text);
	}
	json_decref(obj);
}

static const struct column columns[] = {
	{ "NAME", "name" },
	{ "ERROR", "error" },
	{ "VNI", "vni", .right = true },
	{ "UP", "up" },
	{ NULL },
};

static void expect_table(const char *json, const char *expected)
{
	json_t *items = canned(json);
	char *text;
	size_t len;
	FILE *out;

	out = open_memstream(&text, &len);
	print_table(out, columns, items);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	json_decref(items);
}

static void test_table(void **state)
{
	expect_table("[{'name': 'blue', 'vni': 4096, 'up': true}, {'name': 'gr\\u00fcner', 'vni': 7, 'up': false}]",
		     "NAME     VNI  UP\n"
		     "blue    4096  yes\n"
		     "gr\xc3\xbcner     7  no\n");
	expect_table("[{'name': 'a', 'error': 'broken'}, {'vni': 16777215}]",
		     "NAME  ERROR        VNI\n"
		     "a     broken         -\n"
		     "-     -       16777215\n");
	expect_table("[]", "");
}

static void test_record(void **state)
{
	json_t *obj = canned("{'name': 'blue', 'vni': 4096}");
	char *text;
	size_t len;
	FILE *out;

	out = open_memstream(&text, &len);
	print_record(out, columns, obj);
	fclose(out);
	assert_string_equal(text, "NAME   blue\nVNI    4096\n");
	free(text);
	json_decref(obj);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_value),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_record),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
