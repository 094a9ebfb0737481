// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>

#include "errs.h"
#include "nlbuf.h"
#include "nvo3_nl.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MAC(last) { { 2, 0, 0, 0, 0, last } }
#define ALL 0xfffffffe
#define STATS { .rx_packets = 1, .rx_bytes = 2, .tx_packets = 3, .tx_bytes = 4, \
		.encap_packets = 5, .encap_bytes = 6, .decap_packets = 7, .decap_bytes = 8, \
		.dropped = 1ULL << 40, .has = ALL }

static const struct nvo3_event full[] = {
	{ NVO3_CMD_NVE_GET, 9, .nve = {
		.has = ALL, .local4 = { AF_INET, { 10, 0, 0, 1 } },
		.local6 = { AF_INET6, { 0xfd, [15] = 1 } }, .dstport = 4789, .csum = 1,
		.vns = 1, .ports = 2, .maps = 3, .remotes = 4, .table_slots = 5,
		.table_bytes = 1ULL << 33,
		.drops = { [NVO3_DROP_HAIRPIN] = 7, [NVO3_DROP_TUNNEL_REMOTE] = 1ULL << 35 },
		.logged = { [NVO3_DROP_TUNNEL_SOURCE] = 9 }, .verify = NVO3_VERIFY_LOG,
		.relay = 1, .relayed = 1ULL << 36 } },
	{ NVO3_CMD_VN_GET, 9, .vn = {
		.has = ALL, .vni = NVO3_VNI_MAX, .unknown = NVO3_UNKNOWN_FLOOD,
		.bum = NVO3_BUM_REPLICATE, .limit = UINT32_MAX, .ports = 1, .maps = 2,
		.members = 3, .misses = 4, .stats = STATS, .redirected = 5, .digest = UINT64_MAX,
		.digest_maps = 6, .hold = 5, .pending = 6, .held = 7, .absent = 8,
		.released = 1ULL << 33, .track = 1, .relayed = 10 } },
	{ NVO3_CMD_MEMBER_NTF, 9, .member = { .vni = 1, .addr = { AF_INET, { 10, 0, 0, 2 } } } },
	{ NVO3_CMD_MEMBER_GET, 9, .member = {
		.vni = 1, .addr = { AF_INET6, { 0xfd, 2 } }, .relay = 1 } },
	{ NVO3_CMD_PORT_GET, 9, .port = {
		.has = ALL, .dev = 5, .vlan = 4094, .vni = 1, .mac = MAC(1),
		.state = NVO3_PORT_STATE_ACTIVE, .epoch = UINT64_MAX, .stats = STATS,
		.suppressed = 1ULL << 34, .stamp = 1, .last_out = 1ULL << 60,
		.first_in = 1ULL << 61 } },
	{ NVO3_CMD_MAP_NTF, 9, .map = {
		.has = ALL, .vni = 1, .mac = MAC(2), .dev = 6, .vlan = 1, .epoch = 1ULL << 50,
		.prov = NVO3_PROV_PORT, .group = 5, .generation = 6, .stale_generation = 7 } },
	{ NVO3_CMD_ALERT_NTF, 9, .map = {
		.vni = 1, .mac = MAC(3), .addr = { AF_INET6, { 0xfd, 3 } }, .epoch = 4 } },
	{ NVO3_CMD_REMOTE_GET, 9, .remote = {
		.addr = { AF_INET, { 10, 0, 0, 3 } }, .refs = 1, .packets = 2, .bytes = 3 } },
	{ NVO3_CMD_MISS_NTF, 9, .miss = {
		.vni = 1, .dst = MAC(4), .src = MAC(5), .dev = 7, .suppressed = 8 } },
	{ NVO3_CMD_MISS_GET, 9, .miss = {
		.has = ALL, .vni = 1, .dst = MAC(4), .lifetime = NVO3_LIFETIME_MAX,
		.state = NVO3_MISS_STATE_ABSENT, .held = 2 } },
	{ NVO3_CMD_SOURCE_NTF, 9, .source = {
		.vni = 1, .src = MAC(4), .dst = MAC(5), .addr = { AF_INET, { 10, 0, 0, 4 } },
		.suppressed = 8 } },
	{ NVO3_CMD_PORT_NTF, 9, .port = {
		.dev = 5, .vni = 1, .mac = MAC(1), .profile = 7, .group = 8,
		.spoof = NVO3_SOURCE_CHECK_ON, .router = 1, .nallow = 2, .allow = {
			{ .ip = { AF_INET, { 10, 0, 0, 1 } }, .plen = 32 },
			{ .mac = MAC(2), .ip = { AF_INET6, { 0xfd } }, .plen = 8 } } } },
	{ NVO3_CMD_PROFILE_GET, 9, .profile = {
		.has = ALL, .id = 1, .otherwise = NVO3_VERDICT_PERMIT, .rate = 1ULL << 40,
		.burst = 2, .pps = 3, .rules = 4, .ports = 5, .first = 6, .vlan = 7,
		.dscp = 8 } },
	{ NVO3_CMD_DIGEST_GET, 9, .digest = { .has = ALL, .vni = 1, .sum = 2, .maps = 3 } },
};

