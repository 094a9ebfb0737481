/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shims over what Kbuild.probe found, included before every source file, so
 * that the sources read like the newest kernel of the two.
 */
#ifndef _NVO3_COMPAT_H
#define _NVO3_COMPAT_H

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>
#include <net/genetlink.h>
#include <net/udp_tunnel.h>

#if !IS_ENABLED(CONFIG_IPV6)
#error "nvo3 needs a kernel with CONFIG_IPV6 (it may be switched off at boot)"
#endif

#ifndef NVO3_HAVE_GENL_SPLIT_OPS
#define genl_split_ops genl_ops
#endif

static inline struct nlattr **nvo3_dump_attrs(struct netlink_callback *cb)
{
#ifdef NVO3_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#ifndef NVO3_HAVE_NL_SET_ERR_MSG_FMT
__printf(2, 3)
void nvo3_compat_errmsg(struct netlink_ext_ack *extack, const char *fmt, ...);
#define NL_SET_ERR_MSG_FMT(extack, fmt, args...) nvo3_compat_errmsg(extack, fmt, ##args)
#endif

/* A device that takes no lock of its own to transmit. */
static inline void nvo3_dev_set_lltx(struct net_device *dev)
{
#ifdef NVO3_HAVE_DEV_LLTX
	dev->lltx = true;
#else
	dev->features |= NETIF_F_LLTX;
#endif
}

/* May the device move to another network namespace? Caller holds rtnl. */
static inline void nvo3_dev_set_netns_fixed(struct net_device *dev, bool fixed)
{
#if defined(NVO3_HAVE_DEV_NETNS_IMMUTABLE)
	dev->netns_immutable = fixed;
#elif defined(NVO3_HAVE_DEV_NETNS_LOCAL)
	dev->netns_local = fixed;
#else
	if (fixed)
		dev->features |= NETIF_F_NETNS_LOCAL;
	else
		dev->features &= ~NETIF_F_NETNS_LOCAL;
#endif
}

/* Has it a classifier at its egress? Under RCU. */
static inline bool nvo3_dev_has_tc_egress(const struct net_device *dev)
{
#if defined(CONFIG_NET_XGRESS)
	return rcu_access_pointer(dev->tcx_egress);
#elif defined(CONFIG_NET_CLS_ACT)
	return rcu_access_pointer(dev->miniq_egress);
#else
	return false;
#endif
}

/* As a veth counts what it sends. With bottom halves off. */
static inline void nvo3_veth_count_tx(struct net_device *dev, unsigned int len)
{
#ifdef NVO3_HAVE_PCPU_STAT_TYPE
	if (dev->pcpu_stat_type == NETDEV_PCPU_STAT_TSTATS) {
		dev_sw_netstats_tx_add(dev, 1, len);
		return;
	}
#endif
	dev_lstats_add(dev, len);
}

/* A device that the host's IPv6 leaves alone; elsewhere its frames are dropped. */
static inline void nvo3_dev_set_no_addrconf(struct net_device *dev)
{
#ifdef NVO3_HAVE_IFF_NO_ADDRCONF
	dev->priv_flags |= IFF_NO_ADDRCONF;
#endif
}

#ifndef NVO3_HAVE_UDP_TUNNEL6_CONST
#define udp_tunnel6_xmit_skb(dst, sk, skb, dev, saddr, daddr, args...)			\
	udp_tunnel6_xmit_skb(dst, sk, skb, dev, (struct in6_addr *)(saddr),		\
			     (struct in6_addr *)(daddr), ##args)
#endif

#endif /* _NVO3_COMPAT_H */
