// SPDX-License-Identifier: GPL-2.0
/*
 * The director's database: VNs, NVEs, epochs; see db.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db_digest.h"
#include "db_item.h"
#include "db_locator.h"
#include "db_profile.h"
#include "dup.h"
#include "lib/mem.h"
#include "mode.h"

#define EPOCH_DC_BITS	8
#define EPOCH_TERM	(1ull << 40)		/* in db->epochs */
#define EPOCHS_MAX	((1ull << 56) - 1)

void db_init(struct db *db, const char *dc, uint8_t dc_id)
{
	*db = (struct db){ .dc_id = dc_id, .epochs = EPOCH_TERM };
	db->own.offset = offsetof(struct db_item, in_own);
	snprintf(db->dc, sizeof(db->dc), "%s", dc);
}

static void vn_free(struct db *db, struct db_vn *vn)
{
	struct db_member *m, *m_next;

	db_ips_uninit(vn);
	db_placements_free(db, vn);
	dup_free_all(vn);
	db_maps_free(db, vn);
	HASH_ITER(hh, vn->members, m, m_next)
		db_item_free(db, &m->item);
	changelog_uninit(&vn->log);
	db_digest_uninit(vn);
	HASH_DEL(db->vns, vn);
	free((void *)vn->info.addressing);
	pool_free(vn, sizeof(*vn));
}

void db_uninit(struct db *db)
{
	struct db_nve *nve, *nve_next;
	struct db_vn *vn, *vn_next;

	HASH_ITER(hh, db->vns, vn, vn_next)
		vn_free(db, vn);
	HASH_ITER(hh, db->nves, nve, nve_next) {
		db_locators_put(db, nve, nve->locators, 0);
		HASH_DEL(db->nves, nve);
		pool_free(nve, sizeof(*nve));
	}
	changelog_uninit(&db->own);
	db_profile_uninit(db);
}

/*
 * What was issued elsewhere counts too, so that a move back and forth between two data centres
 * always climbs. A full counter carries over into the term.
 */
uint64_t db_epoch_next(struct db *db, uint64_t above)
{
	uint64_t known = above >> EPOCH_DC_BITS;

	if (known < db->epochs)
		known = db->epochs;
	if (known == EPOCHS_MAX)
		return 0;
	db->epochs = known + 1;
	if (db->observer)
		db->observer->epoch(db->observer_arg);
	return db->epochs << EPOCH_DC_BITS | db->dc_id;
}

void db_epoch_seen(struct db *db, uint64_t epoch)
{
	if (epoch >> EPOCH_DC_BITS <= db->epochs)
		return;
	db->epochs = epoch >> EPOCH_DC_BITS;
	if (db->observer)
		db->observer->epoch(db->observer_arg);
}

struct db_vn *db_vn_find(struct db *db, const struct uuid *uuid)
{
	struct db_vn *vn;

	HASH_FIND(hh, db->vns, uuid, sizeof(*uuid), vn);
	return vn;
}

/*
 * VNs are few beside addresses and change rarely: a walk will do. Only those that our vCenter
 * defined stand in each other's way: hearsay must not keep it from defining one.
 */
static int vn_check(struct db *db, const struct db_vn_info *info, struct err *err)
{
	struct db_vn *vn;

	for (vn = db->vns; vn; vn = vn->hh.next) {
		if (!vn->defined || uuid_equal(&vn->info.uuid, &info->uuid))
			continue;
		if (vn->info.vni == info->vni)
			return err_set(err, EEXIST, "VNI %u belongs to VN %s", info->vni,
				       vn->info.name);
		if (!strcmp(vn->info.name, info->name))
			return err_set(err, EEXIST, "another VN is named %s", info->name);
	}
	return 0;
}

static struct db_vn *vn_new(struct db *db, const struct uuid *uuid)
{
	struct db_vn *vn = pool_zalloc(sizeof(*vn));

	vn->info.uuid = *uuid;
	/* one of this UUID may have been here before: its revisions must mean nothing now */
	vn->log.revision = db->vn_base;
	vn->log.floor = db->vn_base;
	vn->log.gone_revision = db->vn_base;
	HASH_ADD(hh, db->vns, info.uuid, sizeof(vn->info.uuid), vn);
	return vn;
}

static bool has_own(const struct db_vn *vn)
{
	struct db_member *member;
	struct db_map *map;

	for (member = db_member_first(vn); member; member = db_member_next(member))
		if (db_item_nve(&member->item)->own)
			return true;
	for (map = db_map_first(vn); map; map = db_map_next(map))
		if (db_item_nve(&map->item)->own)
			return true;
	return false;
}

bool db_vn_info_same(const struct db_vn_info *a, const struct db_vn_info *b)
{
	size_t head = offsetof(struct db_vn_info, addressing);

	return !memcmp(a, b, head) &&
	       (!a->n_addressing || !memcmp(a->addressing, b->addressing, a->n_addressing));
}

