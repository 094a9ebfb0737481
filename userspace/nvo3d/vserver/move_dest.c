// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>

#include "later.h"
#include "move.h"
#include "move_figures.h"
#include "move_keep.h"
#include "move_live.h"
#include "move_parts.h"
#include "msg.h"
#include "ops.h"
#include "persist.h"
#include "pull.h"

#define PHASE(name) NVO3__MOVE_PHASE__MOVE_##name

static const task_step_fn dest_steps[] = {
	step_pull, step_verify, step_attach, step_associate, NULL,
};

void move_pull_ended(struct task *t, Nvo3__MovePhase phase)
{
	if (t->code == CODE(OK) && t->pull)
		pull_confirm(t->pull);
	if (t->pull)
		pull_free(t->pull);
	t->pull = NULL;
	if (t->code == CODE(OK))
		move_set_phase(t->vm->vs, t->move, phase);
	else if (t->move->keep && t->stuck)
		move_keep_stuck(t->vm);
	else
		move_undone(t);
}

static void dest_ended(struct task *t)
{
	move_pull_ended(t, PHASE(READY));
}

bool move_dest_is_valid(const Nvo3__RelocateDest *req, bool hashed, struct uuid *move,
			struct err *err)
{
	struct sock_addr addr;

	if (!msg_get_uuid(&req->move, move))
		err_set(err, EINVAL, "move: not a UUID");
	else if (profile_check(req->profile, err) != CODE(OK))
		;
	else if (req->token.len != TOKEN_LEN)
		err_set(err, EINVAL, "token: must have %d bytes", TOKEN_LEN);
	else if (hashed && req->sha256.len != IMAGE_SHA256_LEN)
		err_set(err, EINVAL, "sha256: must have %d bytes", IMAGE_SHA256_LEN);
	else if (req->saved_size && (!hashed || req->saved_sha256.len != IMAGE_SHA256_LEN))
		err_set(err, EINVAL, "saved_size: without a hash of %d bytes", IMAGE_SHA256_LEN);
	else if (!*req->source || strlen(req->source) >= sizeof(((struct move *)0)->peer))
		err_set(err, EINVAL, "source: not a vServer's name");
	else if (sock_addr_parse(&addr, req->source_addr, err))
		err_prefix(err, -EINVAL, "source_addr");
	else if (!req->size || req->size > (uint64_t)req->profile->disk_mib << 20)
		err_set(err, EINVAL, "size: %llu bytes are not an image of at most %u MiB",
			(unsigned long long)req->size, req->profile->disk_mib);
	else
		return true;
	return false;
}

static void pull_again(struct vserver *vs, const ProtobufCMessage *msg, task_done_fn done,
		       void *arg)
{
	move_dest(vs, (const Nvo3__RelocateDest *)msg, done, arg);
}

static void take_source(struct move *m, const Nvo3__RelocateDest *req)
{
	m->phase = PHASE(PULLING);
	memcpy(m->token_value, req->token.data, TOKEN_LEN);
	if (req->sha256.len == IMAGE_SHA256_LEN)
		memcpy(m->sha256, req->sha256.data, IMAGE_SHA256_LEN);
	m->size = req->size;
	m->keep = req->saved_size;
	m->saved.size = req->saved_size;
	if (m->keep)
		memcpy(m->saved.sha256, req->saved_sha256.data, IMAGE_SHA256_LEN);
	m->hold_s = req->hold_s;
	snprintf(m->peer, sizeof(m->peer), "%s", req->source);
	snprintf(m->peer_addr, sizeof(m->peer_addr), "%s", req->source_addr);
	persist_move_now(m->vs, m);
}

const task_step_fn *move_dest_delete_steps(const struct move *m)
{
	return m->live || m->keep ? move_live_delete_steps : ops_delete_steps;
}

static void begin_pull(struct vm *vm, struct move *m, task_done_fn done, void *arg)
{
	const task_step_fn *steps = m->keep ? move_keep_dest_steps : dest_steps;

	task_begin(vm, VM_OP_DEST, false, m->live ? move_live_dest_steps : steps,
		   move_dest_delete_steps(m), dest_ended, m, done, arg);
}

/* A first copy is here: what has changed since then is still to come */
static void pull_rest(struct vm *vm, struct move *m, const Nvo3__RelocateDest *req,
		      task_done_fn done, void *arg)
{
	m->delta = true;
	take_source(m, req);
	begin_pull(vm, m, done, arg);
}

static void dest_again(struct vserver *vs, struct move *m, const Nvo3__RelocateDest *req,
		       task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, &m->vm);
	bool pulls = !m->is_source && vm && vm->task && m->phase == PHASE(PULLING);

	if (pulls && vm->fsm.op == VM_OP_DEST && !m->copies)
		task_wait(vm->task, done, arg);
	else if (pulls && vm->fsm.op != VM_OP_DEST)
		/* what had come before this program was started is being removed */
		later_begin(vm, &req->base, pull_again, done, arg);
	else if (!m->is_source && vm && !vm->task && m->phase == PHASE(COPIED))
		pull_rest(vm, m, req, done, arg);
	else if (!m->is_source && m->phase >= PHASE(READY) && m->phase <= PHASE(DONE))
		move_succeed(done, arg, vm);
	else
		move_wrong_phase(m, "pull", done, arg);
}

