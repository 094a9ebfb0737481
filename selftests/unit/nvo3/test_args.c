// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "addr.h"
#include "args.h"
#include "errs.h"

static const char *const colours[] = { "red", "green", "blue", NULL };

static struct values {
	const char *dev;
	uint16_t n16;
	uint32_t n32;
	uint64_t n64;
	uint8_t colour;
	uint8_t shades;
	int csum;
	struct ip_addr ip, ip4, ip6;
	struct mac_addr mac;
	uint32_t has;
} v;

static struct err err;

/* Parse the words of one line by a table that has every type */
static int parse(const char *line)
{
	struct arg args[] = {
		ARG(DEV, "dev", &v.dev, .must = true),
		ARG_NUMBER("n16", &v.n16, 1, 4094),
		ARG_NUMBER("n32", &v.n32, 1, 16777215, .has = &v.has, .bit = 1 << 2),
		ARG_NUMBER("n64", &v.n64, 0, UINT64_MAX),
		ARG(ENUM, "colour", &v.colour, .words = colours, .has = &v.has, .bit = 1 << 3),
		ARG_WORDS("shades", &v.shades, colours, &v.has, 1 << 4),
		ARG(SWITCH, "csum", &v.csum),
		ARG(IP, "ip", &v.ip),
		ARG(IP4, "ip4", &v.ip4),
		ARG(IP6, "ip6", &v.ip6),
		ARG(MAC, "mac", &v.mac),
		{},
	};
	static char copy[256];
	char *argv[32], *word;
	int argc = 0;

	v = (struct values){ .csum = -1 };
	err.text[0] = 0;
	strcpy(copy, line);
	for (word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	return args_parse(args, argc, argv, &err);
}

static void refused(const char *line, const char *sentence)
{
	assert_int_equal(parse(line), -EINVAL);
	assert_string_equal(err.text, sentence);
}

static void all_types_in_any_order(void **state)
{
	assert_int_equal(parse("n64 18446744073709551615 n32 16777215 n16 4094 dev x"), 0);
	assert_string_equal(v.dev, "x");
	assert_int_equal(v.n16, 4094);
	assert_int_equal(v.n32, 16777215);
	assert_true(v.n64 == UINT64_MAX);
	assert_int_equal(v.has, 1 << 2);
	assert_int_equal(parse("csum off dev x colour blue"), 0);
	assert_int_equal(v.colour, 2);
	assert_int_equal(v.csum, 0);
	assert_int_equal(v.has, 1 << 3);
	assert_int_equal(parse("shades blue,red dev x"), 0);
	assert_int_equal(v.shades, 1 << 2 | 1);
	assert_int_equal(v.has, 1 << 4);
	assert_int_equal(parse("mac 02:00:00:00:00:01 ip6 fd00::1 ip4 10.0.0.1 ip ::1 dev x"), 0);
	assert_int_equal(v.ip.family, AF_INET6);
	assert_int_equal(v.ip4.family, AF_INET);
	assert_int_equal(v.ip6.family, AF_INET6);
	assert_int_equal(v.mac.b[5], 1);
}

static void absent_is_untouched(void **state)
{
	assert_int_equal(parse("dev x csum on"), 0);
	assert_int_equal(v.csum, 1);
	assert_int_equal(v.has, 0);
	assert_int_equal(parse("dev x"), 0);
	assert_int_equal(v.csum, -1);
}

static void value_may_look_like_a_keyword(void **state)
{
	assert_int_equal(parse("dev mac"), 0);
	assert_string_equal(v.dev, "mac");
}

static void keywords(void **state)
{
	refused("", "\"dev\" is missing");
	refused("n16 5", "\"dev\" is missing");
	refused("dev", "\"dev\" needs a value");
	refused("dev x dev y", "\"dev\" is given twice");
	refused("de x",
		"\"de\" is unknown here; expected dev, n16, n32, n64, colour, shades, csum, ip, ip4, ip6 or mac");
	refused("dev x n16 1 n32 1 n64 1 shades red csum on ip ::1 ip4 1.1.1.1 ip6 ::1 Mac y",
		"\"Mac\" is unknown here; expected colour or mac");
	refused("dev x n16 1 n32 1 n64 1 shades red csum on ip ::1 ip4 1.1.1.1 ip6 ::1 colour red z y",
		"\"z\" is unknown here; expected mac");
	refused("dev x n16 1 n32 1 n64 1 shades red csum on ip ::1 ip4 1.1.1.1 ip6 ::1 colour red mac 02:00:00:00:00:01 z",
		"\"z\" is one word too many");
}

static void numbers(void **state)
{
	refused("dev x n16 0", "\"n16\" needs a number from 1 to 4094, not \"0\"");
	refused("dev x n16 4095", "\"n16\" needs a number from 1 to 4094, not \"4095\"");
	refused("dev x n16 65537", "\"n16\" needs a number from 1 to 4094, not \"65537\"");
	refused("dev x n32 16777216", "\"n32\" needs a number from 1 to 16777215, not \"16777216\"");
	refused("dev x n64 18446744073709551616",
		"\"n64\" needs a number from 0 to 18446744073709551615, not \"18446744073709551616\"");
	refused("dev x n16 -1", "\"n16\" needs a number from 1 to 4094, not \"-1\"");
	refused("dev x n16 5x", "\"n16\" needs a number from 1 to 4094, not \"5x\"");
	refused("dev x n16 0x5", "\"n16\" needs a number from 1 to 4094, not \"0x5\"");
	assert_int_equal(parse("dev x n64 0"), 0);
}

static void words_and_addresses(void **state)
{
	refused("dev x colour gree", "\"colour\" needs red, green or blue, not \"gree\"");
	refused("dev x colour Red", "\"colour\" needs red, green or blue, not \"Red\"");
	refused("dev x shades red,gree",
		"\"shades\" needs a list like \"a,b\" of red, green or blue, not \"red,gree\"");
	refused("dev x shades red,",
		"\"shades\" needs a list like \"a,b\" of red, green or blue, not \"red,\"");
	refused("dev x csum yes", "\"csum\" needs on or off, not \"yes\"");
	refused("dev x ip host", "\"ip\" needs an IP address, not \"host\"");
	refused("dev x ip4 ::1", "\"ip4\" needs an IPv4 address, not \"::1\"");
	refused("dev x ip6 10.0.0.1", "\"ip6\" needs an IPv6 address, not \"10.0.0.1\"");
	refused("dev x mac 2:0:0:0:0:1",
		"\"mac\" needs a MAC address like 02:00:00:00:00:01, not \"2:0:0:0:0:1\"");
	assert_int_equal(v.has, 0);
}

static void words_of_numbers(void **state)
{
	assert_string_equal(args_word(colours, 0), "red");
	assert_string_equal(args_word(colours, 2), "blue");
	assert_string_equal(args_word(colours, 3), "?");
	assert_string_equal(args_word(colours, 255), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_types_in_any_order), cmocka_unit_test(absent_is_untouched),
		cmocka_unit_test(value_may_look_like_a_keyword), cmocka_unit_test(keywords),
		cmocka_unit_test(numbers), cmocka_unit_test(words_and_addresses),
		cmocka_unit_test(words_of_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
