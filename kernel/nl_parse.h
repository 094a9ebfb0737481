/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes into objects, with a sentence for each that is wrong.
 *
 * @nest is the object's nest, for saying what it lacks. Callers hold nve->lock.
 * An attribute that only answers carry is refused in requests.
 */
#ifndef _NVO3_NL_PARSE_H
#define _NVO3_NL_PARSE_H

#include "netlink.h"

/* Object nests: parse by policy; "the request has no @what" when @nest is NULL. */
int nvo3_nl_parse_vn(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack);
int nvo3_nl_parse_member(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack);
int nvo3_nl_parse_port(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack);
int nvo3_nl_parse_map(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack);
int nvo3_nl_parse_remote(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack);
int nvo3_nl_parse_profile(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack);
int nvo3_nl_parse_digest(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack);
int nvo3_nl_parse_guest(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack);
int nvo3_nl_parse_miss(struct nlattr *nest, struct nlattr **tb, struct netlink_ext_ack *extack);

/* The VN of @vni, or ERR_PTR(-EINVAL missing, -ENOENT). */
struct nvo3_vn *nvo3_nl_vn(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr *vni,
			   struct netlink_ext_ack *extack);

/* Exactly one of two addresses: 0 or -EINVAL. */
int nvo3_nl_addr(struct nlattr *nest, struct nlattr *addr4, struct nlattr *addr6,
		 struct nvo3_addr *addr, struct netlink_ext_ack *extack);

/*
 * The attributes that name a remote NVE, the same in every nest that has them. What
 * is absent is the NVE's own. 0 or -EINVAL.
 */
struct nvo3_nl_locator {
	struct nlattr *addr4, *addr6, *encap, *dstport, *vni;
};

int nvo3_nl_locator(struct nvo3_nve *nve, struct nlattr *nest, const struct nvo3_nl_locator *attrs,
		    struct nvo3_locator *loc, struct netlink_ext_ack *extack);

/* May the address be that of another NVE? */
int nvo3_nl_check_locator(struct nvo3_nve *nve, const struct nvo3_addr *addr,
			  const struct nlattr *attr, struct netlink_ext_ack *extack);

/* A unicast MAC: its bytes, or ERR_PTR(-EINVAL). */
const u8 *nvo3_nl_mac(struct nlattr *nest, struct nlattr *mac, struct netlink_ext_ack *extack);

/* The profile of @id, or ERR_PTR(-EINVAL missing, -ENOENT). */
struct nvo3_profile *nvo3_nl_profile(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr *id,
				     struct netlink_ext_ack *extack);

/*
 * nl_allow.c: all pairs of a port's nest into @allow of NVO3_ALLOW_MAX: how many, -ENOENT if
 * the nest says nothing of them, or what is wrong. One of the port's own MAC has it zero.
 */
int nvo3_nl_allow(struct nlattr *port, struct nvo3_allow *allow, struct netlink_ext_ack *extack);

/*
 * A prefix of either family (@addr4 or @addr6, one of them is there), by itself without @plen;
 * @name is what the sentences of a refusal call it. Outputs only on success, but for @addr.
 */
int nvo3_nl_prefix(struct nlattr *addr4, struct nlattr *addr6, struct nlattr *plen,
		   const char *name, union nvo3_flow_addr *addr, u8 *ret_plen, u8 *family,
		   struct netlink_ext_ack *extack);

/* nl_rule.c: the rule of a nest, or -EINVAL and why it is none. */
int nvo3_nl_rule(struct nlattr *nest, struct nvo3_acl_rule *rule, struct netlink_ext_ack *extack);

/* The slave of this NVE that @dev names, or ERR_PTR(). */
struct nvo3_slave *nvo3_nl_slave(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr *dev,
				 struct netlink_ext_ack *extack);

/* Its port on @vlan (untagged without), or ERR_PTR(). */
struct nvo3_port *nvo3_nl_port(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr *dev,
			       struct nlattr *vlan, struct netlink_ext_ack *extack);

/* The next nest of @type behind @attr (NULL: the first) in a request that repeats them. */
static inline struct nlattr *nvo3_nl_next(const struct genl_info *info, struct nlattr *attr,
					  int type)
{
	char *end = (char *)info->nlhdr + info->nlhdr->nlmsg_len;
	int rem;

	attr = attr ? (struct nlattr *)((char *)attr + NLA_ALIGN(attr->nla_len)) :
		      nlmsg_attrdata(info->nlhdr, GENL_HDRLEN);
	for (rem = end - (char *)attr; nla_ok(attr, rem); attr = nla_next(attr, &rem))
		if (nla_type(attr) == type)
			return attr;
	return NULL;
}

#endif /* _NVO3_NL_PARSE_H */
