// SPDX-License-Identifier: GPL-2.0
/*
 * Batches are numbered. The one that collects is given to the worker when it has writes, none of
 * them is in the middle, and the worker is idle; then the next one collects. Between the threads
 * are only the fields under the lock, and an eventfd that wakes the loop.
 */
#include "gate.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <utlist.h>

#include "crashpoint.h"
#include "log.h"
#include "mem.h"

#define SOURCES_MAX	4
#define FAREWELL_MS	200u	/* for refusals to leave before the daemon ends */

/* A flash drive takes less than one ms, a turning disk ten, a cluster of etcd more */
static const double sync_bounds[] = {
	0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5,
};
#define N_BOUNDS ((int)(sizeof(sync_bounds) / sizeof(sync_bounds[0])))

struct source {
	const struct gate_ops *ops;
	void *arg;
};

struct gate {
	struct loop *loop;

	/* of the loop's thread */
	uint64_t collecting;	/* number of the batch that collects */
	uint64_t durable;	/* of the last one that is on the disk */
	bool dirty;		/* the one that collects has writes */
	unsigned int open;	/* writes that are in the middle */
	bool busy;		/* the worker has a batch */
	bool due;		/* it would have got one, but for a write in the middle */
	bool broken;
	double begun;		/* seconds: when it got it */
	struct histogram syncs;
	struct err why;
	struct gate_wait *waiting;
	struct loop_fd *watch;
	struct loop_timer *turn;	/* ends: hand_over() */
	struct loop_timer *end;
	int event;

	pthread_t worker;
	pthread_mutex_t lock;
	pthread_cond_t wake, idle;
	/* under the lock */
	struct source sources[SOURCES_MAX];
	int n_sources;
	bool asked, working, stop;
	int result;
	struct err result_why;
};

static int sync_all(const struct source *sources, int n, struct err *err)
{
	int i, r = 0;

	for (i = 0; i < n && !r; i++)
		r = sources[i].ops->sync(sources[i].arg, err);
	return r;
}

/* With the lock, which it gives back in the middle. */
static void work_once(struct gate *gate)
{
	struct source sources[SOURCES_MAX];
	const uint64_t one = 1;
	int i, n, r;
	struct err err;

	gate->asked = false;
	gate->working = true;
	n = gate->n_sources;
	memcpy(sources, gate->sources, sizeof(sources));
	pthread_mutex_unlock(&gate->lock);
	CRASHPOINT("gate-syncing");
	r = sync_all(sources, n, &err);
	CRASHPOINT("gate-synced");
	pthread_mutex_lock(&gate->lock);
	gate->result = r;
	gate->result_why = err;
	if (write(gate->event, &one, sizeof(one)) != sizeof(one))
		abort();
	pthread_mutex_unlock(&gate->lock);
	for (i = 0; i < n && !r; i++)
		sources[i].ops->tidy(sources[i].arg);
	pthread_mutex_lock(&gate->lock);
	gate->working = false;
	pthread_cond_signal(&gate->idle);
}

