/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The underlay as the fast way in sees it, one for each namespace: which NVEs
 * take packets, on which devices, and whom routing has vouched for.
 *
 * A device gets its hook when a template or a tunnel packet names it, from a work,
 * since that needs rtnl; it loses it with the last NVE or when it unregisters.
 */
#ifndef _NVO3_UNDERLAY_H
#define _NVO3_UNDERLAY_H

#include <linux/netfilter.h>
#include <linux/workqueue.h>
#include "nve.h"
#include "vouch.h"

struct nvo3_underlay {
	struct net *net;
	struct list_head nves;		/* by rx_node; RCU readers, rtnl */
	struct list_head hooks;		/* of struct nvo3_hook; RCU readers, rtnl */
	struct nvo3_vouch __rcu *vouch;	/* from the first hook until the namespace ends */
	atomic_t routes6;		/* counts changes of IPv6 routing */
	struct notifier_block fib;	/* registered with @vouch */
	int wanted;			/* ifindex for the work, 0 none */
	struct work_struct work;
};

/* Of a device that has been named; without @ops.dev if it is of a kind that takes none. */
struct nvo3_hook {
	struct net_device *dev;
	struct nvo3_underlay *underlay;
	struct nf_hook_ops ops;
	struct list_head node;
};

struct nvo3_underlay *nvo3_underlay_of(const struct net *net);

/* Tunnel packets go over @dev: have them taken there. Under RCU. */
void nvo3_underlay_want(struct net *net, const struct net_device *dev);

/*
 * The NVE came up, goes down, or has another configuration. If it shall take no
 * packets, it takes none any more when this returns. Caller holds rtnl.
 */
void nvo3_underlay_update(struct nvo3_nve *nve);

/* @dev is being unregistered from @net. Caller holds rtnl. */
void nvo3_underlay_forget(struct net *net, struct net_device *dev);

int nvo3_underlay_init(void);
void nvo3_underlay_uninit(void);

/* fast_rx.c: the hook */
unsigned int nvo3_fast_rx(void *priv, struct sk_buff *skb, const struct nf_hook_state *state);

#endif /* _NVO3_UNDERLAY_H */
