/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of operations: the last EVENTS_MAX ones, numbered without gaps over restarts. An
 * alert is an event that somebody should look at. Pure.
 */
#ifndef VCENTERD_EVENTS_H
#define VCENTERD_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#define EVENTS_MAX	4096u

struct event {
	uint64_t seq;		/* from 1 */
	uint64_t time;		/* ms of CLOCK_REALTIME */
	char kind[32];		/* "vm-create" */
	char subject[100];	/* "dc1/host1", a VM, a MAC */
	char text[256];
	bool alert;
};

struct events;

struct events *events_new(void);
void events_free(struct events *events);

/*
 * Number and keep one; too long fields are cut. *evicted is the seq that fell out, or 0: the
 * store drops it too. Returned pointer is good until the next add.
 */
const struct event *events_add(struct events *events, uint64_t time, bool alert,
			       const char *kind, const char *subject, const char *text,
			       uint64_t *evicted);
/* Put one back that was stored, in ascending order of seq. */
void events_load(struct events *events, const struct event *event);
/* Those with seq above @since, in order; the oldest when it fell out already. */
const struct event *events_next(const struct events *events, uint64_t since, bool alerts);

#endif
