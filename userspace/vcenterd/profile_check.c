// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "lib/msg.h"
#include "profile.h"
#include "profile_spec.h"

static int check_prefix(const char *what, const Nvo3__IpPrefix *p, struct err *err)
{
	struct ip_addr addr;

	if (p && (!msg_get_ip(&p->addr, &addr) || p->len > 8 * p->addr.len))
		return err_set(err, EINVAL, "%s is not an IP prefix", what);
	return 0;
}

static int check_ports(const char *what, uint32_t first, uint32_t last, struct err *err)
{
	if (first > 65535 || last > 65535 || (last && (!first || first > last)))
		return err_set(err, EINVAL, "%s %u to %u is no range of ports", what, first, last);
	return 0;
}

static int check_rule(const Nvo3__ProfileRule *r, struct err *err)
{
	if (r->verdict > 1 || r->dir > 1)
		return err_set(err, EINVAL, "verdict %u or direction %u is not known", r->verdict,
			       r->dir);
	if (r->ethertype > 65535 || r->proto > 255)
		return err_set(err, EINVAL, "ethertype %u or proto %u is out of range",
			       r->ethertype, r->proto);
	return check_prefix("src", r->src, err) ?: check_prefix("dst", r->dst, err) ?:
	       check_ports("sport", r->sport, r->sport_last, err) ?:
	       check_ports("dport", r->dport, r->dport_last, err);
}

static int check_rules(const Nvo3__Profile *msg, struct err *err)
{
	if (msg->n_rules > PROFILE_RULES_MAX)
		return err_set(err, EINVAL, "profile %s has %zu rules, at most %d are possible",
			       msg->name, msg->n_rules, PROFILE_RULES_MAX);
	for (size_t i = 0; i < msg->n_rules; i++)
		if (check_rule(msg->rules[i], err))
			return err_prefix(err, -EINVAL, "profile %s, rule %zu", msg->name, i + 1);
	return 0;
}

static int check_names(const Nvo3__Profile *msg, struct err *err)
{
	if (name_check("name of the profile", msg->name, err) ||
	    (*msg->tenant && name_check("tenant", msg->tenant, err)) ||
	    (*msg->group && name_check("group", msg->group, err)))
		return -EINVAL;
	if (!*msg->home_dc || strlen(msg->home_dc) >= VC_DC_SIZE)
		return err_set(err, EINVAL, "home DC of profile %s is missing or too long",
			       msg->name);
	return 0;
}

int profile_check(const Nvo3__Profile *msg, struct err *err)
{
	struct uuid uuid;

	if (!msg)
		return err_set(err, EINVAL, "profile is missing");
	if (!msg_get_uuid(&msg->uuid, &uuid) || uuid_is_zero(&uuid))
		return err_set(err, EINVAL, "uuid of the profile is not 16 bytes");
	if (check_names(msg, err))
		return -EINVAL;
	if (!msg->version)
		return err_set(err, EINVAL, "profile %s has no version", msg->name);
	if (msg->verdict > 1 || msg->rate > PROFILE_RATE_MAX || msg->burst > PROFILE_BURST_MAX ||
	    msg->pps > PROFILE_PPS_MAX || msg->vlan > PROFILE_VLAN_MAX ||
	    msg->dscp > PROFILE_DSCP_MAX)
		return err_set(err, EINVAL,
			       "profile %s: default, rate, burst, pps, vlan or dscp is out of range",
			       msg->name);
	return check_rules(msg, err);
}
