// SPDX-License-Identifier: GPL-2.0

#include <stdio.h>
#include <stdlib.h>

#include "behind.h"
#include "boot.h"
#include "center.h"
#include "crashpoint.h"
#include "job.h"
#include "log.h"
#include "mem.h"
#include "move_keep.h"
#include "msg.h"
#include "nve_client.h"
#include "persist.h"
#include "pull.h"
#include "task.h"

struct task_waiter {
	task_done_fn done;
	void *arg;
	struct task_waiter *next;
};

static void tell(struct task_waiter *list, uint32_t code, const char *text, struct vm *vm)
{
	struct task_waiter *w;

	while ((w = list)) {
		list = w->next;
		if (w->done)
			w->done(code, text, vm, w->arg);
		free(w);
	}
}

static void finish(struct task *t)
{
	bool ok = t->code == CODE(OK);
	struct vm *vm = t->vm;
	struct vserver *vs = vm->vs;
	Nvo3__VmState before = vm->fsm.state;
	const struct uuid *at_rest = NULL;
	enum vm_op op = vm->fsm.op;
	struct uuid id = vm->id;
	bool again;

	vm->task = NULL;
	vm_fsm_end(&vm->fsm, ok, loop_now_ms());
	/* A stop that the hypervisor did not hear of */
	if (!ok && op == VM_OP_STOP && vm->guest >= 0)
		vm->fsm.state = vm->fsm.before;
	/* Undone to a state that could not be had again */
	if ((vm->fsm.state == NVO3__VM_STATE__VM_RUNNING ||
	     vm->fsm.state == NVO3__VM_STATE__VM_SUSPENDED) && vm->guest < 0)
		vm->fsm.state = NVO3__VM_STATE__VM_FAILED;
	vm_set_text(vm, ok ? "" : t->text);
	/* One that fails is tried again */
	if (op != VM_OP_UPDATE && (ok || op != VM_OP_START))
		vm->restart = false;
	if (ok)
		log_info("VM %s is %s", vm->profile->name, vm_state_name(vm->fsm.state));
	else
		log_warn("VM %s is %s: %s", vm->profile->name, vm_state_name(vm->fsm.state),
			 t->text);
	again = vm->restart;
	if (vm->fsm.state == NVO3__VM_STATE__VM_UNKNOWN)
		persist_vm_del(vs, &vm->id);
	else
		persist_vm_now(vm);
	CRASHPOINT("task-ended");
	if (t->ended)
		t->ended(t);
	if (vm->fsm.state != before && vm->fsm.state != NVO3__VM_STATE__VM_UNKNOWN)
		center_vm_state(vs->center, vm);
	tell(t->waiters, t->code, t->text, vm);
	if (vm->fsm.state == NVO3__VM_STATE__VM_UNKNOWN)
		vm_free(vm);
	else
		at_rest = &id;
	loop_timer_free(t->timer);
	free(t);
	if (at_rest)
		behind_look(vs, at_rest);
	if (again)
		boot_restart_soon(vs->center);
}

static void begin_undo(struct task *t)
{
	t->undoing = true;
	t->steps = t->undo;
}

static void run_step(struct task *t)
{
	t->nic = 0;
	if (t->cancelled && !t->undoing && t->undo) {
		t->code = CODE(FAILED);
		snprintf(t->text, sizeof(t->text), "it was given up");
		begin_undo(t);
	}
	if (t->steps && *t->steps)
		(*t->steps)(t);
	else
		finish(t);
}

void task_next(struct task *t)
{
	if (t->vm->vs->stopping)
		return;
	CRASHPOINT("task-step");
	t->steps++;
	run_step(t);
}

void task_fail(struct task *t, uint32_t code, const char *text)
{
	if (t->vm->vs->stopping)
		return;
	if (t->undoing) {
		/* Undo goes on with what it can; the first failure is the one to be told */
		log_err("VM %s: cannot undo all: %s", t->vm->profile->name, text);
		t->stuck = true;
		task_next(t);
		return;
	}
	t->code = code;
	snprintf(t->text, sizeof(t->text), "%s", text);
	begin_undo(t);
	run_step(t);
}

