/* SPDX-License-Identifier: GPL-2.0 */
/* Where mappings lead that are to other NVEs. Under RCU. */
#ifndef _NVO3_LEADS_H
#define _NVO3_LEADS_H

#include "flow.h"
#include "nve.h"

/* Which of a group's paths the frame takes, NULL if all are down. */
static inline struct nvo3_remote *nvo3_path_of(const struct nvo3_nve *nve,
					       const struct nvo3_group *group,
					       const struct nvo3_flow *flow)
{
	/* Other bits than those of the source port, which routers choose by behind us. */
	return nvo3_group_pick(group, nvo3_flow_hash(flow, nve->flow_seed ^ 0x70617468));
}

/* A frame has used the mapping of @mac; for who has not permuted its key already. */
static inline void nvo3_use_mapping(const struct nvo3_nve *nve, const struct nvo3_vn *vn,
				    const u8 *mac)
{
	if (unlikely(rcu_access_pointer(vn->used)))
		nvo3_vn_use(vn, nvo3_map_fetch(&nve->maps, vn->vni, mac));
}

/* Does a mapping of this value lead to the NVE at @addr, by one of its paths? */
static inline bool nvo3_leads_to(struct nvo3_nve *nve, u32 value, const struct nvo3_addr *addr)
{
	const struct nvo3_remote *remote;
	const struct nvo3_group *group;

	if (nvo3_map_kind(value) == NVO3_MAP_REMOTE) {
		remote = nvo3_remote_lookup(&nve->remotes, nvo3_map_nr(value));
		return remote && nvo3_addr_equal(&remote->loc.addr, addr);
	}
	if (nvo3_map_kind(value) == NVO3_MAP_GROUP) {
		group = nvo3_group_lookup(&nve->groups, nvo3_map_nr(value));
		return group && nvo3_group_leads_to(group, addr);
	}
	return false;
}

#endif /* _NVO3_LEADS_H */
