// SPDX-License-Identifier: GPL-2.0
/* See neigh.h. Nothing here trusts a length that it has not compared with the frame's. */
#include <linux/if_arp.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <net/ip6_checksum.h>
#include "arp.h"
#include "neigh.h"
#include "reply.h"

#define ND_HOPS		255	/* no router has passed it on */
#define ND_SOURCE	1	/* link-layer address options */
#define ND_TARGET	2
#define ND_OPTIONS_MAX	32	/* more than anyone sends */
#define ND_BYTES_MAX	1280	/* of a message */

#define NA_ROUTER	0x80
#define NA_SOLICITED	0x40
#define NA_OVERRIDE	0x20

struct nd_option {
	u8 type, len;		/* in 8 bytes */
	u8 mac[ETH_ALEN];
};

struct nd_message {
	u8 type, code;
	__sum16 csum;
	u8 flags, reserved[3];
	struct in6_addr target;
};

static bool is_any(const struct in6_addr *addr)
{
	return !(addr->s6_addr32[0] | addr->s6_addr32[1] | addr->s6_addr32[2] |
		 addr->s6_addr32[3]);
}

/* One that a tenant system may have: neither 0/8, 127/8 nor multicast and beyond. */
static bool is_host4(const u8 *addr)
{
	return addr[0] && addr[0] != 127 && addr[0] < 224;
}

static bool is_host6(const struct in6_addr *addr)
{
	return addr->s6_addr[0] != 0xff && !is_any(addr);
}

static bool parse_arp(const struct sk_buff *skb, const u8 *src, struct nvo3_neigh *ask)
{
	struct nvo3_arp buf __uninitialized;
	const struct nvo3_arp *arp;
	__be32 sip, tip;

	arp = skb_header_pointer(skb, ETH_HLEN, sizeof(buf), &buf);
	if (!arp || arp->op != htons(ARPOP_REQUEST) || !ether_addr_equal(arp->sha, src) ||
	    !is_host4(arp->tip))
		return false;
	memcpy(&sip, arp->sip, sizeof(sip));
	memcpy(&tip, arp->tip, sizeof(tip));
	/* It tells, and asks nothing. */
	if (sip == tip)
		return false;
	nvo3_addr_set4(&ask->source, sip);
	nvo3_addr_set4(&ask->target, tip);
	return true;
}

/* Is it where a question for the target is sent to: its own address or its group? */
static bool is_for(const struct in6_addr *dst, const struct in6_addr *target, bool group_only)
{
	static const u8 group[13] = { 0xff, 2, [11] = 1, 0xff };

	if (!memcmp(dst, group, sizeof(group)) &&
	    !memcmp(&dst->s6_addr[13], &target->s6_addr[13], 3))
		return true;
	return !group_only && !memcmp(dst, target, sizeof(*dst));
}

/*
 * Options from @off up to @end: each must have a length and end in time, and one that names the
 * asker's link-layer address must name the frame's source. @probe: there must be none.
 */
static bool check_options(const struct sk_buff *skb, u32 off, u32 end, const u8 *src, bool probe)
{
	struct nd_option buf __uninitialized;
	const struct nd_option *option;
	int i;

	for (i = 0; off < end && i < ND_OPTIONS_MAX; i++) {
		if (end - off < sizeof(buf))
			return false;
		option = skb_header_pointer(skb, off, sizeof(buf), &buf);
		if (!option || !option->len || option->len * 8 > end - off)
			return false;
		if (option->type == ND_SOURCE &&
		    (probe || option->len != 1 || !ether_addr_equal(option->mac, src)))
			return false;
		off += option->len * 8;
	}
	return off == end;
}

/* What the sender's device was to fill in is not there yet, and not wrong. */
static bool check_csum(const struct sk_buff *skb, const struct nvo3_flow *flow, u32 len)
{
	return skb->ip_summed == CHECKSUM_PARTIAL ||
	       !csum_ipv6_magic(&flow->src.v6, &flow->dst.v6, len, IPPROTO_ICMPV6,
				skb_checksum(skb, flow->l4, len, 0));
}

static bool parse_nd(const struct sk_buff *skb, const struct nvo3_flow *flow, const u8 *src,
		     struct nvo3_neigh *ask)
{
	struct nd_message buf __uninitialized;
	struct ipv6hdr ipbuf __uninitialized;
	const struct nd_message *nd;
	const struct ipv6hdr *ip;
	struct in6_addr target;
	bool probe;
	u32 end;

