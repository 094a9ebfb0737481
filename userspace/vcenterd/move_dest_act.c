// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "lib/crashpoint.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "move.h"
#include "move_dest_act.h"
#include "persist.h"
#include "profile.h"
#include "proto/placement.pb-c.h"
#include "session_director.h"
#include "words.h"

#define PULL_MS		600000u
#define START_MS	60000u
#define PLACE_MS	10000u
#define HOLD_BEYOND_S	60u	/* the lease: for an NVE that nobody tells */

struct dest_call {
	struct vcenter *vc;
	struct uuid move;
	enum incoming_act act;
	int nic;
};

static struct dest_call *call_new(struct vcenter *vc, const struct dest_job *job,
				  enum incoming_act act, int nic)
{
	struct dest_call *call = mem_zalloc(sizeof(*call));

	*call = (struct dest_call){ vc, job->in.move, act, nic };
	return call;
}

/* NULL: what it was for is over, or all of it is. */
static struct dest_job *call_job(const struct dest_call *call)
{
	struct dest_job *job = NULL;

	if (call->vc->stopping)
		return NULL;
	HASH_FIND(hh, call->vc->dests, &call->move, sizeof(call->move), job);
	return job;
}

static struct server *job_server(struct vcenter *vc, const struct dest_job *job)
{
	struct server *server = inventory_server(vc->inv, job->in.server);

	return server && server->session ? server : NULL;
}

/* Only of a move that still is: the VM may be on its next one. */
static struct vm *job_vm(struct vcenter *vc, const struct dest_job *job)
{
	struct vm *vm = inventory_vm(vc->inv, &job->in.vm);

	return vm && uuid_equal(&vm->move, &job->in.move) ? vm : NULL;
}

static bool is_local(const struct vcenter *vc, const struct dest_job *job)
{
	return !strcmp(job->in.peer, vc->conf.dc);
}

static void pull_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct dest_call *call = arg;
	struct dest_job *job = call_job(call);
	dest_done_fn done;

	if (job) {
		done = job->pull_done;
		job->pull_done = NULL;
		if (incoming_pulled(&job->in, code, text, loop_now_ms()))
			job->dirty = true;
		move_dest_run(call->vc, job);
		/* pulled is said only when it is on the disk */
		if (done && job->dirty)
			done(call->vc, CODE(UNAVAILABLE), "the store does not answer",
			     job->pull_arg);
		else if (done && code == CODE(OK) && job->in.phase == INCOMING_ABORTED)
			done(call->vc, CODE(BAD_STATE), job->in.text, job->pull_arg);
		else if (done)
			done(call->vc, code, text, job->pull_arg);
	}
	free(call);
}

/* The destination's NVE asks for them before anything names them there. */
static void grant(struct vcenter *vc, const struct vm *vm, const struct server *server)
{
	for (int i = 0; vm && i < vm->n_nics; i++)
		session_director_profile_grant(vc, &vm->nics[i].profile, server->nve);
}

void move_dest_grant(struct vcenter *vc)
{
	struct dest_job *job;

	for (job = vc->dests; job; job = job->hh.next) {
		struct server *server = job_server(vc, job);

		/* one that is only reserved has nothing to ask for yet */
		if (server && job->in.phase >= INCOMING_PULLING &&
		    job->in.phase < INCOMING_STARTING)
			grant(vc, job_vm(vc, job), server);
	}
}

void dest_act_pull(struct vcenter *vc, struct dest_job *job, const Nvo3__MovePull *msg)
{
	Nvo3__RelocateDest dest = NVO3__RELOCATE_DEST__INIT;
	struct server *server = job_server(vc, job);
	struct vm *vm = job_vm(vc, job);

	dest.move = msg_put_uuid(&job->in.move);
	dest.profile = vm ? vm_to_peer(vm, server) : NULL;
	dest.source_addr = msg->source_addr;
	dest.source = msg->source;
	dest.token = msg->token;
	dest.size = msg->size;
	dest.sha256 = msg->sha256;
	dest.saved_size = msg->saved_size;
	dest.saved_sha256 = msg->saved_sha256;
	dest.live = msg->live;
	dest.hold_s = job->in.lease_s + HOLD_BEYOND_S;
	job->in.total = msg->size + msg->saved_size;
	grant(vc, vm, server);
	chan_request(server->session, job->in.copying ? MSG(RELOCATE_COPY) : MSG(RELOCATE_DEST),
		     &dest.base, PULL_MS, pull_answered,
		     call_new(vc, job, INCOMING_ACT_NONE, 0));
	if (dest.profile)
		msg_free(dest.profile);
}

