/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that many placements have in common: each is kept once.
 */
#ifndef NDIRECTORD_DB_NAME_H
#define NDIRECTORD_DB_NAME_H

struct db_name;

/* The same text for the same name, until it was dropped as often as it was held. */
const char *db_name_hold(struct db_name **names, const char *text);
void db_name_drop(struct db_name **names, const char *held);

#endif /* NDIRECTORD_DB_NAME_H */
