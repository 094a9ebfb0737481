/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IP mappings (hosts.h) with their place in their VN's count and what listeners hear of them. All
 * under nve->lock.
 */
#ifndef _NVO3_IPMAP_H
#define _NVO3_IPMAP_H

#include "mapping.h"
#include "netlink.h"

/*
 * May @claim be stored? As nvo3_claim_judge(): 0, or -ESTALE or -EEXIST with a sentence at @attr
 * and, where epochs disagree, an alert.
 */
int nvo3_ipmap_judge(struct nvo3_nve *nve, const struct nvo3_ipmap *claim, u16 flags,
		     const struct nlattr *attr, struct netlink_ext_ack *extack);

/* What takes a change back; all zero for none. */
struct nvo3_ipmap_undo {
	bool stored;
	struct nvo3_host *old;		/* with @stored: what it replaced, NULL for nothing */
	struct nvo3_host *kept;		/* it said the same, but for */
	u8 generation;
};

/*
 * Store @new, which has been judged. It stands after _commit(), which tells listeners, or is taken
 * back by _undo(), which cannot fail, the last one first. 0, -ENOMEM or -ENOSPC, and nothing
 * changed. If @new differs by its generation alone, nobody notices.
 */
int nvo3_ipmap_set(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_ipmap *new,
		   struct nvo3_ipmap_undo *undo);
void nvo3_ipmap_commit(struct nvo3_nve *nve, const struct nvo3_ipmap *new,
		       const struct nvo3_ipmap_undo *undo);
void nvo3_ipmap_undo(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_ipmap *new,
		     const struct nvo3_ipmap_undo *undo);

/* Remove one, if it is there, and tell listeners. */
void nvo3_ipmap_del(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_host_key *key);

bool nvo3_ipmap_matches(const struct nvo3_mapping_filter *filter, const struct nvo3_ipmap *map);

/* Remove all that match; none leads to a port. May reschedule. */
void nvo3_ipmap_flush(struct nvo3_nve *nve, const struct nvo3_mapping_filter *filter);

#endif /* _NVO3_IPMAP_H */
