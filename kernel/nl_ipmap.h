/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The requests of nl_map.c about IP mappings, each of one nest that is parsed into @tb. Callers
 * hold nve->lock; what is wrong has a sentence.
 */
#ifndef _NVO3_NL_IPMAP_H
#define _NVO3_NL_IPMAP_H

#include "ipmap.h"

/* Is it of an IP address? */
static inline bool nvo3_nl_is_ipmap(struct nlattr **tb)
{
	return tb[NVO3_A_MAP_IP4] || tb[NVO3_A_MAP_IP6];
}

/*
 * One IP address that a tenant system may have, from at most one of two attributes; @nest is the
 * culprit when both are missing. 0 or -EINVAL.
 */
int nvo3_nl_host_addr(struct nlattr *nest, struct nlattr *addr4, struct nlattr *addr6,
		      struct nvo3_addr *addr, struct netlink_ext_ack *extack);

/* Of map-add: what to store, that it may be, and that there is room. */
int nvo3_nl_ipmap_check_add(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
			    struct nlattr **tb, u16 flags, struct nvo3_ipmap *map,
			    struct netlink_ext_ack *extack);

/* Of map-del: that it is there and as the request says. @map gets what is there. */
int nvo3_nl_ipmap_check_del(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
			    struct nlattr **tb, struct nvo3_ipmap *map,
			    struct netlink_ext_ack *extack);

/* Of map-get: @map gets what is there. */
int nvo3_nl_ipmap_find(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
		       struct nlattr **tb, struct nvo3_ipmap *map,
		       struct netlink_ext_ack *extack);

/* Append those that match, from number cb->args[1] on. */
void nvo3_nl_ipmap_dump(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
			const struct nvo3_mapping_filter *filter);

#endif /* _NVO3_NL_IPMAP_H */
