/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles of an NVE: what the ports that use one may send and receive.
 *
 * A profile lives as long as it has a number of its own; what it says is a policy, immutable
 * and replaced as a whole under RCU, so that all its ports obey the new one at once and no
 * frame is judged by half of each. Ports count as users; the last look of a packet at either
 * is before the reaper's grace period ends. Changes want the mutex.
 */
#ifndef _NVO3_PROFILE_H
#define _NVO3_PROFILE_H

#include <linux/xarray.h>
#include "acl.h"
#include "police.h"
#include "reaper.h"

#define NVO3_DSCP_NONE	0xff		/* as the NVE has it */

struct nvo3_verdict_slot;

struct nvo3_policy {
	struct nvo3_acl *acl;		/* NULL: permits everything */
	/* The NVE's, NULL before it has some: found by the policy, they are seen with it. */
	struct nvo3_verdict_slot *verdicts;
	struct nvo3_limits limits;
	bool limited;
	u8 otherwise;			/* enum nvo3_verdict; what follows is as it was told */
	u64 rate;
	u32 burst, pps;
	u16 vlan;			/* that its ports are on, 0: any */
	u8 dscp;			/* of outer headers, or NVO3_DSCP_NONE */
	struct nvo3_dead dead;
};

struct nvo3_profile {
	u32 id;
	u32 ports;
	struct nvo3_policy __rcu *policy;
	struct nvo3_dead dead;
};

struct nvo3_profiles {
	struct xarray ids;
	struct nvo3_reaper *reaper;
	struct mutex *lock;
};

void nvo3_profiles_init(struct nvo3_profiles *profiles, struct mutex *lock,
			struct nvo3_reaper *reaper);

/* Takes all profiles away; nobody uses them. */
void nvo3_profiles_clear(struct nvo3_profiles *profiles);

/* The rules' memory goes over to the policy. NULL without memory, and they stay the caller's. */
struct nvo3_policy *nvo3_policy_new(struct nvo3_acl_rule *rules, u32 nr, u8 otherwise);
void nvo3_policy_free(struct nvo3_policy *policy);

/* NULL if there is none. */
struct nvo3_profile *nvo3_profile_lookup(struct nvo3_profiles *profiles, u32 id);

/* A profile, or ERR_PTR(-ENOMEM) and the policy is still the caller's. */
struct nvo3_profile *nvo3_profile_add(struct nvo3_profiles *profiles, u32 id,
				      struct nvo3_policy *policy);
void nvo3_profile_replace(struct nvo3_profiles *profiles, struct nvo3_profile *profile,
			  struct nvo3_policy *policy);

/* One that no port uses. */
void nvo3_profile_del(struct nvo3_profiles *profiles, struct nvo3_profile *profile);

/* What it says now. Caller holds the mutex. */
static inline const struct nvo3_policy *nvo3_profile_policy(const struct nvo3_profiles *profiles,
							    const struct nvo3_profile *profile)
{
	return rcu_dereference_protected(profile->policy, lockdep_is_held(profiles->lock));
}

#endif /* _NVO3_PROFILE_H */
