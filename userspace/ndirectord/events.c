// SPDX-License-Identifier: GPL-2.0
/*
 * What happened, for people; see events.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stddef.h>
#include "events.h"
#include "lib/log.h"

void events_add(struct events *events, time_t now, bool alert, const char *kind,
		const char *subject, const char *fmt, ...)
{
	struct event_entry *e = &events->entry[++events->last % EVENTS_MAX];
	va_list ap;

	*e = (struct event_entry){ .seq = events->last, .time = now, .alert = alert };
	snprintf(e->kind, sizeof(e->kind), "%s", kind);
	snprintf(e->subject, sizeof(e->subject), "%s", subject);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (alert)
		log_warn("%s %s: %s", kind, subject, e->text);
	else
		log_info("%s %s: %s", kind, subject, e->text);
}

const struct event_entry *events_after(const struct events *events, uint64_t seq)
{
	uint64_t oldest = events->last > EVENTS_MAX ? events->last - EVENTS_MAX + 1 : 1;

	if (seq >= events->last)
		return NULL;
	if (seq + 1 < oldest)
		seq = oldest - 1;
	return &events->entry[(seq + 1) % EVENTS_MAX];
}
