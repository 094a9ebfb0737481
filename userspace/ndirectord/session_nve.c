// SPDX-License-Identifier: GPL-2.0
/*
 * The control conversation with an NVE (proto/control.proto, draft section 7).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "db_locator.h"
#include "hearing.h"
#include "lease.h"
#include "lib/crashpoint.h"
#include "nve_tell.h"
#include "session_nve.h"
#include "wire.h"

#define QUERIES_PER_S	2000
#define QUERIES_BURST	4096	/* as many as one kernel may have open */

struct nve_session *nve_session_of(struct director *d, const struct db_nve *nve)
{
	return nve->session;
}

bool nve_session_exists(struct director *d, const struct db_nve *nve)
{
	return nve_session_of(d, nve);
}

unsigned int nve_sessions(struct director *d)
{
	struct nve_session *s;
	unsigned int n = 0;

	DL_FOREACH(d->nve_sessions, s)
		n += s->registered;
	return n;
}

void nve_session_up(struct director *d, struct chan *chan)
{
	struct db_nve *nve = db_nve_get(&d->db, chan_peer_name(chan));
	struct nve_session *s = calloc(1, sizeof(*s));

	s->chan = chan;
	s->nve = nve;
	rate_init(&s->queries, QUERIES_PER_S, QUERIES_BURST, loop_now_ms());
	share_init(&s->share, loop_now_ms());
	nve_audit_init(s);
	chan_set_user(chan, s);
	/* any older one has been dropped by that */
	if (nve->session)
		chan_drop(nve->session->chan, "the NVE opened another session");
	nve->session = s;
	DL_APPEND(d->nve_sessions, s);
	alone_up(&d->alone);
}

static void end_join(struct director *d, struct nve_session *s, struct join *join)
{
	struct db_member *member = db_member_find(join->follower.at.vn, s->nve);

	if (member && member->follower == &join->follower)
		member->follower = NULL;
	tell_del(&d->tell, &join->follower);
	DL_DELETE(s->joins, join);
	free(join);
}

void nve_silent(struct director *d, struct db_nve *nve, const char *why)
{
	if (!(nve->stale & DB_STALE_NVE)) {
		db_nve_set_stale(&d->db, nve, DB_STALE_NVE, true);
		director_alert(d, "nve-stale", nve->name, "%s", why);
	}
	hearing_of(d->hearings, nve);
}

/* Silence withdraws nothing: what the NVE said stays, marked. Nor is it silent when we stop. */
void nve_session_down(struct director *d, struct chan *chan, const char *why)
{
	struct nve_session *s = chan_user(chan);

	while (s->joins)
		end_join(d, s, s->joins);
	nve_profiles_free(s);
	nve_claims_drop(s);
	DL_DELETE(d->nve_sessions, s);
	if (!d->stopping)
		alone_down(&d->alone);
	if (s->nve->session == s)
		s->nve->session = NULL;
	if (!nve_session_of(d, s->nve) && !d->stopping)
		lease_begin(d->leases, s->nve, chan_silent_ms(chan), why);
	free(s);
}

/* By its membership, for a session may have joined many VNs. */
struct join *nve_join_of(struct nve_session *s, struct db_vn *vn)
{
	struct db_member *member = db_member_find(vn, s->nve);
	struct follower *f = member ? member->follower : NULL;

	/* that of another session of this NVE, which is about to end, is not ours */
	return f && f->chan == s->chan ? (struct join *)f : NULL;
}

/* What is sent to a locator must not end at another NVE. A silent one may be this host of old. */
static uint32_t get_locators(struct director *d, const struct nve_session *s,
			     const Nvo3__NveRegister *m, struct ip_addr *locators, int *n,
			     struct err *err)
{
	const struct db_nve *other;
	char text[IP_ADDR_STRLEN];
	int i;

	if (wire_get_locators(m->locators, m->n_locators, locators, n, err))
		return CODE(BAD_MESSAGE);
	for (i = 0; i < *n; i++) {
		other = db_locator_owner(&d->db, &locators[i], s->nve);
		if (!other)
			continue;
		err_set(err, EEXIST, "locator %s is that of %s", ip_addr_format(&locators[i], text),
			other->name);
		return CODE(EXISTS);
	}
	return CODE(OK);
}

