// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "behind.h"
#include "driver_call.h"
#include "job.h"
#include "log.h"
#include "mem.h"
#include "msg.h"

static uint32_t code_of(int rc)
{
	return rc == -EHOSTDOWN ? CODE(UNAVAILABLE) : CODE(FAILED);
}

static void left_ended(struct driver_call *c, int rc, const struct err *err)
{
	LL_DELETE(c->vs->left, c);
	if (rc)
		log_warn("%s", err->text);
	behind_look(c->vs, &c->vm);
	free(c);
}

static void called(int rc, const struct err *err, void *arg)
{
	struct driver_call *c = arg;
	struct task *t = c->t;

	if (!t) {
		left_ended(c, rc, err);
		return;
	}
	t->job = NULL;
	if (rc)
		task_fail(t, code_of(rc), err->text);
	else
		c->ok(t, c);
	free(c);
}

static int work(const struct job *job, void *arg, struct err *err)
{
	struct driver_call *c = arg;
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

/* What it is to become, where that is the question */
static const Nvo3__VmProfile *profile_of(const struct task *t)
{
	return t->vm->want ? t->vm->want : t->vm->profile;
}

static struct driver_call *call_new(struct task *t, driver_call_fn fn,
				    void (*ok)(struct task *t, struct driver_call *c))
{
	struct driver_call *c;
	uint8_t *packed;
	size_t len = 0;

	packed = msg_encode(&profile_of(t)->base, &len);
	c = mem_zalloc(sizeof(*c) + len);
	c->t = t;
	c->vs = t->vm->vs;
	c->vm = t->vm->id;
	c->d = c->vs->driver;
	c->fn = fn;
	c->ok = ok;
	c->fd = -1;
	vm_lookup_tsi(t->vm->vs, &t->vm->changing, &c->nic);
	vm_dir(t->vm, c->dir);
	if (t->move) {
		snprintf(c->uri, sizeof(c->uri), "%s", t->move->uri);
		snprintf(c->there, sizeof(c->there), "%s", t->move->there);
	}
	c->len = len;
	memcpy(c->profile, packed, len);
	free(packed);
	return c;
}

void driver_call(struct task *t, driver_call_fn fn, bool flag,
		 void (*ok)(struct task *t, struct driver_call *c))
{
	struct driver_call *c = call_new(t, fn, ok);
	struct vserver *vs = t->vm->vs;
	struct err err = { "" };

	c->flag = flag;
	if (!c->d->blocks) {
		called(fn(c->d, profile_of(t), c, &err), &err, c);
		return;
	}
	t->job = job_queue_add(vs->jobs, vs->loop, work, called, c, &err);
	if (!t->job)
		called(-ENOMEM, &err, c);
}

void driver_call_long(struct task *t, driver_call_fn fn,
		      void (*ok)(struct task *t, struct driver_call *c))
{
	struct driver_call *c = call_new(t, fn, ok);
	struct err err;

	t->job = job_start(t->vm->vs->loop, work, called, c, &err);
	if (!t->job)
		called(-ENOMEM, &err, c);
}

void driver_call_leave(struct task *t)
{
	struct driver_call *c = job_arg(t->job);

	c->t = NULL;
	c->job = t->job;
	LL_PREPEND(c->vs->left, c);
	t->job = NULL;
}

void driver_calls_abandon(struct vserver *vs)
{
	struct driver_call *c;

	while ((c = vs->left)) {
		LL_DELETE(vs->left, c);
		free(job_abandon(c->job));
	}
}

void driver_call_next(struct task *t, struct driver_call *c)
{
	task_next(t);
}