static void *work(void *arg)
{
	struct gate *gate = arg;

	pthread_mutex_lock(&gate->lock);
	while (!gate->stop) {
		if (gate->asked)
			work_once(gate);
		else
			pthread_cond_wait(&gate->wake, &gate->lock);
	}
	pthread_mutex_unlock(&gate->lock);
	return NULL;
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void hand_over(void *arg)
{
	struct gate *gate = arg;

	if (gate->busy || !gate->dirty || gate->broken)
		return;
	gate->due = gate->open;
	if (gate->due)
		return;
	gate->collecting++;
	gate->dirty = false;
	gate->busy = true;
	gate->begun = now_s();
	pthread_mutex_lock(&gate->lock);
	gate->asked = true;
	pthread_cond_signal(&gate->wake);
	pthread_mutex_unlock(&gate->lock);
	CRASHPOINT("gate-handed");
}

/* Each may say something, and wait for a later batch, or cancel another one. */
static void release(struct gate *gate, const struct err *why)
{
	struct gate_wait *wait;

	while ((wait = gate->waiting) && (why || wait->batch <= gate->durable)) {
		DL_DELETE(gate->waiting, wait);
		wait->done(wait, why);
		CRASHPOINT("gate-answered");
	}
}

static void farewell_over(void *arg)
{
	struct gate *gate = arg;

	gate->sources[0].ops->failed(&gate->why, gate->sources[0].arg);
}

void gate_fail(struct gate *gate, const struct err *why)
{
	if (gate->broken)
		return;
	log_err("the store cannot be written, stopping: %s", why->text);
	gate->broken = true;
	gate->why = *why;
	release(gate, &gate->why);
	loop_timer_set(gate->end, FAREWELL_MS);
}

static void synced(int fd, unsigned int events, void *arg)
{
	struct gate *gate = arg;
	uint64_t count;
	struct err err;
	int r;

	if (read(fd, &count, sizeof(count)) != sizeof(count))
		return;
	pthread_mutex_lock(&gate->lock);
	r = gate->result;
	err = gate->result_why;
	pthread_mutex_unlock(&gate->lock);
	gate->busy = false;
	if (r < 0) {
		gate_fail(gate, &err);
		return;
	}
	histogram_add(&gate->syncs, now_s() - gate->begun);
	gate->durable = gate->collecting - 1;
	CRASHPOINT("gate-durable");
	hand_over(gate);
	release(gate, NULL);
}

/* Signals are the loop's: the worker is born with all of them blocked. */
static int start_worker(struct gate *gate)
{
	sigset_t all, old;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	r = pthread_create(&gate->worker, NULL, work, gate);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r;
}

static struct gate *gate_new(struct loop *loop, struct err *err)
{
	struct gate *gate = mem_zalloc(sizeof(*gate));
	int r;

	gate->loop = loop;
	gate->syncs = (struct histogram){ .bounds = sync_bounds, .n = N_BOUNDS };
	gate->collecting = 1;
	pthread_mutex_init(&gate->lock, NULL);
	pthread_cond_init(&gate->wake, NULL);
	pthread_cond_init(&gate->idle, NULL);
	gate->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (gate->event < 0) {
		err_sys(err, errno, "eventfd");
		goto free_gate;
	}
	gate->watch = loop_fd_new(loop, gate->event, LOOP_READ, synced, gate);
	if (!gate->watch) {
		err_set(err, EIO, "eventfd: cannot be waited for");
		goto close_event;
	}
	r = start_worker(gate);
	if (r) {
		err_sys(err, r, "a thread for the disk");
		goto free_watch;
	}
	gate->turn = loop_timer_new(loop, hand_over, gate);
	gate->end = loop_timer_new(loop, farewell_over, gate);
	loop_set_gate(loop, gate);
	return gate;

free_watch:
	loop_fd_free(gate->watch);
close_event:
	close(gate->event);
free_gate:
	free(gate);
	return NULL;
}

static void gate_free(struct gate *gate)
{
	pthread_mutex_lock(&gate->lock);
	gate->stop = true;
	pthread_cond_signal(&gate->wake);
	pthread_mutex_unlock(&gate->lock);
	pthread_join(gate->worker, NULL);
	loop_set_gate(gate->loop, NULL);
	loop_timer_free(gate->turn);
	loop_timer_free(gate->end);
	loop_fd_free(gate->watch);
	close(gate->event);
	pthread_cond_destroy(&gate->idle);
	pthread_cond_destroy(&gate->wake);
	pthread_mutex_destroy(&gate->lock);
	free(gate);
}

struct gate *gate_join(struct loop *loop, const struct gate_ops *ops, void *arg, struct err *err)
{
	struct gate *gate = loop_gate(loop) ?: gate_new(loop, err);

	if (!gate)
		return NULL;
	if (gate->n_sources == SOURCES_MAX)
		abort();
	pthread_mutex_lock(&gate->lock);
	gate->sources[gate->n_sources++] = (struct source){ ops, arg };
	pthread_mutex_unlock(&gate->lock);
	return gate;
}

/* Until all is on the disk, or cannot be. */
static void finish(struct gate *gate)
{
	for (;;) {
		hand_over(gate);
		pthread_mutex_lock(&gate->lock);
		while (gate->asked || gate->working)
			pthread_cond_wait(&gate->idle, &gate->lock);
		pthread_mutex_unlock(&gate->lock);
		if (!gate->busy)
			return;
		synced(gate->event, LOOP_READ, gate);
	}
}

void gate_leave(struct gate *gate, void *arg)
{
	int i;

	if (!gate)
		return;
	finish(gate);
	pthread_mutex_lock(&gate->lock);
	for (i = 0; i < gate->n_sources; i++)
		if (gate->sources[i].arg == arg)
			gate->sources[i] = gate->sources[--gate->n_sources];
	pthread_mutex_unlock(&gate->lock);
	if (!gate->n_sources)
		gate_free(gate);
}

void gate_begin(struct gate *gate)
{
	gate->dirty = true;
	gate->open++;
}

void gate_end(struct gate *gate)
{
	gate->open--;
	/* not at the end of the turn: the next one may have a write in the middle again */
	if (gate->due && !gate->open)
		hand_over(gate);
	else
		loop_timer_set(gate->turn, 0);
}

const struct err *gate_broken(const struct gate *gate)
{
	return gate && gate->broken ? &gate->why : NULL;
}

int gate_wait(struct gate *gate, struct gate_wait *wait)
{
	if (!gate)
		return 0;
	if (gate->broken)
		return -EIO;
	wait->batch = gate->dirty ? gate->collecting : gate->collecting - 1;
	/* While some are released, what they say comes behind those that are still to be. */
	if (wait->batch <= gate->durable && !gate->waiting)
		return 0;
	DL_APPEND(gate->waiting, wait);
	return 1;
}

void gate_cancel(struct gate *gate, struct gate_wait *wait)
{
	DL_DELETE(gate->waiting, wait);
}

struct histogram gate_syncs(const struct gate *gate)
{
	if (gate)
		return gate->syncs;
	return (struct histogram){ .bounds = sync_bounds, .n = N_BOUNDS };
}
