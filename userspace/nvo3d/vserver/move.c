// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "mem.h"
#include "move.h"
#include "move_figures.h"
#include "move_keep.h"
#include "move_live.h"
#include "move_parts.h"
#include "msg.h"
#include "ops.h"
#include "persist.h"

#define PHASE(name) NVO3__MOVE_PHASE__MOVE_##name

const task_step_fn move_no_steps[] = { NULL };

const task_step_fn move_stay_steps[] = { step_stay, NULL };

void move_refuse(task_done_fn done, void *arg, uint32_t code, const struct err *err)
{
	done(code, err->text, NULL, arg);
}

void move_succeed(task_done_fn done, void *arg, struct vm *vm)
{
	done(CODE(OK), "", vm, arg);
}

void move_end(struct vserver *vs, struct move *m, Nvo3__MovePhase phase)
{
	m->phase = phase;
	m->ended = host_wall_s();
	token_spend(&m->token);
	move_close_image(m);
	persist_move_now(vs, m);
}

void move_set_phase(struct vserver *vs, struct move *m, Nvo3__MovePhase phase)
{
	m->phase = phase;
	persist_move_now(vs, m);
}

static void move_drop(struct vserver *vs, struct move *m)
{
	persist_move_del(vs, m);
	move_free(vs, m);
}

/* It failed and left nothing: it may be tried again, if it was not given up for good */
void move_undone(struct task *t)
{
	if (t->cancelled)
		move_end(t->vm->vs, t->move, PHASE(ABORTED));
	else
		move_drop(t->vm->vs, t->move);
}

void move_wrong_phase(const struct move *m, const char *what, task_done_fn done, void *arg)
{
	static const char *const names[] = {
		[PHASE(NONE)] = "not begun",	     [PHASE(STOPPING)] = "stopping the VM",
		[PHASE(OFFERED)] = "offering the image", [PHASE(PULLING)] = "pulling the image",
		[PHASE(READY)] = "ready to commit",  [PHASE(COMMITTING)] = "being committed",
		[PHASE(DONE)] = "done",		     [PHASE(ABORTED)] = "aborted",
	};
	struct err err;

	err_set(&err, EINVAL, "the move is %s: no %s is possible",
		m->phase == PHASE(COPYING) || m->phase == PHASE(COPIED) ?
			"copying the image of a VM that runs" : names[m->phase],
		what);
	move_refuse(done, arg, CODE(BAD_STATE), &err);
}

bool move_runs_on(const struct vm *vm, const struct move *m)
{
	bool there = !m->is_source && m->phase == PHASE(COMMITTING);
	bool here = m->is_source && ((m->live && !m->left) || m->phase == PHASE(COPYING) ||
				     (m->keep && m->phase == PHASE(STOPPING)));

	return (here || there) && vm->guest >= 0;
}

/* --- the end, good or bad */

struct waiting {
	task_done_fn done;
	void *arg;
};

/* The operation was given up, as asked: whatever it says is our OK */
static void given_up(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	struct waiting *w = arg;

	if (vm->vs->stopping)
		w->done(code, text, vm, w->arg);
	else
		w->done(CODE(OK), "", vm, w->arg);
	free(w);
}

static void cancel(struct task *t, task_done_fn done, void *arg)
{
	struct waiting *w = mem_zalloc(sizeof(*w));

	w->done = done;
	w->arg = arg;
	task_cancel(t);
	task_wait(t, given_up, w);
}

/* What could not be done is not over: vCenter asks again, and it is tried again */
static void aborted(struct task *t)
{
	if (t->code == CODE(OK))
		move_end(t->vm->vs, t->move, PHASE(ABORTED));
	else if (t->move->keep)
		move_keep_stuck(t->vm);
}

static void released(struct task *t)
{
	if (t->code == CODE(OK))
		move_end(t->vm->vs, t->move, PHASE(DONE));
}

static void abort_source(struct vm *vm, struct move *m, task_done_fn done, void *arg)
{
	const task_step_fn *steps = m->left ? move_live_anew_steps : ops_start_steps;
	bool run = m->was_running;

	token_spend(&m->token);
	if (m->keep) {
		/* From here on it may run here again, and is not offered any more */
		move_set_phase(vm->vs, m, PHASE(STOPPING));
		vm->fsm.paused = m->was_suspended;
		task_begin(vm, VM_OP_ABORT, true, move_keep_back_steps, NULL, aborted, m, done,
			   arg);
		return;
	}
	/* It never stopped: unless it was handed over, or ended, and then it is started anew */
	if (move_runs_on(vm, m)) {
		task_begin(vm, VM_OP_ABORT, true, move_stay_steps, NULL, aborted, m, done, arg);
		return;
	}
	task_begin(vm, VM_OP_ABORT, run, run ? steps : move_stay_steps,
		   run ? ops_silence_steps : NULL, aborted, m, done, arg);
}

/* --- an abort while it is being handed over, or saved: when that has ended, see how */

struct abort_later {
	struct vserver *vs;
	struct uuid move;
	task_done_fn done;
	void *arg;
};

static void abort_now(void *arg)
{
	struct abort_later *a = arg;

	move_abort(a->vs, &a->move, a->done, a->arg);
	free(a);
}

