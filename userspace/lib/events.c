// SPDX-License-Identifier: GPL-2.0
/* See events.h. Each sort is a ring, in the order of its numbers. */
#include <stdio.h>
#include <string.h>
#include "events.h"
#include "mem.h"

#define REPEAT_MS	60000
#define REPEAT_DEPTH	64	/* alerts that are looked back */

struct ring {
	struct event entry[EVENTS_MAX];
	uint64_t count;		/* that were ever put in */
};

struct events {
	struct ring notes, alerts;
	uint64_t last;		/* seq of the newest */
};

struct events *events_new(void)
{
	return mem_zalloc(sizeof(struct events));
}

void events_free(struct events *events)
{
	free(events);
}

static const struct event *nth(const struct ring *ring, uint64_t n)
{
	return &ring->entry[n % EVENTS_MAX];
}

static bool said_lately(const struct ring *ring, const struct event *new)
{
	const struct event *e;

	for (uint64_t i = 1; i <= ring->count && i <= REPEAT_DEPTH; i++) {
		e = nth(ring, ring->count - i);
		if (new->time - e->time >= REPEAT_MS)
			return false;
		if (!strcmp(e->kind, new->kind) && !strcmp(e->subject, new->subject) &&
		    !strcmp(e->text, new->text))
			return true;
	}
	return false;
}

static struct ring *ring_of(struct events *events, const struct event *event)
{
	return event->alert ? &events->alerts : &events->notes;
}

static const struct event *put(struct ring *ring, const struct event *event)
{
	struct event *slot = &ring->entry[ring->count++ % EVENTS_MAX];

	*slot = *event;
	return slot;
}

const struct event *events_add(struct events *events, uint64_t time, bool alert, const char *kind,
			       const char *subject, const char *text, uint64_t *evicted)
{
	struct event e = { .time = time, .alert = alert };
	struct ring *ring = ring_of(events, &e);

	*evicted = 0;
	snprintf(e.kind, sizeof(e.kind), "%s", kind);
	snprintf(e.subject, sizeof(e.subject), "%s", subject);
	snprintf(e.text, sizeof(e.text), "%s", text);
	if (alert && said_lately(ring, &e))
		return NULL;
	if (ring->count >= EVENTS_MAX)
		*evicted = nth(ring, ring->count)->seq;
	e.seq = ++events->last;
	return put(ring, &e);
}

void events_load(struct events *events, const struct event *event)
{
	events->last = event->seq;
	put(ring_of(events, event), event);
}

uint64_t events_last(const struct events *events)
{
	return events->last;
}

/* By halving */
static const struct event *ring_next(const struct ring *ring, uint64_t since)
{
	uint64_t low = ring->count > EVENTS_MAX ? ring->count - EVENTS_MAX : 0;
	uint64_t high = ring->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (nth(ring, middle)->seq > since)
			high = middle;
		else
			low = middle + 1;
	}
	return low < ring->count ? nth(ring, low) : NULL;
}

const struct event *events_next(const struct events *events, uint64_t since, bool alerts_only)
{
	const struct event *alert = ring_next(&events->alerts, since);
	const struct event *note = alerts_only ? NULL : ring_next(&events->notes, since);

	if (!alert || (note && note->seq < alert->seq))
		return note;
	return alert;
}
