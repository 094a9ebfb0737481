// SPDX-License-Identifier: GPL-2.0
#include <linux/nvo3_link.h>
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
	[IFLA_NVO3_FASTPATH] = NLA_POLICY_MAX(NLA_U8, NVO3_FASTPATH_MAX),
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
	const u8 udp = BIT(NVO3_ENCAP_VXLAN) | BIT(NVO3_ENCAP_GENEVE);
	int err;

	if (data[IFLA_NVO3_ENCAP])
		nve->encap = nla_get_u8(data[IFLA_NVO3_ENCAP]);
	nve->accept = BIT(nve->encap);
	if (data[IFLA_NVO3_ACCEPT])
		nve->accept = nla_get_u8(data[IFLA_NVO3_ACCEPT]);
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
	if (data[IFLA_NVO3_CSUM])
		conf->csum = nla_get_u8(data[IFLA_NVO3_CSUM]);
	if (data[IFLA_NVO3_FLOWID])
		conf->flowid = nla_get_u8(data[IFLA_NVO3_FLOWID]);
	if (data[IFLA_NVO3_FASTPATH])
		conf->fastpath = nla_get_u8(data[IFLA_NVO3_FASTPATH]);
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
	       nla_total_size(sizeof(u8));			/* IFLA_NVO3_FASTPATH */
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
	    nla_put_u8(skb, IFLA_NVO3_FLOWID, conf->flowid) ||
	    nla_put_u8(skb, IFLA_NVO3_FASTPATH, conf->fastpath))
		return -EMSGSIZE;
	return 0;
}
