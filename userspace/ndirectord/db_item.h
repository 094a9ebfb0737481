/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the files of the database only: items and their two logs.
 */
#ifndef NDIRECTORD_DB_ITEM_H
#define NDIRECTORD_DB_ITEM_H

#include "db.h"

/* @item has changed, or is @gone: new revisions, observer told, worn-out tombstones freed. */
void db_item_touch(struct db *db, struct db_item *item, bool gone);
/* Off its logs and its VN, and freed, without a word. */
void db_item_free(struct db *db, struct db_item *item);
/* All of a VN's, likewise. */
void db_maps_free(struct db *db, struct db_vn *vn);
void db_placements_free(struct db *db, struct db_vn *vn);
/* Tombstones too; on by table_next() with this key. */
extern const struct table_key db_map_key;

#endif /* NDIRECTORD_DB_ITEM_H */
