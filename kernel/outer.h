/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was read from the outer headers of a packet, whichever way it came in. The
 * step behind it (from_outer.c) looks at the outer packet no more.
 */
#ifndef _NVO3_OUTER_H
#define _NVO3_OUTER_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/ipv6.h>
#include <net/route.h>
#include "addr.h"

struct nvo3_outer {
	struct nvo3_addr saddr;	/* the NVE that sent it */
	struct nvo3_addr daddr;	/* ours */
	u32 vni;
	u16 hlen;		/* bytes from the transport header to the inner frame */
	u8 dsfield;		/* DSCP and ECN */
	u8 ttl;
	u8 encap;		/* enum nvo3_encap */
};

static inline void nvo3_outer_read4(struct nvo3_outer *outer, const struct iphdr *iph)
{
	nvo3_addr_set4(&outer->saddr, iph->saddr);
	nvo3_addr_set4(&outer->daddr, iph->daddr);
	outer->dsfield = iph->tos;
	outer->ttl = iph->ttl;
}

static inline void nvo3_outer_read6(struct nvo3_outer *outer, const struct ipv6hdr *iph)
{
	nvo3_addr_set6(&outer->saddr, &iph->saddr);
	nvo3_addr_set6(&outer->daddr, &iph->daddr);
	outer->dsfield = ipv6_get_dsfield(iph);
	outer->ttl = iph->hop_limit;
}

/*
 * Is it for this host alone? With any local address, what is sent to all in the underlay would
 * be for us too. @skb has been routed.
 */
static inline bool nvo3_outer_is_unicast(const struct nvo3_outer *outer, const struct sk_buff *skb)
{
	if (outer->daddr.family == AF_INET)
		return skb_rtable(skb)->rt_type == RTN_LOCAL;
	return !ipv6_addr_is_multicast(&outer->daddr.v6);
}

#endif /* _NVO3_OUTER_H */
