// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "job.h"
#include "mem.h"

#define JOB_THREADS_MAX 4

struct job_queue {
	pthread_mutex_t lock;
	pthread_cond_t more;		/* to be done, or the end */
	pthread_cond_t less;		/* one is done */
	struct job *first, **last;	/* waiting */
	bool stopping;
	unsigned int n;
	pthread_t threads[JOB_THREADS_MAX];
};

struct job {
	pthread_t thread;		/* without a queue */
	struct job_queue *queue;
	struct job *next;		/* the queue's lock; so is is_over */
	bool is_over;
	int fd;				/* eventfd: written as the thread's last act */
	struct loop_fd *watch;
	atomic_bool cancelled;
	int (*work)(const struct job *job, void *arg, struct err *err);
	void (*done)(int rc, const struct err *err, void *arg);
	void *arg;
	int rc;				/* the thread's, until it is joined */
	struct err err;
};

bool job_is_cancelled(const struct job *job)
{
	return atomic_load(&job->cancelled);
}

void *job_arg(const struct job *job)
{
	return job->arg;
}

void job_cancel(struct job *job)
{
	atomic_store(&job->cancelled, true);
}

static void *run(void *arg)
{
	struct job *job = arg;

	job->rc = job->work(job, job->arg, &job->err);
	eventfd_write(job->fd, 1);
	return NULL;
}

static void job_free(struct job *job)
{
	loop_fd_free(job->watch);
	close(job->fd);
	free(job);
}

/* One's last act is to wake us, so after that this does not wait */
static void wait_for(struct job *job)
{
	struct job_queue *q = job->queue;

	if (!q) {
		pthread_join(job->thread, NULL);
		return;
	}
	pthread_mutex_lock(&q->lock);
	while (!job->is_over)
		pthread_cond_wait(&q->less, &q->lock);
	pthread_mutex_unlock(&q->lock);
}

static void finished(int fd, unsigned int events, void *arg)
{
	void (*done)(int rc, const struct err *err, void *arg);
	struct job *job = arg;
	struct err err;
	int rc;

	wait_for(job);
	rc = job->rc;
	err = job->err;
	done = job->done;
	arg = job->arg;
	job_free(job);
	done(rc, &err, arg);
}

static struct job *job_new(int (*work)(const struct job *job, void *arg, struct err *err),
			   void (*done)(int rc, const struct err *err, void *arg), void *arg,
			   struct err *err)
{
	struct job *job = mem_zalloc(sizeof(*job));

	job->work = work;
	job->done = done;
	job->arg = arg;
	job->fd = eventfd(0, EFD_CLOEXEC);
	if (job->fd >= 0)
		return job;
	err_sys(err, errno, "cannot make an eventfd");
	free(job);
	return NULL;
}

struct job *job_start(struct loop *loop,
		      int (*work)(const struct job *job, void *arg, struct err *err),
		      void (*done)(int rc, const struct err *err, void *arg), void *arg,
		      struct err *err)
{
	struct job *job = job_new(work, done, arg, err);
	int rc;

	if (!job)
		return NULL;
	rc = pthread_create(&job->thread, NULL, run, job);
	if (rc) {
		err_sys(err, rc, "cannot start a thread");
		close(job->fd);
		free(job);
		return NULL;
	}
	job->watch = loop_fd_new(loop, job->fd, LOOP_READ, finished, job);
	return job;
}

/* --- queues */

static struct job *take(struct job_queue *q)
{
	struct job *job = q->first;

	q->first = job->next;
	if (!q->first)
		q->last = &q->first;
	return job;
}

static void *serve(void *arg)
{
	struct job_queue *q = arg;
	struct job *job;

	pthread_mutex_lock(&q->lock);
	for (;;) {
		while (!q->first && !q->stopping)
			pthread_cond_wait(&q->more, &q->lock);
		if (!q->first)
			break;
		job = take(q);
		pthread_mutex_unlock(&q->lock);
		job->rc = job->work(job, job->arg, &job->err);
		pthread_mutex_lock(&q->lock);
		/* From the unlock on it may be gone */
		eventfd_write(job->fd, 1);
		job->is_over = true;
		pthread_cond_broadcast(&q->less);
	}
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

struct job_queue *job_queue_new(unsigned int threads, struct err *err)
{
	struct job_queue *q = mem_zalloc(sizeof(*q));

	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->more, NULL);
	pthread_cond_init(&q->less, NULL);
	q->last = &q->first;
	for (; q->n < threads && q->n < JOB_THREADS_MAX; q->n++) {
		int rc = pthread_create(&q->threads[q->n], NULL, serve, q);

		if (rc) {
			err_sys(err, rc, "cannot start a thread");
			job_queue_free(q);
			return NULL;
		}
	}
	return q;
}

void job_queue_free(struct job_queue *q)
{
	if (!q)
		return;
	pthread_mutex_lock(&q->lock);
	q->stopping = true;
	pthread_cond_broadcast(&q->more);
	pthread_mutex_unlock(&q->lock);
	for (unsigned int i = 0; i < q->n; i++)
		pthread_join(q->threads[i], NULL);
	pthread_mutex_destroy(&q->lock);
	pthread_cond_destroy(&q->more);
	pthread_cond_destroy(&q->less);
	free(q);
}

struct job *job_queue_add(struct job_queue *q, struct loop *loop,
			  int (*work)(const struct job *job, void *arg, struct err *err),
			  void (*done)(int rc, const struct err *err, void *arg), void *arg,
			  struct err *err)
{
	struct job *job = job_new(work, done, arg, err);

	if (!job)
		return NULL;
	job->queue = q;
	job->watch = loop_fd_new(loop, job->fd, LOOP_READ, finished, job);
	pthread_mutex_lock(&q->lock);
	*q->last = job;
	q->last = &job->next;
	pthread_cond_signal(&q->more);
	pthread_mutex_unlock(&q->lock);
	return job;
}

/* True if nobody has begun it; it is out of the queue then */
static bool job_withdraw(struct job *job)
{
	struct job_queue *q = job->queue;
	struct job **p;
	bool found;

	if (!q)
		return false;
	pthread_mutex_lock(&q->lock);
	for (p = &q->first; *p && *p != job; p = &(*p)->next)
		;
	found = *p;
	if (found) {
		*p = job->next;
		if (!*p)
			q->last = p;
	}
	pthread_mutex_unlock(&q->lock);
	return found;
}

void *job_abandon(struct job *job)
{
	void *arg = job->arg;

	job_cancel(job);
	if (!job_withdraw(job))
		wait_for(job);
	job_free(job);
	return arg;
}
