/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one event loop of a daemon: timers, file descriptors, signals. Hides libevent.
 * Single-threaded; callbacks run from loop_run() only.
 */
#ifndef LOOP_H
#define LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_timer;
struct loop_fd;
struct loop_signal;
struct event_base;
struct gate;

struct loop *loop_new(void);		/* also ignores SIGPIPE */
void loop_free(struct loop *loop);
int loop_run(struct loop *loop);	/* until loop_stop(); 0 or -errno */
void loop_stop(struct loop *loop);	/* after what is active now has run */

uint64_t loop_now_ms(void);		/* CLOCK_MONOTONIC */

/* A timer is created idle; _set (re)arms it once, @ms from now. */
struct loop_timer *loop_timer_new(struct loop *loop, void (*cb)(void *arg), void *arg);
void loop_timer_set(struct loop_timer *timer, uint64_t ms);
void loop_timer_cancel(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer);

/* Run @cb once from the loop, after the present callback has returned; first come, first run. */
int loop_defer(struct loop *loop, void (*cb)(void *arg), void *arg);
/* The same; @drop runs instead, from loop_free(), when the loop ends before @cb had its turn. */
int loop_defer_or(struct loop *loop, void (*cb)(void *arg), void (*drop)(void *arg), void *arg);

enum { LOOP_READ = 1, LOOP_WRITE = 2 };
struct loop_fd *loop_fd_new(struct loop *loop, int fd, unsigned int events,
			    void (*cb)(int fd, unsigned int events, void *arg), void *arg);
void loop_fd_free(struct loop_fd *fd);	/* does not close it */

struct loop_signal *loop_signal_new(struct loop *loop, int signo, void (*cb)(void *arg), void *arg);
void loop_signal_free(struct loop_signal *sig);

/* What is said in this loop waits at this gate (gate.h); NULL: nothing waits. */
void loop_set_gate(struct loop *loop, struct gate *gate);
struct gate *loop_gate(const struct loop *loop);

/* For the other files of lib that build on libevent. */
struct event_base *loop_base(struct loop *loop);

#endif /* LOOP_H */
