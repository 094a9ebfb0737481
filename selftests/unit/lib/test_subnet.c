// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "errs.h"
#include "subnet.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static struct ip_addr ip(const char *text)
{
	struct ip_addr a;

	assert_int_equal(ip_addr_parse(&a, text, NULL), 0);
	return a;
}

static struct subnet subnet(const char *prefix)
{
	struct subnet s = { .lease_s = SUBNET_LEASE_DEFAULT };

	assert_int_equal(ip_prefix_parse(&s.prefix, prefix, NULL), 0);
	return s;
}

/* What a prefix has to give when nobody says more */
static void default_ranges(void **state)
{
	static const struct {
		const char *prefix, *range;
	} cases[] = {
		{ "10.1.0.0/24", "10.1.0.1-10.1.0.254" },
		{ "10.1.0.0/30", "10.1.0.1-10.1.0.2" },
		{ "10.1.0.0/31", "10.1.0.0-10.1.0.1" },
		{ "10.1.0.7/32", "10.1.0.7" },
		{ "10.0.0.0/8", "10.0.0.1-10.255.255.254" },
		{ "fd00:1::/64", "fd00:1::1-fd00:1::100:0" },
		{ "fd00:1::/120", "fd00:1::1-fd00:1::ff" },
		{ "fd00:1::4/126", "fd00:1::5-fd00:1::7" },
	};
	char text[IP_RANGE_STRLEN];
	struct err err;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct subnets all = { .v = { subnet(cases[i].prefix) }, .n = 1 };

		subnet_default_range(&all.v[0]);
		assert_string_equal(ip_range_format(&all.v[0].range, text), cases[i].range);
		if (subnets_check(&all, &err))
			fail_msg("%s", err.text);
	}
}