struct message {
	struct nlbuf b;
	NLBUF_MEM(mem, 4096);
};

static void start(struct message *m, uint8_t cmd, uint32_t ifindex)
{
	struct genlmsghdr *genl;

	nlbuf_init(&m->b, m->mem, sizeof(m->mem), 30, 0);
	genl = nlbuf_put_header(&m->b, sizeof(*genl));
	genl->cmd = cmd;
	if (ifindex)
		nlbuf_put_u32(&m->b, NVO3_A_IFINDEX, ifindex);
}

static void build(struct message *m, const struct nvo3_event *e)
{
	start(m, e->cmd, e->ifindex);
	nvo3_event_put(&m->b, e);
	assert_false(m->b.full);
}

static int parse(struct message *m, struct nvo3_event *ret)
{
	struct err err = { "?" };
	int r = nvo3_event_parse(ret, m->b.nlh, &err);

	/* A refusal always has its sentence */
	assert_true(!r || (r == -EBADMSG && err.text[0] != '?'));
	return r;
}

static void round_trip(void **state)
{
	struct message a, b;
	struct nvo3_event e;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(full); i++) {
		build(&a, &full[i]);
		memset(&e, 0xee, sizeof(e));
		assert_int_equal(parse(&a, &e), 0);
		assert_int_equal(e.cmd, full[i].cmd);
		assert_int_equal(e.ifindex, 9);
		build(&b, &e);
		assert_int_equal(a.b.nlh->nlmsg_len, b.b.nlh->nlmsg_len);
		assert_memory_equal(a.mem, b.mem, a.b.nlh->nlmsg_len);
	}
}

