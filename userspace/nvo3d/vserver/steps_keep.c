// SPDX-License-Identifier: GPL-2.0
/* Steps of a move that keeps the VM's memory */

#include <errno.h>
#include <stdlib.h>

#include "center.h"
#include "driver_call.h"
#include "driver_moves.h"
#include "job.h"
#include "log.h"
#include "mem.h"
#include "move_keep.h"
#include "msg.h"
#include "savedfile.h"

/* It is to run, and did not only stand still */
static bool runs(const struct task *t)
{
	return t->move->is_source ? t->move->was_running : t->move->start;
}

/* --- the source */

/* One that is saved already is not there any more */
void step_still(struct task *t)
{
	if (t->vm->guest >= 0 && runs(t))
		step_suspend(t);
	else
		task_next(t);
}

static int save(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		struct err *err)
{
	return d->moves->save(d, vm, c->dir, err);
}

static void is_saved(struct task *t, struct driver_call *c)
{
	/* It has ended, whether that was told or not */
	vm_forget_guest(t->vm);
	task_next(t);
}

void step_save(struct task *t)
{
	driver_call_long(t, save, is_saved);
}

/* --- the file: work of a thread, which has all that it needs in here */

struct saved_job {
	struct task *t;
	char dir[HOST_DIR_MAX];
	struct saved saved;
};

static void begin(struct task *t, int (*work)(const struct job *job, void *arg, struct err *err),
		  void (*done)(int rc, const struct err *err, void *arg))
{
	struct saved_job *j = mem_zalloc(sizeof(*j));
	struct err err;

	j->t = t;
	vm_dir(t->vm, j->dir);
	j->saved = t->move->saved;
	t->job = job_start(t->vm->vs->loop, work, done, j, &err);
	if (t->job)
		return;
	free(j);
	task_fail(t, CODE(FAILED), err.text);
}

static int hash(const struct job *job, void *arg, struct err *err)
{
	struct saved_job *j = arg;

	return saved_hash(job, j->dir, &j->saved, err);
}

static void hashed(int rc, const struct err *err, void *arg)
{
	struct saved_job *j = arg;
	struct task *t = j->t;

	t->job = NULL;
	if (!rc)
		t->move->saved = j->saved;
	free(j);
	if (rc)
		task_fail(t, CODE(FAILED), err->text);
	else
		task_next(t);
}

void step_hash_saved(struct task *t)
{
	begin(t, hash, hashed);
}

static int verify(const struct job *job, void *arg, struct err *err)
{
	struct saved_job *j = arg;

	return saved_part_finish(job, j->dir, &j->saved, err);
}

void step_verify_saved(struct task *t)
{
	begin(t, verify, hashed);
}

/* --- both */

static int restore(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
		   struct err *err)
{
	return d->moves->restore(d, vm, c->dir, &c->fd, err);
}

static void is_back(struct task *t, struct driver_call *c)
{
	vm_watch_guest(t->vm, c->fd);
	task_next(t);
}

void step_restore(struct task *t)
{
	driver_call_long(t, restore, is_back);
}

/* @c->flag: it was lost */
static int restore_or_nothing(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
			      struct err *err)
{
	int rc = restore(d, vm, c, err);

	c->flag = rc == -ENOENT;
	return c->flag ? 0 : rc;
}

static int restore_or_start(struct driver *d, const Nvo3__VmProfile *vm, struct driver_call *c,
			    struct err *err)
{
	int rc = restore_or_nothing(d, vm, c, err);

	return c->flag ? d->ops->start(d, vm, c->dir, &c->fd, err) : rc;
}

static void is_ours(struct task *t, struct driver_call *c)
{
	const char *text = runs(t) ? "its memory was lost, and it was started anew" :
				     "its memory was lost while it stood still";
	char id[UUID_STRLEN];

	if (c->fd >= 0)
		vm_watch_guest(t->vm, c->fd);
	if (c->flag) {
		log_err("VM %s: %s", t->vm->profile->name, text);
		center_alert(t->vm->vs->center, "vm-memory-lost", uuid_format(&t->vm->id, id),
			     text);
	}
	task_next(t);
}

void step_restore_ours(struct task *t)
{
	driver_call_long(t, runs(t) ? restore_or_start : restore_or_nothing, is_ours);
}

/* What is not back is left as it is: its file is all that there is of it */
void step_reopen(struct task *t)
{
	if (t->stuck)
		task_next(t);
	else
		step_activate(t);
}

void step_forget_saved(struct task *t)
{
	char dir[HOST_DIR_MAX];
	struct err err;

	if (!t->stuck && saved_remove(vm_dir(t->vm, dir), &err))
		task_fail(t, CODE(FAILED), err.text);
	else
		task_next(t);
}

void step_go_on(struct task *t)
{
	if (t->stuck || !runs(t))
		task_next(t);
	else
		step_resume(t);
}
