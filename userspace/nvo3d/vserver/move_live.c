// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "center.h"
#include "driver_call.h"
#include "log.h"
#include "move_figures.h"
#include "move_live.h"
#include "move_parts.h"
#include "msg.h"
#include "persist.h"
#include "pull.h"

const task_step_fn move_live_source_steps[] = { step_prepare, step_size, NULL };

const task_step_fn move_live_dest_steps[] = {
	step_pull, step_attach, step_associate, step_blank, step_fetch, step_arrived, NULL,
};

/* It can be repeated: the guest stands still, or it goes on already */
const task_step_fn move_live_commit_steps[] = {
	step_associate, step_activate, step_resume, NULL,
};

const task_step_fn move_live_delete_steps[] = {
	step_kill_guest, step_deassociate, step_undefine, step_detach, step_remove, NULL,
};

const task_step_fn move_live_anew_steps[] = {
	step_kill_guest, step_activate, step_start_guest, NULL,
};

/* Its port was prepared: that it is silent here does not mean that its address is gone */
static const task_step_fn hand_over_steps[] = {
	step_migrate, step_deactivate, step_figures, NULL,
};

bool move_live_can(const struct vserver *vs, bool is_source, struct err *err)
{
	const struct driver_ops *ops = vs->driver->ops;

	if (!ops->migrate || !ops->arrived)
		err_set(err, EOPNOTSUPP, "the driver of vServer %s/%s cannot move a VM that runs%s%s",
			vs->config->dc, vs->config->name, vs->driver->stays ? ": " : "",
			vs->driver->stays ? vs->driver->stays : "");
	else if (!is_source && !*vs->config->libvirt.migrate)
		err_set(err, EOPNOTSUPP,
			"vServer %s/%s takes in no VM that runs: vserver.libvirt.migrate is not set",
			vs->config->dc, vs->config->name);
	else
		return true;
	return false;
}

static void hand_over_ended(struct task *t)
{
	struct move *m = t->move;

	if (t->code != CODE(OK))
		return;
	persist_move_now(t->vm->vs, m);
	center_left(t->vm->vs->center, m);
}

void move_live_hand_over(struct vserver *vs, struct move *m, const char *uri, const char *folder,
			 task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, &m->vm);
	struct err err;

	if (!m->live || !vm || vm->task || vm->guest < 0) {
		err_set(&err, EINVAL, "there is no VM that runs and could be handed over");
		move_refuse(done, arg, CODE(BAD_STATE), &err);
		return;
	}
	if (!*uri || strlen(uri) >= sizeof(m->uri) || *folder != '/' ||
	    strlen(folder) >= sizeof(m->there)) {
		err_set(&err, EINVAL, "uri or folder: not those of a hypervisor");
		move_refuse(done, arg, CODE(BAD_MESSAGE), &err);
		return;
	}
	snprintf(m->uri, sizeof(m->uri), "%s", uri);
	snprintf(m->there, sizeof(m->there), "%s", folder);
	log_info("VM %s is handed over to %s", vm->profile->name, uri);
	task_begin(vm, VM_OP_HAND_OVER, false, hand_over_steps, NULL, hand_over_ended, m, done,
		   arg);
}

static bool is_at(const struct vm *vm, task_step_fn step)
{
	return vm->task && vm->task->steps && *vm->task->steps == step;
}

/* A driver that cannot tell has nobody who could ask */
static struct driver_status seen_of(const struct vm *vm)
{
	struct driver *d = vm->vs->driver;
	struct driver_status st = {};

	if (d->ops->status)
		d->ops->status(d, &vm->id, &st);
	return st;
}

uint32_t move_live_arrived(struct vserver *vs, struct move *m, struct err *err)
{
	struct vm *vm = vm_lookup(vs, &m->vm);
	struct driver_status st;

	if (!vm || !is_at(vm, step_migrate) || !vm->task->job || vm->task->cancelled) {
		err_set(err, EINVAL, "there is no VM that is being handed over");
		return CODE(BAD_STATE);
	}
	st = seen_of(vm);
	if (!st.known || (st.active && !st.paused)) {
		err_set(err, EBUSY, "VM %s has not been seen to stand still here",
			vm->profile->name);
		return CODE(BAD_STATE);
	}
	m->left = true;
	if (persist_move(vs, m, err)) {
		m->left = false;
		return CODE(FAILED);
	}
	driver_call_leave(vm->task);
	vm_forget_guest(vm);
	task_next(vm->task);
	return CODE(OK);
}

void move_live_seen(struct vm *vm)
{
	struct driver_status st;

	if (!is_at(vm, step_fetch))
		return;
	st = seen_of(vm);
	if (st.active && st.paused && !st.moving)
		pull_arrived(vm->task->pull);
}

void move_live_cancel(struct vm *vm)
{
	if (vm && vm->task && vm->fsm.op == VM_OP_HAND_OVER)
		task_cancel(vm->task);
}
