// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "lib/crashpoint.h"
#include "lib/mem.h"
#include "move_ask.h"
#include "move_dest.h"
#include "move_profile.h"
#include "profile.h"
#include "proto/placement.pb-c.h"

#define SHORT_MS	10000u
#define SERVER_MS	60000u
#define PULL_MS		600000u

struct move_call {
	struct vcenter *vc;
	struct uuid id;
	enum move_act act;
	int nic;
};

static struct move_call *call_new(struct vcenter *vc, const struct move_job *job,
				  enum move_act act)
{
	struct move_call *call = mem_zalloc(sizeof(*call));

	*call = (struct move_call){ .vc = vc, .id = job->m.id, .act = act };
	return call;
}

/* NULL: what it was for is over, or all of it is. */
static struct move_job *call_job(const struct move_call *call)
{
	return call->vc->stopping ? NULL : move_run_lookup(call->vc, &call->id);
}

static void fail(struct vcenter *vc, struct move_job *job, enum move_act act, uint32_t code,
		 const char *text)
{
	struct move_answer a = { .code = code, .text = text };

	move_run_answer(vc, job, act, &a);
}

/* In our clock, with its error; 0 if that is not known */
static uint64_t in_our_clock(const struct chan *chan, uint64_t ns, uint64_t *error)
{
	int64_t offset;
	uint64_t e;

	if (!ns || !chan || !chan_clock(chan, &offset, &e))
		return 0;
	if (e > *error)
		*error = e;
	return ns - offset;
}

static bool decode_source(const struct chan *chan, const struct msg *body, struct move_answer *a,
			  void **keep)
{
	Nvo3__RelocateSourceReply *r = msg_decode(body, &nvo3__relocate_source_reply__descriptor,
						  NULL);

	*keep = r;
	if (!r || r->sha256.len != 32 || !r->size ||
	    (r->saved_size && r->saved_sha256.len != 32))
		return false;
	a->saved_size = r->saved_size;
	a->saved_sha256 = r->saved_sha256.data;
	a->was_suspended = r->was_suspended;
	a->size = r->size;
	a->sha256 = r->sha256.data;
	a->was_running = r->was_running;
	a->silent = in_our_clock(chan, r->silent, &a->clock_error);
	a->last_out = in_our_clock(chan, r->last_out, &a->clock_error);
	a->clock_error += r->clock_error;
	return true;
}

static bool decode_offer(const struct msg *body, struct move_answer *a, void **keep)
{
	Nvo3__RelocateOfferReply *r = msg_decode(body, &nvo3__relocate_offer_reply__descriptor,
						 NULL);

	*keep = r;
	if (r)
		a->size = r->size;
	return r && r->size;
}

static bool decode_reserve(const struct msg *body, struct move_answer *a, void **keep)
{
	Nvo3__MoveReserveReply *r = msg_decode(body, &nvo3__move_reserve_reply__descriptor, NULL);
	const char *slash;

	*keep = r;
	if (!r)
		return false;
	a->keep = r->keep;
	slash = strchr(r->server, '/');
	a->server = slash ? slash + 1 : r->server;
	return *a->server;
}

static bool decode_status(const struct msg *body, struct move_answer *a, void **keep)
{
	Nvo3__MoveStatusReply *r = msg_decode(body, &nvo3__move_status_reply__descriptor, NULL);

	*keep = r;
	if (r)
		a->phase = r->phase;
	return r;
}

static const struct chan *source_chan(const struct move_call *call)
{
	struct move_job *job = call_job(call);
	struct server *server = job ? inventory_server(call->vc->inv, job->m.from_server) : NULL;

	return server ? server->session : NULL;
}

/* Of the answers, four carry what the move needs; *keep is freed after use. */
static bool decode(const struct move_call *call, const struct msg *body, struct move_answer *a,
		   void **keep)
{
	switch (call->act) {
	case MOVE_ACT_OFFER:
		return decode_offer(body, a, keep);
	case MOVE_ACT_STOP:
		return decode_source(source_chan(call), body, a, keep);
	case MOVE_ACT_RESERVE:
		return decode_reserve(body, a, keep);
	case MOVE_ACT_STATUS:
		return decode_status(body, a, keep);
	default:
		return true;
	}
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct move_answer a = { .code = code, .text = text };
	struct move_call *call = arg;
	struct move_job *job = call_job(call);
	void *keep = NULL;

	if (code == CODE(OK) && !decode(call, body, &a, &keep)) {
		a.code = CODE(FAILED);
		a.text = "the answer is not complete";
	}
	if (code == CODE(UNKNOWN_TYPE) && call->act == MOVE_ACT_OFFER)
		a.text = "the source's vServer is of an older version, which cannot replicate";
	else if (code == CODE(UNKNOWN_TYPE) && call->act == MOVE_ACT_COPY)
		a.text = "the destination is of an older version, which cannot replicate";
	if (job)
		move_run_answer(call->vc, job, call->act, &a);
	if (keep)
		msg_free(keep);
	free(call);
}

