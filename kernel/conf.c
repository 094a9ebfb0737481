// SPDX-License-Identifier: GPL-2.0
#include <linux/nvo3_link.h>
#include <net/inet_ecn.h>
#include "conf.h"
#include "netlink.h"

const struct nla_policy nvo3_conf_policy[IFLA_NVO3_MAX + 1] = {
	[IFLA_NVO3_LOCAL4] = { .type = NLA_U32 },
	[IFLA_NVO3_LOCAL6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[IFLA_NVO3_DSTPORT] = { .type = NLA_U16 },
	[IFLA_NVO3_CSUM] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_NVO3_ENCAP] = NLA_POLICY_MAX(NLA_U8, NVO3_ENCAP_MAX),
	[IFLA_NVO3_ACCEPT] = NLA_POLICY_RANGE(NLA_U8, 1, BIT(NVO3_ENCAP_MAX + 1) - 1),
	[IFLA_NVO3_GENEVE_PORT] = { .type = NLA_U16 },
	[IFLA_NVO3_FLOWID] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_NVO3_TTL] = { .type = NLA_U8 },
	[IFLA_NVO3_TOS] = { .type = NLA_U8 },
	[IFLA_NVO3_DF] = NLA_POLICY_MAX(NLA_U8, NVO3_DF_MAX),
	[IFLA_NVO3_LABEL] = { .type = NLA_U32 },
	[IFLA_NVO3_SPORT_MIN] = { .type = NLA_U16 },
	[IFLA_NVO3_SPORT_MAX] = { .type = NLA_U16 },
	[IFLA_NVO3_CSUM_RX] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_NVO3_UNDERLAY] = NLA_POLICY_MIN(NLA_U32, 1),
	[IFLA_NVO3_MSS_CLAMP] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_NVO3_FASTPATH] = NLA_POLICY_MAX(NLA_U8, NVO3_FASTPATH_MAX),
	[IFLA_NVO3_VERIFY] = NLA_POLICY_MAX(NLA_U8, NVO3_VERIFY_MAX),
	[IFLA_NVO3_REDIRECT] = { .type = NLA_U32 },
	[IFLA_NVO3_RELAY] = NLA_POLICY_MAX(NLA_U8, 1),
};

static int fix_port(const struct nlattr *attr, u16 otherwise, __be16 *port,
		    struct netlink_ext_ack *extack)
{
	*port = attr ? nla_get_be16(attr) : htons(otherwise);
	if (!*port)
		return NVO3_REFUSE(extack, attr, EINVAL, "UDP port 0 is none");
	return 0;
}

int nvo3_conf_fix(struct nvo3_nve *nve, struct nlattr **data, struct netlink_ext_ack *extack)
{
	struct nlattr *underlay = data[IFLA_NVO3_UNDERLAY];
	const u8 udp = BIT(NVO3_ENCAP_VXLAN) | BIT(NVO3_ENCAP_GENEVE);
	int err;

	if (data[IFLA_NVO3_ENCAP])
		nve->encap = nla_get_u8(data[IFLA_NVO3_ENCAP]);
	nve->accept = BIT(nve->encap);
	if (data[IFLA_NVO3_ACCEPT])
		nve->accept = nla_get_u8(data[IFLA_NVO3_ACCEPT]);
	if (underlay) {
		nve->underlay = nla_get_u32(underlay);
		if (!__dev_get_by_index(nve->net, nve->underlay))
			return NVO3_REFUSE(extack, underlay, ENODEV,
					   "no device %u in the underlay's namespace",
					   nve->underlay);
	}
	err = fix_port(data[IFLA_NVO3_DSTPORT], NVO3_DSTPORT_DEFAULT, &nve->dstport, extack);
	if (err)
		return err;
	err = fix_port(data[IFLA_NVO3_GENEVE_PORT], NVO3_GENEVE_PORT_DEFAULT, &nve->geneve_port,
		       extack);
	if (err)
		return err;
	if ((nve->accept & udp) == udp && nve->dstport == nve->geneve_port)
		return NVO3_REFUSE(extack, data[IFLA_NVO3_GENEVE_PORT] ?: data[IFLA_NVO3_DSTPORT],
				   EINVAL, "VXLAN and Geneve cannot share UDP port %u",
				   ntohs(nve->dstport));
	return 0;
}

static int refuse_fixed(const struct nvo3_nve *nve, const char *what, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	return NVO3_REFUSE(extack, attr, EOPNOTSUPP, "the %s of %s cannot be changed", what,
			   nve->dev->name);
}

int nvo3_conf_check_fixed(const struct nvo3_nve *nve, struct nlattr **data,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *attr = data[IFLA_NVO3_DSTPORT];

	if (attr && nla_get_be16(attr) != nve->dstport)
		return refuse_fixed(nve, "UDP port", attr, extack);
	attr = data[IFLA_NVO3_GENEVE_PORT];
	if (attr && nla_get_be16(attr) != nve->geneve_port)
		return refuse_fixed(nve, "Geneve port", attr, extack);
	attr = data[IFLA_NVO3_ENCAP];
	if (attr && nla_get_u8(attr) != nve->encap)
		return refuse_fixed(nve, "encapsulation", attr, extack);
	attr = data[IFLA_NVO3_ACCEPT];
	if (attr && nla_get_u8(attr) != nve->accept)
		return refuse_fixed(nve, "accepted encapsulations", attr, extack);
	attr = data[IFLA_NVO3_UNDERLAY];
	if (attr && nla_get_u32(attr) != nve->underlay)
		return refuse_fixed(nve, "underlay", attr, extack);
	return 0;
}

