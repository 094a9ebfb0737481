// SPDX-License-Identifier: GPL-2.0
/*
 * Which ARP requests and neighbour solicitations can be answered, and the bytes of the answers.
 * Frames are cut short at every byte, lie in pages from every byte on, and have options of every
 * length; none of them is written to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <net/ip6_checksum.h>
#include "neigh.h"

#define SLLA	"\1\1\2\0\0\0\0\1"

static const u8 own[6] = { 2, 0, 0, 0, 0, 1 }, found[6] = { 2, 0, 0, 0, 0, 9 };
static const u8 source6[16] = { 0xfd, [15] = 1 }, any6[16];
static const u8 target6[16] = { 0xfd, [12] = 0xaa, 0xbb, 0xcc, 0xdd };
static const u8 group6[16] = { 0xff, 2, [11] = 1, 0xff, 0xbb, 0xcc, 0xdd };

struct frame {
	u8 bytes[2048];
	u32 len;
	u8 ip_summed;
};

static void put(struct frame *f, const void *bytes, u32 len)
{
	memcpy(f->bytes + f->len, bytes, len);
	f->len += len;
}

static void begin(struct frame *f, u16 type)
{
	const u8 head[14] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, type >> 8, type,
	};

	f->len = 0;
	f->ip_summed = CHECKSUM_NONE;
	put(f, head, sizeof(head));
}

static void arp(struct frame *f, u8 op, const u8 *sha, const char *sip, const char *tip)
{
	const u8 head[8] = { 0, 1, 8, 0, 6, 4, 0, op };

	begin(f, 0x0806);
	put(f, head, sizeof(head));
	put(f, sha, 6);
	put(f, sip, 4);
	put(f, any6, 6);
	put(f, tip, 4);
}

static void fill_csum(struct frame *f)
{
	struct in6_addr src, dst;
	__sum16 csum;

	memcpy(&src, f->bytes + 22, 16);
	memcpy(&dst, f->bytes + 38, 16);
	memset(f->bytes + 56, 0, 2);
	csum = csum_ipv6_magic(&src, &dst, f->len - 54, 58,
			       csum_partial(f->bytes + 54, f->len - 54, 0));
	memcpy(f->bytes + 56, &csum, 2);
}

static void ns(struct frame *f, const u8 *src, const u8 *dst, const u8 *target,
	       const void *options, u32 len)
{
	const u8 ip[8] = { 0x60, [4] = (24 + len) >> 8, 24 + len, 58, 255 }, head[8] = { 135 };

	begin(f, 0x86dd);
	put(f, ip, sizeof(ip));
	put(f, src, 16);
	put(f, dst, 16);
	put(f, head, sizeof(head));
	put(f, target, 16);
	put(f, options, len);
	fill_csum(f);
}

/* @len bytes of the frame, those from @headlen on in a page; they are the same afterwards. */
static bool parse_part(const struct frame *f, u32 len, u32 headlen, struct nvo3_neigh *ask)
{
	u8 *linear = malloc(headlen + 2), *page = malloc(len - headlen + 1);
	struct sk_buff skb = {
		.data = linear + 2, .page = page, .len = len, .headlen = headlen,
		.ip_summed = f->ip_summed,
	};
	struct nvo3_flow flow;
	bool ok;

	memcpy(skb.data, f->bytes, headlen);
	memcpy(page, f->bytes + headlen, len - headlen);
	nvo3_flow_parse(&skb, &flow);
	ok = nvo3_neigh_may(&flow) && nvo3_neigh_parse(&skb, &flow, ask);
	assert_memory_equal(skb.data, f->bytes, headlen);
	assert_memory_equal(page, f->bytes + headlen, len - headlen);
	free(linear);
	free(page);
	return ok;
}

static bool parse(const struct frame *f)
{
	struct nvo3_neigh ask;

	return parse_part(f, f->len, f->len, &ask);
}

/* The same wherever the pages begin, and never a question before its last byte, which is @end. */
static void parse_all_parts(const struct frame *f, u32 end, struct nvo3_neigh *ask)
{
	struct nvo3_neigh same;
	u32 n;

	assert_true(parse_part(f, f->len, f->len, ask));
	for (n = 0; n < f->len; n++) {
		assert_true(parse_part(f, f->len, n, &same));
		assert_memory_equal(&same.target, &ask->target, sizeof(same.target));
		assert_memory_equal(&same.source, &ask->source, sizeof(same.source));
		assert_memory_equal(same.mac, own, 6);
	}
	for (n = 0; n < end; n++)
		assert_false(parse_part(f, n, n / 2, &same));
}

static void expect_answer(const struct nvo3_neigh *ask, bool router, const void *bytes, u32 len)
{
	struct sk_buff *skb = nvo3_neigh_answer(ask, found, router);

	assert_non_null(skb);
	assert_int_equal(skb->len, len);
	assert_memory_equal(skb->data, bytes, len);
	kfree_skb(skb);
}

