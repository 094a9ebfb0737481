/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames that the NVE makes itself, for a tenant system.
 */
#ifndef _NVO3_REPLY_H
#define _NVO3_REPLY_H

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/skbuff.h>

/* A frame with its Ethernet header, and room for @len bytes behind that; NULL without memory. */
static inline struct sk_buff *nvo3_reply_new(const u8 *dst, const u8 *src, __be16 proto, u32 len)
{
	struct sk_buff *skb = alloc_skb(NET_SKB_PAD + NET_IP_ALIGN + VLAN_ETH_HLEN + len,
					GFP_ATOMIC);
	struct ethhdr *eth;

	if (!skb)
		return NULL;
	skb_reserve(skb, NET_SKB_PAD + VLAN_HLEN + NET_IP_ALIGN);
	skb_reset_mac_header(skb);
	eth = skb_put(skb, ETH_HLEN);
	ether_addr_copy(eth->h_dest, dst);
	ether_addr_copy(eth->h_source, src);
	eth->h_proto = proto;
	skb->protocol = proto;
	skb_set_network_header(skb, ETH_HLEN);
	return skb;
}

#endif /* _NVO3_REPLY_H */
