// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/slab.h>
#include "mapping.h"
#include "move.h"

static bool is_arrival(const struct nvo3_mapping *new, const struct nvo3_mapping *held)
{
	return new->kind == NVO3_MAP_PORT && nvo3_map_is_remote(held->kind) &&
	       new->epoch > held->epoch;
}

static bool is_departure(const struct nvo3_mapping *new, const struct nvo3_mapping *held)
{
	return held->kind == NVO3_MAP_PORT && nvo3_map_is_remote(new->kind) &&
	       new->epoch > held->epoch;
}

static int note_arrival(struct nvo3_nve *nve, const struct nvo3_mapping *new,
			const struct nvo3_mapping *held)
{
	struct nvo3_left *left = kzalloc(sizeof(*left), GFP_KERNEL_ACCOUNT);

	if (!left)
		return -ENOMEM;
	left->at = get_jiffies_64();
	ether_addr_copy(left->mac, new->mac);
	left->count = nvo3_mapping_places(nve, held, left->addr);
	rcu_read_lock();
	nvo3_port_push_left(nvo3_nve_port(nve, new->nr), left);
	rcu_read_unlock();
	return 0;
}

/* For how long late frames are sent on, in jiffies; 0 for not at all. */
static u32 keep(struct nvo3_nve *nve)
{
	unsigned long time;

	rcu_read_lock();
	time = msecs_to_jiffies(rcu_dereference(nve->conf)->redirect);
	rcu_read_unlock();
	return min_t(unsigned long, time, NVO3_DEPARTURES_KEEP);
}

static int note_departure(struct nvo3_nve *nve, const struct nvo3_mapping *new)
{
	u32 time = keep(nve);
	int err;

	if (!time)
		return 0;
	err = nvo3_departures_note(&nve->departures, new->vni, new->mac, new->epoch, jiffies,
				   time);
	if (!err)
		queue_delayed_work(system_unbound_wq, &nve->departed, time + 1);
	return err;
}

/* The time that they are kept for may have changed meanwhile. */
static void forget_departed(struct work_struct *work)
{
	struct nvo3_nve *nve = container_of(to_delayed_work(work), struct nvo3_nve, departed);
	u32 next;

	mutex_lock(&nve->lock);
	next = nvo3_departures_purge(&nve->departures, jiffies, keep(nve));
	if (next)
		queue_delayed_work(system_unbound_wq, &nve->departed, next);
	mutex_unlock(&nve->lock);
}

void nvo3_moves_init(struct nvo3_nve *nve)
{
	nvo3_departures_init(&nve->departures, &nve->lock);
	INIT_DELAYED_WORK(&nve->departed, forget_departed);
}

void nvo3_moves_stop(struct nvo3_nve *nve)
{
	cancel_delayed_work_sync(&nve->departed);
}

int nvo3_move_note(struct nvo3_nve *nve, const struct nvo3_mapping *new,
		   const struct nvo3_mapping *held)
{
	lockdep_assert_held(&nve->lock);
	if (is_arrival(new, held))
		return note_arrival(nve, new, held);
	return is_departure(new, held) ? note_departure(nve, new) : 0;
}

/* As the mapping that is there now says: a request may have changed it more than once. */
static void settle(struct nvo3_nve *nve, u32 vni, const u8 *mac)
{
	struct nvo3_mapping map = {};

	if (!nvo3_departures_count(&nve->departures))
		return;
	nvo3_map_find(&nve->maps, vni, mac, &map);
	nvo3_departures_settle(&nve->departures, vni, mac, nvo3_map_is_remote(map.kind));
}

void nvo3_move_commit(struct nvo3_nve *nve, const struct nvo3_mapping *new,
		      const struct nvo3_mapping *held)
{
	lockdep_assert_held(&nve->lock);
	if (is_arrival(new, held)) {
		rcu_read_lock();
		nvo3_port_settle_left(nvo3_nve_port(nve, new->nr));
		rcu_read_unlock();
	}
	settle(nve, new->vni, new->mac);
}

void nvo3_move_undo(struct nvo3_nve *nve, const struct nvo3_mapping *new,
		    const struct nvo3_mapping *held)
{
	lockdep_assert_held(&nve->lock);
	if (is_arrival(new, held)) {
		rcu_read_lock();
		nvo3_port_pop_left(nvo3_nve_port(nve, new->nr));
		rcu_read_unlock();
	} else if (is_departure(new, held)) {
		nvo3_departures_undo(&nve->departures, new->vni, new->mac, new->epoch);
	}
}

void nvo3_move_forget(struct nvo3_nve *nve, u32 vni, const u8 *mac)
{
	lockdep_assert_held(&nve->lock);
	if (nvo3_departures_count(&nve->departures))
		nvo3_departures_settle(&nve->departures, vni, mac, false);
}
