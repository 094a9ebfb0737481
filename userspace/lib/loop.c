// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <sys/queue.h>
#include <time.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "loop.h"
#include "mem.h"

struct deferred {
	STAILQ_ENTRY(deferred) link;
	void (*cb)(void *arg);
	void (*drop)(void *arg);
	void *arg;
};

STAILQ_HEAD(deferred_list, deferred);

struct loop {
	struct event_base *base;
	struct event run;		/* armed while anything is deferred */
	struct deferred_list deferred;
	struct gate *gate;
};

struct loop_timer {
	struct event ev;
	void (*cb)(void *arg);
	void *arg;
};

struct loop_fd {
	struct event ev;
	void (*cb)(int fd, unsigned int events, void *arg);
	void *arg;
};

struct loop_signal {
	struct event ev;
	void (*cb)(void *arg);
	void *arg;
};

static const struct timeval at_once;

/*
 * Only what was there when the turn began: a callback that defers itself again
 * must not keep the loop from its sockets.
 */
static void run_deferred(int fd, short what, void *arg)
{
	struct deferred_list turn = STAILQ_HEAD_INITIALIZER(turn);
	struct loop *loop = arg;
	struct deferred *d;

	STAILQ_CONCAT(&turn, &loop->deferred);
	while ((d = STAILQ_FIRST(&turn))) {
		STAILQ_REMOVE_HEAD(&turn, link);
		d->cb(d->arg);
		free(d);
	}
}

struct loop *loop_new(void)
{
	struct loop *loop = mem_zalloc(sizeof(*loop));

	/* A peer that closed is an error code to us, not the end of the process. */
	signal(SIGPIPE, SIG_IGN);
	loop->base = mem_check(event_base_new());
	STAILQ_INIT(&loop->deferred);
	evtimer_assign(&loop->run, loop->base, run_deferred, loop);
	return loop;
}

void loop_free(struct loop *loop)
{
	struct deferred *d;

	if (!loop)
		return;
	while ((d = STAILQ_FIRST(&loop->deferred))) {
		STAILQ_REMOVE_HEAD(&loop->deferred, link);
		if (d->drop)
			d->drop(d->arg);
		free(d);
	}
	event_del(&loop->run);
	event_base_free(loop->base);
	free(loop);
}

int loop_run(struct loop *loop)
{
	/* Without NO_EXIT_ON_EMPTY a daemon would end when its last client left. */
	if (event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
		return -EIO;
	return 0;
}

/*
 * What is active runs before the loop returns. Breaking it off would leave deferred callbacks of
 * bufferevents behind, which hold references that event_base_free() does not give back.
 */
void loop_stop(struct loop *loop)
{
	event_base_loopexit(loop->base, NULL);
}

uint64_t loop_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void loop_set_gate(struct loop *loop, struct gate *gate)
{
	loop->gate = gate;
}

struct gate *loop_gate(const struct loop *loop)
{
	return loop->gate;
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

int loop_defer_or(struct loop *loop, void (*cb)(void *arg), void (*drop)(void *arg), void *arg)
{
	struct deferred *d = mem_zalloc(sizeof(*d));

	d->cb = cb;
	d->drop = drop;
	d->arg = arg;
	if (STAILQ_EMPTY(&loop->deferred))
		evtimer_add(&loop->run, &at_once);
	STAILQ_INSERT_TAIL(&loop->deferred, d, link);
	return 0;
}

int loop_defer(struct loop *loop, void (*cb)(void *arg), void *arg)
{
	return loop_defer_or(loop, cb, NULL, arg);
}

static void timer_fired(int fd, short what, void *arg)
{
	struct loop_timer *timer = arg;

	timer->cb(timer->arg);
}

struct loop_timer *loop_timer_new(struct loop *loop, void (*cb)(void *arg), void *arg)
{
	struct loop_timer *timer = mem_zalloc(sizeof(*timer));

	timer->cb = cb;
	timer->arg = arg;
	evtimer_assign(&timer->ev, loop->base, timer_fired, timer);
	return timer;
}

void loop_timer_set(struct loop_timer *timer, uint64_t ms)
{
	struct timeval tv = {
		.tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000,
	};

	evtimer_add(&timer->ev, &tv);
}

void loop_timer_cancel(struct loop_timer *timer)
{
	evtimer_del(&timer->ev);
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	evtimer_del(&timer->ev);
	free(timer);
}

static void fd_ready(int fd, short what, void *arg)
{
	unsigned int events = 0;
	struct loop_fd *lfd = arg;

	if (what & EV_READ)
		events |= LOOP_READ;
	if (what & EV_WRITE)
		events |= LOOP_WRITE;
	lfd->cb(fd, events, lfd->arg);
}

struct loop_fd *loop_fd_new(struct loop *loop, int fd, unsigned int events,
			    void (*cb)(int fd, unsigned int events, void *arg), void *arg)
{
	struct loop_fd *lfd = mem_zalloc(sizeof(*lfd));
	short what = EV_PERSIST;

	if (events & LOOP_READ)
		what |= EV_READ;
	if (events & LOOP_WRITE)
		what |= EV_WRITE;
	lfd->cb = cb;
	lfd->arg = arg;
	event_assign(&lfd->ev, loop->base, fd, what, fd_ready, lfd);
	if (event_add(&lfd->ev, NULL) < 0) {
		free(lfd);
		return NULL;
	}
	return lfd;
}

void loop_fd_free(struct loop_fd *lfd)
{
	if (!lfd)
		return;
	event_del(&lfd->ev);
	free(lfd);
}

static void signal_came(int signo, short what, void *arg)
{
	struct loop_signal *sig = arg;

	sig->cb(sig->arg);
}

struct loop_signal *loop_signal_new(struct loop *loop, int signo, void (*cb)(void *arg), void *arg)
{
	struct loop_signal *sig = mem_zalloc(sizeof(*sig));

	sig->cb = cb;
	sig->arg = arg;
	evsignal_assign(&sig->ev, loop->base, signo, signal_came, sig);
	if (evsignal_add(&sig->ev, NULL) < 0) {
		free(sig);
		return NULL;
	}
	return sig;
}

void loop_signal_free(struct loop_signal *sig)
{
	if (!sig)
		return;
	evsignal_del(&sig->ev);
	free(sig);
}
