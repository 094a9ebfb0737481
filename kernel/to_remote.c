// SPDX-License-Identifier: GPL-2.0
/*
 * The step to other NVEs: frames that no one below could cut any more are cut
 * here, the DS field is read, the rest is the fast way's or the socket's.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/gso.h>
#include <net/inet_ecn.h>
#include "fast.h"
#include "fast_tx.h"
#include "sock.h"

/*
 * The inner DS field, 0 if there is none. Pulls the IP header in, and so may
 * move it.
 */
static u8 inner_dsfield(struct sk_buff *skb)
{
	skb_set_network_header(skb, ETH_HLEN);
	if (skb->protocol == htons(ETH_P_IP) && pskb_may_pull(skb, ETH_HLEN + sizeof(struct iphdr)))
		return ipv4_get_dsfield(ip_hdr(skb));
	if (skb->protocol == htons(ETH_P_IPV6) &&
	    pskb_may_pull(skb, ETH_HLEN + sizeof(struct ipv6hdr)))
		return ipv6_get_dsfield(ipv6_hdr(skb));
	return 0;
}

static enum nvo3_drop send(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			   struct nvo3_remote *remote, struct sk_buff *skb,
			   const struct nvo3_flow *flow)
{
	u8 tos = INET_ECN_encapsulate(0, inner_dsfield(skb));
	u32 frames = nvo3_stats_frames(skb), bytes = skb->len;
	enum nvo3_drop reason;
	enum nvo3_bypass why;

	/* When it came here is nothing that an underlay's qdisc should plan by. */
	skb_clear_tstamp(skb);
	why = nvo3_fast_send(nve, vn->vni, remote, skb, flow, tos);
	nvo3_ways_count(nve->ways, NVO3_WAY_TX, why, frames);
	if (READ_ONCE(remote->way) != why)
		WRITE_ONCE(remote->way, why);
	if (why) {
		reason = nvo3_sock_send(nve, vn->vni, remote, skb, flow, tos);
		if (reason)
			return reason;
	}
	nvo3_stats_count(from->stats, NVO3_COUNT_ENCAP, frames, bytes);
	nvo3_stats_count(vn->stats, NVO3_COUNT_ENCAP, frames, bytes);
	nvo3_stats_count(remote->stats, NVO3_COUNT_ENCAP, frames, bytes);
	return NVO3_DROP_NONE;
}

static void send_segments(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			  struct nvo3_remote *remote, struct sk_buff *segs,
			  const struct nvo3_flow *flow)
{
	struct sk_buff *skb, *next;
	enum nvo3_drop reason;

	skb_list_walk_safe(segs, skb, next) {
		skb_mark_not_on_list(skb);
		reason = send(nve, vn, from, remote, skb, flow);
		if (reason)
			nvo3_drop(nve, vn, from, skb, reason);
	}
}

/*
 * A GSO frame goes through whole, to be cut behind the tunnel header. That
 * cannot be done to one which a tenant system's own tunnel has made already.
 */
enum nvo3_drop nvo3_to_remote(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			      struct nvo3_remote *remote, struct sk_buff *skb,
			      const struct nvo3_flow *flow)
{
	struct sk_buff *segs;

	if (likely(!netif_needs_gso(skb, nve->dev->features)))
		return send(nve, vn, from, remote, skb, flow);
	segs = skb_gso_segment(skb, nve->dev->features);
	if (IS_ERR_OR_NULL(segs))
		return NVO3_DROP_NOMEM;
	send_segments(nve, vn, from, remote, segs, flow);
	consume_skb(skb);
	return NVO3_DROP_NONE;
}

/* A clone for each but the last, which gets the frame itself. */
enum nvo3_drop nvo3_to_members(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			       struct sk_buff *skb, const struct nvo3_flow *flow)
{
	struct nvo3_remote *const *remotes;
	enum nvo3_drop reason;
	struct sk_buff *copy;
	u32 count, i;

	remotes = nvo3_members_read(&vn->members, &count);
	if (!count) {
		consume_skb(skb);
		return NVO3_DROP_NONE;
	}
	for (i = 0; i < count - 1; i++) {
		copy = skb_clone(skb, GFP_ATOMIC);
		reason = copy ? nvo3_to_remote(nve, vn, from, remotes[i], copy, flow) :
				NVO3_DROP_NOMEM;
		if (reason)
			nvo3_drop(nve, vn, from, copy, reason);
	}
	return nvo3_to_remote(nve, vn, from, remotes[i], skb, flow);
}
