// SPDX-License-Identifier: GPL-2.0
#include <linux/nvo3_link.h>
#include <linux/rtnetlink.h>
#include <net/netns/generic.h>
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

static const struct nla_policy policy[IFLA_NVO3_MAX + 1] = {
	[IFLA_NVO3_LOCAL4] = { .type = NLA_U32 },
	[IFLA_NVO3_LOCAL6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[IFLA_NVO3_DSTPORT] = { .type = NLA_U16 },
	[IFLA_NVO3_CSUM] = NLA_POLICY_MAX(NLA_U8, 1),
	[IFLA_NVO3_FASTPATH] = NLA_POLICY_MAX(NLA_U8, NVO3_FASTPATH_MAX),
};

static int validate(struct nlattr *tb[], struct nlattr *data[], struct netlink_ext_ack *extack)
{
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) != ETH_ALEN)
		return NVO3_REFUSE(extack, tb[IFLA_ADDRESS], EINVAL, "a MAC address has 6 bytes");
	if (tb[IFLA_ADDRESS] && !is_valid_ether_addr(nla_data(tb[IFLA_ADDRESS])))
		return NVO3_REFUSE(extack, tb[IFLA_ADDRESS], EADDRNOTAVAIL,
				   "the MAC address is zero or multicast");
	if (data && data[IFLA_NVO3_DSTPORT] && !nla_get_be16(data[IFLA_NVO3_DSTPORT]))
		return NVO3_REFUSE(extack, data[IFLA_NVO3_DSTPORT], EINVAL, "UDP port 0 is none");
	return 0;
}

/* The unspecified address takes a local address back. */
static int check_local(struct nvo3_nve *nve, const struct nvo3_addr *addr, bool any,
		       const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *fault = any ? NULL : nvo3_addr_fault(addr);
	char buf[NVO3_ADDR_STRLEN];
	bool remote = false;

	if (!fault && nve->dev->reg_state == NETREG_REGISTERED) {
		mutex_lock(&nve->lock);
		remote = nvo3_remote_find(&nve->remotes, addr);
		mutex_unlock(&nve->lock);
	}
	if (remote)
		fault = "the address of another NVE";
	if (fault)
		return NVO3_REFUSE(extack, attr, EINVAL, "%s is %s", nvo3_addr_str(addr, buf),
				   fault);
	return 0;
}

/* Attributes over what @conf has. */
static int parse_conf(struct nvo3_nve *nve, struct nlattr *data[], struct nvo3_conf *conf,
		      struct netlink_ext_ack *extack)
{
	struct nvo3_addr addr;
	int err;

	if (!data)
		return 0;
	if (data[IFLA_NVO3_LOCAL4]) {
		conf->local4 = nla_get_in_addr(data[IFLA_NVO3_LOCAL4]);
		addr = nvo3_addr_from4(conf->local4);
		err = check_local(nve, &addr, !conf->local4, data[IFLA_NVO3_LOCAL4], extack);
		if (err)
			return err;
	}
	if (data[IFLA_NVO3_LOCAL6]) {
		conf->local6 = nla_get_in6_addr(data[IFLA_NVO3_LOCAL6]);
		addr = nvo3_addr_from6(&conf->local6);
		err = check_local(nve, &addr, ipv6_addr_any(&conf->local6), data[IFLA_NVO3_LOCAL6],
				  extack);
		if (err)
			return err;
	}
	if (data[IFLA_NVO3_CSUM])
		conf->csum = nla_get_u8(data[IFLA_NVO3_CSUM]);
	if (data[IFLA_NVO3_FASTPATH])
		conf->fastpath = nla_get_u8(data[IFLA_NVO3_FASTPATH]);
	return 0;
}

static int check_port(struct net *net, __be16 dstport, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct nvo3_nve *nve;

	list_for_each_entry(nve, nves_of(net), net_node)
		if (nve->dstport == dstport)
			return NVO3_REFUSE(extack, attr, EADDRINUSE,
					   "UDP port %u of this namespace belongs to %s",
					   ntohs(dstport), nve->dev->name);
	return 0;
}

static int newlink(struct net *src_net, struct net_device *dev, struct nlattr *tb[],
		   struct nlattr *data[], struct netlink_ext_ack *extack)
{
	struct nlattr *dstport = data ? data[IFLA_NVO3_DSTPORT] : NULL;
	struct nvo3_nve *nve = netdev_priv(dev);
	int err;

	nve->net = src_net;
	nve->dstport = dstport ? nla_get_be16(dstport) : htons(NVO3_DSTPORT_DEFAULT);
	err = check_port(src_net, nve->dstport, dstport, extack);
	if (err)
		return err;
	nve->first.csum = true;
	err = parse_conf(nve, data, &nve->first, extack);
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

	/* rtnetlink has asked for the device's namespace; the underlay is another's. */
	if (!ns_capable(nve->net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG_FMT(extack, "the underlay of %s belongs to a user namespace above",
				   dev->name);
		return -EPERM;
	}
	if (data && data[IFLA_NVO3_DSTPORT] &&
	    nla_get_be16(data[IFLA_NVO3_DSTPORT]) != nve->dstport)
		return NVO3_REFUSE(extack, data[IFLA_NVO3_DSTPORT], EOPNOTSUPP,
				   "the UDP port of %s cannot be changed", dev->name);
	new = kmemdup(old, sizeof(*old), GFP_KERNEL_ACCOUNT);
	if (!new)
		return -ENOMEM;
	err = parse_conf(nve, data, new, extack);
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

static size_t get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(__be32)) +			/* IFLA_NVO3_LOCAL4 */
	       nla_total_size(sizeof(struct in6_addr)) +	/* IFLA_NVO3_LOCAL6 */
	       nla_total_size(sizeof(__be16)) +			/* IFLA_NVO3_DSTPORT */
	       nla_total_size(sizeof(u8)) +			/* IFLA_NVO3_CSUM */
	       nla_total_size(sizeof(u8));			/* IFLA_NVO3_FASTPATH */
}

static int fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	const struct nvo3_nve *nve = netdev_priv(dev);
	const struct nvo3_conf *conf = rtnl_dereference(nve->conf);

	if ((conf->local4 && nla_put_in_addr(skb, IFLA_NVO3_LOCAL4, conf->local4)) ||
	    (!ipv6_addr_any(&conf->local6) &&
	     nla_put_in6_addr(skb, IFLA_NVO3_LOCAL6, &conf->local6)) ||
	    nla_put_be16(skb, IFLA_NVO3_DSTPORT, nve->dstport) ||
	    nla_put_u8(skb, IFLA_NVO3_CSUM, conf->csum) ||
	    nla_put_u8(skb, IFLA_NVO3_FASTPATH, conf->fastpath))
		return -EMSGSIZE;
	return 0;
}

static struct net *get_link_net(const struct net_device *dev)
{
	return READ_ONCE(((const struct nvo3_nve *)netdev_priv(dev))->net);
}

static struct rtnl_link_ops link_ops __read_mostly = {
	.kind		= "nvo3",
	.maxtype	= IFLA_NVO3_MAX,
	.policy		= policy,
	.priv_size	= sizeof(struct nvo3_nve),
	.setup		= nvo3_nve_setup,
	.validate	= validate,
	.newlink	= newlink,
	.changelink	= changelink,
	.dellink	= dellink,
	.get_size	= get_size,
	.fill_info	= fill_info,
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
