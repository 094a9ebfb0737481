// SPDX-License-Identifier: GPL-2.0
/*
 * The netdevice. Frames do not pass through it: it is the master of the access
 * devices, holds the configuration, and carries the sum of the counters.
 */
#include <linux/ethtool.h>
#include <linux/rtnetlink.h>
#include "fast.h"
#include "ipmap.h"
#include "mapping.h"
#include "membership.h"
#include "move.h"
#include "slave.h"
#include "sock.h"
#include "underlay.h"
#include "wake.h"

static int nve_init(struct net_device *dev)
{
	struct nvo3_nve *nve = netdev_priv(dev);
	struct nvo3_conf *conf;
	int err;

	conf = kmemdup(&nve->first, sizeof(nve->first), GFP_KERNEL_ACCOUNT);
	if (!conf)
		return -ENOMEM;
	rcu_assign_pointer(nve->conf, conf);
	nve->drops = nvo3_drops_alloc();
	nve->logged = nvo3_drops_alloc();
	nve->ways = nvo3_ways_alloc();
	err = -ENOMEM;
	if (!nve->drops || !nve->logged || !nve->ways)
		goto err_drops;
	err = nvo3_table_init(&nve->maps, &nve->lock, sizeof(struct nvo3_map_cold));
	if (err)
		goto err_drops;
	err = nvo3_vns_init(&nve->vns, &nve->lock, &nve->reaper);
	if (err)
		goto err_maps;
	err = nvo3_index_init(&nve->ports, &nve->lock, BIT(NVO3_MAP_NR_BITS));
	if (err)
		goto err_vns;
	err = nvo3_remotes_init(&nve->remotes, &nve->lock, &nve->reaper);
	if (err)
		goto err_ports;
	err = nvo3_groups_init(&nve->groups, &nve->lock, &nve->reaper);
	if (err)
		goto err_remotes;
	err = nvo3_hosts_init(&nve->hosts, &nve->lock);
	if (err)
		goto err_groups;
	nvo3_pendings_init(&nve->pendings, nvo3_miss_expired);
	return 0;

err_groups:
	nvo3_groups_uninit(&nve->groups);
err_remotes:
	nvo3_remotes_uninit(&nve->remotes);
err_ports:
	nvo3_index_uninit(&nve->ports);
err_vns:
	nvo3_vns_uninit(&nve->vns);
err_maps:
	nvo3_table_uninit(&nve->maps);
err_drops:
	free_percpu(nve->ways);
	free_percpu(nve->logged);
	free_percpu(nve->drops);
	/* The destructor is for devices that were ready once. */
	RCU_INIT_POINTER(nve->conf, NULL);
	kfree(conf);
	return err;
}

/* No request comes in any more, and no slave is left: take everything away. */
static void clear(struct nvo3_nve *nve)
{
	struct nvo3_mapping_filter all = { .provs = NVO3_PROVS_ALL };
	struct nvo3_vn *vn;
	u32 nr;

	/* At once, so that no VN has to walk the table for its own. */
	nvo3_mapping_flush(nve, &all);
	nvo3_ipmap_flush(nve, &all);
	for (nr = 0; nr < nvo3_index_size(&nve->vns.index); nr++) {
		vn = nvo3_index_lookup(&nve->vns.index, nr);
		if (vn)
			nvo3_vn_remove(nve, vn);
	}
	nvo3_profiles_clear(&nve->profiles);
}

/*
 * Three phases. Dead: requests are refused, slaves released, sockets were closed
 * by nve_stop(); each of these waits for its readers. Cleared: objects are
 * hidden and with the reaper. Free: after the reaper's grace period.
 */
static void nve_uninit(struct net_device *dev)
{
	struct nvo3_nve *nve = netdev_priv(dev);
	struct nvo3_slave *slave, *tmp;

	mutex_lock(&nve->lock);
	nve->dead = true;
	mutex_unlock(&nve->lock);
	list_for_each_entry_safe(slave, tmp, &nve->slaves, node)
		nvo3_slave_release(slave);
	/* No frame is left that could wake a port. */
	cancel_work_sync(&nve->wake);

	mutex_lock(&nve->lock);
	clear(nve);
	mutex_unlock(&nve->lock);

	nvo3_moves_stop(nve);
	nvo3_pendings_uninit(&nve->pendings);
	nvo3_reaper_uninit(&nve->reaper);
	mutex_lock(&nve->lock);
	nvo3_hosts_uninit(&nve->hosts);
	nvo3_groups_uninit(&nve->groups);
	nvo3_remotes_uninit(&nve->remotes);
	xa_destroy(&nve->profiles.ids);
	kvfree(nve->verdicts);
	nvo3_index_uninit(&nve->ports);
	nvo3_vns_uninit(&nve->vns);
	nvo3_table_uninit(&nve->maps);
	nvo3_vmgroups_uninit(&nve->vmgroups);
	nvo3_departures_uninit(&nve->departures);
	mutex_unlock(&nve->lock);
	free_percpu(nve->ways);
	free_percpu(nve->logged);
	free_percpu(nve->drops);
}

