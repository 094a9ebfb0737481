// SPDX-License-Identifier: GPL-2.0
/*
 * A tenant system's frame: which port, may it send this, where does it go?
 */
#include <linux/if_vlan.h>
#include "fast.h"
#include "guest.h"
#include "resolve.h"

/*
 * The receive path has moved an outer 802.1Q tag out of the frame. VID 0 is a
 * priority tag on an untagged frame. A second tag inside would not survive the
 * tunnel (RFC 7348 section 6.1), so it does not enter.
 */
static enum nvo3_drop find_port(struct nvo3_slave *slave, struct sk_buff *skb,
				struct nvo3_port **port)
{
	u16 vlan = 0;

	if (skb_vlan_tag_present(skb)) {
		if (skb->vlan_proto != htons(ETH_P_8021Q))
			return NVO3_DROP_PORT_VLAN;
		vlan = skb_vlan_tag_get_id(skb);
		__vlan_hwaccel_clear_tag(skb);
	}
	if (eth_type_vlan(skb->protocol))
		return NVO3_DROP_PORT_VLAN;
	*port = nvo3_port_lookup(slave, vlan);
	if (*port)
		return NVO3_DROP_NONE;
	return vlan ? NVO3_DROP_PORT_VLAN : NVO3_DROP_PORT_UNBOUND;
}

static __always_inline enum nvo3_drop check_frame(struct sk_buff *skb)
{
	const struct ethhdr *eth;

	if (!pskb_may_pull(skb, ETH_HLEN))
		return NVO3_DROP_BAD_FRAME;
	eth = eth_hdr(skb);
	if (!is_valid_ether_addr(eth->h_source))
		return NVO3_DROP_BAD_SRC;
	if (is_link_local_ether_addr(eth->h_dest))
		return NVO3_DROP_RESERVED_DST;
	return NVO3_DROP_NONE;
}

/* To all other ports of the VN and, if it replicates, to all its other NVEs. */
static enum nvo3_drop flood(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			    const struct nvo3_flow *flow)
{
	bool copied = nvo3_to_ports(nve, from->vn, from, skb, flow);

	if (READ_ONCE(from->vn->bum) == NVO3_BUM_REPLICATE)
		return nvo3_to_members(nve, from->vn, from, skb, flow);
	if (!copied)
		return NVO3_DROP_BUM_NONE;
	consume_skb(skb);
	return NVO3_DROP_NONE;
}

static enum nvo3_drop unknown(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			      const struct nvo3_flow *flow)
{
	atomic64_inc(&from->vn->misses);
	if (nvo3_vn_asks(from->vn))
		return nvo3_ask(nve, from, skb, flow);
	nvo3_miss(nve, from, eth_hdr(skb));
	if (READ_ONCE(from->vn->unknown) == NVO3_UNKNOWN_FLOOD)
		return flood(nve, from, skb, flow);
	return NVO3_DROP_UNKNOWN_DST;
}

/*
 * A port that wakes has the frames of its address, whatever the mapping still says. Who finds it
 * awake finds its mapping, which is looked for behind this.
 */
static noinline __cold struct nvo3_port *waking(const struct nvo3_vn *vn, const u8 *mac)
{
	struct nvo3_port *port = nvo3_port_find_waking(vn, mac);

	smp_rmb();	/* see nvo3_port_set_state() */
	return port;
}

/*
 * A mapping whose port or remote has just gone finds nothing under its number:
 * the mapping goes too, or leads elsewhere, within the same request. A frame that has @waited
 * once does not wait again, or it might be sent round and round meanwhile.
 */
static __always_inline enum nvo3_drop forward(struct nvo3_nve *nve, struct nvo3_port *from,
					      struct sk_buff *skb, const struct nvo3_flow *flow,
					      struct nvo3_permuted dest, bool waited)
{
	bool heeds = nvo3_vn_heeds(from->vn);
	struct nvo3_remote *remote;
	struct nvo3_group *group;
	struct nvo3_port *port;
	u32 value;

