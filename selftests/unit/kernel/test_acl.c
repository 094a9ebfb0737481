// SPDX-License-Identifier: GPL-2.0
/*
 * Access control lists: the compiled list says what a plain walk over the rules says, and
 * the remembered verdict what the list says, on random rules and on packets made to sit at
 * the rules' edges.
 *
 * NVO3_SEED repeats a run; NVO3_ROUNDS makes it longer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>
#include "verdict.h"

#define PACKETS	400

static u64 rounds = 600;

/* --- the plain model: a rule as one would read it, without the list's code */

static bool bits_equal(const u8 *a, const u8 *b, u32 bits)
{
	u32 i;

	for (i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & 0x80 >> i % 8)
			return false;
	return true;
}

static bool model_ports(const struct nvo3_acl_rule *rule, const struct nvo3_flow *flow)
{
	u16 sport = ntohs(flow->sport), dport = ntohs(flow->dport);

	if (flow->flags & NVO3_FLOW_LATER)
		return rule->verdict == NVO3_VERDICT_PERMIT;
	if (!(flow->flags & NVO3_FLOW_PORTS))
		return false;
	return sport >= rule->sport[0] && sport <= rule->sport[1] && dport >= rule->dport[0] &&
	       dport <= rule->dport[1];
}

static bool model_matches(const struct nvo3_acl_rule *rule, const struct nvo3_flow *flow,
			  u32 src_group, u32 dst_group)
{
	if (rule->eth_type && rule->eth_type != flow->eth_type)
		return false;
	if (rule->family && rule->family != flow->family)
		return false;
	if (rule->has & NVO3_RULE_PROTO && (!flow->family || rule->proto != flow->proto))
		return false;
	if (rule->has & NVO3_RULE_PORTS && !model_ports(rule, flow))
		return false;
	if (rule->family && !(bits_equal(rule->src.v6.s6_addr, flow->src.v6.s6_addr,
					 rule->src_plen) &&
			      bits_equal(rule->dst.v6.s6_addr, flow->dst.v6.s6_addr,
					 rule->dst_plen)))
		return false;
	return (!rule->src_group || rule->src_group == src_group) &&
	       (!rule->dst_group || rule->dst_group == dst_group);
}

static u8 model_judge(const struct nvo3_acl *acl, u8 dir, const struct nvo3_flow *flow,
		      u32 src_group, u32 dst_group)
{
	u32 i;

	for (i = 0; i < acl->nr; i++)
		if (acl->rules[i].dir == dir &&
		    model_matches(&acl->rules[i], flow, src_group, dst_group))
			return acl->rules[i].verdict;
	return acl->otherwise;
}

/* --- random rules and packets, from few values so that they meet */

static u32 pick(u32 n)
{
	return shim_random() % n;
}

static u8 random_proto(void)
{
	static const u8 protos[] = { 6, 6, 17, 17, 1, 58, 132, 50 };

	return protos[pick(8)];
}

static bool has_ports(u8 proto)
{
	return proto == 6 || proto == 17 || proto == 132;
}

static u16 random_port(void)
{
	static const u16 ports[] = { 0, 1, 53, 80, 443, 1023, 1024, 65534, 65535 };

	return ports[pick(9)];
}

/* Addresses that differ in any byte, also only in the last. */
static void random_addr(union nvo3_flow_addr *addr, u8 family)
{
	u32 len = family == AF_INET ? 4 : 16, i;

	memset(addr, 0, sizeof(*addr));
	for (i = 0; i < len; i++)
		addr->v6.s6_addr[i] = pick(8) ? 0x10 : pick(3) << (4 * pick(2));
}

static void random_prefix(union nvo3_flow_addr *addr, u8 *plen, u8 family)
{
	u32 bits = family == AF_INET ? 32 : 128, i;

	*plen = pick(3) ? pick(bits + 1) : pick(2) * bits;
	random_addr(addr, family);
	for (i = *plen; i < 128; i++)
		addr->v6.s6_addr[i / 8] &= ~(0x80 >> i % 8);
}