static void on_register(struct director *d, struct nve_session *s, const struct msg *msg,
			const Nvo3__NveRegister *m)
{
	Nvo3__NveRegisterReply reply = NVO3__NVE_REGISTER_REPLY__INIT;
	struct ip_addr locators[DB_LOCATORS];
	struct err err;
	uint32_t code;
	int n;

	code = get_locators(d, s, m, locators, &n, &err);
	if (code != CODE(OK)) {
		director_answer(d, s->chan, msg, code, &err, NULL);
		return;
	}
	db_nve_set_locators(&d->db, s->nve, locators, n);
	db_nve_set_relay(&d->db, s->nve, m->relay);
	db_nve_set_stale(&d->db, s->nve, DB_STALE_NVE, false);
	s->registered = true;
	director_note(d, "nve-registered", s->nve->name, "with %d locators", n);
	CRASHPOINT("nve-registered");
	reply.store = (ProtobufCBinaryData){ 16, (uint8_t *)store_id(d->store) };
	director_answer(d, s->chan, msg, CODE(OK), NULL, &reply.base);
	nve_list_all(d, s);
}

struct db_vn *nve_vn(struct director *d, const ProtobufCBinaryData *b, uint32_t *code,
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
	struct follower *f = &join->follower;

	f->at = (struct follow){ .log = &vn->log, .vn = vn, .nve = s->nve };
	nve_follower(f, d, s->chan);
	if (m->on_demand && nve_on_demand(vn, s->nve, s->chan))
		nve_interest_start(d, s, f, m);
	else if (m->on_demand)
		same = false;	/* its revision is that of its interest */
	follow_start(&f->at, m->revision, same);
	if (!f->at.snapshot) {
		f->at.told = m->revision;
		f->acked = m->revision;
	}
	DL_APPEND(s->joins, join);
	tell_add(&d->tell, f);
	db_member_find(vn, s->nve)->follower = f;
}

/*
 * Only a VN of our vCenter's: the VNI of one that was only heard of may be another's here. One that
 * was deleted goes on for those who have not left it yet.
 */
static struct db_vn *vn_to_join(struct director *d, const Nvo3__VnJoin *m, uint32_t *code,
				struct err *err)
{
	struct db_vn *vn = nve_vn(d, &m->vn, code, err);

	if (!vn || vn->defined)
		return vn;
	*code = CODE(NOT_FOUND);
	err_set(err, ENOENT, "VN %s is not defined in %s", vn->info.name, d->self.dc);
	return NULL;
}

static void on_join(struct director *d, struct nve_session *s, const struct msg *msg,
		    const Nvo3__VnJoin *m)
{
	Nvo3__VnJoinReply reply = NVO3__VN_JOIN_REPLY__INIT;
	Nvo3__VnInfo info;
	struct join *old;
	struct db_vn *vn;
	struct err err;
	uint32_t code;

	vn = vn_to_join(d, m, &code, &err);
	if (!vn) {
		director_answer(d, s->chan, msg, code, &err, NULL);
		return;
	}
	old = nve_join_of(s, vn);
	code = nve_interest_check(s, m, old, &err);
	if (code != CODE(OK)) {
		director_answer(d, s->chan, msg, code, &err, NULL);
		return;
	}
	if (old)
		end_join(d, s, old);
	if (!db_member_find(vn, s->nve))
		director_note(d, "vn-joined", s->nve->name, "VN %s", vn->info.name);
	db_member_add(&d->db, vn, s->nve);
	follow(d, s, vn, m);
	nve_put_vn(vn, s->nve, s->chan, &info);
	reply.vn = &info;
	CRASHPOINT("vn-joined");
	director_answer(d, s->chan, msg, CODE(OK), NULL, &reply.base);
}

/* Its last interface is gone, and so is every mapping that it had there. */
static void leave(struct director *d, struct nve_session *s, struct db_vn *vn)
{
	struct db_member *member = db_member_find(vn, s->nve);
	struct db_map *map, *next;

	for (map = db_map_first(vn); map; map = next) {
		next = db_map_next(map);
		if (db_item_nve(&map->item) == s->nve)
			db_map_del(&d->db, map);
	}
	if (!member)
		return;
	db_member_del(&d->db, member);
	director_note(d, "vn-left", s->nve->name, "VN %s", vn->info.name);
}

