/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Profiles as vCenter made them, and at which NVEs placements name them. What one says is of no
 * interest
 * here: it is kept as it came. Pure.
 */
#ifndef NDIRECTORD_DB_PROFILE_H
#define NDIRECTORD_DB_PROFILE_H

#include <stddef.h>
#include "db.h"

struct db_profile_nve;

/* Of the pool. */
struct db_profile {
	struct uuid uuid;
	uint64_t version;
	char name[64];
	uint8_t *data;			/* the message Profile */
	size_t len;
	struct db_profile_nve *nves;
	UT_hash_handle hh;
};

struct db_profile *db_profile_find(struct db *db, const struct uuid *uuid);
/* Makes or replaces it; @data is copied. Who is newer is for the caller to look. */
struct db_profile *db_profile_set(struct db *db, const struct uuid *uuid, uint64_t version,
				  const char *name, const uint8_t *data, size_t len);
/* -EBUSY with a sentence while a placement names it. */
int db_profile_del(struct db *db, struct db_profile *p, struct err *err);
void db_profile_uninit(struct db *db);

/* One more, one less placement at @nve that names it; nothing for a zero UUID. */
void db_profile_hold(struct db_profile *p, const char *nve);
void db_profile_drop(struct db_profile *p, const char *nve);
/* Until @until_ms @nve may have it without one. */
void db_profile_grant(struct db_profile *p, const char *nve, uint64_t until_ms);
bool db_profile_may_have(const struct db_profile *p, const char *nve, uint64_t now_ms);

#endif /* NDIRECTORD_DB_PROFILE_H */
