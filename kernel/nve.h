/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The NVE: a netdevice of kind "nvo3" that owns VNs, ports, mappings, remotes.
 *
 * Locks, outermost first: rtnl; nve->lock, the mutex of all writers below the
 * device. The fast path takes neither and lives on RCU.
 */
#ifndef _NVO3_NVE_H
#define _NVO3_NVE_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include "map.h"
#include "port.h"
#include "profile.h"
#include "remote.h"

/* Outer headers of all encapsulations: IPv6, UDP, VXLAN, inner Ethernet. */
#define NVO3_HEADROOM	(40 + 8 + 8 + ETH_HLEN)

/* What may change while the NVE lives; replaced as a whole. */
struct nvo3_conf {
	struct rcu_head rcu;
	__be32 local4;		/* 0: any */
	struct in6_addr local6;	/* ::: any */
	bool csum;		/* send outer UDP checksums */
	u8 fastpath;		/* enum nvo3_fastpath */
	u32 gen;		/* counts the replacements */
};

struct nvo3_nve {
	struct net_device *dev;
	struct net *net;			/* of the underlay, for good */
	__be16 dstport;				/* for good */
	u32 flow_seed;				/* for good */
	struct nvo3_conf __rcu *conf;		/* written under rtnl */
	struct nvo3_conf first;			/* until the device is registered */
	struct socket __rcu *sock4;		/* while the device is up; rtnl */
	struct socket __rcu *sock6;
	struct nvo3_drops __percpu *drops;
	struct nvo3_ways __percpu *ways;

	struct mutex lock;			/* of everything below */
	bool dead;
	u32 seq;				/* counts changes, for dumps; never 0 */
	struct nvo3_table maps;
	struct nvo3_vns vns;
	struct nvo3_index ports;
	struct nvo3_profiles profiles;
	struct nvo3_verdict_slot *verdicts;	/* of each CPU; NULL until a list is long */
	u32 nr_ports;
	struct nvo3_remotes remotes;
	struct nvo3_reaper reaper;

	struct list_head slaves;		/* rtnl */
	struct list_head net_node;		/* NVEs of the underlay's netns; rtnl */
	struct list_head rx_node;		/* those that take packets; RCU, rtnl */
};

/* Is @addr one to receive at? No local address means any. */
static inline bool nvo3_conf_has_local(const struct nvo3_conf *conf, const struct nvo3_addr *addr)
{
	if (addr->family == AF_INET)
		return !conf->local4 || conf->local4 == addr->v4;
	return ipv6_addr_any(&conf->local6) || ipv6_addr_equal(&conf->local6, &addr->v6);
}

static inline struct nvo3_port *nvo3_nve_port(struct nvo3_nve *nve, u32 nr)
{
	return nvo3_index_lookup(&nve->ports, nr);
}

/* A change that a dump under way could have missed. Caller holds the mutex. */
static inline void nvo3_nve_changed(struct nvo3_nve *nve)
{
	lockdep_assert_held(&nve->lock);
	if (!++nve->seq)
		nve->seq = 1;
}

bool nvo3_dev_is_nve(const struct net_device *dev);
void nvo3_nve_setup(struct net_device *dev);

#endif /* _NVO3_NVE_H */
