// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/socket.h>
#include <linux/string.h>
#include "spoof.h"

#define DHCP_CLIENT	68
#define DHCP_SERVER	67
#define DHCP6_CLIENT	546

#define ICMP_REDIRECT4	5
#define ICMP_ADVERT4	9

/* ICMPv6 (RFC 4861, RFC 2710, RFC 3810) */
#define MLD_REPORT	131
#define MLD_DONE	132
#define ND_RS		133
#define ND_RA		134
#define ND_NS		135
#define ND_NA		136
#define ND_REDIRECT	137
#define MLD2_REPORT	143

#define ND_SOURCE	1	/* link-layer address options */
#define ND_TARGET	2
#define ND_OPTIONS_MAX	32	/* more than anyone sends */

/* What of a neighbour discovery message is read. */
struct nd_head {
	u8 type, code;
	__be16 csum;
	__be32 flags;
	struct in6_addr target;
};

static bool check_mac(const struct nvo3_spoof *spoof, const u8 *mac)
{
	int i;

	if (ether_addr_equal(mac, spoof->mac))
		return true;
	for (i = 0; i < spoof->nr; i++)
		if (ether_addr_equal(mac, spoof->allow[i].mac))
			return true;
	return false;
}

static bool in_prefix(const union nvo3_flow_addr *addr, const struct nvo3_allow *allow)
{
	u32 words = allow->plen / 32, bits = allow->plen % 32, i;

	for (i = 0; i < words; i++)
		if (addr->v6.s6_addr32[i] != allow->addr.v6.s6_addr32[i])
			return false;
	return !bits || !((addr->v6.s6_addr32[i] ^ allow->addr.v6.s6_addr32[i]) &
			  htonl(U32_MAX << (32 - bits)));
}

static bool in_pairs(const struct nvo3_spoof *spoof, const u8 *mac, u8 family,
		     const union nvo3_flow_addr *addr)
{
	const struct nvo3_allow *allow;

	for (allow = spoof->allow; allow < spoof->allow + spoof->nr; allow++)
		if (allow->family == family && ether_addr_equal(allow->mac, mac) &&
		    in_prefix(addr, allow))
			return true;
	return false;
}

static inline bool allowed(const struct nvo3_spoof *spoof, const u8 *mac, u8 family,
			   const union nvo3_flow_addr *addr)
{
	return !(spoof->flags & NVO3_SPOOF_ADDRS) || in_pairs(spoof, mac, family, addr);
}

/* fe80::/64 and the modified EUI-64 of the MAC (RFC 4291 appendix A). */
static bool is_own_linklocal(const u8 *mac, const union nvo3_flow_addr *addr)
{
	const u8 own[16] = { 0xfe, 0x80, 0, 0, 0, 0, 0, 0, mac[0] ^ 2, mac[1], mac[2], 0xff,
			     0xfe, mac[3], mac[4], mac[5] };

	return !memcmp(own, &addr->v6, sizeof(own));
}

static bool allowed6(const struct nvo3_spoof *spoof, const u8 *mac,
		     const union nvo3_flow_addr *addr)
{
	return is_own_linklocal(mac, addr) || allowed(spoof, mac, AF_INET6, addr);
}

static bool is_any(const union nvo3_flow_addr *addr)
{
	return !addr->word[0] && !addr->word[1];
}

/* A client that has no address yet asks for one. */
static bool is_dhcp_request(const struct nvo3_flow *flow)
{
	return flow->proto == IPPROTO_UDP && flow->sport == htons(DHCP_CLIENT) &&
	       flow->dport == htons(DHCP_SERVER);
}

/* Clients look at the port that it comes to, whichever it is from. */
static bool is_dhcp_answer(const struct nvo3_flow *flow)
{
	u16 client = flow->family == AF_INET ? DHCP_CLIENT : DHCP6_CLIENT;

	return flow->proto == IPPROTO_UDP && flow->dport == htons(client);
}

static enum nvo3_drop check_ip4(const struct nvo3_spoof *spoof, const u8 *mac,
				const struct nvo3_flow *flow)
{
	if (!allowed(spoof, mac, AF_INET, &flow->src) &&
	    !(!flow->src.v4 && is_dhcp_request(flow)))
		return NVO3_DROP_SPOOF_IP4;
	if (!(spoof->flags & NVO3_SPOOF_ROUTER) && flow->flags & NVO3_FLOW_ICMP &&
	    (flow->icmp_type == ICMP_REDIRECT4 || flow->icmp_type == ICMP_ADVERT4))
		return NVO3_DROP_SPOOF_RA;
	return NVO3_DROP_NONE;
}

/*
 * Options up to @end: those that name a link-layer address must name the sender's. One of a
 * length that Ethernet does not have, or of none, might be read otherwise by others.
 */
static bool check_options(const struct sk_buff *skb, u32 off, u32 end, const u8 *mac)
{
	u8 buf[2 + ETH_ALEN] __uninitialized;
	const u8 *option;
	int i;

	for (i = 0; off < end && i < ND_OPTIONS_MAX; i++) {
		if (end - off < sizeof(buf))
			return false;
		option = skb_header_pointer(skb, off, sizeof(buf), buf);
		if (!option || !option[1] || option[1] * 8 > end - off)
			return false;
		if (option[0] == ND_SOURCE || option[0] == ND_TARGET)
			if (option[1] != 1 || !ether_addr_equal(option + 2, mac))
				return false;
		off += option[1] * 8;
	}
	return off == end;
}

