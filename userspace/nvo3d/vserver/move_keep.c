// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>

#include "driver_moves.h"
#include "log.h"
#include "move_figures.h"
#include "move_keep.h"
#include "msg.h"
#include "persist.h"
#include "savedfile.h"

/*
 * It stands still before its port is silent, and is saved then: nothing of what it sends is lost,
 * and what it is silent for begins with that.
 */
const task_step_fn move_keep_source_steps[] = {
	step_prepare, step_still, step_deactivate, step_figures, step_save, step_hash,
	step_hash_saved, NULL,
};

/* Whether it can be restored here is known before the commit */
const task_step_fn move_keep_dest_steps[] = {
	step_pull, step_verify, step_verify_saved, step_attach, step_associate, step_restore, NULL,
};

const task_step_fn move_keep_commit_steps[] = {
	step_associate, step_activate, step_restore_ours, step_forget_saved, step_go_on, NULL,
};

const task_step_fn move_keep_back_steps[] = {
	step_restore_ours, step_reopen, step_forget_saved, step_go_on, NULL,
};

bool move_keep_can(const struct vserver *vs, struct err *err)
{
	const struct driver *d = vs->driver;

	if (d->moves && d->moves->save && d->ops->suspend && d->ops->cancel)
		return true;
	err_set(err, EOPNOTSUPP, "the driver of vServer %s/%s cannot keep a VM's memory",
		vs->config->dc, vs->config->name);
	return false;
}

uint32_t move_keep_room(const struct vserver *vs, const Nvo3__VmProfile *vm, uint64_t bytes,
			struct err *err)
{
	char what[128];
	int rc;

	snprintf(what, sizeof(what), "the memory of VM %s", vm->name);
	rc = saved_room(vs->config->state, bytes, what, err);
	if (!rc)
		return CODE(OK);
	return rc == -ENOSPC ? CODE(FULL) : CODE(FAILED);
}

void move_keep_void(struct vm *vm)
{
	struct move *m = move_lookup_vm(vm->vs, &vm->id);
	char dir[HOST_DIR_MAX];
	struct err err;

	if (m && m->keep && saved_remove(vm_dir(vm, dir), &err))
		log_err("%s", err.text);
}

void move_keep_stuck(struct vm *vm)
{
	vm->fsm.state = NVO3__VM_STATE__VM_MOVING;
	persist_vm_now(vm);
}
