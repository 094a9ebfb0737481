/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an nDirector knows: VNs, NVEs, who is member of what, where addresses are
 * placed, and the mappings. No I/O; an observer persists and sends.
 *
 * Every mapping and membership is an item of its VN's log, and, if its NVE is of
 * this DC, of the log of own items that the other DCs follow (changelog.h).
 *
 * A VN is defined by our vCenter, or only heard of: from a peer, or because members are left
 * in one that vCenter deleted. A VN that is not defined goes with its last item (db_reap()).
 */
#ifndef NDIRECTORD_DB_H
#define NDIRECTORD_DB_H

#include "lib/errs.h"
#include "db_obj.h"

struct db_profile;

/* Called after each change, before the function that made it returns. */
struct db_observer {
	void (*item)(struct db_item *item, void *arg);
	void (*vn)(struct db_vn *vn, bool gone, void *arg);
	void (*nve)(struct db_nve *nve, void *arg);	/* perhaps forgotten */
	void (*placement)(const struct db_placed *p, bool gone, void *arg);
	void (*epoch)(void *arg);
	/* Its NVE has other locators; its membership says so, no item of the mapping's own does. */
	void (*moved)(struct db_map *map, void *arg);
	/* It is about to go from its NVE, or to be another's. */
	void (*leaves)(struct db_map *map, void *arg);
	void (*profile)(struct db_profile *p, bool gone, void *arg);
};

struct db {
	char dc[32];
	uint8_t dc_id;			/* 1 to 255 */
	uint64_t epochs;		/* the newest epoch seen or issued, without its DC */
	uint64_t vn_base;		/* above all revisions of VNs that are gone */
	struct db_vn *vns;
	struct db_nve *nves;
	struct db_locator *locators;	/* db_locator.h */
	struct db_profile *profiles;	/* db_profile.h */
	struct db_name *names;		/* db_name.h */
	struct changelog own;
	const struct db_observer *observer;	/* may be NULL */
	void *observer_arg;
};

void db_init(struct db *db, const char *dc, uint8_t dc_id);
void db_uninit(struct db *db);

/*
 * Epochs are 16 bits of authority term, 40 of a counter and 8 of the DC. The next one is higher
 * than every one seen here and than @above; 0 if there is none.
 */
uint64_t db_epoch_next(struct db *db, uint64_t above);
void db_epoch_seen(struct db *db, uint64_t epoch);

struct db_vn *db_vn_find(struct db *db, const struct uuid *uuid);
/* Define or change; -EEXIST if name or VNI belong to another, -EBUSY for a new VNI in use. */
bool db_vn_info_same(const struct db_vn_info *a, const struct db_vn_info *b);
int db_vn_set(struct db *db, const struct db_vn_info *info, bool defined, struct err *err);
/* Not defined any more. -EBUSY while it has placements. Silent members leave it, others may. */
int db_vn_delete(struct db *db, struct db_vn *vn, struct err *err);
/* Free undefined VNs that are empty and not followed, and forgotten NVEs that nothing names. */
void db_reap(struct db *db);

struct db_nve *db_nve_find(struct db *db, const char *name);
struct db_nve *db_nve_get(struct db *db, const char *name);	/* find or create */
struct db_nve *db_nve_first(const struct db *db);
struct db_nve *db_nve_next(const struct db_nve *nve);
/* For how many seconds nothing has been in its name, nor a session (@busy) been there. */
uint64_t db_nve_idle(struct db *db, struct db_nve *nve, bool busy, uint64_t now);
/* Addresses that are placed there; slow. */
unsigned int db_nve_placed(const struct db *db, const struct db_nve *nve);
void db_nve_forget(struct db *db, struct db_nve *nve);	/* with all that is in its name */
/* @max of its mappings end; with the last ones its memberships do. What is left: nve->items. */
void db_nve_withdraw(struct db *db, struct db_nve *nve, unsigned int max);
/* They tell the NVE's memberships again, one item per VN: that says it for all mappings. */
void db_nve_set_locators(struct db *db, struct db_nve *nve, const struct ip_addr *locators, int n);
void db_nve_set_relay(struct db *db, struct db_nve *nve, bool relay);
void db_nve_set_stale(struct db *db, struct db_nve *nve, enum db_stale why, bool stale);

/* NULL when gone. A walk by _first and _next, which skip what is gone, may delete as it goes. */
struct db_member *db_member_find(struct db_vn *vn, const struct db_nve *nve);
struct db_member *db_member_first(const struct db_vn *vn);
struct db_member *db_member_next(const struct db_member *member);
void db_member_add(struct db *db, struct db_vn *vn, struct db_nve *nve);	/* again is fine */
/* The first of those who changed after @revision, on by next_changed; tombstones too. */
struct db_member *db_member_after(const struct db_vn *vn, uint64_t revision);
void db_member_del(struct db *db, struct db_member *member);

struct db_map *db_map_find(struct db_vn *vn, const struct mac_addr *mac);	/* the same */
struct db_map *db_map_any(struct db_vn *vn, const struct mac_addr *mac);	/* tombstones too */
/* In any order. */
struct db_map *db_map_first(const struct db_vn *vn);
struct db_map *db_map_next(const struct db_map *map);
/* Stores without asking; claim.h decides. False: it says what is there already. */
bool db_map_set(struct db *db, struct db_vn *vn, const struct mac_addr *mac,
		const struct db_ips *ips, uint64_t epoch, struct db_nve *nve);
void db_map_del(struct db *db, struct db_map *map);

struct db_placed *db_placement_first(const struct db_vn *vn);
struct db_placed *db_placement_next(const struct db_placed *p);
struct db_placed *db_placement_find(struct db_vn *vn, const struct mac_addr *mac);
bool db_placement_set(struct db *db, const struct db_placement *p);		/* the same */
void db_placement_del(struct db *db, struct db_placed *p);

#endif /* NDIRECTORD_DB_H */
