/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened, for people: who did what, and what was refused. Alerts have room of their own,
 * so that everyday work does not push them out. An alert that repeats one of the last minute
 * is dropped: a peer that is wrong says so for ever.
 */
#ifndef NDIRECTORD_EVENTS_H
#define NDIRECTORD_EVENTS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#define EVENTS_MAX	1024	/* of each sort */

struct event_entry {
	uint64_t seq;		/* from 1, shared by both sorts */
	uint64_t time;		/* ms since 1970 */
	bool alert;
	char kind[32];
	char subject[100];
	char text[256];
};

struct event_ring {
	struct event_entry entry[EVENTS_MAX];
	uint64_t count;		/* that were ever added */
};

struct events {
	struct event_ring notes, alerts;
	uint64_t last;		/* seq of the newest */
};

/* @now in ms since 1970; false: dropped. */
bool events_add(struct events *events, uint64_t now, bool alert, const char *kind,
		const char *subject, const char *fmt, va_list ap)
	__attribute__((format(printf, 6, 0)));
/* NULL if there is none. */
const struct event_entry *events_newest(const struct events *events, bool alert);
/* The first entry after @seq that is still held, NULL if none. */
const struct event_entry *events_after(const struct events *events, uint64_t seq, bool alerts_only);

#endif /* NDIRECTORD_EVENTS_H */
