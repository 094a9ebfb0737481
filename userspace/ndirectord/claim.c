// SPDX-License-Identifier: GPL-2.0
/*
 * Who may have an address; see claim.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "claim.h"
#include "lib/msg.h"

static uint32_t refuse(struct err *err, uint32_t code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static uint32_t refuse(struct err *err, uint32_t code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, EPERM, fmt, ap);
	va_end(ap);
	return code;
}

/* Where an address is, by placement or mapping; one of both is there. */
static const char *place_of(struct db_vn *vn, const struct mac_addr *mac)
{
	struct db_placed *p = db_placement_find(vn, mac);
	struct db_map *map = db_map_find(vn, mac);

	if (map && (!p || map->epoch > p->epoch))
		return db_item_nve(&map->item)->name;
	return p ? db_placed_nve(p) : "?";
}

/* Does somebody else have one of these IPs, by placement or mapping? */
static bool ip_taken(struct db_vn *vn, const struct db_ips *ips, const struct mac_addr *mac,
		     struct err *err)
{
	char ip[IP_ADDR_STRLEN], text[MAC_ADDR_STRLEN];
	const struct mac_addr *owner;
	struct ip_prefix prefix;
	size_t at = 0;

	while (db_ips_next(ips, &at, &prefix)) {
		owner = db_ip_find(vn, &prefix.addr);
		if (!owner || mac_addr_equal(owner, mac))
			continue;
		refuse(err, CODE(EXISTS), "IP %s of VN %s belongs to MAC %s at %s",
		       ip_addr_format(&prefix.addr, ip), vn->info.name,
		       mac_addr_format(owner, text), place_of(vn, owner));
		return true;
	}
	return false;
}

uint32_t claim_place(struct db *db, const struct db_placement *new, uint64_t min_epoch,
		     struct err *err)
{
	struct db_placed *held = db_placement_find(new->vn, &new->mac);
	struct db_map *map = db_map_find(new->vn, &new->mac);
	uint64_t known = new->epoch ? new->epoch : min_epoch;
	char mac[MAC_ADDR_STRLEN];

	mac_addr_format(&new->mac, mac);
	if (strncmp(new->nve, db->dc, strlen(db->dc)) || new->nve[strlen(db->dc)] != '/') {
		return refuse(err, CODE(DENIED), "NVE %s is not of data centre %s", new->nve,
			 db->dc);
	}
	if (held && held->bound) {
		return refuse(err, CODE(EXISTS), "MAC %s of VN %s is bound to %s by an operator",
			      mac, new->vn->info.name, db_placed_nve(held));
	}
	if (held && !uuid_equal(&held->vm, &new->vm)) {
		return refuse(err, CODE(EXISTS), "MAC %s of VN %s is placed for another VM at %s",
			 mac, new->vn->info.name, db_placed_nve(held));
	}
	if (held && new->epoch && held->epoch > new->epoch) {
		return refuse(err, CODE(STALE), "MAC %s of VN %s has a newer placement at %s",
			 mac, new->vn->info.name, db_placed_nve(held));
	}
	if (held && new->epoch && held->epoch == new->epoch &&
	    strcmp(db_placed_nve(held), new->nve)) {
		return refuse(err, CODE(STALE), "MAC %s of VN %s is placed at %s with this epoch, not at %s",
			 mac, new->vn->info.name, db_placed_nve(held), new->nve);
	}
	if (map && !db_item_nve(&map->item)->own && map->epoch > known) {
		return refuse(err, CODE(EXISTS), "MAC %s of VN %s lives at %s", mac,
			 new->vn->info.name, db_item_nve(&map->item)->name);
	}
	return ip_taken(new->vn, &new->ips, &new->mac, err) ? CODE(EXISTS) : CODE(OK);
}

uint32_t claim_advertise(struct db_vn *vn, const struct mac_addr *mac, const struct db_ips *ips,
			 uint64_t epoch, const struct db_nve *nve, struct err *err)
{
	struct db_placed *p = db_placement_find(vn, mac);
	struct db_map *map = db_map_find(vn, mac);
	char text[MAC_ADDR_STRLEN];

	mac_addr_format(mac, text);
	if (!p) {
		return refuse(err, CODE(DENIED), "MAC %s of VN %s is not placed in this DC",
			 text, vn->info.name);
	}
	if (strcmp(db_placed_nve(p), nve->name)) {
		return refuse(err, CODE(DENIED), "MAC %s of VN %s is placed at %s, not at %s",
			 text, vn->info.name, db_placed_nve(p), nve->name);
	}
	if (epoch > p->epoch && (!map || epoch > map->epoch)) {
		return refuse(err, CODE(DENIED), "MAC %s of VN %s is claimed with epoch %#llx, which was not issued here",
			 text, vn->info.name, (unsigned long long)epoch);
	}
	if (p->epoch != epoch || (map && map->epoch > epoch)) {
		return refuse(err, CODE(STALE),
			      "MAC %s of VN %s is claimed with epoch %#llx, the newest is %#llx at %s",
			      text, vn->info.name, (unsigned long long)epoch,
			      (unsigned long long)(map && map->epoch > epoch ?
						   map->epoch : p->epoch), place_of(vn, mac));
	}
	return ip_taken(vn, ips, mac, err) ? CODE(DENIED) : CODE(OK);
}