/* --- the source vServer */

static void ask_source(struct vcenter *vc, struct move_job *job, enum move_act act,
		       uint32_t type, const ProtobufCMessage *msg)
{
	struct server *server = inventory_server(vc->inv, job->m.from_server);

	if (server && server->session)
		chan_request(server->session, type, msg, SERVER_MS, answered,
			     call_new(vc, job, act));
	else
		fail(vc, job, act, CODE(UNAVAILABLE), "the source server is down");
}

/* RELOCATE_SOURCE, or RELOCATE_OFFER, which asks for less. */
static void stop(struct vcenter *vc, struct move_job *job, enum move_act act)
{
	Nvo3__RelocateSource msg = NVO3__RELOCATE_SOURCE__INIT;
	char dest[VC_DC_SIZE + VC_NAME_SIZE];

	snprintf(dest, sizeof(dest), "%s/%s", job->m.to_dc, job->m.to_server);
	msg.move = msg_put_uuid(&job->m.id);
	msg.vm = msg_put_uuid(&job->m.vm);
	msg.token = (ProtobufCBinaryData){ sizeof(job->m.token), job->m.token };
	msg.dest = dest;
	msg.live = job->m.flags & MOVE_F_LIVE;
	msg.keep = job->m.flags & MOVE_F_KEEP;
	ask_source(vc, job, act,
		   act == MOVE_ACT_OFFER ? MSG(RELOCATE_OFFER) : MSG(RELOCATE_SOURCE), &msg.base);
}

static void release(struct vcenter *vc, struct move_job *job)
{
	Nvo3__RelocateRelease msg = NVO3__RELOCATE_RELEASE__INIT;

	msg.move = msg_put_uuid(&job->m.id);
	ask_source(vc, job, MOVE_ACT_RELEASE, MSG(RELOCATE_RELEASE), &msg.base);
}

static void undo_source(struct vcenter *vc, struct move_job *job)
{
	Nvo3__RelocateAbort msg = NVO3__RELOCATE_ABORT__INIT;

	msg.move = msg_put_uuid(&job->m.id);
	ask_source(vc, job, MOVE_ACT_UNDO_SOURCE, MSG(RELOCATE_ABORT), &msg.base);
}

/* --- our nDirector: one nic after the other, then one answer for all */

static void unplace(struct vcenter *vc, struct move_job *job, int nic);

static void unplaced(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct move_call *call = arg;
	struct move_job *job = call_job(call);

	if (job && (code == CODE(OK) || code == CODE(NOT_FOUND)))
		unplace(call->vc, job, call->nic + 1);
	else if (job)
		fail(call->vc, job, MOVE_ACT_UNPLACE, code, text);
	free(call);
}

static void unplace(struct vcenter *vc, struct move_job *job, int n)
{
	struct vm *vm = inventory_vm(vc->inv, &job->m.vm);
	Nvo3__Unplace msg = NVO3__UNPLACE__INIT;
	struct move_call *call;

	if (!vm || n >= vm->n_nics) {
		fail(vc, job, MOVE_ACT_UNPLACE, CODE(OK), "");
		return;
	}
	msg.vn = msg_put_uuid(&vm->nics[n].vn->uuid);
	msg.mac = msg_put_mac(&vm->nics[n].mac);
	msg.epoch = vm->nics[n].epoch;
	call = call_new(vc, job, MOVE_ACT_UNPLACE);
	call->nic = n;
	chan_request(vc->director.chan, MSG(UNPLACE), &msg.base, SHORT_MS, unplaced, call);
}

/* --- the destination, here */

static void local_done(struct vcenter *vc, uint32_t code, const char *text, void *arg)
{
	struct move_answer a = { .code = code, .text = text };
	struct move_call *call = arg;
	struct move_job *job = call_job(call);

	if (job)
		move_run_answer(vc, job, call->act, &a);
	free(call);
}

static void fill_pull(struct vcenter *vc, struct move_job *job, Nvo3__MovePull *msg,
		      char *source, size_t size)
{
	struct server *server = inventory_server(vc->inv, job->m.from_server);

	snprintf(source, size, "%s/%s", job->m.from_dc, job->m.from_server);
	msg->move = msg_put_uuid(&job->m.id);
	msg->source_addr = server ? server->image_addr : "";
	msg->source = source;
	msg->token = (ProtobufCBinaryData){ sizeof(job->m.token), job->m.token };
	msg->size = job->m.size;
	/* of an image that is written to meanwhile there is none */
	if (job->m.step != MOVE_COPY)
		msg->sha256 = (ProtobufCBinaryData){ sizeof(job->m.sha256), job->m.sha256 };
	msg->live = job->m.flags & MOVE_F_LIVE;
	msg->saved_size = job->m.saved_size;
	if (job->m.saved_size)
		msg->saved_sha256 = (ProtobufCBinaryData){ sizeof(job->m.saved_sha256),
							   job->m.saved_sha256 };
}

