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
#include "db_ips.h"
#include "db_nve_obj.h"
#include "table.h"

enum db_kind { DB_MAP, DB_MEMBER };

/*
 * What mappings and members have in common; first in both, which are of the pool. There are a
 * million mappings: large fields stand before small ones, so that nothing is lost between them.
 */
struct db_item {
	struct db_vn *vn;
	struct db_nve *nve;
	struct changelog_item in_vn;		/* on vn->log */
	struct changelog_item in_own;		/* on db->own */
	uint32_t heard;			/* the peer's snapshot that named it last (fed_merge.h) */
	uint8_t kind;			/* enum db_kind */
	bool gone;			/* a tombstone: told once more, then forgotten */
};

struct db_map {
	struct db_item item;
	uint64_t epoch;
	struct mac_addr mac;
	struct db_ips ips;		/* last */
};

struct db_member {
	struct db_item item;
	struct follower *follower;	/* of tell.h: the session that has joined, or NULL */
	struct db_member *prev_changed, *next_changed;	/* on vn->changed */
	UT_hash_handle hh;
};

/* What an NVE has of a VN's mappings: it is not told of these. */
struct db_share {
	struct db_nve *nve;		/* key */
	struct digest digest;
	UT_hash_handle hh;
};

/* Who has an IP in a VN, by placement or mapping; the first one keeps it. Of the pool. */
struct db_ip {
	struct ip_addr ip;
	struct mac_addr mac;
	uint8_t refs;			/* a placement and a mapping, before and after a change */
};

/* vCenter's word: this address belongs behind that NVE. In the database it is of the pool. */
struct db_placement {
	struct db_vn *vn;
	uint64_t epoch;
	const char *nve;		/* in the database db_name.h has it */
	struct uuid vm;
	struct db_profile *profile;	/* or NULL */
	struct mac_addr mac;
	bool bound;			/* an operator's word, of no VM */
	struct db_ips ips;		/* last */
};

struct db_vn_info {
	struct uuid uuid;
	char name[64];
	char tenant[64];
	char home_dc[32];
	uint32_t vni;
	uint32_t unknown, bum, distribution, claims;	/* as in proto VnInfo */
	uint32_t arp, arp_unknown;		/* likewise */
	struct subnets_packed addressing;	/* likewise; unread */
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
	struct table ips;
	struct dup *dups;		/* dup.h */
	struct tell_log *told;		/* of tell.h; NULL: nobody follows */
	bool unwritten;			/* of persist.c: is on director.unwritten */
	struct db_vn *prev_unwritten, *next_unwritten;
	UT_hash_handle hh;
};

#endif /* NDIRECTORD_DB_OBJ_H */
