/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is said waits until what was written before it is on the disk.
 *
 * A loop has one gate, which all its stores share. They say when a write begins and ends; at the
 * end of the turn a worker thread syncs all that has been written, and whoever waited for it
 * goes on, in order. While a sync goes on, what comes after it collects for the next one.
 *
 * A sync that fails breaks the gate for good: all who wait, and all who come later, are told why.
 */
#ifndef GATE_H
#define GATE_H

#include <stdint.h>
#include "errs.h"
#include "loop.h"
#include "metrics.h"

struct gate;

struct gate_ops {
	int (*sync)(void *arg, struct err *err);	/* in the worker */
	void (*tidy)(void *arg);			/* the same, when nobody waits for it */
	/* The gate broke, and those who waited had time to be told. Last of all. */
	void (*failed)(const struct err *why, void *arg);
};

struct gate_wait {
	/* @why is NULL when all is on the disk. */
	void (*done)(struct gate_wait *wait, const struct err *why);
	uint64_t batch;
	struct gate_wait *prev, *next;
};

/* The loop's gate, made when there is none yet. NULL: there can be no worker. */
struct gate *gate_join(struct loop *loop, const struct gate_ops *ops, void *arg, struct err *err);
/* After a last sync; who waited for it has gone on. No write of @arg's may be open. */
void gate_leave(struct gate *gate, void *arg);

/* No nesting in one store. What is said after the begin waits for the sync after the end. */
void gate_begin(struct gate *gate);
void gate_end(struct gate *gate);
/* What was begun cannot be written. */
void gate_fail(struct gate *gate, const struct err *why);
/* NULL: it is whole. */
const struct err *gate_broken(const struct gate *gate);

/* How long syncs took, in seconds; empty without a gate */
struct histogram gate_syncs(const struct gate *gate);

/*
 * 1: @wait->done() will be called, never before this returns. 0: nothing to wait for, also without
 * a gate. -EIO: broken.
 */
int gate_wait(struct gate *gate, struct gate_wait *wait);
void gate_cancel(struct gate *gate, struct gate_wait *wait);

#endif /* GATE_H */