static void ranges_as_text(void **state)
{
	static const char *const bad[] = { "", "-", "10.0.0.1-", "10.0.0.9-10.0.0.1",
					   "10.0.0.1-fd00::1", "10.0.0.1/24", "a-b",
					   "1111:2222:3333:4444:5555:6666:7777:8888:9999-::1" };
	struct ip_range r;

	assert_int_equal(ip_range_parse(&r, "10.0.0.250-10.0.1.5", NULL), 0);
	assert_int_equal(ip_range_index(&r, &r.last), 11);
	for (uint32_t i = 0; i <= 11; i++) {
		struct ip_addr a = ip_range_at(&r, i);

		assert_true(ip_range_has(&r, &a));
		assert_int_equal(ip_range_index(&r, &a), i);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(ip_range_parse(&r, bad[i], NULL), -EINVAL);
}

static void never_given(void **state)
{
	struct subnet s = subnet("10.1.0.0/24");

	s.gateway = ip("10.1.0.1");
	s.n_reserved = 1;
	assert_int_equal(ip_range_parse(&s.reserved[0], "10.1.0.50-10.1.0.59", NULL), 0);
	subnet_default_range(&s);
	assert_true(subnet_is_reserved(&s, &s.prefix.addr));
	assert_true(subnet_is_reserved(&s, &s.gateway));
	assert_true(subnet_is_reserved(&s, &(struct ip_addr){ AF_INET, { 10, 1, 0, 255 } }));
	assert_true(subnet_is_reserved(&s, &(struct ip_addr){ AF_INET, { 10, 1, 0, 50 } }));
	assert_false(subnet_is_reserved(&s, &(struct ip_addr){ AF_INET, { 10, 1, 0, 49 } }));
}

static void refuse(const struct subnet *a, const struct subnet *b, const char *says)
{
	struct subnets s = { .v = { *a }, .n = 1 };
	struct err err = { "" };

	if (b)
		s.v[s.n++] = *b;
	assert_int_equal(subnets_check(&s, &err), -EINVAL);
	if (!strstr(err.text, says))
		fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

static void what_is_wrong_is_named(void **state)
{
	struct subnet good = subnet("10.1.0.0/24"), good6 = subnet("fd00:1::/64"), s;

	subnet_default_range(&good);
	subnet_default_range(&good6);
#define BAD(from, says, ...) do { s = from; __VA_ARGS__; refuse(&s, NULL, says); } while (0)
	BAD(good, "subnet 10.1.0.5/24: the prefix has host bits", s.prefix.addr = ip("10.1.0.5"));
	BAD(good, "not from 8 to 32", s.prefix.len = 7);
	BAD(good6, "not from 64 to 126", s.prefix.len = 48);
	BAD(good6, "not from 64 to 126", s.prefix.len = 127);
	BAD(good, "not one of hosts", s.prefix.addr = ip("224.1.0.0"));
	BAD(good, "gateway is not a host", s.gateway = ip("10.2.0.1"));
	BAD(good, "gateway is not a host", s.gateway = ip("10.1.0.255"));
	BAD(good, "gateway is not a host", s.gateway = ip("fe80::1"));
	BAD(good6, "link-local", s.gateway = ip("fd00:1::1"));
	BAD(good, "the range is not in", s.range.last = ip("10.1.1.0"));
	BAD(good, "reserved range is not in", s.n_reserved = 1;
	    s.reserved[0].first = ip("10.1.0.1"); s.reserved[0].last = ip("10.2.0.1"));
	BAD(good6, "more than 16777216", s.range.last = ip("fd00:1::1:0:0:0"));
	BAD(good, "name server", s.n_dns = 1; s.dns[0] = ip("fd00::1"));
	BAD(good, "domain", strcpy(s.domain, "a..b"));
	BAD(good, "domain", strcpy(s.domain, "-a"));
	BAD(good, "domain", strcpy(s.domain, "a."));
	BAD(good, "domain", strcpy(s.domain, "a_b"));
	BAD(good, "lease", s.lease_s = 59);
	refuse(&good, &good, "overlaps");
}

static void as_a_message_and_back(void **state)
{
	struct subnets s = { .v = { subnet("10.1.0.0/24"), subnet("fd00:1::/64") }, .n = 2 }, back;
	struct subnets_packed packed, again;
	ProtobufCBinaryData data;

	s.v[0].gateway = ip("10.1.0.1");
	s.v[0].dns[0] = ip("10.1.0.2");
	s.v[0].dns[1] = ip("192.0.2.1");
	s.v[0].n_dns = 2;
	strcpy(s.v[0].domain, "blue.example");
	s.v[1].gateway = ip("fe80::1");
	s.v[1].n_reserved = 1;
	assert_int_equal(ip_range_parse(&s.v[1].reserved[0], "fd00:1::5-fd00:1::9", NULL), 0);
	subnet_default_range(&s.v[0]);
	subnet_default_range(&s.v[1]);
	subnets_pack(&s, &packed);
	data = (ProtobufCBinaryData){ packed.len, packed.b };
	assert_int_equal(subnets_unpack(&data, &back, NULL), 0);
	assert_memory_equal(&back, &s, sizeof(s));
	subnets_pack(&back, &again);
	assert_memory_equal(&again, &packed, sizeof(packed));
	/* Cut anywhere it is no message, or another one, and read is nothing behind it */
	for (data.len = 0; data.len < packed.len; data.len++)
		subnets_unpack(&data, &back, NULL);
	data = (ProtobufCBinaryData){ 0, NULL };
	assert_int_equal(subnets_unpack(&data, &back, NULL), 0);
	assert_int_equal(back.n, 0);
}

/* The largest there is fits where it is kept. */
static void largest_fits(void **state)
{
	struct subnets s = { .n = SUBNETS_MAX };
	struct subnets_packed packed;

	for (int i = 0; i < SUBNETS_MAX; i++) {
		struct subnet *one = &s.v[i];

		*one = subnet("fd00::/64");
		one->prefix.addr.b[7] = i;
		subnet_default_range(one);
		one->gateway = ip("fe80::1");
		one->lease_s = SUBNET_LEASE_MAX;
		one->n_dns = SUBNET_DNS_MAX;
		for (int k = 0; k < SUBNET_DNS_MAX; k++)
			one->dns[k] = ip("2001:db8:1111:2222:3333:4444:5555:6666");
		one->n_reserved = SUBNET_RESERVED_MAX;
		for (int k = 0; k < SUBNET_RESERVED_MAX; k++)
			one->reserved[k] = one->range;
		memset(one->domain, 'a', sizeof(one->domain) - 1);
	}
	assert_int_equal(subnets_check(&s, NULL), 0);
	subnets_pack(&s, &packed);
	assert_in_range(packed.len, 1000, SUBNETS_BYTES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_ranges),
		cmocka_unit_test(ranges_as_text),
		cmocka_unit_test(never_given),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(as_a_message_and_back),
		cmocka_unit_test(largest_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
