// SPDX-License-Identifier: GPL-2.0
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include "claim.h"
#include "fast.h"
#include "slave.h"

struct nvo3_slave *nvo3_slave_of(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) != nvo3_from_port)
		return NULL;
	return rcu_dereference_rtnl(dev->rx_handler_data);
}

static int check_device(struct net_device *dev, struct netlink_ext_ack *extack)
{
	if (dev->flags & IFF_LOOPBACK)
		NL_SET_ERR_MSG_FMT(extack, "%s is a loopback device", dev->name);
	else if (dev->type != ARPHRD_ETHER || dev->addr_len != ETH_ALEN)
		NL_SET_ERR_MSG_FMT(extack, "%s is not an Ethernet device", dev->name);
	else if (nvo3_dev_is_nve(dev))
		NL_SET_ERR_MSG_FMT(extack, "%s is an NVE itself", dev->name);
	else if (netdev_master_upper_dev_get(dev))
		NL_SET_ERR_MSG_FMT(extack, "%s has a master already", dev->name);
	else if (dev->priv_flags & (IFF_DONT_BRIDGE | IFF_NO_RX_HANDLER))
		NL_SET_ERR_MSG_FMT(extack, "%s gives its frames to no other device", dev->name);
	else if (netdev_is_rx_handler_busy(dev))
		NL_SET_ERR_MSG_FMT(extack, "the frames of %s go to another device already",
				   dev->name);
	else
		return 0;
	return -EINVAL;
}

static void slave_free(struct nvo3_slave *slave)
{
	xa_destroy(&slave->vlans);
	kfree(slave);
}

static struct nvo3_slave *slave_new(struct nvo3_nve *nve, struct net_device *dev)
{
	struct nvo3_slave *slave = kzalloc(sizeof(*slave), GFP_KERNEL_ACCOUNT);

	if (!slave)
		return NULL;
	slave->dev = dev;
	slave->nve = nve;
	xa_init(&slave->vlans);
	return slave;
}

/* An NVE with slaves stays where they are. */
static void update_netns_fixed(struct nvo3_nve *nve)
{
	nvo3_dev_set_netns_fixed(nve->dev, !list_empty(&nve->slaves));
}

int nvo3_slave_add(struct net_device *master, struct net_device *dev,
		   struct netlink_ext_ack *extack)
{
	struct nvo3_nve *nve = netdev_priv(master);
	struct nvo3_slave *slave;
	int err;

	ASSERT_RTNL();
	err = check_device(dev, extack);
	if (err)
		return err;
	slave = slave_new(nve, dev);
	if (!slave)
		return -ENOMEM;
	/* A tenant system's frames are addressed to others. */
	err = dev_set_promiscuity(dev, 1);
	if (err)
		goto err_free;
	err = netdev_rx_handler_register(dev, nvo3_from_port, slave);
	if (err)
		goto err_promiscuity;
	err = netdev_master_upper_dev_link(dev, master, NULL, NULL, extack);
	if (err)
		goto err_handler;
	list_add_tail(&slave->node, &nve->slaves);
	update_netns_fixed(nve);
	/* What was merged for this host alone cannot be sent on. */
	dev_disable_lro(dev);
	netdev_set_rx_headroom(dev, NVO3_HEADROOM + LL_MAX_HEADER);
	return 0;

err_handler:
	netdev_rx_handler_unregister(dev);
err_promiscuity:
	dev_set_promiscuity(dev, -1);
err_free:
	slave_free(slave);
	return err;
}

static void release_ports(struct nvo3_slave *slave)
{
	struct nvo3_nve *nve = slave->nve;
	struct nvo3_port *port;
	unsigned long vlan;

	mutex_lock(&nve->lock);
	port = rtnl_dereference(slave->untagged);
	if (port)
		nvo3_port_release(nve, port);
	xa_for_each(&slave->vlans, vlan, port)
		nvo3_port_release(nve, port);
	mutex_unlock(&nve->lock);
}

/*
 * Ports first, so that nobody finds them; then the handler, which waits for
 * frames on their way in. A request that found the slave before that (map-add by
 * device takes no rtnl) uses it under the mutex, so that is waited for too.
 */
void nvo3_slave_release(struct nvo3_slave *slave)
{
	struct nvo3_nve *nve = slave->nve;
	struct net_device *dev = slave->dev;

	ASSERT_RTNL();
	release_ports(slave);
	netdev_rx_handler_unregister(dev);
	netdev_upper_dev_unlink(dev, nve->dev);
	dev_set_promiscuity(dev, -1);
	netdev_reset_rx_headroom(dev);
	mutex_lock(&nve->lock);
	list_del(&slave->node);
	mutex_unlock(&nve->lock);
	update_netns_fixed(nve);
	slave_free(slave);
}

int nvo3_slave_del(struct net_device *master, struct net_device *dev)
{
	struct nvo3_slave *slave = nvo3_slave_of(dev);

	if (!slave || slave->nve->dev != master)
		return -EINVAL;
	nvo3_slave_release(slave);
	return 0;
}