static void take_info(struct db_vn *vn, const struct db_vn_info *info)
{
	uint8_t *addressing = info->n_addressing ? mem_check(malloc(info->n_addressing)) : NULL;

	if (addressing)
		memcpy(addressing, info->addressing, info->n_addressing);
	free((void *)vn->info.addressing);
	vn->info = *info;
	vn->info.addressing = addressing;
}

int db_vn_set(struct db *db, const struct db_vn_info *info, bool defined, struct err *err)
{
	struct db_vn *vn = db_vn_find(db, &info->uuid);
	int ret = 0;

	if (vn && !defined)
		return 0;	/* hearsay changes nothing */
	if (vn && vn->defined && db_vn_info_same(&vn->info, info))
		return 0;
	if (vn && vn->info.vni != info->vni && has_own(vn))
		return err_set(err, EBUSY, "VN %s is in use with VNI %u, it cannot become %u",
			       vn->info.name, vn->info.vni, info->vni);
	if (defined)
		ret = vn_check(db, info, err);
	if (ret)
		return ret;
	if (!vn)
		vn = vn_new(db, &info->uuid);
	take_info(vn, info);
	vn->defined |= defined;
	vn->on_demand = mode_on_demand(info->distribution, vn->n_maps, vn->on_demand);
	if (db->observer)
		db->observer->vn(vn, false, db->observer_arg);
	return 0;
}

/* Those who are silent will not say that they leave. */
static void leave_undefined(struct db *db, struct db_vn *vn, struct db_member *member)
{
	if (!vn->defined && db_item_nve(&member->item)->own && db_item_nve(&member->item)->stale)
		db_member_del(db, member);
}

int db_vn_delete(struct db *db, struct db_vn *vn, struct err *err)
{
	unsigned int placed = vn->placements.n;
	struct db_member *member, *member_next;
	struct db_map *map, *map_next;

	if (placed)
		return err_set(err, EBUSY, "VN %s still has %u addresses placed in it",
			       vn->info.name, placed);
	vn->defined = false;
	for (map = db_map_first(vn); map; map = map_next) {
		map_next = db_map_next(map);
		if (db_item_nve(&map->item)->own)
			db_map_del(db, map);
	}
	for (member = db_member_first(vn); member; member = member_next) {
		member_next = db_member_next(member);
		leave_undefined(db, vn, member);
	}
	if (db->observer)
		db->observer->vn(vn, false, db->observer_arg);
	return 0;
}

/* The peers must not miss deletions that go with the VN: who is behind them gets a snapshot. */
static void raise_own_floor(struct db *db, const struct db_item *item)
{
	if (item->in_own.revision > db->own.floor)
		db->own.floor = item->in_own.revision;
}

static void reap(struct db *db, struct db_vn *vn)
{
	struct db_member *member;
	struct db_map *map;

	for (member = vn->members; member; member = member->hh.next)
		raise_own_floor(db, &member->item);
	for (map = table_first(&vn->maps); map; map = table_next(&vn->maps, &db_map_key, map))
		raise_own_floor(db, &map->item);
	if (db->vn_base <= vn->log.revision)
		db->vn_base = vn->log.revision + 1;
	if (db->observer)
		db->observer->vn(vn, true, db->observer_arg);
	vn_free(db, vn);
}

static void reap_nves(struct db *db)
{
	struct db_nve *nve, *next;

	HASH_ITER(hh, db->nves, nve, next) {
		if (!nve->forgotten || nve->refs)
			continue;
		HASH_DEL(db->nves, nve);
		pool_free(nve, sizeof(*nve));
	}
}

void db_reap(struct db *db)
{
	struct db_vn *vn, *next;

	HASH_ITER(hh, db->vns, vn, next)
		if (!vn->defined && !vn->placements.n && !vn->told && !db_map_first(vn) &&
		    !db_member_first(vn))
			reap(db, vn);
	reap_nves(db);
}

struct db_nve *db_nve_find(struct db *db, const char *name)
{
	struct db_nve *nve;

	HASH_FIND_STR(db->nves, name, nve);
	return nve && !nve->forgotten ? nve : NULL;
}

struct db_nve *db_nve_first(const struct db *db)
{
	struct db_nve *nve = db->nves;

	while (nve && nve->forgotten)
		nve = nve->hh.next;
	return nve;
}

struct db_nve *db_nve_next(const struct db_nve *nve)
{
	do {
		nve = nve->hh.next;
	} while (nve && nve->forgotten);
	return (struct db_nve *)nve;
}

struct db_nve *db_nve_get(struct db *db, const char *name)
{
	size_t dc_len = strcspn(name, "/");
	struct db_nve *nve;

	HASH_FIND_STR(db->nves, name, nve);
	if (nve) {
		nve->forgotten = false;
		return nve;
	}
	nve = pool_zalloc(sizeof(*nve));
	snprintf(nve->name, sizeof(nve->name), "%s", name);
	snprintf(nve->dc, sizeof(nve->dc), "%.*s", (int)dc_len, name);
	nve->own = !strcmp(nve->dc, db->dc);
	HASH_ADD_STR(db->nves, name, nve);
	return nve;
}

