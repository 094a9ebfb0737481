// SPDX-License-Identifier: GPL-2.0

#include <errno.h>

#include "later.h"
#include "move_copy.h"
#include "move_live.h"
#include "move_parts.h"
#include "msg.h"
#include "ops.h"

#define PHASE(name) NVO3__MOVE_PHASE__MOVE_##name

static bool is_live(bool live, struct err *err)
{
	if (live)
		err_set(err, EINVAL, "live: what is moved live is not copied first");
	return live;
}

/* --- the source */

/* Its record says that it moves: nobody but the move's coordinator decides about it from now on */
static const task_step_fn offer_steps[] = { step_size, NULL };

static void offer_ended(struct task *t)
{
	if (t->code != CODE(OK))
		move_undone(t);
}

static void begin_offer(struct vm *vm, struct move *m, task_done_fn done, void *arg)
{
	task_begin(vm, VM_OP_SOURCE, false, offer_steps, NULL, offer_ended, m, done, arg);
}

static void offer_again(struct vserver *vs, struct move *m, const Nvo3__RelocateSource *req,
			task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, &m->vm);

	if (!m->is_source || !vm || vm->task || m->phase != PHASE(COPYING)) {
		move_wrong_phase(m, "offer", done, arg);
		return;
	}
	move_source_renew(vs, m, req);
	/* This program ended between the move's record and the VM's */
	if (vm->fsm.state != NVO3__VM_STATE__VM_MOVING)
		begin_offer(vm, m, done, arg);
	else
		move_succeed(done, arg, vm);
}

void move_offer(struct vserver *vs, const Nvo3__RelocateSource *req, task_done_fn done, void *arg)
{
	struct uuid id, vm_id;
	struct move *m;
	struct err err;
	uint32_t code;
	struct vm *vm;

	if (!move_source_is_valid(req, &id, &vm_id, &err) || is_live(req->live, &err)) {
		move_refuse(done, arg, CODE(BAD_MESSAGE), &err);
		return;
	}
	m = move_lookup(vs, &id);
	if (m) {
		offer_again(vs, m, req, done, arg);
		return;
	}
	vm = move_source_vm(vs, &vm_id, "replicated", &code, &err);
	if (!vm) {
		move_refuse(done, arg, code, &err);
		return;
	}
	m = move_source_add(vm, &id, PHASE(COPYING), req);
	begin_offer(vm, m, done, arg);
}

/*
 * --- the destination. move->copies: this is going on; move->delta: what is in image.part stays,
 * only what is other is sent
 */

static const task_step_fn copy_steps[] = { step_pull, NULL };

static void copy_ended(struct task *t)
{
	t->move->copies = false;
	move_pull_ended(t, PHASE(COPIED));
}

static void copy_later(struct vserver *vs, const ProtobufCMessage *msg, task_done_fn done,
		       void *arg)
{
	move_copy(vs, (const Nvo3__RelocateDest *)msg, done, arg);
}

static void copy_again(struct vserver *vs, struct move *m, const Nvo3__RelocateDest *req,
		       task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, &m->vm);
	bool pulls = !m->is_source && vm && vm->task && m->phase == PHASE(PULLING);

	if (pulls && m->copies)
		task_wait(vm->task, done, arg);
	else if (pulls && vm->fsm.op != VM_OP_DEST)
		/* what had come before this program was started is being removed */
		later_begin(vm, &req->base, copy_later, done, arg);
	else if (!m->is_source && vm && !vm->task && m->phase == PHASE(COPIED))
		move_succeed(done, arg, vm);
	else
		move_wrong_phase(m, "copy", done, arg);
}

void move_copy(struct vserver *vs, const Nvo3__RelocateDest *req, task_done_fn done, void *arg)
{
	struct move *m;
	struct uuid id;
	struct err err;
	struct vm *vm;

	if (!move_dest_is_valid(req, false, &id, &err) || is_live(req->live, &err)) {
		move_refuse(done, arg, CODE(BAD_MESSAGE), &err);
		return;
	}
	m = move_lookup(vs, &id);
	if (m) {
		copy_again(vs, m, req, done, arg);
		return;
	}
	if (!move_dest_admit(vs, req, done, arg))
		return;
	m = move_dest_add(vs, &id, req, &vm);
	m->copies = true;
	m->delta = true;
	task_begin(vm, VM_OP_DEST, false, copy_steps, ops_delete_steps, copy_ended, m, done, arg);
}
