// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "assoc.h"
#include "assoc_move.h"
#include "chan.h"
#include "director.h"
#include "leave.h"
#include "log.h"
#include "mem.h"
#include "port.h"
#include "vn.h"

struct assoc {
	struct nve *nve;
	struct chan_server *server;
	struct session *sessions;
};

/* A channel that may end while answers are still being worked out */
struct session {
	struct assoc *assoc;
	struct chan *chan;		/* NULL when it is gone */
	char peer[MODEL_NAME_MAX];
	unsigned int refs;
	struct session *prev, *next;
};

/* A request that is being worked at */
struct ask {
	struct session *session;
	uint64_t id;
	uint32_t type;
	struct uuid vn;			/* of VN_CONNECT and TSI_ASSOCIATE */
	struct mac_addr *wanted;	/* of TSI_ASSOCIATE */
	size_t n_wanted;
	/* of TSI_SYNC: how many are not done, and what went wrong first */
	unsigned int open;
	uint32_t code;
	char text[256];
};

static void session_put(struct session *s)
{
	if (--s->refs)
		return;
	free(s);
}

static struct ask *ask_new(struct session *s, const struct msg *msg)
{
	struct ask *ask = mem_zalloc(sizeof(*ask));

	ask->session = s;
	ask->id = msg->id;
	ask->type = msg->type;
	s->refs++;
	return ask;
}

static void answer(struct ask *ask, uint32_t code, const char *text, const ProtobufCMessage *body)
{
	struct session *s = ask->session;

	if (s->chan)
		chan_reply(s->chan, ask->id, code, code == CODE(OK) ? NULL : text, body);
	session_put(s);
	free(ask->wanted);
	free(ask);
}

static void done(uint32_t code, const char *text, void *arg)
{
	answer(arg, code, text, NULL);
}

static void associated(uint32_t code, const char *text, void *arg)
{
	Nvo3__TsiAssociateReply reply = NVO3__TSI_ASSOCIATE_REPLY__INIT;

	/* On one host the vServer's VLAN choice stands */
	answer(arg, code, text, code == CODE(OK) ? &reply.base : NULL);
}

/* What it wants is a help for its first frames, and no condition */
static void wanted_here(uint32_t code, const char *text, void *arg)
{
	struct ask *ask = arg;

	if (code != CODE(OK))
		log_info("what %s used elsewhere is asked for later: %s", ask->session->peer, text);
	associated(CODE(OK), "", ask);
}

static void associated_wanting(uint32_t code, const char *text, void *arg)
{
	struct ask *ask = arg;

	if (code == CODE(OK))
		director_want(ask->session->assoc->nve->director, &ask->vn, ask->wanted,
			      ask->n_wanted, wanted_here, ask);
	else
		associated(code, text, ask);
}

static void vn_connected(uint32_t code, const char *text, void *arg)
{
	Nvo3__VnConnectReply reply = NVO3__VN_CONNECT_REPLY__INIT;
	struct ask *ask = arg;
	struct nve *nve = ask->session->assoc->nve;

	if (code == CODE(OK)) {
		struct nve_vn *vn = vn_lookup(nve, &ask->vn);

		vn->pinned = true;
		reply.vni = vn->model->vni;
		vn_put(nve, &vn->uuid);
	}
	answer(ask, code, text, code == CODE(OK) ? &reply.base : NULL);
}

