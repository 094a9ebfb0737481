// SPDX-License-Identifier: GPL-2.0
#include "nl_parse.h"
#include "notify.h"
#include "verdict.h"

/* So many rules fit into any message. */
#define RULES_A_MESSAGE	16

static int count_rules(struct genl_info *info)
{
	struct nlattr *nest = NULL;
	u32 nr = 0;

	while ((nest = nvo3_nl_next(info, nest, NVO3_A_RULE)))
		if (++nr > NVO3_RULES_MAX)
			return NVO3_REFUSE(info->extack, nest, E2BIG,
					   "a profile has at most %u rules", NVO3_RULES_MAX);
	return nr;
}

/* All rules of the request: their array, or ERR_PTR(). */
static struct nvo3_acl_rule *parse_rules(struct genl_info *info, u32 nr)
{
	struct nvo3_acl_rule *rules = kvcalloc(nr + 1, sizeof(*rules), GFP_KERNEL_ACCOUNT);
	struct nlattr *nest = NULL;
	u32 i;
	int err;

	if (!rules) {
		NL_SET_ERR_MSG(info->extack, "no memory for the rules");
		return ERR_PTR(-ENOMEM);
	}
	for (i = 0; (nest = nvo3_nl_next(info, nest, NVO3_A_RULE)); i++) {
		err = nvo3_nl_rule(nest, &rules[i], info->extack);
		if (err) {
			kvfree(rules);
			return ERR_PTR(err);
		}
	}
	return rules;
}

static int parse_limits(struct nlattr *nest, struct nlattr **tb, struct nvo3_policy *policy,
			struct netlink_ext_ack *extack)
{
	struct nlattr *rate = tb[NVO3_A_PROFILE_RATE], *burst = tb[NVO3_A_PROFILE_BURST];

	policy->rate = rate ? nla_get_u64(rate) : 0;
	policy->burst = burst ? nla_get_u32(burst) : 0;
	policy->pps = tb[NVO3_A_PROFILE_PPS] ? nla_get_u32(tb[NVO3_A_PROFILE_PPS]) : 0;
	if (policy->rate && !policy->burst)
		return NVO3_REFUSE(extack, burst ?: nest, EINVAL, "a rate needs a burst");
	if (policy->burst && !policy->rate)
		return NVO3_REFUSE(extack, burst, EINVAL, "a burst needs a rate");
	if (policy->rate && policy->rate < 8)
		return NVO3_REFUSE(extack, rate, ERANGE, "a rate is at least 8 bits a second");
	nvo3_limits_init(&policy->limits, policy->rate, policy->burst, policy->pps);
	policy->limited = policy->rate || policy->pps;
	return 0;
}

/* What the request says, or ERR_PTR(). */
static struct nvo3_policy *parse_policy(struct genl_info *info, struct nlattr **tb)
{
	struct nlattr *otherwise = tb[NVO3_A_PROFILE_DEFAULT];
	u8 verdict = otherwise ? nla_get_u8(otherwise) : NVO3_VERDICT_PERMIT;
	struct nvo3_acl_rule *rules;
	struct nvo3_policy *policy;
	int nr, err;

	nr = count_rules(info);
	if (nr < 0)
		return ERR_PTR(nr);
	rules = parse_rules(info, nr);
	if (IS_ERR(rules))
		return ERR_CAST(rules);
	policy = nvo3_policy_new(rules, nr, verdict);
	if (!policy) {
		kvfree(rules);
		NL_SET_ERR_MSG(info->extack, "no memory for the profile");
		return ERR_PTR(-ENOMEM);
	}
	if (tb[NVO3_A_PROFILE_VLAN])
		policy->vlan = nla_get_u16(tb[NVO3_A_PROFILE_VLAN]);
	if (tb[NVO3_A_PROFILE_DSCP])
		policy->dscp = nla_get_u8(tb[NVO3_A_PROFILE_DSCP]);
	err = parse_limits(info->attrs[NVO3_A_PROFILE], tb, policy, info->extack);
	if (err) {
		nvo3_policy_free(policy);
		return ERR_PTR(err);
	}
	return policy;
}