static void rules_beside(void **state)
{
	const struct nvo3_rule rules[] = {
		{ .has = NVO3_HAS(RULE_VERDICT) | NVO3_HAS(RULE_DIR) },
		{ .has = ALL, .verdict = NVO3_VERDICT_PERMIT, .dir = NVO3_RULE_DIR_TO_VM,
		  .proto = 6, .src = { AF_INET, { 10 } }, .src_plen = 8,
		  .dst = { AF_INET, { 10, 0, 0, 1 } }, .dst_plen = 32, .sport = 1,
		  .sport_last = 2, .dport = 3, .dport_last = 4 },
	};
	const struct nvo3_event e = { NVO3_CMD_PROFILE_ADD, 9, .profile.id = 3 };
	struct err err = { "?" };
	struct nvo3_rule got[3];
	struct message m;
	size_t n = 0;

	build(&m, &e);
	nvo3_rule_put(&m.b, &rules[0]);
	nvo3_rule_put(&m.b, &rules[1]);
	assert_int_equal(nvo3_rules_parse(got, 1, &n, m.b.nlh, &err), -EBADMSG);
	assert_string_equal(err.text, "more than 1 rules in a message");
	assert_int_equal(nvo3_rules_parse(got, 3, &n, m.b.nlh, &err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(got[0].has, rules[0].has);
	assert_int_equal(got[1].proto, 6);
	assert_int_equal(got[1].src.b[0], 10);
	assert_int_equal(got[1].src_plen, 8);
	assert_int_equal(got[1].dst.b[3], 1);
	assert_int_equal(got[1].sport_last, 2);
	assert_int_equal(got[1].dport, 3);
	/* A rule without a verdict is none. */
	nlbuf_nest_end(&m.b, nlbuf_nest_start(&m.b, NVO3_A_RULE));
	assert_int_equal(nvo3_rules_parse(got, 3, &n, m.b.nlh, &err), -EBADMSG);
}

static void buckets_of_a_digest(void **state)
{
	uint64_t buckets[NVO3_DIGEST_BUCKETS], got[NVO3_DIGEST_BUCKETS];
	struct err err = { "?" };
	struct nlattr *nest;
	struct nvo3_event e;
	struct message m;
	size_t i, len;

	for (i = 0; i < NVO3_DIGEST_BUCKETS; i++)
		buckets[i] = i << 40;
	/* Too few, as many as there are, too many, none. */
	for (len = sizeof(buckets) - 1; len <= sizeof(buckets) + 1; len++) {
		start(&m, NVO3_CMD_DIGEST_GET, 9);
		nest = nlbuf_nest_start(&m.b, NVO3_A_DIGEST);
		nlbuf_put_u32(&m.b, NVO3_A_DIGEST_VNI, 1);
		nlbuf_put(&m.b, NVO3_A_DIGEST_BUCKETS, buckets, sizeof(buckets));
		nlbuf_nest_end(&m.b, nest);
		((struct nlattr *)((char *)nest + NLA_HDRLEN + 8))->nla_len = NLA_HDRLEN + len;
		memset(got, 0, sizeof(got));
		assert_int_equal(nvo3_buckets_parse(got, m.b.nlh, &err),
				 len == sizeof(buckets) ? 0 : -EBADMSG);
		if (len == sizeof(buckets))
			assert_memory_equal(got, buckets, sizeof(buckets));
	}
	assert_string_equal(err.text, "digest without its buckets");
	build(&m, &full[ARRAY_SIZE(full) - 1]);
	assert_int_equal(parse(&m, &e), 0);
	assert_int_equal(nvo3_buckets_parse(got, m.b.nlh, &err), -EBADMSG);
}

/* Round trips cannot see two fields swapped in the table; these values can */
static void fields_have_their_attributes(void **state)
{
	const struct nlattr *tb[16], *in[16], *st[16];
	struct message m;
	uint16_t be;

	build(&m, &full[0]);
	assert_int_equal(nlmsg_index(m.b.nlh, GENL_HDRLEN, tb, 15), 0);
	assert_int_equal(nlattr_index_nest(tb[NVO3_A_NVE], in, 15), 0);
	assert_memory_equal(nlattr_data(in[NVO3_A_NVE_LOCAL4]), full[0].nve.local4.b, 4);
	assert_memory_equal(nlattr_data(in[NVO3_A_NVE_LOCAL6]), full[0].nve.local6.b, 16);
	assert_int_equal(nlattr_copy(in[NVO3_A_NVE_DSTPORT], &be, 2), 0);
	assert_int_equal(be, htons(4789));
	assert_int_equal(*(uint32_t *)nlattr_data(in[NVO3_A_NVE_REMOTES]), 4);
	assert_int_equal(*(uint32_t *)nlattr_data(in[NVO3_A_NVE_TABLE_SLOTS]), 5);

	build(&m, &full[1]);
	assert_int_equal(nlmsg_index(m.b.nlh, GENL_HDRLEN, tb, 15), 0);
	assert_int_equal(nlattr_index_nest(tb[NVO3_A_VN], in, 15), 0);
	assert_int_equal(*(uint8_t *)nlattr_data(in[NVO3_A_VN_UNKNOWN]), NVO3_UNKNOWN_FLOOD);
	assert_int_equal(*(uint32_t *)nlattr_data(in[NVO3_A_VN_MEMBERS]), 3);
	assert_int_equal(nlattr_index_nest(in[NVO3_A_VN_STATS], st, 15), 0);
	assert_int_equal(*(uint8_t *)nlattr_data(st[NVO3_A_STATS_RX_PACKETS]), 1);
	assert_int_equal(*(uint8_t *)nlattr_data(st[NVO3_A_STATS_TX_BYTES]), 4);
	assert_int_equal(*(uint8_t *)nlattr_data(st[NVO3_A_STATS_DECAP_PACKETS]), 7);

	build(&m, &full[8]);
	assert_int_equal(nlmsg_index(m.b.nlh, GENL_HDRLEN, tb, 15), 0);
	assert_int_equal(nlattr_index_nest(tb[NVO3_A_MISS], in, 15), 0);
	assert_memory_equal(nlattr_data(in[NVO3_A_MISS_DST]), full[8].miss.dst.b, 6);
	assert_memory_equal(nlattr_data(in[NVO3_A_MISS_SRC]), full[8].miss.src.b, 6);
}

static uint32_t attributes_of(const struct nvo3_event *e, uint16_t nest)
{
	const struct nlattr *tb[16], *in[16];
	struct message m;
	uint32_t set = 0;
	size_t i;

	build(&m, e);
	assert_int_equal(nlmsg_index(m.b.nlh, GENL_HDRLEN, tb, 15), 0);
	assert_int_equal(nlattr_index_nest(tb[nest], in, 15), 0);
	for (i = 0; i < 16; i++)
		set |= in[i] ? 1u << i : 0;
	return set;
}

static void zero_is_sent_only_when_asked(void **state)
{
	struct nvo3_event vn = { NVO3_CMD_VN_ADD, 9, .vn.vni = 5 };
	struct nvo3_event map = { NVO3_CMD_MAP_ADD, 9, .map = { .vni = 5, .mac = MAC(1) } };

	assert_int_equal(attributes_of(&vn, NVO3_A_VN), NVO3_HAS(VN_VNI));
	vn.vn.has = NVO3_HAS(VN_BUM) | NVO3_HAS(VN_LIMIT);
	assert_int_equal(attributes_of(&vn, NVO3_A_VN),
			 NVO3_HAS(VN_VNI) | NVO3_HAS(VN_BUM) | NVO3_HAS(VN_LIMIT));
	assert_int_equal(attributes_of(&map, NVO3_A_MAP), NVO3_HAS(MAP_VNI) | NVO3_HAS(MAP_MAC));
	map.map.has = NVO3_HAS(MAP_EPOCH) | NVO3_HAS(MAP_PROV);
	map.map.addr = (struct ip_addr){ AF_INET6 };
	assert_int_equal(attributes_of(&map, NVO3_A_MAP),
			 NVO3_HAS(MAP_VNI) | NVO3_HAS(MAP_MAC) | NVO3_HAS(MAP_EPOCH) |
			 NVO3_HAS(MAP_PROV) | NVO3_HAS(MAP_ADDR6));
}

static void absent_is_zero_without_its_bit(void **state)
{
	const struct nvo3_event in = { NVO3_CMD_VN_NTF, 9, .vn.vni = 5 };
	struct nvo3_event out;
	struct message m;

	build(&m, &in);
	memset(&out, 0xee, sizeof(out));
	assert_int_equal(parse(&m, &out), 0);
	assert_int_equal(out.vn.has, NVO3_HAS(VN_VNI));
	assert_int_equal(out.vn.limit, 0);
	assert_int_equal(out.vn.stats.dropped, 0);
}

/* In memory of exactly its size, so that a sanitizer sees any byte read beyond */
static int parse_copy(const struct nlmsghdr *nlh, size_t len, struct nvo3_event *ret)
{
	struct nlmsghdr *copy = malloc(len);
	int r;

	memcpy(copy, nlh, len);
	copy->nlmsg_len = len;
	r = nvo3_event_parse(ret, copy, NULL);
	free(copy);
	return r;
}

static void every_truncation_is_refused(void **state)
{
	struct nvo3_event e = { .cmd = 77 };
	struct message m;
	size_t i, len;

	for (i = 0; i < ARRAY_SIZE(full); i++) {
		build(&m, &full[i]);
		for (len = NLMSG_HDRLEN; len < m.b.nlh->nlmsg_len; len++)
			assert_int_equal(parse_copy(m.b.nlh, len, &e), -EBADMSG);
		assert_int_equal(e.cmd, 77);
	}
}

static void every_wrong_length_is_refused(void **state)
{
	static const struct {
		uint8_t cmd, nest, count;
	} rows[] = {
		{ NVO3_CMD_NVE_GET, NVO3_A_NVE, NVO3_A_NVE_DROP },
		{ NVO3_CMD_VN_GET, NVO3_A_VN, NVO3_A_VN_STATS },
		{ NVO3_CMD_MEMBER_GET, NVO3_A_MEMBER, NVO3_A_MEMBER_ADDR6 },
		{ NVO3_CMD_PORT_GET, NVO3_A_PORT, NVO3_A_PORT_STATS },
		{ NVO3_CMD_MAP_GET, NVO3_A_MAP, NVO3_A_MAP_PROV },
		{ NVO3_CMD_REMOTE_GET, NVO3_A_REMOTE, NVO3_A_REMOTE_BYTES },
		{ NVO3_CMD_MISS_NTF, NVO3_A_MISS, NVO3_A_MISS_HELD },
	};
	static const char data[32];
	struct nvo3_event e;
	struct message m;
	size_t i, type;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (type = 1; type <= rows[i].count; type++) {
			struct nlattr *nest;

			start(&m, rows[i].cmd, 9);
			nest = nlbuf_nest_start(&m.b, rows[i].nest);
			nlbuf_put(&m.b, type, data, 3);
			nlbuf_nest_end(&m.b, nest);
			assert_int_equal(parse(&m, &e), -EBADMSG);
			start(&m, rows[i].cmd, 9);
			nest = nlbuf_nest_start(&m.b, rows[i].nest);
			nlbuf_put(&m.b, type, data, 17);
			nlbuf_nest_end(&m.b, nest);
			assert_int_equal(parse(&m, &e), -EBADMSG);
		}
	}
}

static void missing_parts(void **state)
{
	static const struct nvo3_event keyless[] = {
		{ NVO3_CMD_VN_GET, 9, .vn.limit = 1 },
		{ NVO3_CMD_MEMBER_GET, 9, .member.vni = 1 },
		{ NVO3_CMD_MEMBER_GET, 9, .member.addr = { AF_INET, { 1 } } },
		{ NVO3_CMD_PORT_GET, 9, .port.vni = 1 },
		{ NVO3_CMD_PORT_GET, 9, .port.dev = 1 },
		{ NVO3_CMD_MAP_GET, 9, .map.vni = 1 },
		{ NVO3_CMD_MAP_GET, 9, .map.mac = MAC(1) },
		{ NVO3_CMD_REMOTE_GET, 9, .remote.refs = 1 },
		{ NVO3_CMD_MISS_NTF, 9, .miss.vni = 1 },
		{ NVO3_CMD_MISS_GET, 9, .miss.dst = MAC(1) },
	};
	struct nvo3_event e = full[1];
	struct message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keyless); i++) {
		build(&m, &keyless[i]);
		assert_int_equal(parse(&m, &e), -EBADMSG);
	}
	e.ifindex = 0;
	build(&m, &e);
	assert_int_equal(parse(&m, &e), -EBADMSG);
	start(&m, NVO3_CMD_VN_GET, 9);
	assert_int_equal(parse(&m, &e), -EBADMSG);
	/* The object of another command is not this one's */
	nvo3_map_put(&m.b, &full[5].map);
	assert_int_equal(parse(&m, &e), -EBADMSG);
	start(&m, 0, 9);
	assert_int_equal(parse(&m, &e), -EBADMSG);
	start(&m, __NVO3_CMD_MAX, 9);
	assert_int_equal(parse(&m, &e), -EBADMSG);
}