/* Bytes before the options. */
static u32 nd_length(u8 type)
{
	switch (type) {
	case ND_RS:
		return 8;
	case ND_RA:
		return 16;
	case ND_REDIRECT:
		return 40;
	default:
		return 24;
	}
}

/* The end of the IPv6 packet, which others take for the end of the message. */
static u32 packet_end(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr buf __uninitialized;
	u32 end;

	ip = skb_header_pointer(skb, ETH_HLEN, sizeof(buf), &buf);
	if (!ip)
		return 0;
	end = ETH_HLEN + sizeof(buf) + ntohs(ip->payload_len);
	return end <= skb->len ? end : 0;
}

/*
 * A solicitation speaks for its source, or in duplicate address detection for its target; an
 * advertisement for its target. None may come in fragments (RFC 6980). The option in a
 * redirect is another's, and only routers send it.
 */
static bool check_nd(const struct nvo3_spoof *spoof, const u8 *mac, const struct sk_buff *skb,
		     const struct nvo3_flow *flow)
{
	u32 options = flow->l4 + nd_length(flow->icmp_type), end = packet_end(skb);
	union nvo3_flow_addr target;
	const struct nd_head *nd;
	struct nd_head buf __uninitialized;

	if (flow->flags & NVO3_FLOW_FRAGMENT || end < options)
		return false;
	if (flow->icmp_type == ND_NA || (flow->icmp_type == ND_NS && is_any(&flow->src))) {
		nd = skb_header_pointer(skb, flow->l4, sizeof(buf), &buf);
		if (!nd)
			return false;
		target.v6 = nd->target;
		if (!allowed6(spoof, mac, &target))
			return false;
	}
	return flow->icmp_type == ND_REDIRECT || check_options(skb, options, end, mac);
}

static bool may_be_unspecified(const struct nvo3_flow *flow)
{
	switch (flow->flags & NVO3_FLOW_ICMP ? flow->icmp_type : 0) {
	case ND_RS:
	case ND_NS:
	case MLD_REPORT:
	case MLD_DONE:
	case MLD2_REPORT:
		return true;
	default:
		return false;
	}
}

static enum nvo3_drop check_ip6(const struct nvo3_spoof *spoof, const u8 *mac,
				const struct sk_buff *skb, const struct nvo3_flow *flow)
{
	bool router = spoof->flags & NVO3_SPOOF_ROUTER;

	if (!allowed6(spoof, mac, &flow->src) &&
	    !(is_any(&flow->src) && may_be_unspecified(flow)))
		return NVO3_DROP_SPOOF_IP6;
	if (!(flow->flags & NVO3_FLOW_ICMP))
		return NVO3_DROP_NONE;
	if (!router && (flow->icmp_type == ND_RA || flow->icmp_type == ND_REDIRECT))
		return NVO3_DROP_SPOOF_RA;
	if (flow->icmp_type >= ND_RS && flow->icmp_type <= ND_REDIRECT &&
	    !check_nd(spoof, mac, skb, flow))
		return NVO3_DROP_SPOOF_ND;
	return NVO3_DROP_NONE;
}

/* A probe (RFC 5227) asks without an address of its own. */
static enum nvo3_drop check_arp(const struct nvo3_spoof *spoof, const u8 *mac,
				const struct sk_buff *skb, const struct nvo3_flow *flow)
{
	u8 buf[8 + ETH_ALEN] __uninitialized;
	const u8 *arp = skb_header_pointer(skb, ETH_HLEN, sizeof(buf), buf);
	bool probe;

	if (!arp || !ether_addr_equal(arp + 8, mac))
		return NVO3_DROP_SPOOF_ARP;
	probe = !flow->src.v4 && !arp[6] && arp[7] == 1;
	return probe || allowed(spoof, mac, AF_INET, &flow->src) ? NVO3_DROP_NONE :
								  NVO3_DROP_SPOOF_ARP;
}

enum nvo3_drop nvo3_spoof_check(const struct nvo3_spoof *spoof, const struct sk_buff *skb,
				const struct nvo3_flow *flow)
{
	enum nvo3_drop reason = NVO3_DROP_NONE;
	struct ethhdr buf __uninitialized;
	const struct ethhdr *eth;

	eth = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!eth)
		return NVO3_DROP_MALFORMED;
	if (!check_mac(spoof, eth->h_source))
		return NVO3_DROP_SPOOF_MAC;
	if (flow->flags & NVO3_FLOW_BAD)
		return NVO3_DROP_MALFORMED;
	if (flow->flags & NVO3_FLOW_ARP)
		return check_arp(spoof, eth->h_source, skb, flow);
	if (flow->family == AF_INET)
		reason = check_ip4(spoof, eth->h_source, flow);
	else if (flow->family == AF_INET6)
		reason = check_ip6(spoof, eth->h_source, skb, flow);
	if (!reason && flow->flags & NVO3_FLOW_PORTS && !(spoof->flags & NVO3_SPOOF_DHCP) &&
	    is_dhcp_answer(flow))
		return NVO3_DROP_SPOOF_DHCP;
	return reason;
}

#ifdef DEBUG
#include "selftest/spoof.c"
#endif
