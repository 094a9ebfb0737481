// SPDX-License-Identifier: GPL-2.0
/* What ports may send and receive into messages: profiles, their rules, allowed addresses. */
#include "netlink.h"
#include "nl_fill.h"

static int put_prefix(struct sk_buff *skb, u8 family, int type4, int type6, int type_plen,
		      const union nvo3_flow_addr *addr, u8 plen)
{
	int err;

	if (!plen)
		return 0;
	if (family == AF_INET)
		err = nla_put_in_addr(skb, type4, addr->v4);
	else
		err = nla_put_in6_addr(skb, type6, &addr->v6);
	return err ?: nla_put_u8(skb, type_plen, plen);
}

/* A rule for all of one family has no prefix; told as the prefix of no bits. */
static int put_family(struct sk_buff *skb, const struct nvo3_acl_rule *rule)
{
	static const struct in6_addr any;

	if (!rule->family || rule->src_plen || rule->dst_plen)
		return 0;
	if (rule->family == AF_INET)
		return nla_put_in_addr(skb, NVO3_A_RULE_SRC4, 0) ?:
		       nla_put_u8(skb, NVO3_A_RULE_SRC_PLEN, 0);
	return nla_put_in6_addr(skb, NVO3_A_RULE_SRC6, &any) ?:
	       nla_put_u8(skb, NVO3_A_RULE_SRC_PLEN, 0);
}

static int put_ports(struct sk_buff *skb, int first, int last, const u16 range[2])
{
	if (!range[0] && range[1] == U16_MAX)
		return 0;
	return nla_put_u16(skb, first, range[0]) ?: nla_put_u16(skb, last, range[1]);
}

static int put_rule(struct sk_buff *skb, const struct nvo3_acl_rule *rule)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_RULE);

	if (!nest || nla_put_u8(skb, NVO3_A_RULE_VERDICT, rule->verdict) ||
	    nla_put_u8(skb, NVO3_A_RULE_DIR, rule->dir) ||
	    (rule->eth_type &&
	     nla_put_u16(skb, NVO3_A_RULE_ETHERTYPE, ntohs(rule->eth_type))) ||
	    (rule->has & NVO3_RULE_PROTO && nla_put_u8(skb, NVO3_A_RULE_PROTO, rule->proto)) ||
	    put_family(skb, rule) ||
	    put_prefix(skb, rule->family, NVO3_A_RULE_SRC4, NVO3_A_RULE_SRC6,
		       NVO3_A_RULE_SRC_PLEN, &rule->src, rule->src_plen) ||
	    put_prefix(skb, rule->family, NVO3_A_RULE_DST4, NVO3_A_RULE_DST6,
		       NVO3_A_RULE_DST_PLEN, &rule->dst, rule->dst_plen) ||
	    put_ports(skb, NVO3_A_RULE_SPORT, NVO3_A_RULE_SPORT_LAST, rule->sport) ||
	    put_ports(skb, NVO3_A_RULE_DPORT, NVO3_A_RULE_DPORT_LAST, rule->dport) ||
	    (rule->src_group && nla_put_u32(skb, NVO3_A_RULE_SRC_GROUP, rule->src_group)) ||
	    (rule->dst_group && nla_put_u32(skb, NVO3_A_RULE_DST_GROUP, rule->dst_group)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_limits(struct sk_buff *skb, const struct nvo3_policy *policy)
{
	if (policy->rate && (nla_put_u64_64bit(skb, NVO3_A_PROFILE_RATE, policy->rate,
					       NVO3_A_PROFILE_PAD) ||
			     nla_put_u32(skb, NVO3_A_PROFILE_BURST, policy->burst)))
		return -EMSGSIZE;
	return policy->pps ? nla_put_u32(skb, NVO3_A_PROFILE_PPS, policy->pps) : 0;
}

int nvo3_fill_profile(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_PROFILE);
	const struct nvo3_profile_part *part = object;
	const struct nvo3_policy *policy;
	u32 i;

	policy = nvo3_profile_policy(&nve->profiles, part->profile);
	if (!nest || nla_put_u32(skb, NVO3_A_PROFILE_ID, part->profile->id) ||
	    nla_put_u8(skb, NVO3_A_PROFILE_DEFAULT, policy->otherwise) ||
	    put_limits(skb, policy) ||
	    (policy->vlan && nla_put_u16(skb, NVO3_A_PROFILE_VLAN, policy->vlan)) ||
	    (policy->dscp != NVO3_DSCP_NONE &&
	     nla_put_u8(skb, NVO3_A_PROFILE_DSCP, policy->dscp)) ||
	    nla_put_u32(skb, NVO3_A_PROFILE_RULES, policy->acl ? policy->acl->nr : 0) ||
	    nla_put_u32(skb, NVO3_A_PROFILE_PORTS, part->profile->ports) ||
	    (part->first && nla_put_u32(skb, NVO3_A_PROFILE_FIRST, part->first)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	for (i = 0; i < part->count; i++)
		if (put_rule(skb, &policy->acl->rules[part->first + i]))
			return -EMSGSIZE;
	return 0;
}

static int put_allow(struct sk_buff *skb, const struct nvo3_allow *allow)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_PORT_ALLOW);
	int err;

	if (!nest || (!allow->own && nla_put(skb, NVO3_A_ALLOW_MAC, ETH_ALEN, allow->mac)))
		return -EMSGSIZE;
	if (allow->family == AF_INET)
		err = nla_put_in_addr(skb, NVO3_A_ALLOW_ADDR4, allow->addr.v4);
	else
		err = nla_put_in6_addr(skb, NVO3_A_ALLOW_ADDR6, &allow->addr.v6);
	if (err || nla_put_u8(skb, NVO3_A_ALLOW_PLEN, allow->plen))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int nvo3_fill_guard(struct sk_buff *skb, const struct nvo3_port *port)
{
	const struct nvo3_guard *guard = nvo3_port_guard(port);
	int i;

	if (!guard)
		return 0;
	if ((guard->profile && nla_put_u32(skb, NVO3_A_PORT_PROFILE, guard->profile->id)) ||
	    (guard->group && nla_put_u32(skb, NVO3_A_PORT_GROUP, guard->group)) ||
	    nla_put_u8(skb, NVO3_A_PORT_SPOOF, guard->mode) ||
	    (guard->spoof.flags & NVO3_SPOOF_DHCP && nla_put_u8(skb, NVO3_A_PORT_DHCP_SERVER, 1)) ||
	    (guard->spoof.flags & NVO3_SPOOF_ROUTER && nla_put_u8(skb, NVO3_A_PORT_ROUTER, 1)) ||
	    (guard->guest && nla_put_u8(skb, NVO3_A_PORT_GUEST, 1)))
		return -EMSGSIZE;
	for (i = 0; i < guard->spoof.nr; i++)
		if (put_allow(skb, &guard->allow[i]))
			return -EMSGSIZE;
	return 0;
}
