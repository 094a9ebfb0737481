/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened, for people: a bounded list with numbers, told by the API and the log.
 */
#ifndef NDIRECTORD_EVENTS_H
#define NDIRECTORD_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define EVENTS_MAX	1024

struct event_entry {
	uint64_t seq;		/* from 1, without gaps */
	time_t time;
	bool alert;
	char kind[32];
	char subject[100];
	char text[256];
};

struct events {
	struct event_entry entry[EVENTS_MAX];	/* entry seq at seq % EVENTS_MAX */
	uint64_t last;
};

void events_add(struct events *events, time_t now, bool alert, const char *kind,
		const char *subject, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* The first entry after @seq that is still held, NULL if none. */
const struct event_entry *events_after(const struct events *events, uint64_t seq);

#endif /* NDIRECTORD_EVENTS_H */
