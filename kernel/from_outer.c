// SPDX-License-Identifier: GPL-2.0
/*
 * Another NVE's packet whose outer headers are read: is it for one of our VNs,
 * and which port does the inner frame go to? Never to another NVE (split horizon), unless
 * it is late, or we are a relay (redirect.c).
 */
#include <linux/if_vlan.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include "fast.h"

/*
 * A sender's device says where the checksum begins that is left to do. One that lies, within
 * the outer IP header, has led UDP to write a sum of its own in that place.
 */
static bool checksum_is_inside(const struct sk_buff *skb)
{
	int start = skb_checksum_start_offset(skb);

	return start >= ETH_HLEN &&
	       start + skb->csum_offset + sizeof(__sum16) <= skb_headlen(skb);
}

/*
 * The transport header still points at the outer UDP header, and whoever sends
 * a GSO frame on computes lengths from it. The inner one is known from the
 * checksum's start, or has to be found.
 */
static void reset_transport(struct sk_buff *skb)
{
	if (skb->ip_summed == CHECKSUM_PARTIAL && !checksum_is_inside(skb))
		skb->ip_summed = CHECKSUM_NONE;
	if (skb->ip_summed == CHECKSUM_PARTIAL) {
		skb_set_transport_header(skb, skb_checksum_start_offset(skb));
		return;
	}
	skb->transport_header = (typeof(skb->transport_header))~0U;
	if (skb_is_gso(skb))
		skb_probe_transport_header(skb);
}

/*
 * As iptunnel_pull_offloads(), but what a sender of this host keeps for retransmission is no
 * reason to copy: the tunnel's part of gso_type was written under the same rule.
 */
static int pull_offloads(struct sk_buff *skb)
{
	int err;

	skb->encapsulation = 0;
	if (!skb_is_gso(skb))
		return 0;
	err = skb_header_unclone(skb, GFP_ATOMIC);
	if (!err)
		skb_shinfo(skb)->gso_type &= ~(NETIF_F_GSO_ENCAP_ALL >> NETIF_F_GSO_SHIFT);
	return err;
}

/*
 * Take the outer headers off. What the underlay noted about them (route, conntrack) is taken
 * off where a frame leaves, in to_port.c; here only what may not cross namespaces.
 */
static enum nvo3_drop decapsulate(struct nvo3_nve *nve, const struct nvo3_outer *outer,
				  struct sk_buff *skb)
{
	const void *from = skb->data;

	if (!pskb_may_pull(skb, outer->hlen + ETH_HLEN))
		return NVO3_DROP_TUNNEL_INNER;
	__skb_pull(skb, outer->hlen);
	skb_postpull_rcsum(skb, from, outer->hlen);
	skb_reset_mac_header(skb);
	skb->protocol = eth_proto_is_802_3(eth_hdr(skb)->h_proto) ? eth_hdr(skb)->h_proto :
								     htons(ETH_P_802_2);
	skb_clear_hash_if_not_l4(skb);
	__vlan_hwaccel_clear_tag(skb);
	skb_set_queue_mapping(skb, 0);
	if (!net_eq(nve->net, dev_net(nve->dev)))
		skb_scrub_packet(skb, true);
	if (pull_offloads(skb))
		return NVO3_DROP_NOMEM;
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

/* A frame that no port has by a mapping, whose value is @value. */
static enum nvo3_drop deliver(struct nvo3_nve *nve, struct nvo3_vn *vn, u32 value,
			      const struct nvo3_outer *outer, struct sk_buff *skb)
{
	if (is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		return to_all(nve, vn, skb);
	if (nvo3_map_is_remote(nvo3_map_kind(value)))
		return nvo3_redirect(nve, vn, value, outer, skb);
	if (READ_ONCE(vn->unknown) == NVO3_UNKNOWN_FLOOD)
		return to_all(nve, vn, skb);
	return NVO3_DROP_UNKNOWN_DST;
}

/*
 * The destination's mapping; 0 if there is none. @source is fetched meanwhile if it will be
 * asked for too.
 */
static u32 lookup(struct nvo3_nve *nve, const struct nvo3_outer *outer, struct sk_buff *skb,
		  struct nvo3_permuted *source)
{
	struct nvo3_permuted dest;
	const struct ethhdr *eth;

	if (!pskb_may_pull(skb, outer->hlen + ETH_HLEN))
		return 0;
	eth = (const struct ethhdr *)(skb->data + outer->hlen);
	dest = nvo3_map_fetch(&nve->maps, outer->vni, eth->h_dest);
	if (rcu_dereference(nve->conf)->verify != NVO3_VERIFY_OFF)
		*source = nvo3_map_fetch(&nve->maps, outer->vni, eth->h_source);
	if (is_multicast_ether_addr(eth->h_dest))
		return 0;
	return nvo3_table_lookup_fetched(&nve->maps, dest);
}

/*
 * The mapping has led nowhere here: it may have come since, with a port that has waked in between.
 * Or the port is there, and had gone silent for another one of this host.
 */
static noinline struct nvo3_port *look_again(struct nvo3_nve *nve, const struct nvo3_vn *vn,
					     const struct sk_buff *skb, u32 *value)
{
	const u8 *mac = eth_hdr(skb)->h_dest;
	struct nvo3_port *port;

	if (is_multicast_ether_addr(mac))
		return NULL;
	smp_rmb();	/* see nvo3_port_set_state() */
	*value = nvo3_map_lookup(&nve->maps, vn->vni, mac);
	if (nvo3_map_kind(*value) != NVO3_MAP_PORT)
		return NULL;
	port = nvo3_nve_port(nve, nvo3_map_nr(*value));
	return port && port->vn == vn ? port : NULL;
}

/*
 * The mapping is asked first: if it leads to a port, that knows its VN, which so need not be
 * looked up too.
 */
enum nvo3_drop nvo3_from_outer(struct nvo3_nve *nve, const struct nvo3_outer *outer,
			       struct sk_buff *skb, struct nvo3_vn **vn, struct nvo3_port **port)
{
	struct nvo3_permuted source = {};
	u32 value = lookup(nve, outer, skb, &source);
	struct nvo3_port *to = NULL;
	enum nvo3_drop reason;

	if (nvo3_map_kind(value) == NVO3_MAP_PORT)
		to = nvo3_nve_port(nve, nvo3_map_nr(value));
	if (likely(to && to->vn->vni == outer->vni))
		*vn = to->vn;
	else
		*vn = nvo3_vn_lookup(&nve->vns, outer->vni);
	if (!*vn)
		return NVO3_DROP_TUNNEL_VNI;
	reason = decapsulate(nve, outer, skb);
	if (!reason)
		reason = nvo3_check_source(nve, *vn, outer, skb, source);
	if (reason)
		return reason;
	reason = combine_ecn(skb, outer->dsfield);
	if (reason)
		return reason;
	/* Who has just come here, and has no mapping yet. */
	if (unlikely(atomic_read(&(*vn)->waking)))
		to = nvo3_port_find_waking(*vn, eth_hdr(skb)->h_dest) ?: to;
	if (unlikely(!to || !nvo3_port_is_active(to)))
		to = look_again(nve, *vn, skb, &value);
	dev_sw_netstats_rx_add(nve->dev, skb->len);
	if (!to) {
		nvo3_stats_count((*vn)->stats, NVO3_COUNT_DECAP, nvo3_stats_frames(skb), skb->len);
		return deliver(nve, *vn, value, outer, skb);
	}
	*port = to;
	nvo3_stats_count(to->stats, NVO3_COUNT_DECAP, nvo3_stats_frames(skb), skb->len);
	return nvo3_to_port(to, skb, NULL);
}
