// SPDX-License-Identifier: GPL-2.0
/*
 * The control conversation with an NVE (proto/control.proto, draft section 7).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "claim.h"
#include "director.h"
#include "nve_tell.h"
#include "wire.h"

struct join {
	struct follower follower;
	struct join *prev, *next;
};

struct nve_session {
	struct chan *chan;
	struct db_nve *nve;
	struct join *joins;
	bool registered;
	struct nve_session *prev, *next;
};

static struct nve_session *session_of(struct director *d, const struct db_nve *nve)
{
	struct nve_session *s;

	DL_FOREACH(d->nve_sessions, s)
		if (s->nve == nve)
			break;
	return s;
}

void nve_session_up(struct director *d, struct chan *chan)
{
	struct db_nve *nve = db_nve_get(&d->db, chan_peer_name(chan));
	struct nve_session *old = session_of(d, nve);
	struct nve_session *s = calloc(1, sizeof(*s));

	s->chan = chan;
	s->nve = nve;
	chan_set_user(chan, s);
	DL_APPEND(d->nve_sessions, s);
	if (old)
		chan_drop(old->chan, "the NVE opened another session");
}

static void leave(struct director *d, struct nve_session *s, struct join *join)
{
	tell_del(&d->tell, &join->follower);
	DL_DELETE(s->joins, join);
	free(join);
}

/* Silence withdraws nothing: what the NVE said stays, marked. */
void nve_session_down(struct director *d, struct chan *chan, const char *why)
{
	struct nve_session *s = chan_user(chan);

	while (s->joins)
		leave(d, s, s->joins);
	DL_DELETE(d->nve_sessions, s);
	if (!session_of(d, s->nve)) {
		db_nve_set_stale(&d->db, s->nve, DB_STALE_NVE, true);
		director_alert(d, "nve-stale", s->nve->name, "its session ended: %s", why);
	}
	free(s);
}

static struct join *join_of(struct nve_session *s, const struct db_vn *vn)
{
	struct join *join;

	DL_FOREACH(s->joins, join)
		if (join->follower.vn == vn)
			break;
	return join;
}

static uint32_t on_register(struct director *d, struct nve_session *s, void *message,
			    struct err *err)
{
	Nvo3__NveRegister *m = message;
	struct ip_addr locators[DB_LOCATORS];
	int n;

	if (wire_get_locators(m->locators, m->n_locators, locators, &n, err))
		return CODE(BAD_MESSAGE);
	db_nve_set_locators(&d->db, s->nve, locators, n);
	db_nve_set_stale(&d->db, s->nve, DB_STALE_NVE, false);
	s->registered = true;
	return CODE(OK);
}

static struct db_vn *vn_of(struct director *d, const ProtobufCBinaryData *b, uint32_t *code,
			   struct err *err)
{
	char text[UUID_STRLEN];
	struct db_vn *vn;
	struct uuid uuid;

	*code = CODE(BAD_MESSAGE);
	if (!msg_get_uuid(b, &uuid)) {
		err_set(err, EINVAL, "the VN's UUID has %zu bytes", b->len);
		return NULL;
	}
	*code = CODE(NOT_FOUND);
	vn = db_vn_find(&d->db, &uuid);
	if (!vn)
		err_set(err, ENOENT, "VN %s is not known in %s", uuid_format(&uuid, text),
			d->self.dc);
	return vn;
}

static void follow(struct director *d, struct nve_session *s, struct db_vn *vn,
		   const Nvo3__VnJoin *m)
{
	bool same = m->store.len == 16 && !memcmp(m->store.data, store_id(d->store), 16);
	struct join *join = calloc(1, sizeof(*join));

	join->follower = (struct follower){ .chan = s->chan, .log = &vn->log, .vn = vn,
					    .nve = s->nve, .send = nve_tell, .arg = d };
	DL_APPEND(s->joins, join);
	tell_add(&d->tell, &join->follower, same ? m->revision : 0);
	if (!same)
		join->follower.snapshot = true;
}

static void on_join(struct director *d, struct nve_session *s, const struct msg *msg, void *message)
{
	Nvo3__VnJoinReply reply = NVO3__VN_JOIN_REPLY__INIT;
	Nvo3__VnJoin *m = message;
	Nvo3__VnInfo info;
	struct join *old;
	struct db_vn *vn;
	struct err err;
	uint32_t code;

	vn = vn_of(d, &m->vn, &code, &err);
	if (!vn) {
		director_answer(d, s->chan, msg->id, code, &err, NULL);
		return;
	}
	old = join_of(s, vn);
	if (old)
		leave(d, s, old);
	db_member_add(&d->db, vn, s->nve);
	follow(d, s, vn, m);
	wire_put_vn(&vn->info, &info);
	reply.vn = &info;
	director_answer(d, s->chan, msg->id, CODE(OK), NULL, &reply.base);
}

static uint32_t on_leave(struct director *d, struct nve_session *s, void *message, struct err *err)
{
	Nvo3__VnLeave *m = message;
	struct db_member *member;
	struct join *join;
	struct db_vn *vn;
	uint32_t code;

	vn = vn_of(d, &m->vn, &code, err);
	if (!vn)
		return code;
	join = join_of(s, vn);
	if (join)
		leave(d, s, join);
	member = db_member_find(vn, s->nve);
	if (member)
		db_member_del(&d->db, member);
	return CODE(OK);
}

