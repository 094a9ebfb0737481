// SPDX-License-Identifier: GPL-2.0
/*
 * Lies of tenant systems, each under its reason; and messages of neighbour discovery cut
 * short at every byte and with options of every length, of which no one hides a lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "spoof.h"

#define OWN	{ 2, 0, 0, 0, 0, 1 }
#define OTHER	{ 2, 0, 0, 0, 0, 9 }

static const u8 own[6] = OWN, other[6] = OTHER;
static const u8 global6[16] = { 0xfd, [15] = 1 }, foreign6[16] = { 0xfd, [15] = 9 };
static const u8 local6[16] = { 0xfe, 0x80, [8] = 0, 0, 0, 0xff, 0xfe, 0, 0, 1 };
static const u8 any6[16];

static const struct nvo3_allow pairs[] = {
	{ .addr.v4 = 0x0100000a, .mac = OWN, .family = AF_INET, .plen = 32 },
	{ .addr.v6.s6_addr = { 0xfd, [15] = 1 }, .mac = OWN, .family = AF_INET6, .plen = 128 },
	{ .addr.v4 = 0x0002000a, .mac = { 2, 0, 0, 0, 0, 2 }, .family = AF_INET, .plen = 24 },
};

static struct nvo3_spoof spoof = {
	.mac = OWN, .flags = NVO3_SPOOF_ADDRS, .nr = 3, .allow = pairs,
};

struct frame {
	u8 bytes[400];
	u32 len;
};

static void put(struct frame *f, const void *bytes, u32 len)
{
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static void put8(struct frame *f, u8 value)
{
	put(f, &value, 1);
}

static void put16(struct frame *f, u16 value)
{
	put8(f, value >> 8);
	put8(f, value);
}

static void begin(struct frame *f, const u8 *src, u16 type)
{
	static const u8 to[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	f->len = 0;
	put(f, to, 6);
	put(f, src, 6);
	put16(f, type);
}

static enum nvo3_drop judge(const struct frame *f, u32 len)
{
	struct nvo3_flow flow;
	enum nvo3_drop reason;
	u8 *copy = malloc(len + 2);
	struct sk_buff skb = { copy + 2, NULL, len, len };

	memcpy(skb.data, f->bytes, len);
	nvo3_flow_parse(&skb, &flow);
	reason = nvo3_spoof_check(&spoof, &skb, &flow);
	free(copy);
	return reason;
}

static void expect(const struct frame *f, enum nvo3_drop reason)
{
	assert_int_equal(judge(f, f->len), reason);
}

static void ip4(struct frame *f, const u8 *mac, u32 src, u8 proto, u16 sport, u16 dport)
{
	u8 ip[20] = { 0x45, 0, 0, 28, [8] = 64, proto, 0, 0, src >> 24, src >> 16, src >> 8, src,
		      10, 0, 0, 2 };

	begin(f, mac, 0x0800);
	put(f, ip, 20);
	put16(f, sport);
	put16(f, dport);
	put16(f, 8);
	put16(f, 0);
}

static void ip6(struct frame *f, const u8 *mac, const u8 *src, u8 next, u16 len)
{
	u8 ip[40] = { 0x60, [4] = len >> 8, len, next, 255, [24] = 0xff, 2, [39] = 1 };

	memcpy(ip + 8, src, 16);
	begin(f, mac, 0x86dd);
	put(f, ip, 40);
}

/* A message of neighbour discovery: head of @head bytes with @target, then options. */
static void nd(struct frame *f, const u8 *src, u8 type, u32 head, const u8 *target,
	       const void *options, u32 len)
{
	u8 msg[40] = { type };

	if (target)
		memcpy(msg + 8, target, 16);
	ip6(f, own, src, 58, head + len);
	put(f, msg, head);
	put(f, options, len);
}

static void arp(struct frame *f, const u8 *mac, u8 op, const u8 *sha, u32 sip)
{
	static const u8 head[7] = { 0, 1, 8, 0, 6, 4, 0 }, rest[10];
	u8 ip[4] = { sip >> 24, sip >> 16, sip >> 8, sip };

	begin(f, mac, 0x0806);
	put(f, head, 7);
	put8(f, op);
	put(f, sha, 6);
	put(f, ip, 4);
	put(f, rest, 10);
}

static void test_golden(void **state)
{
	(void)state;
	assert_true(nvo3_spoof_selftest());
}

