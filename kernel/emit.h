/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One frame on its way out to a remote, and what both ways out need to know of
 * it. to_underlay.c decides; fast_tx.c is asked first.
 */
#ifndef _NVO3_EMIT_H
#define _NVO3_EMIT_H

#include "nve.h"

#define NVO3_OUTER_TTL	64

struct nvo3_emit {
	struct nvo3_nve *nve;
	const struct nvo3_conf *conf;
	struct nvo3_remote *remote;
	u32 vni;		/* of the encapsulation header */
	u32 hash;		/* of the inner flow */
	u8 tos;			/* DS field */
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

__be16 nvo3_emit_source_port(const struct nvo3_emit *e);

/* The route with a reference, and the source address that goes with it, or ERR_PTR(). */
struct rtable *nvo3_emit_route4(const struct nvo3_emit *e, __be32 *saddr);
struct dst_entry *nvo3_emit_route6(const struct nvo3_emit *e, struct in6_addr *saddr);

/*
 * fast_tx.c: send the frame by a template. NONE: taken; else why it has to go by IP, and
 * it is as it was.
 */
enum nvo3_bypass nvo3_fast_send(const struct nvo3_emit *e, struct sk_buff *skb);

#endif /* _NVO3_EMIT_H */