/* Verdicts are remembered from the first list on that is long enough. */
static int want_verdicts(struct nvo3_nve *nve, const struct nvo3_policy *policy,
			 struct netlink_ext_ack *extack)
{
	if (nve->verdicts || !policy->acl || policy->acl->nr < NVO3_VERDICT_RULES)
		return 0;
	nve->verdicts = kvcalloc(nr_cpu_ids, NVO3_VERDICT_SLOTS * sizeof(*nve->verdicts),
				 GFP_KERNEL_ACCOUNT);
	if (nve->verdicts)
		return 0;
	NL_SET_ERR_MSG(extack, "no memory for the verdicts of a long list");
	return -ENOMEM;
}

/* What the ports have saved up is worth nothing under new limits. */
static void refill_ports(struct nvo3_nve *nve, const struct nvo3_profile *profile,
			 const struct nvo3_policy *policy)
{
	struct nvo3_port *port;
	u32 nr;

	for (nr = 0; profile->ports && nr < nvo3_index_size(&nve->ports); nr++) {
		port = nvo3_nve_port(nve, nr);
		if (port && nvo3_port_profile(port) == profile)
			nvo3_port_refill(port, &policy->limits);
	}
}

/* Ports stay on their VLAN. */
static int check_vlan(struct nvo3_nve *nve, const struct nvo3_profile *profile,
		      const struct nvo3_policy *policy, struct genl_info *info)
{
	const struct nvo3_policy *old = nvo3_profile_policy(&nve->profiles, profile);

	if (!profile->ports || !policy->vlan || policy->vlan == old->vlan)
		return 0;
	return NVO3_REFUSE(info->extack, info->attrs[NVO3_A_PROFILE], EBUSY,
			   "profile %u has ports, which cannot change over to VLAN %u",
			   profile->id, policy->vlan);
}

static int change(struct genl_info *info, struct nvo3_nve *nve, struct nlattr *id,
		  struct nvo3_policy *policy)
{
	struct nvo3_profile *profile = nvo3_profile_lookup(&nve->profiles, nla_get_u32(id));
	int err;

	if (profile && !(info->nlhdr->nlmsg_flags & NLM_F_REPLACE))
		return NVO3_REFUSE(info->extack, id, EEXIST, "profile %u exists on %s",
				   profile->id, nve->dev->name);
	err = profile ? check_vlan(nve, profile, policy, info) : 0;
	if (!err)
		err = want_verdicts(nve, policy, info->extack);
	if (err)
		return err;
	policy->verdicts = nve->verdicts;
	if (profile) {
		nvo3_profile_replace(&nve->profiles, profile, policy);
		refill_ports(nve, profile, policy);
	} else {
		profile = nvo3_profile_add(&nve->profiles, nla_get_u32(id), policy);
		if (IS_ERR(profile)) {
			NL_SET_ERR_MSG(info->extack, "no memory for the profile");
			return PTR_ERR(profile);
		}
	}
	nvo3_nve_changed(nve);
	nvo3_notify_profile(nve, NVO3_CMD_PROFILE_NTF, profile);
	return 0;
}

int nvo3_nl_profile_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_PROFILE_MAX + 1], *nest = info->attrs[NVO3_A_PROFILE];
	struct nvo3_policy *policy;
	int err;

	err = nvo3_nl_parse_profile(nest, tb, info->extack);
	if (err)
		return err;
	if (!tb[NVO3_A_PROFILE_ID])
		return NVO3_REFUSE(info->extack, nest, EINVAL, "no profile given (id)");
	policy = parse_policy(info, tb);
	if (IS_ERR(policy))
		return PTR_ERR(policy);
	err = change(info, nvo3_nl_nve(info), tb[NVO3_A_PROFILE_ID], policy);
	if (err)
		nvo3_policy_free(policy);
	return err;
}

