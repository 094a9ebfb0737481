/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One frame on its way out to a remote, and what both ways out need to know of
 * it. to_underlay.c decides; fast_tx.c is asked first.
 */
#ifndef _NVO3_EMIT_H
#define _NVO3_EMIT_H

#include <linux/nvo3_link.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include "encap.h"
#include "fast.h"
#include "nve.h"

struct nvo3_emit {
	struct nvo3_nve *nve;
	const struct nvo3_conf *conf;
	struct nvo3_port *from;		/* NULL: it came by a tunnel, and is late */
	struct nvo3_remote *remote;
	const struct nvo3_flow *flow;
	u32 vni;		/* of the encapsulation header */
	u32 hash;		/* of the inner flow */
	u8 tos;			/* outer DS field */
	u8 ttl;
	bool df;		/* outer DF bit; over IPv6: fragment nothing */
};

static inline bool nvo3_emit_is_udp(const struct nvo3_emit *e)
{
	return e->remote->loc.encap != NVO3_ENCAP_NVGRE;
}

/* What differs by flow in NVGRE's key. */
static inline u8 nvo3_emit_entropy(const struct nvo3_emit *e)
{
	return e->conf->flowid ? e->hash >> 24 : 0;
}

/* Outer headers behind that of IP, in bytes. */
static inline u32 nvo3_emit_hlen(const struct nvo3_emit *e)
{
	return (nvo3_emit_is_udp(e) ? sizeof(struct udphdr) : 0) + NVO3_ENCAP_HLEN;
}

/* The underlay spreads packets by the source port: one for each inner flow. */
static inline __be16 nvo3_emit_source_port(const struct nvo3_emit *e)
{
	int min = e->conf->sport_min, max = e->conf->sport_max;

	if (!min)
		inet_get_local_port_range(e->nve->net, &min, &max);
	return nvo3_flow_port(e->hash, min, max);
}

/* Or by the flow label (RFC 6438). */
static inline __be32 nvo3_emit_flow_label(const struct nvo3_emit *e)
{
	if (e->conf->label != NVO3_LABEL_FLOW)
		return htonl(e->conf->label);
	return htonl(e->hash) & IPV6_FLOWLABEL_MASK;
}

/*
 * As skb_cow_head(). A head that grows while a socket is charged for the frame becomes larger than
 * the frame's truesize says, which TCP warns of when it gets such frames from its own host
 * (skb_try_coalesce()): the socket is let go first.
 */
static inline int nvo3_emit_make_room(struct sk_buff *skb, u32 headroom)
{
	if (unlikely(skb_headroom(skb) < headroom))
		skb_orphan(skb);
	return skb_cow_head(skb, headroom);
}

/* The route with a reference, and the source address that goes with it, or ERR_PTR(). */
struct rtable *nvo3_emit_route4(const struct nvo3_emit *e, __be32 *saddr);
struct dst_entry *nvo3_emit_route6(const struct nvo3_emit *e, struct in6_addr *saddr);

/*
 * Lower the MSS that the frame offers to what the path lets through behind @hlen bytes
 * of outer headers, if that is wanted. 0 or -ENOMEM; done twice is as done once.
 */
int nvo3_emit_clamp_mss(const struct nvo3_emit *e, struct sk_buff *skb, u32 path_mtu, u32 hlen);

/*
 * fast_tx.c: send the frame by a template. NONE: taken; else why it has to go by IP, and
 * it is as it was, but for its MSS.
 */
enum nvo3_bypass nvo3_fast_send(const struct nvo3_emit *e, struct sk_buff *skb);

#endif /* _NVO3_EMIT_H */
