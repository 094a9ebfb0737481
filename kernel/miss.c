// SPDX-License-Identifier: GPL-2.0
/*
 * No mapping for a tenant system's frame: it is told of, or asked for, and what waits for the
 * answer leaves when that comes. See pending.h for the frames, distribution.rst for the whole.
 */
#include <linux/jiffies.h>
#include "fast.h"
#include "notify.h"
#include "resolve.h"

/* Listeners hear of NVO3_MISS_RATE misses a second, and how many more there were. */
void nvo3_miss(struct nvo3_nve *nve, struct nvo3_port *from, const struct ethhdr *eth)
{
	struct nvo3_miss_event event = { .vni = from->vn->vni, .ifindex = from->dev->ifindex };

	if (!nvo3_budget_take(&from->vn->miss, jiffies, &event.suppressed))
		return;
	ether_addr_copy(event.dst, eth->h_dest);
	ether_addr_copy(event.src, eth->h_source);
	nvo3_notify_miss(nve, &event);
}

static struct nvo3_port *port_of(const struct sk_buff *skb)
{
	return container_of(nvo3_pending_asker(skb), struct nvo3_port, asker);
}

/* With bottom halves off, under RCU. */
static void release(struct nvo3_nve *nve, const struct nvo3_wanted *wanted)
{
	struct sk_buff_head frames;
	struct nvo3_port *port;
	enum nvo3_drop reason;
	struct sk_buff *skb;

	__skb_queue_head_init(&frames);
	nvo3_pending_end(&nve->pendings, wanted, true, &frames);
	while ((skb = __skb_dequeue(&frames))) {
		port = port_of(skb);
		reason = nvo3_from_hold(nve, port, skb);
		if (reason)
			nvo3_drop(nve, port->vn, port, skb, reason);
	}
}

static void answered(struct nvo3_nve *nve, const struct nvo3_wanted *wanted)
{
	/*
	 * The mapping was stored before this, and a frame comes in before ask() looks for the
	 * mapping: one of the two sees the other.
	 */
	smp_mb();
	if (!nvo3_pendings_any(&nve->pendings))
		return;
	local_bh_disable();
	rcu_read_lock();
	release(nve, wanted);
	rcu_read_unlock();
	local_bh_enable();
}

void nvo3_miss_answered(struct nvo3_nve *nve, u32 vni, const u8 *mac)
{
	const struct nvo3_wanted wanted = nvo3_wanted_mac(vni, mac);

	answered(nve, &wanted);
}

void nvo3_miss_answered_ip(struct nvo3_nve *nve, const struct nvo3_host_key *key)
{
	const struct nvo3_wanted wanted = nvo3_wanted_ip(key->vni, &key->addr);

	answered(nve, &wanted);
}

void nvo3_miss_drop(struct nvo3_nve *nve, struct sk_buff_head *frames, enum nvo3_drop reason)
{
	struct nvo3_port *port;
	struct sk_buff *skb;

	local_bh_disable();
	while ((skb = __skb_dequeue(frames))) {
		port = port_of(skb);
		nvo3_drop(nve, port->vn, port, skb, reason);
	}
	local_bh_enable();
}

void nvo3_miss_expired(struct nvo3_pendings *pendings, struct sk_buff_head *frames)
{
	struct nvo3_nve *nve = container_of(pendings, struct nvo3_nve, pendings);
	struct sk_buff_head macs, ips;
	struct sk_buff *skb;

	__skb_queue_head_init(&macs);
	__skb_queue_head_init(&ips);
	/* What goes to all has not waited for its destination, but asks for an IP address. */
	while ((skb = __skb_dequeue(frames)))
		__skb_queue_tail(is_multicast_ether_addr(eth_hdr(skb)->h_dest) ? &ips : &macs,
				 skb);
	nvo3_miss_drop(nve, &macs, NVO3_DROP_UNKNOWN_DST);
	nvo3_miss_drop(nve, &ips, NVO3_DROP_ARP_UNKNOWN);
}

void nvo3_miss_close(struct nvo3_nve *nve, struct nvo3_port *port)
{
	struct sk_buff_head frames;

	__skb_queue_head_init(&frames);
	nvo3_pendings_close(&nve->pendings, &port->asker, &frames);
	nvo3_miss_drop(nve, &frames, NVO3_DROP_PORT_UNBOUND);
}

/* Does the port have rules whose verdict may be another one when the destination is known? */
static bool has_group_rules(const struct nvo3_port *port)
{
	const struct nvo3_guard *guard = rcu_dereference(port->guard);
	const struct nvo3_policy *policy;

	if (!guard || !guard->profile)
		return false;
	policy = rcu_dereference(guard->profile->policy);
	return policy->acl && policy->acl->groups;
}

