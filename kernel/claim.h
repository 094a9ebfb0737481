/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Claims: who may say where an address is. All under nve->lock.
 *
 * A refused claim whose epoch is old or held elsewhere is also told to the alert
 * group: it means that two sides disagree about where a tenant system is.
 */
#ifndef _NVO3_CLAIM_H
#define _NVO3_CLAIM_H

#include "netlink.h"

/*
 * May @claim be stored? @flags: NLM_F_REPLACE and NLM_F_EXCL as map-add has
 * them. 0, or -ESTALE or -EEXIST with a sentence at @attr.
 */
int nvo3_claim_judge(struct nvo3_nve *nve, const struct nvo3_mapping *claim, u16 flags,
		     const struct nlattr *attr, struct netlink_ext_ack *extack);

/*
 * Store the mapping of an active port's MAC with @epoch. Without an epoch it
 * takes no other's place.
 */
int nvo3_claim_port(struct nvo3_nve *nve, struct nvo3_port *port, const u8 *mac, u64 epoch,
		    const struct nlattr *attr, struct netlink_ext_ack *extack);

/* Remove it, unless the address has meanwhile become another's. */
void nvo3_claim_withdraw(struct nvo3_nve *nve, struct nvo3_port *port);

/*
 * Take a port away with everything that leads to it, and tell listeners. Caller
 * holds rtnl too.
 */
void nvo3_port_release(struct nvo3_nve *nve, struct nvo3_port *port);

#endif /* _NVO3_CLAIM_H */
