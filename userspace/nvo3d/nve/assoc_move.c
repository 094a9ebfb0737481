// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "assoc_move.h"
#include "cleanup.h"
#include "leave.h"
#include "mem.h"

/* NULL: answered with why not */
static struct nve_tsi *find(struct nve *nve, struct chan *chan, const char *peer,
			    const struct msg *msg, const ProtobufCBinaryData *bytes)
{
	char text[UUID_STRLEN];
	struct nve_tsi *tsi;
	struct uuid id;
	struct err err;

	if (!msg_get_uuid(bytes, &id)) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), "tsi: not a UUID", NULL);
		return NULL;
	}
	tsi = port_lookup(nve, &id);
	if (tsi && !strcmp(tsi->owner, peer))
		return tsi;
	if (tsi)
		err_set(&err, EACCES, "the interface belongs to vServer %s", tsi->owner);
	else
		err_set(&err, ENOENT, "there is no interface %s", uuid_format(&id, text));
	chan_reply(chan, msg->id, tsi ? CODE(DENIED) : CODE(NOT_FOUND), err.text, NULL);
	return NULL;
}

static void reply_used(struct chan *chan, const struct msg *msg, struct nve_tsi *tsi)
{
	Nvo3__TsiPrepareReply reply = NVO3__TSI_PREPARE_REPLY__INIT;
	_cleanup_free_ ProtobufCBinaryData *list = NULL;
	_cleanup_free_ struct mac_addr *macs = NULL;

	reply.n_used = leave_used(tsi, &macs);
	list = mem_calloc(reply.n_used, sizeof(*list));
	for (size_t i = 0; i < reply.n_used; i++)
		list[i] = msg_put_mac(&macs[i]);
	reply.used = list;
	chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
}

static void prepare(struct nve *nve, struct chan *chan, const char *peer, const struct msg *msg,
		    const Nvo3__TsiPrepare *req)
{
	struct nve_tsi *tsi = find(nve, chan, peer, msg, &req->tsi);
	struct uuid move;

	if (!tsi)
		return;
	if (!msg_get_uuid(&req->move, &move)) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), "move: not a UUID", NULL);
	} else if (req->stay) {
		leave_stay(tsi);
		chan_reply(chan, msg->id, CODE(OK), NULL, NULL);
	} else {
		leave_prepare(tsi, &move);
		reply_used(chan, msg, tsi);
	}
}

static void handle_prepare(struct nve *nve, struct chan *chan, const char *peer,
			   const struct msg *msg)
{
	Nvo3__TsiPrepare *req;
	struct err err;

	req = msg_decode(msg, &nvo3__tsi_prepare__descriptor, &err);
	if (req)
		prepare(nve, chan, peer, msg, req);
	else
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
	msg_free(req);
}

static void handle_figures(struct nve *nve, struct chan *chan, const char *peer,
			   const struct msg *msg)
{
	Nvo3__TsiFiguresReply reply = NVO3__TSI_FIGURES_REPLY__INIT;
	struct nve_tsi *tsi = NULL;
	Nvo3__TsiFigures *req;
	struct figures f;
	struct err err;

	req = msg_decode(msg, &nvo3__tsi_figures__descriptor, &err);
	if (req)
		tsi = find(nve, chan, peer, msg, &req->tsi);
	else
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
	msg_free(req);
	if (!tsi)
		return;
	leave_figures(tsi, &f);
	reply.last_out = f.last_out;
	reply.first_in = f.first_in;
	reply.silent = f.silent;
	reply.active = f.active;
	chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
}

bool assoc_move_message(struct nve *nve, struct chan *chan, const char *peer,
			const struct msg *msg)
{
	if (msg->type != MSG(TSI_PREPARE) && msg->type != MSG(TSI_FIGURES))
		return false;
	/* Without an id nobody waits for an answer */
	if (msg->id && msg->type == MSG(TSI_PREPARE))
		handle_prepare(nve, chan, peer, msg);
	else if (msg->id)
		handle_figures(nve, chan, peer, msg);
	return true;
}
