// SPDX-License-Identifier: GPL-2.0
#include <linux/etherdevice.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/inetdevice.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include "icmp.h"
#include "reply.h"

/* The answer as a whole: a packet of this size passes anywhere (RFC 1812, RFC 4443). */
#define SIZE4	576
#define SIZE6	IPV6_MIN_MTU

static bool is_error4(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
	       type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETERPROB;
}

static bool is_host4(__be32 addr)
{
	return !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr) && !ipv4_is_zeronet(addr) &&
	       !ipv4_is_loopback(addr);
}

static bool is_host6(const struct in6_addr *addr)
{
	return !ipv6_addr_is_multicast(addr) && !ipv6_addr_any(addr) && !ipv6_addr_loopback(addr);
}

static bool is_error(const struct nvo3_flow *flow)
{
	if (!(flow->flags & NVO3_FLOW_ICMP))
		return false;
	/* ICMPv6 has its errors below 128. */
	return flow->family == AF_INET ? is_error4(flow->icmp_type) : flow->icmp_type < 128;
}

static bool may_answer(const struct ethhdr *eth, const struct nvo3_flow *flow)
{
	if (is_multicast_ether_addr(eth->h_dest) || flow->flags & NVO3_FLOW_BAD || is_error(flow))
		return false;
	if (flow->family == AF_INET)
		return !(flow->flags & NVO3_FLOW_LATER) && is_host4(flow->src.v4) &&
		       is_host4(flow->dst.v4);
	return flow->family == AF_INET6 && is_host6(&flow->src.v6) && is_host6(&flow->dst.v6);
}

/*
 * Is the packet itself, as its header says, and not what Ethernet padded it to? Nothing is
 * said about lengths that lie. Those of a GSO frame are written when it is cut.
 */
static bool is_larger(const struct sk_buff *skb, const struct nvo3_flow *flow, u32 mtu)
{
	bool v4 = flow->family == AF_INET;
	const __be16 *len;
	__be16 buf;
	u32 bytes;

	if (skb_is_gso(skb))
		return true;
	len = skb_header_pointer(skb, ETH_HLEN + (v4 ? offsetof(struct iphdr, tot_len) :
						       offsetof(struct ipv6hdr, payload_len)),
				 sizeof(buf), &buf);
	if (!len)
		return false;
	bytes = ntohs(*len) + (v4 ? 0 : sizeof(struct ipv6hdr));
	return bytes > mtu && bytes <= skb->len - ETH_HLEN;
}

/* An empty frame back to the sender, and room for @len bytes behind. */
static struct sk_buff *reply_new(const struct ethhdr *eth, u32 len)
{
	return nvo3_reply_new(eth->h_source, eth->h_dest, eth->h_proto, len);
}

static struct sk_buff *too_big4(const struct sk_buff *skb, const struct nvo3_flow *flow, u32 mtu)
{
	const u32 hlen = sizeof(struct iphdr) + sizeof(struct icmphdr);
	u32 quoted = min_t(u32, skb->len - ETH_HLEN, SIZE4 - hlen);
	struct sk_buff *reply = reply_new((struct ethhdr *)skb->data, hlen + quoted);
	struct icmphdr *icmp;
	struct iphdr *iph;

	if (!reply)
		return NULL;
	iph = skb_put(reply, sizeof(*iph));
	*iph = (struct iphdr){
		.version = 4,
		.ihl = sizeof(*iph) / 4,
		.tos = IPTOS_PREC_INTERNETCONTROL,
		.tot_len = htons(hlen + quoted),
		.frag_off = htons(IP_DF),
		.ttl = IPDEFTTL,
		.protocol = IPPROTO_ICMP,
		.saddr = flow->dst.v4,
		.daddr = flow->src.v4,
	};
	ip_send_check(iph);
	icmp = skb_put(reply, sizeof(*icmp) + quoted);
	*icmp = (struct icmphdr){
		.type = ICMP_DEST_UNREACH,
		.code = ICMP_FRAG_NEEDED,
		.un.frag.mtu = htons(min_t(u32, mtu, U16_MAX)),
	};
	skb_copy_bits(skb, ETH_HLEN, icmp + 1, quoted);
	icmp->checksum = ip_compute_csum(icmp, sizeof(*icmp) + quoted);
	return reply;
}

static struct sk_buff *too_big6(const struct sk_buff *skb, const struct nvo3_flow *flow, u32 mtu)
{
	const u32 hlen = sizeof(struct ipv6hdr) + sizeof(struct icmp6hdr);
	u32 quoted = min_t(u32, skb->len - ETH_HLEN, SIZE6 - hlen);
	struct sk_buff *reply = reply_new((struct ethhdr *)skb->data, hlen + quoted);
	u32 len = sizeof(struct icmp6hdr) + quoted;
	struct icmp6hdr *icmp;
	struct ipv6hdr *iph;

	if (!reply)
		return NULL;
	iph = skb_put(reply, sizeof(*iph));
	*iph = (struct ipv6hdr){
		.version = 6,
		.payload_len = htons(len),
		.nexthdr = IPPROTO_ICMPV6,
		.hop_limit = IPDEFTTL,
		.saddr = flow->dst.v6,
		.daddr = flow->src.v6,
	};
	icmp = skb_put(reply, len);
	*icmp = (struct icmp6hdr){
		.icmp6_type = ICMPV6_PKT_TOOBIG,
		.icmp6_mtu = htonl(mtu),
	};
	skb_copy_bits(skb, ETH_HLEN, icmp + 1, quoted);
	icmp->icmp6_cksum = csum_ipv6_magic(&iph->saddr, &iph->daddr, len, IPPROTO_ICMPV6,
					    csum_partial(icmp, len, 0));
	return reply;
}

struct sk_buff *nvo3_icmp_too_big(const struct sk_buff *skb, const struct nvo3_flow *flow, u32 mtu)
{
	if (!may_answer((struct ethhdr *)skb->data, flow) || !is_larger(skb, flow, mtu))
		return NULL;
	return flow->family == AF_INET ? too_big4(skb, flow, mtu) : too_big6(skb, flow, mtu);
}
