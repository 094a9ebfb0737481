// SPDX-License-Identifier: GPL-2.0
#include <linux/if_vlan.h>
#include <linux/rtnetlink.h>
#include <linux/timekeeping.h>
#include <net/rtnetlink.h>
#include "nve.h"
#include "port_state.h"

/* Others have a peer too, and programs in between. */
static bool is_veth(const struct net_device *dev)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, "veth") &&
	       dev->netdev_ops->ndo_get_peer_dev;
}

static struct nvo3_port *port_new(struct nvo3_slave *slave, struct nvo3_vn *vn, u16 vlan)
{
	struct nvo3_port *port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);

	if (!port)
		return NULL;
	port->stats = nvo3_stats_alloc();
	if (!port->stats) {
		kfree(port);
		return NULL;
	}
	port->dev = slave->dev;
	port->slave = slave;
	port->nve = slave->nve;
	port->vn = vn;
	port->vlan = vlan;
	port->state = NVO3_PORT_STATE_ASSOCIATED;
	port->veth = is_veth(slave->dev);
	port->queued = jiffies - 2;
	nvo3_asker_init(&port->asker);
	nvo3_budget_init(&port->questions, NVO3_GUEST_RATE, jiffies);
	return port;
}

/* Nobody finds the port any more, or nobody has yet. */
static void port_free(struct nvo3_port *port)
{
	kfree(rcu_dereference_protected(port->guard, true));
	kfree(rcu_dereference_protected(port->left, true));
	free_percpu(port->stats);
	kfree(port);
}

static int slave_attach(struct nvo3_slave *slave, struct nvo3_port *port)
{
	int err;

	if (!port->vlan) {
		if (rtnl_dereference(slave->untagged))
			return -EEXIST;
		rcu_assign_pointer(slave->untagged, port);
		return 0;
	}
	err = xa_insert(&slave->vlans, port->vlan, port, GFP_KERNEL);
	if (err)
		return err == -EBUSY ? -EEXIST : err;
	/* A device that filters VLANs must let this one in. */
	err = vlan_vid_add(slave->dev, htons(ETH_P_8021Q), port->vlan);
	if (err)
		xa_erase(&slave->vlans, port->vlan);
	return err;
}

static void slave_detach(struct nvo3_port *port)
{
	if (!port->vlan) {
		RCU_INIT_POINTER(port->slave->untagged, NULL);
		return;
	}
	xa_erase(&port->slave->vlans, port->vlan);
	vlan_vid_del(port->dev, htons(ETH_P_8021Q), port->vlan);
}

static void port_bury(struct nvo3_dead *dead)
{
	struct nvo3_port *port = container_of(dead, struct nvo3_port, dead);

	/* The VN is alive: it can be deleted only without ports, and is buried after them. */
	list_del(&port->old_node);
	nvo3_stats_sum(port->stats, &port->vn->past);
	nvo3_index_free(&port->nve->ports, port->nr);
	port_free(port);
}

struct nvo3_port *nvo3_port_add(struct nvo3_slave *slave, struct nvo3_vn *vn, u16 vlan)
{
	struct nvo3_nve *nve = slave->nve;
	struct nvo3_port *port;
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&nve->lock);
	port = port_new(slave, vn, vlan);
	if (!port)
		return ERR_PTR(-ENOMEM);
	err = nvo3_index_add(&nve->ports, port);
	if (err < 0)
		goto err_free;
	port->nr = err;
	err = slave_attach(slave, port);
	if (err)
		goto err_number;
	list_add_tail_rcu(&port->vn_node, &vn->ports);
	vn->nr_ports++;
	nve->nr_ports++;
	nvo3_nve_changed(nve);
	return port;

err_number:
	/* No mapping has named the number, so no reader has seen it. */
	nvo3_index_hide(&nve->ports, port->nr);
	nvo3_index_free(&nve->ports, port->nr);
err_free:
	port_free(port);
	return ERR_PTR(err);
}

/* nve->lock is held by all who change ports, and where nobody else knows the port. */
static struct nvo3_guard *guard_of(const struct nvo3_port *port)
{
	return rcu_dereference_protected(port->guard, lockdep_is_held(&port->nve->lock));
}

const struct nvo3_guard *nvo3_port_guard(const struct nvo3_port *port)
{
	return guard_of(port);
}

struct nvo3_profile *nvo3_port_profile(const struct nvo3_port *port)
{
	const struct nvo3_guard *guard = guard_of(port);

