// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "forward_serve.h"
#include "lib/mem.h"
#include "lookup.h"
#include "move_dest.h"
#include "owed.h"
#include "profile.h"
#include "profile_ops.h"
#include "rtt_ask.h"
#include "serve_peer.h"
#include "tenant_move.h"
#include "tenant_wish.h"
#include "vn_ops.h"

void serve_peer_up(struct vcenter *vc, struct chan *chan)
{
	if (vcenter_peer(vc, chan_peer(chan)->dc)) {
		forward_serve_up(vc, chan);
		return;
	}
	note_alert(vc, "peer-refused", chan_peer_name(chan), "no peer of ours is in %s",
		   chan_peer(chan)->dc);
	chan_drop(chan, "it is no peer of ours");
}

static void reply_ret(struct chan *chan, uint64_t id, int ret, const struct err *err)
{
	if (ret)
		chan_reply_err(chan, id, code_from_errno(ret), err);
	else
		chan_reply(chan, id, CODE(OK), NULL, NULL);
}

static void bad(struct chan *chan, const struct msg *msg, const char *text)
{
	chan_reply(chan, msg->id, CODE(BAD_MESSAGE), text, NULL);
}

/* --- VNs, profiles, lookup */

static void vn_set(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__PeerVnSet *req = msg_decode(msg, &nvo3__peer_vn_set__descriptor, &err);
	struct vn vn;
	int ret;

	if (!req) {
		bad(chan, msg, err.text);
		return;
	}
	ret = vn_from_msg(req->vn, &vn, &err);
	if (!ret)
		ret = vn_ops_peer_set(vc, chan_peer(chan)->dc, &vn, &err);
	reply_ret(chan, msg->id, ret, &err);
	msg_free(req);
}

static void vn_delete(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__PeerVnDelete *req = msg_decode(msg, &nvo3__peer_vn_delete__descriptor, &err);
	struct uuid uuid;

	if (!req || !msg_get_uuid(&req->uuid, &uuid))
		bad(chan, msg, req ? "uuid is not 16 bytes" : err.text);
	else
		reply_ret(chan, msg->id,
			  vn_ops_peer_del(vc, chan_peer(chan)->dc, &uuid, &err), &err);
	if (req)
		msg_free(req);
}

static void profile_set(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__PeerProfileSet *req = msg_decode(msg, &nvo3__peer_profile_set__descriptor, &err);

	if (!req) {
		bad(chan, msg, err.text);
		return;
	}
	reply_ret(chan, msg->id,
		  profile_ops_peer_set(vc, chan_peer(chan)->dc, req->profile, &err), &err);
	msg_free(req);
}

static void profile_delete(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__PeerProfileDelete *req = msg_decode(msg, &nvo3__peer_profile_delete__descriptor,
						  &err);
	struct uuid uuid;

	if (!req || !msg_get_uuid(&req->uuid, &uuid))
		bad(chan, msg, req ? "uuid is not 16 bytes" : err.text);
	else
		reply_ret(chan, msg->id,
			  profile_ops_peer_del(vc, chan_peer(chan)->dc, &uuid, &err), &err);
	if (req)
		msg_free(req);
}

static void lookup(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__VmLookup *req = msg_decode(msg, &nvo3__vm_lookup__descriptor, &err);
	Nvo3__VmLookupReply reply;
	struct lookup_result res;
	struct lookup_key key;

	if (!req || lookup_key_from_msg(req, &key, &err)) {
		bad(chan, msg, err.text);
	} else {
		/* never forwarded: the asker asks everybody itself */
		lookup_local(vc->inv, &key, &res);
		reply = lookup_result_to_msg(&res);
		chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
	}
	if (req)
		msg_free(req);
}

/* --- moves towards us */

static bool is_kept(struct vcenter *vc, const Nvo3__MoveReserve *req)
{
	const struct incoming *in;
	struct uuid move;

	in = msg_get_uuid(&req->move, &move) ? move_dest_lookup(vc, &move) : NULL;
	return in && in->keep;
}

static void move_reserve(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	Nvo3__MoveReserveReply reply = NVO3__MOVE_RESERVE_REPLY__INIT;
	struct err err = { "" };
	Nvo3__MoveReserve *req = msg_decode(msg, &nvo3__move_reserve__descriptor, &err);
	char full[VC_DC_SIZE + VC_NAME_SIZE];
	char server[VC_NAME_SIZE];
	uint32_t code;

	if (!req) {
		bad(chan, msg, err.text);
		return;
	}
	code = move_dest_reserve(vc, chan_peer(chan)->dc, req, server, &err);
	if (code == CODE(OK)) {
		snprintf(full, sizeof(full), "%s/%s", vc->conf.dc, server);
		reply.server = full;
		reply.keep = is_kept(vc, req);
		chan_reply(chan, msg->id, code, NULL, &reply.base);
	} else {
		note(vc, "move-refused", req->profile ? req->profile->name : "a VM",
		     "to %s: %s", chan_peer(chan)->dc, err.text);
		chan_reply_err(chan, msg->id, code, &err);
	}
	msg_free(req);
}

/* A move belongs to the DC that reserved it; to another one it does not exist. */
static bool is_theirs(struct vcenter *vc, struct chan *chan, const struct uuid *move)
{
	const struct incoming *in = move_dest_lookup(vc, move);

	return in && !strcmp(in->peer, chan_peer(chan)->dc);
}

