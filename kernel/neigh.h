/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Questions of tenant systems for the MAC of an IP address, and their answers: ARP (RFC 826, 5227)
 * and neighbour discovery (RFC 4861).
 *
 * Pure. The frame that asks is only read, and may be cloned, paged, cut short and a lie.
 */
#ifndef _NVO3_NEIGH_H
#define _NVO3_NEIGH_H

#include <linux/socket.h>
#include "addr.h"
#include "flow.h"

#define NVO3_ND_SOLICIT	135	/* ICMPv6 */
#define NVO3_ND_ADVERT	136

struct nvo3_neigh {
	struct nvo3_addr target;
	struct nvo3_addr source;	/* who asks; all zero behind the family in a probe */
	u8 mac[ETH_ALEN];		/* who asks */
};

/* Worth a closer look? What it costs whatever is no question. */
static inline bool nvo3_neigh_may(const struct nvo3_flow *flow)
{
	return flow->flags & NVO3_FLOW_ARP ||
	       (flow->family == AF_INET6 && flow->flags & NVO3_FLOW_ICMP &&
		flow->icmp_type == NVO3_ND_SOLICIT);
}

/*
 * Is it a question that can be answered by what it says? False: an answer, an announcement, or
 * what does not keep to RFC 826 or RFC 4861 section 7.1.1, or asks in another's name. @skb begins
 * at its Ethernet header, and @flow is what nvo3_flow_parse() read of it.
 */
bool nvo3_neigh_parse(const struct sk_buff *skb, const struct nvo3_flow *flow,
		      struct nvo3_neigh *ask);

/* The answer that @mac has the target, in its name: a frame of its own, or NULL without memory. */
struct sk_buff *nvo3_neigh_answer(const struct nvo3_neigh *ask, const u8 *mac, bool router);

#endif /* _NVO3_NEIGH_H */
