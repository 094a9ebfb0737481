// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>
#include "mapping.h"
#include "move.h"
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

u8 nvo3_mapping_places(struct nvo3_nve *nve, const struct nvo3_mapping *map,
		       struct nvo3_addr addrs[NVO3_PATHS_MAX])
{
	const struct nvo3_group *group;
	u8 count = 0;

	rcu_read_lock();
	if (map->kind == NVO3_MAP_GROUP) {
		group = nvo3_group_lookup(&nve->groups, map->nr);
		for (; count < group->count; count++)
			addrs[count] = group->paths[count].remote->loc.addr;
	} else if (map->kind == NVO3_MAP_REMOTE) {
		addrs[count++] = nvo3_remote_lookup(&nve->remotes, map->nr)->loc.addr;
	}
	rcu_read_unlock();
	return count;
}

static u64 hash_of(struct nvo3_nve *nve, const struct nvo3_mapping *map)
{
	struct nvo3_digest_entry entry;

	entry.epoch = map->epoch;
	ether_addr_copy(entry.mac, map->mac);
	entry.count = nvo3_mapping_places(nve, map, entry.addr);
	return nvo3_digest_hash(&entry);
}

/* The mapping has its reference, so what it leads to can be looked at. */
static void count(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_mapping *map, int by)
{
	if (map->kind == NVO3_MAP_NONE)
		return;
	vn->maps += by;
	if (nvo3_map_is_remote(map->kind))
		vn->remote_maps += by;
	if (map->prov != NVO3_PROV_AGENT)
		return;
	if (by > 0)
		nvo3_digest_add(&vn->digest, hash_of(nve, map));
	else
		nvo3_digest_sub(&vn->digest, hash_of(nve, map));
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

/* What is new has had no time to be used. */
static void mark(struct nvo3_nve *nve, const struct nvo3_vn *vn, const struct nvo3_mapping *new)
{
	struct nvo3_used *used = nvo3_vn_tracked(vn);

	if (used)
		nvo3_used_mark(used, nvo3_map_fetch(&nve->maps, new->vni, new->mac));
}

int nvo3_mapping_set(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_mapping *new,
		     struct nvo3_mapping *old)
{
	struct nvo3_mapping held = {};
	int err;

	lockdep_assert_held(&nve->lock);
	nvo3_map_find(&nve->maps, new->vni, new->mac, &held);
	err = nvo3_move_note(nve, new, &held);
	if (err)
		return err;
	err = set_group(nve, new);
	if (err)
		goto err_move;
	err = nvo3_map_store(&nve->maps, new, old);
	if (err)
		goto err_group;
	hold(nve, new);
	if (nvo3_map_same(new, old))
		return 0;
	mark(nve, vn, new);
	count(nve, vn, new, 1);
	count(nve, vn, old, -1);
	nvo3_nve_changed(nve);
	return 0;

err_group:
	settle_group(nve, new->vni, new->mac);
err_move:
	nvo3_move_undo(nve, new, &held);
	return err;
}

/* Of what is named again, and nothing of it is new, nobody hears. */
void nvo3_mapping_commit(struct nvo3_nve *nve, const struct nvo3_mapping *new,
			 const struct nvo3_mapping *old)
{
	if (old->group && !new->group)
		settle_group(nve, new->vni, new->mac);
	nvo3_move_commit(nve, new, old);
	if (!nvo3_map_same(new, old))
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
	nvo3_move_undo(nve, new, old);
	if (!nvo3_map_same(new, old)) {
		count(nve, vn, new, -1);
		count(nve, vn, old, 1);
		nvo3_nve_changed(nve);
	}
	release(nve, new);
}

void nvo3_mapping_del(struct nvo3_nve *nve, struct nvo3_vn *vn, const u8 *mac)
{
	struct nvo3_mapping old;

	lockdep_assert_held(&nve->lock);
	if (!nvo3_map_remove(&nve->maps, vn->vni, mac, &old))
		return;
	if (old.group)
		settle_group(nve, vn->vni, mac);
	nvo3_move_forget(nve, vn->vni, mac);
	count(nve, vn, &old, -1);
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
	if (filter->stale && map->generation == filter->generation)
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

void nvo3_mapping_digest(struct nvo3_nve *nve, const struct nvo3_vn *vn,
			 u64 buckets[NVO3_DIGEST_BUCKETS])
{
	u32 left = vn->digest.maps, pos = 0;
	struct nvo3_mapping map;

	lockdep_assert_held(&nve->lock);
	while (left && nvo3_map_next(&nve->maps, &pos, &map)) {
		cond_resched();
		if (map.vni != vn->vni || map.prov != NVO3_PROV_AGENT)
			continue;
		buckets[nvo3_digest_bucket(map.mac)] += hash_of(nve, &map);
		left--;
	}
}