/* The unspecified address takes a local address back. */
static int check_local(struct nvo3_nve *nve, const struct nvo3_addr *addr, bool any,
		       const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *fault = any ? NULL : nvo3_addr_fault(addr);
	char buf[NVO3_ADDR_STRLEN];
	bool remote = false;

	if (!fault && nve->dev->reg_state == NETREG_REGISTERED) {
		mutex_lock(&nve->lock);
		remote = nvo3_remotes_at(&nve->remotes, addr);
		mutex_unlock(&nve->lock);
	}
	if (remote)
		fault = "the address of another NVE";
	if (fault)
		return NVO3_REFUSE(extack, attr, EINVAL, "%s is %s", nvo3_addr_str(addr, buf),
				   fault);
	return 0;
}

static int parse_locals(struct nvo3_nve *nve, struct nlattr **data, struct nvo3_conf *conf,
			struct netlink_ext_ack *extack)
{
	struct nvo3_addr addr;
	int err;

	if (data[IFLA_NVO3_LOCAL4]) {
		conf->local4 = nla_get_in_addr(data[IFLA_NVO3_LOCAL4]);
		addr = nvo3_addr_from4(conf->local4);
		err = check_local(nve, &addr, !conf->local4, data[IFLA_NVO3_LOCAL4], extack);
		if (err)
			return err;
	}
	if (data[IFLA_NVO3_LOCAL6]) {
		conf->local6 = nla_get_in6_addr(data[IFLA_NVO3_LOCAL6]);
		addr = nvo3_addr_from6(&conf->local6);
		err = check_local(nve, &addr, ipv6_addr_any(&conf->local6), data[IFLA_NVO3_LOCAL6],
				  extack);
		if (err)
			return err;
	}
	return 0;
}

static void set_defaults(struct nvo3_conf *conf)
{
	conf->csum = true;
	conf->flowid = true;
	conf->ttl = 64;
	conf->label = NVO3_LABEL_FLOW;
	conf->redirect = NVO3_REDIRECT_DEFAULT;
	/* Wraps with the second change, so that whoever minds would be seen. */
	conf->gen = -2;
}

static int parse_tos(struct nvo3_conf *conf, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	u8 tos = nla_get_u8(attr);

	if (tos != NVO3_TOS_INHERIT && tos & INET_ECN_MASK)
		return NVO3_REFUSE(extack, attr, EINVAL,
				   "the ECN bits of the outer header follow RFC 6040");
	conf->tos = tos;
	return 0;
}

static int parse_sports(struct nvo3_conf *conf, struct nlattr **data,
			struct netlink_ext_ack *extack)
{
	struct nlattr *min = data[IFLA_NVO3_SPORT_MIN], *max = data[IFLA_NVO3_SPORT_MAX];

	if (!min && !max)
		return 0;
	if (!min || !max || !nla_get_u16(min) != !nla_get_u16(max) ||
	    nla_get_u16(min) > nla_get_u16(max))
		return NVO3_REFUSE(extack, max ?: min, EINVAL,
				   "source ports go from a lower to a higher number");
	conf->sport_min = nla_get_u16(min);
	conf->sport_max = nla_get_u16(max);
	return 0;
}

static int parse_header(struct nvo3_conf *conf, struct nlattr **data,
			struct netlink_ext_ack *extack)
{
	int err;

	if (data[IFLA_NVO3_LABEL] && nla_get_u32(data[IFLA_NVO3_LABEL]) > NVO3_LABEL_FLOW)
		return NVO3_REFUSE(extack, data[IFLA_NVO3_LABEL], ERANGE,
				   "a flow label has 20 bits");
	if (data[IFLA_NVO3_TTL])
		conf->ttl = nla_get_u8(data[IFLA_NVO3_TTL]);
	if (data[IFLA_NVO3_DF])
		conf->df = nla_get_u8(data[IFLA_NVO3_DF]);
	if (data[IFLA_NVO3_LABEL])
		conf->label = nla_get_u32(data[IFLA_NVO3_LABEL]);
	if (data[IFLA_NVO3_TOS]) {
		err = parse_tos(conf, data[IFLA_NVO3_TOS], extack);
		if (err)
			return err;
	}
	return parse_sports(conf, data, extack);
}

int nvo3_conf_parse(struct nvo3_nve *nve, struct nlattr **data, struct nvo3_conf *conf,
		    struct netlink_ext_ack *extack)
{
	int err;

