// SPDX-License-Identifier: GPL-2.0
/*
 * Items of the database: mappings, members, placements; see db.h.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "db_digest.h"
#include "db_item.h"
#include "db_name.h"
#include "db_profile.h"
#include "db_restore.h"
#include "mode.h"

const struct table_key db_map_key = { offsetof(struct db_map, mac), sizeof(struct mac_addr) };
static const struct table_key placement_key = { offsetof(struct db_placed, mac),
						sizeof(struct mac_addr) };

static size_t map_size(const struct db_ips *ips)
{
	return offsetof(struct db_map, ips) + db_ips_size(ips);
}

static size_t placement_size(const struct db_ips *ips)
{
	return offsetof(struct db_placed, ips) + db_ips_size(ips);
}

static void map_remove(struct db_map *map)
{
	table_del(&db_item_vn(&map->item)->maps, &db_map_key, map);
	pool_free(map, map_size(&map->ips));
}

static void member_remove(struct db_member *member)
{
	struct db_vn *vn = db_item_vn(&member->item);

	HASH_DEL(vn->members, member);
	if (member->prev_changed)	/* not before db_restored() */
		DL_DELETE2(vn->changed, member, prev_changed, next_changed);
	pool_free(member, sizeof(*member));
}

static void item_remove(struct db_item *item)
{
	db_item_nve(item)->refs--;
	if (item->kind == DB_MAP)
		map_remove((struct db_map *)item);
	else
		member_remove(db_item_member(item));
}

static void member_to_tail(struct db_member *member)
{
	struct db_vn *vn = db_item_vn(&member->item);

	if (member->prev_changed)
		DL_DELETE2(vn->changed, member, prev_changed, next_changed);
	DL_APPEND2(vn->changed, member, prev_changed, next_changed);
}

void db_item_free(struct db *db, struct db_item *item)
{
	changelog_unlink(&db_item_vn(item)->log, &item->in_vn);
	changelog_unlink(&db->own, &item->in_own);
	item_remove(item);
}

/* A tombstone that fell off one log goes when the other does not hold it either. */
static void fell_off(struct db_item *vn, struct db_item *own)
{
	if (own && own != vn && !own->in_vn.revision)
		item_remove(own);
	if (vn && !vn->in_own.revision)
		item_remove(vn);
}

void db_item_touch(struct db *db, struct db_item *item, bool gone)
{
	struct changelog *log = &db_item_vn(item)->log;
	struct changelog_item *old_vn, *old_own = NULL;
	bool was_own = item->in_own.revision != 0;

	item->gone = gone;
	old_vn = changelog_touch(log, &item->in_vn, gone);
	if (item->kind == DB_MEMBER)
		member_to_tail(db_item_member(item));
	/* an address that left for another data centre: ours is gone there, not changed */
	if (db_item_nve(item)->own)
		old_own = changelog_touch(&db->own, &item->in_own, gone);
	else if (was_own && !item->in_own.gone)
		old_own = changelog_touch(&db->own, &item->in_own, true);
	if (db->observer)
		db->observer->item(item, db->observer_arg);
	fell_off(changelog_piece(log, old_vn), changelog_piece(&db->own, old_own));
}

static struct db_member *member_any(struct db_vn *vn, const struct db_nve *nve)
{
	uint32_t key = pool_ref(nve);
	struct db_member *member;

	HASH_FIND(hh, vn->members, &key, sizeof(key), member);
	return member;
}

struct db_member *db_member_after(const struct db_vn *vn, uint64_t revision)
{
	struct db_member *member = vn->changed ? vn->changed->prev_changed : NULL, *found = NULL;

	while (member && member->item.in_vn.revision > revision) {
		found = member;
		member = member == vn->changed ? NULL : member->prev_changed;
	}
	return found;
}

struct db_member *db_member_find(struct db_vn *vn, const struct db_nve *nve)
{
	struct db_member *member = member_any(vn, nve);

	return member && !member->item.gone ? member : NULL;
}

struct db_member *db_member_first(const struct db_vn *vn)
{
	struct db_member *member = vn->members;

	while (member && member->item.gone)
		member = member->hh.next;
	return member;
}

struct db_member *db_member_next(const struct db_member *member)
{
	do {
		member = member->hh.next;
	} while (member && member->item.gone);
	return (struct db_member *)member;
}

static struct db_member *member_new(struct db_vn *vn, struct db_nve *nve)
{
	struct db_member *member = pool_zalloc(sizeof(*member));

	member->key = pool_ref(nve);
	member->item = (struct db_item){ .kind = DB_MEMBER, .vn = pool_ref(vn),
					 .nve = member->key };
	HASH_ADD(hh, vn->members, key, sizeof(member->key), member);
	nve->refs++;
	return member;
}

void db_member_add(struct db *db, struct db_vn *vn, struct db_nve *nve)
{
	struct db_member *member = member_any(vn, nve);

	if (member && !member->item.gone)
		return;
	if (!member)
		member = member_new(vn, nve);
	nve->items++;
	db_item_touch(db, &member->item, false);
}

