// SPDX-License-Identifier: GPL-2.0
/* See resolve.h; which question is answered how, distribution.rst says. */
#include "resolve.h"

/* Has who is there heard the question himself? */
static bool is_beside(struct nvo3_nve *nve, const struct nvo3_port *from,
		      const struct nvo3_neigh *ask, const u8 *mac)
{
	u32 value;

	if (ether_addr_equal(mac, ask->mac))
		return true;
	value = nvo3_map_lookup(&nve->maps, from->vn->vni, mac);
	return nvo3_map_kind(value) == NVO3_MAP_PORT && nvo3_map_nr(value) == from->nr;
}

static enum nvo3_drop answer(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			     const struct nvo3_neigh *ask, const struct nvo3_ipmap *map)
{
	struct sk_buff *reply = nvo3_neigh_answer(ask, map->mac, map->router);

	if (!reply)
		return NVO3_DROP_NOMEM;
	atomic64_inc(&from->vn->arp_answered);
	consume_skb(skb);
	nvo3_answer(nve, from, reply);
	return NVO3_DROP_NONE;
}

static const struct nvo3_ipmap *find(struct nvo3_nve *nve, const struct nvo3_port *from,
				     const struct nvo3_neigh *ask)
{
	const struct nvo3_host_key key = { from->vn->vni, ask->target };
	const struct nvo3_host *host = nvo3_hosts_lookup(&nve->hosts, &key);

	return host ? &host->map : NULL;
}

/* It went to one MAC, to see whether that is still there. */
static bool resolve_unicast(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			    const struct nvo3_neigh *ask, const struct nvo3_ipmap *map,
			    enum nvo3_drop *reason)
{
	if (!map || ether_addr_equal(map->mac, eth_hdr(skb)->h_dest) ||
	    is_beside(nve, from, ask, map->mac))
		return false;
	*reason = answer(nve, from, skb, ask, map);
	return true;
}

static bool unknown(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
		    const struct nvo3_neigh *ask, enum nvo3_drop *reason)
{
	switch (READ_ONCE(from->vn->arp_unknown)) {
	case NVO3_ARP_UNKNOWN_ASK:
		*reason = nvo3_ask_ip(nve, from, skb, &ask->target);
		return true;
	case NVO3_ARP_UNKNOWN_DROP:
		*reason = NVO3_DROP_ARP_UNKNOWN;
		return true;
	default:
		return false;
	}
}

bool nvo3_resolve(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
		  const struct nvo3_flow *flow, enum nvo3_drop *reason)
{
	struct nvo3_neigh ask __uninitialized;
	const struct nvo3_ipmap *map;

	if (!nvo3_neigh_parse(skb, flow, &ask))
		return false;
	map = find(nve, from, &ask);
	if (!is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		return resolve_unicast(nve, from, skb, &ask, map, reason);
	if (!map)
		return unknown(nve, from, skb, &ask, reason);
	*reason = is_beside(nve, from, &ask, map->mac) ? NVO3_DROP_HAIRPIN :
							 answer(nve, from, skb, &ask, map);
	return true;
}

enum nvo3_drop nvo3_resolve_held(struct nvo3_nve *nve, struct nvo3_port *from,
				 struct sk_buff *skb, const struct nvo3_flow *flow)
{
	struct nvo3_neigh ask __uninitialized;
	const struct nvo3_ipmap *map;

	if (!nvo3_neigh_parse(skb, flow, &ask))
		return NVO3_DROP_ARP_UNKNOWN;
	map = find(nve, from, &ask);
	if (!map)
		return NVO3_DROP_ARP_UNKNOWN;
	return is_beside(nve, from, &ask, map->mac) ? NVO3_DROP_HAIRPIN :
						      answer(nve, from, skb, &ask, map);
}
