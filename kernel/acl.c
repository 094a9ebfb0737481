// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include "acl.h"

/* What is left to compare once the hot words agree. */
#define HOT_ADDR	0x01	/* the words before them */
#define HOT_TYPE	0x02
#define HOT_PROTO	0x04
#define HOT_PORTS	0x08
#define HOT_GROUPS	0x10

/* Classes: 0, then these for IPv4, then these for IPv6. */
enum proto_class { CLASS_TCP, CLASS_UDP, CLASS_ICMP, CLASS_OTHER, PROTO_CLASSES };

static enum proto_class proto_class(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return CLASS_TCP;
	case IPPROTO_UDP:
		return CLASS_UDP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return CLASS_ICMP;
	default:
		return CLASS_OTHER;
	}
}

static u32 class_of(u8 family, u8 proto)
{
	if (!family)
		return 0;
	return 1 + (family == AF_INET6 ? PROTO_CLASSES : 0) + proto_class(proto);
}

static bool is_ip(__be16 eth_type)
{
	return eth_type == htons(ETH_P_IP) || eth_type == htons(ETH_P_IPV6);
}

/* Could the rule match a flow of the class? */
static bool fits(const struct nvo3_acl_rule *rule, u32 class)
{
	bool ip6 = class > PROTO_CLASSES;
	__be16 type = ip6 ? htons(ETH_P_IPV6) : htons(ETH_P_IP);
	u8 family = ip6 ? AF_INET6 : AF_INET;

	if (!class)
		return !rule->family && !rule->has && !is_ip(rule->eth_type);
	if (rule->family && rule->family != family)
		return false;
	if (rule->eth_type && rule->eth_type != type)
		return false;
	return !(rule->has & NVO3_RULE_PROTO) ||
	       proto_class(rule->proto) == (class - 1) % PROTO_CLASSES;
}

static u64 two_words(const union nvo3_flow_addr *src, const union nvo3_flow_addr *dst,
		     u8 src_word, u8 dst_word)
{
	return (__force u32)src->v6.s6_addr32[src_word] |
	       (u64)(__force u32)dst->v6.s6_addr32[dst_word] << 32;
}

/* The word that tells most: the one where the prefix ends. In IPv4 there is only one. */
static u8 last_word(u8 plen)
{
	return plen ? (plen - 1) / 32 : 0;
}

static u32 last_mask(u8 plen)
{
	return plen ? (__force u32)htonl(U32_MAX << (31 - (plen - 1) % 32)) : 0;
}

static void compile(struct nvo3_acl_hot *hot, const struct nvo3_acl_rule *rule, u32 nr, u32 class)
{
	hot->src_word = last_word(rule->src_plen);
	hot->dst_word = last_word(rule->dst_plen);
	hot->words = two_words(&rule->src, &rule->dst, hot->src_word, hot->dst_word);
	hot->mask = last_mask(rule->src_plen) | (u64)last_mask(rule->dst_plen) << 32;
	hot->sport = rule->sport[0];
	hot->sports = rule->sport[1] - rule->sport[0];
	hot->dport = rule->dport[0];
	hot->dports = rule->dport[1] - rule->dport[0];
	hot->verdict = rule->verdict;
	hot->rule = nr;
	if (hot->src_word || hot->dst_word)
		hot->flags |= HOT_ADDR;
	if (!class && rule->eth_type)
		hot->flags |= HOT_TYPE;
	/* The classes of TCP and UDP hold no other protocol. */
	if (rule->has & NVO3_RULE_PROTO && proto_class(rule->proto) >= CLASS_ICMP)
		hot->flags |= HOT_PROTO;
	if (rule->has & NVO3_RULE_PORTS)
		hot->flags |= HOT_PORTS;
	if (rule->src_group || rule->dst_group)
		hot->flags |= HOT_GROUPS;
}

static void compile_list(struct nvo3_acl *acl, enum nvo3_rule_dir dir, u32 class, u32 *pos)
{
	struct nvo3_acl_list *list = &acl->lists[dir][class];
	u32 i;

	list->first = *pos;
	for (i = 0; i < acl->nr; i++)
		if (acl->rules[i].dir == dir && fits(&acl->rules[i], class))
			compile(&acl->hot[(*pos)++], &acl->rules[i], i, class);
	list->count = *pos - list->first;
}

static u32 count_hot(const struct nvo3_acl_rule *rules, u32 nr)
{
	u32 count = 0, class, i;

	for (i = 0; i < nr; i++)
		for (class = 0; class < NVO3_ACL_CLASSES; class++)
			count += fits(&rules[i], class);
	return count;
}