static void on_leave(struct director *d, struct nve_session *s, const struct msg *msg,
		     const Nvo3__VnLeave *m)
{
	struct join *join;
	struct db_vn *vn;
	struct err err;
	uint32_t code;

	vn = nve_vn(d, &m->vn, &code, &err);
	join = vn ? nve_join_of(s, vn) : NULL;
	if (join)
		end_join(d, s, join);
	if (vn)
		leave(d, s, vn);
	/* a VN that is gone has been left, too */
	if (vn || code == CODE(NOT_FOUND))
		code = CODE(OK);
	director_answer(d, s->chan, msg, code, &err, NULL);
}

static void on_ack(struct director *d, struct nve_session *s, const Nvo3__MapAck *m)
{
	struct join *join = NULL;
	struct db_vn *vn;
	uint32_t code;

	vn = nve_vn(d, &m->vn, &code, NULL);
	if (vn)
		join = nve_join_of(s, vn);
	if (!join || m->store.len != 16 || memcmp(m->store.data, store_id(d->store), 16))
		return;
	if (m->revision <= join->follower.at.told)
		join->follower.acked = m->revision;
}

/* Takes @message. */
static void dispatch(struct director *d, struct nve_session *s, const struct msg *msg,
		     void *message)
{
	switch (msg->type) {
	case MSG(NVE_REGISTER):
		on_register(d, s, msg, message);
		break;
	case MSG(VN_JOIN):
		on_join(d, s, msg, message);
		break;
	case MSG(VN_LEAVE):
		on_leave(d, s, msg, message);
		break;
	case MSG(MAP_ADVERTISE):
	case MSG(MAP_WITHDRAW):
		nve_claims(d, s, msg, message);
		return;
	case MSG(MAP_QUERY):
		nve_query(d, s, msg, message);
		break;
	case MSG(MAP_INTEREST):
		nve_want(d, s, msg, message);
		break;
	case MSG(MAP_FORGET):
		nve_forget(d, s, msg, message);
		break;
	case MSG(PROFILE_GET):
		nve_profile_get(d, s, msg, message);
		break;
	case MSG(MAP_ACK):
		on_ack(d, s, message);
		break;
	case MSG(MAP_DIGEST):
		nve_digest(d, s, message);
		break;
	case MSG(MAP_RESEND):
		nve_resend(d, s, message);
		break;
	case MSG(ALERT):
		nve_alert(d, s, message);
		break;
	case MSG(NVE_SEEN):
		hearing_report(d->hearings, s, message);
		break;
	}
	msg_free(message);
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
		/* the same fields */
		return &nvo3__map_advertise__descriptor;
	case MSG(MAP_QUERY):
		return &nvo3__map_query__descriptor;
	case MSG(MAP_INTEREST):
		return &nvo3__map_interest__descriptor;
	case MSG(MAP_FORGET):
		return &nvo3__map_forget__descriptor;
	case MSG(PROFILE_GET):
		return &nvo3__profile_get__descriptor;
	case MSG(MAP_ACK):
		return &nvo3__map_ack__descriptor;
	case MSG(MAP_DIGEST):
		return &nvo3__map_digest__descriptor;
	case MSG(MAP_RESEND):
		return &nvo3__map_resend__descriptor;
	case MSG(ALERT):
		return &nvo3__alert__descriptor;
	case MSG(NVE_SEEN):
		return &nvo3__nve_seen__descriptor;
	}
	return NULL;
}

bool nve_session_message(struct director *d, struct chan *chan, const struct msg *msg)
{
	const ProtobufCMessageDescriptor *desc = descriptor(msg->type);
	struct nve_session *s = chan_user(chan);
	struct err err;
	void *message;

	if (!desc)
		return false;
	message = msg_decode(msg, desc, &err);
	if (!message) {
		director_answer(d, chan, msg, CODE(BAD_MESSAGE), &err, NULL);
		return true;
	}
	if (!s->registered && msg->type != MSG(NVE_REGISTER)) {
		err_set(&err, EPROTO, "%s before NVE_REGISTER", msg_name(msg->type));
		director_answer(d, chan, msg, CODE(BAD_STATE), &err, NULL);
		msg_free(message);
	} else {
		dispatch(d, s, msg, message);
	}
	return true;
}