/* One membership per VN carries locators and staleness for all mappings behind the NVE. */
static void nve_changed(struct db *db, struct db_nve *nve)
{
	struct db_member *member;
	struct db_vn *vn;

	if (db->observer)
		db->observer->nve(nve, db->observer_arg);
	for (vn = db->vns; vn; vn = vn->hh.next) {
		member = db_member_find(vn, nve);
		if (!member)
			continue;
		db_item_touch(db, &member->item, false);
		leave_undefined(db, vn, member);
	}
}

static void move_in(struct db_vn *vn, const struct db_nve *nve,
		    const struct ip_addr *locators, int n)
{
	struct db_map *map;

	for (map = db_map_first(vn); map; map = db_map_next(map))
		if (db_item_nve(&map->item) == nve)
			db_digest_move(map, locators, n);
}

static void tell_moved(struct db *db, const struct db_nve *nve)
{
	struct db_map *map;
	struct db_vn *vn;

	if (!db->observer || !db->observer->moved)
		return;
	for (vn = db->vns; vn; vn = vn->hh.next) {
		if (!db_digest_has(vn, nve))
			continue;
		for (map = db_map_first(vn); map; map = db_map_next(map))
			if (db_item_nve(&map->item) == nve)
				db->observer->moved(map, db->observer_arg);
	}
}

void db_nve_set_locators(struct db *db, struct db_nve *nve, const struct ip_addr *locators, int n)
{
	struct db_vn *vn;

	if (n > DB_LOCATORS)
		n = DB_LOCATORS;
	if (n == nve->n_locators && !memcmp(nve->locators, locators, n * sizeof(*locators)))
		return;
	for (vn = db->vns; vn; vn = vn->hh.next)
		if (db_digest_has(vn, nve))
			move_in(vn, nve, locators, n);
	db_locators_put(db, nve, locators, n);
	nve_changed(db, nve);
	tell_moved(db, nve);
}

uint64_t db_nve_idle(struct db *db, struct db_nve *nve, bool busy, uint64_t now)
{
	uint64_t since = nve->idle_since;

	if (nve->items || busy)
		nve->idle_since = 0;
	else if (!since || since > now)
		nve->idle_since = now;
	if (nve->idle_since != since && db->observer)
		db->observer->nve(nve, db->observer_arg);
	return nve->idle_since ? now - nve->idle_since : 0;
}

unsigned int db_nve_placed(const struct db *db, const struct db_nve *nve)
{
	const struct db_placed *p;
	const struct db_vn *vn;
	unsigned int n = 0;

	for (vn = db->vns; vn; vn = vn->hh.next)
		for (p = db_placement_first(vn); p; p = db_placement_next(p))
			n += !strcmp(db_placed_nve(p), nve->name);
	return n;
}

static void forget_in(struct db *db, struct db_vn *vn, struct db_nve *nve)
{
	struct db_member *member = db_member_find(vn, nve);
	struct db_map *map, *next;

	for (map = db_map_first(vn); map; map = next) {
		next = db_map_next(map);
		if (db_item_nve(&map->item) == nve)
			db_map_del(db, map);
	}
	if (member)
		db_member_del(db, member);
}

static unsigned int end_maps(struct db *db, struct db_vn *vn, const struct db_nve *nve,
			     unsigned int max)
{
	struct db_map *map, *next;
	unsigned int n = 0;

	for (map = db_map_first(vn); map && n < max; map = next) {
		next = db_map_next(map);
		if (db_item_nve(&map->item) != nve)
			continue;
		db_map_del(db, map);
		n++;
	}
	return n;
}

void db_nve_withdraw(struct db *db, struct db_nve *nve, unsigned int max)
{
	struct db_member *member;
	struct db_vn *vn;

	for (vn = db->vns; vn && max; vn = vn->hh.next)
		if (db_digest_has(vn, nve))
			max -= end_maps(db, vn, nve, max);
	for (vn = db->vns; vn && max; vn = vn->hh.next) {
		member = db_member_find(vn, nve);
		if (member)
			db_member_del(db, member);
	}
}

/* The struct stays as long as tombstones name it; an NVE of that name may come again. */
void db_nve_forget(struct db *db, struct db_nve *nve)
{
	struct db_vn *vn;

	for (vn = db->vns; vn && nve->items; vn = vn->hh.next)
		forget_in(db, vn, nve);
	db_locators_put(db, nve, nve->locators, 0);
	nve->relay = false;
	nve->stale = 0;
	nve->idle_since = 0;
	nve->forgotten = true;
	if (db->observer)
		db->observer->nve(nve, db->observer_arg);
}

void db_nve_set_relay(struct db *db, struct db_nve *nve, bool relay)
{
	if (nve->relay == relay)
		return;
	nve->relay = relay;
	nve_changed(db, nve);
}

void db_nve_set_stale(struct db *db, struct db_nve *nve, enum db_stale why, bool stale)
{
	uint8_t before = nve->stale;

	nve->stale = stale ? before | why : before & ~why;
	if (!nve->stale != !before)
		nve_changed(db, nve);
}