static void random_range(u16 range[2])
{
	u16 a = random_port(), b = random_port();

	range[0] = a < b ? a : b;
	range[1] = a < b ? b : a;
	if (!pick(3)) {
		range[0] = 0;
		range[1] = U16_MAX;
	}
}

static __be16 random_type(void)
{
	static const u16 types[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP, 0x88b5 };

	return htons(types[pick(4)]);
}

static void random_rule(struct nvo3_acl_rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	rule->dir = pick(2);
	rule->verdict = pick(2);
	rule->sport[1] = U16_MAX;
	rule->dport[1] = U16_MAX;
	if (!pick(4)) {
		rule->eth_type = random_type();
	} else if (pick(5)) {
		rule->family = pick(2) ? AF_INET : AF_INET6;
		random_prefix(&rule->src, &rule->src_plen, rule->family);
		random_prefix(&rule->dst, &rule->dst_plen, rule->family);
	}
	if (pick(2) && (!rule->eth_type || rule->eth_type == htons(ETH_P_IP))) {
		rule->has = NVO3_RULE_PROTO;
		rule->proto = random_proto();
	}
	if (rule->has && has_ports(rule->proto) && pick(3)) {
		rule->has |= NVO3_RULE_PORTS;
		random_range(rule->sport);
		random_range(rule->dport);
	}
	rule->src_group = pick(4) ? 0 : 1 + pick(2);
	rule->dst_group = pick(4) ? 0 : 1 + pick(2);
}

static struct nvo3_acl *random_acl(u32 nr)
{
	struct nvo3_acl_rule *rules = kvcalloc(nr + 1, sizeof(*rules), GFP_KERNEL_ACCOUNT);
	struct nvo3_acl *acl;
	u32 i;

	for (i = 0; i < nr; i++)
		random_rule(&rules[i]);
	acl = nvo3_acl_new(rules, nr, pick(2));
	assert_non_null(acl);
	return acl;
}

/* Just inside or just outside what a rule of the list asks for. */
static void edge_of(const struct nvo3_acl_rule *rule, struct nvo3_flow *flow)
{
	if (rule->family == flow->family && rule->family) {
		flow->src = rule->src;
		flow->dst = rule->dst;
		if (!pick(3))
			flow->src.v6.s6_addr[pick(flow->family == AF_INET ? 4 : 16)] ^=
				1 << pick(8);
		if (!pick(3))
			flow->dst.v6.s6_addr[pick(flow->family == AF_INET ? 4 : 16)] ^=
				1 << pick(8);
	}
	if (flow->flags & NVO3_FLOW_PORTS) {
		flow->sport = htons(rule->sport[pick(2)] + pick(3) - 1);
		flow->dport = htons(rule->dport[pick(2)] + pick(3) - 1);
	}
}

static void random_flow(const struct nvo3_acl *acl, struct nvo3_flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	flow->eth_type = pick(8) ? (pick(2) ? htons(ETH_P_IP) : htons(ETH_P_IPV6)) : random_type();
	if (flow->eth_type == htons(ETH_P_IP))
		flow->family = AF_INET;
	else if (flow->eth_type == htons(ETH_P_IPV6))
		flow->family = AF_INET6;
	random_addr(&flow->src, flow->family ? flow->family : AF_INET);
	random_addr(&flow->dst, flow->family ? flow->family : AF_INET);
	if (!flow->family)
		return;
	flow->proto = random_proto();
	if (!pick(6)) {
		flow->flags = NVO3_FLOW_LATER;
	} else if (has_ports(flow->proto)) {
		flow->flags = NVO3_FLOW_PORTS | (pick(6) ? 0 : NVO3_FLOW_FIRST);
		flow->sport = htons(random_port());
		flow->dport = htons(random_port());
	}
	if (acl->nr && pick(2))
		edge_of(&acl->rules[pick(acl->nr)], flow);
}

/* --- tests */

static void test_golden(void **state)
{
	(void)state;
	assert_true(nvo3_acl_selftest());
}

