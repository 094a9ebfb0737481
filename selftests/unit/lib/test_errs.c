// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "errs.h"

static void code_is_negative_either_way(void **state)
{
	struct err err;

	assert_int_equal(err_set(&err, EINVAL, "no %s", "VNI"), -EINVAL);
	assert_string_equal(err.text, "no VNI");
	assert_int_equal(err_set(&err, -ENOENT, "gone"), -ENOENT);
	assert_int_equal(err_sys(&err, -ENOENT, "open %d", 1), -ENOENT);
	assert_string_equal(err.text, "open 1: No such file or directory");
}

static void nobody_listens(void **state)
{
	assert_int_equal(err_set(NULL, EINVAL, "x"), -EINVAL);
	assert_int_equal(err_sys(NULL, EINVAL, "x"), -EINVAL);
	assert_int_equal(err_prefix(NULL, -EINVAL, "x"), -EINVAL);
}

static void context_comes_first(void **state)
{
	struct err err;
	int r = err_set(&err, EEXIST, "VN is there");

	assert_int_equal(err_prefix(&err, r, "file %d", 3), -EEXIST);
	assert_string_equal(err.text, "file 3: VN is there");
}

static void too_long(void **state)
{
	char text[2 * sizeof(struct err)];
	struct err err;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	err_set(&err, EINVAL, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_string_equal(err.text + sizeof(err.text) - 5, "a...");
	err_prefix(&err, -EINVAL, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	assert_string_equal(err.text + sizeof(err.text) - 4, "...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_is_negative_either_way), cmocka_unit_test(nobody_listens),
		cmocka_unit_test(context_comes_first), cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