void db_member_del(struct db *db, struct db_member *member)
{
	db_item_nve(&member->item)->items--;
	db_item_touch(db, &member->item, true);
}

struct db_map *db_map_any(struct db_vn *vn, const struct mac_addr *mac)
{
	return table_find(&vn->maps, &db_map_key, mac);
}

struct db_map *db_map_find(struct db_vn *vn, const struct mac_addr *mac)
{
	struct db_map *map = db_map_any(vn, mac);

	return map && !map->item.gone ? map : NULL;
}

struct db_map *db_map_first(const struct db_vn *vn)
{
	struct db_map *map = table_first(&vn->maps);

	while (map && map->item.gone)
		map = table_next(&vn->maps, &db_map_key, map);
	return map;
}

struct db_map *db_map_next(const struct db_map *map)
{
	const struct table *maps = &db_item_vn(&map->item)->maps;

	do {
		map = table_next(maps, &db_map_key, map);
	} while (map && map->item.gone);
	return (struct db_map *)map;
}

static struct db_map *map_new(struct db_vn *vn, const struct mac_addr *mac,
			      const struct db_ips *ips, struct db_nve *nve)
{
	struct db_map *map = pool_zalloc(map_size(ips));

	map->item = (struct db_item){ .kind = DB_MAP, .vn = pool_ref(vn), .nve = pool_ref(nve) };
	map->mac = *mac;
	memcpy(&map->ips, ips, db_ips_size(ips));
	table_add(&vn->maps, &db_map_key, map);
	nve->refs++;
	return map;
}

/* @ips: these, too, for it goes or has others now. */
static void take_back(struct db_map *map, bool ips)
{
	db_digest_uncount(map);
	if (ips)
		db_ips_drop(db_item_vn(&map->item), DB_IP_MAP, map);
	db_item_nve(&map->item)->items--;
	db_item_vn(&map->item)->n_maps--;
}

/* A VN with distribution auto may have passed one of its limits. */
static void mode_changes(struct db *db, struct db_vn *vn)
{
	bool on_demand = mode_on_demand(vn->info.distribution, vn->n_maps, vn->on_demand);

	if (on_demand == vn->on_demand)
		return;
	vn->on_demand = on_demand;
	if (db->observer)
		db->observer->vn(vn, false, db->observer_arg);
}

/* It has room for the IPs that it has: for longer or shorter ones it is made anew. */
static struct db_map *map_with_ips(struct db *db, struct db_map *map, const struct db_ips *ips)
{
	struct db_vn *vn = db_item_vn(&map->item);
	struct db_map *other;

	if (db_ips_size(ips) == db_ips_size(&map->ips)) {
		memcpy(&map->ips, ips, db_ips_size(ips));
		return map;
	}
	changelog_unlink(&vn->log, &map->item.in_vn);
	changelog_unlink(&db->own, &map->item.in_own);
	table_del(&vn->maps, &db_map_key, map);
	other = map_new(vn, &map->mac, ips, db_item_nve(&map->item));
	other->item.heard = map->item.heard;
	pool_free(map, map_size(&map->ips));
	return other;
}

static void leaves(struct db *db, struct db_map *map)
{
	if (db->observer && db->observer->leaves)
		db->observer->leaves(map, db->observer_arg);
}

bool db_map_set(struct db *db, struct db_vn *vn, const struct mac_addr *mac,
		const struct db_ips *ips, uint64_t epoch, struct db_nve *nve)
{
	struct db_map *map = db_map_any(vn, mac);
	bool there = map && !map->item.gone;
	bool same_ips = there && db_ips_equal(&map->ips, ips);

	if (same_ips && map->epoch == epoch && db_item_nve(&map->item) == nve)
		return false;
	if (there && db_item_nve(&map->item) != nve)
		leaves(db, map);
	if (there)
		take_back(map, !same_ips);
	map = map ? map_with_ips(db, map, ips) : map_new(vn, mac, ips, nve);
	nve->items++;
	vn->n_maps++;
	db_item_nve(&map->item)->refs--;
	nve->refs++;
	map->item.nve = pool_ref(nve);
	map->epoch = epoch;
	if (!same_ips)
		db_ips_hold(vn, DB_IP_MAP, map);
	db_digest_count(map);
	db_item_touch(db, &map->item, false);
	mode_changes(db, vn);
	return true;
}

void db_map_del(struct db *db, struct db_map *map)
{
	struct db_vn *vn = db_item_vn(&map->item);

	leaves(db, map);
	take_back(map, true);
	db_item_touch(db, &map->item, true);
	mode_changes(db, vn);
}

struct db_placed *db_placement_find(struct db_vn *vn, const struct mac_addr *mac)
{
	return table_find(&vn->placements, &placement_key, mac);
}

struct db_placed *db_placement_first(const struct db_vn *vn)
{
	return table_first(&vn->placements);
}

