/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mappings told in columns (MapColumns of proto/control.proto): a third of the bytes. Pure.
 */
#ifndef MAP_COLUMNS_H
#define MAP_COLUMNS_H

#include <stdbool.h>

#include "errs.h"
#include "proto/control.pb-c.h"

/* Can @m be told so? Its prefix has the length @len then, which must be that of all others. */
bool map_columns_fit(const Nvo3__Mapping *m, uint32_t *len);

/*
 * @update with what its columns say in set, as if there were none. What @ret points to is borrowed
 * from @update, and the rest is in *@room, to be freed after @ret; NULL if there were no columns.
 * -EBADMSG with a sentence.
 */
int map_columns_spread(const Nvo3__MapUpdate *update, Nvo3__MapUpdate *ret, void **room,
		       struct err *err);

/* What is made of mappings that fit, in order: @m, to be packed. */
struct map_columns {
	Nvo3__MapColumns m;
	uint64_t last;			/* epoch of the last one */
};

/* With room for @size mappings, and as many NVEs. */
struct map_columns *map_columns_new(size_t size);
void map_columns_free(struct map_columns *c);
/* Another NVE; @member is borrowed until the columns are packed. Returns its index. */
uint32_t map_columns_nve(struct map_columns *c, Nvo3__Member *member);
/* Another mapping, which fits; it is behind NVE @nve. */
void map_columns_add(struct map_columns *c, const Nvo3__Mapping *m, uint32_t nve);

#endif /* MAP_COLUMNS_H */
