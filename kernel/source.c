// SPDX-License-Identifier: GPL-2.0
/*
 * Is another NVE's frame from where its source is? One lookup says so for all honest frames;
 * what else there is to know is asked only when it does not.
 */
#include <linux/jiffies.h>
#include "fast.h"
#include "leads.h"
#include "notify.h"
#include "verify.h"

/* Was the destination at the sender before it came to one of our ports, not long ago? */
static bool has_left(struct nvo3_nve *nve, const struct nvo3_conf *conf, u32 vni, const u8 *mac,
		     const struct nvo3_addr *sender)
{
	u32 value = nvo3_map_lookup(&nve->maps, vni, mac), i;
	const struct nvo3_port *port = NULL;
	const struct nvo3_left *left;

	if (nvo3_map_kind(value) == NVO3_MAP_PORT)
		port = nvo3_nve_port(nve, nvo3_map_nr(value));
	left = port ? rcu_dereference(port->left) : NULL;
	if (!left || !ether_addr_equal(left->mac, mac) ||
	    time_after_eq64(get_jiffies_64(), left->at + msecs_to_jiffies(conf->redirect)))
		return false;
	for (i = 0; i < left->count; i++)
		if (nvo3_addr_equal(&left->addr[i], sender))
			return true;
	return false;
}

/* An unknown source is asked for as a destination is; a forged one is an alert. */
static void tell(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct ethhdr *eth,
		 const struct nvo3_addr *sender, enum nvo3_drop reason)
{
	struct nvo3_source_event event = { .vni = vn->vni, .addr = *sender };
	struct nvo3_miss_event miss = { .vni = vn->vni };

	if (!nvo3_budget_take(&vn->suspects, jiffies, &event.suppressed))
		return;
	if (reason == NVO3_DROP_TUNNEL_SOURCE_UNKNOWN) {
		ether_addr_copy(miss.dst, eth->h_source);
		ether_addr_copy(miss.src, eth->h_dest);
		miss.suppressed = event.suppressed;
		nvo3_notify_miss(nve, &miss);
		return;
	}
	ether_addr_copy(event.src, eth->h_source);
	ether_addr_copy(event.dst, eth->h_dest);
	nvo3_notify_source(nve, &event);
}

enum nvo3_drop nvo3_check_source(struct nvo3_nve *nve, struct nvo3_vn *vn,
				 const struct nvo3_outer *outer, const struct sk_buff *skb,
				 struct nvo3_permuted source)
{
	const struct nvo3_conf *conf = rcu_dereference(nve->conf);
	const struct ethhdr *eth = eth_hdr(skb);
	struct nvo3_evidence evidence;
	enum nvo3_drop reason;
	u32 value;

	if (conf->verify == NVO3_VERIFY_OFF)
		return NVO3_DROP_NONE;
	value = nvo3_table_lookup_fetched(&nve->maps, source);
	if (likely(nvo3_leads_to(nve, value, &outer->saddr))) {
		nvo3_vn_use(vn, source);
		return NVO3_DROP_NONE;
	}
	evidence = (struct nvo3_evidence){
		.source = nvo3_map_kind(value),
		.relay = nvo3_relays_at(&vn->relays, &outer->saddr),
		.left = has_left(nve, conf, vn->vni, eth->h_dest, &outer->saddr),
	};
	reason = nvo3_verify(&evidence);
	if (!reason)
		return NVO3_DROP_NONE;
	tell(nve, vn, eth, &outer->saddr, reason);
	if (conf->verify == NVO3_VERIFY_DROP)
		return reason;
	nvo3_drops_count(nve->logged, reason);
	return NVO3_DROP_NONE;
}