	ip = skb_header_pointer(skb, ETH_HLEN, sizeof(ipbuf), &ipbuf);
	nd = skb_header_pointer(skb, flow->l4, sizeof(buf), &buf);
	if (!ip || !nd || nd->code || flow->ttl != ND_HOPS || flow->flags & NVO3_FLOW_FRAGMENT)
		return false;
	end = ETH_HLEN + sizeof(*ip) + ntohs(ip->payload_len);
	if (end > skb->len || end < flow->l4 + sizeof(*nd) || end > flow->l4 + ND_BYTES_MAX)
		return false;
	target = nd->target;
	probe = is_any(&flow->src.v6);
	if (!is_host6(&target) || flow->src.v6.s6_addr[0] == 0xff ||
	    !is_for(&flow->dst.v6, &target, probe) ||
	    !memcmp(&flow->src.v6, &target, sizeof(target)) ||
	    !check_options(skb, flow->l4 + sizeof(*nd), end, src, probe) ||
	    !check_csum(skb, flow, end - flow->l4))
		return false;
	nvo3_addr_set6(&ask->source, &flow->src.v6);
	nvo3_addr_set6(&ask->target, &target);
	return true;
}

bool nvo3_neigh_parse(const struct sk_buff *skb, const struct nvo3_flow *flow,
		      struct nvo3_neigh *ask)
{
	struct ethhdr buf __uninitialized;
	const struct ethhdr *eth;

	eth = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!eth || flow->flags & NVO3_FLOW_BAD || !nvo3_neigh_may(flow))
		return false;
	ether_addr_copy(ask->mac, eth->h_source);
	return flow->flags & NVO3_FLOW_ARP ? parse_arp(skb, ask->mac, ask) :
					     parse_nd(skb, flow, ask->mac, ask);
}

static struct sk_buff *answer_arp(const struct nvo3_neigh *ask, const u8 *mac)
{
	struct sk_buff *skb = nvo3_reply_new(ask->mac, mac, htons(ETH_P_ARP),
					     sizeof(struct nvo3_arp));
	struct nvo3_arp *arp;

	if (!skb)
		return NULL;
	arp = skb_put(skb, sizeof(*arp));
	arp->hrd = htons(ARPHRD_ETHER);
	arp->pro = htons(ETH_P_IP);
	arp->hln = ETH_ALEN;
	arp->pln = sizeof(arp->sip);
	arp->op = htons(ARPOP_REPLY);
	ether_addr_copy(arp->sha, mac);
	memcpy(arp->sip, &ask->target.v4, sizeof(arp->sip));
	ether_addr_copy(arp->tha, ask->mac);
	memcpy(arp->tip, &ask->source.v4, sizeof(arp->tip));
	return skb;
}

/* Who has no address hears it as all nodes do, and as nobody's answer (section 7.2.4). */
static struct sk_buff *answer_nd(const struct nvo3_neigh *ask, const u8 *mac, bool router)
{
	static const struct in6_addr all_nodes = { .s6_addr = { 0xff, 2, [15] = 1 } };
	static const u8 all_macs[ETH_ALEN] = { 0x33, 0x33, 0, 0, 0, 1 };
	const u32 len = sizeof(struct nd_message) + sizeof(struct nd_option);
	bool probe = is_any(&ask->source.v6);
	struct nd_option *option;
	struct nd_message *nd;
	struct ipv6hdr *ip;
	struct sk_buff *skb;

	skb = nvo3_reply_new(probe ? all_macs : ask->mac, mac, htons(ETH_P_IPV6),
			     sizeof(*ip) + len);
	if (!skb)
		return NULL;
	ip = skb_put(skb, sizeof(*ip));
	*ip = (struct ipv6hdr){
		.version = 6,
		.payload_len = htons(len),
		.nexthdr = IPPROTO_ICMPV6,
		.hop_limit = ND_HOPS,
		.saddr = ask->target.v6,
		.daddr = probe ? all_nodes : ask->source.v6,
	};
	nd = skb_put(skb, sizeof(*nd));
	*nd = (struct nd_message){
		.type = NVO3_ND_ADVERT,
		.flags = NA_OVERRIDE | (probe ? 0 : NA_SOLICITED) | (router ? NA_ROUTER : 0),
		.target = ask->target.v6,
	};
	option = skb_put(skb, sizeof(*option));
	option->type = ND_TARGET;
	option->len = 1;
	ether_addr_copy(option->mac, mac);
	nd->csum = csum_ipv6_magic(&ip->saddr, &ip->daddr, len, IPPROTO_ICMPV6,
				   csum_partial(nd, len, 0));
	return skb;
}

struct sk_buff *nvo3_neigh_answer(const struct nvo3_neigh *ask, const u8 *mac, bool router)
{
	return ask->target.family == AF_INET ? answer_arp(ask, mac) :
					       answer_nd(ask, mac, router);
}
