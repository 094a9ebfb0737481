/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Digests of what a VN's followers should hold, kept as mappings change: of all mappings, and of
 * those that one NVE has itself (Documentation/distribution.rst).
 */
#ifndef NDIRECTORD_DB_DIGEST_H
#define NDIRECTORD_DB_DIGEST_H

#include "db_obj.h"

/* With all locators of its NVE, as it is told. */
uint64_t db_digest_hash(const struct db_map *map);

/* @map is there, and before anything of it changes or it goes. */
void db_digest_count(struct db_map *map);
void db_digest_uncount(struct db_map *map);

/* Its NVE is about to have these locators. */
void db_digest_move(struct db_map *map, const struct ip_addr *locators, int n);

/* Over all mappings that are not @nve's. */
struct digest db_digest_of_others(const struct db_vn *vn, const struct db_nve *nve);
bool db_digest_has(const struct db_vn *vn, const struct db_nve *nve);	/* mappings */
void db_digest_uninit(struct db_vn *vn);

#endif /* NDIRECTORD_DB_DIGEST_H */
