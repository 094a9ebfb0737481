// SPDX-License-Identifier: GPL-2.0
/* The ordered map, also beside a sorted array that is told the same. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kvmap.h"

static void set(struct kvmap *map, const char *key, const char *text)
{
	struct kv_value value = text ? kv_value_copy(text, strlen(text)) : (struct kv_value){ };

	free(kvmap_set(map, key, value).data);
}

static void at(const struct kv *kv, const char *key)
{
	if (!key)
		assert_null(kv);
	else
		assert_string_equal(kv->key, key);
}

static void test_order(void **state)
{
	struct kvmap map;

	kvmap_init(&map);
	at(kvmap_next(&map, "", false), NULL);
	set(&map, "b", "2");
	set(&map, "a/x", "1");
	set(&map, "\xc3\xa4", "4");
	set(&map, "c", "3");
	at(kvmap_next(&map, "", false), "a/x");
	at(kvmap_next(&map, "a/x", false), "a/x");
	at(kvmap_next(&map, "a/x", true), "b");
	at(kvmap_next(&map, "bb", false), "c");
	/* by bytes: what is no ASCII is last */
	at(kvmap_next(&map, "c", true), "\xc3\xa4");
	at(kvmap_next(&map, "\xc3\xa4", true), NULL);
	at(kvmap_find(&map, "bb"), NULL);
	kvmap_uninit(&map);
	at(kvmap_next(&map, "", false), NULL);
}

static void test_set_gives_back_what_was_there(void **state)
{
	struct kv_value old;
	struct kvmap map;

	kvmap_init(&map);
	old = kvmap_set(&map, "k", kv_value_copy("one", 3));
	assert_null(old.data);
	old = kvmap_set(&map, "k", kv_value_copy(NULL, 0));
	assert_int_equal(old.len, 3);
	assert_memory_equal(old.data, "one", 3);
	free(old.data);
	assert_int_equal(kvmap_find(&map, "k")->value.len, 0);
	/* nothing is a value; none is not */
	old = kvmap_set(&map, "k", (struct kv_value){ });
	assert_non_null(old.data);
	free(old.data);
	assert_null(kvmap_find(&map, "k"));
	assert_null(kvmap_set(&map, "k", (struct kv_value){ }).data);
	kvmap_uninit(&map);
}

#define KEYS 500

static void same_as(struct kvmap *map, const int *there)
{
	const struct kv *kv = kvmap_next(map, "", false);
	char key[8];
	int i;

	for (i = 0; i < KEYS; i++) {
		snprintf(key, sizeof(key), "%03d", i);
		if (!there[i]) {
			assert_null(kvmap_find(map, key));
			continue;
		}
		at(kv, key);
		assert_int_equal(kv->value.len, there[i]);
		kv = kv->next[0];
	}
	assert_null(kv);
}

static void test_many(void **state)
{
	static const char block[64];
	int there[KEYS] = { 0 }, n, i;
	struct kvmap map;
	char key[8];

	srandom(1);
	kvmap_init(&map);
	for (n = 0; n < 20000; n++) {
		i = random() % KEYS;
		there[i] = random() % 3 ? 1 + random() % 63 : 0;
		snprintf(key, sizeof(key), "%03d", i);
		free(kvmap_set(&map, key, there[i] ? kv_value_copy(block, there[i]) :
						     (struct kv_value){ }).data);
		if (n % 1000 == 0)
			same_as(&map, there);
	}
	same_as(&map, there);
	kvmap_uninit(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_set_gives_back_what_was_there),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
