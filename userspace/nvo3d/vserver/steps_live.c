// SPDX-License-Identifier: GPL-2.0
/* Steps of a live move: the source hands the VM over to the destination's hypervisor */

#include "driver_call.h"
#include "move_live.h"
#include "move_progress.h"
#include "msg.h"
#include "pull.h"

/* --- the source */

/* There is nothing to be hashed: the disk is what it is when the guest stands still */
void step_size(struct task *t)
{
	t->move->size = (uint64_t)t->vm->profile->disk_mib << 20;
	task_next(t);
}

static int migrate(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		   struct err *err)
{
	return d->ops->migrate(d, vm, c->dir, c->uri, c->there, err);
}

static void left(struct task *t, struct driver_call *c)
{
	/* It is not here any more, whether the driver has said so or not */
	t->move->left = true;
	vm_forget_guest(t->vm);
	task_next(t);
}

void step_migrate(struct task *t)
{
	struct vserver *vs = t->vm->vs;

	driver_call_long(t, migrate, left);
	move_progress_begun(vs->progress);
}

/* --- the destination */

static void handed_over(uint32_t code, const char *text, void *arg)
{
	struct task *t = arg;

	if (code == CODE(OK))
		task_next(t);
	else
		task_fail(t, code, text);
}

void step_fetch(struct task *t)
{
	char dir[HOST_DIR_MAX];

	pull_migrate(t->pull, t->vm->vs->config->libvirt.migrate, vm_dir(t->vm, dir), handed_over);
}

static int arrived(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		   struct err *err)
{
	return d->ops->arrived(d, vm, &c->fd, err);
}

static void is_here(struct task *t, struct driver_call *c)
{
	vm_watch_guest(t->vm, c->fd);
	task_next(t);
}

void step_arrived(struct task *t)
{
	driver_call(t, arrived, false, is_here);
}