static void test_arp(void **state)
{
	static const u8 answer[42] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 6, 0, 1, 8, 0, 6, 4, 0, 2,
		2, 0, 0, 0, 0, 9, 10, 0, 0, 5, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1,
	};
	static const u8 to_probe[42] = {
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 6, 0, 1, 8, 0, 6, 4, 0, 2,
		2, 0, 0, 0, 0, 9, 10, 0, 0, 5, 2, 0, 0, 0, 0, 1, 0, 0, 0, 0,
	};
	struct nvo3_neigh ask;
	struct frame f;

	(void)state;
	arp(&f, 1, own, "\x0a\0\0\1", "\x0a\0\0\5");
	parse_all_parts(&f, f.len, &ask);
	expect_answer(&ask, false, answer, sizeof(answer));
	/* What Ethernet has padded it to. */
	put(&f, any6, 16);
	parse_all_parts(&f, 42, &ask);
	arp(&f, 1, own, "\0\0\0\0", "\x0a\0\0\5");
	parse_all_parts(&f, f.len, &ask);
	expect_answer(&ask, false, to_probe, sizeof(to_probe));
}

static void test_not_arp(void **state)
{
	static const char *const nobodys[] = {
		"\0\0\0\1", "\x7f\0\0\1", "\xe0\0\0\1", "\xff\xff\xff\xff",
	};
	struct frame f;
	u32 i;

	(void)state;
	arp(&f, 2, own, "\x0a\0\0\1", "\x0a\0\0\5");
	assert_false(parse(&f));
	arp(&f, 1, own, "\x0a\0\0\5", "\x0a\0\0\5");
	assert_false(parse(&f));
	arp(&f, 1, found, "\x0a\0\0\1", "\x0a\0\0\5");
	assert_false(parse(&f));
	for (i = 0; i < ARRAY_SIZE(nobodys); i++) {
		arp(&f, 1, own, "\x0a\0\0\1", nobodys[i]);
		assert_false(parse(&f));
	}
	for (i = 14; i < 21; i++) {
		arp(&f, 1, own, "\x0a\0\0\1", "\x0a\0\0\5");
		f.bytes[i] ^= 4;
		assert_false(parse(&f));
	}
}

/* Judged by what it says, not by what made it. */
static void expect_nd_answer(const struct nvo3_neigh *ask, const u8 *mac, const u8 *dst, u8 flags)
{
	struct sk_buff *skb = nvo3_neigh_answer(ask, found, flags & 0x80);
	struct in6_addr src, to;

	assert_non_null(skb);
	assert_int_equal(skb->len, 86);
	assert_memory_equal(skb->data, mac, 6);
	assert_memory_equal(skb->data + 6, found, 6);
	assert_memory_equal(skb->data + 12, "\x86\xdd\x60\0\0\0\0\x20\x3a\xff", 10);
	assert_memory_equal(skb->data + 22, target6, 16);
	assert_memory_equal(skb->data + 38, dst, 16);
	assert_memory_equal(skb->data + 54, "\x88\0", 2);
	assert_int_equal(skb->data[58], flags);
	assert_memory_equal(skb->data + 59, "\0\0\0", 3);
	assert_memory_equal(skb->data + 62, target6, 16);
	assert_memory_equal(skb->data + 78, "\2\1\2\0\0\0\0\x09", 8);
	memcpy(&src, target6, 16);
	memcpy(&to, dst, 16);
	assert_int_equal(csum_ipv6_magic(&src, &to, 32, 58,
					 csum_partial(skb->data + 54, 32, 0)), 0);
	kfree_skb(skb);
}

