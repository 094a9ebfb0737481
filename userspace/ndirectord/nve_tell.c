// SPDX-License-Identifier: GPL-2.0
/*
 * The MAP_UPDATE messages that an NVE is sent; see tell.h.
 */
#include <stdlib.h>
#include "director.h"
#include "nve_tell.h"
#include "wire.h"

struct update {
	Nvo3__MapUpdate m;
	struct wire_item room[TELL_BATCH];
	Nvo3__Mapping *set[TELL_BATCH], *del[TELL_BATCH];
	Nvo3__Member *member_set[TELL_BATCH];
	char *member_del[TELL_BATCH];
};

static void put(struct update *u, struct db_item *item, struct wire_item *room)
{
	Nvo3__MapUpdate *m = &u->m;

	if (item->kind == DB_MAP && item->gone)
		u->del[m->n_del++] = wire_put_map((struct db_map *)item, room);
	else if (item->kind == DB_MAP)
		u->set[m->n_set++] = wire_put_map((struct db_map *)item, room);
	else if (item->gone)
		u->member_del[m->n_member_del++] = item->nve->name;
	else
		u->member_set[m->n_member_set++] = wire_put_member(item->nve, room);
}

void nve_tell(struct follower *f, struct db_item **items, int n, uint64_t revision, bool end)
{
	struct update *u = malloc(sizeof(*u));
	struct director *d = f->arg;
	int i;

	u->m = (Nvo3__MapUpdate)NVO3__MAP_UPDATE__INIT;
	u->m.set = u->set;
	u->m.del = u->del;
	u->m.member_set = u->member_set;
	u->m.member_del = u->member_del;
	for (i = 0; i < n; i++)
		put(u, items[i], &u->room[i]);
	u->m.vn = msg_put_uuid(&f->vn->info.uuid);
	u->m.store = (ProtobufCBinaryData){ 16, (uint8_t *)store_id(d->store) };
	u->m.revision = revision;
	u->m.snapshot_begin = f->snapshot && !f->begun;
	u->m.snapshot_end = f->snapshot && end;
	chan_event(f->chan, MSG(MAP_UPDATE), &u->m.base);
	free(u);
}
