// SPDX-License-Identifier: GPL-2.0
/* The key that ends a console: what it may be, and what comes before it */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "escape.h"

static void test_keys(void **state)
{
	static const struct {
		const char *text;
		int key;
	} good[] = {
		{ "^]", 0x1d }, { "^A", 1 }, { "^a", 1 }, { "^Z", 26 }, { "^_", 0x1f },
		{ "none", ESCAPE_NONE },
	};
	static const char *const bad[] = { "", "^", "]", "^@", "^1", "^]]", "^\xff", "None" };
	struct err err;
	char name[8];
	int key;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(escape_parse(good[i].text, &key, &err), 0);
		assert_int_equal(key, good[i].key);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		key = 77;
		assert_int_equal(escape_parse(bad[i], &key, &err), -EINVAL);
		assert_int_equal(key, 77);
	}
	assert_string_equal(escape_name(0x1d, name), "Ctrl-]");
	assert_string_equal(escape_name(1, name), "Ctrl-A");
}

static void test_what_was_typed_before_it_is_the_guests(void **state)
{
	bool end;

	assert_int_equal(escape_scan(0x1d, "ls\n", 3, &end), 3);
	assert_false(end);
	assert_int_equal(escape_scan(0x1d, "ls\n\x1dmore", 8, &end), 3);
	assert_true(end);
	assert_int_equal(escape_scan(0x1d, "\x1d", 1, &end), 0);
	assert_true(end);
	assert_int_equal(escape_scan(0x1d, "", 0, &end), 0);
	assert_false(end);
}

static void test_without_a_key_all_bytes_are(void **state)
{
	char all[256];
	bool end;

	for (int i = 0; i < 256; i++)
		all[i] = i;
	assert_int_equal(escape_scan(ESCAPE_NONE, all, sizeof(all), &end), sizeof(all));
	assert_false(end);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_what_was_typed_before_it_is_the_guests),
		cmocka_unit_test(test_without_a_key_all_bytes_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