static void test_nd(void **state)
{
	static const u8 all_nodes[16] = { 0xff, 2, [15] = 1 };
	static const u8 all_macs[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	struct nvo3_neigh ask;
	struct frame f;

	(void)state;
	ns(&f, source6, group6, target6, SLLA, 8);
	parse_all_parts(&f, f.len, &ask);
	expect_nd_answer(&ask, own, source6, 0x60);
	expect_nd_answer(&ask, own, source6, 0xe0);
	/* What Ethernet has padded it to is not part of it. */
	put(&f, "\1\1\2\0\0\0\0\x07", 8);
	parse_all_parts(&f, f.len - 8, &ask);
	/* To one, and without an option. */
	ns(&f, source6, target6, target6, "", 0);
	parse_all_parts(&f, f.len, &ask);
	/* Duplicate address detection, with its nonce (RFC 7527). */
	ns(&f, any6, group6, target6, "\x0e\1\1\2\3\4\5\6", 8);
	parse_all_parts(&f, f.len, &ask);
	expect_nd_answer(&ask, all_macs, all_nodes, 0x20);
}

static void test_csum(void **state)
{
	struct frame f;
	u32 bit;

	(void)state;
	for (bit = 0; bit < 16; bit++) {
		ns(&f, source6, group6, target6, SLLA, 8);
		f.bytes[56 + bit / 8] ^= 1 << bit % 8;
		assert_false(parse(&f));
		/* That of the pseudo header, which a device completes. */
		f.ip_summed = CHECKSUM_PARTIAL;
		assert_true(parse(&f));
	}
}

/* One byte is another one, and all else right. */
static void test_not_nd(void **state)
{
	static const struct {
		u32 at;
		u8 value;
	} wrong[] = {
		{ 21, 254 },		/* hop limit */
		{ 22, 0xff },		/* source */
		{ 38, 0xfe }, { 39, 5 }, { 48, 1 }, { 50, 0xf0 }, { 53, 0 },	/* destination */
		{ 54, 136 }, { 55, 1 },	/* type, code */
		{ 62, 0xff }, { 77, 0 },	/* target */
		{ 19, 33 }, { 19, 31 }, { 19, 23 }, { 18, 1 },	/* length */
		{ 78, 0 }, { 79, 0 }, { 79, 2 }, { 85, 2 },	/* option */
	};
	u8 options[1280] = {};
	struct frame f;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		ns(&f, source6, group6, target6, SLLA, 8);
		f.bytes[wrong[i].at] = wrong[i].value;
		fill_csum(&f);
		/* An option of a type that nobody knows is none to look at. */
		assert_int_equal(parse(&f), wrong[i].at == 78);
	}
	ns(&f, any6, group6, target6, SLLA, 8);
	assert_false(parse(&f));
	ns(&f, any6, target6, target6, "", 0);
	assert_false(parse(&f));
	ns(&f, target6, group6, target6, SLLA, 8);
	assert_false(parse(&f));
	ns(&f, source6, group6, any6, SLLA, 8);
	assert_false(parse(&f));
	/* More than anyone says. */
	for (i = 0; i < sizeof(options); i += 8)
		memcpy(options + i, "\3\1", 2);
	ns(&f, source6, group6, target6, options, 32 * 8);
	assert_true(parse(&f));
	ns(&f, source6, group6, target6, options, 33 * 8);
	assert_false(parse(&f));
	options[1] = 158;
	ns(&f, source6, group6, target6, options, 1264);
	assert_false(parse(&f));
}

/* A fragment header in between, which hides what a receiver puts together (RFC 6980). */
static void test_fragment(void **state)
{
	struct frame whole, f;

	(void)state;
	ns(&whole, source6, group6, target6, SLLA, 8);
	f = whole;
	f.bytes[20] = 44;
	f.bytes[19] += 8;
	f.len = 54;
	put(&f, "\x3a\0\0\1\0\0\0\1", 8);
	put(&f, whole.bytes + 54, whole.len - 54);
	assert_false(parse(&f));
	/* An atomic one, which is whole, and options for the destination: read by all. */
	f.bytes[57] = 0;
	assert_true(parse(&f));
	f.bytes[20] = 60;
	memcpy(f.bytes + 54, "\x3a\0\1\4\0\0\0\0", 8);
	assert_true(parse(&f));
}

static void test_options(void **state)
{
	u8 options[48];
	struct nvo3_neigh ask;
	u32 type, len, n;
	struct frame f;
	bool ok;

	(void)state;
	for (type = 0; type < 256; type += type < 4 ? 1 : 63) {
		for (len = 0; len < 256; len++) {
			for (n = 0; n < sizeof(options); n += 8)
				memcpy(options + n, "\3\1\2\0\0\0\0\1", 8);
			options[0] = type;
			options[1] = len;
			ns(&f, source6, group6, target6, options, sizeof(options));
			ok = type == 1 ? len == 1 : len && len <= 6;
			assert_int_equal(parse(&f), ok);
			for (n = 0; n < f.len; n++)
				assert_false(parse_part(&f, n, n, &ask));
		}
	}
}

static void test_no_memory(void **state)
{
	struct nvo3_neigh ask;
	struct frame f;

	(void)state;
	shim_alloc_fail = true;
	arp(&f, 1, own, "\x0a\0\0\1", "\x0a\0\0\5");
	assert_true(parse_part(&f, f.len, f.len, &ask));
	assert_null(nvo3_neigh_answer(&ask, found, false));
	ns(&f, source6, group6, target6, SLLA, 8);
	assert_true(parse_part(&f, f.len, f.len, &ask));
	assert_null(nvo3_neigh_answer(&ask, found, false));
	shim_alloc_fail = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arp), cmocka_unit_test(test_not_arp),
		cmocka_unit_test(test_nd), cmocka_unit_test(test_csum),
		cmocka_unit_test(test_not_nd), cmocka_unit_test(test_fragment),
		cmocka_unit_test(test_options), cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
