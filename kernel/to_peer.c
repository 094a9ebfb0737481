// SPDX-License-Identifier: GPL-2.0
/*
 * From a port into the device at the other end of its link, without the queue of packets
 * received that lies between the two ends of a veth pair. Everybody who has a say on the
 * way is there still: what the port's own device would have done is asked for first, and
 * what the other end does, it does.
 *
 * Lifetimes: all of this is one RCU read side. The port's device hides its peer and waits for
 * a grace period before the peer is freed, when either is deleted and when a namespace dies,
 * so a peer that was found lives until we are back. A peer that is down takes nothing, as if
 * the frame had come by the queue.
 */
#include <linux/netdevice.h>
#include <net/sch_generic.h>
#include "fast.h"

/*
 * The frame is received within the reception of another, so it takes a part of the same
 * stack. Receiving it may lead to the next port whose other end is enslaved too, and so
 * on, in a circle if somebody wants: only the first goes on like this.
 */
static DEFINE_PER_CPU(bool, handing_on);

/* Without any of these the port's device, or software for it, has to work on some frames. */
#define FEATURES (NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM | NETIF_F_SCTP_CRC | \
		  NETIF_F_GSO_SOFTWARE | NETIF_F_GSO_ENCAP_ALL | NETIF_F_HW_VLAN_CTAG_TX)

static bool has_egress(const struct net_device *dev)
{
	/* "noqueue" is the one that has no such function. */
	if (rcu_dereference_bh(dev->qdisc)->enqueue)
		return true;
#ifdef CONFIG_NETFILTER_EGRESS
	if (rcu_access_pointer(dev->nf_hooks_egress))
		return true;
#endif
	return nvo3_dev_has_tc_egress(dev);
}

/* Software that verifies what a tenant system's driver said about its GSO frame, and the like. */
static bool needs_work(const struct net_device *dev, struct sk_buff *skb)
{
	return skb_is_gso(skb) && (!skb_gso_ok(skb, dev->features) ||
				   skb->len >= READ_ONCE(dev->gso_max_size) ||
				   skb_shinfo(skb)->gso_segs > READ_ONCE(dev->gso_max_segs));
}

/*
 * A frame that went by the queue shall not be overtaken by later ones of its flow. That queue is
 * drained by the softirq that follows: two ticks are taken for long enough.
 */
static bool may_overtake(const struct nvo3_port *port)
{
	return unlikely(jiffies - READ_ONCE(port->queued) < 2);
}

static void note_queued(struct nvo3_port *port)
{
	unsigned long now = jiffies;

	if (READ_ONCE(port->queued) != now)
		WRITE_ONCE(port->queued, now);
}

/*
 * Sent by a socket of this host. As a rule that call has led here: the whole way out and back
 * lies on the stack, and all of the receiver's would come on top. A processor remembers where
 * some 16 or 32 calls return to and guesses the rest wrong, which costs more than the other end's
 * queue of packets received.
 */
static bool is_local(const struct sk_buff *skb)
{
	return skb->sk;
}

static bool takes(const struct net_device *peer)
{
	/* Native XDP and GRO run when the other end polls its own queue. */
	return netif_running(peer) && !READ_ONCE(peer->xdp_state[XDP_MODE_DRV].prog) &&
	       !(peer->features & NETIF_F_GRO);
}

static enum nvo3_bypass judge(struct nvo3_port *port, struct sk_buff *skb,
			      struct net_device **peer)
{
	const struct nvo3_conf *conf = rcu_dereference(port->nve->conf);
	struct net_device *dev = port->dev;

	if (conf->fastpath == NVO3_FASTPATH_OFF)
		return NVO3_BYPASS_OFF;
	if (!port->veth)
		return NVO3_BYPASS_PEER;
	*peer = dev->netdev_ops->ndo_get_peer_dev(dev);
	if (!*peer || !takes(*peer))
		return NVO3_BYPASS_PEER;
	if (has_egress(dev))
		return NVO3_BYPASS_EGRESS;
	if (dev_nit_active(dev))
		return NVO3_BYPASS_TAP;
	if (this_cpu_read(handing_on))
		return NVO3_BYPASS_NESTED;
	if ((dev->features & FEATURES) != FEATURES)
		return NVO3_BYPASS_FRAME;
	if (unlikely(needs_work(dev, skb))) {
		note_queued(port);
		return NVO3_BYPASS_FRAME;
	}
	if (is_local(skb)) {
		note_queued(port);
		return NVO3_BYPASS_LOCAL;
	}
	return may_overtake(port) ? NVO3_BYPASS_FRAME : NVO3_BYPASS_NONE;
}

static void receive(struct sk_buff *skb)
{
	this_cpu_write(handing_on, true);
	netif_receive_skb(skb);
	this_cpu_write(handing_on, false);
}

/* What the device's own ndo_start_xmit does, but that it is received now, unless @later. */
static void hand_on(struct nvo3_port *port, struct sk_buff *skb, struct net_device *peer,
		    bool later)
{
	unsigned int len = skb->len;

	skb->dev = port->dev;
	skb_tx_timestamp(skb);
	if (__dev_forward_skb(peer, skb))
		return;
	if (later && netif_rx(skb) != NET_RX_SUCCESS) {
		dev_core_stats_tx_dropped_inc(port->dev);
		return;
	}
	nvo3_veth_count_tx(port->dev, len);
	if (!later)
		receive(skb);
}

bool nvo3_to_peer(struct nvo3_port *port, struct sk_buff *skb)
{
	struct net_device *peer = NULL;
	enum nvo3_bypass why;

	why = judge(port, skb, &peer);
	nvo3_ways_count(port->nve->ways, NVO3_WAY_PORT, why, nvo3_stats_frames(skb));
	if (why && why != NVO3_BYPASS_LOCAL)
		return false;
	hand_on(port, skb, peer, why);
	return true;
}