	if (unlikely(heeds)) {
		port = waking(from->vn, eth_hdr(skb)->h_dest);
		if (port)
			return port == from ? NVO3_DROP_HAIRPIN : nvo3_to_port(port, skb, flow);
	}
	value = nvo3_table_lookup_fetched(&nve->maps, dest);
	if (unlikely(heeds) && nvo3_map_is_remote(nvo3_map_kind(value)))
		nvo3_vn_use(from->vn, dest);
	switch (nvo3_map_kind(value)) {
	case NVO3_MAP_REMOTE:
		remote = nvo3_remote_lookup(&nve->remotes, nvo3_map_nr(value));
		if (remote)
			return nvo3_to_remote(nve, from->vn, from, remote, skb, flow);
		break;
	case NVO3_MAP_GROUP:
		group = nvo3_group_lookup(&nve->groups, nvo3_map_nr(value));
		if (group)
			return nvo3_to_group(nve, from->vn, from, group, skb, flow);
		break;
	case NVO3_MAP_PORT:
		port = nvo3_nve_port(nve, nvo3_map_nr(value));
		if (port == from)
			return NVO3_DROP_HAIRPIN;
		if (port)
			return nvo3_to_port(port, skb, flow);
		break;
	case NVO3_MAP_NONE:
		break;
	}
	return waited ? NVO3_DROP_UNKNOWN_DST : unknown(nve, from, skb, flow);
}

enum nvo3_drop nvo3_from_hold(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb)
{
	const struct nvo3_guard *guard = rcu_dereference(from->guard);
	struct nvo3_flow flow __uninitialized;
	enum nvo3_drop reason;

	if (!nvo3_port_is_active(from))
		return NVO3_DROP_PORT_INACTIVE;
	skb->dev = from->dev;
	nvo3_flow_parse(skb, &flow);
	reason = guard ? nvo3_guard_again(from, guard, skb, &flow) : NVO3_DROP_NONE;
	if (reason)
		return reason;
	/* Others than questions for an IP address wait for their own destination. */
	if (is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		return nvo3_resolve_held(nve, from, skb, &flow);
	return forward(nve, from, skb, &flow,
		       nvo3_map_fetch(&nve->maps, from->vn->vni, eth_hdr(skb)->h_dest), true);
}

/*
 * An armed port's tenant system is there: frames pass from here on. What is left to do needs the
 * mutex, and is the work's. The count comes first: who finds the port active, and no mapping,
 * finds it by the count.
 */
static void wake(struct nvo3_nve *nve, struct nvo3_port *port)
{
	u32 state = READ_ONCE(port->state);

	atomic_inc(&port->vn->waking);
	while ((state & NVO3_PORT_STATE) == NVO3_PORT_STATE_ARMED) {
		if (!try_cmpxchg(&port->state, &state,
				 (state & ~NVO3_PORT_STATE) | NVO3_PORT_STATE_ACTIVE |
				 NVO3_PORT_WAKING))
			continue;
		schedule_work(&nve->wake);
		return;
	}
	/* Another frame was faster, or a request has taken it back. */
	atomic_dec(&port->vn->waking);
}

/* Was it of the port's tenant system, whether it passes or not? The source is asked first. */
static bool is_from_vm(enum nvo3_drop reason)
{
	return reason == NVO3_DROP_NONE || reason == NVO3_DROP_ACL_FROM_VM ||
	       reason == NVO3_DROP_RATE_FROM_VM || reason == NVO3_DROP_GUEST_LOST;
}

/* What does not pass the guard may have to wait, or is for the agent. */
static noinline __cold enum nvo3_drop not_passed(struct nvo3_nve *nve, struct nvo3_port *port,
						 struct sk_buff *skb,
						 const struct nvo3_flow *flow,
						 enum nvo3_drop reason)
{
	switch (reason) {
	case NVO3_DROP_ACL_FROM_VM:
		return nvo3_ask_denied(nve, port, skb, flow);
	case NVO3_DROP_GUEST_LOST:
		return nvo3_guest_ask(nve, port, skb, flow);
	default:
		return reason;
	}
}

static __always_inline enum nvo3_drop accept(struct nvo3_nve *nve, struct nvo3_port *port,
					     struct sk_buff *skb, bool armed)
{
	const struct nvo3_guard *guard;
	struct nvo3_flow flow __uninitialized;
	struct nvo3_permuted dest;
	enum nvo3_drop reason;

