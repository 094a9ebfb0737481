// SPDX-License-Identifier: GPL-2.0
/*
 * The MAP_UPDATE messages that an NVE is sent; see tell.h.
 */
#include <stdlib.h>
#include "director.h"
#include "lib/mem.h"
#include "nve_tell.h"
#include "wire.h"

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
		m->member_del[m->n_member_del++] = item->nve->name;
	else
		m->member_set[m->n_member_set++] = wire_put_member(item->nve, room);
}

struct chan_shared *nve_encode(struct follower *f, const struct follow_batch *b)
{
	struct wire_item *room = mem_check(malloc((b->n + 1) * sizeof(struct part)));
	Nvo3__MapUpdate m = NVO3__MAP_UPDATE__INIT;
	struct director *d = f->arg;
	struct chan_shared *event;
	int i;

	m.set = (Nvo3__Mapping **)(room + b->n);
	m.del = m.set + b->n;
	m.member_set = (Nvo3__Member **)(m.del + b->n);
	m.member_del = (char **)(m.member_set + b->n);
	for (i = 0; i < b->n; i++)
		put(&m, b->items[i], &room[i]);
	m.vn = msg_put_uuid(&f->at.vn->info.uuid);
	m.store = (ProtobufCBinaryData){ 16, (uint8_t *)store_id(d->store) };
	m.revision = b->revision;
	m.snapshot_begin = b->begin;
	m.snapshot_end = b->end;
	m.again = (ProtobufCBinaryData){ b->n_again, (uint8_t *)b->again };
	m.again_end = b->again_end;
	event = chan_shared_new(MSG(MAP_UPDATE), &m.base);
	free(room);
	return event;
}

void nve_tell(struct follower *f, const struct follow_batch *b)
{
	struct chan_shared *event = nve_encode(f, b);

	f->messages++;
	chan_event_shared(f->chan, event);
	chan_shared_free(event);
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
		nve_put_vn(vn, member->item.nve, member->follower->chan, &info);
		chan_event(member->follower->chan, MSG(VN_UPDATE), &m.base);
	}
}
