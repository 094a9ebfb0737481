/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an NVE tells a tenant system in the network's name: that a frame is larger
 * than the way to its destination. A VN has no router that would.
 */
#ifndef _NVO3_ICMP_H
#define _NVO3_ICMP_H

#include "flow.h"

/*
 * The answer to @skb, whose data begin at its Ethernet header and which @flow
 * describes: a frame of its own, ICMP fragmentation needed or ICMPv6 packet too
 * big, for packets of @mtu bytes. NULL without memory, or if such a packet must
 * not be answered (RFC 1122 section 3.2.2, RFC 4443 section 2.4). @skb is only read.
 */
struct sk_buff *nvo3_icmp_too_big(const struct sk_buff *skb, const struct nvo3_flow *flow,
				  u32 mtu);

#endif /* _NVO3_ICMP_H */
