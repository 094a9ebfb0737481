// SPDX-License-Identifier: GPL-2.0
/*
 * What happened, into the log of events and that of the daemon.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "director.h"
#include "lib/http_watch.h"
#include "lib/log.h"

static uint64_t realtime_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void tell(struct director *d, bool alert, const char *kind, const char *subject,
		 const char *fmt, va_list ap)
{
	const struct event *event;
	char text[sizeof(event->text)];
	uint64_t evicted;

	d->counts.drifts += !strcmp(kind, "drift");
	vsnprintf(text, sizeof(text), fmt, ap);
	event = events_add(d->events, realtime_ms(), alert, kind, subject, text, &evicted);
	http_watch_poke(d->watch);
	if (event)
		log_write(alert ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG, "%s %s: %s", kind, subject,
			  text);
}

void director_note(struct director *d, const char *kind, const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(d, false, kind, subject, fmt, ap);
	va_end(ap);
}

void director_alert(struct director *d, const char *kind, const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(d, true, kind, subject, fmt, ap);
	va_end(ap);
}
