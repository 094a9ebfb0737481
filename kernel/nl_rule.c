// SPDX-License-Identifier: GPL-2.0
/*
 * A rule of a profile: from its nest with every contradiction refused, and back. A rule that
 * could never match is a mistake, and a mistake here is a hole in somebody's firewall.
 */
#include <linux/in.h>
#include "nl_parse.h"

/* One end of the rule: its address and the attributes around it. */
struct end {
	const char *name;
	int addr4, addr6, plen, port, last;
};

static const struct end src_end = {
	"source", NVO3_A_RULE_SRC4, NVO3_A_RULE_SRC6, NVO3_A_RULE_SRC_PLEN, NVO3_A_RULE_SPORT,
	NVO3_A_RULE_SPORT_LAST,
};

static const struct end dst_end = {
	"destination", NVO3_A_RULE_DST4, NVO3_A_RULE_DST6, NVO3_A_RULE_DST_PLEN, NVO3_A_RULE_DPORT,
	NVO3_A_RULE_DPORT_LAST,
};

static int parse_prefix(struct nlattr **tb, const struct end *end, union nvo3_flow_addr *addr,
			u8 *plen, u8 *family, struct netlink_ext_ack *extack)
{
	struct nlattr *attr = tb[end->addr4] ?: tb[end->addr6];
	u8 kind;
	int err;

	if (!attr)
		return tb[end->plen] ? NVO3_REFUSE(extack, tb[end->plen], EINVAL,
						   "a prefix length without a %s", end->name) : 0;
	err = nvo3_nl_prefix(tb[end->addr4], tb[end->addr6], tb[end->plen], end->name, addr, plen,
			     &kind, extack);
	if (err)
		return err;
	if (*family && *family != kind)
		return NVO3_REFUSE(extack, attr, EINVAL,
				   "source and destination of a rule are of two IP versions");
	*family = kind;
	return 0;
}

static bool has_ports(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_UDPLITE ||
	       proto == IPPROTO_SCTP || proto == IPPROTO_DCCP;
}

static int parse_ports(struct nlattr **tb, const struct end *end, u16 range[2],
		       struct nvo3_acl_rule *rule, struct netlink_ext_ack *extack)
{
	range[0] = 0;
	range[1] = U16_MAX;
	if (!tb[end->port])
		return tb[end->last] ? NVO3_REFUSE(extack, tb[end->last], EINVAL,
						   "a last %s port without a first", end->name) : 0;
	range[0] = nla_get_u16(tb[end->port]);
	range[1] = tb[end->last] ? nla_get_u16(tb[end->last]) : range[0];
	if (range[1] < range[0])
		return NVO3_REFUSE(extack, tb[end->last], EINVAL,
				   "the %s ports %u to %u are backwards", end->name, range[0],
				   range[1]);
	if (!(rule->has & NVO3_RULE_PROTO) || !has_ports(rule->proto))
		return NVO3_REFUSE(extack, tb[end->port], EINVAL,
				   "ports need a protocol that has some (TCP, UDP, ...)");
	rule->has |= NVO3_RULE_PORTS;
	return 0;
}

static int parse_type(struct nlattr *attr, struct nvo3_acl_rule *rule,
		      struct netlink_ext_ack *extack)
{
	u16 type = nla_get_u16(attr);

	rule->eth_type = htons(type);
	if (rule->family && type != (rule->family == AF_INET ? ETH_P_IP : ETH_P_IPV6))
		return NVO3_REFUSE(extack, attr, EINVAL,
				   "frames of type %#06x have no such addresses", type);
	if (rule->has && type != ETH_P_IP && type != ETH_P_IPV6)
		return NVO3_REFUSE(extack, attr, EINVAL,
				   "frames of type %#06x have no IP protocol", type);
	return 0;
}

static int check_must(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack)
{
	if (!tb[NVO3_A_RULE_VERDICT])
		return NVO3_REFUSE(extack, nest, EINVAL, "a rule without a verdict");
	if (!tb[NVO3_A_RULE_DIR])
		return NVO3_REFUSE(extack, nest, EINVAL, "a rule without a direction (dir)");
	return 0;
}

int nvo3_nl_rule(struct nlattr *nest, struct nvo3_acl_rule *rule, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NVO3_A_RULE_MAX + 1], *group;
	int err;

	err = nla_parse_nested(tb, NVO3_A_RULE_MAX, nest, nvo3_rule_nl_policy, extack);
	if (!err)
		err = check_must(nest, tb, extack);
	if (err)
		return err;
	rule->verdict = nla_get_u8(tb[NVO3_A_RULE_VERDICT]);
	rule->dir = nla_get_u8(tb[NVO3_A_RULE_DIR]);
	if (tb[NVO3_A_RULE_PROTO]) {
		rule->proto = nla_get_u8(tb[NVO3_A_RULE_PROTO]);
		rule->has = NVO3_RULE_PROTO;
	}
	err = parse_prefix(tb, &src_end, &rule->src, &rule->src_plen, &rule->family, extack);
	if (!err)
		err = parse_prefix(tb, &dst_end, &rule->dst, &rule->dst_plen, &rule->family,
				   extack);
	if (!err)
		err = parse_ports(tb, &src_end, rule->sport, rule, extack);
	if (!err)
		err = parse_ports(tb, &dst_end, rule->dport, rule, extack);
	if (!err && tb[NVO3_A_RULE_ETHERTYPE])
		err = parse_type(tb[NVO3_A_RULE_ETHERTYPE], rule, extack);
	group = tb[NVO3_A_RULE_SRC_GROUP] ?: tb[NVO3_A_RULE_DST_GROUP];
	if (!err && group)
		err = NVO3_REFUSE(extack, group, EOPNOTSUPP,
				  "this NVE does not know the groups of its VMs");
	return err;
}