static void test_model(void **state)
{
	u32 seen[2] = {}, src, dst, i;
	struct nvo3_flow flow;
	struct nvo3_acl *acl;
	u8 dir, want;
	u64 r;

	(void)state;
	for (r = 0; r < rounds; r++) {
		acl = random_acl(pick(4) ? pick(40) : pick(400));
		for (i = 0; i < PACKETS; i++) {
			random_flow(acl, &flow);
			dir = pick(2);
			src = pick(3);
			dst = pick(3);
			want = model_judge(acl, dir, &flow, src, dst);
			assert_int_equal(nvo3_acl_judge(acl, dir, &flow, src, dst), want);
			seen[want]++;
		}
		nvo3_acl_free(acl);
	}
	/* A test where one verdict hardly ever comes shows nothing. */
	assert_true(seen[0] > rounds * PACKETS / 10 && seen[1] > rounds * PACKETS / 10);
}

/*
 * Few slots would hold all these flows, so they keep pushing each other out; lists come and
 * go under the same slots, as when a profile is replaced.
 */
static void test_cache(void **state)
{
	static struct nvo3_verdict_slot slots[NVO3_VERDICT_SLOTS];
	struct nvo3_flow flow, last = {};
	struct nvo3_acl *acls[3];
	u32 src, dst, i, n;
	u64 r, hits = 0;
	u8 dir, want;

	(void)state;
	for (n = 0; n < 3; n++)
		acls[n] = random_acl(200);
	for (r = 0; r < rounds; r++) {
		n = pick(3);
		if (!pick(4)) {
			nvo3_acl_free(acls[n]);
			acls[n] = random_acl(100 + pick(200));
		}
		for (i = 0; i < PACKETS; i++) {
			/* The one before with a byte changed: what a sloppy key would mix up. */
			if (i && !pick(3)) {
				flow = last;
				((u8 *)&flow)[pick(40)] ^= pick(4) ? 0 : 1 << pick(8);
				flow.flags &= NVO3_FLOW_PORTS | NVO3_FLOW_LATER;
			} else {
				random_flow(acls[n], &flow);
			}
			last = flow;
			dir = pick(2);
			src = pick(3);
			dst = pick(3);
			want = nvo3_acl_judge(acls[n], dir, &flow, src, dst);
			assert_int_equal(nvo3_verdict_judge(slots, 7, acls[n], dir, &flow, src,
							    dst), want);
			hits += nvo3_verdict_judge(slots, 7, acls[n], dir, &flow, src, dst) == want;
		}
	}
	assert_int_equal(hits, rounds * PACKETS);
	for (n = 0; n < 3; n++)
		nvo3_acl_free(acls[n]);
}

/* What is not in the key of a slot does not change a verdict. */
static void test_key(void **state)
{
	struct nvo3_acl *acl = random_acl(300);
	struct nvo3_flow one, two;
	u32 i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		random_flow(acl, &one);
		two = one;
		two.icmp_type = pick(256);
		two.l4 = pick(1000);
		assert_int_equal(nvo3_acl_judge(acl, i % 2, &one, 1, 2),
				 nvo3_acl_judge(acl, i % 2, &two, 1, 2));
	}
	nvo3_acl_free(acl);
}

/* Without memory there is no list, and the rules are still the caller's. */
static void test_no_memory(void **state)
{
	struct nvo3_acl_rule *rules = kvcalloc(4, sizeof(*rules), GFP_KERNEL_ACCOUNT);

	(void)state;
	shim_alloc_fail = true;
	assert_null(nvo3_acl_new(rules, 4, NVO3_VERDICT_DENY));
	shim_alloc_fail = false;
	kvfree(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden), cmocka_unit_test(test_model),
		cmocka_unit_test(test_cache), cmocka_unit_test(test_key),
		cmocka_unit_test(test_no_memory),
	};
	const char *seed = getenv("NVO3_SEED"), *more = getenv("NVO3_ROUNDS");

	shim_random_state = seed ? strtoull(seed, NULL, 0) : (u64)time(NULL);
	if (more)
		rounds = strtoull(more, NULL, 0);
	printf("# NVO3_SEED=%llu\n", shim_random_state);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
