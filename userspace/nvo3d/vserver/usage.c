// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <time.h>

#include "center.h"
#include "job.h"
#include "log.h"
#include "mem.h"
#include "msg.h"
#include "usage.h"

struct usage {
	struct vserver *vs;
	struct job_queue *queue;	/* one thread: a slow answer delays nothing else */
	struct loop_timer *timer;
	struct job *job;
};

/* The thread's, until it is done */
struct look {
	struct usage *u;
	struct driver *d;
	struct driver_use *uses;
	size_t n;
};

static void again(struct usage *u)
{
	loop_timer_set(u->timer, u->vs->config->vserver.report_s * 1000ull);
}

static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Only of those that are ours; value is how many */
static size_t pack(struct vserver *vs, const struct look *l, Nvo3__VmUse *uses,
		   Nvo3__VmUse **pointers)
{
	uint64_t time = now_ms();
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct driver_use *from = &l->uses[i];
		Nvo3__VmUse *to = &uses[n];

		if (!vm_lookup(vs, &from->id))
			continue;
		nvo3__vm_use__init(to);
		to->vm = msg_put_uuid(&from->id);
		to->time = time;
		to->cpu_ns = from->cpu_ns;
		to->memory_kib = from->memory_kib;
		to->disk_read = from->disk_read;
		to->disk_written = from->disk_written;
		to->net_in = from->net_in;
		to->net_out = from->net_out;
		pointers[n++] = to;
	}
	return n;
}

static int work(const struct job *job, void *arg, struct err *err)
{
	struct look *l = arg;

	return l->d->ops->use(l->d, &l->uses, &l->n, err);
}

static void looked(int rc, const struct err *err, void *arg)
{
	struct look *l = arg;
	struct usage *u = l->u;
	Nvo3__VmUse *uses = mem_calloc(l->n, sizeof(*uses));
	Nvo3__VmUse **pointers = mem_calloc(l->n, sizeof(*pointers));

	u->job = NULL;
	if (!rc)
		center_use(u->vs->center, pointers, pack(u->vs, l, uses, pointers));
	else if (rc != -EHOSTDOWN)
		log_warn("%s", err->text);
	free(pointers);
	free(uses);
	free(l->uses);
	free(l);
	again(u);
}

static void look(void *arg)
{
	struct usage *u = arg;
	struct look *l;
	struct err err;

	if (!u->vs->vms) {
		again(u);
		return;
	}
	l = mem_zalloc(sizeof(*l));
	l->u = u;
	l->d = u->vs->driver;
	u->job = job_queue_add(u->queue, u->vs->loop, work, looked, l, &err);
	if (!u->job)
		looked(-ENOMEM, &err, l);
}

int usage_start(struct usage **ret, struct vserver *vs, struct err *err)
{
	struct usage *u;

	*ret = NULL;
	if (!vs->driver->ops->use)
		return 0;
	u = mem_zalloc(sizeof(*u));
	u->vs = vs;
	u->queue = job_queue_new(1, err);
	if (!u->queue) {
		free(u);
		return -EAGAIN;
	}
	u->timer = loop_timer_new(vs->loop, look, u);
	again(u);
	*ret = u;
	return 0;
}

void usage_stop(struct usage *u)
{
	struct look *l;

	if (!u)
		return;
	if (u->job) {
		l = job_abandon(u->job);
		free(l->uses);
		free(l);
	}
	job_queue_free(u->queue);
	loop_timer_free(u->timer);
	free(u);
}
