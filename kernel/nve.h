/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The NVE: a netdevice of kind "nvo3" that owns VNs, ports, mappings, remotes.
 *
 * Locks, outermost first: rtnl; nve->lock, the mutex of all writers below the
 * device. The fast path takes neither and lives on RCU.
 */
#ifndef _NVO3_NVE_H
#define _NVO3_NVE_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <net/l3mdev.h>
#include "departures.h"
#include "group.h"
#include "hosts.h"
#include "knobs.h"
#include "map.h"
#include "pending.h"
#include "port.h"
#include "profile.h"
#include "remote.h"
#include "vmgroups.h"

#define NVO3_HEADROOM	(40 + 8 + 8 + ETH_HLEN)	/* IPv6, UDP, VXLAN or Geneve, inner Ethernet */

/*
 * A UDP socket in the underlay, of one encapsulation and address family. The socket leads here, by
 * a pointer whose three lowest bits it has for itself.
 */
struct nvo3_sock {
	struct nvo3_nve *nve;
	struct socket *sock;	/* NULL: not open; rtnl */
	u8 encap;
} __aligned(8);

enum { NVO3_SOCKS = 4 };	/* VXLAN and Geneve, IPv4 and IPv6 */

struct nvo3_nve {
	struct net_device *dev;
	struct net *net;			/* of the underlay, for good */
	int underlay;				/* ifindex of a VRF or device, 0: any; for good */
	__be16 dstport;				/* VXLAN's UDP port; for good */
	__be16 geneve_port;			/* likewise */
	u8 encap;				/* unless a locator says otherwise; for good */
	u8 accept;				/* bits of those received; for good */
	u32 flow_seed;				/* for good */
	struct nvo3_conf __rcu *conf;		/* written under rtnl */
	struct nvo3_conf first;			/* until the device is registered */
	struct nvo3_sock socks[NVO3_SOCKS];	/* while the device is up; rtnl */
	struct nf_hook_ops gre_hooks[2];	/* likewise, IPv4 and IPv6 */
	bool open;				/* sends; written under rtnl */
	struct nvo3_drops __percpu *drops;
	struct nvo3_drops __percpu *logged;	/* delivered nevertheless */
	struct nvo3_ways __percpu *ways;

	struct mutex lock;			/* of everything below */
	bool dead;
	u32 seq;				/* counts changes, for dumps; never 0 */
	struct nvo3_table maps;
	struct nvo3_vmgroups vmgroups;		/* of those behind other NVEs */
	struct nvo3_vns vns;
	struct nvo3_index ports;
	struct nvo3_profiles profiles;
	struct nvo3_verdict_slot *verdicts;	/* of each CPU; NULL until a list is long */
	u32 nr_ports;
	struct nvo3_remotes remotes;
	struct nvo3_groups groups;
	struct nvo3_reaper reaper;

	struct list_head slaves;		/* rtnl */
	struct list_head net_node;		/* NVEs of the underlay's netns; rtnl */
	struct list_head rx_node;		/* those that take packets; RCU, rtnl */

	struct nvo3_pendings pendings;		/* has a lock of its own */
	struct nvo3_hosts hosts;		/* IP mappings; the mutex */
	struct nvo3_departures departures;	/* of those that were behind ports; the mutex */
	struct delayed_work departed;		/* forgets them in time */
	struct work_struct wake;		/* of ports, see wake.c */
};

/* The UDP port that other NVEs are assumed to have; 0 for NVGRE. */
static inline __be16 nvo3_nve_dstport(const struct nvo3_nve *nve, enum nvo3_encap encap)
{
	if (encap == NVO3_ENCAP_NVGRE)
		return 0;
	return encap == NVO3_ENCAP_GENEVE ? nve->geneve_port : nve->dstport;
}

/* Has it a socket on this UDP port, while it is up? */
static inline bool nvo3_nve_listens(const struct nvo3_nve *nve, __be16 port)
{
	return (nve->accept & BIT(NVO3_ENCAP_VXLAN) && nve->dstport == port) ||
	       (nve->accept & BIT(NVO3_ENCAP_GENEVE) && nve->geneve_port == port);
}

/* With an underlay of its own: does what comes in by @dev come in there? Under RCU. */
static inline bool nvo3_nve_hears(const struct nvo3_nve *nve, const struct net_device *dev)
{
	return !nve->underlay || dev->ifindex == nve->underlay ||
	       l3mdev_master_ifindex_rcu(dev) == nve->underlay;
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
