// SPDX-License-Identifier: GPL-2.0
/*
 * The last step to a tenant system: into the other end of its link, or the access device's
 * own queue.
 */
#include <linux/if_vlan.h>
#include "fast.h"

/* What the device would send truncated, refuse or lose in silence, with a reason. */
static enum nvo3_drop check_device(const struct net_device *dev, const struct sk_buff *skb)
{
	if (!netif_running(dev) || !netif_carrier_ok(dev))
		return NVO3_DROP_PORT_DOWN;
	/* A GSO frame was cut to its receiver's size by the sender's own TCP. */
	if (!skb_is_gso(skb) && skb->len > READ_ONCE(dev->mtu) + ETH_HLEN)
		return NVO3_DROP_TOO_BIG;
	return NVO3_DROP_NONE;
}

static void transmit(struct nvo3_port *port, struct sk_buff *skb)
{
	nvo3_stats_count(port->stats, NVO3_COUNT_TX, nvo3_stats_frames(skb), skb->len);
	/* The sender's route, conntrack and time of arrival mean nothing from here on. */
	skb_clear_tstamp(skb);
	if (port->vlan)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), port->vlan);
	if (nvo3_to_peer(port, skb))
		return;
	skb_scrub_packet(skb, false);
	skb->dev = port->dev;
	dev_queue_xmit(skb);
}

enum nvo3_drop nvo3_to_port(struct nvo3_port *port, struct sk_buff *skb,
			    const struct nvo3_flow *flow)
{
	const struct nvo3_guard *guard = rcu_dereference(port->guard);
	enum nvo3_drop reason;

	if (!nvo3_port_is_active(port))
		return NVO3_DROP_PORT_INACTIVE;
	reason = check_device(port->dev, skb);
	if (!reason && guard)
		reason = nvo3_guard_to_vm(port, guard, skb, flow);
	if (reason)
		return reason;
	transmit(port, skb);
	return NVO3_DROP_NONE;
}

/* The guard is against other tenant systems. */
void nvo3_answer(struct nvo3_nve *nve, struct nvo3_port *port, struct sk_buff *skb)
{
	enum nvo3_drop reason = check_device(port->dev, skb);

	if (reason)
		nvo3_drop(nve, port->vn, port, skb, reason);
	else
		transmit(port, skb);
}

bool nvo3_to_ports(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_port *except,
		   struct sk_buff *skb, const struct nvo3_flow *flow)
{
	enum nvo3_drop reason;
	struct nvo3_port *port;
	struct sk_buff *copy;
	struct nvo3_flow own __uninitialized;
	bool copied = false;

	list_for_each_entry_rcu(port, &vn->ports, vn_node) {
		if (port == except || !nvo3_port_is_active(port))
			continue;
		copied = true;
		/* Once, for the first port that asks. */
		if (!flow && rcu_access_pointer(port->guard)) {
			nvo3_flow_parse(skb, &own);
			flow = &own;
		}
		copy = skb_clone(skb, GFP_ATOMIC);
		reason = copy ? nvo3_to_port(port, copy, flow) : NVO3_DROP_NOMEM;
		if (reason)
			nvo3_drop(nve, vn, port, copy, reason);
	}
	return copied;
}
