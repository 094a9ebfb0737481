/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a frame is about: addresses, protocol and ports, read once and handed down.
 *
 * Pure and read-only: the frame may be cloned, paged, cut short and a lie. What could not be
 * read in full is marked NVO3_FLOW_BAD; whoever judges frames refuses those, whoever only
 * needs a hash need not care.
 */
#ifndef _NVO3_FLOW_H
#define _NVO3_FLOW_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/skbuff.h>
#include <linux/types.h>

#define NVO3_FLOW_PORTS	0x01	/* sport and dport are known */
#define NVO3_FLOW_ICMP	0x02	/* icmp_type is known */
#define NVO3_FLOW_ARP	0x04	/* ARP for IPv4 over Ethernet, all of it there */
#define NVO3_FLOW_FIRST	0x08	/* the fragment that begins a datagram */
#define NVO3_FLOW_LATER	0x10	/* any other fragment: nothing behind the IP header is known */
#define NVO3_FLOW_BAD	0x20	/* a header is cut short, contradicts itself or hides too deep */

#define NVO3_FLOW_FRAGMENT	(NVO3_FLOW_FIRST | NVO3_FLOW_LATER)

/* IPv6 extension headers that are followed; more of them is NVO3_FLOW_BAD. */
#define NVO3_FLOW_EXTS	8

/* Unused bytes are zero. What is neither IP nor ARP has its MAC addresses here, for the hash. */
union nvo3_flow_addr {
	__be32 v4;
	struct in6_addr v6;
	u8 mac[ETH_ALEN];
	u64 word[2];
};

struct nvo3_flow {
	union nvo3_flow_addr src;	/* of ARP the sender's and the target's IPv4 address */
	union nvo3_flow_addr dst;
	__be16 sport, dport;
	__be16 eth_type;		/* 0: the frame has a length instead (802.3) */
	u8 proto;			/* behind IPv6 extension headers */
	u8 flags;			/* NVO3_FLOW_* */
	/* Up to here: all that a rule of a profile may look at (verdict.h). */
	u8 family;			/* AF_INET or AF_INET6, 0: not IP */
	u8 icmp_type;			/* of ICMP over IPv4, ICMPv6 over IPv6 */
	u16 l4;				/* bytes from the Ethernet header to the transport's */
	u8 dsfield;			/* of IP, else 0 */
	u8 ttl;				/* likewise */
	bool df;			/* not to be fragmented: IPv4 that says so, IPv6 */
	u8 zero;
};

/*
 * Read the frame of @skb, whose data begin at an Ethernet header that is there in full. Writes
 * all of @flow, so that callers need not have it cleared.
 */
void nvo3_flow_parse(const struct sk_buff *skb, struct nvo3_flow *flow);

/*
 * The same for all frames of a flow, fragments included, and spread over all 32 bits. For
 * choosing among equals, not against people who look for collisions.
 */
static inline u32 nvo3_flow_hash(const struct nvo3_flow *flow, u32 seed)
{
	u64 ports = (u64)flow->proto << 32 | (u32)(__force u16)flow->sport << 16 |
		    (__force u16)flow->dport;
	u64 hash;

	/* Only the first fragment has ports, and the others shall not overtake it. */
	if (flow->flags & NVO3_FLOW_FRAGMENT)
		ports = (u64)flow->proto << 32;
	hash = (flow->src.word[0] ^ seed) * 0x9e3779b97f4a7c15ULL;
	hash ^= hash >> 32;
	hash = (hash + flow->dst.word[0]) * 0xc2b2ae3d27d4eb4fULL;
	hash ^= hash >> 29;
	hash = (hash + (flow->src.word[1] ^ ports)) * 0x9e3779b97f4a7c15ULL;
	hash ^= hash >> 32;
	hash = (hash + flow->dst.word[1]) * 0xc2b2ae3d27d4eb4fULL;
	return hash >> 32;
}

/* A hash as a port from @min to @max. */
static inline __be16 nvo3_flow_port(u32 hash, u16 min, u16 max)
{
	return htons(min + (u16)((u64)hash * (max - min + 1) >> 32));
}

#ifdef DEBUG
bool nvo3_flow_selftest(void);
#endif

#endif /* _NVO3_FLOW_H */
