// SPDX-License-Identifier: GPL-2.0
#include <linux/rtnetlink.h>
#include "netlink.h"

int nvo3_nl_nve_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return nvo3_nl_reply(info, nvo3_fill_nve, NULL);
}

/* 0, or -EMSGSIZE when the message is full. */
static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve)
{
	int err = 0;

	if (!nvo3_nl_may(cb->skb, nve))
		return 0;
	mutex_lock(&nve->lock);
	if (!nve->dead)
		err = nvo3_nl_dump(skb, cb, nve, nvo3_fill_nve, NULL);
	mutex_unlock(&nve->lock);
	return err;
}

/*
 * All NVEs of the asker's namespace that it may manage, in the order of their
 * ifindexes. The list of devices wants rtnl, held for one message at a time.
 */
int nvo3_nl_nve_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct net *net = sock_net(cb->skb->sk);
	struct net_device *dev;
	int next;

	rtnl_lock();
	cb->seq = READ_ONCE(net->dev_base_seq);
	for (;;) {
		next = INT_MAX;
		for_each_netdev(net, dev)
			if (nvo3_dev_is_nve(dev) && dev->ifindex >= cb->args[0])
				next = min(next, dev->ifindex);
		dev = next == INT_MAX ? NULL : __dev_get_by_index(net, next);
		if (!dev || dump_one(skb, cb, netdev_priv(dev)))
			break;
		cb->args[0] = next + 1;
	}
	rtnl_unlock();
	return skb->len;
}