static void fill_reserve(struct vcenter *vc, struct move_job *job, Nvo3__MoveReserve *msg)
{
	struct vm *vm = inventory_vm(vc->inv, &job->m.vm);

	msg->move = msg_put_uuid(&job->m.id);
	msg->profile = vm ? vm_to_peer(vm, vm->server) : NULL;
	msg->server = job->m.to_server;
	msg->lease_s = MOVE_LEASE_S;
	msg->location = job->m.location;
	msg->keep = job->m.flags & MOVE_F_KEEP;
	msg->must_keep = msg->keep && job->m.flags & (MOVE_F_MUST_KEEP | MOVE_F_WAS_SUSPENDED);
}

static Nvo3__MoveCommit commit_of(struct move_job *job)
{
	Nvo3__MoveCommit msg = NVO3__MOVE_COMMIT__INIT;

	msg.move = msg_put_uuid(&job->m.id);
	msg.start = job->m.flags & MOVE_F_WAS_RUNNING;
	msg.suspended = job->m.flags & MOVE_F_WAS_SUSPENDED;
	return msg;
}

static void local_reserve(struct vcenter *vc, struct move_job *job)
{
	Nvo3__MoveReserve msg = NVO3__MOVE_RESERVE__INIT;
	char server[VC_NAME_SIZE] = "";
	struct move_answer a = { .server = server };
	const struct incoming *in;
	struct err err = { "" };

	fill_reserve(vc, job, &msg);
	a.code = move_dest_reserve(vc, vc->conf.dc, &msg, server, &err);
	a.text = err.text;
	in = move_dest_lookup(vc, &job->m.id);
	a.keep = in && in->keep;
	move_run_answer(vc, job, MOVE_ACT_RESERVE, &a);
	if (msg.profile)
		msg_free(msg.profile);
}

static void local_pull(struct vcenter *vc, struct move_job *job, enum move_act act)
{
	Nvo3__MovePull msg = NVO3__MOVE_PULL__INIT;
	char source[VC_DC_SIZE + VC_NAME_SIZE];

	fill_pull(vc, job, &msg, source, sizeof(source));
	move_dest_pull(vc, &msg, act == MOVE_ACT_COPY, local_done, call_new(vc, job, act));
}

static void ask_here(struct vcenter *vc, struct move_job *job, enum move_act act)
{
	const struct incoming *in = move_dest_lookup(vc, &job->m.id);
	struct move_answer a = { .code = CODE(OK), .text = "" };
	Nvo3__MoveCommit commit;
	struct err err = { "" };

	switch (act) {
	case MOVE_ACT_RESERVE:
		local_reserve(vc, job);
		return;
	case MOVE_ACT_COPY:
	case MOVE_ACT_PULL:
		local_pull(vc, job, act);
		return;
	case MOVE_ACT_COMMIT:
		commit = commit_of(job);
		move_dest_commit(vc, &commit, local_done, call_new(vc, job, act));
		return;
	case MOVE_ACT_STATUS:
		a.phase = in ? incoming_status(in) : NVO3__MOVE_STATUS_REPLY__PHASE__NONE;
		break;
	default:
		a.code = move_dest_abort(vc, &job->m.id, &err);
		a.text = err.text;
	}
	move_run_answer(vc, job, act, &a);
}

/* --- the destination, at a peer's */

static void ask_peer(struct vcenter *vc, struct move_job *job, enum move_act act, uint32_t type,
		     const ProtobufCMessage *msg, uint32_t ms)
{
	struct peer *peer = vcenter_peer(vc, job->m.to_dc);

	if (peer && peer->up)
		chan_request(peer->chan, type, msg, ms, answered, call_new(vc, job, act));
	else
		fail(vc, job, act, CODE(UNAVAILABLE), "the vCenter of the destination is down");
}

static void peer_reserve(struct vcenter *vc, struct move_job *job)
{
	Nvo3__MoveReserve msg = NVO3__MOVE_RESERVE__INIT;
	struct vm *vm = inventory_vm(vc->inv, &job->m.vm);
	struct move_profiles profiles;

	fill_reserve(vc, job, &msg);
	if (vm)
		move_profiles_put(vc->inv, vm, &profiles, &msg);
	ask_peer(vc, job, MOVE_ACT_RESERVE, MSG(MOVE_RESERVE), &msg.base, SHORT_MS);
	if (msg.profile)
		msg_free(msg.profile);
}

