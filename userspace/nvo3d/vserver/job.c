// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "job.h"
#include "mem.h"

struct job {
	pthread_t thread;
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

static void finished(int fd, unsigned int events, void *arg)
{
	void (*done)(int rc, const struct err *err, void *arg);
	struct job *job = arg;
	struct err err;
	int rc;

	/* Its last act is to wake us, so this does not wait */
	pthread_join(job->thread, NULL);
	rc = job->rc;
	err = job->err;
	done = job->done;
	arg = job->arg;
	job_free(job);
	done(rc, &err, arg);
}

struct job *job_start(struct loop *loop,
		      int (*work)(const struct job *job, void *arg, struct err *err),
		      void (*done)(int rc, const struct err *err, void *arg), void *arg,
		      struct err *err)
{
	struct job *job = mem_zalloc(sizeof(*job));
	int rc;

	job->work = work;
	job->done = done;
	job->arg = arg;
	job->fd = eventfd(0, EFD_CLOEXEC);
	if (job->fd < 0) {
		err_sys(err, errno, "cannot make an eventfd");
		free(job);
		return NULL;
	}
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

void *job_abandon(struct job *job)
{
	void *arg = job->arg;

	job_cancel(job);
	pthread_join(job->thread, NULL);
	job_free(job);
	return arg;
}
