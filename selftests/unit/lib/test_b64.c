// SPDX-License-Identifier: GPL-2.0
/* Base64: the vectors of RFC 4648, and what is none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "b64.h"
#include "cleanup.h"

static void same(const char *plain, const char *coded)
{
	_cleanup_free_ char *text = b64_encode(plain, strlen(plain));
	_cleanup_free_ uint8_t *back = NULL;
	size_t len;

	assert_string_equal(text, coded);
	assert_int_equal(b64_decode(coded, &back, &len), 0);
	assert_int_equal(len, strlen(plain));
	assert_string_equal((char *)back, plain);
}

static void test_vectors(void **state)
{
	same("", "");
	same("f", "Zg==");
	same("fo", "Zm8=");
	same("foo", "Zm9v");
	same("foob", "Zm9vYg==");
	same("fooba", "Zm9vYmE=");
	same("foobar", "Zm9vYmFy");
}

static void test_every_byte_comes_back(void **state)
{
	_cleanup_free_ uint8_t *back = NULL;
	_cleanup_free_ char *text = NULL;
	uint8_t bytes[256];
	size_t len;
	int i;

	for (i = 0; i < 256; i++)
		bytes[i] = i;
	text = b64_encode(bytes, sizeof(bytes));
	assert_int_equal(b64_decode(text, &back, &len), 0);
	assert_int_equal(len, sizeof(bytes));
	assert_memory_equal(back, bytes, len);
}

static void test_refused(void **state)
{
	static const char *const bad[] = { "Z", "Zg", "Zg=", "Zg===", "====", "Z===", "Zg==Zg==",
					   "Zm9v\n", "Zm-_", "Zm 9", "=m9v", "Z=9v" };
	uint8_t *ret = NULL;
	size_t i, len;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(b64_decode(bad[i], &ret, &len), -EINVAL);
	assert_null(ret);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_every_byte_comes_back),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