/* One that is up; by the flow's hash, so that the frames of a flow stay in order. */
static struct nvo3_remote *pick_relay(struct nvo3_nve *nve, const struct nvo3_vn *vn,
				      const struct nvo3_flow *flow)
{
	u32 hash = nvo3_flow_hash(flow, nve->flow_seed), skip;
	const struct nvo3_addr *addr;
	struct nvo3_remote *remote;

	for (skip = 0; (addr = nvo3_relays_pick(&vn->relays, hash, skip)); skip++) {
		/* What is there is the address of a remote, with the life of that. */
		remote = container_of(addr, struct nvo3_remote, loc.addr);
		if (!READ_ONCE(remote->down))
			return remote;
	}
	return NULL;
}

/* Has it a mapping by now? */
static bool is_mapped(struct nvo3_nve *nve, const struct nvo3_wanted *wanted)
{
	const struct nvo3_host_key key = { wanted->vni, wanted->addr };

	if (!wanted->addr.family)
		return nvo3_map_lookup(&nve->maps, wanted->vni, wanted->mac);
	return nvo3_hosts_lookup(&nve->hosts, &key);
}

/* Listeners hear of the question. */
static noinline void tell(struct nvo3_nve *nve, const struct nvo3_question *q, u32 suppressed)
{
	struct nvo3_miss_event event = {
		.vni = q->wanted.vni,
		.addr = q->wanted.addr,
		.ifindex = q->ifindex,
		.suppressed = suppressed,
	};

	ether_addr_copy(event.dst, q->wanted.mac);
	ether_addr_copy(event.src, q->src);
	nvo3_notify_miss(nve, &event);
}

/* For what @q wants. @hold: the frame waits for the answer; else it stays the caller's. */
static enum nvo3_drop open_question(struct nvo3_nve *nve, struct nvo3_port *from,
				    struct sk_buff *skb, struct nvo3_question *q, bool hold)
{
	enum nvo3_drop reason;
	u32 suppressed;
	bool asked;

	q->ifindex = from->dev->ifindex;
	q->now = jiffies;
	q->vn = &from->vn->waiting;
	q->asker = &from->asker;
	/* The frame may be gone when listeners are told. */
	ether_addr_copy(q->src, eth_hdr(skb)->h_source);
	reason = nvo3_pending_hold(&nve->pendings, q, hold ? skb : NULL, &asked, &suppressed);
	if (asked)
		tell(nve, q, suppressed);
	if (reason)
		return reason;
	/* Pairs with nvo3_miss_answered(). */
	smp_mb();
	if (unlikely(is_mapped(nve, &q->wanted)))
		release(nve, &q->wanted);
	return NVO3_DROP_NONE;
}

static enum nvo3_drop ask(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			  const struct nvo3_flow *flow, struct nvo3_remote *relay)
{
	struct nvo3_question q __uninitialized;
	enum nvo3_drop reason;

	nvo3_wanted_set_mac(&q.wanted, from->vn->vni, eth_hdr(skb)->h_dest);
	reason = open_question(nve, from, skb, &q, !relay);
	if (reason || !relay)
		return reason;
	return nvo3_to_remote(nve, from->vn, from, relay, skb, flow);
}

enum nvo3_drop nvo3_ask_ip(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			   const struct nvo3_addr *addr)
{
	struct nvo3_question q = { .wanted = nvo3_wanted_ip(from->vn->vni, addr) };

	atomic64_inc(&from->vn->misses);
	return open_question(nve, from, skb, &q, true);
}

enum nvo3_drop nvo3_ask(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			const struct nvo3_flow *flow)
{
	struct nvo3_remote *relay = NULL;

	if (READ_ONCE(from->vn->unknown) == NVO3_UNKNOWN_RELAY && !has_group_rules(from))
		relay = pick_relay(nve, from->vn, flow);
	return ask(nve, from, skb, flow, relay);
}

enum nvo3_drop nvo3_ask_denied(struct nvo3_nve *nve, struct nvo3_port *from, struct sk_buff *skb,
			       const struct nvo3_flow *flow)
{
	const u8 *dst = eth_hdr(skb)->h_dest;

	if (is_multicast_ether_addr(dst) || !nvo3_vn_asks(from->vn) || !has_group_rules(from) ||
	    nvo3_map_lookup(&nve->maps, from->vn->vni, dst))
		return NVO3_DROP_ACL_FROM_VM;
	atomic64_inc(&from->vn->misses);
	return ask(nve, from, skb, flow, NULL);
}