static void nve_destructor(struct net_device *dev)
{
	struct nvo3_nve *nve = netdev_priv(dev);

	kfree(rcu_dereference_protected(nve->conf, true));
	mutex_destroy(&nve->lock);
}

static int nve_open(struct net_device *dev)
{
	struct nvo3_nve *nve = netdev_priv(dev);
	int err = nvo3_sock_open(nve);

	if (err)
		netdev_err(dev, "cannot receive from the underlay (%d)\n", err);
	else
		nvo3_underlay_update(nve);
	return err;
}

static int nve_stop(struct net_device *dev)
{
	nvo3_underlay_update(netdev_priv(dev));
	nvo3_sock_close(netdev_priv(dev));
	return 0;
}

static netdev_tx_t nve_xmit(struct sk_buff *skb, struct net_device *dev)
{
	nvo3_drop(netdev_priv(dev), NULL, NULL, skb, NVO3_DROP_NVE_XMIT);
	return NETDEV_TX_OK;
}

static bool is_receive(enum nvo3_drop reason)
{
	return (reason >= NVO3_DROP_TUNNEL_HEADER && reason <= NVO3_DROP_TUNNEL_REMOTE) ||
	       (reason >= NVO3_DROP_TUNNEL_OAM && reason <= NVO3_DROP_TUNNEL_CSUM) ||
	       reason == NVO3_DROP_TUNNEL_SOURCE || reason == NVO3_DROP_TUNNEL_SOURCE_UNKNOWN;
}

/*
 * The helpers count what leaves by the tunnel, from_outer.c what comes. What the helpers take
 * for drops is not: a frame without payload, or what the underlay loses and counts itself.
 */
static void nve_stats(struct net_device *dev, struct rtnl_link_stats64 *stats)
{
	struct nvo3_nve *nve = netdev_priv(dev);
	enum nvo3_drop reason;

	dev_get_tstats64(dev, stats);
	stats->tx_dropped = 0;
	for (reason = NVO3_DROP_NONE + 1; reason <= NVO3_DROP_MAX; reason++) {
		if (is_receive(reason))
			stats->rx_dropped += nvo3_drops_sum(nve->drops, reason);
		else
			stats->tx_dropped += nvo3_drops_sum(nve->drops, reason);
	}
}

static const struct net_device_ops nve_ops = {
	.ndo_init		= nve_init,
	.ndo_uninit		= nve_uninit,
	.ndo_open		= nve_open,
	.ndo_stop		= nve_stop,
	.ndo_start_xmit		= nve_xmit,
	.ndo_get_stats64	= nve_stats,
	.ndo_add_slave		= nvo3_slave_add,
	.ndo_del_slave		= nvo3_slave_del,
	.ndo_validate_addr	= eth_validate_addr,
	.ndo_set_mac_address	= eth_mac_addr,
};

bool nvo3_dev_is_nve(const struct net_device *dev)
{
	return dev->netdev_ops == &nve_ops;
}

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "nvo3", sizeof(info->driver));
}

static const struct ethtool_ops nve_ethtool_ops = {
	.get_drvinfo	= get_drvinfo,
	.get_link	= ethtool_op_get_link,
};

static const struct device_type nve_type = {
	.name = "nvo3",
};

void nvo3_nve_setup(struct net_device *dev)
{
	struct nvo3_nve *nve = netdev_priv(dev);

	ether_setup(dev);
	eth_hw_addr_random(dev);
	dev->netdev_ops = &nve_ops;
	dev->ethtool_ops = &nve_ethtool_ops;
	SET_NETDEV_DEVTYPE(dev, &nve_type);
	dev->needs_free_netdev = true;
	dev->priv_destructor = nve_destructor;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;
	dev->max_mtu = ETH_MAX_MTU - NVO3_HEADROOM;
	dev->priv_flags |= IFF_NO_QUEUE | IFF_LIVE_ADDR_CHANGE;
	/* What to_remote.c may pass on uncut; the rest is cut before the tunnel. */
	dev->features |= NETIF_F_SG | NETIF_F_HW_CSUM | NETIF_F_FRAGLIST | NETIF_F_RXCSUM |
			 NETIF_F_GSO_SOFTWARE;
	nvo3_dev_set_lltx(dev);
	nvo3_dev_set_no_addrconf(dev);

	nve->dev = dev;
	/* It wraps soon, so that whoever minds would be seen. */
	nve->seq = -100;
	nve->flow_seed = get_random_u32();
	mutex_init(&nve->lock);
	nvo3_reaper_init(&nve->reaper, &nve->lock);
	nvo3_profiles_init(&nve->profiles, &nve->lock, &nve->reaper);
	nvo3_vmgroups_init(&nve->vmgroups, &nve->lock);
	nvo3_moves_init(nve);
	INIT_WORK(&nve->wake, nvo3_wake_work);
	INIT_LIST_HEAD(&nve->slaves);
	INIT_LIST_HEAD(&nve->net_node);
	INIT_LIST_HEAD(&nve->rx_node);
}
