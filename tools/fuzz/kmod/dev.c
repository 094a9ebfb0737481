// SPDX-License-Identifier: GPL-2.0
/*
 * Devices of kind "nvo3_fuzz", without a wire: an access device, or the NIC of the underlay.
 */
#include <linux/etherdevice.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <net/rtnetlink.h>
#include "fuzz.h"

struct fuzz_dev {
	struct napi_struct napi;
	struct sk_buff_head queue;
};

static DEFINE_PER_CPU(struct fuzz_tape *, tapes);

static void record(struct fuzz_tape *tape, const struct sk_buff *skb)
{
	struct fuzz_out *out = (struct fuzz_out *)(tape->buf + tape->used);
	size_t need = sizeof(*out) + ALIGN(skb->len, 4);

	if (tape->used + need + sizeof(*out) > tape->room) {
		tape->full = true;
		return;
	}
	*out = (struct fuzz_out){
		.nr = tape->nr,
		.dev = skb->dev->ifindex,
		.len = skb->len,
	};
	skb_copy_bits(skb, 0, out + 1, skb->len);
	tape->used += need;
}

/* What the host says to all by itself (MLD, solicitations) is nobody's frame. */
static netdev_tx_t fuzz_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct fuzz_tape *tape = this_cpu_read(tapes);
	bool access = rcu_access_pointer(dev->rx_handler);

	if (tape && (access || !is_multicast_ether_addr(skb->data))) {
		tape->outs++;
		if (tape->buf)
			record(tape, skb);
	}
	consume_skb(skb);
	return NETDEV_TX_OK;
}

static int fuzz_poll(struct napi_struct *napi, int budget)
{
	struct fuzz_dev *fuzz = container_of(napi, struct fuzz_dev, napi);
	struct sk_buff *skb;
	int done = 0;

	while (done < budget && (skb = skb_dequeue(&fuzz->queue))) {
		napi_gro_receive(napi, skb);
		done++;
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

static int fuzz_init(struct net_device *dev)
{
	struct fuzz_dev *fuzz = netdev_priv(dev);

	skb_queue_head_init(&fuzz->queue);
	netif_napi_add(dev, &fuzz->napi, fuzz_poll);
	return 0;
}

static int fuzz_open(struct net_device *dev)
{
	struct fuzz_dev *fuzz = netdev_priv(dev);

	napi_enable(&fuzz->napi);
	return 0;
}

static int fuzz_stop(struct net_device *dev)
{
	struct fuzz_dev *fuzz = netdev_priv(dev);

	napi_disable(&fuzz->napi);
	skb_queue_purge(&fuzz->queue);
	return 0;
}

static const struct net_device_ops fuzz_ops = {
	.ndo_init		= fuzz_init,
	.ndo_open		= fuzz_open,
	.ndo_stop		= fuzz_stop,
	.ndo_start_xmit		= fuzz_xmit,
	.ndo_set_mac_address	= eth_mac_addr,
};

bool fuzz_dev_is_ours(const struct net_device *dev)
{
	return dev->netdev_ops == &fuzz_ops;
}

/* No offloads: what is sent is whole, linear, cut, has its tag and its checksums. */
static void fuzz_setup(struct net_device *dev)
{
	ether_setup(dev);
	dev->netdev_ops = &fuzz_ops;
	dev->needs_free_netdev = true;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->max_mtu = ETH_MAX_MTU;
	eth_hw_addr_random(dev);
}

static struct rtnl_link_ops fuzz_link_ops = {
	.kind		= "nvo3_fuzz",
	.priv_size	= sizeof(struct fuzz_dev),
	.setup		= fuzz_setup,
};

static void receive(struct net_device *dev, struct sk_buff *skb, enum fuzz_way way)
{
	struct fuzz_dev *fuzz = netdev_priv(dev);

	switch (way) {
	case FUZZ_RECEIVE:
		skb->protocol = eth_type_trans(skb, dev);
		netif_receive_skb(skb);
		break;
	case FUZZ_RX:
		skb->protocol = eth_type_trans(skb, dev);
		netif_rx(skb);
		break;
	case FUZZ_GRO:
		fuzz_queue(dev, skb);
		napi_schedule(&fuzz->napi);
	}
}

void fuzz_queue(struct net_device *dev, struct sk_buff *skb)
{
	struct fuzz_dev *fuzz = netdev_priv(dev);

	skb->protocol = eth_type_trans(skb, dev);
	skb_queue_tail(&fuzz->queue, skb);
}

/*
 * What the frame raises is done when this returns: a softirq that takes long leaves the rest to
 * a thread, and that would do it on the time of another frame.
 */
void fuzz_receive(struct net_device *dev, struct sk_buff *skb, enum fuzz_way way,
		  struct fuzz_tape *tape)
{
	preempt_disable();
	this_cpu_write(tapes, tape);
	local_bh_disable();
	if (netif_running(dev))
		receive(dev, skb, way);
	else
		kfree_skb(skb);
	local_bh_enable();
	while (local_softirq_pending() & BIT(NET_RX_SOFTIRQ)) {
		local_bh_disable();
		local_bh_enable();
	}
	this_cpu_write(tapes, NULL);
	preempt_enable();
}

int fuzz_dev_init(void)
{
	return rtnl_link_register(&fuzz_link_ops);
}

void fuzz_dev_uninit(void)
{
	rtnl_link_unregister(&fuzz_link_ops);
}

MODULE_ALIAS_RTNL_LINK("nvo3_fuzz");
