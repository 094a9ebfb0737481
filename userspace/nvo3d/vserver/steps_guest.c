// SPDX-License-Identifier: GPL-2.0
/* Steps that ask the driver for something that may take its time */

#include <errno.h>

#include "driver_call.h"
#include "msg.h"

/* --- the domain */

static int define(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		  struct err *err)
{
	return d->ops->define(d, vm, c->dir, err);
}

void step_define(struct task *t)
{
	if (t->vm->vs->driver->ops->define)
		driver_call(t, define, false, driver_call_next);
	else
		task_next(t);
}

static int undefine(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		    struct err *err)
{
	return d->ops->undefine(d, vm, err);
}

void step_undefine(struct task *t)
{
	if (t->vm->vs->driver->ops->undefine)
		driver_call(t, undefine, false, driver_call_next);
	else
		task_next(t);
}

/* --- the guest */

static int start(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		 struct err *err)
{
	return d->ops->start(d, vm, c->dir, &c->fd, err);
}

static void started(struct task *t, struct driver_call *c)
{
	vm_watch_guest(t->vm, c->fd);
	task_next(t);
}

void step_start_guest(struct task *t)
{
	driver_call(t, start, false, started);
}

static int kill_guest(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		      struct err *err)
{
	return d->ops->kill(d, vm, c->dir, c->flag, err);
}

static void killed(struct task *t, struct driver_call *c)
{
	/* That it has ended was told while this was on its way, and left to us */
	if (t->vm->guest < 0)
		task_next(t);
}

static void guest_deaf(void *arg)
{
	driver_call(arg, kill_guest, true, killed);
}

static void asked(struct task *t, struct driver_call *c)
{
	if (t->vm->guest < 0) {
		task_next(t);
		return;
	}
	if (!t->timer)
		t->timer = loop_timer_new(t->vm->vs->loop, guest_deaf, t);
	loop_timer_set(t->timer, t->vm->vs->driver->grace_ms);
}

/* Ends when task_guest_ended() hears of it */
void step_stop_guest(struct task *t)
{
	if (t->vm->guest < 0)
		task_next(t);
	else
		driver_call(t, kill_guest, false, asked);
}

/* At once, whether we know of it or not */
void step_kill_guest(struct task *t)
{
	driver_call(t, kill_guest, true, driver_call_next);
}

static int suspend(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		   struct err *err)
{
	return d->ops->suspend(d, vm, c->flag, err);
}

static void ask_suspend(struct task *t, bool on)
{
	if (t->vm->vs->driver->ops->suspend)
		driver_call(t, suspend, on, driver_call_next);
	else
		task_fail(t, CODE(FAILED), "this vServer's driver cannot suspend a VM");
}

void step_suspend(struct task *t)
{
	ask_suspend(t, true);
}

void step_resume(struct task *t)
{
	ask_suspend(t, false);
}

static int reboot(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		  struct err *err)
{
	return d->ops->reboot(d, vm, err);
}

void step_reboot(struct task *t)
{
	if (t->vm->vs->driver->ops->reboot)
		driver_call(t, reboot, false, driver_call_next);
	else
		task_fail(t, CODE(FAILED), "this vServer's driver cannot reboot a VM");
}
