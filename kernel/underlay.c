// SPDX-License-Identifier: GPL-2.0
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <net/fib_notifier.h>
#include <net/netns/generic.h>
#include "bypass.h"
#include "underlay.h"

static unsigned int underlay_id __read_mostly;

struct nvo3_underlay *nvo3_underlay_of(const struct net *net)
{
	return net_generic(net, underlay_id);
}

/* In a list that readers walk; it may be a hook that is not there yet. */
static struct nvo3_hook *hook_find(const struct nvo3_underlay *underlay,
				   const struct net_device *dev)
{
	struct nvo3_hook *hook;

	list_for_each_entry_rcu(hook, &underlay->hooks, node, lockdep_rtnl_is_held())
		if (hook->dev == dev)
			return hook;
	return NULL;
}

/* One wish at a time; another device's comes again with its next packet. */
void nvo3_underlay_want(struct net *net, const struct net_device *dev)
{
	struct nvo3_underlay *underlay = nvo3_underlay_of(net);

	if (!IS_ENABLED(CONFIG_NETFILTER_INGRESS) || list_empty(&underlay->nves) ||
	    hook_find(underlay, dev))
		return;
	if (!cmpxchg(&underlay->wanted, 0, dev->ifindex))
		schedule_work(&underlay->work);
}

static bool takes_hook(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && !(dev->flags & IFF_LOOPBACK) &&
	       !nvo3_dev_is_nve(dev);
}

static int hook_add(struct nvo3_underlay *underlay, struct net_device *dev)
{
	struct nvo3_hook *hook = kzalloc(sizeof(*hook), GFP_KERNEL);
	int err = 0;

	if (!hook)
		return -ENOMEM;
	hook->dev = dev;
	hook->underlay = underlay;
	hook->ops.hook = nvo3_fast_rx;
	hook->ops.priv = hook;
	hook->ops.pf = NFPROTO_NETDEV;
	hook->ops.hooknum = NF_NETDEV_INGRESS;
	/* Behind everybody else's. */
	hook->ops.priority = INT_MAX;
	if (takes_hook(dev)) {
		hook->ops.dev = dev;
		err = nf_register_net_hook(underlay->net, &hook->ops);
	}
	if (err) {
		kfree(hook);
		return err;
	}
	list_add_tail_rcu(&hook->node, &underlay->hooks);
	return 0;
}

/* Packets on their way through the hook leave it within the grace period. */
static void hook_del(struct nvo3_hook *hook)
{
	if (hook->ops.dev)
		nf_unregister_net_hook(hook->underlay->net, &hook->ops);
	list_del_rcu(&hook->node);
	synchronize_net();
	kfree(hook);
}

static int routes_changed(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct nvo3_underlay *underlay = container_of(nb, struct nvo3_underlay, fib);
	struct fib_notifier_info *info = ptr;

	if (info->family == AF_INET6)
		atomic_inc(&underlay->routes6);
	return NOTIFY_DONE;
}

/*
 * Before the first hook. Not under rtnl, which the registration takes itself; it may
 * fail while routes change, and is tried again when a packet names a device again.
 */
static bool prepare(struct nvo3_underlay *underlay)
{
	struct nvo3_vouch *vouch;

	if (rcu_access_pointer(underlay->vouch))
		return true;
	vouch = nvo3_vouch_new();
	if (!vouch)
		return false;
	underlay->fib.notifier_call = routes_changed;
	if (register_fib_notifier(underlay->net, &underlay->fib, NULL, NULL)) {
		nvo3_vouch_free(vouch);
		return false;
	}
	rcu_assign_pointer(underlay->vouch, vouch);
	return true;
}

static void add_wanted(struct work_struct *work)
{
	struct nvo3_underlay *underlay = container_of(work, struct nvo3_underlay, work);
	struct net_device *dev;

	if (prepare(underlay)) {
		rtnl_lock();
		/* Others try to set it meanwhile, in vain. */
		dev = __dev_get_by_index(underlay->net, READ_ONCE(underlay->wanted));
		if (dev && !list_empty(&underlay->nves) && !hook_find(underlay, dev))
			hook_add(underlay, dev);
		rtnl_unlock();
	}
	WRITE_ONCE(underlay->wanted, 0);
}

void nvo3_underlay_update(struct nvo3_nve *nve)
{
	const struct nvo3_conf *conf = rtnl_dereference(nve->conf);
	struct nvo3_underlay *underlay = nvo3_underlay_of(nve->net);
	bool take = netif_running(nve->dev) && conf->fastpath != NVO3_FASTPATH_OFF;
	struct nvo3_hook *hook, *tmp;

	ASSERT_RTNL();
	if (take == !list_empty(&nve->rx_node))
		return;
	if (take) {
		nvo3_bypass_learn(nve->net);
		list_add_tail_rcu(&nve->rx_node, &underlay->nves);
		return;
	}
	list_del_rcu(&nve->rx_node);
	synchronize_net();
	INIT_LIST_HEAD(&nve->rx_node);
	if (!list_empty(&underlay->nves))
		return;
	list_for_each_entry_safe(hook, tmp, &underlay->hooks, node)
		hook_del(hook);
}

void nvo3_underlay_forget(struct net *net, struct net_device *dev)
{
	struct nvo3_hook *hook;

	ASSERT_RTNL();
	hook = hook_find(nvo3_underlay_of(net), dev);
	if (hook)
		hook_del(hook);
}

static int __net_init net_init(struct net *net)
{
	struct nvo3_underlay *underlay = nvo3_underlay_of(net);

	underlay->net = net;
	INIT_LIST_HEAD(&underlay->nves);
	INIT_LIST_HEAD(&underlay->hooks);
	INIT_WORK(&underlay->work, add_wanted);
	return 0;
}

/* No NVE is left here, so nobody wants anything any more, and no hook reads. */
static void __net_exit net_exit(struct net *net)
{
	struct nvo3_underlay *underlay = nvo3_underlay_of(net);
	struct nvo3_vouch *vouch;

	cancel_work_sync(&underlay->work);
	WARN_ON_ONCE(!list_empty(&underlay->hooks));
	vouch = rcu_dereference_protected(underlay->vouch, true);
	if (vouch)
		unregister_fib_notifier(net, &underlay->fib);
	nvo3_vouch_free(vouch);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit = net_exit,
	.id = &underlay_id,
	.size = sizeof(struct nvo3_underlay),
};

int __init nvo3_underlay_init(void)
{
	return register_pernet_device(&net_ops);
}

void nvo3_underlay_uninit(void)
{
	unregister_pernet_device(&net_ops);
}
