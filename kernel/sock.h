/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The NVE's UDP sockets in the underlay, and what leaves by them.
 */
#ifndef _NVO3_SOCK_H
#define _NVO3_SOCK_H

#include "flow.h"
#include "nve.h"

/* 0, -EADDRINUSE, ... IPv6 may be absent from the machine. Caller holds rtnl. */
int nvo3_sock_open(struct nvo3_nve *nve);

/* Receives and sends nothing any more when it returns. Caller holds rtnl. */
void nvo3_sock_close(struct nvo3_nve *nve);

/* Tell a NIC of the underlay which UDP port is ours, or no longer. */
void nvo3_sock_offload(struct nvo3_nve *nve, struct net_device *nic, bool push);

/*
 * Encapsulate one frame and send it; @flow may be NULL, @ecn is its inner DS field.
 * Takes @skb if it returns NVO3_DROP_NONE. Fast path.
 */
enum nvo3_drop nvo3_sock_send(struct nvo3_nve *nve, u32 vni, struct nvo3_remote *remote,
			      struct sk_buff *skb, const struct nvo3_flow *flow, u8 ecn);

#endif /* _NVO3_SOCK_H */
