// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>

#include "mem.h"
#include "msg.h"
#include "nvo3_obj.h"
#include "policy_msg.h"

static int get_prefix(const Nvo3__IpPrefix *msg, struct ip_addr *addr, uint8_t *plen,
		      uint32_t bit, struct nvo3_rule *rule, const char *name, struct err *err)
{
	if (!msg)
		return 0;
	if (!msg_get_ip(&msg->addr, addr) || msg->len > 8 * ip_addr_len(addr))
		return err_set(err, EINVAL, "%s is not an IP prefix", name);
	*plen = msg->len;
	rule->has |= bit;
	return 0;
}

static int get_ports(uint32_t first, uint32_t last, uint16_t *ret, uint16_t *ret_last,
		     uint32_t bits, struct nvo3_rule *rule, const char *name, struct err *err)
{
	if (!first && !last)
		return 0;
	if (!last)
		last = first;
	if (last > UINT16_MAX || first > last)
		return err_set(err, EINVAL, "%s %u to %u is no range of ports", name, first, last);
	*ret = first;
	*ret_last = last;
	rule->has |= bits;
	return 0;
}

static int get_rule(const Nvo3__ProfileRule *msg, struct nvo3_rule *r, struct err *err)
{
	int rc;

	if (msg->verdict > NVO3_VERDICT_MAX || msg->dir > NVO3_RULE_DIR_MAX)
		return err_set(err, EINVAL, "verdict %u or dir %u is not known", msg->verdict,
			       msg->dir);
	if (msg->ethertype > UINT16_MAX || msg->proto > UINT8_MAX)
		return err_set(err, EINVAL, "ethertype %#x or proto %u is out of range",
			       msg->ethertype, msg->proto);
	*r = (struct nvo3_rule){ .has = NVO3_HAS(RULE_VERDICT) | NVO3_HAS(RULE_DIR),
				 .verdict = msg->verdict, .dir = msg->dir,
				 .ethertype = msg->ethertype, .proto = msg->proto };
	if (msg->ethertype)
		r->has |= NVO3_HAS(RULE_ETHERTYPE);
	if (msg->proto)
		r->has |= NVO3_HAS(RULE_PROTO);
	rc = get_prefix(msg->src, &r->src, &r->src_plen, NVO3_HAS(RULE_SRC_PLEN), r, "src", err);
	if (!rc)
		rc = get_prefix(msg->dst, &r->dst, &r->dst_plen, NVO3_HAS(RULE_DST_PLEN), r,
				"dst", err);
	if (!rc)
		rc = get_ports(msg->sport, msg->sport_last, &r->sport, &r->sport_last,
			       NVO3_HAS(RULE_SPORT) | NVO3_HAS(RULE_SPORT_LAST), r, "sport", err);
	if (!rc)
		rc = get_ports(msg->dport, msg->dport_last, &r->dport, &r->dport_last,
			       NVO3_HAS(RULE_DPORT) | NVO3_HAS(RULE_DPORT_LAST), r, "dport", err);
	return rc;
}

int policy_from_msg(const Nvo3__Profile *msg, struct nvo3_profile *profile,
		    struct nvo3_rule **rules, struct err *err)
{
	struct nvo3_rule *list;
	size_t i;
	int rc;

	if (msg->verdict > NVO3_VERDICT_MAX || msg->vlan > 4094 || msg->dscp > 63)
		return err_set(err, EINVAL, "profile %s: verdict, vlan or dscp is out of range",
			       msg->name);
	*profile = (struct nvo3_profile){
		.has = NVO3_HAS(PROFILE_DEFAULT) | NVO3_HAS(PROFILE_RATE) |
		       NVO3_HAS(PROFILE_BURST) | NVO3_HAS(PROFILE_PPS),
		.otherwise = msg->verdict, .rate = msg->rate, .burst = msg->burst,
		.pps = msg->pps, .vlan = msg->vlan, .dscp = msg->dscp,
	};
	if (msg->vlan)
		profile->has |= NVO3_HAS(PROFILE_VLAN);
	if (msg->marks)
		profile->has |= NVO3_HAS(PROFILE_DSCP);
	list = mem_calloc(msg->n_rules + 1, sizeof(*list));
	for (i = 0; i < msg->n_rules; i++) {
		rc = get_rule(msg->rules[i], &list[i], err);
		if (!rc)
			continue;
		free(list);
		return err_prefix(err, rc, "profile %s, rule %zu", msg->name, i + 1);
	}
	*rules = list;
	return 0;
}
