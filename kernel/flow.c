// SPDX-License-Identifier: GPL-2.0
/* See flow.h. Nothing here trusts a length that it has not compared with the frame's. */
#include <linux/if_arp.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include "arp.h"
#include "flow.h"

#define FRAG_DONT	0x4000
#define FRAG_MORE	0x2000
#define FRAG_OFFSET	0x1fff

struct frag6 {
	u8 next, reserved;
	__be16 offset;		/* 13 bits, then 2 reserved and "more" */
	__be32 id;
};

/* Word by word: memset() is a call, and where the compiler knows the length a slow start. */
static __always_inline void clear(struct nvo3_flow *flow)
{
	flow->src.word[0] = 0;
	flow->src.word[1] = 0;
	flow->dst.word[0] = 0;
	flow->dst.word[1] = 0;
	flow->sport = 0;
	flow->dport = 0;
	flow->eth_type = 0;
	flow->proto = 0;
	flow->flags = 0;
	flow->family = 0;
	flow->icmp_type = 0;
	flow->l4 = 0;
	flow->dsfield = 0;
	flow->ttl = 0;
	flow->df = false;
	flow->zero = 0;
}

static __always_inline void parse_transport(const struct sk_buff *skb, u32 off,
					    struct nvo3_flow *flow)
{
	const __be16 *ports;
	__be16 buf[2] __uninitialized;
	const u8 *type;
	u8 byte;

	flow->l4 = off;
	if (flow->flags & NVO3_FLOW_LATER)
		return;
	switch (flow->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		ports = skb_header_pointer(skb, off, sizeof(buf), buf);
		if (!ports)
			break;
		flow->sport = ports[0];
		flow->dport = ports[1];
		flow->flags |= NVO3_FLOW_PORTS;
		return;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		/* Each belongs to one family, and means nothing over the other. */
		if (flow->proto != (flow->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6))
			return;
		type = skb_header_pointer(skb, off, sizeof(byte), &byte);
		if (!type)
			break;
		flow->icmp_type = *type;
		flow->flags |= NVO3_FLOW_ICMP;
		return;
	default:
		return;
	}
	flow->flags |= NVO3_FLOW_BAD;
}

static __always_inline void parse_ip4(const struct sk_buff *skb, struct nvo3_flow *flow)
{
	const struct iphdr *ip;
	struct iphdr buf __uninitialized;
	u16 frag;

	ip = skb_header_pointer(skb, ETH_HLEN, sizeof(buf), &buf);
	if (!ip || ip->version != 4 || ip->ihl < 5 || skb->len < ETH_HLEN + ip->ihl * 4) {
		flow->flags |= NVO3_FLOW_BAD;
		return;
	}
	flow->family = AF_INET;
	flow->src.v4 = ip->saddr;
	flow->dst.v4 = ip->daddr;
	flow->proto = ip->protocol;
	flow->dsfield = ip->tos;
	flow->ttl = ip->ttl;
	frag = ntohs(ip->frag_off);
	flow->df = frag & FRAG_DONT;
	if (frag & FRAG_OFFSET)
		flow->flags |= NVO3_FLOW_LATER;
	else if (frag & FRAG_MORE)
		flow->flags |= NVO3_FLOW_FIRST;
	parse_transport(skb, ETH_HLEN + ip->ihl * 4, flow);
}

/*
 * A second Fragment header has no honest use, and what it hides would depend on how the
 * receiver reassembles (RFC 8200 section 4.5 counts it to the first fragment's chain).
 */
static bool parse_frag6(const struct sk_buff *skb, u32 off, struct nvo3_flow *flow)
{
	const struct frag6 *frag;
	struct frag6 buf __uninitialized;
	u16 offset;

	frag = skb_header_pointer(skb, off, sizeof(buf), &buf);
	if (!frag || flow->flags & NVO3_FLOW_FRAGMENT)
		return false;
	flow->proto = frag->next;
	offset = ntohs(frag->offset);
	if (offset & 0xfff8)
		flow->flags |= NVO3_FLOW_LATER;
	else if (offset & 1)
		flow->flags |= NVO3_FLOW_FIRST;
	return true;
}

