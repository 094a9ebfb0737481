// SPDX-License-Identifier: GPL-2.0
#include <linux/nvo3_link.h>
#include <linux/rtnetlink.h>
#include <net/netns/generic.h>
#include "conf.h"
#include "netlink.h"
#include "rtnl.h"
#include "slave.h"
#include "sock.h"
#include "underlay.h"

static unsigned int nvo3_net_id __read_mostly;

/* The NVEs whose underlay a namespace is, wherever their devices are; rtnl. */
struct nvo3_net {
	struct list_head nves;
};

static struct list_head *nves_of(const struct net *net)
{
	return &((struct nvo3_net *)net_generic(net, nvo3_net_id))->nves;
}

static int validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN)
		return NVO3_REFUSE(extack, tb[IFLA_ADDRESS], EINVAL, "a MAC address has 6 bytes");
	if (tb[IFLA_ADDRESS] && !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))
		return NVO3_REFUSE(extack, tb[IFLA_ADDRESS], EADDRNOTAVAIL,
				   "the MAC address is zero or multicast");
	return 0;
}

/* Who else in the namespace receives what @nve wants to receive? */
static int check_free(const struct nvo3_nve *nve, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct nvo3_nve *other;
	u8 encap;

	list_for_each_entry(other, nves_of(nve->net), net_node) {
		/* Sockets of different VRFs do not meet. */
		if (nve->underlay && other->underlay && nve->underlay != other->underlay)
			continue;
		if (nve->accept & other->accept & BIT(NVO3_ENCAP_NVGRE))
			return NVO3_REFUSE(extack, attr, EADDRINUSE,
					   "NVGRE of this namespace belongs to %s",
					   other->dev->name);
		for (encap = NVO3_ENCAP_VXLAN; encap <= NVO3_ENCAP_GENEVE; encap++)
			if (nve->accept & BIT(encap) &&
			    nvo3_nve_listens(other, nvo3_nve_dstport(nve, encap)))
				return NVO3_REFUSE(extack, attr, EADDRINUSE,
						   "UDP port %u of this namespace belongs to %s",
						   ntohs(nvo3_nve_dstport(nve, encap)),
						   other->dev->name);
	}
	return 0;
}

static int newlink(struct net *src_net, struct net_device *dev, struct nlattr *tb[],
		   struct nlattr *data[], struct netlink_ext_ack *extack)
{
	static struct nlattr *none[IFLA_NVO3_MAX + 1];
	struct nvo3_nve *nve = netdev_priv(dev);
	int err;

	data = data ?: none;
	nve->net = src_net;
	err = nvo3_conf_fix(nve, data, extack);
	if (err)
		return err;
	err = check_free(nve, data[IFLA_NVO3_DSTPORT], extack);
	if (err)
		return err;
	err = nvo3_conf_parse(nve, data, &nve->first, extack);
	if (err)
		return err;
	err = register_netdevice(dev);
	if (err)
		return err;
	list_add_tail(&nve->net_node, nves_of(src_net));
	return 0;
}

static int changelink(struct net_device *dev, struct nlattr *tb[], struct nlattr *data[],
		      struct netlink_ext_ack *extack)
{
	struct nvo3_nve *nve = netdev_priv(dev);
	struct nvo3_conf *old = rtnl_dereference(nve->conf), *new;
	int err;

