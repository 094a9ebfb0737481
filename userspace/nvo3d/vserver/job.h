/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Work that blocks (reading and writing images, fsync, a hypervisor) in a thread of its own or in
 * one of a queue, so that the loop goes on. The thread touches nothing but what its argument holds.
 */
#ifndef NVO3D_VSERVER_JOB_H
#define NVO3D_VSERVER_JOB_H

#include "errs.h"
#include "loop.h"

struct job;
struct job_queue;

/*
 * @work runs in the thread; @done runs in the loop when it is over, with its value and its
 * sentence, and not at all after job_abandon(). NULL with a sentence when there is no thread.
 */
struct job *job_start(struct loop *loop,
		      int (*work)(const struct job *job, void *arg, struct err *err),
		      void (*done)(int rc, const struct err *err, void *arg), void *arg,
		      struct err *err);
/*
 * A few threads and a queue, for work that takes seconds: first come, first begun. To be freed when
 * nobody waits for any of it.
 */
struct job_queue *job_queue_new(unsigned int threads, struct err *err);
void job_queue_free(struct job_queue *q);	/* accepts NULL */
/* As job_start() */
struct job *job_queue_add(struct job_queue *q, struct loop *loop,
			  int (*work)(const struct job *job, void *arg, struct err *err),
			  void (*done)(int rc, const struct err *err, void *arg), void *arg,
			  struct err *err);
/* In the thread, between two pieces of work: should it give up, with -ECANCELED? */
bool job_is_cancelled(const struct job *job);
/* What it was begun with */
void *job_arg(const struct job *job);
/* Ask it to give up; @done still comes */
void job_cancel(struct job *job);
/* Cancel and wait, at the end of the program. Frees @job; value is its argument */
void *job_abandon(struct job *job);

#endif
