// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/tls.h"

static void test_good(void **state)
{
	char buf[IDENTITY_STRLEN];
	struct identity id;
	struct err err;

	assert_int_equal(identity_parse("nvo3://dc1/vserver/host-1.a", &id, &err), 0);
	assert_int_equal(id.role, ROLE_VSERVER);
	assert_string_equal(id.dc, "dc1");
	assert_string_equal(id.name, "host-1.a");
	assert_string_equal(identity_format(&id, buf, sizeof(buf)), "dc1/host-1.a");
}

static void test_every_role_round_trips(void **state)
{
	char uri[64];
	struct identity id;
	unsigned int r;

	for (r = ROLE_VSERVER; r <= ROLE_OPERATOR; r++) {
		snprintf(uri, sizeof(uri), "nvo3://d/%s/n", role_name(r));
		assert_int_equal(identity_parse(uri, &id, NULL), 0);
		assert_int_equal(id.role, r);
		assert_int_equal(role_parse(role_name(r)), r);
	}
	assert_int_equal(role_parse("none"), ROLE_NONE);
	assert_int_equal(role_parse("nv"), ROLE_NONE);
	assert_string_equal(role_name(99), "none");
}

static void test_bad(void **state)
{
	static const char *const uris[] = {
		"", "nvo3:/", "nvo3://", "http://dc1/nve/h", "NVO3://dc1/nve/h", "nvo3://dc1",
		"nvo3://dc1/", "nvo3://dc1/nve", "nvo3://dc1/nve/", "nvo3:///nve/h",
		"nvo3://dc1//h", "nvo3://dc1/none/h", "nvo3://dc1/nvex/h", "nvo3://dc1/nve/h/x",
		"nvo3://dc1/nve/h ", "nvo3://dc 1/nve/h", "nvo3://DC1/nve/h", "nvo3://dc1/nve/H",
		"nvo3://d.c/nve/h", "nvo3://dc1/nve/h,URI:nvo3", "nvo3://dc1/nve/\xc3\xa9",
		"nvo3://dc1/averyveryverylongrole/h",
	};
	struct identity before, id;
	struct err err;
	size_t i;

	memset(&before, 0xaa, sizeof(before));
	for (i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
		id = before;
		err.text[0] = '\0';
		assert_int_equal(identity_parse(uris[i], &id, &err), -EINVAL);
		assert_memory_equal(&id, &before, sizeof(id));
		assert_non_null(strstr(err.text, uris[i]));
	}
}

static int parse_long(int dc, int name)
{
	char uri[256];
	struct identity id;

	snprintf(uri, sizeof(uri), "nvo3://%.*s/nve/%.*s",
		 dc, "dddddddddddddddddddddddddddddddddddddddd", name,
		 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
	return identity_parse(uri, &id, NULL);
}

static void test_lengths(void **state)
{
	assert_int_equal(parse_long(31, 63), 0);
	assert_int_equal(parse_long(32, 63), -EINVAL);
	assert_int_equal(parse_long(31, 64), -EINVAL);
}

static void test_role_list(void **state)
{
	char buf[64], tiny[8];

	assert_string_equal(role_list(0, ", ", buf, sizeof(buf)), "none");
	assert_string_equal(role_list(ROLE_BIT(ROLE_NVE), ", ", buf, sizeof(buf)), "nve");
	assert_string_equal(role_list(ROLE_BIT(ROLE_NVE) | ROLE_BIT(ROLE_VSERVER), " or ", buf,
				      sizeof(buf)), "vserver or nve");
	assert_string_equal(role_list(~0u, ", ", tiny, sizeof(tiny)), "none, v");
}

static void test_format_without_dc(void **state)
{
	struct identity id = { .role = ROLE_NVE, .name = "local" };
	char buf[IDENTITY_STRLEN];

	assert_string_equal(identity_format(&id, buf, sizeof(buf)), "local");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_every_role_round_trips),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_role_list),
		cmocka_unit_test(test_format_without_dc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