/* What a move that was given up has left is removed when the hypervisor answers: later, then. */
static uint32_t is_here(struct vserver *vs, const Nvo3__VmProfile *vm, struct err *err)
{
	struct uuid id = profile_id(vm);
	const struct move *m = move_lookup_vm(vs, &id);

	if (m && !m->is_source && m->phase == PHASE(PULLING)) {
		err_set(err, EBUSY, "what an earlier move has left of VM %s is still to be removed",
			vm->name);
		return CODE(BUSY);
	}
	err_set(err, EEXIST, "VM %s is on this host already", vm->name);
	return CODE(EXISTS);
}

bool move_dest_admit(struct vserver *vs, const Nvo3__RelocateDest *req, task_done_fn done,
		     void *arg)
{
	struct uuid vm = profile_id(req->profile);
	struct err err;
	uint32_t code;

	if (vm_lookup(vs, &vm)) {
		code = is_here(vs, req->profile, &err);
	} else if (req->live && !move_live_can(vs, false, &err)) {
		code = CODE(FAILED);
	} else if (req->saved_size && !move_keep_can(vs, &err)) {
		code = CODE(FAILED);
	} else {
		code = vm_admit(vs, req->profile, &err);
		if (code == CODE(OK) && req->saved_size)
			code = move_keep_room(vs, req->profile, req->saved_size, &err);
	}
	if (code != CODE(OK))
		move_refuse(done, arg, code, &err);
	return code == CODE(OK);
}

struct move *move_dest_add(struct vserver *vs, const struct uuid *id, const Nvo3__RelocateDest *req,
			   struct vm **ret_vm)
{
	struct move *m = move_add(vs, id);

	*ret_vm = vm_add(vs, profile_copy(req->profile));
	m->vm = (*ret_vm)->id;
	m->live = req->live;
	take_source(m, req);
	return m;
}

void move_dest(struct vserver *vs, const Nvo3__RelocateDest *req, task_done_fn done, void *arg)
{
	struct move *m;
	struct uuid id;
	struct err err;
	struct vm *vm;

	if (!move_dest_is_valid(req, !req->live, &id, &err)) {
		move_refuse(done, arg, CODE(BAD_MESSAGE), &err);
		return;
	}
	m = move_lookup(vs, &id);
	if (m) {
		dest_again(vs, m, req, done, arg);
	} else if (move_dest_admit(vs, req, done, arg)) {
		m = move_dest_add(vs, &id, req, &vm);
		begin_pull(vm, m, done, arg);
	}
}

/* Associated it is, unless the NVE has given it up for being held too long */
static const task_step_fn commit_steps[] = {
	step_associate, step_activate, step_start_guest, NULL,
};

/* The same: from now on there is no time after which it gives it up */
static const task_step_fn commit_stopped_steps[] = { step_associate, NULL };

static void commit_ended(struct task *t)
{
	if (t->code != CODE(OK))
		return;
	move_end(t->vm->vs, t->move, PHASE(DONE));
	if (t->move->start)
		move_figures_watch(t->vm->vs, t->move);
}

void move_begin_commit(struct vm *vm, struct move *m, task_done_fn done, void *arg)
{
	/* What has come cannot be had again: nothing is undone, the commit is repeated */
	if (m->keep) {
		vm->fsm.paused = m->was_suspended;
		task_begin(vm, VM_OP_COMMIT, true, move_keep_commit_steps, NULL, commit_ended, m,
			   done, arg);
		return;
	}
	if (m->live) {
		task_begin(vm, VM_OP_COMMIT, true, move_live_commit_steps, NULL, commit_ended, m,
			   done, arg);
		return;
	}
	task_begin(vm, VM_OP_COMMIT, m->start, m->start ? commit_steps : commit_stopped_steps,
		   m->start ? ops_silence_steps : NULL, commit_ended, m, done, arg);
}

static void take_epochs(struct vm *vm, const Nvo3__RelocateCommit *req)
{
	for (size_t i = 0; i < req->n_nics; i++) {
		struct uuid tsi;
		size_t nic;

		if (!msg_get_uuid(&req->nics[i]->tsi, &tsi))
			continue;
		if (vm_lookup_tsi(vm->vs, &tsi, &nic) == vm)
			vm->profile->nics[nic]->epoch = req->nics[i]->epoch;
	}
}

void move_commit(struct vserver *vs, const Nvo3__RelocateCommit *req, task_done_fn done,
		 void *arg)
{
	struct uuid id = {};
	struct move *m;
	struct err err;
	struct vm *vm;

	msg_get_uuid(&req->move, &id);
	m = move_lookup(vs, &id);
	vm = m ? vm_lookup(vs, &m->vm) : NULL;
	if (!m || m->is_source) {
		err_set(&err, ENOENT, "there is no such move to this host");
		move_refuse(done, arg, CODE(NOT_FOUND), &err);
	} else if (m->phase == PHASE(DONE)) {
		move_succeed(done, arg, vm);
	} else if (vm && m->phase == PHASE(COMMITTING) && vm->task) {
		task_wait(vm->task, done, arg);
	} else if (!vm || (m->phase != PHASE(READY) && m->phase != PHASE(COMMITTING))) {
		move_wrong_phase(m, "commit", done, arg);
	} else {
		/* From here on it is ours: the record says so before anything is done */
		take_epochs(vm, req);
		m->start = req->start;
		m->was_suspended = req->suspended;
		persist_vm_now(vm);
		move_set_phase(vs, m, PHASE(COMMITTING));
		move_begin_commit(vm, m, done, arg);
	}
}
