/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The database as it was stored; at the start, before anybody observes it.
 */
#ifndef NDIRECTORD_DB_RESTORE_H
#define NDIRECTORD_DB_RESTORE_H

#include "db.h"

/* Items as they were stored, in any order; db_restored() then sorts the logs (changelog.h). */
struct db_restore {
	uint64_t vn_revision;
	uint64_t own_revision;		/* 0: not ours */
};

void db_restore_map(struct db *db, struct db_vn *vn, const struct mac_addr *mac,
		    const struct db_ips *ips, uint64_t epoch, struct db_nve *nve,
		    const struct db_restore *at);
void db_restore_member(struct db *db, struct db_vn *vn, struct db_nve *nve,
		       const struct db_restore *at);
void db_restored(struct db *db);

#endif /* NDIRECTORD_DB_RESTORE_H */
