// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "json.h"

static int make(void **state)
{
	*state = json_pack("{s:s, s:I, s:b, s:n, s:f, s:[]}", "name", "vm1", "vni",
			   (json_int_t)4096, "start", 0, "null", "half", 0.5, "list");
	return *state ? 0 : -1;
}

static int unmake(void **state)
{
	json_decref(*state);
	return 0;
}

static void test_good(void **state)
{
	const char *s = "default";
	long long n = 7;
	bool b = true;
	struct err err;

	assert_int_equal(json_opt_str(*state, "absent", &s, &err), 0);
	assert_string_equal(s, "default");
	assert_int_equal(json_opt_int(*state, "absent", 1, 2, &n, &err), 0);
	assert_int_equal(n, 7);
	assert_int_equal(json_opt_bool(*state, "absent", &b, &err), 0);
	assert_true(b);

	assert_int_equal(json_get_str(*state, "name", &s, &err), 0);
	assert_string_equal(s, "vm1");
	assert_int_equal(json_get_int(*state, "vni", 1, 4096, &n, &err), 0);
	assert_int_equal(n, 4096);
	assert_int_equal(json_opt_bool(*state, "start", &b, &err), 0);
	assert_false(b);
}

static void test_bad(void **state)
{
	const char *s = "untouched";
	long long n = 7;
	bool b = true;
	struct err err;

	assert_int_equal(json_get_str(*state, "absent", &s, &err), -EINVAL);
	assert_string_equal(err.text, "absent: is missing, it must be a string");
	assert_int_equal(json_get_str(*state, "vni", &s, &err), -EINVAL);
	assert_string_equal(err.text, "vni: must be a string");
	assert_int_equal(json_opt_str(*state, "null", &s, &err), -EINVAL);
	assert_string_equal(err.text, "null: must be a string");
	assert_string_equal(s, "untouched");

	assert_int_equal(json_get_int(*state, "absent", 1, 9, &n, &err), -EINVAL);
	assert_string_equal(err.text, "absent: is missing, it must be a number from 1 to 9");
	assert_int_equal(json_get_int(*state, "vni", 1, 4095, &n, &err), -EINVAL);
	assert_string_equal(err.text, "vni: must be a number from 1 to 4095");
	assert_int_equal(json_get_int(*state, "vni", 4097, 5000, &n, &err), -EINVAL);
	assert_int_equal(json_opt_int(*state, "half", 0, 9, &n, &err), -EINVAL);
	assert_string_equal(err.text, "half: must be a number from 0 to 9");
	assert_int_equal(json_opt_int(*state, "name", 0, 9, &n, &err), -EINVAL);
	assert_int_equal(n, 7);

	assert_int_equal(json_opt_bool(*state, "vni", &b, &err), -EINVAL);
	assert_string_equal(err.text, "vni: must be true or false");
	assert_true(b);
}

static void test_only(void **state)
{
	static const char *const all[] = { "list", "name", "vni", "start", "null", "half", NULL };
	static const char *const typo[] = { "list", "nane", "vni", "start", "null", "half", NULL };
	static const char *const less[] = { "name", "vni", "start", "null", "half", NULL };
	struct err err;

	assert_int_equal(json_only(*state, all, &err), 0);
	assert_int_equal(json_only(*state, typo, &err), -EINVAL);
	assert_string_equal(err.text, "name: unknown member, did you mean nane?");
	assert_int_equal(json_only(*state, less, &err), -EINVAL);
	assert_string_equal(err.text, "list: unknown member");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_only),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
