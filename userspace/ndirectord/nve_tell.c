// SPDX-License-Identifier: GPL-2.0
/*
 * The MAP_UPDATE messages that an NVE is sent; see tell.h.
 */
#include <stdlib.h>
#include <string.h>
#include "director.h"
#include "lib/map_columns.h"
#include "lib/mem.h"
#include "nve_tell.h"
#include "wire.h"

#define COLUMNS_MIN	4	/* with fewer the columns themselves are longer */
#define NO_LEN		UINT32_MAX

/* What one item takes while it is encoded. */
struct part {
	struct wire_item room;
	Nvo3__Mapping *set, *del;
	Nvo3__Member *member_set;
	char *member_del;
};

/* Its VN is the message's. */
static Nvo3__Mapping *put_map(struct db_item *item, struct wire_item *room)
{
	Nvo3__Mapping *m = wire_put_map((struct db_map *)item, room);

	m->vn = (ProtobufCBinaryData){ };
	return m;
}

static void put(Nvo3__MapUpdate *m, struct db_item *item, struct wire_item *room)
{
	if (item->kind == DB_MAP && item->gone)
		m->del[m->n_del++] = put_map(item, room);
	else if (item->kind == DB_MAP)
		m->set[m->n_set++] = put_map(item, room);
	else if (item->gone)
		m->member_del[m->n_member_del++] = db_item_nve(item)->name;
	else
		m->member_set[m->n_member_set++] = wire_put_member(db_item_nve(item), room);
}

/* All prefixes are as long as the first one's. */
static bool to_columns(struct db_item *item, struct wire_item *room, uint32_t *common)
{
	uint32_t len;

	if (item->kind != DB_MAP || item->gone || !map_columns_fit(put_map(item, room), &len))
		return false;
	if (*common == NO_LEN)
		*common = len;
	return len == *common;
}

/* Its NVE, once in each message. */
static uint32_t put_nve(struct map_columns *columns, struct db_nve *nve, struct wire_item *room)
{
	uint32_t n = columns->m.n_nves;

	if (nve->column < n && columns->m.nves[nve->column]->nve == nve->name)
		return nve->column;
	nve->column = map_columns_nve(columns, wire_put_member(nve, room));
	return nve->column;
}

/*
 * What fits goes into columns if it is worth it; which items those were is in @done. NULL: it is
 * not.
 */
static struct map_columns *put_columns(const struct follow_batch *b, struct wire_item *room,
				       bool *done)
{
	struct map_columns *columns;
	uint32_t len = NO_LEN;
	int i, n = 0;

	for (i = 0; i < b->n; i++) {
		done[i] = to_columns(b->items[i], &room[i], &len);
		n += done[i];
	}
	if (n < COLUMNS_MIN) {
		memset(done, 0, b->n * sizeof(*done));
		return NULL;
	}
	columns = map_columns_new(n);
	for (i = 0; i < b->n; i++)
		if (done[i])
			map_columns_add(columns, &room[i].map,
					put_nve(columns, db_item_nve(b->items[i]), &room[i]));
	return columns;
}

static struct chan_shared *encode(struct follower *f, const struct follow_batch *b, bool in_columns)
{
	struct wire_item *room = mem_check(malloc((b->n + 1) * sizeof(struct part)));
	Nvo3__MapUpdate m = NVO3__MAP_UPDATE__INIT;
	struct map_columns *columns = NULL;
	bool done[FOLLOW_BATCH] = { };
	struct director *d = f->arg;
	struct chan_shared *event;
	int i;

	m.set = (Nvo3__Mapping **)(room + b->n);
	m.del = m.set + b->n;
	m.member_set = (Nvo3__Member **)(m.del + b->n);
	m.member_del = (char **)(m.member_set + b->n);
	if (in_columns)
		columns = put_columns(b, room, done);
	if (columns)
		m.columns = &columns->m;
	for (i = 0; i < b->n; i++)
		if (!done[i])
			put(&m, b->items[i], &room[i]);
	m.vn = msg_put_uuid(&f->at.vn->info.uuid);
	m.store = (ProtobufCBinaryData){ 16, (uint8_t *)store_id(d->store) };
	m.revision = b->revision;
	m.snapshot_begin = b->begin;
	m.snapshot_end = b->end;
	m.again = (ProtobufCBinaryData){ b->n_again, (uint8_t *)b->again };
	m.again_end = b->again_end;
	event = chan_shared_new(MSG(MAP_UPDATE), &m.base);
	map_columns_free(columns);
	free(room);
	return event;
}

static struct chan_shared *encode_rows(struct follower *f, const struct follow_batch *b)
{
	return encode(f, b, false);
}

static struct chan_shared *encode_columns(struct follower *f, const struct follow_batch *b)
{
	return encode(f, b, true);
}

static void tell(struct follower *f, const struct follow_batch *b)
{
	struct chan_shared *event = f->encode(f, b);

	f->messages++;
	chan_event_shared(f->chan, event);
	chan_shared_free(event);
}

void nve_follower(struct follower *f, struct director *d, struct chan *chan)
{
	f->chan = chan;
	f->arg = d;
	f->send = tell;
	f->encode = chan_can(chan, CAN_MAP_COLUMNS) ? encode_columns : encode_rows;
}

bool nve_on_demand(const struct db_vn *vn, const struct db_nve *nve, const struct chan *chan)
{
	return vn->on_demand && !nve->relay && chan_can(chan, CAN_ON_DEMAND);
}

void nve_put_vn(const struct db_vn *vn, const struct db_nve *nve, const struct chan *chan,
		Nvo3__VnInfo *ret)
{
	wire_put_vn(&vn->info, ret);
	ret->distribution = nve_on_demand(vn, nve, chan) ?
			    NVO3__DISTRIBUTION__DISTRIBUTION_ON_DEMAND :
			    NVO3__DISTRIBUTION__DISTRIBUTION_PUSH;
}

void nve_tell_vn(const struct db_vn *vn)
{
	Nvo3__VnUpdate m = NVO3__VN_UPDATE__INIT;
	struct db_member *member;
	Nvo3__VnInfo info;

	m.vn = &info;
	for (member = db_member_first(vn); member; member = db_member_next(member)) {
		if (!member->follower)
			continue;
		nve_put_vn(vn, db_item_nve(&member->item), member->follower->chan, &info);
		chan_event(member->follower->chan, MSG(VN_UPDATE), &m.base);
	}
}
