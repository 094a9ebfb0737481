/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Verdicts of long access control lists, remembered for single flows.
 *
 * A slot answers for one list (by its stamp, which no other list ever gets), one direction and
 * one exact flow with its groups: everything that a rule may look at is compared, so the
 * answer is the one that the rules would give. Nothing is ever taken back: what was
 * remembered of a list dies with its stamp. Collisions cost a walk through the rules and no more.
 *
 * Each CPU has its own slots, used with bottom halves off.
 */
#ifndef _NVO3_VERDICT_H
#define _NVO3_VERDICT_H

#include "acl.h"

#define NVO3_VERDICT_SLOTS	1024	/* for each CPU: 64 KB */

/* Fewer rules than this are compared faster than a slot is. */
#define NVO3_VERDICT_RULES	8

/* struct nvo3_flow up to here is what rules look at. */
#define NVO3_VERDICT_KEY	offsetof(struct nvo3_flow, family)

struct nvo3_verdict_slot {
	u64 stamp;			/* and the direction in the lowest bit; 0: empty */
	u64 flow[5];
	u32 src_group, dst_group;
	u8 verdict;
} __aligned(64);

static_assert(sizeof_field(struct nvo3_verdict_slot, flow) == NVO3_VERDICT_KEY);

static inline bool nvo3_verdict_is_for(const struct nvo3_verdict_slot *slot,
				       const struct nvo3_flow *flow)
{
	const u64 *key = (const u64 *)flow;

	return !((slot->flow[0] ^ key[0]) | (slot->flow[1] ^ key[1]) | (slot->flow[2] ^ key[2]) |
		 (slot->flow[3] ^ key[3]) | (slot->flow[4] ^ key[4]));
}

/* As nvo3_acl_judge(), of the slots of this CPU. */
static inline enum nvo3_verdict nvo3_verdict_judge(struct nvo3_verdict_slot *slots, u32 seed,
						   const struct nvo3_acl *acl,
						   enum nvo3_rule_dir dir,
						   const struct nvo3_flow *flow,
						   u32 src_group, u32 dst_group)
{
	u64 stamp = acl->stamp | dir;
	struct nvo3_verdict_slot *slot;

	if (nvo3_acl_list(acl, dir, flow)->count < NVO3_VERDICT_RULES)
		return nvo3_acl_judge(acl, dir, flow, src_group, dst_group);
	slot = &slots[nvo3_flow_hash(flow, seed ^ (u32)stamp) % NVO3_VERDICT_SLOTS];
	if (slot->stamp == stamp && nvo3_verdict_is_for(slot, flow) &&
	    slot->src_group == src_group && slot->dst_group == dst_group)
		return slot->verdict;
	slot->stamp = stamp;
	memcpy(slot->flow, flow, NVO3_VERDICT_KEY);
	slot->src_group = src_group;
	slot->dst_group = dst_group;
	slot->verdict = nvo3_acl_judge(acl, dir, flow, src_group, dst_group);
	return slot->verdict;
}

#endif /* _NVO3_VERDICT_H */