static void out_of_range(void **state)
{
	static const struct nvo3_event rows[] = {
		{ NVO3_CMD_VN_GET, 9, .vn = { .has = NVO3_HAS(VN_VNI) } },
		{ NVO3_CMD_VN_GET, 9, .vn = { .vni = NVO3_VNI_MAX + 1 } },
		{ NVO3_CMD_PORT_GET, 9, .port = { .dev = 1, .vni = 1, .vlan = 4095 } },
		{ NVO3_CMD_PORT_GET, 9,
		  .port = { .dev = 1, .vni = 1, .has = NVO3_HAS(PORT_VLAN) } },
		{ NVO3_CMD_PORT_GET, 9, .port = { .dev = 1U << 31, .vni = 1 } },
		{ NVO3_CMD_MAP_GET, 9, .map = { .vni = 1, .mac = MAC(1), .vlan = UINT16_MAX } },
	};
	struct nvo3_event e;
	struct message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		build(&m, &rows[i]);
		assert_int_equal(parse(&m, &e), -EBADMSG);
	}
}

static void newer_kernels_are_understood(void **state)
{
	struct nvo3_event e;
	struct nlattr *nest;
	struct message m;

	start(&m, NVO3_CMD_VN_GET, 9);
	nlbuf_put_u32(&m.b, 60, 1);
	nest = nlbuf_nest_start(&m.b, NVO3_A_VN);
	nlbuf_put_u32(&m.b, NVO3_A_VN_VNI, 5);
	nlbuf_put_u8(&m.b, NVO3_A_VN_UNKNOWN, 200);
	nlbuf_put_u64(&m.b, 300, 1);
	nlbuf_nest_end(&m.b, nest);
	assert_int_equal(parse(&m, &e), 0);
	assert_int_equal(e.vn.vni, 5);
	assert_int_equal(e.vn.unknown, 200);
}

