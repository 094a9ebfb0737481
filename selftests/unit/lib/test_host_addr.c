// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "errs.h"
#include "host_addr.h"

static int check(const char *text, struct err *err)
{
	struct ip_addr a;

	assert_int_equal(ip_addr_parse(&a, text, NULL), 0);
	return host_addr_check(&a, err);
}

static void test_a_hosts(void **state)
{
	static const char *const hosts[] = { "1.0.0.1", "10.0.0.1", "192.0.2.7", "169.253.0.1",
					     "223.255.255.254", "2001:db8::1", "fd00::1",
					     "64:ff9b::1" };
	struct err err;

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (check(hosts[i], &err))
			fail_msg("%s", err.text);
}

static void test_nobodys(void **state)
{
	static const char *const others[][2] = {
		{ "0.0.0.0", "0.0.0.0 is the unspecified address" },
		{ "::", ":: is the unspecified address" },
		{ "127.0.0.1", "127.0.0.1 is a loopback address" },
		{ "127.9.9.9", "127.9.9.9 is a loopback address" },
		{ "::1", "::1 is a loopback address" },
		{ "169.254.1.1", "169.254.1.1 is a link-local address" },
		{ "fe80::1", "fe80::1 is a link-local address" },
		{ "febf::1", "febf::1 is a link-local address" },
		{ "224.0.0.1", "224.0.0.1 is a multicast address" },
		{ "239.255.255.255", "239.255.255.255 is a multicast address" },
		{ "ff02::1", "ff02::1 is a multicast address" },
		{ "255.255.255.255", "255.255.255.255 is the broadcast address" },
		{ "240.0.0.1", "240.0.0.1 is a reserved address" },
		{ "0.1.2.3", "0.1.2.3 is a reserved address" },
		{ "::ffff:127.0.0.1", "::ffff:127.0.0.1 is an IPv4 address written as IPv6" },
		{ "::127.0.0.1", "::127.0.0.1 is an IPv4 address written as IPv6" },
	};
	struct ip_addr none = { 0 };
	struct err err;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_true(check(others[i][0], &err) < 0);
		assert_string_equal(err.text, others[i][1]);
	}
	assert_true(host_addr_check(&none, &err) < 0);
	assert_string_equal(err.text, "there is no address");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_hosts),
		cmocka_unit_test(test_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
