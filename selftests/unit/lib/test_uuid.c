// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "errs.h"
#include "uuid.h"

static void round_trip(void **state)
{
	static const uint8_t want[16] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
					  0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };
	char buf[UUID_STRLEN];
	struct uuid u;

	assert_int_equal(uuid_parse(&u, "01234567-89AB-cdef-fedc-ba9876543210", NULL), 0);
	assert_memory_equal(u.b, want, sizeof(want));
	assert_string_equal(uuid_format(&u, buf), "01234567-89ab-cdef-fedc-ba9876543210");
}

static void refused(void **state)
{
	static const char *const bad[] = {
		"", "0123456789abcdeffedcba9876543210", "01234567-89ab-cdef-fedc-ba987654321",
		"01234567-89ab-cdef-fedc-ba98765432100", "01234567-89ab-cdef-fedcb-a9876543210",
		"g1234567-89ab-cdef-fedc-ba9876543210", "{1234567-89ab-cdef-fedc-ba987654321}",
	};
	struct uuid u = {};
	struct err err;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(uuid_parse(&u, bad[i], &err), -EINVAL);
		assert_non_null(strstr(err.text, "is not a UUID"));
		assert_true(uuid_is_zero(&u));
	}
}

static void new_ones(void **state)
{
	struct uuid a = uuid_new(), b = uuid_new();

	assert_false(uuid_equal(&a, &b));
	assert_false(uuid_is_zero(&a));
	assert_int_equal(a.b[6] >> 4, 4);
	assert_int_equal(a.b[8] >> 6, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip), cmocka_unit_test(refused), cmocka_unit_test(new_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
