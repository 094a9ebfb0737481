/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the NVE listens on in the underlay: UDP sockets for VXLAN and Geneve,
 * bound to any address; a hook for NVGRE (from_gre.c).
 */
#ifndef _NVO3_SOCK_H
#define _NVO3_SOCK_H

#include "nve.h"

#define NVO3_SOCK_TTL	64

/* 0, -EADDRINUSE, ... IPv6 may be absent from the machine. Caller holds rtnl. */
int nvo3_sock_open(struct nvo3_nve *nve);

/* The NVE receives and sends nothing any more when it returns. Caller holds rtnl. */
void nvo3_sock_close(struct nvo3_nve *nve);

/* Tell a NIC of the underlay which UDP ports are ours, or no longer. */
void nvo3_sock_offload(struct nvo3_nve *nve, struct net_device *nic, bool push);

#endif /* _NVO3_SOCK_H */