static uint32_t advertise(struct director *d, struct nve_session *s, const Nvo3__Mapping *m,
			  struct err *err)
{
	struct mac_addr mac;
	struct db_ips ips;
	struct db_vn *vn;
	uint32_t code;

	vn = vn_of(d, &m->vn, &code, err);
	if (!vn)
		return code;
	if (!msg_get_mac(&m->mac, &mac) || !mac_addr_is_unicast(&mac)) {
		err_set(err, EINVAL, "not the MAC of a single station");
		return CODE(BAD_MESSAGE);
	}
	if (wire_get_ips(m->ips, m->n_ips, &ips, err))
		return CODE(BAD_MESSAGE);
	code = claim_advertise(vn, &mac, m->epoch, s->nve, err);
	if (code == CODE(OK))
		db_map_set(&d->db, vn, &mac, &ips, m->epoch, s->nve);
	else
		director_alert(d, "claim-refused", s->nve->name, "%s", err->text);
	return code;
}

static uint32_t withdraw(struct director *d, struct nve_session *s, const Nvo3__Mapping *m,
			 struct err *err)
{
	struct db_map *held;
	struct mac_addr mac;
	struct db_vn *vn;
	uint32_t code;

	vn = vn_of(d, &m->vn, &code, err);
	if (!vn)
		return code;
	if (!msg_get_mac(&m->mac, &mac)) {
		err_set(err, EINVAL, "MAC of %zu bytes", m->mac.len);
		return CODE(BAD_MESSAGE);
	}
	held = db_map_find(vn, &mac);
	if (claim_withdraw(held, m->epoch, s->nve))
		db_map_del(&d->db, held);
	return CODE(OK);
}

typedef uint32_t each_fn(struct director *d, struct nve_session *s, const Nvo3__Mapping *m,
			 struct err *err);

static void on_maps(struct director *d, struct nve_session *s, const struct msg *msg,
		    const Nvo3__MapAdvertise *m, each_fn *each)
{
	Nvo3__MapAdvertiseReply reply = NVO3__MAP_ADVERTISE_REPLY__INIT;
	Nvo3__MapResult **results = calloc(m->n_maps + 1, sizeof(*results));
	struct err *errs = calloc(m->n_maps + 1, sizeof(*errs));
	size_t i;

	for (i = 0; i < m->n_maps; i++) {
		results[i] = malloc(sizeof(**results));
		*results[i] = (Nvo3__MapResult)NVO3__MAP_RESULT__INIT;
		results[i]->code = each(d, s, m->maps[i], &errs[i]);
		if (results[i]->code != CODE(OK))
			results[i]->text = errs[i].text;
	}
	reply.n_results = m->n_maps;
	reply.results = results;
	director_answer(d, s->chan, msg->id, CODE(OK), NULL, &reply.base);
	for (i = 0; i < m->n_maps; i++)
		free(results[i]);
	free(results);
	free(errs);
}

static void dispatch(struct director *d, struct nve_session *s, const struct msg *msg,
		     void *message)
{
	uint32_t code = CODE(OK);
	struct err err;

	switch (msg->type) {
	case MSG(NVE_REGISTER): {
		Nvo3__NveRegisterReply reply = NVO3__NVE_REGISTER_REPLY__INIT;

		code = on_register(d, s, message, &err);
		reply.store = (ProtobufCBinaryData){ 16, (uint8_t *)store_id(d->store) };
		director_answer(d, s->chan, msg->id, code, &err, &reply.base);
		return;
	}
	case MSG(VN_JOIN):
		on_join(d, s, msg, message);
		return;
	case MSG(VN_LEAVE):
		code = on_leave(d, s, message, &err);
		director_answer(d, s->chan, msg->id, code, &err, NULL);
		return;
	case MSG(MAP_ADVERTISE):
		on_maps(d, s, msg, message, advertise);
		return;
	case MSG(MAP_WITHDRAW):
		/* the same fields */
		on_maps(d, s, msg, message, withdraw);
		return;
	}
}

static const ProtobufCMessageDescriptor *descriptor(uint32_t type)
{
	switch (type) {
	case MSG(NVE_REGISTER):
		return &nvo3__nve_register__descriptor;
	case MSG(VN_JOIN):
		return &nvo3__vn_join__descriptor;
	case MSG(VN_LEAVE):
		return &nvo3__vn_leave__descriptor;
	case MSG(MAP_ADVERTISE):
	case MSG(MAP_WITHDRAW):
		return &nvo3__map_advertise__descriptor;
	}
	return NULL;
}

bool nve_session_message(struct director *d, struct chan *chan, const struct msg *msg)
{
	const ProtobufCMessageDescriptor *desc = descriptor(msg->type);
	struct nve_session *s = chan_user(chan);
	struct err err;
	void *message;

	if (msg->type == MSG(MAP_ACK))
		return true;
	if (!desc)
		return false;
	message = msg_decode(msg, desc, &err);
	if (!message) {
		director_answer(d, chan, msg->id, CODE(BAD_MESSAGE), &err, NULL);
		return true;
	}
	if (!s->registered && msg->type != MSG(NVE_REGISTER)) {
		err_set(&err, EPROTO, "%s before NVE_REGISTER", msg_name(msg->type));
		director_answer(d, chan, msg->id, CODE(BAD_STATE), &err, NULL);
	} else {
		dispatch(d, s, msg, message);
	}
	msg_free(message);
	return true;
}
