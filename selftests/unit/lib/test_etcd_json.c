// SPDX-License-Identifier: GPL-2.0
/* etcd's JSON: what is said, as the gateway of 3.4 takes it, and what it answers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etcd_json.h"

static void says(json_t *json, const char *expected)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	assert_string_equal(text, expected);
	free(text);
	json_decref(json);
}

static void test_said(void **state)
{
	json_t *compare = json_array(), *then = json_array();

	says(etcd_number(9007199254740993), "\"9007199254740993\"");
	says(etcd_range("k", NULL, 0, 0), "{\"key\":\"aw==\"}");
	says(etcd_range("k", "l", 5, 7),
	     "{\"key\":\"aw==\",\"limit\":\"5\",\"range_end\":\"bA==\",\"revision\":\"7\"}");
	says(etcd_op_put("k", "", 0, 3),
	     "{\"request_put\":{\"key\":\"aw==\",\"lease\":\"3\",\"value\":\"\"}}");
	says(etcd_op_del("k", "l"),
	     "{\"request_delete_range\":{\"key\":\"aw==\",\"range_end\":\"bA==\"}}");
	json_array_append_new(compare, etcd_if_created("k", 2));
	json_array_append_new(compare, etcd_if_changed("l", 0));
	json_array_append_new(then, etcd_op_get("k"));
	says(etcd_txn(compare, then, NULL),
	     "{\"compare\":[{\"create_revision\":\"2\",\"key\":\"aw==\",\"result\":\"EQUAL\","
	     "\"target\":\"CREATE\"},{\"key\":\"bA==\",\"mod_revision\":\"0\",\"result\":\"EQUAL\","
	     "\"target\":\"MOD\"}],\"success\":[{\"request_range\":{\"key\":\"aw==\"}}]}");
}

static int first(const char *text, struct etcd_kv *kv, struct err *err)
{
	json_t *json = json_loads(text, 0, NULL);
	int r;

	assert_non_null(json);
	r = etcd_first_kv(json, kv, err);
	json_decref(json);
	return r;
}

static void test_answered(void **state)
{
	static const char whole[] = "{\"kvs\":[{\"key\":\"aw==\",\"create_revision\":\"2\","
				    "\"mod_revision\":\"9007199254740993\",\"lease\":\"7\"}]}";
	static const char responses[] = "{\"responses\":[{\"response_put\":{}},"
					"{\"response_range\":{\"count\":\"1\"}}]}";
	struct etcd_kv kv = { };
	int64_t number = 5;
	json_t *json;

	assert_int_equal(first(whole, &kv, NULL), 0);
	assert_string_equal(kv.key, "k");
	assert_int_equal(kv.created, 2);
	assert_int_equal(kv.changed, 9007199254740993);
	assert_int_equal(kv.lease, 7);
	/* left out because it is empty, which is a value */
	assert_non_null(kv.value.data);
	assert_int_equal(kv.value.len, 0);
	etcd_kv_uninit(&kv);
	assert_int_equal(first("{}", &kv, NULL), -ENOENT);

	json = json_loads(responses, 0, NULL);
	assert_null(etcd_txn_range(json, 0));
	assert_null(etcd_txn_range(json, 2));
	assert_int_equal(etcd_get_number(etcd_txn_range(json, 1), "count", &number, NULL), 0);
	assert_int_equal(number, 1);
	assert_int_equal(etcd_get_number(json, "left out", &number, NULL), 0);
	assert_int_equal(number, 0);
	json_decref(json);
	assert_null(etcd_txn_range(NULL, 0));
}

static void refuse(const char *text, const char *sentence)
{
	struct etcd_kv kv = { };
	struct err err;

	assert_int_equal(first(text, &kv, &err), -EPROTO);
	assert_string_equal(err.text, sentence);
	assert_null(kv.key);
}

static void test_nonsense(void **state)
{
	refuse("{\"kvs\":[{\"key\":\"aw=\"}]}", "etcd: a key is no base64");
	refuse("{\"kvs\":[{\"key\":1}]}", "etcd: a key is no text");
	refuse("{\"kvs\":[{\"key\":\"awBr\"}]}", "etcd: a key has a zero byte: k");
	refuse("{\"kvs\":[{\"key\":\"aw==\",\"value\":\"?\"}]}", "etcd: a value is no base64");
	refuse("{\"kvs\":[{\"key\":\"aw==\",\"lease\":7}]}", "etcd: its lease is no number");
	refuse("{\"kvs\":[{\"key\":\"aw==\",\"mod_revision\":\"7x\"}]}",
	       "etcd: its mod_revision is no number");
	refuse("{\"kvs\":[{\"key\":\"aw==\",\"mod_revision\":\"99999999999999999999\"}]}",
	       "etcd: its mod_revision is no number");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_answered),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
