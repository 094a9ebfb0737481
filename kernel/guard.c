// SPDX-License-Identifier: GPL-2.0
/*
 * May this frame enter by the port, or leave by it? Each profile is read once per frame and
 * direction, so one policy decides all of it.
 */
#include <linux/timekeeping.h>
#include "fast.h"
#include "guest.h"
#include "verdict.h"

/*
 * The group of who has the address: that of his port if he is behind one, else what his
 * mapping says. The mapping is asked first, so that no group outlives it.
 */
static u32 group_of(struct nvo3_nve *nve, u32 vni, const u8 *mac)
{
	const struct nvo3_guard *guard;
	struct nvo3_port *port;
	u32 value;

	if (is_multicast_ether_addr(mac))
		return 0;
	value = nvo3_map_lookup(&nve->maps, vni, mac);
	switch (nvo3_map_kind(value)) {
	case NVO3_MAP_PORT:
		port = nvo3_nve_port(nve, nvo3_map_nr(value));
		guard = port ? rcu_dereference(port->guard) : NULL;
		return guard ? guard->group : 0;
	case NVO3_MAP_REMOTE:
	case NVO3_MAP_GROUP:
		return nvo3_vmgroups_lookup(&nve->vmgroups, vni, mac);
	case NVO3_MAP_NONE:
		break;
	}
	return 0;
}

/* Groups are looked up only where a rule asks for one. */
static enum nvo3_verdict judge(const struct nvo3_port *port, const struct nvo3_guard *guard,
			       const struct nvo3_policy *policy, enum nvo3_rule_dir dir,
			       const struct sk_buff *skb, const struct nvo3_flow *flow)
{
	const struct nvo3_acl *acl = policy->acl;
	struct nvo3_nve *nve = port->nve;
	struct nvo3_verdict_slot *slots;
	u32 src = 0, dst = 0;

	if (acl->groups && dir == NVO3_RULE_DIR_FROM_VM) {
		src = guard->group;
		dst = group_of(nve, port->vn->vni, eth_hdr(skb)->h_dest);
	} else if (acl->groups) {
		src = group_of(nve, port->vn->vni, eth_hdr(skb)->h_source);
		dst = guard->group;
	}
	slots = policy->verdicts + smp_processor_id() * NVO3_VERDICT_SLOTS;
	return nvo3_verdict_judge(slots, nve->flow_seed, acl, dir, flow, src, dst);
}

static bool police(struct nvo3_port *port, const struct nvo3_limits *limits,
		   enum nvo3_rule_dir dir, const struct sk_buff *skb)
{
	struct nvo3_police *police = &port->police[dir];
	u32 frames = nvo3_stats_frames(skb);

	if (likely(nvo3_police_take(police, limits, skb->len, frames)))
		return true;
	return nvo3_police_refill(police, limits, ktime_get_ns()) &&
	       nvo3_police_take(police, limits, skb->len, frames);
}

static __always_inline enum nvo3_drop check_acl(struct nvo3_port *port,
						const struct nvo3_guard *guard,
						const struct nvo3_policy *policy,
						enum nvo3_rule_dir dir, const struct sk_buff *skb,
						const struct nvo3_flow *flow)
{
	struct nvo3_flow own __uninitialized;

	if (!policy->acl)
		return NVO3_DROP_NONE;
	if (!flow) {
		nvo3_flow_parse(skb, &own);
		flow = &own;
	}
	if (flow->flags & NVO3_FLOW_BAD)
		return NVO3_DROP_MALFORMED;
	if (judge(port, guard, policy, dir, skb, flow) != NVO3_VERDICT_DENY)
		return NVO3_DROP_NONE;
	return dir == NVO3_RULE_DIR_TO_VM ? NVO3_DROP_ACL_TO_VM : NVO3_DROP_ACL_FROM_VM;
}

static enum nvo3_drop check_profile(struct nvo3_port *port, const struct nvo3_guard *guard,
				    enum nvo3_rule_dir dir, const struct sk_buff *skb,
				    const struct nvo3_flow *flow)
{
	const struct nvo3_policy *policy = rcu_dereference(guard->profile->policy);
	enum nvo3_drop reason = check_acl(port, guard, policy, dir, skb, flow);
	bool to_vm = dir == NVO3_RULE_DIR_TO_VM;

	if (reason)
		return reason;
	if (policy->limited && !police(port, &policy->limits, dir, skb))
		return to_vm ? NVO3_DROP_RATE_TO_VM : NVO3_DROP_RATE_FROM_VM;
	return NVO3_DROP_NONE;
}

enum nvo3_drop nvo3_guard_from_vm(struct nvo3_port *port, const struct nvo3_guard *guard,
				  const struct sk_buff *skb, const struct nvo3_flow *flow)
{
	enum nvo3_drop reason = NVO3_DROP_NONE;

	if (guard->check)
		reason = nvo3_spoof_check(&guard->spoof, skb, flow);
	if (!reason && unlikely(guard->guest) && nvo3_guest_may(flow))
		return NVO3_DROP_GUEST_LOST;
	if (!reason && guard->profile)
		reason = check_profile(port, guard, NVO3_RULE_DIR_FROM_VM, skb, flow);
	return reason;
}

enum nvo3_drop nvo3_guard_again(struct nvo3_port *port, const struct nvo3_guard *guard,
				const struct sk_buff *skb, const struct nvo3_flow *flow)
{
	enum nvo3_drop reason = NVO3_DROP_NONE;

	if (guard->check)
		reason = nvo3_spoof_check(&guard->spoof, skb, flow);
	if (!reason && guard->profile)
		reason = check_acl(port, guard, rcu_dereference(guard->profile->policy),
				   NVO3_RULE_DIR_FROM_VM, skb, flow);
	return reason;
}

enum nvo3_drop nvo3_guard_to_vm(struct nvo3_port *port, const struct nvo3_guard *guard,
				const struct sk_buff *skb, const struct nvo3_flow *flow)
{
	if (guard->profile)
		return check_profile(port, guard, NVO3_RULE_DIR_TO_VM, skb, flow);
	return NVO3_DROP_NONE;
}
