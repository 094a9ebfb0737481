// SPDX-License-Identifier: GPL-2.0
/*
 * Another NVE's packet whose outer headers are read: is it for one of our VNs,
 * and which port does the inner frame go to? Never to another NVE (split horizon).
 */
#include <linux/if_vlan.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include "fast.h"

/*
 * The transport header still points at the outer UDP header, and whoever sends
 * a GSO frame on computes lengths from it. The inner one is known from the
 * checksum's start, or has to be found.
 */
static void reset_transport(struct sk_buff *skb)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		skb_set_transport_header(skb, skb_checksum_start_offset(skb));
		return;
	}
	skb->transport_header = (typeof(skb->transport_header))~0U;
	if (skb_is_gso(skb))
		skb_probe_transport_header(skb);
}

/* Take the outer headers and all that the underlay noted about them off. */
static enum nvo3_drop decapsulate(struct nvo3_nve *nve, const struct nvo3_outer *outer,
				  struct sk_buff *skb)
{
	bool xnet = !net_eq(nve->net, dev_net(nve->dev));

	if (iptunnel_pull_header(skb, outer->hlen, htons(ETH_P_TEB), xnet))
		return NVO3_DROP_TUNNEL_INNER;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_reset_mac_len(skb);
	reset_transport(skb);
	skb_forward_csum(skb);
	if (!is_valid_ether_addr(eth_hdr(skb)->h_source))
		return NVO3_DROP_TUNNEL_INNER;
	if (eth_type_vlan(skb->protocol))
		return NVO3_DROP_TUNNEL_VLAN;
	return NVO3_DROP_NONE;
}

/*
 * RFC 6040: a congestion mark of the underlay goes over to the inner header. The
 * frame may be a clone (of who listens on the underlay), so it is made writable.
 */
static enum nvo3_drop combine_ecn(struct sk_buff *skb, u8 outer)
{
	u32 hlen = ETH_HLEN;
	u8 inner;

	if (INET_ECN_is_not_ect(outer))
		return NVO3_DROP_NONE;
	if (skb->protocol == htons(ETH_P_IP))
		hlen += sizeof(struct iphdr);
	else if (skb->protocol == htons(ETH_P_IPV6))
		hlen += sizeof(struct ipv6hdr);
	else
		return NVO3_DROP_NONE;
	if (skb->len < hlen)
		return NVO3_DROP_TUNNEL_INNER;
	if (skb_ensure_writable(skb, hlen))
		return NVO3_DROP_NOMEM;
	if (skb->protocol == htons(ETH_P_IP))
		inner = ip_hdr(skb)->tos;
	else
		inner = ipv6_get_dsfield(ipv6_hdr(skb));
	return INET_ECN_decapsulate(skb, outer, inner) > 1 ? NVO3_DROP_TUNNEL_ECN : NVO3_DROP_NONE;
}

static enum nvo3_drop to_all(struct nvo3_nve *nve, struct nvo3_vn *vn, struct sk_buff *skb)
{
	nvo3_to_ports(nve, vn, NULL, skb, NULL);
	consume_skb(skb);
	return NVO3_DROP_NONE;
}

static enum nvo3_drop deliver(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port **port,
			      struct sk_buff *skb)
{
	u32 value;

	if (is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		return to_all(nve, vn, skb);
	value = nvo3_map_lookup(&nve->maps, vn->vni, eth_hdr(skb)->h_dest);
	switch (nvo3_map_kind(value)) {
	case NVO3_MAP_PORT:
		*port = nvo3_nve_port(nve, nvo3_map_nr(value));
		if (!*port)
			break;
		nvo3_stats_count((*port)->stats, NVO3_COUNT_DECAP, nvo3_stats_frames(skb),
				 skb->len);
		return nvo3_to_port(*port, skb, NULL);
	case NVO3_MAP_REMOTE:
	case NVO3_MAP_GROUP:
		return NVO3_DROP_TUNNEL_REMOTE;
	case NVO3_MAP_NONE:
		break;
	}
	if (READ_ONCE(vn->unknown) == NVO3_UNKNOWN_FLOOD)
		return to_all(nve, vn, skb);
	return NVO3_DROP_UNKNOWN_DST;
}

enum nvo3_drop nvo3_from_outer(struct nvo3_nve *nve, const struct nvo3_outer *outer,
			       struct sk_buff *skb, struct nvo3_vn **vn, struct nvo3_port **port)
{
	enum nvo3_drop reason;

	*vn = nvo3_vn_lookup(&nve->vns, outer->vni);
	if (!*vn)
		return NVO3_DROP_TUNNEL_VNI;
	reason = decapsulate(nve, outer, skb);
	if (!reason)
		reason = nvo3_check_source(nve, *vn, outer, skb);
	if (reason)
		return reason;
	reason = combine_ecn(skb, outer->dsfield);
	if (reason)
		return reason;
	dev_sw_netstats_rx_add(nve->dev, skb->len);
	nvo3_stats_count((*vn)->stats, NVO3_COUNT_DECAP, nvo3_stats_frames(skb), skb->len);
	return deliver(nve, *vn, port, skb);
}
