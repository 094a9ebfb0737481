// SPDX-License-Identifier: GPL-2.0
/*
 * Where frames end, and the path that does nothing to them.
 *
 *	sink DEV	take all frames that DEV receives and count them
 *	wire DEV DEV	send them out of the other device: the floor of every path
 *	count DEV	"frames=N bytes=N" since the last time it was asked
 *	unhook DEV	let go of the device
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/wait.h>
#include "bench.h"

struct hook {
	struct list_head node;		/* hooks, under rtnl */
	struct rcu_head rcu;
	struct net_device *dev, *to;	/* to: NULL at a sink */
	netdevice_tracker to_tracker;
	atomic64_t frames, bytes;
};

static LIST_HEAD(hooks);

/* At all sinks; who waits for so many is woken by the last of them. */
static atomic64_t arrived;
static s64 awaited;
static DECLARE_WAIT_QUEUE_HEAD(arrival);

u64 bench_arrived(void)
{
	return atomic64_read(&arrived);
}

bool bench_await(u64 count)
{
	WRITE_ONCE(awaited, count);
	return wait_event_timeout(arrival, bench_arrived() >= count, HZ);
}

static rx_handler_result_t hook_rx(struct sk_buff **pskb)
{
	struct hook *hook = rcu_dereference((*pskb)->dev->rx_handler_data);
	struct sk_buff *skb = *pskb;

	/* Neighbour discovery and the like are not what is counted. */
	if (!hook->to && skb->pkt_type != PACKET_HOST && skb->pkt_type != PACKET_OTHERHOST)
		return RX_HANDLER_PASS;
	atomic64_inc(&hook->frames);
	atomic64_add(skb->len + ETH_HLEN, &hook->bytes);
	if (!hook->to) {
		consume_skb(skb);
		if (atomic64_inc_return(&arrived) == READ_ONCE(awaited))
			wake_up(&arrival);
		return RX_HANDLER_CONSUMED;
	}
	skb_push(skb, ETH_HLEN);
	skb->dev = hook->to;
	dev_queue_xmit(skb);
	return RX_HANDLER_CONSUMED;
}

static struct hook *hook_of(const struct net_device *dev)
{
	struct hook *hook;

	list_for_each_entry(hook, &hooks, node)
		if (hook->dev == dev)
			return hook;
	return NULL;
}

static void hook_del(struct hook *hook)
{
	list_del(&hook->node);
	netdev_rx_handler_unregister(hook->dev);
	dev_set_promiscuity(hook->dev, -1);
	netdev_put(hook->to, &hook->to_tracker);
	kfree_rcu(hook, rcu);
}

static int hook_add(struct net_device *dev, struct net_device *to)
{
	struct hook *hook = kzalloc(sizeof(*hook), GFP_KERNEL);
	int err;

	if (!hook)
		return -ENOMEM;
	hook->dev = dev;
	hook->to = to;
	err = netdev_rx_handler_register(dev, hook_rx, hook);
	if (err) {
		kfree(hook);
		return err;
	}
	netdev_hold(to, &hook->to_tracker, GFP_KERNEL);
	dev_set_promiscuity(dev, 1);
	list_add(&hook->node, &hooks);
	return 0;
}

static int hook_command(struct bench_cmd *cmd, struct net_device *dev, struct net_device *to)
{
	struct hook *hook = hook_of(dev);

	if (!strcmp(cmd->argv[0], "sink") || !strcmp(cmd->argv[0], "wire")) {
		if (hook)
			return -EBUSY;
		if (*cmd->argv[0] == 'w' && !to)
			return -ENODEV;
		return hook_add(dev, to);
	}
	if (!hook)
		return -ENOENT;
	if (!strcmp(cmd->argv[0], "unhook"))
		hook_del(hook);
	else
		scnprintf(cmd->reply, PAGE_SIZE, "frames=%lld bytes=%lld\n",
			  atomic64_xchg(&hook->frames, 0), atomic64_xchg(&hook->bytes, 0));
	return 0;
}

int bench_hook(struct bench_cmd *cmd)
{
	struct net_device *dev, *to = NULL;
	int err = -ENODEV;

	rtnl_lock();
	dev = __dev_get_by_name(cmd->net, cmd->argv[1]);
	if (cmd->argc > 2)
		to = __dev_get_by_name(cmd->net, cmd->argv[2]);
	if (dev)
		err = hook_command(cmd, dev, to);
	rtnl_unlock();
	return err;
}

static int netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct hook *hook, *tmp;

	if (event == NETDEV_UNREGISTER)
		list_for_each_entry_safe(hook, tmp, &hooks, node)
			if (hook->dev == dev || hook->to == dev)
				hook_del(hook);
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = {
	.notifier_call = netdev_event,
};

int bench_hook_init(void)
{
	return register_netdevice_notifier(&netdev_nb);
}

void bench_hook_uninit(void)
{
	struct hook *hook, *tmp;

	rtnl_lock();
	list_for_each_entry_safe(hook, tmp, &hooks, node)
		hook_del(hook);
	rtnl_unlock();
	unregister_netdevice_notifier(&netdev_nb);
}