static void place_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct dest_call *call = arg;
	struct dest_job *job = call_job(call);
	struct vm *vm = job ? job_vm(call->vc, job) : NULL;
	Nvo3__PlaceReply *reply = NULL;

	if (code == CODE(OK)) {
		reply = msg_decode(body, &nvo3__place_reply__descriptor, NULL);
		if (!reply || !reply->epoch) {
			/* it was placed, with an epoch that we do not know: ask again */
			code = CODE(TIMEOUT);
			text = "the nDirector told no epoch";
		}
	}
	if (vm) {
		if (code == CODE(OK))
			job->epochs[call->nic] = reply->epoch;
		if (incoming_placed(&job->in, call->nic, vm->n_nics, code, text, loop_now_ms()))
			job->dirty = true;
		move_dest_run(call->vc, job);
	}
	if (reply)
		msg_free(reply);
	free(call);
}

static void place(struct vcenter *vc, struct dest_job *job, const struct vm *vm, int n)
{
	const struct server *server = inventory_server(vc->inv, job->in.server);
	Nvo3__Nic *nic = nic_to_msg(&vm->nics[n]);
	Nvo3__Place msg = NVO3__PLACE__INIT;

	msg.vm = msg_put_uuid(&vm->uuid);
	msg.vn = nic->vn;
	msg.mac = nic->mac;
	msg.ips = nic->ips;
	msg.n_ips = nic->n_ips;
	msg.nve = (char *)server->nve;
	msg.min_epoch = nic->epoch;
	msg.profile = nic->profile;
	chan_request(vc->director.chan, MSG(PLACE), &msg.base, PLACE_MS, place_answered,
		     call_new(vc, job, INCOMING_ACT_PLACE, n));
	msg_free(nic);
}

static void start_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct dest_call *call = arg;
	struct dest_job *job = call_job(call);

	if (job && incoming_started(&job->in, code, text, loop_now_ms(), wall_ms()))
		job->dirty = true;
	if (job)
		move_dest_run(call->vc, job);
	free(call);
}

static void start(struct vcenter *vc, struct dest_job *job, const struct vm *vm)
{
	Nvo3__RelocateCommit msg = NVO3__RELOCATE_COMMIT__INIT;

	msg.move = msg_put_uuid(&job->in.move);
	msg.nics = nics_to_msg(vm);
	msg.n_nics = vm->n_nics;
	msg.start = job->in.start;
	msg.suspended = job->in.suspended;
	chan_request(job_server(vc, job)->session, MSG(RELOCATE_COMMIT), &msg.base, START_MS,
		     start_answered, call_new(vc, job, INCOMING_ACT_START, 0));
	nics_free(msg.nics, msg.n_nics);
}

static void abort_answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct dest_call *call = arg;
	struct dest_job *job = call_job(call);

	if (job) {
		job->in.waiting = false;
		/* a vServer that was away is told to forget the VM when it registers */
		job->in.cleanup = false;
	}
	free(call);
}

static void tell_abort(struct vcenter *vc, struct dest_job *job)
{
	Nvo3__RelocateAbort msg = NVO3__RELOCATE_ABORT__INIT;

	msg.move = msg_put_uuid(&job->in.move);
	chan_request(job_server(vc, job)->session, MSG(RELOCATE_ABORT), &msg.base, START_MS,
		     abort_answered, call_new(vc, job, INCOMING_ACT_ABORT, 0));
}

static uint32_t state_of(const struct incoming *in)
{
	if (in->suspended)
		return NVO3__VM_STATE__VM_SUSPENDED;
	return in->start ? NVO3__VM_STATE__VM_RUNNING : NVO3__VM_STATE__VM_STOPPED;
}

/* What the phases mean for the VM, before they are stored. */
static void apply(struct vcenter *vc, struct dest_job *job, struct vm *vm)
{
	struct server *server = inventory_server(vc->inv, job->in.server);

	vm->placing = job->in.phase == INCOMING_PLACING;
	if (job->in.phase == INCOMING_STARTING) {
		for (int i = 0; i < vm->n_nics; i++)
			if (job->epochs[i])
				vm->nics[i].epoch = job->epochs[i];
		vm_set_incoming(vm, false);
		inventory_vm_set_dest(vm, NULL);
		if (vm->server != server)
			inventory_vm_set_server(vm, server);
	} else if (job->in.phase == INCOMING_COMMITTED) {
		vm_set_state(vm, state_of(&job->in));
		if (*job->in.text)
			vm_set_state(vm, NVO3__VM_STATE__VM_FAILED);
		vm_set_why(vm, job->in.text);
	}
}

