/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that many placements have in common: each is kept once.
 */
#ifndef NDIRECTORD_DB_NAME_H
#define NDIRECTORD_DB_NAME_H

#include <uthash.h>

/* Of the pool. */
struct db_name {
	unsigned int refs;
	UT_hash_handle hh;
	char text[];
};

/* The same one for the same name, until it was dropped as often as it was held. */
struct db_name *db_name_hold(struct db_name **names, const char *text);
void db_name_drop(struct db_name **names, struct db_name *held);

static inline const char *db_name_text(const struct db_name *name)
{
	return name->text;
}

#endif /* NDIRECTORD_DB_NAME_H */
