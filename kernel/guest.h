/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a tenant system asks for its own addresses: DHCP, DHCPv6, router solicitations. At a port
 * that says so they are the agent's to answer, and do not enter the VN: the guard's word for that
 * is NVO3_DROP_GUEST_LOST, which is true unless the agent gets them. The answers come by
 * guest-answer (nl_guest.c).
 */
#ifndef _NVO3_GUEST_H
#define _NVO3_GUEST_H

#include <linux/in.h>
#include <linux/socket.h>
#include <linux/nvo3.h>
#include "flow.h"

struct nvo3_nve;
struct nvo3_port;

#define NVO3_GUEST_DHCP		67	/* UDP, servers */
#define NVO3_GUEST_DHCP6	547
#define NVO3_GUEST_SOLICIT	133	/* ICMPv6 */

/* Is it such a question? A fragment that begins one is, too. */
static inline bool nvo3_guest_may(const struct nvo3_flow *flow)
{
	if (flow->flags & NVO3_FLOW_PORTS)
		return flow->proto == IPPROTO_UDP &&
		       flow->dport == (flow->family == AF_INET ? htons(NVO3_GUEST_DHCP) :
								 htons(NVO3_GUEST_DHCP6));
	return flow->family == AF_INET6 && flow->flags & NVO3_FLOW_ICMP &&
	       flow->icmp_type == NVO3_GUEST_SOLICIT;
}

/* Hand it up: a step of fast.h. */
enum nvo3_drop nvo3_guest_ask(struct nvo3_nve *nve, struct nvo3_port *port, struct sk_buff *skb,
			      const struct nvo3_flow *flow);

#endif /* _NVO3_GUEST_H */