static void abort_soon(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	struct abort_later *a = arg;

	/* The task that tells this is still at its end: begin the next from the loop */
	if (!vm->vs->stopping) {
		loop_defer_or(vm->vs->loop, abort_now, free, a);
		return;
	}
	a->done(code, text, vm, a->arg);
	free(a);
}

static void abort_then(struct vm *vm, struct move *m, task_done_fn done, void *arg)
{
	struct abort_later *a = mem_zalloc(sizeof(*a));

	*a = (struct abort_later){ vm->vs, m->id, done, arg };
	task_wait(vm->task, abort_soon, a);
	task_cancel(vm->task);
}

void move_abort(struct vserver *vs, const struct uuid *id, task_done_fn done, void *arg)
{
	struct move *m = move_lookup(vs, id);
	struct vm *vm = m ? vm_lookup(vs, &m->vm) : NULL;

	if (!m || m->phase == PHASE(ABORTED)) {
		move_succeed(done, arg, vm);
	} else if (m->phase == PHASE(DONE) || m->phase == PHASE(COMMITTING)) {
		move_wrong_phase(m, "abort", done, arg);
	} else if (!vm) {
		move_end(vs, m, PHASE(ABORTED));
		move_succeed(done, arg, NULL);
	} else if (vm->task && (vm->fsm.op == VM_OP_ABORT || vm->fsm.op == VM_OP_DELETE)) {
		task_wait(vm->task, done, arg);
	} else if (vm->task && (vm->fsm.op == VM_OP_HAND_OVER || (m->keep && m->is_source))) {
		abort_then(vm, m, done, arg);
	} else if (vm->task) {
		cancel(vm->task, done, arg);
	} else if (m->is_source) {
		abort_source(vm, m, done, arg);
	} else {
		/* What cannot be removed now is, later: move_clean_up() */
		if (m->keep)
			move_set_phase(vs, m, PHASE(PULLING));
		task_begin(vm, VM_OP_DELETE, false, move_dest_delete_steps(m), NULL, aborted, m,
			   done, arg);
	}
}

static void release_nothing(struct vserver *vs, struct move *m, task_done_fn done, void *arg)
{
	move_end(vs, m, PHASE(DONE));
	move_succeed(done, arg, NULL);
}

/* At the source, vCenter has said meanwhile that the VM is not ours: it has gone, or goes */
static bool is_forgotten(const struct move *m, const struct vm *vm)
{
	return m->phase == PHASE(ABORTED) &&
	       (!vm || (vm->task && vm->fsm.op == VM_OP_DELETE));
}

void move_release(struct vserver *vs, const struct uuid *id, task_done_fn done, void *arg)
{
	struct move *m = move_lookup(vs, id);
	struct vm *vm = m ? vm_lookup(vs, &m->vm) : NULL;

	if (!m || m->phase == PHASE(DONE))
		move_succeed(done, arg, NULL);
	else if (!m->is_source || (m->phase != PHASE(OFFERED) && !is_forgotten(m, vm)))
		move_wrong_phase(m, "release", done, arg);
	else if (vm && vm->task)
		task_wait(vm->task, done, arg);
	else if (vm)
		task_begin(vm, VM_OP_DELETE, false,
			   m->live ? move_live_delete_steps : ops_delete_steps, NULL, released, m,
			   done, arg);
	else
		release_nothing(vs, m, done, arg);
}

/* --- after a restart of the program */

static void rest_removed(struct task *t)
{
	if (t->move->keep && t->code != CODE(OK))
		move_keep_stuck(t->vm);
	else
		move_undone(t);
}

static void told_nobody(uint32_t code, const char *text, struct vm *vm, void *arg)
{
}

static void remove_rest(struct vm *vm, struct move *m)
{
	vm->tsi = NVO3__TSI_STATE__TSI_INIT;
	task_begin(vm, VM_OP_DELETE, false, move_dest_delete_steps(m), NULL, rest_removed, m,
		   told_nobody, NULL);
}

void move_clean_up(struct vm *vm)
{
	struct move *m = move_lookup_vm(vm->vs, &vm->id);

	if (m && !m->is_source && m->phase == PHASE(PULLING))
		remove_rest(vm, m);
}

void move_resume(struct vm *vm)
{
	struct move *m = move_lookup_vm(vm->vs, &vm->id);

	if (!m) {
		/* Its record says moving, the move's is gone: the VM must not run by accident */
		log_err("VM %s: was moving, but nothing is known of the move", vm->profile->name);
		vm->fsm.state = NVO3__VM_STATE__VM_FAILED;
		vm_set_text(vm, "the move that it was in is not known any more");
		persist_vm_now(vm);
		return;
	}
	switch (m->phase) {
	case PHASE(STOPPING):
		move_begin_source(vm, m, told_nobody, NULL);
		break;
	case PHASE(PULLING):
		remove_rest(vm, m);
		break;
	case PHASE(COMMITTING):
		move_begin_commit(vm, m, told_nobody, NULL);
		break;
	case PHASE(OFFERED):
	case PHASE(COPYING):
		if (move_runs_on(vm, m))
			vm->tsi = NVO3__TSI_STATE__TSI_ACTIVATED;
		break;
	default:
		break;
	}
}