/*
 * RFC 7432, section 7.7: the first who comes; then who has the newest number, and who comes
 * without one.
 */
static uint32_t claim_open(struct db_vn *vn, const struct mac_addr *mac, const struct db_ips *ips,
			   uint64_t epoch, const struct db_nve *nve, bool frozen,
			   struct claim_given *ret, struct err *err)
{
	struct db_map *map = db_map_find(vn, mac);
	bool here = map && db_item_nve(&map->item) == nve;
	char text[MAC_ADDR_STRLEN];

	mac_addr_format(mac, text);
	if (map && !here && frozen)
		return refuse(err, CODE(DENIED), "MAC %s of VN %s moved too often and is frozen at %s, %s may not have it",
			      text, vn->info.name, db_item_nve(&map->item)->name, nve->name);
	if (map && epoch && epoch < map->epoch)
		return refuse(err, CODE(STALE), "MAC %s of VN %s is claimed with epoch %#llx, the newest is %#llx at %s",
			      text, vn->info.name, (unsigned long long)epoch,
			      (unsigned long long)map->epoch, db_item_nve(&map->item)->name);
	if (map && epoch && (epoch > map->epoch || !here))
		return refuse(err, CODE(DENIED), "MAC %s of VN %s is claimed by %s with epoch %#llx, which was not issued to it; it is at %s",
			      text, vn->info.name, nve->name, (unsigned long long)epoch,
			      db_item_nve(&map->item)->name);
	if (ip_taken(vn, ips, mac, err))
		return CODE(DENIED);
	*ret = (struct claim_given){ .epoch = here ? map->epoch : epoch, .moves = map && !here };
	return CODE(OK);
}

uint32_t claim_any(struct db_vn *vn, const struct mac_addr *mac, const struct db_ips *ips,
		   uint64_t epoch, const struct db_nve *nve, bool frozen, struct claim_given *ret,
		   struct err *err)
{
	struct db_placed *p = db_placement_find(vn, mac);
	bool open = vn->info.claims == NVO3__CLAIMS__CLAIMS_OPEN;

	if (!p && open)
		return claim_open(vn, mac, ips, epoch, nve, frozen, ret, err);
	if (p && !epoch && (open || p->bound))
		epoch = p->epoch;
	*ret = (struct claim_given){ .epoch = epoch };
	return claim_advertise(vn, mac, ips, epoch, nve, err);
}

uint32_t claim_bind(struct db *db, const struct db_placement *new, struct err *err)
{
	struct db_placed *held = db_placement_find(new->vn, &new->mac);
	char mac[MAC_ADDR_STRLEN];

	if (held && !held->bound)
		return refuse(err, CODE(EXISTS), "MAC %s of VN %s is placed for a VM at %s, by vCenter",
			      mac_addr_format(&new->mac, mac), new->vn->info.name,
			      db_placed_nve(held));
	if (strncmp(new->nve, db->dc, strlen(db->dc)) || new->nve[strlen(db->dc)] != '/')
		return refuse(err, CODE(DENIED), "NVE %s is not of data centre %s", new->nve,
			      db->dc);
	return ip_taken(new->vn, &new->ips, &new->mac, err) ? CODE(EXISTS) : CODE(OK);
}

bool claim_withdraw(const struct db_map *held, uint64_t epoch, const struct db_nve *nve)
{
	return held && db_item_nve(&held->item) == nve && held->epoch <= epoch;
}

uint32_t claim_may_withdraw(const struct db_map *held, uint64_t epoch, const struct db_nve *nve,
			    struct err *err)
{
	char text[MAC_ADDR_STRLEN];

	if (!held || db_item_nve(&held->item) == nve || held->epoch > epoch)
		return CODE(OK);
	return refuse(err, CODE(DENIED), "MAC %s of VN %s is at %s, %s may not withdraw it",
		      mac_addr_format(&held->mac, text), db_item_vn(&held->item)->info.name,
		      db_item_nve(&held->item)->name, nve->name);
}

enum claim_merge claim_merge(const struct db_map *held, uint64_t epoch, const struct db_nve *nve)
{
	if (!held || epoch > held->epoch)
		return CLAIM_TAKE;
	if (epoch < held->epoch)
		return CLAIM_IGNORE;
	return db_item_nve(&held->item) == nve ? CLAIM_TAKE : CLAIM_CONFLICT;
}