static void put_reason(struct message *m, uint32_t reason, uint64_t count)
{
	struct nlattr *drop = nlbuf_nest_start(&m->b, NVO3_A_NVE_DROP);

	nlbuf_put_u32(&m->b, NVO3_A_DROP_REASON, reason);
	if (count)
		nlbuf_put_u64(&m->b, NVO3_A_DROP_COUNT, count);
	nlbuf_nest_end(&m->b, drop);
}

static void drops(void **state)
{
	struct nvo3_event e;
	struct nlattr *nest;
	struct message m;

	start(&m, NVO3_CMD_NVE_GET, 9);
	nest = nlbuf_nest_start(&m.b, NVO3_A_NVE);
	put_reason(&m, NVO3_DROP_LOOP, 5);
	put_reason(&m, NVO3_DROP_NVE_XMIT, 6);
	put_reason(&m, 1000, 7);
	put_reason(&m, UINT32_MAX, 8);
	nlbuf_nest_end(&m.b, nest);
	assert_int_equal(parse(&m, &e), 0);
	assert_int_equal(e.nve.ifindex, 9);
	assert_int_equal(e.nve.drops[NVO3_DROP_LOOP], 5);
	assert_int_equal(e.nve.drops[NVO3_DROP_NVE_XMIT], 6);
	assert_int_equal(e.nve.drops[NVO3_DROP_NONE], 15);

	start(&m, NVO3_CMD_NVE_GET, 9);
	nest = nlbuf_nest_start(&m.b, NVO3_A_NVE);
	put_reason(&m, NVO3_DROP_LOOP, 0);
	nlbuf_nest_end(&m.b, nest);
	assert_int_equal(parse(&m, &e), -EBADMSG);
}

