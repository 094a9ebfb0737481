// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>

#include "move.h"
#include "move_figures.h"
#include "move_keep.h"
#include "move_live.h"
#include "move_parts.h"
#include "msg.h"
#include "ops.h"
#include "persist.h"

#define PHASE(name) NVO3__MOVE_PHASE__MOVE_##name

static const task_step_fn source_steps[] = {
	step_prepare, step_stop_guest, step_deactivate, step_figures, step_hash, NULL,
};

static void source_ended(struct task *t)
{
	if (t->code == CODE(OK))
		move_set_phase(t->vm->vs, t->move, PHASE(OFFERED));
	else if (t->move->keep && t->stuck)
		move_keep_stuck(t->vm);
	else
		move_undone(t);
}

static const task_step_fn *undo_of(const struct move *m)
{
	static const task_step_fn undo_running[] = { step_activate, step_start_guest, NULL };

	if (m->keep)
		return move_keep_back_steps;
	return m->was_running && !m->live ? undo_running : move_stay_steps;
}

static Nvo3__VmState state_before(const struct move *m)
{
	if (m->was_suspended)
		return NVO3__VM_STATE__VM_SUSPENDED;
	return m->was_running ? NVO3__VM_STATE__VM_RUNNING : NVO3__VM_STATE__VM_STOPPED;
}

void move_begin_source(struct vm *vm, struct move *m, task_done_fn done, void *arg)
{
	const task_step_fn *steps = m->keep ? move_keep_source_steps : source_steps;

	/* Begun before, or copied while it runs: if it fails, it is as it was before that */
	if (vm->fsm.state == NVO3__VM_STATE__VM_MOVING)
		vm->fsm.state = state_before(m);
	task_begin(vm, VM_OP_SOURCE, false, m->live ? move_live_source_steps : steps, undo_of(m),
		   source_ended, m, done, arg);
}

static void offer(struct vserver *vs, struct move *m, const Nvo3__RelocateSource *req)
{
	memcpy(m->token_value, req->token.data, TOKEN_LEN);
	token_offer(&m->token, m->token_value, req->dest);
	snprintf(m->peer, sizeof(m->peer), "%s", req->dest);
	move_close_image(m);
	persist_move_now(vs, m);
}

void move_source_renew(struct vserver *vs, struct move *m, const Nvo3__RelocateSource *req)
{
	if (memcmp(m->token_value, req->token.data, TOKEN_LEN))
		offer(vs, m, req);
}

static void source_again(struct vserver *vs, struct move *m, const Nvo3__RelocateSource *req,
			 task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, &m->vm);

	/* The image was copied while it ran: from now on it is stopped */
	if (m->is_source && vm && !vm->task && m->phase == PHASE(COPYING))
		move_set_phase(vs, m, PHASE(STOPPING));
	if (!m->is_source || !vm ||
	    (m->phase != PHASE(STOPPING) && m->phase != PHASE(OFFERED))) {
		move_wrong_phase(m, "offer", done, arg);
		return;
	}
	move_source_renew(vs, m, req);
	if (vm->task)
		task_wait(vm->task, done, arg);
	else if (m->phase == PHASE(OFFERED))
		move_succeed(done, arg, vm);
	else
		move_begin_source(vm, m, done, arg);
}

bool move_source_is_valid(const Nvo3__RelocateSource *req, struct uuid *move, struct uuid *vm,
			  struct err *err)
{
	if (!msg_get_uuid(&req->move, move))
		err_set(err, EINVAL, "move: not a UUID");
	else if (!msg_get_uuid(&req->vm, vm))
		err_set(err, EINVAL, "vm: not a UUID");
	else if (req->token.len != TOKEN_LEN)
		err_set(err, EINVAL, "token: must have %d bytes", TOKEN_LEN);
	else if (!*req->dest || strlen(req->dest) >= sizeof(((struct move *)0)->peer))
		err_set(err, EINVAL, "dest: not a vServer's name");
	else
		return true;
	return false;
}

struct vm *move_source_vm(struct vserver *vs, const struct uuid *id, const char *how,
			  uint32_t *ret_code, struct err *err)
{
	struct vm *vm = vm_lookup(vs, id);
	char text[UUID_STRLEN];

	if (!vm) {
		*ret_code = CODE(NOT_FOUND);
		err_set(err, ENOENT, "VM %s is not on this host", uuid_format(id, text));
		return NULL;
	}
	/* One that goes on belongs to another move, or it would have been found */
	if (vm_fsm_ask(&vm->fsm, VM_OP_SOURCE, ret_code, err) != VM_GO) {
		if (vm->fsm.op == VM_OP_SOURCE) {
			*ret_code = CODE(BUSY);
			err_set(err, EBUSY, "VM %s is in another move", vm->profile->name);
		}
		return NULL;
	}
	if (how && vm->fsm.state != NVO3__VM_STATE__VM_RUNNING) {
		*ret_code = CODE(BAD_STATE);
		err_set(err, EINVAL, "VM %s does not run: it cannot be %s", vm->profile->name,
			how);
		return NULL;
	}
	return vm;
}

struct move *move_source_add(struct vm *vm, const struct uuid *id, Nvo3__MovePhase phase,
			     const Nvo3__RelocateSource *req)
{
	struct move *m = move_add(vm->vs, id);

	m->vm = vm->id;
	m->live = req->live;
	m->is_source = true;
	m->phase = phase;
	m->was_running = vm->fsm.state == NVO3__VM_STATE__VM_RUNNING;
	m->was_suspended = vm->fsm.state == NVO3__VM_STATE__VM_SUSPENDED;
	m->keep = req->keep && !req->live && (m->was_running || m->was_suspended);
	offer(vm->vs, m, req);
	return m;
}

/* Nothing was touched yet. A CODE() */
static uint32_t may_leave(const struct vm *vm, const Nvo3__RelocateSource *req, struct err *err)
{
	uint64_t memory = (uint64_t)vm->profile->memory_mib << 20;
	bool suspended = vm->fsm.state == NVO3__VM_STATE__VM_SUSPENDED;

	if (req->live)
		return move_live_can(vm->vs, true, err) ? CODE(OK) : CODE(FAILED);
	if (req->keep && !move_keep_can(vm->vs, err))
		return CODE(FAILED);
	if (req->keep && (suspended || vm->fsm.state == NVO3__VM_STATE__VM_RUNNING))
		return move_keep_room(vm->vs, vm->profile, memory, err);
	if (!suspended)
		return CODE(OK);
	err_set(err, EINVAL, "VM %s is suspended: without its memory it cannot be moved",
		vm->profile->name);
	return CODE(BAD_STATE);
}

void move_source(struct vserver *vs, const Nvo3__RelocateSource *req, task_done_fn done,
		 void *arg)
{
	struct uuid id, vm_id;
	struct move *m;
	struct err err;
	uint32_t code;
	struct vm *vm;

	if (!move_source_is_valid(req, &id, &vm_id, &err)) {
		move_refuse(done, arg, CODE(BAD_MESSAGE), &err);
		return;
	}
	m = move_lookup(vs, &id);
	if (m) {
		source_again(vs, m, req, done, arg);
		return;
	}
	vm = move_source_vm(vs, &vm_id, req->live ? "moved live" : NULL, &code, &err);
	if (!vm) {
		move_refuse(done, arg, code, &err);
		return;
	}
	code = may_leave(vm, req, &err);
	if (code != CODE(OK)) {
		move_refuse(done, arg, code, &err);
		return;
	}
	m = move_source_add(vm, &id, PHASE(STOPPING), req);
	move_begin_source(vm, m, done, arg);
}
