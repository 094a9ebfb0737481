// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "addr.h"
#include "errs.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static void ip_round_trip(void **state)
{
	static const char *const texts[] = { "0.0.0.0", "10.0.0.1", "255.255.255.255", "::",
					     "::1", "fd00::1", "2001:db8:1:2:3:4:5:6" };
	char buf[IP_ADDR_STRLEN];
	struct ip_addr a;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(ip_addr_parse(&a, texts[i], NULL), 0);
		assert_string_equal(ip_addr_format(&a, buf), texts[i]);
		assert_int_equal(a.family, strchr(texts[i], ':') ? AF_INET6 : AF_INET);
	}
}

static void ip_bytes_are_in_network_order(void **state)
{
	static const uint8_t want[4] = { 10, 1, 2, 3 };
	struct ip_addr a, b;

	assert_int_equal(ip_addr_parse(&a, "10.1.2.3", NULL), 0);
	assert_memory_equal(a.b, want, 4);
	b = ip_addr_from(AF_INET, want);
	assert_true(ip_addr_equal(&a, &b));
	assert_int_equal(ip_addr_len(&a), 4);
}

static void ip_refused(void **state)
{
	static const char *const texts[] = {
		"", "10.0.0", "10.0.0.256", "010.0.0.1", "10.0.0.1 ", "fe80::1%eth0", ":::",
		"1::2::3", "host", "10.0.0.1/8",
	};
	struct ip_addr a = { .family = 77 };
	struct err err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(ip_addr_parse(&a, texts[i], &err), -EINVAL);
		assert_non_null(strstr(err.text, texts[i]));
		assert_int_equal(a.family, 77);
	}
}

static void ip_kinds(void **state)
{
	static const struct {
		const char *text;
		bool zero, multicast, loopback, linklocal;
	} rows[] = {
		{ "0.0.0.0", true, false, false, false },
		{ "::", true, false, false, false },
		{ "224.0.0.1", false, true, false, false },
		{ "239.255.255.255", false, true, false, false },
		{ "240.0.0.1", false, false, false, false },
		{ "223.255.255.255", false, false, false, false },
		{ "ff02::1", false, true, false, false },
		{ "127.3.4.5", false, false, true, false },
		{ "::1", false, false, true, false },
		{ "169.254.1.1", false, false, false, true },
		{ "169.253.1.1", false, false, false, false },
		{ "fe80::1", false, false, false, true },
		{ "febf::1", false, false, false, true },
		{ "fec0::1", false, false, false, false },
	};
	struct ip_addr a;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(ip_addr_parse(&a, rows[i].text, NULL), 0);
		assert_int_equal(ip_addr_is_zero(&a), rows[i].zero);
		assert_int_equal(ip_addr_is_multicast(&a), rows[i].multicast);
		assert_int_equal(ip_addr_is_loopback(&a), rows[i].loopback);
		assert_int_equal(ip_addr_is_linklocal(&a), rows[i].linklocal);
	}
}

static void ip_none_is_no_address(void **state)
{
	struct ip_addr none = {}, v4 = { .family = AF_INET }, v6 = { .family = AF_INET6 };
	char buf[IP_ADDR_STRLEN];

	assert_string_equal(ip_addr_format(&none, buf), "none");
	assert_false(ip_addr_equal(&none, &v4));
	assert_false(ip_addr_equal(&v4, &v6));
	assert_true(ip_addr_equal(&none, &none));
}

static void prefix(void **state)
{
	static const char *const bad[] = { "10.0.0.1/33", "fd00::/129", "10.0.0.1/", "10.0.0.1/a",
					   "/24", "10.0.0.1/024", "10.0.0.1/-1", "10.0.0.1/24/1" };
	char buf[IP_PREFIX_STRLEN];
	struct ip_prefix p;
	struct err err;
	size_t i;

	assert_int_equal(ip_prefix_parse(&p, "10.0.0.1/24", NULL), 0);
	assert_string_equal(ip_prefix_format(&p, buf), "10.0.0.1/24");
	assert_int_equal(ip_prefix_parse(&p, "fd00::1/0", NULL), 0);
	assert_string_equal(ip_prefix_format(&p, buf), "fd00::1/0");
	assert_int_equal(ip_prefix_parse(&p, "10.0.0.1", NULL), 0);
	assert_int_equal(p.len, 32);
	assert_int_equal(ip_prefix_parse(&p, "::1", NULL), 0);
	assert_int_equal(p.len, 128);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(ip_prefix_parse(&p, bad[i], &err), -EINVAL);
	assert_int_equal(p.len, 128);
	assert_int_equal(ip_prefix_parse(&p, "10.0.0.1/33", &err), -EINVAL);
	assert_string_equal(err.text, "prefix length of \"10.0.0.1/33\" is not 0 to 32");
}

