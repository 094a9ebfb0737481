// SPDX-License-Identifier: GPL-2.0
/* Steps that ask the driver for something that may take its time: in a thread, if it blocks */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "job.h"
#include "log.h"
#include "mem.h"
#include "msg.h"
#include "task.h"

struct call;

typedef int (*call_fn)(struct driver *d, const Nvo3__VmProfile *vm, struct call *c,
		       struct err *err);

/* One allocation, with all that the thread needs: it may be abandoned */
struct call {
	struct task *t;
	struct driver *d;
	call_fn fn;
	void (*ok)(struct task *t, struct call *c);
	bool flag;
	int fd;
	char dir[HOST_DIR_MAX];
	size_t len;
	uint8_t profile[];
};

static uint32_t code_of(int rc)
{
	return rc == -EHOSTDOWN ? CODE(UNAVAILABLE) : CODE(FAILED);
}

static void called(int rc, const struct err *err, void *arg)
{
	struct call *c = arg;
	struct task *t = c->t;

	t->job = NULL;
	if (rc)
		task_fail(t, code_of(rc), err->text);
	else
		c->ok(t, c);
	free(c);
}

static int work(const struct job *job, void *arg, struct err *err)
{
	struct call *c = arg;
	const struct msg raw = { .body = c->profile, .len = c->len };
	Nvo3__VmProfile *vm;
	int rc;

	vm = msg_decode(&raw, &nvo3__vm_profile__descriptor, err);
	if (!vm)
		return -EBADMSG;
	rc = c->fn(c->d, vm, c, err);
	msg_free(vm);
	return rc;
}

static void call_driver(struct task *t, call_fn fn, bool flag,
			void (*ok)(struct task *t, struct call *c))
{
	struct vserver *vs = t->vm->vs;
	size_t len = 0;
	uint8_t *packed = msg_encode(&t->vm->profile->base, &len);
	struct call *c = mem_zalloc(sizeof(*c) + len);
	struct err err = { "" };

	c->t = t;
	c->d = vs->driver;
	c->fn = fn;
	c->ok = ok;
	c->flag = flag;
	c->fd = -1;
	vm_dir(t->vm, c->dir);
	c->len = len;
	memcpy(c->profile, packed, len);
	free(packed);
	if (!c->d->blocks) {
		called(fn(c->d, t->vm->profile, c, &err), &err, c);
		return;
	}
	t->job = job_queue_add(vs->jobs, vs->loop, work, called, c, &err);
	if (!t->job)
		called(-ENOMEM, &err, c);
}

static void next(struct task *t, struct call *c)
{
	task_next(t);
}

/* --- the domain */

static int define(struct driver *d, const Nvo3__VmProfile *vm, struct call *c, struct err *err)
{
	return d->ops->define(d, vm, c->dir, err);
}

void step_define(struct task *t)
{
	if (t->vm->vs->driver->ops->define)
		call_driver(t, define, false, next);
	else
		task_next(t);
}

static int undefine(struct driver *d, const Nvo3__VmProfile *vm, struct call *c, struct err *err)
{
	return d->ops->undefine(d, vm, err);
}

void step_undefine(struct task *t)
{
	if (t->vm->vs->driver->ops->undefine)
		call_driver(t, undefine, false, next);
	else
		task_next(t);
}

/* --- the guest */

static int start(struct driver *d, const Nvo3__VmProfile *vm, struct call *c, struct err *err)
{
	return d->ops->start(d, vm, c->dir, &c->fd, err);
}

static void started(struct task *t, struct call *c)
{
	vm_watch_guest(t->vm, c->fd);
	task_next(t);
}

void step_start_guest(struct task *t)
{
	call_driver(t, start, false, started);
}

static int kill_guest(struct driver *d, const Nvo3__VmProfile *vm, struct call *c,
		      struct err *err)
{
	return d->ops->kill(d, vm, c->dir, c->flag, err);
}

static void killed(struct task *t, struct call *c)
{
	/* That it has ended was told while this was on its way, and left to us */
	if (t->vm->guest < 0)
		task_next(t);
}

static void guest_deaf(void *arg)
{
	call_driver(arg, kill_guest, true, killed);
}

static void asked(struct task *t, struct call *c)
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
		call_driver(t, kill_guest, false, asked);
}

/* At once, whether we know of it or not */
void step_kill_guest(struct task *t)
{
	call_driver(t, kill_guest, true, next);
}

static int suspend(struct driver *d, const Nvo3__VmProfile *vm, struct call *c, struct err *err)
{
	return d->ops->suspend(d, vm, c->flag, err);
}

static void ask_suspend(struct task *t, bool on)
{
	if (t->vm->vs->driver->ops->suspend)
		call_driver(t, suspend, on, next);
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

static int reboot(struct driver *d, const Nvo3__VmProfile *vm, struct call *c, struct err *err)
{
	return d->ops->reboot(d, vm, err);
}

void step_reboot(struct task *t)
{
	if (t->vm->vs->driver->ops->reboot)
		call_driver(t, reboot, false, next);
	else
		task_fail(t, CODE(FAILED), "this vServer's driver cannot reboot a VM");
}
