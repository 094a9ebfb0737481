// SPDX-License-Identifier: GPL-2.0
/*
 * The director's database: VNs, NVEs, epochs; see db.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "db_item.h"

#define EPOCH_DC_BITS		8
#define EPOCH_COUNTER_BITS	40

void db_init(struct db *db, const char *dc, uint8_t dc_id)
{
	*db = (struct db){ .dc_id = dc_id, .term = 1 };
	snprintf(db->dc, sizeof(db->dc), "%s", dc);
}

static void vn_free(struct db *db, struct db_vn *vn)
{
	struct db_placement *p, *p_next;
	struct db_member *m, *m_next;
	struct db_map *map, *map_next;
	struct db_ip *ip, *ip_next;

	HASH_ITER(hh, vn->ips, ip, ip_next) {
		HASH_DEL(vn->ips, ip);
		free(ip);
	}
	HASH_ITER(hh, vn->placements, p, p_next) {
		HASH_DEL(vn->placements, p);
		free(p);
	}
	HASH_ITER(hh, vn->maps, map, map_next)
		db_item_free(db, &map->item);
	HASH_ITER(hh, vn->members, m, m_next)
		db_item_free(db, &m->item);
	HASH_DEL(db->vns, vn);
	free(vn);
}

void db_uninit(struct db *db)
{
	struct db_nve *nve, *nve_next;
	struct db_vn *vn, *vn_next;

	HASH_ITER(hh, db->vns, vn, vn_next)
		vn_free(db, vn);
	HASH_ITER(hh, db->nves, nve, nve_next) {
		HASH_DEL(db->nves, nve);
		free(nve);
	}
}

/*
 * What was issued elsewhere counts too: the counter follows the highest one seen, so that a
 * move back and forth between two data centres always climbs.
 */
uint64_t db_epoch_next(struct db *db, uint64_t above)
{
	uint64_t seen = above >> EPOCH_DC_BITS & ((1ull << EPOCH_COUNTER_BITS) - 1);
	uint16_t term = above >> (EPOCH_DC_BITS + EPOCH_COUNTER_BITS);

	if (term > db->term)
		db->term = term;
	if (seen > db->counter)
		db->counter = seen;
	db->counter++;
	if (db->observer)
		db->observer->epoch(db->counter, db->observer_arg);
	return (uint64_t)db->term << (EPOCH_DC_BITS + EPOCH_COUNTER_BITS) |
	       db->counter << EPOCH_DC_BITS | db->dc_id;
}

struct db_vn *db_vn_find(struct db *db, const struct uuid *uuid)
{
	struct db_vn *vn;

	HASH_FIND(hh, db->vns, uuid, sizeof(*uuid), vn);
	return vn;
}

/* VNs are few beside addresses and change rarely: a walk will do. */
static int vn_check(struct db *db, const struct db_vn_info *info, struct err *err)
{
	struct db_vn *vn;

	for (vn = db->vns; vn; vn = vn->hh.next) {
		if (uuid_equal(&vn->info.uuid, &info->uuid)) {
			if (vn->info.vni != info->vni && (vn->members || vn->maps))
				return err_set(err, EBUSY,
					       "VN %s is in use with VNI %u, it cannot become %u",
					       vn->info.name, vn->info.vni, info->vni);
			continue;
		}
		if (vn->info.vni == info->vni)
			return err_set(err, EEXIST, "VNI %u belongs to VN %s", info->vni,
				       vn->info.name);
		if (!strcmp(vn->info.name, info->name))
			return err_set(err, EEXIST, "another VN is named %s", info->name);
	}
	return 0;
}

int db_vn_set(struct db *db, const struct db_vn_info *info, bool defined, struct err *err)
{
	struct db_vn *vn = db_vn_find(db, &info->uuid);
	int ret;

	if (vn && !defined)
		return 0;	/* hearsay changes nothing */
	ret = vn_check(db, info, err);
	if (ret)
		return ret;
	if (vn && vn->defined && !memcmp(&vn->info, info, sizeof(*info)))
		return 0;
	if (!vn) {
		vn = calloc(1, sizeof(*vn));
		vn->info.uuid = info->uuid;
		HASH_ADD(hh, db->vns, info.uuid, sizeof(vn->info.uuid), vn);
	}
	vn->info = *info;
	vn->defined |= defined;
	if (db->observer)
		db->observer->vn(vn, false, db->observer_arg);
	return 0;
}

static unsigned int alive(const struct db_vn *vn)
{
	struct db_member *m;
	struct db_map *map;
	unsigned int n = 0;

	for (map = vn->maps; map; map = map->hh.next)
		n += !map->item.gone;
	for (m = vn->members; m; m = m->hh.next)
		n += !m->item.gone;
	return n;
}

int db_vn_delete(struct db *db, struct db_vn *vn, struct err *err)
{
	unsigned int placed = HASH_COUNT(vn->placements);

	if (placed)
		return err_set(err, EBUSY, "VN %s still has %u addresses placed in it",
			       vn->info.name, placed);
	if (alive(vn))
		return err_set(err, EBUSY, "VN %s still has mappings or member NVEs",
			       vn->info.name);
	if (db->observer)
		db->observer->vn(vn, true, db->observer_arg);
	vn_free(db, vn);
	return 0;
}

struct db_nve *db_nve_find(struct db *db, const char *name)
{
	struct db_nve *nve;

	HASH_FIND_STR(db->nves, name, nve);
	return nve;
}

struct db_nve *db_nve_get(struct db *db, const char *name)
{
	struct db_nve *nve = db_nve_find(db, name);
	size_t dc_len = strcspn(name, "/");

	if (nve)
		return nve;
	nve = calloc(1, sizeof(*nve));
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
		if (member)
			db_item_touch(db, &member->item, false);
	}
}

void db_nve_set_locators(struct db *db, struct db_nve *nve, const struct ip_addr *locators, int n)
{
	if (n > DB_LOCATORS)
		n = DB_LOCATORS;
	if (n == nve->n_locators && !memcmp(nve->locators, locators, n * sizeof(*locators)))
		return;
	memcpy(nve->locators, locators, n * sizeof(*locators));
	nve->n_locators = n;
	nve_changed(db, nve);
}

void db_nve_set_stale(struct db *db, struct db_nve *nve, enum db_stale why, bool stale)
{
	uint8_t before = nve->stale;

	nve->stale = stale ? before | why : before & ~why;
	if (!nve->stale != !before)
		nve_changed(db, nve);
}
