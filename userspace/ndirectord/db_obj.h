/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The objects of the database; what can be done with them is in db.h.
 */
#ifndef NDIRECTORD_DB_OBJ_H
#define NDIRECTORD_DB_OBJ_H

#include <uthash.h>
#include "lib/addr.h"
#include "lib/digest.h"
#include "lib/subnet.h"
#include "lib/uuid.h"
#include "changelog.h"
#include "db_ip.h"
#include "db_ips.h"
#include "db_nve_obj.h"
#include "db_placed.h"
#include "table.h"

enum db_kind { DB_MAP, DB_MEMBER };

/*
 * What mappings and members have in common; first in both, which are of the pool. There are a
 * million mappings: nothing is lost between fields, and VN and NVE are references of the pool.
 */
struct db_item {
	struct changelog_item in_vn;		/* on the VN's log */
	struct changelog_item in_own;		/* on db->own */
	uint32_t vn : POOL_REF_BITS;	/* db_item_vn() */
	uint32_t gone : 1;		/* a tombstone: told once more, then forgotten */
	uint32_t heard : 1;		/* named in its DC's snapshot (fed_merge.h) */
	uint32_t nve : POOL_REF_BITS;	/* db_item_nve() */
	uint32_t kind : 1;		/* enum db_kind */
};

static inline struct db_vn *db_item_vn(const struct db_item *item)
{
	return pool_at(item->vn);
}

static inline struct db_nve *db_item_nve(const struct db_item *item)
{
	return pool_at(item->nve);
}

/* 56 bytes with one IPv4 address. */
struct db_map {
	struct db_item item;
	uint64_t epoch;
	struct mac_addr mac;
	struct db_ips ips;		/* last */
} __attribute__((packed, aligned(4)));

struct db_member {
	struct db_item item;
	uint32_t key;			/* its NVE, as in item */
	struct follower *follower;	/* of tell.h: the session that has joined, or NULL */
	struct db_member *prev_changed, *next_changed;	/* on vn->changed */
	UT_hash_handle hh;
};

/* Of an item of that kind. */
static inline struct db_member *db_item_member(struct db_item *item)
{
	return (struct db_member *)item;
}

/* What an NVE has of a VN's mappings: it is not told of these. */
struct db_share {
	struct db_nve *nve;		/* key */
	struct digest digest;
	UT_hash_handle hh;
};

struct db_vn_info {
	struct uuid uuid;
	char name[64];
	char tenant[64];
	char home_dc[32];
	uint32_t vni;
	uint32_t unknown, bum, distribution, claims;	/* as in proto VnInfo */
	uint32_t arp, arp_unknown;		/* likewise */
	/* Likewise, unread; NULL: none, as most have. Of a db_vn's info its own, else borrowed */
	uint32_t n_addressing;
	const uint8_t *addressing;
};

struct db_vn {
	struct db_vn_info info;
	bool defined;			/* by our vCenter, not only heard of */
	bool on_demand;			/* the distribution in force (mode.h) */
	unsigned int n_maps;		/* that are not gone */
	struct digest digest;		/* over all mappings (db_digest.h) */
	struct db_share *shares;	/* by NVE; of each that has mappings */
	struct changelog log;
	struct table maps;		/* by mac; tombstones too */
	struct db_member *members;	/* by NVE name; tombstones too */
	struct db_member *changed;	/* all members by their last change, newest last */
	struct table placements;	/* by mac */
	struct db_ip_index ips;
	struct dup *dups;		/* dup.h */
	struct tell_log *told;		/* of tell.h; NULL: nobody follows */
	bool unwritten;			/* of persist.c: is on director.unwritten */
	struct db_vn *prev_unwritten, *next_unwritten;
	UT_hash_handle hh;
};

#endif /* NDIRECTORD_DB_OBJ_H */
