// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "center.h"
#include "hostload.h"
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
	struct host_ticks ticks;	/* of this machine at the last report; cpus 0: none */
	bool complained;		/* that it tells nothing of itself */
};

/* A VM that runs, for a driver that is to be told which */
struct one {
	Nvo3__VmProfile *profile;
	char dir[HOST_DIR_MAX];
};

/* The thread's, until it is done */
struct look {
	struct usage *u;
	struct driver *d;
	const char *state;
	struct one *ones;
	size_t n_ones;
	bool all;			/* the driver knows itself which */
	struct driver_use *uses;
	size_t n;
	struct host_load host;
	bool host_known;
	struct err host_why;
};

static void look_free(struct look *l)
{
	for (size_t i = 0; i < l->n_ones; i++)
		msg_free(l->ones[i].profile);
	free(l->ones);
	free(l->uses);
	free(l);
}

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
		to->disk_kib = from->disk_kib;
		to->disk_read = from->disk_read;
		to->disk_written = from->disk_written;
		to->net_in = from->net_in;
		to->net_out = from->net_out;
		to->store_in = from->store_in;
		to->store_out = from->store_out;
		pointers[n++] = to;
	}
	return n;
}

/* One that has ended meanwhile is no failure */
static void look_at_each(struct look *l)
{
	struct err err;

	l->uses = mem_calloc(l->n_ones, sizeof(*l->uses));
	for (size_t i = 0; i < l->n_ones; i++) {
		struct driver_use *use = &l->uses[l->n];

		*use = (struct driver_use){ .id = profile_id(l->ones[i].profile) };
		if (!l->d->ops->use_of(l->d, l->ones[i].profile, l->ones[i].dir, use, &err))
			l->n++;
	}
}

static int work(const struct job *job, void *arg, struct err *err)
{
	struct look *l = arg;

	l->host_known = !host_load_read(l->state, &l->host, &l->host_why);
	if (l->n_ones)
		look_at_each(l);
	return l->all ? l->d->ops->use(l->d, &l->uses, &l->n, err) : 0;
}

/* The first one has nothing to be compared with */
static void tell_host(struct usage *u, const struct look *l)
{
	Nvo3__HostLoad msg = NVO3__HOST_LOAD__INIT;
	bool first = !u->ticks.cpus;

	if (!l->host_known) {
		if (!u->complained)
			log_warn("this machine's own load is not told: %s", l->host_why.text);
		u->complained = true;
		return;
	}
	msg.time = now_ms();
	msg.cpus = l->host.ticks.cpus;
	msg.cpu_permille = host_busy_permille(&u->ticks, &l->host.ticks);
	msg.load_milli = l->host.load_milli;
	msg.memory_kib = l->host.memory_kib;
	msg.memory_used_kib = l->host.memory_used_kib;
	msg.disk_kib = l->host.disk_kib;
	msg.disk_used_kib = l->host.disk_used_kib;
	u->ticks = l->host.ticks;
	if (!first)
		center_host_load(u->vs->center, &msg);
}

static void looked(int rc, const struct err *err, void *arg)
{
	struct look *l = arg;
	struct usage *u = l->u;
	Nvo3__VmUse *uses = mem_calloc(l->n, sizeof(*uses));
	Nvo3__VmUse **pointers = mem_calloc(l->n, sizeof(*pointers));

	u->job = NULL;
	tell_host(u, l);
	if (!rc)
		center_use(u->vs->center, pointers, pack(u->vs, l, uses, pointers));
	else if (rc != -EHOSTDOWN)
		log_warn("%s", err->text);
	free(pointers);
	free(uses);
	look_free(l);
	again(u);
}

static void list_those_that_run(struct vserver *vs, struct look *l)
{
	l->ones = mem_calloc(HASH_COUNT(vs->vms), sizeof(*l->ones));
	for (struct vm *vm = vs->vms; vm; vm = vm->hh.next) {
		if (vm->guest < 0)
			continue;
		l->ones[l->n_ones].profile = profile_copy(vm->profile);
		vm_dir(vm, l->ones[l->n_ones].dir);
		l->n_ones++;
	}
}

static void look(void *arg)
{
	struct usage *u = arg;
	const struct driver_ops *ops = u->vs->driver->ops;
	struct look *l = mem_zalloc(sizeof(*l));
	struct err err;

	l->u = u;
	l->d = u->vs->driver;
	l->state = u->vs->config->state;
	l->all = ops->use && u->vs->vms;
	if (ops->use_of)
		list_those_that_run(u->vs, l);
	u->job = job_queue_add(u->queue, u->vs->loop, work, looked, l, &err);
	if (u->job)
		return;
	l->host_why = err;
	looked(-ENOMEM, &err, l);
}

int usage_start(struct usage **ret, struct vserver *vs, struct err *err)
{
	struct usage *u;

	*ret = NULL;
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
	if (!u)
		return;
	if (u->job)
		look_free(job_abandon(u->job));
	job_queue_free(u->queue);
	loop_timer_free(u->timer);
	free(u);
}
