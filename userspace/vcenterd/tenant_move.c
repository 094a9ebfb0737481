// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "move_run.h"
#include "owed.h"
#include "proto/placement.pb-c.h"
#include "tenant_move.h"

#define PEER_MS	3000u

struct question {
	struct vcenter *vc;
	struct owed *owed;		/* NULL: it is answered */
	uint32_t type;
	struct uuid move;
	char tenant[VC_NAME_SIZE];
	int waiting;			/* for so many peers */
	char silent[VC_TEXT_SIZE];	/* those that may know it: "dc2, dc3" */
};

/* --- here */

/* One that somebody else has asked for is one that there is not. */
static struct move_job *find(struct vcenter *vc, const struct uuid *id, const char *tenant)
{
	struct move_job *job = move_run_lookup(vc, id);

	if (!job || move_is_refused(&job->m) || strcmp(job->m.tenant, tenant))
		return NULL;
	return job;
}

/* What a server or a peer says of a failure may name what is no tenant's business. */
static void put_error(const struct move *m, char error[VC_TEXT_SIZE])
{
	error[0] = '\0';
	if (m->flags & MOVE_F_REVOKED)
		snprintf(error, VC_TEXT_SIZE, "tenant %s has given it up", m->tenant);
	else if (m->flags & MOVE_F_ABORTING || m->state == MOVE_ABORTED)
		snprintf(error, VC_TEXT_SIZE, "given up at step %s, VM %s stays where it was",
			 move_step_name(m->step), m->vm_name);
}

static void reply_move(struct chan *chan, uint64_t id, const struct move *m)
{
	Nvo3__TenantMoveReply reply = NVO3__TENANT_MOVE_REPLY__INIT;
	char error[VC_TEXT_SIZE];

	put_error(m, error);
	reply.vm_name = (char *)m->vm_name;
	reply.from_dc = (char *)m->from_dc;
	reply.to_dc = (char *)m->to_dc;
	reply.step = m->state == MOVE_DONE ? "done" : (char *)move_step_name(m->step);
	reply.state = (char *)move_state_name(m->state);
	reply.error = error;
	reply.done = m->image_done;
	reply.total = move_total(m);
	reply.started = m->started;
	reply.ended = m->ended;
	chan_reply(chan, id, CODE(OK), NULL, &reply.base);
}

/* Said again, it is done already: also after the end, and by whoever was started meanwhile. */
static int give_up(struct vcenter *vc, struct move_job *job, struct err *err)
{
	char why[VC_NAME_SIZE + 16];
	int ret;

	if (job->m.flags & MOVE_F_REVOKED)
		return 0;
	snprintf(why, sizeof(why), "tenant %s", job->m.tenant);
	job->m.flags |= MOVE_F_REVOKED;
	ret = move_run_abort(vc, job, why, err);
	if (ret)
		job->m.flags &= ~MOVE_F_REVOKED;
	else
		note(vc, "tenant-abort", job->m.vm_name, "%s gives its move up", why);
	return ret;
}

static void answer_here(struct vcenter *vc, struct chan *chan, const struct msg *msg,
			struct move_job *job)
{
	struct err err;
	int ret = 0;

	if (msg->type == MSG(TENANT_MOVE_ABORT))
		ret = give_up(vc, job, &err);
	if (ret)
		chan_reply(chan, msg->id, code_from_errno(ret), err.text, NULL);
	else
		reply_move(chan, msg->id, &job->m);
}

/* --- all the peers */

struct call {
	struct question *q;
	const char *dc;		/* of the configuration */
};

static void settle(struct question *q, uint32_t code, const char *text,
		   const ProtobufCMessage *body)
{
	owed_reply(q->vc, q->owed, code, text, body);
	q->owed = NULL;
}

