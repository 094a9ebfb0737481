// SPDX-License-Identifier: GPL-2.0
/*
 * Names that are kept once; see db_name.h.
 */
#include "db_name.h"

#include <string.h>

#include "pool.h"

static size_t size_of(const char *text)
{
	return sizeof(struct db_name) + strlen(text) + 1;
}

struct db_name *db_name_hold(struct db_name **names, const char *text)
{
	struct db_name *name;

	HASH_FIND_STR(*names, text, name);
	if (!name) {
		name = pool_zalloc(size_of(text));
		strcpy(name->text, text);
		HASH_ADD_STR(*names, text, name);
	}
	name->refs++;
	return name;
}

void db_name_drop(struct db_name **names, struct db_name *held)
{
	if (--held->refs)
		return;
	HASH_DEL(*names, held);
	pool_free(held, size_of(held->text));
}
