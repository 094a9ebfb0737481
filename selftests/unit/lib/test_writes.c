// SPDX-License-Identifier: GPL-2.0
/* What a transaction writes, in memory and as one block of bytes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "writes.h"

static void set(struct writes *writes, const char *key, const char *text)
{
	writes_set(writes, key, text ? kv_value_copy(text, strlen(text)) : (struct kv_value){ });
}

/* "key=value" or "key-", in order */
static void are(const struct writes *writes, const char *expected)
{
	const struct write *write;
	char all[256] = "";
	size_t bytes = 0;

	for (write = writes->all; write; write = write->hh.next) {
		bytes += strlen(write->key) + write->value.len;
		sprintf(all + strlen(all), "%s%s%.*s ", write->key, write->value.data ? "=" : "-",
			(int)write->value.len, write->value.data ?: (uint8_t *)"");
	}
	assert_string_equal(all, expected);
	assert_int_equal(writes->bytes, bytes);
}

static void test_the_last_word_counts(void **state)
{
	struct writes *one = writes_new(), *two = writes_new();

	set(one, "a", "first");
	set(one, "b", "x");
	set(one, "a", "2");
	set(one, "b", NULL);
	set(one, "c", "");
	are(one, "a=2 b- c= ");
	assert_int_equal(writes_count(one), 3);

	set(two, "b", "again");
	set(two, "c", NULL);
	set(two, "d", "new");
	writes_add(one, two);
	are(one, "a=2 b=again c- d=new ");
	writes_free(one);
	writes_free(NULL);
}

static void test_encoded_and_back(void **state)
{
	struct writes *one = writes_new(), *two = writes_new();
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;

	set(one, "vm/1", "value");
	set(one, "vm/2", NULL);
	set(one, "vm/3", "");
	data = writes_encode(one, &len);
	assert_int_equal(writes_decode(two, data, len, NULL), 0);
	are(two, "vm/1=value vm/2- vm/3= ");
	writes_free(one);
	writes_free(two);
}

/* Cut anywhere but between two, it is refused; nothing behind its end is looked at. */
static void test_damaged(void **state)
{
	struct writes *one = writes_new(), *two;
	_cleanup_free_ uint8_t *data = NULL;
	size_t len, cut;
	struct err err;

	set(one, "key", "value");
	data = writes_encode(one, &len);
	for (cut = 1; cut < len; cut++) {
		uint8_t *copy = malloc(cut);

		memcpy(copy, data, cut);
		two = writes_new();
		assert_int_equal(writes_decode(two, copy, cut, &err), -EBADMSG);
		assert_string_equal(err.text, "is damaged");
		writes_free(two);
		free(copy);
	}
	two = writes_new();
	data[0] = 2;
	assert_int_equal(writes_decode(two, data, len, NULL), -EBADMSG);
	data[0] = 0;	/* goes, but has a value */
	assert_int_equal(writes_decode(two, data, len, NULL), -EBADMSG);
	data[0] = 1;
	memset(data + 1, 0xff, 8);
	assert_int_equal(writes_decode(two, data, len, NULL), -EBADMSG);
	writes_free(two);
	writes_free(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_last_word_counts),
		cmocka_unit_test(test_encoded_and_back),
		cmocka_unit_test(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