static void mac(void **state)
{
	static const char *const bad[] = { "", "02:00:00:00:00", "02:00:00:00:00:01:", "2:0:0:0:0:1",
					   "02-00-00-00-00-01", "02:00:00:00:00:0g",
					   "02:00:00:00:00:011", " 2:00:00:00:00:01" };
	char buf[MAC_ADDR_STRLEN];
	struct mac_addr m, n;
	size_t i;

	assert_int_equal(mac_addr_parse(&m, "02:aB:00:00:fF:01", NULL), 0);
	assert_string_equal(mac_addr_format(&m, buf), "02:ab:00:00:ff:01");
	n = m;
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(mac_addr_parse(&m, bad[i], NULL), -EINVAL);
	assert_true(mac_addr_equal(&m, &n));
	n.b[5]++;
	assert_false(mac_addr_equal(&m, &n));
}

static void mac_kinds(void **state)
{
	const struct mac_addr zero = {}, group = { { 1, 0, 0x5e, 0, 0, 1 } };
	const struct mac_addr broadcast = { { 255, 255, 255, 255, 255, 255 } };
	const struct mac_addr unicast = { { 2, 0, 0, 0, 0, 1 } };

	assert_false(mac_addr_is_unicast(&zero));
	assert_true(mac_addr_is_zero(&zero));
	assert_false(mac_addr_is_unicast(&group));
	assert_false(mac_addr_is_unicast(&broadcast));
	assert_true(mac_addr_is_unicast(&unicast));
	assert_false(mac_addr_is_zero(&unicast));
}

static void sock(void **state)
{
	static const char *const good[] = { "10.0.0.1:6641", "[fd00::1]:6641", "0.0.0.0:1",
					    "[::]:65535" };
	static const char *const bad[] = { "", ":", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0",
					   "10.0.0.1:65536", "fd00::1:6641", "[10.0.0.1]:6641",
					   "[fd00::1]", "[fd00::1]6641", "[]:1", "[:1", ":80",
					   "10.0.0.1:+1", "10.0.0.1: 1", "[fd00::1]:080" };
	char buf[SOCK_ADDR_STRLEN];
	struct sock_addr s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(sock_addr_parse(&s, good[i], NULL), 0);
		assert_string_equal(sock_addr_format(&s, buf), good[i]);
	}
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(sock_addr_parse(&s, bad[i], NULL), -EINVAL);
	assert_int_equal(s.port, 65535);
}

static void sock_native(void **state)
{
	struct sockaddr_storage native;
	struct sock_addr s;

	assert_int_equal(sock_addr_parse(&s, "10.0.0.1:6641", NULL), 0);
	assert_int_equal(sock_addr_to_native(&s, &native), sizeof(struct sockaddr_in));
	assert_int_equal(native.ss_family, AF_INET);
	assert_int_equal(((struct sockaddr_in *)&native)->sin_port, htons(6641));
	assert_int_equal(((struct sockaddr_in *)&native)->sin_addr.s_addr, htonl(0x0a000001));
	assert_int_equal(sock_addr_parse(&s, "[::1]:1", NULL), 0);
	assert_int_equal(sock_addr_to_native(&s, &native), sizeof(struct sockaddr_in6));
	assert_memory_equal(&((struct sockaddr_in6 *)&native)->sin6_addr, &in6addr_loopback, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ip_round_trip), cmocka_unit_test(ip_bytes_are_in_network_order),
		cmocka_unit_test(ip_refused), cmocka_unit_test(ip_kinds),
		cmocka_unit_test(ip_none_is_no_address), cmocka_unit_test(prefix),
		cmocka_unit_test(mac), cmocka_unit_test(mac_kinds),
		cmocka_unit_test(sock), cmocka_unit_test(sock_native),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
