/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Questions for the MAC of an IP address, answered out of IP mappings: a step of the fast path as
 * those of fast.h. Only in VNs with NVO3_ARP_ANSWER.
 */
#ifndef _NVO3_RESOLVE_H
#define _NVO3_RESOLVE_H

#include "fast.h"
#include "neigh.h"

/*
 * A frame for which nvo3_neigh_may(). True: it was such a question, and *@reason is as what a step
 * returns: it was answered or waits, or is to be dropped. False: it goes the way of all others.
 */
bool nvo3_resolve(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
		  const struct nvo3_flow *flow, enum nvo3_drop *reason);

/* One that has waited. */
enum nvo3_drop nvo3_resolve_held(struct nvo3_nve *nve, struct nvo3_port *from,
				 struct sk_buff *skb, const struct nvo3_flow *flow);

/* miss.c: it waits for an IP mapping, which is asked for. */
enum nvo3_drop nvo3_ask_ip(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			   const struct nvo3_addr *addr);

/* miss.c: the IP mapping stands, and what waits for it is answered. As nvo3_miss_answered(). */
void nvo3_miss_answered_ip(struct nvo3_nve *nve, const struct nvo3_host_key *key);

#endif /* _NVO3_RESOLVE_H */