static void test_ip4(void **state)
{
	static const u8 second[6] = { 2, 0, 0, 0, 0, 2 };
	struct frame f;

	(void)state;
	ip4(&f, own, 0x0a000001, 17, 1, 2);
	expect(&f, NVO3_DROP_NONE);
	ip4(&f, own, 0x0a000002, 17, 1, 2);
	expect(&f, NVO3_DROP_SPOOF_IP4);
	ip4(&f, other, 0x0a000001, 17, 1, 2);
	expect(&f, NVO3_DROP_SPOOF_MAC);
	/* Each pair is one: the second MAC has its prefix, and the first has not. */
	ip4(&f, second, 0x0a000203, 17, 1, 2);
	expect(&f, NVO3_DROP_NONE);
	ip4(&f, second, 0x0a000301, 17, 1, 2);
	expect(&f, NVO3_DROP_SPOOF_IP4);
	ip4(&f, second, 0x0a000001, 17, 1, 2);
	expect(&f, NVO3_DROP_SPOOF_IP4);
	ip4(&f, own, 0x0a000203, 17, 1, 2);
	expect(&f, NVO3_DROP_SPOOF_IP4);
	/* No address yet. */
	ip4(&f, own, 0, 17, 68, 67);
	expect(&f, NVO3_DROP_NONE);
	ip4(&f, own, 0, 17, 68, 66);
	expect(&f, NVO3_DROP_SPOOF_IP4);
	ip4(&f, own, 0, 6, 68, 67);
	expect(&f, NVO3_DROP_SPOOF_IP4);
}

static void test_arp(void **state)
{
	struct frame f;

	(void)state;
	arp(&f, own, 1, own, 0x0a000001);
	expect(&f, NVO3_DROP_NONE);
	arp(&f, own, 2, own, 0x0a000001);
	expect(&f, NVO3_DROP_NONE);
	arp(&f, own, 2, own, 0x0a000002);
	expect(&f, NVO3_DROP_SPOOF_ARP);
	arp(&f, own, 1, other, 0x0a000001);
	expect(&f, NVO3_DROP_SPOOF_ARP);
	/* A probe asks; an answer for no address is none. */
	arp(&f, own, 1, own, 0);
	expect(&f, NVO3_DROP_NONE);
	arp(&f, own, 2, own, 0);
	expect(&f, NVO3_DROP_SPOOF_ARP);
	f.bytes[14] = 1;
	expect(&f, NVO3_DROP_MALFORMED);
	arp(&f, own, 1, own, 0x0a000001);
	assert_int_equal(judge(&f, f.len - 1), NVO3_DROP_MALFORMED);
}