/* One extension header: its length, 0 if flow->proto is none, -1 if it cannot be read. */
static int parse_ext6(const struct sk_buff *skb, u32 off, struct nvo3_flow *flow)
{
	const u8 *ext;
	u8 buf[2];
	int len;

	switch (flow->proto) {
	case IPPROTO_FRAGMENT:
		return parse_frag6(skb, off, flow) ? sizeof(struct frag6) : -1;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
	case IPPROTO_AH:
		ext = skb_header_pointer(skb, off, sizeof(buf), buf);
		if (!ext)
			return -1;
		len = flow->proto == IPPROTO_AH ? (ext[1] + 2) * 4 : (ext[1] + 1) * 8;
		flow->proto = ext[0];
		return len;
	default:
		return 0;
	}
}

static void parse_ip6(const struct sk_buff *skb, struct nvo3_flow *flow)
{
	u32 off = ETH_HLEN + sizeof(struct ipv6hdr);
	const struct ipv6hdr *ip;
	struct ipv6hdr buf __uninitialized;
	int len, i;

	ip = skb_header_pointer(skb, ETH_HLEN, sizeof(buf), &buf);
	if (!ip || ip->version != 6) {
		flow->flags |= NVO3_FLOW_BAD;
		return;
	}
	flow->family = AF_INET6;
	flow->src.v6 = ip->saddr;
	flow->dst.v6 = ip->daddr;
	flow->proto = ip->nexthdr;
	flow->dsfield = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	flow->ttl = ip->hop_limit;
	flow->df = true;
	for (i = 0; i <= NVO3_FLOW_EXTS && !(flow->flags & NVO3_FLOW_LATER); i++) {
		len = parse_ext6(skb, off, flow);
		if (len < 0 || skb->len < off + len) {
			flow->flags |= NVO3_FLOW_BAD;
			return;
		}
		if (!len)
			break;
		off += len;
	}
	if (i > NVO3_FLOW_EXTS)
		flow->flags |= NVO3_FLOW_BAD;
	else
		parse_transport(skb, off, flow);
}

static void parse_arp(const struct sk_buff *skb, struct nvo3_flow *flow)
{
	const struct nvo3_arp *arp;
	struct nvo3_arp buf __uninitialized;

	arp = skb_header_pointer(skb, ETH_HLEN, sizeof(buf), &buf);
	if (!arp || arp->hrd != htons(ARPHRD_ETHER) || arp->pro != htons(ETH_P_IP) ||
	    arp->hln != ETH_ALEN || arp->pln != sizeof(arp->sip)) {
		flow->flags |= NVO3_FLOW_BAD;
		return;
	}
	memcpy(&flow->src.v4, arp->sip, sizeof(arp->sip));
	memcpy(&flow->dst.v4, arp->tip, sizeof(arp->tip));
	flow->flags |= NVO3_FLOW_ARP;
}

void nvo3_flow_parse(const struct sk_buff *skb, struct nvo3_flow *flow)
{
	const struct ethhdr *eth;
	struct ethhdr buf __uninitialized;

	clear(flow);
	eth = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!eth) {
		flow->flags = NVO3_FLOW_BAD;
		return;
	}
	if (ntohs(eth->h_proto) >= ETH_P_802_3_MIN)
		flow->eth_type = eth->h_proto;
	switch (flow->eth_type) {
	case htons(ETH_P_IP):
		parse_ip4(skb, flow);
		break;
	case htons(ETH_P_IPV6):
		parse_ip6(skb, flow);
		break;
	case htons(ETH_P_ARP):
		parse_arp(skb, flow);
		break;
	default:
		memcpy(flow->src.mac, eth->h_source, ETH_ALEN);
		memcpy(flow->dst.mac, eth->h_dest, ETH_ALEN);
	}
}

#ifdef DEBUG
#include "selftest/flow.c"
#endif