	reason = check_frame(skb);
	if (reason)
		return reason;
	dest = nvo3_map_fetch(&nve->maps, port->vn->vni, eth_hdr(skb)->h_dest);
	nvo3_stats_count(port->stats, NVO3_COUNT_RX, nvo3_stats_frames(skb), skb->len);
	nvo3_flow_parse(skb, &flow);
	guard = rcu_dereference(port->guard);
	if (guard)
		reason = nvo3_guard_from_vm(port, guard, skb, &flow);
	if (armed && is_from_vm(reason))
		wake(nve, port);
	if (reason)
		return not_passed(nve, port, skb, &flow, reason);
	if (unlikely(READ_ONCE(port->vn->arp)) && nvo3_neigh_may(&flow) &&
	    nvo3_resolve(nve, port, skb, &flow, &reason))
		return reason;
	if (is_multicast_ether_addr(eth_hdr(skb)->h_dest))
		return flood(nve, port, skb, &flow);
	return forward(nve, port, skb, &flow, dest, false);
}

/* A copy of its own of accept(), so that the plain port pays nothing for what others are. */
static noinline __cold enum nvo3_drop from_other(struct nvo3_nve *nve, struct nvo3_port *port,
						 struct sk_buff *skb)
{
	u32 state = READ_ONCE(port->state);
	bool armed = (state & NVO3_PORT_STATE) == NVO3_PORT_STATE_ARMED;
	enum nvo3_drop reason;

	if (!armed && (state & NVO3_PORT_STATE) != NVO3_PORT_STATE_ACTIVE)
		return NVO3_DROP_PORT_INACTIVE;
	reason = accept(nve, port, skb, armed);
	if (!reason && state & NVO3_PORT_STAMPED)
		nvo3_port_stamp(port);
	return reason;
}

static enum nvo3_drop from_port(struct nvo3_slave *slave, struct sk_buff *skb,
				struct nvo3_port **port)
{
	enum nvo3_drop reason = find_port(slave, skb, port);

	if (reason)
		return reason;
	if (likely(nvo3_port_is_plain(*port)))
		return accept(slave->nve, *port, skb, false);
	return from_other(slave->nve, *port, skb);
}

rx_handler_result_t nvo3_from_port(struct sk_buff **pskb)
{
	struct nvo3_port *port = NULL;
	struct sk_buff *skb = *pskb;
	struct nvo3_slave *slave;
	enum nvo3_drop reason;

	if (unlikely(skb->pkt_type == PACKET_LOOPBACK))
		return RX_HANDLER_PASS;
	slave = rcu_dereference(skb->dev->rx_handler_data);
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (unlikely(!skb)) {
		nvo3_drop(slave->nve, NULL, NULL, NULL, NVO3_DROP_NOMEM);
		return RX_HANDLER_CONSUMED;
	}
	/* A checksum over the whole frame is of no use to who sends it on. */
	skb_forward_csum(skb);
	skb_push(skb, ETH_HLEN);
	skb_reset_mac_header(skb);
	reason = from_port(slave, skb, &port);
	if (reason)
		nvo3_drop(slave->nve, port ? port->vn : NULL, port, skb, reason);
	return RX_HANDLER_CONSUMED;
}