static void peer_pull(struct vcenter *vc, struct move_job *job, enum move_act act)
{
	Nvo3__MovePull msg = NVO3__MOVE_PULL__INIT;
	char source[VC_DC_SIZE + VC_NAME_SIZE];

	fill_pull(vc, job, &msg, source, sizeof(source));
	ask_peer(vc, job, act, act == MOVE_ACT_COPY ? MSG(MOVE_COPY) : MSG(MOVE_PULL), &msg.base,
		 PULL_MS);
}

static void ask_there(struct vcenter *vc, struct move_job *job, enum move_act act)
{
	Nvo3__MoveCommit commit;
	Nvo3__MoveStatus status = NVO3__MOVE_STATUS__INIT;
	Nvo3__MoveAbort undo = NVO3__MOVE_ABORT__INIT;

	switch (act) {
	case MOVE_ACT_RESERVE:
		peer_reserve(vc, job);
		break;
	case MOVE_ACT_COPY:
	case MOVE_ACT_PULL:
		peer_pull(vc, job, act);
		break;
	case MOVE_ACT_COMMIT:
		commit = commit_of(job);
		ask_peer(vc, job, act, MSG(MOVE_COMMIT), &commit.base, SERVER_MS);
		break;
	case MOVE_ACT_STATUS:
		status.move = msg_put_uuid(&job->m.id);
		ask_peer(vc, job, act, MSG(MOVE_STATUS), &status.base, SHORT_MS);
		break;
	default:
		undo.move = msg_put_uuid(&job->m.id);
		ask_peer(vc, job, act, MSG(MOVE_ABORT), &undo.base, SHORT_MS);
	}
}

void move_ask(struct vcenter *vc, struct move_job *job, enum move_act act)
{
	static const char *const points[] = {
		[MOVE_ACT_RESERVE] = "move-reserve",
		[MOVE_ACT_OFFER] = "move-offer",
		[MOVE_ACT_COPY] = "move-copy",
		[MOVE_ACT_STOP] = "move-stop",
		[MOVE_ACT_PULL] = "move-pull",
		[MOVE_ACT_COMMIT] = "move-commit",
		[MOVE_ACT_STATUS] = "move-status",
		[MOVE_ACT_RELEASE] = "move-release",
		[MOVE_ACT_UNPLACE] = "move-unplace",
		[MOVE_ACT_UNDO_SOURCE] = "move-undo-source",
		[MOVE_ACT_UNDO_DEST] = "move-undo-dest",
	};

	CRASHPOINT(points[act]);
	switch (act) {
	case MOVE_ACT_OFFER:
	case MOVE_ACT_STOP:
		stop(vc, job, act);
		break;
	case MOVE_ACT_RELEASE:
		release(vc, job);
		break;
	case MOVE_ACT_UNDO_SOURCE:
		undo_source(vc, job);
		break;
	case MOVE_ACT_UNPLACE:
		unplace(vc, job, 0);
		break;
	default:
		if (move_is_local(&job->m))
			ask_here(vc, job, act);
		else
			ask_there(vc, job, act);
	}
}

static void take_figures(struct vcenter *vc, struct move_job *job, const Nvo3__MoveStatusReply *r)
{
	struct peer *peer = vcenter_peer(vc, job->m.to_dc);
	uint64_t error = 0, active, first_in;

	active = in_our_clock(peer->chan, r->active, &error);
	first_in = in_our_clock(peer->chan, r->first_in, &error);
	move_run_arrived(vc, job, active, first_in, error + r->clock_error);
}

static void progress_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct move_call *call = arg;
	struct move_job *job = call_job(call);
	Nvo3__MoveStatusReply *r = NULL;

	if (code == CODE(OK))
		r = msg_decode(body, &nvo3__move_status_reply__descriptor, NULL);
	if (job)
		job->polling = false;
	if (job && r)
		move_run_progress(call->vc, &call->id, NULL, r->done, r->total);
	if (job && r && r->phase == NVO3__MOVE_STATUS_REPLY__PHASE__COMMITTED)
		take_figures(call->vc, job, r);
	if (r)
		msg_free(r);
	free(call);
}

void move_ask_progress(struct vcenter *vc, struct move_job *job)
{
	struct peer *peer = vcenter_peer(vc, job->m.to_dc);
	Nvo3__MoveStatus msg = NVO3__MOVE_STATUS__INIT;

	if (!peer || !peer->up)
		return;
	msg.move = msg_put_uuid(&job->m.id);
	job->polling = true;
	chan_request(peer->chan, MSG(MOVE_STATUS), &msg.base, SHORT_MS, progress_answered,
		     call_new(vc, job, MOVE_ACT_NONE));
}
