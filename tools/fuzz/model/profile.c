// SPDX-License-Identifier: GPL-2.0
/* Rules in their order; the first that matches decides. */
#include <string.h>
#include <sys/socket.h>
#include "model.h"

/* The group of who has the MAC: of his port, else of his mapping. */
static uint32_t group_of(const struct world *w, int vn, const uint8_t *mac)
{
	const struct map *map = mac[0] & 1 ? NULL : model_map(w, vn, mac);

	if (!map)
		return 0;
	return map->port >= 0 ? w->ports[map->port].group : map->group;
}

static bool end_matches(const struct address *prefix, int plen, uint32_t wanted,
			const struct facts *f, const struct address *addr, uint32_t group)
{
	if (prefix->family && (!f->family || !address_in(prefix, plen, addr)))
		return false;
	return !wanted || wanted == group;
}

/* Later fragments have no ports: rules that ask for some let them pass, or pass them over. */
static bool ports_match(const struct rule *rule, const struct facts *f)
{
	if (f->later)
		return rule->verdict == NVO3_VERDICT_PERMIT;
	return f->has_ports && f->sport >= rule->sport[0] && f->sport <= rule->sport[1] &&
	       f->dport >= rule->dport[0] && f->dport <= rule->dport[1];
}

static bool rule_matches(const struct rule *rule, const struct facts *f, uint32_t src, uint32_t dst)
{
	if (rule->ethertype && rule->ethertype != f->type)
		return false;
	if (rule->proto >= 0 && (!f->family || rule->proto != f->proto))
		return false;
	if (!end_matches(&rule->src, rule->src_plen, rule->src_group, f, &f->src, src) ||
	    !end_matches(&rule->dst, rule->dst_plen, rule->dst_group, f, &f->dst, dst))
		return false;
	return !rule->ports || ports_match(rule, f);
}

int model_profile(const struct world *w, const struct port *port, int dir, const struct facts *f)
{
	bool from_vm = dir == NVO3_RULE_DIR_FROM_VM;
	const struct profile *profile;
	int verdict, i;
	uint32_t src, dst;

	if (port->profile < 0)
		return NVO3_DROP_NONE;
	profile = &w->profiles[port->profile];
	verdict = profile->otherwise;
	if (!profile->n_rules && verdict == NVO3_VERDICT_PERMIT)
		return NVO3_DROP_NONE;
	if (f->bad)
		return NVO3_DROP_MALFORMED;
	src = from_vm ? port->group : group_of(w, port->vn, f->data + 6);
	dst = from_vm ? group_of(w, port->vn, f->data) : port->group;
	for (i = 0; i < profile->n_rules; i++) {
		if (profile->rules[i].dir != dir || !rule_matches(&profile->rules[i], f, src, dst))
			continue;
		verdict = profile->rules[i].verdict;
		break;
	}
	if (verdict == NVO3_VERDICT_PERMIT)
		return NVO3_DROP_NONE;
	return from_vm ? NVO3_DROP_ACL_FROM_VM : NVO3_DROP_ACL_TO_VM;
}