struct nvo3_acl *nvo3_acl_new(struct nvo3_acl_rule *rules, u32 nr, u8 otherwise)
{
	static atomic64_t stamps;
	struct nvo3_acl *acl;
	u32 class, pos = 0;
	int dir;

	acl = kvzalloc(struct_size(acl, hot, count_hot(rules, nr)), GFP_KERNEL_ACCOUNT);
	if (!acl)
		return NULL;
	acl->stamp = (u64)atomic64_inc_return(&stamps) << 1;
	acl->rules = rules;
	acl->nr = nr;
	acl->otherwise = otherwise;
	for (dir = 0; dir < NVO3_ACL_DIRS; dir++)
		for (class = 0; class < NVO3_ACL_CLASSES; class++)
			compile_list(acl, dir, class, &pos);
	while (nr--)
		acl->groups |= rules[nr].src_group || rules[nr].dst_group;
	return acl;
}

void nvo3_acl_free(struct nvo3_acl *acl)
{
	if (acl)
		kvfree(acl->rules);
	kvfree(acl);
}

const struct nvo3_acl_list *nvo3_acl_list(const struct nvo3_acl *acl, enum nvo3_rule_dir dir,
					  const struct nvo3_flow *flow)
{
	return &acl->lists[dir][class_of(flow->family, flow->proto)];
}

static bool match_words(const union nvo3_flow_addr *addr, const union nvo3_flow_addr *prefix,
			u8 words)
{
	while (words--)
		if (addr->v6.s6_addr32[words] != prefix->v6.s6_addr32[words])
			return false;
	return true;
}

static bool match_ports(const struct nvo3_acl_hot *hot, const struct nvo3_flow *flow)
{
	if (flow->flags & NVO3_FLOW_LATER)
		return hot->verdict == NVO3_VERDICT_PERMIT;
	return flow->flags & NVO3_FLOW_PORTS &&
	       (u16)(ntohs(flow->sport) - hot->sport) <= hot->sports &&
	       (u16)(ntohs(flow->dport) - hot->dport) <= hot->dports;
}

static bool match_rest(const struct nvo3_acl_hot *hot, const struct nvo3_acl_rule *rule,
		       const struct nvo3_flow *flow, u32 src_group, u32 dst_group)
{
	if (hot->flags & HOT_PORTS && !match_ports(hot, flow))
		return false;
	if (hot->flags & HOT_PROTO && rule->proto != flow->proto)
		return false;
	if (hot->flags & HOT_TYPE && rule->eth_type != flow->eth_type)
		return false;
	if (hot->flags & HOT_ADDR && !(match_words(&flow->src, &rule->src, hot->src_word) &&
				       match_words(&flow->dst, &rule->dst, hot->dst_word)))
		return false;
	if (hot->flags & HOT_GROUPS)
		return (!rule->src_group || rule->src_group == src_group) &&
		       (!rule->dst_group || rule->dst_group == dst_group);
	return true;
}

/* The first rule from @hot on whose words agree, or @end. Most of a long list is passed here. */
static const struct nvo3_acl_hot *next_likely(const struct nvo3_acl_hot *hot,
					      const struct nvo3_acl_hot *end,
					      const struct nvo3_flow *flow)
{
	u64 words = two_words(&flow->src, &flow->dst, 0, 0);

	if (flow->family != AF_INET6) {
		while (hot < end && (words ^ hot->words) & hot->mask)
			hot++;
		return hot;
	}
	for (; hot < end; hot++) {
		words = two_words(&flow->src, &flow->dst, hot->src_word, hot->dst_word);
		if (!((words ^ hot->words) & hot->mask))
			break;
	}
	return hot;
}

enum nvo3_verdict nvo3_acl_judge(const struct nvo3_acl *acl, enum nvo3_rule_dir dir,
				 const struct nvo3_flow *flow, u32 src_group, u32 dst_group)
{
	const struct nvo3_acl_list *list = nvo3_acl_list(acl, dir, flow);
	const struct nvo3_acl_hot *hot = &acl->hot[list->first], *end = hot + list->count;

	for (; (hot = next_likely(hot, end, flow)) < end; hot++) {
		if (!hot->flags ||
		    match_rest(hot, &acl->rules[hot->rule], flow, src_group, dst_group))
			return hot->verdict;
	}
	return acl->otherwise;
}

#ifdef DEBUG
#include "selftest/acl.c"
#endif
