// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "http_route.h"

static int match(const char *pattern, const char *path, const char *first)
{
	struct http_params params = { .n = 0 };
	struct err err = { "" };
	int r = http_route_match(pattern, path, &params, &err);

	if (r == 1 && first)
		assert_string_equal(params.list[0].value, first);
	else
		assert_int_equal(params.n, 0);
	http_params_uninit(&params);
	return r;
}

static void test_route(void **state)
{
	assert_int_equal(match("/vms", "/vms", NULL), 1);
	assert_int_equal(match("/vms", "/vms/", NULL), 0);
	assert_int_equal(match("/vms", "/vm", NULL), 0);
	assert_int_equal(match("/vms", "/vms2", NULL), 0);
	assert_int_equal(match("/vms/{id}", "/vms/7", "7"), 1);
	assert_int_equal(match("/vms/{id}", "/vms/", NULL), 0);
	assert_int_equal(match("/vms/{id}", "/vms", NULL), 0);
	assert_int_equal(match("/vms/{id}/start", "/vms/a%2fb/start", "a/b"), 1);
	assert_int_equal(match("/vms/{id}/start", "/vms/a/stop", NULL), 0);
	assert_int_equal(match("/vms/{id}", "/vms/a+b", "a+b"), 1);
	assert_int_equal(match("/vms/{id}", "/vms/%4", NULL), -EINVAL);
	assert_int_equal(match("/vms/{id}", "/vms/%", NULL), -EINVAL);
	assert_int_equal(match("/vms/{id}", "", NULL), 0);
	/* all that follows */
	assert_int_equal(match("/at/{rest...}", "/at/a%2fb/c", "a/b/c"), 1);
	assert_int_equal(match("/at/{rest...}", "/at/a/", "a/"), 1);
	assert_int_equal(match("/at/{rest...}", "/at/", NULL), 0);
	assert_int_equal(match("/at/{rest...}", "/at", NULL), 0);
	assert_int_equal(match("/at/{rest...}", "/at/a/%4", NULL), -EINVAL);
}

static void test_query(void **state)
{
	struct http_params params = { .n = 0 };
	char many[256] = "";
	struct err err;

	assert_int_equal(http_query_parse("a=1&&b=x%3D%26y&c&=d", &params, &err), 0);
	assert_string_equal(http_params_get(&params, "a"), "1");
	assert_string_equal(http_params_get(&params, "b"), "x=&y");
	assert_string_equal(http_params_get(&params, "c"), "");
	assert_null(http_params_get(&params, "x"));
	http_params_uninit(&params);

	assert_int_equal(http_query_parse(NULL, &params, &err), 0);
	assert_int_equal(params.n, 0);
	for (int i = 0; i < 17; i++)
		strcat(many, "a=b&");
	assert_int_equal(http_query_parse(many, &params, &err), -EINVAL);
	assert_string_equal(err.text, "more than 16 parameters");
	assert_int_equal(http_query_parse("a=1&b=%1", &params, &err), -EINVAL);
	assert_int_equal(params.n, 0);
}

static int only(const char *query, const char *known, const char *why)
{
	struct http_params params = { .n = 0 };
	struct err err = { "" };
	int r;

	assert_int_equal(http_query_parse(query, &params, &err), 0);
	r = http_query_only(&params, known, &err);
	http_params_uninit(&params);
	assert_string_equal(err.text, why);
	return r;
}

static void test_query_has_only_what_is_known(void **state)
{
	assert_int_equal(only(NULL, NULL, ""), 0);
	assert_int_equal(only("limit=1", "vn limit", ""), 0);
	assert_int_equal(only("vn=1&limit=1", "vn limit", ""), 0);
	assert_int_equal(only("vn=1", NULL, "vn: unknown parameter"), -EINVAL);
	assert_int_equal(only("colour=1&limit", "vn limit", "colour: unknown parameter"), -EINVAL);
	assert_int_equal(only("lim=1", "vn limits lim1",
			      "lim: unknown parameter, did you mean lim1?"), -EINVAL);
	assert_int_equal(only("vn=1&limit=1&vn=1", "vn limit", "vn: is there twice"), -EINVAL);
	assert_int_equal(only("=1", "vn limit", ": unknown parameter"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_query_has_only_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