void task_wait(struct task *t, task_done_fn done, void *arg)
{
	struct task_waiter **tail, *w = mem_zalloc(sizeof(*w));

	w->done = done;
	w->arg = arg;
	for (tail = &t->waiters; *tail; tail = &(*tail)->next)
		;
	*tail = w;
}

void task_begin(struct vm *vm, enum vm_op op, bool run, const task_step_fn *steps,
		const task_step_fn *undo, void (*ended)(struct task *t), struct move *move,
		task_done_fn done, void *arg)
{
	struct task *t = mem_zalloc(sizeof(*t));
	Nvo3__VmState before = vm->fsm.state;
	struct err err;

	t->vm = vm;
	t->steps = steps;
	t->undo = undo;
	t->ended = ended;
	t->move = move;
	t->code = CODE(OK);
	vm->task = t;
	vm_fsm_begin(&vm->fsm, op, run, loop_now_ms());
	task_wait(t, done, arg);
	/* A stop that a crash cuts short has not failed: it is finished when we come back */
	if (persist_vm(vm, op == VM_OP_STOP ? NVO3__VM_STATE__VM_STOPPED : vm->fsm.state, &err)) {
		task_fail(t, CODE(FAILED), err.text);
		return;
	}
	CRASHPOINT("task-begun");
	if (vm->fsm.state != before)
		center_vm_state(vm->vs->center, vm);
	run_step(t);
}

/* Its thread waits for the hypervisor, which is told by another one: ours, for a moment */
static void end_long(struct task *t)
{
	struct driver *d = t->vm->vs->driver;
	struct err err;

	if (!t->job || (t->vm->fsm.op != VM_OP_HAND_OVER && *t->steps != step_save))
		return;
	if (d->ops->cancel(d, t->vm->profile, &err))
		log_err("%s", err.text);
}

void task_cancel(struct task *t)
{
	t->cancelled = true;
	if (t->job)
		job_cancel(t->job);
	end_long(t);
	if (t->pull)
		pull_cancel(t->pull);
}

void task_abandon(struct task *t)
{
	end_long(t);
	if (t->job)
		free(job_abandon(t->job));
	if (t->pull)
		pull_free(t->pull);
	nve_client_cancel(t->vm->vs->nve, t);
	tell(t->waiters, CODE(UNAVAILABLE), "the vServer's nvo3d is being stopped", t->vm);
	loop_timer_free(t->timer);
	t->vm->task = NULL;
	free(t);
}

void task_guest_ended(struct vm *vm)
{
	struct vserver *vs = vm->vs;
	struct driver_status st = { .failed = true };
	struct driver *d = vs->driver;
	char id[UUID_STRLEN];
	struct err err;

	/* Somebody waits for it; who is asking it to end looks when that is done */
	if (vm->task && *vm->task->steps == step_stop_guest) {
		if (vm->task->job)
			return;
		loop_timer_cancel(vm->task->timer);
		task_next(vm->task);
		return;
	}
	if (d->ops->status)
		d->ops->status(d, &vm->id, &st);
	st.failed = st.failed && !vm->restart;
	if (!vm_fsm_guest_ended(&vm->fsm, st.failed, loop_now_ms()))
		return;
	vm_set_text(vm, vm->restart ? BOOT_TEXT : st.why ? st.why : "its guest ended unexpectedly");
	log_err("VM %s %s: %s", vm->profile->name, st.failed ? "failed" : "stopped", vm->text);
	persist_vm_now(vm);
	center_vm_state(vs->center, vm);
	center_alert(vs->center, st.failed ? "vm-failed" : "vm-stopped",
		     uuid_format(&vm->id, id), vm->text);
	/* What does not run must not be sent frames */
	vm->tsi = NVO3__TSI_STATE__TSI_ASSOCIATED;
	for (size_t i = 0; i < vm->profile->n_nics; i++)
		nve_client_ask(vs->nve, MSG(TSI_DEACTIVATE), vm, i, NULL, NULL);
	if (d->ops->set_link(d, vm->profile, false, &err))
		log_err("VM %s: %s", vm->profile->name, err.text);
	if (vm->restart)
		boot_restart_soon(vs->center);
}
