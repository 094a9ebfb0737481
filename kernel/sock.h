/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The NVE's UDP sockets in the underlay, and what leaves by them.
 */
#ifndef _NVO3_SOCK_H
#define _NVO3_SOCK_H

#include "flow.h"
#include "nve.h"

#define NVO3_SOCK_TTL	64

/* 0, -EADDRINUSE, ... IPv6 may be absent from the machine. Caller holds rtnl. */
int nvo3_sock_open(struct nvo3_nve *nve);

/* Receives and sends nothing any more when it returns. Caller holds rtnl. */
void nvo3_sock_close(struct nvo3_nve *nve);

/* Tell a NIC of the underlay which UDP port is ours, or no longer. */
void nvo3_sock_offload(struct nvo3_nve *nve, struct net_device *nic, bool push);

/*
 * The route to @remote with a reference, and the source address that goes with it:
 * the same for the fast way and the compatible one. ERR_PTR() if there is none, or
 * no socket of the family. Fast path.
 */
struct rtable *nvo3_sock_route4(struct nvo3_nve *nve, const struct nvo3_conf *conf,
				struct nvo3_remote *remote, __be32 *saddr);
struct dst_entry *nvo3_sock_route6(struct nvo3_nve *nve, const struct nvo3_conf *conf,
				   struct nvo3_remote *remote, struct in6_addr *saddr);

/* The underlay spreads packets by the source port: one for each inner flow. @flow may be NULL. */
__be16 nvo3_sock_sport(struct nvo3_nve *nve, struct sk_buff *skb, const struct nvo3_flow *flow);

/*
 * Encapsulate one frame and send it, with @tos as outer DS field. Takes @skb if
 * it returns NVO3_DROP_NONE. Fast path.
 */
enum nvo3_drop nvo3_sock_send(struct nvo3_nve *nve, u32 vni, struct nvo3_remote *remote,
			      struct sk_buff *skb, const struct nvo3_flow *flow, u8 tos);

#endif /* _NVO3_SOCK_H */