struct db_placed *db_placement_next(const struct db_placed *p)
{
	return table_next(&db_placed_vn(p)->placements, &placement_key, p);
}

static void placement_free(struct db *db, struct db_placed *p)
{
	table_del(&db_placed_vn(p)->placements, &placement_key, p);
	db_name_drop(&db->names, pool_at(p->nve));
	pool_free(p, placement_size(&p->ips));
}

static void placement_end(struct db *db, struct db_placed *p)
{
	db_profile_drop(db_placed_profile(p), db_placed_nve(p));
	db_ips_drop(db_placed_vn(p), DB_IP_PLACED, p);
	placement_free(db, p);
}

void db_placements_free(struct db *db, struct db_vn *vn)
{
	struct db_placed *p, *next;

	for (p = db_placement_first(vn); p; p = next) {
		next = db_placement_next(p);
		placement_free(db, p);
	}
}

void db_maps_free(struct db *db, struct db_vn *vn)
{
	struct db_map *map, *next;

	for (map = table_first(&vn->maps); map; map = next) {
		next = table_next(&vn->maps, &db_map_key, map);
		db_item_free(db, &map->item);
	}
}

static void placement_put(struct db_placed *p, const struct db_placement *new,
			  const struct db_name *nve)
{
	p->vm = new->vm;
	p->epoch = new->epoch;
	p->vn = pool_ref(new->vn);
	p->bound = new->bound;
	p->nve = pool_ref(nve);
	p->profile = pool_ref(new->profile);
	p->mac = new->mac;
	memcpy(&p->ips, &new->ips, db_ips_size(&new->ips));
}

static bool placement_says(const struct db_placed *p, const struct db_placement *new)
{
	return p->epoch == new->epoch && uuid_equal(&p->vm, &new->vm) &&
	       !strcmp(db_placed_nve(p), new->nve) && db_placed_profile(p) == new->profile &&
	       p->bound == new->bound && db_ips_equal(&p->ips, &new->ips);
}

bool db_placement_set(struct db *db, const struct db_placement *new)
{
	struct db_placed *p = db_placement_find(new->vn, &new->mac);
	struct db_name *nve;

	/* vCenter tells all it knows again in every session */
	if (p && placement_says(p, new))
		return false;
	db_profile_hold(new->profile, new->nve);
	nve = db_name_hold(&db->names, new->nve);
	if (p && db_ips_equal(&p->ips, &new->ips)) {
		/* a move, most often: it stays where it is */
		db_profile_drop(db_placed_profile(p), db_placed_nve(p));
		db_name_drop(&db->names, pool_at(p->nve));
		placement_put(p, new, nve);
	} else {
		if (p)
			placement_end(db, p);
		p = pool_zalloc(placement_size(&new->ips));
		placement_put(p, new, nve);
		table_add(&new->vn->placements, &placement_key, p);
		db_ips_hold(new->vn, DB_IP_PLACED, p);
	}
	if (db->observer)
		db->observer->placement(p, false, db->observer_arg);
	return true;
}

void db_placement_del(struct db *db, struct db_placed *p)
{
	if (db->observer)
		db->observer->placement(p, true, db->observer_arg);
	placement_end(db, p);
}

static void restore(struct db *db, struct db_item *item, const struct db_restore *at)
{
	db_item_nve(item)->items++;
	changelog_restore(&db_item_vn(item)->log, &item->in_vn, at->vn_revision);
	if (at->own_revision)
		changelog_restore(&db->own, &item->in_own, at->own_revision);
}

void db_restore_map(struct db *db, struct db_vn *vn, const struct mac_addr *mac,
		    const struct db_ips *ips, uint64_t epoch, struct db_nve *nve,
		    const struct db_restore *at)
{
	struct db_map *map = map_new(vn, mac, ips, nve);

	map->epoch = epoch;
	db_digest_count(map);
	vn->n_maps++;
	db_ips_hold(vn, DB_IP_MAP, map);
	restore(db, &map->item, at);
}

void db_restore_member(struct db *db, struct db_vn *vn, struct db_nve *nve,
		       const struct db_restore *at)
{
	restore(db, &member_new(vn, nve)->item, at);
}

static void members_restored(struct db_vn *vn)
{
	struct changelog_item *entry;
	struct db_item *item;

	for (entry = vn->log.oldest; entry; entry = changelog_next(&vn->log, entry)) {
		item = changelog_piece(&vn->log, entry);
		if (item->kind == DB_MEMBER)
			member_to_tail(db_item_member(item));
	}
}

void db_restored(struct db *db)
{
	struct changelog *log = &db->own;
	struct db_vn *vn;

	changelog_restored(log, log->revision, log->gone_revision);
	for (vn = db->vns; vn; vn = vn->hh.next) {
		log = &vn->log;
		changelog_restored(log, log->revision, log->gone_revision);
		members_restored(vn);
		vn->on_demand = mode_on_demand(vn->info.distribution, vn->n_maps, vn->on_demand);
	}
}
