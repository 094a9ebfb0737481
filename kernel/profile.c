// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/slab.h>
#include "profile.h"

void nvo3_profiles_init(struct nvo3_profiles *profiles, struct mutex *lock,
			struct nvo3_reaper *reaper)
{
	xa_init_flags(&profiles->ids, XA_FLAGS_ACCOUNT);
	profiles->lock = lock;
	profiles->reaper = reaper;
}

/* A list without rules that permits is no list: its ports' frames need not be judged. */
struct nvo3_policy *nvo3_policy_new(struct nvo3_acl_rule *rules, u32 nr, u8 otherwise)
{
	struct nvo3_policy *policy = kzalloc(sizeof(*policy), GFP_KERNEL_ACCOUNT);

	if (!policy)
		return NULL;
	policy->otherwise = otherwise;
	policy->dscp = NVO3_DSCP_NONE;
	if (!nr && otherwise == NVO3_VERDICT_PERMIT) {
		kvfree(rules);
		return policy;
	}
	policy->acl = nvo3_acl_new(rules, nr, otherwise);
	if (!policy->acl) {
		kfree(policy);
		return NULL;
	}
	return policy;
}

void nvo3_policy_free(struct nvo3_policy *policy)
{
	nvo3_acl_free(policy->acl);
	kfree(policy);
}

static void policy_bury(struct nvo3_dead *dead)
{
	nvo3_policy_free(container_of(dead, struct nvo3_policy, dead));
}

static void profile_bury(struct nvo3_dead *dead)
{
	struct nvo3_profile *profile = container_of(dead, struct nvo3_profile, dead);

	nvo3_policy_free(rcu_dereference_protected(profile->policy, true));
	kfree(profile);
}

struct nvo3_profile *nvo3_profile_lookup(struct nvo3_profiles *profiles, u32 id)
{
	lockdep_assert_held(profiles->lock);
	return xa_load(&profiles->ids, id);
}

struct nvo3_profile *nvo3_profile_add(struct nvo3_profiles *profiles, u32 id,
				      struct nvo3_policy *policy)
{
	struct nvo3_profile *profile = kzalloc(sizeof(*profile), GFP_KERNEL_ACCOUNT);
	int err;

	lockdep_assert_held(profiles->lock);
	if (!profile)
		return ERR_PTR(-ENOMEM);
	profile->id = id;
	RCU_INIT_POINTER(profile->policy, policy);
	err = xa_insert(&profiles->ids, id, profile, GFP_KERNEL);
	if (err) {
		kfree(profile);
		return ERR_PTR(err);
	}
	return profile;
}

void nvo3_profile_replace(struct nvo3_profiles *profiles, struct nvo3_profile *profile,
			  struct nvo3_policy *policy)
{
	struct nvo3_policy *old;

	old = rcu_replace_pointer(profile->policy, policy, lockdep_is_held(profiles->lock));
	nvo3_reaper_add(profiles->reaper, &old->dead, policy_bury);
}

void nvo3_profile_del(struct nvo3_profiles *profiles, struct nvo3_profile *profile)
{
	lockdep_assert_held(profiles->lock);
	xa_erase(&profiles->ids, profile->id);
	nvo3_reaper_add(profiles->reaper, &profile->dead, profile_bury);
}

void nvo3_profiles_clear(struct nvo3_profiles *profiles)
{
	struct nvo3_profile *profile;
	unsigned long id;

	xa_for_each(&profiles->ids, id, profile)
		nvo3_profile_del(profiles, profile);
}