static void settle_unknown(struct question *q)
{
	char id[UUID_STRLEN];
	struct err err;

	uuid_format(&q->move, id);
	if (*q->silent) {
		err_set(&err, EHOSTUNREACH, "these did not answer, and may know move %s: %s", id,
			q->silent);
		settle(q, CODE(UNAVAILABLE), err.text, NULL);
	} else {
		err_set(&err, ENOENT, "tenant %s has no move %s", q->tenant, id);
		settle(q, CODE(NOT_FOUND), err.text, NULL);
	}
}

static void add_silent(struct question *q, const char *dc)
{
	size_t len = strlen(q->silent);

	snprintf(q->silent + len, sizeof(q->silent) - len, "%s%s", len ? ", " : "", dc);
}

/* A peer of an older version has moves, but none that a tenant may know of. */
static bool knows_nothing(uint32_t code)
{
	return code == CODE(NOT_FOUND) || code == CODE(UNKNOWN_TYPE);
}

static void take(struct question *q, const char *dc, uint32_t code, const char *text,
		 const struct msg *body)
{
	Nvo3__TenantMoveReply *reply = NULL;

	if (code == CODE(OK))
		reply = msg_decode(body, &nvo3__tenant_move_reply__descriptor, NULL);
	if (reply) {
		settle(q, CODE(OK), NULL, &reply->base);
		msg_free(reply);
	} else if (code == CODE(OK) || code_is_silence(code)) {
		add_silent(q, dc);
	} else if (!knows_nothing(code)) {
		settle(q, code, text, NULL);
	}
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct call *call = arg;
	struct question *q = call->q;

	q->waiting--;
	if (q->owed && !q->vc->stopping) {
		take(q, call->dc, code, text, body);
		if (q->owed && !q->waiting)
			settle_unknown(q);
	}
	if (!q->waiting)
		free(q);
	free(call);
}

static void ask_peers(struct question *q)
{
	struct vcenter *vc = q->vc;
	Nvo3__TenantMove msg = NVO3__TENANT_MOVE__INIT;
	struct call *call;

	msg.tenant = q->tenant;
	msg.move = msg_put_uuid(&q->move);
	for (int i = 0; i < vc->conf.n_peers; i++) {
		const char *dc = vc->peers[i].conf->dc;

		if (!vc->peers[i].up) {
			add_silent(q, dc);
			continue;
		}
		call = mem_zalloc(sizeof(*call));
		*call = (struct call){ q, dc };
		q->waiting++;
		chan_request(vc->peers[i].chan, q->type, &msg.base, PEER_MS, answered, call);
	}
	if (q->waiting)
		return;
	settle_unknown(q);
	free(q);
}

static int check(const Nvo3__TenantMove *req, struct uuid *move, struct err *err)
{
	if (!msg_get_uuid(&req->move, move) || uuid_is_zero(move))
		return err_set(err, EINVAL, "move is not a UUID");
	if (!*req->tenant || strlen(req->tenant) >= VC_NAME_SIZE)
		return err_set(err, EINVAL, "tenant: not a name");
	return 0;
}

void tenant_move(struct vcenter *vc, struct chan *chan, const struct msg *msg, bool of_peer)
{
	struct err err;
	Nvo3__TenantMove *req = msg_decode(msg, &nvo3__tenant_move__descriptor, &err);
	struct move_job *job;
	struct question *q;
	struct uuid move;

	if (!req || check(req, &move, &err)) {
		chan_reply(chan, msg->id, CODE(BAD_MESSAGE), err.text, NULL);
		if (req)
			msg_free(req);
		return;
	}
	job = find(vc, &move, req->tenant);
	if (job) {
		answer_here(vc, chan, msg, job);
	} else if (of_peer) {
		chan_reply(chan, msg->id, CODE(NOT_FOUND), "no move of this tenant", NULL);
	} else {
		q = mem_zalloc(sizeof(*q));
		*q = (struct question){ .vc = vc, .owed = owed_new(vc, chan, msg->id),
					.type = msg->type, .move = move };
		strcpy(q->tenant, req->tenant);
		ask_peers(q);
	}
	msg_free(req);
}
