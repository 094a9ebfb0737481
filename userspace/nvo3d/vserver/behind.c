// SPDX-License-Identifier: GPL-2.0

#include <errno.h>

#include "behind.h"
#include "boot.h"
#include "center.h"
#include "foreign.h"
#include "job.h"
#include "log.h"
#include "move.h"
#include "move_keep.h"
#include "move_live.h"
#include "ops.h"
#include "persist.h"
#include "seen.h"

#define THREADS 4

static void alert(struct vserver *vs, const struct uuid *id, const char *kind, const char *text)
{
	char subject[UUID_STRLEN];

	center_alert(vs->center, kind, uuid_format(id, subject), text);
}

static void take_over(struct vm *vm)
{
	log_warn("VM %s was started by somebody else", vm->profile->name);
	alert(vm->vs, &vm->id, "vm-started", "its domain was started by somebody else");
	task_begin(vm, VM_OP_START, true, ops_start_steps, ops_silence_steps, NULL, NULL, NULL,
		   NULL);
}

static void fence(struct vm *vm)
{
	static const task_step_fn steps[] = { step_kill_guest, NULL };

	log_err("VM %s was started by somebody else while it moves: it is ended",
		vm->profile->name);
	alert(vm->vs, &vm->id, "vm-fenced",
	      "its domain was started by somebody else while the VM moves, and was ended");
	move_keep_void(vm);
	task_begin(vm, VM_OP_FENCE, false, steps, NULL, NULL, NULL, NULL, NULL);
}

static void paused(struct vm *vm, bool on)
{
	if (!vm_fsm_guest_paused(&vm->fsm, on, loop_now_ms()))
		return;
	log_warn("VM %s was %s by somebody else", vm->profile->name, on ? "suspended" : "resumed");
	persist_vm_now(vm);
	center_vm_state(vm->vs->center, vm);
}

static void removed(struct vm *vm)
{
	vm->fsm.state = NVO3__VM_STATE__VM_FAILED;
	vm_set_text(vm, "its domain was removed by somebody else; a start makes it anew");
	log_err("VM %s: %s", vm->profile->name, vm->text);
	persist_vm_now(vm);
	center_vm_state(vm->vs->center, vm);
	alert(vm->vs, &vm->id, "vm-removed", vm->text);
}

static bool may_run(struct vm *vm)
{
	struct move *m = vm ? move_lookup_vm(vm->vs, &vm->id) : NULL;

	return m && move_runs_on(vm, m);
}

void behind_look(struct vserver *vs, const struct uuid *id)
{
	struct vm *vm = vm_lookup(vs, id);
	struct driver *d = vs->driver;
	struct driver_status st;
	enum seen_act act;

	if (!d->ops->status || vs->stopping)
		return;
	if (vm && vm->task)
		move_live_seen(vm);
	if ((vm && (vm->task || vm->waits)) || may_run(vm))
		return;
	d->ops->status(d, id, &st);
	act = seen_decide(vm ? vm->fsm.state : NVO3__VM_STATE__VM_UNKNOWN, &st);
	if (st.known)
		foreign_seen(vs, id, act == SEEN_FOREIGN);
	switch (act) {
	case SEEN_NOTHING:
	case SEEN_FOREIGN:
		break;
	case SEEN_TAKE_OVER:
		take_over(vm);
		break;
	case SEEN_FENCE:
		fence(vm);
		break;
	case SEEN_PAUSED:
		paused(vm, true);
		break;
	case SEEN_RESUMED:
		paused(vm, false);
		break;
	case SEEN_REMOVED:
		removed(vm);
		break;
	}
}

static void look(const struct uuid *id, void *arg)
{
	behind_look(arg, id);
}

static void take_up(struct vm *vm)
{
	vm->waits = false;
	if (!vm->task)
		vm_resume(vm);
}

/* Those that had to wait for it, or were in doubt */
static void up(void *arg)
{
	struct vserver *vs = arg;
	struct driver_status st;
	struct vm *vm, *next;

	if (vs->stopping)
		return;
	HASH_ITER(hh, vs->vms, vm, next) {
		vs->driver->ops->status(vs->driver, &vm->id, &st);
		if (st.known && st.active)
			boot_unmark(vm);
		if (!vm->waits && !vm->task)
			move_clean_up(vm);
		else if (vm->waits)
			take_up(vm);
	}
}

int behind_start(struct vserver *vs, struct err *err)
{
	static const struct driver_watcher watcher = { .look = look, .up = up };
	struct driver *d = vs->driver;

	if (d->blocks) {
		vs->jobs = job_queue_new(THREADS, err);
		if (!vs->jobs)
			return -EAGAIN;
	}
	return d->ops->watch ? d->ops->watch(d, vs->loop, &watcher, vs, err) : 0;
}

void behind_stop(struct vserver *vs)
{
	struct driver *d = vs->driver;

	if (d->ops->watch)
		d->ops->watch(d, vs->loop, NULL, NULL, NULL);
	job_queue_free(vs->jobs);
	vs->jobs = NULL;
}
