// SPDX-License-Identifier: GPL-2.0
/*
 * Names that are kept once; see db_name.h.
 */
#include "db_name.h"

#include <uthash.h>

#include "lib/mem.h"

struct db_name {
	unsigned int refs;
	UT_hash_handle hh;
	char text[];
};

const char *db_name_hold(struct db_name **names, const char *text)
{
	struct db_name *name;

	HASH_FIND_STR(*names, text, name);
	if (!name) {
		name = mem_zalloc(sizeof(*name) + strlen(text) + 1);
		strcpy(name->text, text);
		HASH_ADD_STR(*names, text, name);
	}
	name->refs++;
	return name->text;
}

void db_name_drop(struct db_name **names, const char *held)
{
	struct db_name *name;

	HASH_FIND_STR(*names, held, name);
	if (!name || --name->refs)
		return;
	HASH_DEL(*names, name);
	free(name);
}