static void *decode(struct session *s, const struct msg *msg,
		    const ProtobufCMessageDescriptor *desc)
{
	struct err err;
	void *body = msg_decode(msg, desc, &err);

	if (!body)
		chan_reply(s->chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
	return body;
}

static bool get_id(struct session *s, const struct msg *msg, const ProtobufCBinaryData *b,
		   const char *field, struct uuid *ret)
{
	struct err err;

	if (msg_get_uuid(b, ret))
		return true;
	err_set(&err, EINVAL, "%s: not a UUID", field);
	chan_reply(s->chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
	return false;
}

static void handle_vn_connect(struct session *s, const struct msg *msg)
{
	Nvo3__VnConnect *body = decode(s, msg, &nvo3__vn_connect__descriptor);
	struct ask *ask;
	struct uuid vn;

	if (body && get_id(s, msg, &body->vn, "vn", &vn)) {
		ask = ask_new(s, msg);
		ask->vn = vn;
		vn_get(s->assoc->nve, &vn, vn_connected, ask);
	}
	if (body)
		msg_free(body);
}

static void handle_vn_disconnect(struct session *s, const struct msg *msg)
{
	Nvo3__VnDisconnect *body = decode(s, msg, &nvo3__vn_disconnect__descriptor);
	struct nve *nve = s->assoc->nve;
	struct nve_vn *vn;
	struct uuid uuid;
	struct err err;

	if (body && get_id(s, msg, &body->vn, "vn", &uuid)) {
		vn = vn_lookup(nve, &uuid);
		if (vn && vn->users) {
			err_set(&err, EBUSY, "the VN has %u interfaces on this NVE", vn->users);
			chan_reply(s->chan, msg->id, CODE(BUSY), err.text, NULL);
		} else {
			if (vn)
				vn->pinned = false;
			vn_collect(nve);
			chan_reply(s->chan, msg->id, CODE(OK), NULL, NULL);
		}
	}
	if (body)
		msg_free(body);
}

static uint32_t get_wanted(const Nvo3__TsiAssociate *body, struct mac_addr **ret, struct err *err)
{
	if (body->n_wanted > LEAVE_USED_MAX) {
		err_set(err, EINVAL, "wanted: %zu addresses, at most %u are possible",
			body->n_wanted, LEAVE_USED_MAX);
		return CODE(BAD_MESSAGE);
	}
	*ret = mem_calloc(body->n_wanted, sizeof(**ret));
	for (size_t i = 0; i < body->n_wanted; i++) {
		if (msg_get_mac(&body->wanted[i], &(*ret)[i]) && mac_addr_is_unicast(&(*ret)[i]))
			continue;
		err_set(err, EINVAL, "wanted[%zu]: not a unicast MAC address", i);
		free(*ret);
		return CODE(BAD_MESSAGE);
	}
	return CODE(OK);
}

static void associate(struct session *s, const struct msg *msg, const struct tsi *want,
		      struct mac_addr *wanted, size_t n)
{
	struct ask *ask = ask_new(s, msg);

	ask->vn = want->vn;
	ask->wanted = wanted;
	ask->n_wanted = n;
	port_submit(s->assoc->nve, s->peer, TSI_ASSOCIATE, want,
		    n ? associated_wanting : associated, ask);
}

static void handle_associate(struct session *s, const struct msg *msg)
{
	Nvo3__TsiAssociate *body = decode(s, msg, &nvo3__tsi_associate__descriptor);
	struct mac_addr *wanted;
	struct tsi want;
	struct err err;

	if (!body)
		return;
	if (tsi_from_msg(body->tsi, &want, &err) == CODE(OK) &&
	    get_wanted(body, &wanted, &err) == CODE(OK))
		associate(s, msg, &want, wanted, body->n_wanted);
	else
		chan_reply(s->chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
	msg_free(body);
}

static void handle_activate(struct session *s, const struct msg *msg)
{
	Nvo3__TsiActivate *body = decode(s, msg, &nvo3__tsi_activate__descriptor);
	struct tsi want = {};

	if (body && get_id(s, msg, &body->tsi, "tsi", &want.id)) {
		want.epoch = body->epoch;
		port_submit(s->assoc->nve, s->peer, TSI_ACTIVATE, &want, done, ask_new(s, msg));
	}
	if (body)
		msg_free(body);
}

static void handle_deactivate(struct session *s, const struct msg *msg)
{
	Nvo3__TsiDeactivate *body = decode(s, msg, &nvo3__tsi_deactivate__descriptor);
	struct tsi want = {};

	if (body && get_id(s, msg, &body->tsi, "tsi", &want.id))
		port_submit(s->assoc->nve, s->peer, TSI_DEACTIVATE, &want, done,
			    ask_new(s, msg));
	if (body)
		msg_free(body);
}

static void handle_deassociate(struct session *s, const struct msg *msg)
{
	Nvo3__TsiDeassociate *body = decode(s, msg, &nvo3__tsi_deassociate__descriptor);
	struct tsi want = {};

	if (body && get_id(s, msg, &body->tsi, "tsi", &want.id))
		port_submit(s->assoc->nve, s->peer, TSI_DEASSOCIATE, &want, done,
			    ask_new(s, msg));
	if (body)
		msg_free(body);
}

/* --- TSI_SYNC */

static void synced(uint32_t code, const char *text, void *arg)
{
	struct ask *ask = arg;

	if (code != CODE(OK) && ask->code == CODE(OK)) {
		ask->code = code;
		snprintf(ask->text, sizeof(ask->text), "%s", text);
	}
	if (!--ask->open)
		answer(ask, ask->code, ask->text, NULL);
}

static void sync_step(struct ask *ask, enum tsi_event event, const struct tsi *want)
{
	ask->open++;
	port_submit(ask->session->assoc->nve, ask->session->peer, event, want, synced, ask);
}

static void release_others(struct ask *ask, const struct tsi *tsis, size_t n)
{
	struct nve *nve = ask->session->assoc->nve;
	struct nve_tsi *p, *next;

	HASH_ITER(hh, nve->tsis, p, next) {
		bool named = strcmp(p->owner, ask->session->peer) != 0;

		for (size_t i = 0; i < n && !named; i++)
			named = uuid_equal(&tsis[i].id, &p->t.id);
		if (!named) {
			struct tsi gone = p->t;

			sync_step(ask, TSI_DEASSOCIATE, &gone);
		}
	}
}

static void take_up(struct ask *ask, const struct tsi *want)
{
	struct nve_tsi *p = port_lookup(ask->session->assoc->nve, &want->id);
	unsigned int actions;

	if (want->state == TSI_INIT)
		return;
	/* Under this id, but elsewhere: its device or address was changed while we were away */
	if (p && !strcmp(p->owner, ask->session->peer) &&
	    tsi_decide(&p->t, TSI_ASSOCIATE, want, &actions, NULL) == CODE(EXISTS))
		sync_step(ask, TSI_DEASSOCIATE, want);
	sync_step(ask, TSI_ASSOCIATE, want);
	sync_step(ask, want->state == TSI_ACTIVATED ? TSI_ACTIVATE : TSI_DEACTIVATE, want);
}

static void sync_all(struct session *s, const struct msg *msg, const struct tsi *tsis, size_t n)
{
	struct nve *nve = s->assoc->nve;
	struct ask *ask = ask_new(s, msg);
	struct nve_vn *vn;

	/* One of its own, so that the answer cannot be given before all are submitted */
	ask->open = 1;
	release_others(ask, tsis, n);
	for (size_t i = 0; i < n; i++)
		take_up(ask, &tsis[i]);
	/* A vServer that starts anew holds no connection but by its interfaces */
	for (vn = nve->vns; vn; vn = vn->hh.next)
		vn->pinned = false;
	vn_collect(nve);
	synced(CODE(OK), "", ask);
}

static void handle_sync(struct session *s, const struct msg *msg)
{
	Nvo3__TsiSync *body = decode(s, msg, &nvo3__tsi_sync__descriptor);
	struct tsi *tsis;
	struct err err;
	size_t i;

	if (!body)
		return;
	tsis = mem_calloc(body->n_tsis, sizeof(*tsis));
	for (i = 0; i < body->n_tsis; i++)
		if (tsi_from_msg(body->tsis[i], &tsis[i], &err) != CODE(OK))
			break;
	if (i < body->n_tsis) {
		err_prefix(&err, -EINVAL, "tsis[%zu]", i);
		chan_reply(s->chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
	} else {
		sync_all(s, msg, tsis, body->n_tsis);
	}
	free(tsis);
	msg_free(body);
}

/* --- sessions */

static bool message(struct chan *chan, const struct msg *msg, void *arg)
{
	static const struct {
		uint32_t type;
		void (*handle)(struct session *s, const struct msg *msg);
	} table[] = {
		{ MSG(VN_CONNECT), handle_vn_connect },
		{ MSG(VN_DISCONNECT), handle_vn_disconnect },
		{ MSG(TSI_ASSOCIATE), handle_associate },
		{ MSG(TSI_ACTIVATE), handle_activate },
		{ MSG(TSI_DEACTIVATE), handle_deactivate },
		{ MSG(TSI_DEASSOCIATE), handle_deassociate },
		{ MSG(TSI_SYNC), handle_sync },
	};
	struct session *s = chan_user(chan);

	if (assoc_move_message(s->assoc->nve, chan, s->peer, msg))
		return true;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].type != msg->type)
			continue;
		if (msg->id)
			table[i].handle(s, msg);
		return true;
	}
	return false;
}

static void session_up(struct chan *chan, void *arg)
{
	struct session *s = mem_zalloc(sizeof(*s));
	struct assoc *a = arg;

	s->assoc = a;
	s->chan = chan;
	s->refs = 1;
	snprintf(s->peer, sizeof(s->peer), "%s", chan_peer_name(chan));
	DL_APPEND(a->sessions, s);
	chan_set_user(chan, s);
	log_info("vServer %s has a session", s->peer);
}

static void session_down(struct chan *chan, const char *why, void *arg)
{
	struct session *s = chan_user(chan);
	struct assoc *a = arg;

	if (!s)
		return;
	log_info("vServer %s: session ended: %s", s->peer, why);
	DL_DELETE(a->sessions, s);
	s->chan = NULL;
	session_put(s);
}

void assoc_alert(struct assoc *a, const char *owner, const char *kind, const char *subject,
		 const char *text)
{
	Nvo3__Alert alert = NVO3__ALERT__INIT;
	struct session *s;

	alert.kind = (char *)kind;
	alert.text = (char *)text;
	alert.subject = (char *)subject;
	if (!a)
		return;
	DL_FOREACH(a->sessions, s)
		if (!strcmp(s->peer, owner))
			chan_event(s->chan, MSG(ALERT), &alert.base);
}

void assoc_late(struct assoc *a, const char *owner, const struct uuid *tsi,
		const struct uuid *move, uint64_t redirected)
{
	Nvo3__TsiLate late = NVO3__TSI_LATE__INIT;
	struct session *s;

	late.tsi = msg_put_uuid(tsi);
	late.move = msg_put_uuid(move);
	late.redirected = redirected;
	DL_FOREACH(a->sessions, s)
		if (!strcmp(s->peer, owner))
			chan_event(s->chan, MSG(TSI_LATE), &late.base);
}

struct assoc *assoc_new(struct nve *nve, struct err *err)
{
	static const struct chan_ops ops = { .up = session_up, .down = session_down,
					     .message = message };
	const struct config *c = nve->config;
	struct identity peer = { .role = ROLE_VSERVER };
	struct assoc *a = mem_zalloc(sizeof(*a));

	a->nve = nve;
	if (!strncmp(c->nve.listen, "unix:", 5)) {
		/* The vServer of this host, told by its user */
		snprintf(peer.dc, sizeof(peer.dc), "%s", c->dc);
		snprintf(peer.name, sizeof(peer.name), "%s", c->name);
		a->server = chan_listen_unix(nve->loop, c->nve.listen + 5, geteuid(), &peer, &ops,
					     a, err);
	} else {
		a->server = chan_listen(nve->loop, nve->tls, c->nve.listen,
					ROLE_BIT(ROLE_VSERVER), &ops, a, err);
	}
	if (!a->server) {
		free(a);
		return NULL;
	}
	return a;
}

void assoc_free(struct assoc *a)
{
	if (!a)
		return;
	chan_server_free(a->server);
	free(a);
}
