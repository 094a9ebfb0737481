// SPDX-License-Identifier: GPL-2.0
/*
 * What another DC's director tells, into our database; see fed_merge.h.
 */
#include <stdio.h>
#include <string.h>
#include "claim.h"
#include "fed_merge.h"
#include "wire.h"

static bool is_of(const struct db_item *item, const char *dc)
{
	return !strcmp(db_item_nve(item)->dc, dc);
}

void fed_begin(struct db *db, const char *dc)
{
	struct db_member *member;
	struct db_map *map;
	struct db_vn *vn;

	for (vn = db->vns; vn; vn = vn->hh.next) {
		for (map = db_map_first(vn); map; map = db_map_next(map))
			if (is_of(&map->item, dc))
				map->item.heard = false;
		for (member = db_member_first(vn); member; member = db_member_next(member))
			if (is_of(&member->item, dc))
				member->item.heard = false;
	}
}

static bool unheard(const struct db_item *item, const char *dc)
{
	return !item->heard && is_of(item, dc);
}

void fed_sweep(struct db *db, const char *dc)
{
	struct db_member *member, *member_next;
	struct db_map *map, *map_next;
	struct db_vn *vn;

	for (vn = db->vns; vn; vn = vn->hh.next) {
		for (map = db_map_first(vn); map; map = map_next) {
			map_next = db_map_next(map);
			if (unheard(&map->item, dc))
				db_map_del(db, map);
		}
		for (member = db_member_first(vn); member; member = member_next) {
			member_next = db_member_next(member);
			if (unheard(&member->item, dc))
				db_member_del(db, member);
		}
	}
}

static bool of_dc(const char *nve, const char *dc)
{
	size_t len = strlen(dc);

	return !strncmp(nve, dc, len) && nve[len] == '/';
}

static void merge_vn(struct director *d, const char *dc, const Nvo3__VnInfo *m)
{
	struct db_vn_info info;
	struct err err;

	if (wire_get_vn(m, &info, &err) || db_vn_set(&d->db, &info, false, &err))
		director_alert(d, "vn-conflict", dc, "%s", err.text);
}

static struct db_vn *vn_of(struct director *d, const ProtobufCBinaryData *b)
{
	struct uuid uuid;

	return msg_get_uuid(b, &uuid) ? db_vn_find(&d->db, &uuid) : NULL;
}

static struct db_nve *nve_of(struct director *d, const char *dc, const char *name,
			     const ProtobufCBinaryData *locators, size_t n)
{
	struct ip_addr found[DB_LOCATORS];
	struct identity id;
	struct db_nve *nve;
	struct err err;
	char uri[160];
	int n_found;

	if (!of_dc(name, dc)) {
		director_alert(d, "claim-refused", dc, "it speaks for %s, which is not its own",
			       name);
		return NULL;
	}
	/* as strict as with certificates: names have an end, and end up in logs */
	snprintf(uri, sizeof(uri), "nvo3://%s/nve/%s", dc, name + strlen(dc) + 1);
	if (identity_parse(uri, &id, &err)) {
		director_alert(d, "claim-refused", dc, "it names an NVE badly: %s", err.text);
		return NULL;
	}
	if (wire_get_locators(locators, n, found, &n_found, &err)) {
		director_alert(d, "claim-refused", dc, "%s: %s", name, err.text);
		return NULL;
	}
	nve = db_nve_get(&d->db, name);
	db_nve_set_locators(&d->db, nve, found, n_found);
	return nve;
}

static void merge_map(struct director *d, const char *dc, const Nvo3__Mapping *m)
{
	struct db_vn *vn = vn_of(d, &m->vn);
	char text[MAC_ADDR_STRLEN];
	struct mac_addr mac;
	struct db_nve *nve;
	struct db_map *held;
	struct db_ips ips;
	struct err err;

	if (!vn || !msg_get_mac(&m->mac, &mac) || !mac_addr_is_unicast(&mac) ||
	    wire_get_ips(m->ips, m->n_ips, &ips, &err)) {
		director_alert(d, "claim-refused", dc, "a mapping without a VN, MAC or good IPs");
		return;
	}
	nve = nve_of(d, dc, m->nve, m->locators, m->n_locators);
	if (!nve)
		return;
	held = db_map_find(vn, &mac);
	switch (claim_merge(held, m->epoch, nve)) {
	case CLAIM_TAKE:
		db_map_set(&d->db, vn, &mac, &ips, m->epoch, nve);
		db_map_find(vn, &mac)->item.heard = true;
		break;
	case CLAIM_IGNORE:
		break;
	case CLAIM_CONFLICT:
		/* of a third DC's it is not this one that says whether it is there */
		if (is_of(&held->item, dc))
			held->item.heard = true;
		director_alert(d, "claim-conflict", dc, "MAC %s of VN %s: %s and %s, one epoch",
			       mac_addr_format(&mac, text), vn->info.name,
			       db_item_nve(&held->item)->name, m->nve);
		break;
	}
}

static void merge_map_del(struct director *d, const char *dc, const Nvo3__Mapping *m)
{
	struct db_vn *vn = vn_of(d, &m->vn);
	struct db_map *held;
	struct mac_addr mac;

	if (!vn || !msg_get_mac(&m->mac, &mac))
		return;
	held = db_map_find(vn, &mac);
	if (held && !strcmp(db_item_nve(&held->item)->dc, dc))
		db_map_del(&d->db, held);
}

static void merge_member(struct director *d, const char *dc, const Nvo3__FedMember *m)
{
	struct db_vn *vn = vn_of(d, &m->vn);
	struct db_nve *nve;

	if (!vn || !m->member)
		return;
	nve = nve_of(d, dc, m->member->nve, m->member->locators, m->member->n_locators);
	if (!nve)
		return;
	db_member_add(&d->db, vn, nve);
	db_nve_set_relay(&d->db, nve, m->member->relay);
	db_nve_set_stale(&d->db, nve, DB_STALE_NVE, m->member->stale);
	db_member_find(vn, nve)->item.heard = true;
}

static void merge_member_del(struct director *d, const char *dc, const Nvo3__FedMember *m)
{
	struct db_vn *vn = vn_of(d, &m->vn);
	struct db_member *member;
	struct db_nve *nve;

	if (!vn || !m->member || !of_dc(m->member->nve, dc))
		return;
	nve = db_nve_find(&d->db, m->member->nve);
	member = nve ? db_member_find(vn, nve) : NULL;
	if (member)
		db_member_del(&d->db, member);
}

void fed_merge(struct director *d, const char *dc, const Nvo3__FedUpdate *m)
{
	size_t i;

	for (i = 0; i < m->n_vns; i++)
		merge_vn(d, dc, m->vns[i]);
	for (i = 0; i < m->n_member_set; i++)
		merge_member(d, dc, m->member_set[i]);
	for (i = 0; i < m->n_set; i++)
		merge_map(d, dc, m->set[i]);
	for (i = 0; i < m->n_del; i++)
		merge_map_del(d, dc, m->del[i]);
	for (i = 0; i < m->n_member_del; i++)
		merge_member_del(d, dc, m->member_del[i]);
}

/* The peer's silence makes all its NVEs stale; which are stale themselves is its own word. */
void fed_set_stale(struct db *db, const char *dc, bool stale)
{
	struct db_nve *nve;

	for (nve = db_nve_first(db); nve; nve = db_nve_next(nve))
		if (!strcmp(nve->dc, dc))
			db_nve_set_stale(db, nve, DB_STALE_DC, stale);
}
