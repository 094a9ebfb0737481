// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdio.h>
#include "events.h"
#include "lib/mem.h"

struct events {
	uint64_t first;		/* seq of the oldest one, last + 1 when there is none */
	uint64_t last;
	struct event ring[EVENTS_MAX];	/* seq lives at seq % EVENTS_MAX */
};

struct events *events_new(void)
{
	struct events *events = mem_zalloc(sizeof(*events));

	events->first = 1;
	return events;
}

void events_free(struct events *events)
{
	free(events);
}

static struct event *slot(const struct events *events, uint64_t seq)
{
	return (struct event *)&events->ring[seq % EVENTS_MAX];
}

const struct event *events_add(struct events *events, uint64_t time, bool alert,
			       const char *kind, const char *subject, const char *text,
			       uint64_t *evicted)
{
	struct event *e = slot(events, ++events->last);

	*evicted = 0;
	if (events->last - events->first >= EVENTS_MAX)
		*evicted = events->first++;
	e->seq = events->last;
	e->time = time;
	e->alert = alert;
	snprintf(e->kind, sizeof(e->kind), "%s", kind);
	snprintf(e->subject, sizeof(e->subject), "%s", subject);
	snprintf(e->text, sizeof(e->text), "%s", text);
	return e;
}

void events_load(struct events *events, const struct event *event)
{
	/* a gap would make slots of older events look like newer ones */
	if (event->seq != events->last + 1)
		events->first = event->seq;
	events->last = event->seq;
	*slot(events, event->seq) = *event;
	if (events->last - events->first >= EVENTS_MAX)
		events->first++;
}

const struct event *events_next(const struct events *events, uint64_t since, bool alerts)
{
	uint64_t seq = since + 1 > events->first ? since + 1 : events->first;

	for (; seq <= events->last; seq++)
		if (!alerts || slot(events, seq)->alert)
			return slot(events, seq);
	return NULL;
}
