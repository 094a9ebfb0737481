/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Ports: where tenant systems attach, (access device, VLAN or untagged) -> VN.
 *
 * A slave is an access device enslaved to the NVE; it carries one untagged port
 * and one for each VLAN. Fast-path users find ports under RCU, by slave and VLAN
 * (a frame from the tenant), by number (a mapping) or in their VN's list.
 *
 * Lifetime: a port that is removed is hidden from all three and goes to the
 * reaper. Its device needs no reference: the device leaves only after our
 * notifier has released the slave, and a grace period after that.
 */
#ifndef _NVO3_PORT_H
#define _NVO3_PORT_H

#include <linux/etherdevice.h>
#include <linux/xarray.h>
#include "addr.h"
#include "guard.h"
#include "vn.h"

struct nvo3_nve;

struct nvo3_slave {
	struct net_device *dev;
	struct nvo3_nve *nve;
	struct nvo3_port __rcu *untagged;
	struct xarray vlans;		/* VID -> struct nvo3_port */
	struct list_head node;		/* in nve->slaves; rtnl */
};

/* Where a tenant system was before it came to the port: a mapping's old locators. */
struct nvo3_left {
	struct rcu_head rcu;
	u64 at;				/* get_jiffies_64() */
	struct nvo3_left *before;	/* until the move stands; mutex */
	u8 mac[ETH_ALEN];
	u8 count;
	struct nvo3_addr addr[NVO3_PATHS_MAX];
};

struct nvo3_port {
	struct net_device *dev;
	struct nvo3_nve *nve;
	struct nvo3_slave *slave;	/* may be gone once the port is with the reaper */
	struct nvo3_vn *vn;
	u16 vlan;			/* 0: untagged */
	bool veth;			/* its device's link has another end here */
	u32 state;			/* enum nvo3_port_state and more; see port_state.h */
	unsigned long queued;		/* jiffies of a frame that had to go by the queue there */
	struct nvo3_guard __rcu *guard;	/* NULL: lets everything pass */
	struct nvo3_left __rcu *left;	/* the last move to it; NULL: none */
	struct nvo3_stats __percpu *stats;
	struct nvo3_police police[NVO3_ACL_DIRS];	/* by enum nvo3_rule_dir */
	struct list_head vn_node;	/* in vn->ports; RCU readers */
	struct list_head old_node;	/* in vn->old_ports, once it is with the reaper; mutex */

	/* Under the mutex. */
	u32 nr;				/* in nve->ports */
	u32 maps;			/* mappings that point here */
	u64 epoch;
	bool has_mac;
	u8 mac[ETH_ALEN];

	atomic64_t last_out, first_in;	/* ns of CLOCK_REALTIME while stamped, 0: not yet */
	struct nvo3_asker asker;	/* for mappings that are missing; see there */
	struct nvo3_budget questions;	/* of its guest, for its addresses */
	struct nvo3_dead dead;
};

/* The port of (slave, VLAN), 0 for untagged; NULL if none. Under RCU. */
static inline struct nvo3_port *nvo3_port_lookup(struct nvo3_slave *slave, u16 vlan)
{
	return vlan ? xa_load(&slave->vlans, vlan) : rcu_dereference(slave->untagged);
}

/*
 * Make a silent port: associated, without a MAC. ERR_PTR() on error: -EEXIST,
 * -ENOMEM, -ENOSPC or what the device says to the VLAN. Caller holds rtnl and
 * the mutex.
 */
struct nvo3_port *nvo3_port_add(struct nvo3_slave *slave, struct nvo3_vn *vn, u16 vlan);

/*
 * What stands before the port from now on, NULL for nothing; a profile in it counts the port
 * as its user. Takes @guard. Caller holds the mutex, as for the next three.
 */
void nvo3_port_set_guard(struct nvo3_port *port, struct nvo3_guard *guard);

/* NULL if nothing does. */
const struct nvo3_guard *nvo3_port_guard(const struct nvo3_port *port);
struct nvo3_profile *nvo3_port_profile(const struct nvo3_port *port);

/* Begin with full token buckets. */
void nvo3_port_refill(struct nvo3_port *port, const struct nvo3_limits *limits);

/*
 * The tenant system behind it has come from elsewhere. Takes @left. What was known before is kept
 * until _settle_left says that all moves stand, or _pop_left that the last one does not. Caller
 * holds the mutex.
 */
void nvo3_port_push_left(struct nvo3_port *port, struct nvo3_left *left);
void nvo3_port_pop_left(struct nvo3_port *port);
void nvo3_port_settle_left(struct nvo3_port *port);

/* Remove a port that no mapping points to. Caller holds rtnl and the mutex. */
void nvo3_port_del(struct nvo3_port *port);

/*
 * All that a VN has counted: frames are counted at their port, and the VN's figures are made
 * when somebody asks, port by port. Caller holds the mutex.
 */
void nvo3_port_vn_totals(const struct nvo3_vn *vn, struct nvo3_totals *sum);

#endif /* _NVO3_PORT_H */
