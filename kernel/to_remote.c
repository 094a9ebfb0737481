// SPDX-License-Identifier: GPL-2.0
/*
 * The step to other NVEs: frames that no one below could cut any more are cut
 * here, the rest is to_underlay.c's.
 */
#include <net/gso.h>
#include "fast.h"
#include "leads.h"

static enum nvo3_drop send(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			   struct nvo3_remote *remote, struct sk_buff *skb,
			   const struct nvo3_flow *flow)
{
	u32 frames = nvo3_stats_frames(skb), bytes = skb->len;
	enum nvo3_drop reason;

	skb_set_network_header(skb, ETH_HLEN);
	reason = nvo3_to_underlay(nve, from, remote, skb, flow);
	if (reason)
		return reason;
	nvo3_stats_count(from->stats, NVO3_COUNT_ENCAP, frames, bytes);
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
 * What a guest says of how its own is to be cut (SKB_GSO_DODGY) is looked at
 * here, too; if that is all there was to do, there are no segments.
 */
enum nvo3_drop nvo3_to_remote(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			      struct nvo3_remote *remote, struct sk_buff *skb,
			      const struct nvo3_flow *flow)
{
	struct sk_buff *segs;

	if (unlikely(READ_ONCE(remote->down)))
		return NVO3_DROP_REMOTE_DOWN;
	if (likely(!netif_needs_gso(skb, nve->dev->features)))
		return send(nve, vn, from, remote, skb, flow);
	segs = skb_gso_segment(skb, nve->dev->features);
	if (IS_ERR(segs))
		return NVO3_DROP_NOMEM;
	if (!segs)
		return send(nve, vn, from, remote, skb, flow);
	send_segments(nve, vn, from, remote, segs, flow);
	consume_skb(skb);
	return NVO3_DROP_NONE;
}

enum nvo3_drop nvo3_to_group(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_port *from,
			     const struct nvo3_group *group, struct sk_buff *skb,
			     const struct nvo3_flow *flow)
{
	struct nvo3_remote *remote = nvo3_path_of(nve, group, flow);

	return remote ? nvo3_to_remote(nve, vn, from, remote, skb, flow) : NVO3_DROP_REMOTE_DOWN;
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