	return guard ? guard->profile : NULL;
}

void nvo3_port_refill(struct nvo3_port *port, const struct nvo3_limits *limits)
{
	u64 now = ktime_get_ns();
	int dir;

	for (dir = 0; dir < NVO3_ACL_DIRS; dir++)
		nvo3_police_init(&port->police[dir], limits, now);
}

void nvo3_port_set_guard(struct nvo3_port *port, struct nvo3_guard *guard)
{
	struct nvo3_profile *before = nvo3_port_profile(port);
	struct nvo3_profile *profile = guard ? guard->profile : NULL;
	struct nvo3_guard *old = guard_of(port);

	if (before)
		before->ports--;
	if (profile)
		profile->ports++;
	/* Before anyone can take from them. */
	if (profile && profile != before)
		nvo3_port_refill(port, &nvo3_profile_policy(&port->nve->profiles,
							    profile)->limits);
	rcu_assign_pointer(port->guard, guard);
	if (old)
		kfree_rcu(old, rcu);
}

void nvo3_port_set_state(struct nvo3_port *port, u32 state)
{
	lockdep_assert_held(&port->nve->lock);
	/* A full barrier: who does not find it waking any more finds the mapping. */
	if (xchg(&port->state, state) & NVO3_PORT_WAKING)
		atomic_dec(&port->vn->waking);
}

/* Its guard has the MAC address for readers, and a port that wakes has both. */
struct nvo3_port *nvo3_port_find_waking(const struct nvo3_vn *vn, const u8 *mac)
{
	const struct nvo3_guard *guard;
	struct nvo3_port *port;

	list_for_each_entry_rcu(port, &vn->ports, vn_node) {
		if (!(READ_ONCE(port->state) & NVO3_PORT_WAKING))
			continue;
		guard = rcu_dereference(port->guard);
		if (guard && ether_addr_equal_unaligned(guard->spoof.mac, mac))
			return port;
	}
	return NULL;
}

void nvo3_port_stamp(struct nvo3_port *port)
{
	u64 now = ktime_get_real_ns();

	atomic64_set(&port->last_out, now);
	if (!atomic64_read(&port->first_in))
		atomic64_cmpxchg(&port->first_in, 0, now);
}

static struct nvo3_left *left_of(const struct nvo3_port *port)
{
	return rcu_dereference_protected(port->left, lockdep_is_held(&port->nve->lock));
}

void nvo3_port_push_left(struct nvo3_port *port, struct nvo3_left *left)
{
	left->before = left_of(port);
	rcu_assign_pointer(port->left, left);
}

void nvo3_port_pop_left(struct nvo3_port *port)
{
	struct nvo3_left *left = left_of(port);

	rcu_assign_pointer(port->left, left->before);
	kfree_rcu(left, rcu);
}

void nvo3_port_settle_left(struct nvo3_port *port)
{
	struct nvo3_left *left = left_of(port), *before = left->before;

	left->before = NULL;
	while (before) {
		left = before;
		before = left->before;
		kfree_rcu(left, rcu);
	}
}

void nvo3_port_del(struct nvo3_port *port)
{
	struct nvo3_nve *nve = port->nve;
	struct nvo3_profile *profile = nvo3_port_profile(port);

	ASSERT_RTNL();
	lockdep_assert_held(&nve->lock);
	if (profile)
		profile->ports--;
	/* Frames that have found it already wake it no more. */
	nvo3_port_set_state(port, NVO3_PORT_STATE_ASSOCIATED);
	slave_detach(port);
	list_del_rcu(&port->vn_node);
	list_add(&port->old_node, &port->vn->old_ports);
	port->vn->nr_ports--;
	nve->nr_ports--;
	nvo3_index_hide(&nve->ports, port->nr);
	nvo3_nve_changed(nve);
	nvo3_reaper_add(&nve->reaper, &port->dead, port_bury);
}

void nvo3_port_vn_totals(const struct nvo3_vn *vn, struct nvo3_totals *sum)
{
	struct nvo3_port *port;

	lockdep_assert_held(vn->vns->lock);
	*sum = vn->past;
	nvo3_stats_sum(vn->stats, sum);
	list_for_each_entry(port, &vn->ports, vn_node)
		nvo3_stats_sum(port->stats, sum);
	list_for_each_entry(port, &vn->old_ports, old_node)
		nvo3_stats_sum(port->stats, sum);
}
