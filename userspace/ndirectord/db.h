/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an nDirector knows: VNs, NVEs, who is member of what, where addresses are
 * placed, and the mappings. No I/O; an observer persists and sends.
 *
 * Every mapping and membership is an item of its VN's log, and, if its NVE is of
 * this DC, of the log of own items that the other DCs follow (changelog.h).
 */
#ifndef NDIRECTORD_DB_H
#define NDIRECTORD_DB_H

#include <uthash.h>
#include "lib/addr.h"
#include "lib/errs.h"
#include "lib/uuid.h"
#include "changelog.h"

#define DB_LOCATORS	4	/* per NVE */
#define DB_IPS		8	/* per address */

enum db_kind { DB_MAP, DB_MEMBER };

/* Why an NVE is stale: it is silent itself, or the director of its DC is. */
enum db_stale { DB_STALE_NVE = 1, DB_STALE_DC = 2 };

struct db_nve {
	char name[100];			/* "DC/NAME" */
	char dc[32];
	bool own;			/* of this nDirector's DC */
	uint8_t stale;			/* enum db_stale; still to be used */
	struct ip_addr locators[DB_LOCATORS];
	int n_locators;
	UT_hash_handle hh;
};

struct db_ips {
	struct ip_prefix ip[DB_IPS];
	int n;
};

/* What mappings and members have in common; first in both. */
struct db_item {
	enum db_kind kind;
	bool gone;			/* a tombstone: told once more, then forgotten */
	struct db_vn *vn;
	struct db_nve *nve;
	struct changelog_item in_vn;		/* on vn->log */
	struct changelog_item in_own;		/* on db->own */
};

struct db_map {
	struct db_item item;
	struct mac_addr mac;
	struct db_ips ips;
	uint64_t epoch;
	UT_hash_handle hh;
};

struct db_member {
	struct db_item item;
	UT_hash_handle hh;
};

/* Who has an IP in a VN, by placement or mapping; the first one keeps it. */
struct db_ip {
	struct ip_addr ip;
	struct mac_addr mac;
	unsigned int refs;
	UT_hash_handle hh;
};

/* vCenter's word: this address belongs behind that NVE. */
struct db_placement {
	struct db_vn *vn;
	struct uuid vm;
	struct mac_addr mac;
	struct db_ips ips;
	uint64_t epoch;
	char nve[100];
	UT_hash_handle hh;
};

struct db_vn_info {
	struct uuid uuid;
	char name[64];
	char tenant[64];
	char home_dc[32];
	uint32_t vni;
	uint32_t unknown, bum;		/* as in proto VnInfo */
};

struct db_vn {
	struct db_vn_info info;
	bool defined;			/* by our vCenter, not only heard of from a peer */
	struct changelog log;
	struct db_map *maps;		/* by mac; tombstones too */
	struct db_member *members;	/* by NVE name; tombstones too */
	struct db_placement *placements;	/* by mac */
	struct db_ip *ips;
	void *followers;		/* of tell.h */
	UT_hash_handle hh;
};

/* Called after each change, before the function that made it returns. */
struct db_observer {
	void (*item)(struct db_item *item, void *arg);
	void (*vn)(struct db_vn *vn, bool gone, void *arg);
	void (*nve)(struct db_nve *nve, void *arg);
	void (*placement)(struct db_placement *p, bool gone, void *arg);
	void (*epoch)(uint64_t counter, void *arg);
};

struct db {
	char dc[32];
	uint8_t dc_id;			/* 1 to 255 */
	uint16_t term;			/* authority term, top of every epoch */
	uint64_t counter;		/* of the newest epoch seen or issued, 40 bits */
	struct db_vn *vns;
	struct db_nve *nves;
	struct changelog own;
	const struct db_observer *observer;	/* may be NULL */
	void *observer_arg;
};

void db_init(struct db *db, const char *dc, uint8_t dc_id);
void db_uninit(struct db *db);

/* The next epoch: term, counter, DC; higher than every one seen here and than @above. */
uint64_t db_epoch_next(struct db *db, uint64_t above);

struct db_vn *db_vn_find(struct db *db, const struct uuid *uuid);
/* Define or change; -EEXIST if name or VNI belong to another, -EBUSY for a new VNI in use. */
int db_vn_set(struct db *db, const struct db_vn_info *info, bool defined, struct err *err);
/* -EBUSY while it has placements, members or mappings. */
int db_vn_delete(struct db *db, struct db_vn *vn, struct err *err);

struct db_nve *db_nve_find(struct db *db, const char *name);
struct db_nve *db_nve_get(struct db *db, const char *name);	/* find or create */
/* Both tell the NVE's memberships again, one item per VN: that says it for all mappings. */
void db_nve_set_locators(struct db *db, struct db_nve *nve, const struct ip_addr *locators, int n);
void db_nve_set_stale(struct db *db, struct db_nve *nve, enum db_stale why, bool stale);

struct db_member *db_member_find(struct db_vn *vn, const struct db_nve *nve);	/* NULL when gone */
void db_member_add(struct db *db, struct db_vn *vn, struct db_nve *nve);	/* again is fine */
void db_member_del(struct db *db, struct db_member *member);

struct db_map *db_map_find(struct db_vn *vn, const struct mac_addr *mac);	/* NULL when gone */
/* Stores without asking; claim.h decides. No change if it says what is there already. */
void db_map_set(struct db *db, struct db_vn *vn, const struct mac_addr *mac,
		const struct db_ips *ips, uint64_t epoch, struct db_nve *nve);
void db_map_del(struct db *db, struct db_map *map);

struct db_placement *db_placement_find(struct db_vn *vn, const struct mac_addr *mac);
void db_placement_set(struct db *db, const struct db_placement *p);
void db_placement_del(struct db *db, struct db_placement *p);

/* NULL if nobody has it. */
const struct db_ip *db_ip_find(struct db_vn *vn, const struct ip_addr *ip);
/* Count one more, one less user of @ips behind @mac. */
void db_ips_hold(struct db_vn *vn, const struct db_ips *ips, const struct mac_addr *mac);
void db_ips_drop(struct db_vn *vn, const struct db_ips *ips, const struct mac_addr *mac);

/* Items as they were stored, in any order; db_restored() then sorts the logs. */
struct db_restore {
	uint64_t vn_revision;
	uint64_t own_revision;		/* 0: not ours */
};

void db_restore_map(struct db *db, struct db_vn *vn, const struct mac_addr *mac,
		    const struct db_ips *ips, uint64_t epoch, struct db_nve *nve,
		    const struct db_restore *at);
void db_restore_member(struct db *db, struct db_vn *vn, struct db_nve *nve,
		       const struct db_restore *at);
void db_restored(struct db *db, uint64_t own_revision);

#endif /* NDIRECTORD_DB_H */