static int store_both(struct vcenter *vc, const struct dest_job *job, const struct vm *vm,
		      struct err *err)
{
	int ret = store_begin(vc->store, err);

	if (ret)
		return ret;
	ret = persist_incoming(vc->store, &job->in, err);
	if (!ret && vm && job->in.phase == INCOMING_ABORTED && vm->incoming)
		ret = persist_vm_del(vc->store, &vm->uuid, err);
	else if (!ret && vm)
		ret = persist_vm(vc->store, vm, err);
	if (!ret)
		return store_commit(vc->store, err);
	store_rollback(vc->store);
	return ret;
}

int move_dest_aborted(struct vcenter *vc, struct dest_job *job, struct err *err)
{
	struct vm *vm = job_vm(vc, job);
	int ret = store_both(vc, job, vm, err);

	if (ret)
		return ret;
	job->dirty = false;
	note(vc, "move-abort", vm ? vm->name : "a VM", "the move to %s/%s ends: %s", vc->conf.dc,
	     job->in.server, job->in.text);
	if (vm && vm->incoming)
		inventory_vm_del(vc->inv, vm);
	else if (vm)
		inventory_vm_set_dest(vm, NULL);
	return 0;
}

static void arrived(struct vcenter *vc, const struct dest_job *job, const struct vm *vm)
{
	if (*job->in.text)
		note_alert(vc, "move-in", vm->name, "is on %s/%s now, but failed: %s",
			   vc->conf.dc, job->in.server, job->in.text);
	else
		note(vc, "move-in", vm->name, "is on %s/%s now, %s", vc->conf.dc,
		     job->in.server, word_vm_state(state_of(&job->in)));
}

static void answer_commit(struct vcenter *vc, struct dest_job *job)
{
	dest_done_fn done = job->commit_done;

	if (!done)
		return;
	job->commit_done = NULL;
	if (job->in.phase == INCOMING_COMMITTED)
		done(vc, CODE(OK), "", job->commit_arg);
	else
		done(vc, CODE(FAILED), job->in.text, job->commit_arg);
}

/* False: it is not on the disk, nothing may follow from it. */
static bool store(struct vcenter *vc, struct dest_job *job)
{
	struct vm *vm = job_vm(vc, job);
	struct err err;

	if (!job->dirty)
		return true;
	if (job->in.phase == INCOMING_ABORTED)
		return !move_dest_aborted(vc, job, &err);
	if (vm)
		apply(vc, job, vm);
	if (store_both(vc, job, vm, &err)) {
		log_err("a move from %s is not stored: %s", job->in.peer, err.text);
		return false;
	}
	job->dirty = false;
	if (job->in.phase == INCOMING_COMMITTED && vm) {
		CRASHPOINT("dest-committed");
		arrived(vc, job, vm);
		/* inside one DC it goes on moving until the source is released */
		if (!is_local(vc, job)) {
			memset(&vm->move, 0, sizeof(vm->move));
			inventory_vm_set_saved(vm, 0);
		}
	}
	if (job->in.phase == INCOMING_COMMITTED || job->in.phase == INCOMING_PULLED)
		answer_commit(vc, job);
	return true;
}

static void step(struct vcenter *vc, struct dest_job *job)
{
	struct vm *vm = job_vm(vc, job);
	enum incoming_act act;
	int nic = 0;

	act = incoming_next(&job->in, vm ? vm->n_nics : 0, job_server(vc, job),
			    vc->director.ready, loop_now_ms(), &nic);
	if (act == INCOMING_ACT_NONE)
		return;
	job->in.waiting = true;
	if (act == INCOMING_ACT_PLACE)
		place(vc, job, vm, nic);
	else if (act == INCOMING_ACT_START)
		start(vc, job, vm);
	else
		tell_abort(vc, job);
}

void move_dest_run(struct vcenter *vc, struct dest_job *job)
{
	/* answering may lead back here */
	if (job->running)
		return;
	job->running = true;
	if (incoming_tick(&job->in, job_server(vc, job), loop_now_ms(), wall_ms()))
		job->dirty = true;
	if (store(vc, job))
		step(vc, job);
	job->running = false;
}
