// SPDX-License-Identifier: GPL-2.0
/*
 * May this frame enter by the port, or leave by it? Each profile is read once per frame and
 * direction, so one policy decides all of it.
 */
#include <linux/timekeeping.h>
#include "fast.h"
#include "verdict.h"

static enum nvo3_verdict judge(const struct nvo3_nve *nve, const struct nvo3_acl *acl,
			       enum nvo3_rule_dir dir, const struct nvo3_flow *flow)
{
	struct nvo3_verdict_slot *slots = nve->verdicts + smp_processor_id() * NVO3_VERDICT_SLOTS;

	return nvo3_verdict_judge(slots, nve->flow_seed, acl, dir, flow, 0, 0);
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

static enum nvo3_drop check_profile(struct nvo3_port *port, const struct nvo3_profile *profile,
				    enum nvo3_rule_dir dir, const struct sk_buff *skb,
				    const struct nvo3_flow *flow)
{
	const struct nvo3_policy *policy = rcu_dereference(profile->policy);
	bool to_vm = dir == NVO3_RULE_DIR_TO_VM;
	struct nvo3_flow own __uninitialized;

	if (policy->acl) {
		if (!flow) {
			nvo3_flow_parse(skb, &own);
			flow = &own;
		}
		if (flow->flags & NVO3_FLOW_BAD)
			return NVO3_DROP_MALFORMED;
		if (judge(port->nve, policy->acl, dir, flow) == NVO3_VERDICT_DENY)
			return to_vm ? NVO3_DROP_ACL_TO_VM : NVO3_DROP_ACL_FROM_VM;
	}
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
	if (!reason && guard->profile)
		reason = check_profile(port, guard->profile, NVO3_RULE_DIR_FROM_VM, skb, flow);
	return reason;
}

enum nvo3_drop nvo3_guard_to_vm(struct nvo3_port *port, const struct nvo3_guard *guard,
				const struct sk_buff *skb, const struct nvo3_flow *flow)
{
	if (guard->profile)
		return check_profile(port, guard->profile, NVO3_RULE_DIR_TO_VM, skb, flow);
	return NVO3_DROP_NONE;
}
