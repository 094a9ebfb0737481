// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "mapping.h"
#include "notify.h"

static void hold(struct nvo3_nve *nve, const struct nvo3_mapping *map)
{
	rcu_read_lock();
	if (map->kind == NVO3_MAP_PORT)
		nvo3_nve_port(nve, map->nr)->maps++;
	else if (map->kind == NVO3_MAP_GROUP)
		nvo3_group_lookup(&nve->groups, map->nr)->refs++;
	else
		nvo3_remote_lookup(&nve->remotes, map->nr)->refs++;
	rcu_read_unlock();
}

/* Under the mutex an object with references has its number, so lookups find it. */
static void release(struct nvo3_nve *nve, const struct nvo3_mapping *map)
{
	rcu_read_lock();
	if (map->kind == NVO3_MAP_PORT)
		nvo3_nve_port(nve, map->nr)->maps--;
	else if (map->kind == NVO3_MAP_GROUP)
		nvo3_group_put(nvo3_group_lookup(&nve->groups, map->nr));
	else if (map->kind == NVO3_MAP_REMOTE)
		nvo3_remote_put(nvo3_remote_lookup(&nve->remotes, map->nr));
	rcu_read_unlock();
}

static void count(struct nvo3_vn *vn, const struct nvo3_mapping *map, int by)
{
	if (map->kind == NVO3_MAP_NONE)
		return;
	vn->maps += by;
	if (nvo3_map_is_remote(map->kind))
		vn->remote_maps += by;
}

static void copy_places(struct nvo3_nve *nve, const struct nvo3_mapping *map,
			struct nvo3_left *left)
{
	const struct nvo3_group *group;

	rcu_read_lock();
	if (map->kind == NVO3_MAP_GROUP) {
		group = nvo3_group_lookup(&nve->groups, map->nr);
		for (; left->count < group->count; left->count++)
			left->addr[left->count] = group->paths[left->count].remote->loc.addr;
	} else {
		left->addr[left->count++] = nvo3_remote_lookup(&nve->remotes, map->nr)->loc.addr;
	}
	rcu_read_unlock();
}

/*
 * An address that a newer epoch brings to a port of ours has left another NVE, which sends on
 * what still comes there. Known before the mapping changes, so that no such frame is refused.
 */
static int note_move(struct nvo3_nve *nve, const struct nvo3_mapping *new)
{
	struct nvo3_mapping held;
	struct nvo3_left *left;

	if (new->kind != NVO3_MAP_PORT || !nvo3_map_find(&nve->maps, new->vni, new->mac, &held) ||
	    !nvo3_map_is_remote(held.kind) || new->epoch <= held.epoch)
		return 0;
	left = kzalloc(sizeof(*left), GFP_KERNEL_ACCOUNT);
	if (!left)
		return -ENOMEM;
	left->at = get_jiffies_64();
	ether_addr_copy(left->mac, new->mac);
	copy_places(nve, &held, left);
	rcu_read_lock();
	nvo3_port_set_left(nvo3_nve_port(nve, new->nr), left);
	rcu_read_unlock();
	return 0;
}

/*
 * A mapping is never seen without its group: that comes before it and goes after it, when the
 * request stands. Until then there is nothing that could not be put back without memory.
 */
static int set_group(struct nvo3_nve *nve, const struct nvo3_mapping *map)
{
	return map->group ? nvo3_vmgroups_set(&nve->vmgroups, map->vni, map->mac, map->group) : 0;
}

/* As the mapping that is there now says. */
static void settle_group(struct nvo3_nve *nve, u32 vni, const u8 *mac)
{
	struct nvo3_mapping map = {};

	nvo3_map_find(&nve->maps, vni, mac, &map);
	WARN_ON_ONCE(nvo3_vmgroups_set(&nve->vmgroups, vni, mac, map.group));
}

int nvo3_mapping_set(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_mapping *new,
		     struct nvo3_mapping *old)
{
	int err;

	lockdep_assert_held(&nve->lock);
	err = note_move(nve, new);
	if (!err)
		err = set_group(nve, new);
	if (err)
		return err;
	err = nvo3_map_store(&nve->maps, new, old);
	if (err) {
		settle_group(nve, new->vni, new->mac);
		return err;
	}
	hold(nve, new);
	count(vn, new, 1);
	count(vn, old, -1);
	nvo3_nve_changed(nve);
	return 0;
}

void nvo3_mapping_commit(struct nvo3_nve *nve, const struct nvo3_mapping *new,
			 const struct nvo3_mapping *old)
{
	if (old->group && !new->group)
		settle_group(nve, new->vni, new->mac);
	nvo3_notify_map(nve, NVO3_CMD_MAP_NTF, new);
	release(nve, old);
}

void nvo3_mapping_undo(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_mapping *new,
		       const struct nvo3_mapping *old)
{
	struct nvo3_mapping gone;

	/* The key has its slot, so storing over it needs no memory. */
	if (old->kind == NVO3_MAP_NONE)
		nvo3_map_remove(&nve->maps, new->vni, new->mac, &gone);
	else
		WARN_ON_ONCE(nvo3_map_store(&nve->maps, old, &gone));
	settle_group(nve, new->vni, new->mac);
	count(vn, new, -1);
	count(vn, old, 1);
	release(nve, new);
	nvo3_nve_changed(nve);
}

void nvo3_mapping_del(struct nvo3_nve *nve, struct nvo3_vn *vn, const u8 *mac)
{
	struct nvo3_mapping old;

	lockdep_assert_held(&nve->lock);
	if (!nvo3_map_remove(&nve->maps, vn->vni, mac, &old))
		return;
	if (old.group)
		settle_group(nve, vn->vni, mac);
	count(vn, &old, -1);
	nvo3_nve_changed(nve);
	nvo3_notify_map(nve, NVO3_CMD_MAP_DEL_NTF, &old);
	release(nve, &old);
}

bool nvo3_mapping_matches(const struct nvo3_mapping_filter *filter, const struct nvo3_mapping *map)
{
	if (filter->vn && filter->vn->vni != map->vni)
		return false;
	if (filter->port && (map->kind != NVO3_MAP_PORT || map->nr != filter->port->nr))
		return false;
	return filter->provs & BIT(map->prov);
}

/* How many there can be at most, so that a walk ends with the last. */
static u32 at_most(struct nvo3_nve *nve, const struct nvo3_mapping_filter *filter)
{
	if (filter->port)
		return filter->port->maps;
	return filter->vn ? filter->vn->maps : nve->maps.count;
}

u32 nvo3_mapping_flush(struct nvo3_nve *nve, const struct nvo3_mapping_filter *filter)
{
	u32 left = at_most(nve, filter), done = 0, pos = 0;
	struct nvo3_mapping map;

	lockdep_assert_held(&nve->lock);
	while (left && nvo3_map_next(&nve->maps, &pos, &map)) {
		cond_resched();
		if (!nvo3_mapping_matches(filter, &map))
			continue;
		nvo3_mapping_del(nve, nvo3_vn_lookup(&nve->vns, map.vni), map.mac);
		done++;
		left--;
	}
	return done;
}