/* The profile that a request names. */
static struct nvo3_profile *parse_profile(struct genl_info *info, struct nlattr **tb)
{
	struct nlattr *nest = info->attrs[NVO3_A_PROFILE];
	int err;

	err = nvo3_nl_parse_profile(nest, tb, info->extack);
	if (err)
		return ERR_PTR(err);
	return nvo3_nl_profile(nvo3_nl_nve(info), nest, tb[NVO3_A_PROFILE_ID], info->extack);
}

int nvo3_nl_profile_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_PROFILE_MAX + 1];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_profile *profile;

	profile = parse_profile(info, tb);
	if (IS_ERR(profile))
		return PTR_ERR(profile);
	if (profile->ports)
		return NVO3_REFUSE(info->extack, tb[NVO3_A_PROFILE_ID], EBUSY,
				   "profile %u is used by %u port%s on %s", profile->id,
				   profile->ports, profile->ports == 1 ? "" : "s", nve->dev->name);
	nvo3_notify_profile(nve, NVO3_CMD_PROFILE_DEL_NTF, profile);
	nvo3_profile_del(&nve->profiles, profile);
	nvo3_nve_changed(nve);
	return 0;
}

int nvo3_nl_profile_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_PROFILE_MAX + 1];
	struct nvo3_profile_part part = {};
	struct nvo3_profile *profile;

	profile = parse_profile(info, tb);
	if (IS_ERR(profile))
		return PTR_ERR(profile);
	part.profile = profile;
	return nvo3_nl_reply(info, nvo3_fill_profile, &part);
}

/* From the args[1]-th rule of a profile on: 0, or -EMSGSIZE when the message is full. */
static int dump_profile(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
			const struct nvo3_profile *profile)
{
	const struct nvo3_policy *policy = nvo3_profile_policy(&nve->profiles, profile);
	struct nvo3_profile_part part = { .profile = profile };
	u32 nr = policy->acl ? policy->acl->nr : 0;
	int err;

	do {
		part.first = cb->args[1];
		/* It may have become shorter between two messages. */
		part.count = part.first < nr ? min_t(u32, nr - part.first, RULES_A_MESSAGE) : 0;
		err = nvo3_nl_dump(skb, cb, nve, nvo3_fill_profile, &part);
		if (err)
			return err;
		cb->args[1] += part.count;
	} while (part.count && cb->args[1] < nr);
	cb->args[1] = 0;
	return 0;
}

/* The one profile that the request names, NULL for all, or an error. */
static struct nvo3_profile *dump_filter(struct netlink_callback *cb, struct nvo3_nve *nve)
{
	struct nlattr *nest = nvo3_dump_attrs(cb)[NVO3_A_PROFILE];
	struct nlattr *tb[NVO3_A_PROFILE_MAX + 1];
	int err;

	if (!nest)
		return NULL;
	err = nvo3_nl_parse_profile(nest, tb, cb->extack);
	if (err)
		return ERR_PTR(err);
	return nvo3_nl_profile(nve, nest, tb[NVO3_A_PROFILE_ID], cb->extack);
}

int nvo3_nl_profile_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nvo3_nve *nve = nvo3_nl_dump_begin(cb);
	struct nvo3_profile *only, *profile;
	/* The last one told: no profile has 0, and behind the highest there may be no number. */
	unsigned long id = cb->args[0];

	if (IS_ERR(nve))
		return PTR_ERR(nve);
	only = dump_filter(cb, nve);
	if (IS_ERR(only)) {
		nvo3_nl_dump_end(nve);
		return PTR_ERR(only);
	}
	while ((profile = xa_find_after(&nve->profiles.ids, &id, U32_MAX, XA_PRESENT))) {
		if (id != cb->args[2])
			cb->args[1] = 0;
		cb->args[2] = id;
		if ((!only || profile == only) && dump_profile(skb, cb, nve, profile))
			break;
		cb->args[0] = id;
	}
	nvo3_nl_dump_end(nve);
	return skb->len;
}
