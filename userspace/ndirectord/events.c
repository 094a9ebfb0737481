// SPDX-License-Identifier: GPL-2.0
/*
 * What happened, for people; see events.h.
 */
#include <stdio.h>
#include <string.h>
#include "events.h"

#define REPEAT_MS	60000
#define REPEAT_DEPTH	64	/* alerts that are looked back */

static const struct event_entry *nth(const struct event_ring *ring, uint64_t n)
{
	return &ring->entry[n % EVENTS_MAX];
}

static bool said_lately(const struct event_ring *ring, const struct event_entry *new)
{
	const struct event_entry *e;
	uint64_t i;

	for (i = 1; i <= ring->count && i <= REPEAT_DEPTH; i++) {
		e = nth(ring, ring->count - i);
		if (new->time - e->time >= REPEAT_MS)
			return false;
		if (!strcmp(e->kind, new->kind) && !strcmp(e->subject, new->subject) &&
		    !strcmp(e->text, new->text))
			return true;
	}
	return false;
}

bool events_add(struct events *events, uint64_t now, bool alert, const char *kind,
		const char *subject, const char *fmt, va_list ap)
{
	struct event_ring *ring = alert ? &events->alerts : &events->notes;
	struct event_entry e = { .time = now, .alert = alert };

	snprintf(e.kind, sizeof(e.kind), "%s", kind);
	snprintf(e.subject, sizeof(e.subject), "%s", subject);
	vsnprintf(e.text, sizeof(e.text), fmt, ap);
	if (alert && said_lately(ring, &e))
		return false;
	e.seq = ++events->last;
	ring->entry[ring->count++ % EVENTS_MAX] = e;
	return true;
}

const struct event_entry *events_newest(const struct events *events, bool alert)
{
	const struct event_ring *ring = alert ? &events->alerts : &events->notes;

	return ring->count ? nth(ring, ring->count - 1) : NULL;
}

/* By halving: entries lie in the order of their numbers. */
static const struct event_entry *ring_after(const struct event_ring *ring, uint64_t seq)
{
	uint64_t low = ring->count > EVENTS_MAX ? ring->count - EVENTS_MAX : 0;
	uint64_t high = ring->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (nth(ring, middle)->seq > seq)
			high = middle;
		else
			low = middle + 1;
	}
	return low < ring->count ? nth(ring, low) : NULL;
}

const struct event_entry *events_after(const struct events *events, uint64_t seq, bool alerts_only)
{
	const struct event_entry *alert = ring_after(&events->alerts, seq);
	const struct event_entry *note = alerts_only ? NULL : ring_after(&events->notes, seq);

	if (!alert || (note && note->seq < alert->seq))
		return note;
	return alert;
}