	if (!data)
		return 0;
	/* rtnetlink has asked for the device's namespace; the underlay is another's. */
	if (!ns_capable(nve->net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG_FMT(extack, "the underlay of %s belongs to a user namespace above",
				   dev->name);
		return -EPERM;
	}
	err = nvo3_conf_check_fixed(nve, data, extack);
	if (err)
		return err;
	new = kmemdup(old, sizeof(*old), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	err = nvo3_conf_parse(nve, data, new, extack);
	if (err) {
		kfree(new);
		return err;
	}
	new->gen++;
	rcu_assign_pointer(nve->conf, new);
	kfree_rcu(old, rcu);
	nvo3_underlay_update(nve);
	mutex_lock(&nve->lock);
	nvo3_remotes_reset_routes(&nve->remotes);
	nvo3_nve_changed(nve);
	mutex_unlock(&nve->lock);
	return 0;
}

static void dellink(struct net_device *dev, struct list_head *head)
{
	struct nvo3_nve *nve = netdev_priv(dev);

	list_del_init(&nve->net_node);
	unregister_netdevice_queue(dev, head);
}

static struct net *get_link_net(const struct net_device *dev)
{
	return READ_ONCE(((const struct nvo3_nve *)netdev_priv(dev))->net);
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind		= "nvo3",
	.maxtype	= IFLA_NVO3_MAX,
	.policy		= nvo3_conf_policy,
	.priv_size	= sizeof(struct nvo3_nve),
	.setup		= nvo3_nve_setup,
	.validate	= validate,
	.newlink	= newlink,
	.changelink	= changelink,
	.dellink	= dellink,
	.get_size	= nvo3_conf_size,
	.fill_info	= nvo3_conf_fill,
	.get_link_net	= get_link_net,
};

/*
 * A device goes away: let go of the routes that lead over it. An access device is
 * rarely one of the underlay too, and many go at once, so that is asked first.
 */
static void forget_routes(struct net *net, struct net_device *dev, bool access)
{
	struct nvo3_nve *nve;

	nvo3_underlay_forget(net, dev);
	list_for_each_entry(nve, nves_of(net), net_node) {
		mutex_lock(&nve->lock);
		if (!access || nvo3_remotes_use(&nve->remotes, dev))
			nvo3_remotes_forget_routes(&nve->remotes);
		mutex_unlock(&nve->lock);
	}
}

static void offload(const struct net *net, struct net_device *nic, bool push)
{
	struct nvo3_nve *nve;

	list_for_each_entry(nve, nves_of(net), net_node)
		nvo3_sock_offload(nve, nic, push);
}

static int netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct nvo3_slave *slave = nvo3_slave_of(dev);

	switch (event) {
	case NETDEV_UNREGISTER:
		/* Also sent when the device moves to another namespace. */
		if (slave)
			nvo3_slave_release(slave);
		forget_routes(dev_net(dev), dev, slave);
		break;
	case NETDEV_PRE_TYPE_CHANGE:
		if (slave)
			return notifier_from_errno(-EBUSY);
		break;
	case NETDEV_UDP_TUNNEL_PUSH_INFO:
		offload(dev_net(dev), dev, true);
		break;
	case NETDEV_UDP_TUNNEL_DROP_INFO:
		offload(dev_net(dev), dev, false);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block netdev_nb = {
	.notifier_call = netdev_event,
};

static int __net_init net_init(struct net *net)
{
	INIT_LIST_HEAD(nves_of(net));
	return 0;
}

/*
 * An NVE cannot outlive its underlay, wherever its device is. Those whose device
 * dies with this namespace are deleted by the core, by the same dellink().
 */
static void __net_exit net_exit(struct list_head *nets)
{
	struct nvo3_nve *nve, *tmp;
	struct net *net;
	LIST_HEAD(dying);

	rtnl_lock();
	list_for_each_entry(net, nets, exit_list)
		list_for_each_entry_safe(nve, tmp, nves_of(net), net_node)
			dellink(nve->dev, &dying);
	unregister_netdevice_many(&dying);
	rtnl_unlock();
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.exit_batch = net_exit,
	.id = &nvo3_net_id,
	.size = sizeof(struct nvo3_net),
};

int __init nvo3_rtnl_init(void)
{
	int err;

	err = register_pernet_device(&net_ops);
	if (err)
		return err;
	err = register_netdevice_notifier(&netdev_nb);
	if (err)
		goto err_net;
	err = rtnl_link_register(&link_ops);
	if (err)
		goto err_notifier;
	return 0;

err_notifier:
	unregister_netdevice_notifier(&netdev_nb);
err_net:
	unregister_pernet_device(&net_ops);
	return err;
}

void nvo3_rtnl_uninit(void)
{
	rtnl_link_unregister(&link_ops);
	unregister_netdevice_notifier(&netdev_nb);
	unregister_pernet_device(&net_ops);
}
