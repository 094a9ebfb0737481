// SPDX-License-Identifier: GPL-2.0
/*
 * Reading frames: whatever their bytes are and wherever the linear part ends, the same is
 * read, nothing behind the frame's end, and what is known of a frame cut short is not wrong.
 *
 * NVO3_SEED repeats a run; it is printed first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>
#include "flow.h"

#define FRAMES	200000

/* The bytes end where the memory does, so that the sanitizer sees one too many. */
static void parse(const u8 *bytes, u32 len, u32 headlen, struct nvo3_flow *flow)
{
	u8 *data = malloc(headlen + 2), *page = malloc(len - headlen + 1);
	struct sk_buff skb = { data + 2, page, len, headlen };

	memcpy(skb.data, bytes, headlen);
	memcpy(page, bytes + headlen, len - headlen);
	/* One byte too many would be this one. */
	page[len - headlen] = 0xa5;
	nvo3_flow_parse(&skb, flow);
	free(data);
	free(page);
}

static void test_golden(void **state)
{
	(void)state;
	assert_true(nvo3_flow_selftest());
}

static u32 put_mac(u8 *p)
{
	get_random_bytes(p, 12);
	return 12;
}

static void put16(u8 *p, u16 value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static u8 random_proto(void)
{
	static const u8 protos[] = { 0, 1, 6, 17, 33, 43, 44, 50, 51, 58, 59, 60, 132, 136 };

	return protos[shim_random() % sizeof(protos)];
}

/* A frame that looks like one; in some a few bytes are anything. */
static u32 random_frame(u8 *p)
{
	static const u16 types[] = { 0x0800, 0x86dd, 0x86dd, 0x0806, 0x8100, 0x0100 };
	u32 len = put_mac(p), i;
	u16 type = types[shim_random() % 6];

	get_random_bytes(p + len, 200);
	put16(p + len, type);
	len += 2;
	if (type == 0x0800) {
		p[len] = 0x40 | (shim_random() % 4 ? 5 : shim_random() % 16);
		put16(p + len + 6, shim_random() % 3 ? 0 : shim_random());
		p[len + 9] = random_proto();
	} else if (type == 0x86dd) {
		p[len] = 0x60;
		p[len + 6] = random_proto();
		for (i = len + 40; i < 180; i += 8) {
			p[i] = random_proto();
			p[i + 1] = shim_random() % 8 ? 0 : 1;
			p[i + 2] = 0;
			p[i + 3] = shim_random() % 4 ? 0 : shim_random();
		}
	} else if (type == 0x0806) {
		memcpy(p + len, "\0\x01\x08\0\x06\x04", 6);
	}
	if (shim_random() % 8 == 0)
		p[12 + shim_random() % 60] = shim_random();
	return 14 + shim_random() % 186;
}

/* What must hold of any flow. */
static void check_flow(const struct nvo3_flow *flow)
{
	static const union nvo3_flow_addr none;

	assert_true(flow->family == 0 || flow->family == AF_INET || flow->family == AF_INET6);
	if (flow->family == AF_INET)
		assert_int_equal(flow->eth_type, htons(ETH_P_IP));
	if (flow->family == AF_INET6)
		assert_int_equal(flow->eth_type, htons(ETH_P_IPV6));
	if (flow->flags & NVO3_FLOW_LATER)
		assert_false(flow->flags & (NVO3_FLOW_PORTS | NVO3_FLOW_ICMP | NVO3_FLOW_FIRST));
	if (!(flow->flags & NVO3_FLOW_PORTS))
		assert_true(!flow->sport && !flow->dport);
	if (flow->flags & NVO3_FLOW_BAD)
		assert_false(flow->flags & (NVO3_FLOW_PORTS | NVO3_FLOW_ICMP | NVO3_FLOW_ARP));
	if (flow->flags & NVO3_FLOW_ARP)
		assert_int_equal(flow->family, 0);
	/* A cache compares whole structs. */
	if (flow->family == AF_INET) {
		assert_memory_equal((u8 *)&flow->src + 4, &none, 12);
		assert_memory_equal((u8 *)&flow->dst + 4, &none, 12);
	}
}

/* Paged or not is the same; a byte behind the end is never looked at. */
static void test_paged(void **state)
{
	u32 seen[256] = {}, len, i;
	struct nvo3_flow one, two;
	u8 bytes[256];

	(void)state;
	for (i = 0; i < FRAMES; i++) {
		len = random_frame(bytes);
		parse(bytes, len, len, &one);
		check_flow(&one);
		seen[one.flags]++;
		parse(bytes, len, shim_random() % (len + 1), &two);
		assert_memory_equal(&one, &two, sizeof(one));
		assert_int_equal(nvo3_flow_hash(&one, 5), nvo3_flow_hash(&two, 5));
	}
	assert_true(seen[NVO3_FLOW_PORTS] && seen[NVO3_FLOW_ICMP] && seen[NVO3_FLOW_ARP] &&
		    seen[NVO3_FLOW_LATER] && seen[NVO3_FLOW_BAD] &&
		    seen[NVO3_FLOW_PORTS | NVO3_FLOW_FIRST]);
}

/* Cut short at every byte: either all the same is known, or the flow is bad. */
static void test_truncated(void **state)
{
	struct nvo3_flow whole, cut;
	u32 len, i, n;
	u8 bytes[256];

	(void)state;
	for (i = 0; i < FRAMES / 100; i++) {
		len = random_frame(bytes);
		parse(bytes, len, len, &whole);
		for (n = 0; n < len; n++) {
			parse(bytes, n, shim_random() % (n + 1), &cut);
			check_flow(&cut);
			if (!(cut.flags & NVO3_FLOW_BAD))
				assert_memory_equal(&whole, &cut, sizeof(cut));
		}
	}
}

/* So many extension headers are followed, and no more. */
static void test_extensions(void **state)
{
	u8 bytes[14 + 40 + 8 * 20 + 8] = {};
	struct nvo3_flow flow;
	u32 n, i;

	(void)state;
	for (n = 0; n <= 20; n++) {
		put16(bytes + 12, ETH_P_IPV6);
		bytes[14] = 0x60;
		bytes[20] = n ? IPPROTO_DSTOPTS : IPPROTO_UDP;
		for (i = 0; i < n; i++)
			bytes[54 + 8 * i] = i + 1 < n ? IPPROTO_DSTOPTS : IPPROTO_UDP;
		put16(bytes + 54 + 8 * n + 2, 53);
		parse(bytes, 54 + 8 * n + 8, 54, &flow);
		assert_int_equal(!!(flow.flags & NVO3_FLOW_BAD), n > NVO3_FLOW_EXTS);
		if (n <= NVO3_FLOW_EXTS) {
			assert_int_equal(flow.dport, htons(53));
			assert_int_equal(flow.l4, 54 + 8 * n);
		}
		put16(bytes + 54 + 8 * n + 2, 0);
	}
}

/* Two Fragment headers, of which the first says "first". */
static void test_two_fragment_headers(void **state)
{
	u8 bytes[14 + 40 + 8 + 8 + 8] = {};
	struct nvo3_flow flow;

	(void)state;
	put16(bytes + 12, ETH_P_IPV6);
	bytes[14] = 0x60;
	bytes[20] = IPPROTO_FRAGMENT;
	bytes[54] = IPPROTO_FRAGMENT;
	bytes[57] = 1;
	bytes[62] = IPPROTO_UDP;
	parse(bytes, sizeof(bytes), sizeof(bytes), &flow);
	assert_true(flow.flags & NVO3_FLOW_BAD);
}

/*
 * All fragments of a datagram have one hash; flows that differ in one field spread evenly:
 * with 64 buckets and 64,000 flows none is off its share by more than a fifth.
 */
static void test_hash(void **state)
{
	u32 buckets[64] = {}, i;
	struct nvo3_flow flow = {
		.family = AF_INET, .proto = IPPROTO_UDP, .flags = NVO3_FLOW_PORTS,
		.src.v4 = htonl(0x0a000001), .dst.v4 = htonl(0x0a000002),
	}, later = flow;

	(void)state;
	for (i = 0; i < 64000; i++) {
		flow.sport = htons(1024 + i % 64000);
		buckets[nvo3_flow_hash(&flow, 7) >> 26]++;
	}
	for (i = 0; i < 64; i++)
		assert_in_range(buckets[i], 800, 1200);
	memset(buckets, 0, sizeof(buckets));
	for (i = 0; i < 64000; i++) {
		later.dst.v6.s6_addr[12 + i % 4] = i >> 2;
		later.src.v4 = htonl(0x0a000000 + i);
		buckets[nvo3_flow_hash(&later, 7) & 63]++;
	}
	for (i = 0; i < 64; i++)
		assert_in_range(buckets[i], 800, 1200);
	flow.flags |= NVO3_FLOW_FIRST;
	later = flow;
	later.flags = NVO3_FLOW_LATER;
	later.sport = 0;
	later.dport = 0;
	assert_int_equal(nvo3_flow_hash(&flow, 7), nvo3_flow_hash(&later, 7));
	assert_int_equal(nvo3_flow_port(0, 32768, 60999), htons(32768));
	assert_int_equal(nvo3_flow_port(U32_MAX, 32768, 60999), htons(60999));
	assert_int_equal(nvo3_flow_port(U32_MAX, 0, 65535), htons(65535));
	assert_int_equal(nvo3_flow_port(12345, 9, 9), htons(9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_paged),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_two_fragment_headers),
		cmocka_unit_test(test_hash),
	};
	const char *seed = getenv("NVO3_SEED");

	shim_random_state = seed ? strtoull(seed, NULL, 0) : (u64)time(NULL);
	printf("# NVO3_SEED=%llu\n", shim_random_state);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
