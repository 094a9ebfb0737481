/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened, for people: who did what, and what was refused. Events are numbered without
 * gaps, over restarts too if the owner stores them. Alerts (what somebody should look at) have
 * room of their own, so that everyday work does not push them out; one that repeats another of
 * the last minute is dropped, for a peer that is wrong says so for ever. Pure.
 */
#ifndef LIB_EVENTS_H
#define LIB_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#define EVENTS_MAX	2048u	/* of each sort that are held */

struct event {
	uint64_t seq;		/* from 1, shared by both sorts */
	uint64_t time;		/* ms since 1970 */
	char kind[32];		/* "vm-create" */
	char subject[100];	/* "dc1/host1", a VM, a MAC */
	char text[256];
	bool alert;
};

struct events;

struct events *events_new(void);
void events_free(struct events *events);

/*
 * Number and keep one; too long fields are cut. NULL: an alert that was dropped. *evicted is
 * the seq that fell out for it, or 0: a store drops it too. Good until the next one of its sort.
 */
const struct event *events_add(struct events *events, uint64_t time, bool alert, const char *kind,
			       const char *subject, const char *text, uint64_t *evicted);
/* Put one back that was stored, in ascending order of seq. */
void events_load(struct events *events, const struct event *event);
uint64_t events_last(const struct events *events);	/* seq of the newest, 0: none */
/* The first one after @since that is still held, NULL if none. */
const struct event *events_next(const struct events *events, uint64_t since, bool alerts_only);

#endif