	if (nve->dev->reg_state != NETREG_REGISTERED)
		set_defaults(conf);
	err = parse_locals(nve, data, conf, extack);
	if (err)
		return err;
	err = parse_header(conf, data, extack);
	if (err)
		return err;
	if (data[IFLA_NVO3_CSUM_RX])
		conf->csum_rx = nla_get_u8(data[IFLA_NVO3_CSUM_RX]);
	if (data[IFLA_NVO3_MSS_CLAMP])
		conf->mss_clamp = nla_get_u8(data[IFLA_NVO3_MSS_CLAMP]);
	if (data[IFLA_NVO3_CSUM])
		conf->csum = nla_get_u8(data[IFLA_NVO3_CSUM]);
	if (data[IFLA_NVO3_FLOWID])
		conf->flowid = nla_get_u8(data[IFLA_NVO3_FLOWID]);
	if (data[IFLA_NVO3_FASTPATH])
		conf->fastpath = nla_get_u8(data[IFLA_NVO3_FASTPATH]);
	if (data[IFLA_NVO3_VERIFY])
		conf->verify = nla_get_u8(data[IFLA_NVO3_VERIFY]);
	if (data[IFLA_NVO3_REDIRECT])
		conf->redirect = nla_get_u32(data[IFLA_NVO3_REDIRECT]);
	if (data[IFLA_NVO3_RELAY])
		conf->relay = nla_get_u8(data[IFLA_NVO3_RELAY]);
	return 0;
}

size_t nvo3_conf_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(__be32)) +			/* IFLA_NVO3_LOCAL4 */
	       nla_total_size(sizeof(struct in6_addr)) +	/* IFLA_NVO3_LOCAL6 */
	       nla_total_size(sizeof(__be16)) +			/* IFLA_NVO3_DSTPORT */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_CSUM */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_ENCAP */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_ACCEPT */
	       nla_total_size(sizeof(__be16)) +			/* IFLA_NVO3_GENEVE_PORT */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_FLOWID */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_TTL */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_TOS */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_DF */
	       nla_total_size(sizeof(u32)) +			/* IFLA_NVO3_LABEL */
	       nla_total_size(sizeof(u16)) +			/* IFLA_NVO3_SPORT_MIN */
	       nla_total_size(sizeof(u16)) +			/* IFLA_NVO3_SPORT_MAX */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_CSUM_RX */
	       nla_total_size(sizeof(u32)) +			/* IFLA_NVO3_UNDERLAY */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_MSS_CLAMP */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_FASTPATH */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_VERIFY */
	       nla_total_size(sizeof(u32)) +			/* IFLA_NVO3_REDIRECT */
	       nla_total_size(sizeof(u8));			/* IFLA_NVO3_RELAY */
}

static int fill_header(struct sk_buff *skb, const struct nvo3_conf *conf)
{
	if (nla_put_u8(skb, IFLA_NVO3_FLOWID, conf->flowid) ||
	    nla_put_u8(skb, IFLA_NVO3_TTL, conf->ttl) ||
	    nla_put_u8(skb, IFLA_NVO3_TOS, conf->tos) ||
	    nla_put_u8(skb, IFLA_NVO3_DF, conf->df) ||
	    nla_put_u32(skb, IFLA_NVO3_LABEL, conf->label) ||
	    nla_put_u16(skb, IFLA_NVO3_SPORT_MIN, conf->sport_min) ||
	    nla_put_u16(skb, IFLA_NVO3_SPORT_MAX, conf->sport_max) ||
	    nla_put_u8(skb, IFLA_NVO3_CSUM_RX, conf->csum_rx) ||
	    nla_put_u8(skb, IFLA_NVO3_MSS_CLAMP, conf->mss_clamp))
		return -EMSGSIZE;
	return 0;
}

int nvo3_conf_fill(struct sk_buff *skb, const struct net_device *dev)
{
	const struct nvo3_nve *nve = netdev_priv(dev);
	const struct nvo3_conf *conf = rtnl_dereference(nve->conf);

	if ((conf->local4 && nla_put_in_addr(skb, IFLA_NVO3_LOCAL4, conf->local4)) ||
	    (!ipv6_addr_any(&conf->local6) &&
	     nla_put_in6_addr(skb, IFLA_NVO3_LOCAL6, &conf->local6)) ||
	    nla_put_be16(skb, IFLA_NVO3_DSTPORT, nve->dstport) ||
	    nla_put_u8(skb, IFLA_NVO3_CSUM, conf->csum) ||
	    nla_put_u8(skb, IFLA_NVO3_ENCAP, nve->encap) ||
	    nla_put_u8(skb, IFLA_NVO3_ACCEPT, nve->accept) ||
	    nla_put_be16(skb, IFLA_NVO3_GENEVE_PORT, nve->geneve_port) ||
	    nla_put_u8(skb, IFLA_NVO3_FASTPATH, conf->fastpath) ||
	    nla_put_u8(skb, IFLA_NVO3_VERIFY, conf->verify) ||
	    nla_put_u32(skb, IFLA_NVO3_REDIRECT, conf->redirect) ||
	    nla_put_u8(skb, IFLA_NVO3_RELAY, conf->relay) ||
	    (nve->underlay && nla_put_u32(skb, IFLA_NVO3_UNDERLAY, nve->underlay)))
		return -EMSGSIZE;
	return fill_header(skb, conf);
}
