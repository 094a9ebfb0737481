/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Placements, as they are said and as they are kept; see db.h.
 */
#ifndef NDIRECTORD_DB_PLACED_H
#define NDIRECTORD_DB_PLACED_H

#include <stdbool.h>
#include <stdint.h>
#include "lib/addr.h"
#include "lib/uuid.h"
#include "db_ips.h"
#include "db_name.h"
#include "pool.h"

struct db_profile;
struct db_vn;

/* vCenter's word: this address belongs behind that NVE. */
struct db_placement {
	struct db_vn *vn;
	uint64_t epoch;
	const char *nve;
	struct uuid vm;
	struct db_profile *profile;	/* or NULL */
	struct mac_addr mac;
	bool bound;			/* an operator's word, of no VM */
	struct db_ips ips;
};

/* The same as the database keeps it, of the pool: 48 bytes with one IPv4 address. */
struct db_placed {
	struct uuid vm;
	uint64_t epoch;
	uint32_t vn : POOL_REF_BITS;	/* db_placed_vn() */
	uint32_t bound : 1;
	uint32_t nve;			/* db_placed_nve() */
	uint32_t profile;		/* db_placed_profile() */
	struct mac_addr mac;
	struct db_ips ips;		/* last */
};

static inline struct db_vn *db_placed_vn(const struct db_placed *p)
{
	return pool_at(p->vn);
}

static inline struct db_profile *db_placed_profile(const struct db_placed *p)
{
	return pool_at(p->profile);	/* or NULL */
}

/* Until it goes, or is another's. */
static inline const char *db_placed_nve(const struct db_placed *p)
{
	return db_name_text(pool_at(p->nve));
}

#endif /* NDIRECTORD_DB_PLACED_H */
