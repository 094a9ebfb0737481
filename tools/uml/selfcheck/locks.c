// SPDX-License-Identifier: GPL-2.0
#include <linux/mutex.h>
#include <linux/netdevice.h>
#include <linux/nsproxy.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include "selfcheck.h"

static DEFINE_SPINLOCK(atomic);
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static void __rcu *pointer;

void selfcheck_sleep_in_atomic(void)
{
	spin_lock(&atomic);
	might_sleep();
	spin_unlock(&atomic);
}

/* Never at the same time, but that is luck. */
void selfcheck_lock_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

void selfcheck_missing_rtnl(void)
{
	ASSERT_RTNL();
}

void selfcheck_rcu(void)
{
	if (rcu_dereference(pointer))
		mutex_lock(&first);
}

void selfcheck_skb_freed_twice(void)
{
	struct sk_buff *skb = alloc_skb(64, GFP_KERNEL), *again = skb;

	OPTIMIZER_HIDE_VAR(again);
	if (!skb)
		return;
	kfree_skb(skb);
	kfree_skb(again);
}

/* The namespace's loopback device is found to be held when the namespace goes. */
void selfcheck_device_reference(void)
{
	netdevice_tracker *tracker = kzalloc(sizeof(*tracker), GFP_KERNEL);
	struct net *net = current->nsproxy->net_ns;

	if (tracker)
		netdev_hold(net->loopback_dev, tracker, GFP_KERNEL);
}
