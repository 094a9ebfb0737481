// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>

#include "center.h"
#include "driver_moves.h"
#include "job.h"
#include "log.h"
#include "mem.h"
#include "move_live.h"
#include "move_progress.h"
#include "msg.h"
#include "task.h"

#define LOOK_MS 1000

struct move_progress {
	struct vserver *vs;
	struct job_queue *queue;	/* one thread */
	struct loop_timer *timer;
	bool waits;			/* the timer is set */
	struct job *job;
};

struct moving {
	struct uuid move;
	Nvo3__VmProfile *vm;		/* owned */
	uint64_t done, total;
};

/* The thread's, until it is done */
struct look {
	struct move_progress *p;
	struct driver *d;
	size_t n;
	struct moving moving[];
};

static void look_free(struct look *l)
{
	for (size_t i = 0; i < l->n; i++)
		msg_free(l->moving[i].vm);
	free(l);
}

static int work(const struct job *job, void *arg, struct err *err)
{
	struct look *l = arg;
	int rc = 0;

	/* One that is over tells nothing, and a failure of one nothing of the others */
	for (size_t i = 0; i < l->n && !job_is_cancelled(job); i++) {
		struct moving *m = &l->moving[i];
		int ret = l->d->moves->progress(l->d, m->vm, &m->done, &m->total, err);

		rc = ret ? ret : rc;
	}
	return rc;
}

/* Never less than before, and of no less than the disk */
static void tell(struct vserver *vs, const struct moving *l)
{
	struct move *m = move_lookup(vs, &l->move);

	if (!m || m->left || !l->total)
		return;
	if (m->total < m->size)
		m->total = m->size;
	if (m->total < l->total)
		m->total = l->total;
	center_progress(vs->center, &m->id, l->done, m->total);
}

static void again(struct move_progress *p)
{
	p->waits = true;
	loop_timer_set(p->timer, LOOK_MS);
}

static void looked(int rc, const struct err *err, void *arg)
{
	struct look *l = arg;
	struct move_progress *p = l->p;

	p->job = NULL;
	if (rc && rc != -EHOSTDOWN)
		log_warn("%s", err->text);
	for (size_t i = 0; i < l->n; i++)
		tell(p->vs, &l->moving[i]);
	look_free(l);
	again(p);
}

static bool is_going(const struct vm *vm)
{
	return vm->task && vm->task->job && *vm->task->steps == step_migrate;
}

static struct look *look_new(struct move_progress *p)
{
	size_t max = HASH_COUNT(p->vs->vms);
	struct look *l = mem_zalloc(sizeof(*l) + max * sizeof(l->moving[0]));
	struct vm *vm;

	l->p = p;
	l->d = p->vs->driver;
	for (vm = p->vs->vms; vm; vm = vm->hh.next)
		if (is_going(vm))
			l->moving[l->n++] = (struct moving){
				.move = vm->task->move->id, .vm = profile_copy(vm->profile),
			};
	return l;
}

static void look(void *arg)
{
	struct move_progress *p = arg;
	struct look *l = look_new(p);
	struct err err;

	p->waits = false;
	if (!l->n) {
		look_free(l);
		return;
	}
	p->job = job_queue_add(p->queue, p->vs->loop, work, looked, l, &err);
	if (!p->job)
		looked(-ENOMEM, &err, l);
}

void move_progress_begun(struct move_progress *p)
{
	if (p && !p->waits && !p->job)
		again(p);
}

int move_progress_start(struct move_progress **ret, struct vserver *vs, struct err *err)
{
	const struct driver_moves *moves = vs->driver->moves;
	struct move_progress *p;

	*ret = NULL;
	if (!moves || !moves->progress)
		return 0;
	p = mem_zalloc(sizeof(*p));
	p->vs = vs;
	p->queue = job_queue_new(1, err);
	if (!p->queue) {
		free(p);
		return -EAGAIN;
	}
	p->timer = loop_timer_new(vs->loop, look, p);
	*ret = p;
	return 0;
}

void move_progress_stop(struct move_progress *p)
{
	if (!p)
		return;
	if (p->job)
		look_free(job_abandon(p->job));
	job_queue_free(p->queue);
	loop_timer_free(p->timer);
	free(p);
}