/* What parses, however strange its bytes, can be put and parsed again to the same */
static void mutations(void **state)
{
	struct nvo3_event e, again;
	size_t i, n, parsed = 0;
	struct message m, copy;
	uint32_t random = 1;

	for (n = 0; n < 200000; n++) {
		build(&m, &full[n % ARRAY_SIZE(full)]);
		for (i = 0; i < 1 + n % 3; i++) {
			random = random * 1664525 + 1013904223;
			m.mem[NLMSG_HDRLEN + (random >> 8) % (m.b.nlh->nlmsg_len - NLMSG_HDRLEN)] =
				random >> 24;
		}
		if (parse_copy(m.b.nlh, m.b.nlh->nlmsg_len, &e) < 0)
			continue;
		parsed++;
		build(&copy, &e);
		assert_int_equal(parse(&copy, &again), 0);
		build(&m, &again);
		assert_int_equal(m.b.nlh->nlmsg_len, copy.b.nlh->nlmsg_len);
		assert_memory_equal(m.mem, copy.mem, m.b.nlh->nlmsg_len);
	}
	assert_in_range(parsed, 1000, n - 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(rules_beside),
		cmocka_unit_test(buckets_of_a_digest),
		cmocka_unit_test(fields_have_their_attributes),
		cmocka_unit_test(zero_is_sent_only_when_asked),
		cmocka_unit_test(absent_is_zero_without_its_bit),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_wrong_length_is_refused),
		cmocka_unit_test(missing_parts), cmocka_unit_test(out_of_range),
		cmocka_unit_test(newer_kernels_are_understood), cmocka_unit_test(drops),
		cmocka_unit_test(mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