static void test_servers(void **state)
{
	static const u8 redirect[16] = { 5 };
	struct frame f;

	(void)state;
	ip4(&f, own, 0x0a000001, 17, 67, 68);
	expect(&f, NVO3_DROP_SPOOF_DHCP);
	ip4(&f, own, 0x0a000001, 17, 4711, 68);
	expect(&f, NVO3_DROP_SPOOF_DHCP);
	spoof.flags |= NVO3_SPOOF_DHCP;
	expect(&f, NVO3_DROP_NONE);
	spoof.flags &= ~NVO3_SPOOF_DHCP;
	ip6(&f, own, global6, 17, 8);
	put16(&f, 547);
	put16(&f, 546);
	expect(&f, NVO3_DROP_SPOOF_DHCP);
	nd(&f, local6, 134, 16, NULL, redirect, 0);
	expect(&f, NVO3_DROP_SPOOF_RA);
	nd(&f, local6, 137, 40, foreign6, redirect, 0);
	expect(&f, NVO3_DROP_SPOOF_RA);
	spoof.flags |= NVO3_SPOOF_ROUTER;
	expect(&f, NVO3_DROP_NONE);
	spoof.flags &= ~NVO3_SPOOF_ROUTER;
	ip4(&f, own, 0x0a000001, 1, 0x0500, 0);
	expect(&f, NVO3_DROP_SPOOF_RA);
	ip4(&f, own, 0x0a000001, 1, 0x0800, 0);
	expect(&f, NVO3_DROP_NONE);
	/* Behind an extension header, and in a first fragment. */
	ip6(&f, own, local6, 60, 24);
	put(&f, "\x3a\0\0\0\0\0\0", 8);
	put(&f, "\x86\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	expect(&f, NVO3_DROP_SPOOF_RA);
	ip6(&f, own, local6, 44, 24);
	put(&f, "\x3a\0\0\x01\0\0\0", 8);
	put(&f, "\x86\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	expect(&f, NVO3_DROP_SPOOF_RA);
}

static void test_nd(void **state)
{
	static const u8 mine[8] = { 1, 1, 2, 0, 0, 0, 0, 1 }, wrong[8] = { 2, 1, 2, 0, 0, 0, 0, 9 };
	struct frame f;

	(void)state;
	nd(&f, global6, 135, 24, foreign6, mine, 8);
	expect(&f, NVO3_DROP_NONE);
	nd(&f, local6, 135, 24, foreign6, mine, 8);
	expect(&f, NVO3_DROP_NONE);
	nd(&f, foreign6, 135, 24, foreign6, mine, 8);
	expect(&f, NVO3_DROP_SPOOF_IP6);
	nd(&f, global6, 135, 24, foreign6, wrong, 8);
	expect(&f, NVO3_DROP_SPOOF_ND);
	nd(&f, global6, 136, 24, global6, mine, 8);
	expect(&f, NVO3_DROP_NONE);
	nd(&f, global6, 136, 24, local6, "", 0);
	expect(&f, NVO3_DROP_NONE);
	nd(&f, global6, 136, 24, foreign6, mine, 8);
	expect(&f, NVO3_DROP_SPOOF_ND);
	/* Duplicate address detection speaks for its target. */
	nd(&f, any6, 135, 24, global6, "", 0);
	expect(&f, NVO3_DROP_NONE);
	nd(&f, any6, 135, 24, foreign6, "", 0);
	expect(&f, NVO3_DROP_SPOOF_ND);
	nd(&f, any6, 136, 24, global6, "", 0);
	expect(&f, NVO3_DROP_SPOOF_IP6);
	nd(&f, local6, 133, 8, NULL, mine, 8);
	expect(&f, NVO3_DROP_NONE);
	nd(&f, local6, 133, 8, NULL, wrong, 8);
	expect(&f, NVO3_DROP_SPOOF_ND);
	ip6(&f, own, any6, 17, 8);
	put(&f, "\0\1\0\2\0\0\0", 8);
	expect(&f, NVO3_DROP_SPOOF_IP6);
}

/*
 * Two options: one of any type and length, then a lie. Whatever the first one's length says,
 * the frame passes in no case, be it cut short or with bytes behind the packet.
 */
static void test_options(void **state)
{
	u8 options[64] = {};
	struct frame f;
	u32 len, n, type;

	(void)state;
	for (type = 0; type < 8; type++) {
		for (len = 0; len < 256; len++) {
			memset(options, 0, sizeof(options));
			options[0] = type;
			options[1] = len;
			memcpy(options + 2, own, 6);
			for (n = 8; n < 48; n += 8)
				memcpy(options + n, "\1\1\2\0\0\0\0\x09", 8);
			nd(&f, global6, 135, 24, foreign6, options, 48);
			/* Only if the first one covers all the others are there none. */
			expect(&f, len == 6 && type != 1 && type != 2 ? NVO3_DROP_NONE :
									NVO3_DROP_SPOOF_ND);
			for (n = 0; n < f.len; n++)
				assert_int_not_equal(judge(&f, n), NVO3_DROP_NONE);
		}
	}
	/* A packet that ends before the lie does not contain it: nobody reads on. */
	nd(&f, global6, 135, 24, foreign6, "\1\1\2\0\0\0\0\1", 8);
	put(&f, "\1\1\2\0\0\0\0\x09", 8);
	expect(&f, NVO3_DROP_NONE);
}

/* Without addresses only the MAC is checked, wherever it stands. */
static void test_mac_alone(void **state)
{
	const struct nvo3_spoof before = spoof;
	struct frame f;

	(void)state;
	spoof.flags = 0;
	spoof.nr = 0;
	ip4(&f, own, 0x01020304, 17, 1, 2);
	expect(&f, NVO3_DROP_NONE);
	arp(&f, own, 2, own, 0x01020304);
	expect(&f, NVO3_DROP_NONE);
	arp(&f, own, 2, other, 0x01020304);
	expect(&f, NVO3_DROP_SPOOF_ARP);
	nd(&f, foreign6, 136, 24, foreign6, "\2\1\2\0\0\0\0\x09", 8);
	expect(&f, NVO3_DROP_SPOOF_ND);
	nd(&f, foreign6, 136, 24, foreign6, "\2\1\2\0\0\0\0\1", 8);
	expect(&f, NVO3_DROP_NONE);
	spoof = before;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden), cmocka_unit_test(test_ip4),
		cmocka_unit_test(test_arp), cmocka_unit_test(test_servers),
		cmocka_unit_test(test_nd), cmocka_unit_test(test_options),
		cmocka_unit_test(test_mac_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
