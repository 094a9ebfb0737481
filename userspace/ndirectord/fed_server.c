// SPDX-License-Identifier: GPL-2.0
/*
 * The peers' side of federation: another DC's director follows our own items
 * (proto/federation.proto). What we heard from a third one is not ours to tell.
 */
#include <stdlib.h>
#include <string.h>
#include "director.h"
#include "proto/federation.pb-c.h"
#include "wire.h"

struct update {
	Nvo3__FedUpdate m;
	struct wire_item room[FOLLOW_BATCH];
	Nvo3__Mapping *set[FOLLOW_BATCH], *del[FOLLOW_BATCH];
	Nvo3__FedMember member[FOLLOW_BATCH];
	Nvo3__FedMember *member_set[FOLLOW_BATCH], *member_del[FOLLOW_BATCH];
	Nvo3__VnInfo vn[FOLLOW_BATCH];
	Nvo3__VnInfo *vns[FOLLOW_BATCH];
};

static void put_vn(struct update *u, const struct db_vn *vn)
{
	size_t i;

	for (i = 0; i < u->m.n_vns; i++)
		if (u->vn[i].name == vn->info.name)
			return;
	wire_put_vn(&vn->info, &u->vn[i]);
	u->vns[i] = &u->vn[i];
	u->m.n_vns++;
}

static void put_member(struct update *u, struct db_item *item, int i)
{
	Nvo3__FedMember *m = &u->member[i];

	*m = (Nvo3__FedMember)NVO3__FED_MEMBER__INIT;
	m->vn = msg_put_uuid(&db_item_vn(item)->info.uuid);
	m->member = wire_put_member(db_item_nve(item), &u->room[i]);
	if (item->in_own.gone)
		u->member_del[u->m.n_member_del++] = m;
	else
		u->member_set[u->m.n_member_set++] = m;
}

static void put(struct update *u, struct db_item *item, int i)
{
	put_vn(u, db_item_vn(item));
	if (item->kind == DB_MEMBER)
		put_member(u, item, i);
	else if (item->in_own.gone)
		u->del[u->m.n_del++] = wire_put_map((struct db_map *)item, &u->room[i]);
	else
		u->set[u->m.n_set++] = wire_put_map((struct db_map *)item, &u->room[i]);
}

static void fed_tell(struct follower *f, const struct follow_batch *b)
{
	struct update *u = malloc(sizeof(*u));
	int i;

	u->m = (Nvo3__FedUpdate)NVO3__FED_UPDATE__INIT;
	u->m.set = u->set;
	u->m.del = u->del;
	u->m.member_set = u->member_set;
	u->m.member_del = u->member_del;
	u->m.vns = u->vns;
	for (i = 0; i < b->n; i++)
		put(u, b->items[i], i);
	u->m.revision = b->revision;
	u->m.snapshot_begin = b->begin;
	u->m.snapshot_end = b->end;
	chan_event(f->chan, MSG(FED_UPDATE), &u->m.base);
	free(u);
}

static void unfollow(struct director *d, struct chan *chan)
{
	struct follower *f = chan_user(chan);

	if (!f)
		return;
	chan_set_user(chan, NULL);
	tell_del(&d->tell, f);
	free(f);
}

void fed_server_down(struct director *d, struct chan *chan)
{
	unfollow(d, chan);
}

bool fed_server_message(struct director *d, struct chan *chan, const struct msg *msg)
{
	Nvo3__FedSubscribeReply reply = NVO3__FED_SUBSCRIBE_REPLY__INIT;
	Nvo3__FedSubscribe *m;
	struct follower *f;
	struct err err;
	bool same;

	if (msg->type != MSG(FED_SUBSCRIBE))
		return false;
	m = msg_decode(msg, &nvo3__fed_subscribe__descriptor, &err);
	if (!m) {
		director_answer(d, chan, msg, CODE(BAD_MESSAGE), &err, NULL);
		return true;
	}
	unfollow(d, chan);
	same = m->store.len == 16 && !memcmp(m->store.data, store_id(d->store), 16);
	f = calloc(1, sizeof(*f));
	*f = (struct follower){ .at.log = &d->db.own, .chan = chan, .send = fed_tell, .arg = d };
	follow_start(&f->at, m->revision, same);
	tell_add(&d->tell, f);
	chan_set_user(chan, f);
	reply.store = (ProtobufCBinaryData){ 16, (uint8_t *)store_id(d->store) };
	director_answer(d, chan, msg, CODE(OK), NULL, &reply.base);
	msg_free(m);
	return true;
}
