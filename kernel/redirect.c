// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that came by a tunnel and go on by another. Late ones: when a newer epoch has moved a
 * tenant system from a port of ours to another NVE, what others have sent here before they heard
 * of it goes on to there, for a while. And those of anybody, while the NVE is told to be a relay.
 *
 * That cannot go on for ever: each NVE sends on with one TTL less, and never back to where the
 * frame came from; a relay does not for another relay. Late ones do not make a relay of us: only
 * for who was here, only for as long as the NVE is told (redirect).
 */
#include <linux/jiffies.h>
#include <net/gso.h>
#include "fast.h"
#include "leads.h"

static bool is_late(struct nvo3_nve *nve, u32 vni, const u8 *mac)
{
	const struct nvo3_conf *conf = rcu_dereference(nve->conf);
	unsigned long keep = msecs_to_jiffies(conf->redirect);

	return keep && nvo3_departed(&nve->departures, vni, mac, jiffies,
				     min_t(unsigned long, keep, NVO3_DEPARTURES_KEEP));
}

/* For anybody but those who would do it for us. */
static bool may_relay(struct nvo3_nve *nve, const struct nvo3_vn *vn,
		      const struct nvo3_addr *sender)
{
	const struct nvo3_conf *conf = rcu_dereference(nve->conf);

	return conf->relay && !nvo3_relays_at(&vn->relays, sender);
}

/* Where the mapping leads by now, NULL and a reason if it cannot go there. */
static struct nvo3_remote *find_remote(struct nvo3_nve *nve, u32 value,
				       const struct nvo3_flow *flow, enum nvo3_drop *reason)
{
	const struct nvo3_group *group;
	struct nvo3_remote *remote;

	*reason = NVO3_DROP_TUNNEL_REMOTE;
	if (nvo3_map_kind(value) == NVO3_MAP_GROUP) {
		group = nvo3_group_lookup(&nve->groups, nvo3_map_nr(value));
		if (!group)
			return NULL;
		remote = nvo3_path_of(nve, group, flow);
	} else {
		remote = nvo3_remote_lookup(&nve->remotes, nvo3_map_nr(value));
		if (!remote)
			return NULL;
	}
	if (remote && !READ_ONCE(remote->down))
		return remote;
	*reason = NVO3_DROP_REMOTE_DOWN;
	return NULL;
}

/* How one goes on. */
struct onward {
	struct nvo3_vn *vn;
	struct nvo3_remote *remote;
	const struct nvo3_flow *flow;
	const struct nvo3_outer *outer;
	bool late;		/* else we are a relay */
};

static void count(struct nvo3_nve *nve, const struct onward *on, u32 frames, u32 bytes)
{
	nvo3_stats_count(on->vn->stats, NVO3_COUNT_ENCAP, frames, bytes);
	nvo3_stats_count(on->remote->stats, NVO3_COUNT_ENCAP, frames, bytes);
	if (on->late) {
		nvo3_ways_redirected(nve->ways, frames);
		atomic64_add(frames, &on->vn->redirected);
	} else {
		nvo3_ways_relayed(nve->ways, frames);
		atomic64_add(frames, &on->vn->relayed);
	}
}

static enum nvo3_drop send(struct nvo3_nve *nve, const struct onward *on, struct sk_buff *skb)
{
	u32 frames = nvo3_stats_frames(skb), bytes = skb->len;
	enum nvo3_drop reason;

	skb_set_network_header(skb, ETH_HLEN);
	reason = nvo3_on_to_underlay(nve, on->vn, on->remote, skb, on->flow, on->outer);
	if (!reason)
		count(nve, on, frames, bytes);
	return reason;
}

/* What nobody below could cut, as in to_remote.c. */
static enum nvo3_drop cut_and_send(struct nvo3_nve *nve, const struct onward *on,
				   struct sk_buff *skb)
{
	struct sk_buff *segs, *seg, *next;
	enum nvo3_drop reason;

	segs = skb_gso_segment(skb, nve->dev->features);
	if (IS_ERR(segs))
		return NVO3_DROP_NOMEM;
	if (!segs)
		return send(nve, on, skb);
	skb_list_walk_safe(segs, seg, next) {
		skb_mark_not_on_list(seg);
		reason = send(nve, on, seg);
		if (reason)
			nvo3_drop(nve, on->vn, NULL, seg, reason);
	}
	consume_skb(skb);
	return NVO3_DROP_NONE;
}

enum nvo3_drop nvo3_redirect(struct nvo3_nve *nve, struct nvo3_vn *vn, u32 value,
			     const struct nvo3_outer *outer, struct sk_buff *skb)
{
	struct nvo3_flow flow __uninitialized;
	struct onward on = { .vn = vn, .flow = &flow, .outer = outer };
	enum nvo3_drop reason;

	if (outer->ttl <= 1 || nvo3_leads_to(nve, value, &outer->saddr))
		return NVO3_DROP_TUNNEL_REMOTE;
	on.late = is_late(nve, vn->vni, eth_hdr(skb)->h_dest);
	if (!on.late && !may_relay(nve, vn, &outer->saddr))
		return NVO3_DROP_TUNNEL_REMOTE;
	nvo3_use_mapping(nve, vn, eth_hdr(skb)->h_dest);
	nvo3_flow_parse(skb, &flow);
	on.remote = find_remote(nve, value, &flow, &reason);
	if (!on.remote)
		return reason;
	if (netif_needs_gso(skb, nve->dev->features))
		return cut_and_send(nve, &on, skb);
	return send(nve, &on, skb);
}