static bool take_move(struct vcenter *vc, struct chan *chan, const struct msg *msg,
		      const ProtobufCBinaryData *bytes, struct uuid *move)
{
	if (!msg_get_uuid(bytes, move)) {
		bad(chan, msg, "move is not 16 bytes");
		return false;
	}
	if (!is_theirs(vc, chan, move)) {
		chan_reply(chan, msg->id, CODE(NOT_FOUND), "the move is not known here", NULL);
		return false;
	}
	return true;
}

static void pulled(struct vcenter *vc, uint32_t code, const char *text, void *arg)
{
	owed_reply(vc, arg, code, text, NULL);
}

static void move_pull(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__MovePull *req = msg_decode(msg, &nvo3__move_pull__descriptor, &err);
	struct uuid move;

	if (!req)
		bad(chan, msg, err.text);
	else if (take_move(vc, chan, msg, &req->move, &move))
		move_dest_pull(vc, req, msg->type == MSG(MOVE_COPY), pulled,
			       owed_new(vc, chan, msg->id));
	if (req)
		msg_free(req);
}

struct commit_call {
	struct owed *owed;
	struct uuid move;
};

static void committed(struct vcenter *vc, uint32_t code, const char *text, void *arg)
{
	Nvo3__MoveCommitReply reply = NVO3__MOVE_COMMIT_REPLY__INIT;
	struct commit_call *call = arg;
	const struct incoming *in = move_dest_lookup(vc, &call->move);
	struct vm *vm = in ? inventory_vm(vc->inv, &in->vm) : NULL;

	if (vm) {
		reply.nics = nics_to_msg(vm);
		reply.n_nics = vm->n_nics;
	}
	owed_reply(vc, call->owed, code, text, code == CODE(OK) ? &reply.base : NULL);
	if (vm)
		nics_free(reply.nics, reply.n_nics);
	free(call);
}

static void move_commit(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__MoveCommit *req = msg_decode(msg, &nvo3__move_commit__descriptor, &err);
	struct commit_call *call;
	struct uuid move;

	if (!req) {
		bad(chan, msg, err.text);
	} else if (take_move(vc, chan, msg, &req->move, &move)) {
		call = mem_zalloc(sizeof(*call));
		*call = (struct commit_call){ owed_new(vc, chan, msg->id), move };
		move_dest_commit(vc, req, committed, call);
	}
	if (req)
		msg_free(req);
}

static void move_abort_asked(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	struct err err;
	Nvo3__MoveAbort *req = msg_decode(msg, &nvo3__move_abort__descriptor, &err);
	struct uuid move;
	uint32_t code;

	if (!req) {
		bad(chan, msg, err.text);
	} else if (take_move(vc, chan, msg, &req->move, &move)) {
		code = move_dest_abort(vc, &move, &err);
		chan_reply(chan, msg->id, code, code == CODE(OK) ? NULL : err.text, NULL);
	}
	if (req)
		msg_free(req);
}

static void move_status(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	Nvo3__MoveStatusReply reply = NVO3__MOVE_STATUS_REPLY__INIT;
	struct err err;
	Nvo3__MoveStatus *req = msg_decode(msg, &nvo3__move_status__descriptor, &err);
	const struct incoming *in;
	struct uuid move;

	if (!req || !msg_get_uuid(&req->move, &move)) {
		bad(chan, msg, "move is not 16 bytes");
	} else {
		in = is_theirs(vc, chan, &move) ? move_dest_lookup(vc, &move) : NULL;
		if (in) {
			reply.phase = incoming_status(in);
			reply.done = in->done;
			reply.total = in->total;
			reply.active = in->active;
			reply.first_in = in->first_in;
			reply.clock_error = in->clock_error;
		}
		chan_reply(chan, msg->id, CODE(OK), NULL, &reply.base);
	}
	if (req)
		msg_free(req);
}

bool serve_peer_message(struct vcenter *vc, struct chan *chan, const struct msg *msg)
{
	switch (msg->type) {
	case MSG(PEER_VN_SET):
		vn_set(vc, chan, msg);
		return true;
	case MSG(PEER_VN_DELETE):
		vn_delete(vc, chan, msg);
		return true;
	case MSG(PEER_PROFILE_SET):
		profile_set(vc, chan, msg);
		return true;
	case MSG(PEER_PROFILE_DELETE):
		profile_delete(vc, chan, msg);
		return true;
	case MSG(PEER_LOOKUP):
		lookup(vc, chan, msg);
		return true;
	case MSG(MOVE_RESERVE):
		move_reserve(vc, chan, msg);
		return true;
	case MSG(MOVE_PULL):
	case MSG(MOVE_COPY):
		move_pull(vc, chan, msg);
		return true;
	case MSG(TENANT_REPLICATE):
		tenant_wish(vc, chan, msg, true);
		return true;
	case MSG(PEER_RTT):
		rtt_serve(vc, chan, msg);
		return true;
	case MSG(TENANT_MOVE):
	case MSG(TENANT_MOVE_ABORT):
		tenant_move(vc, chan, msg, true);
		return true;
	case MSG(MOVE_COMMIT):
		move_commit(vc, chan, msg);
		return true;
	case MSG(MOVE_ABORT):
		move_abort_asked(vc, chan, msg);
		return true;
	case MSG(MOVE_STATUS):
		move_status(vc, chan, msg);
		return true;
	default:
		return forward_serve(vc, chan, msg);
	}
}
