// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "lib/http_watch.h"
#include "lib/log.h"
#include "persist.h"
#include "vcenter.h"

uint64_t wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * 1000ull + ts.tv_nsec / 1000000;
}

static void note_any(struct vcenter *vc, bool alert, const char *kind, const char *subject,
		     const char *fmt, va_list ap)
{
	const struct event *event;
	char text[VC_TEXT_SIZE];
	uint64_t evicted;
	struct err err;

	if (vc->stopping)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	event = events_add(vc->events, wall_ms(), alert, kind, subject, text, &evicted);
	if (!event)
		return;
	log_write(alert ? LOG_LEVEL_WARN : LOG_LEVEL_INFO, "%s: %s: %s", kind, subject, text);
	if (persist_event(vc->store, event, evicted, &err))
		log_err("an event is not stored: %s", err.text);
	http_watch_poke(vc->watch);
}

void note(struct vcenter *vc, const char *kind, const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note_any(vc, false, kind, subject, fmt, ap);
	va_end(ap);
}

void note_alert(struct vcenter *vc, const char *kind, const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note_any(vc, true, kind, subject, fmt, ap);
	va_end(ap);
}

static void note_of_server(struct vcenter *vc, struct server *server, bool alert,
			   const char *kind, const char *subject, const char *fmt, va_list ap)
{
	enum chatter_verdict verdict = chatter_ask(&server->chatter, loop_now_ms());

	if (verdict == CHATTER_DROP)
		return;
	note_any(vc, alert, kind, subject, fmt, ap);
	if (verdict == CHATTER_SAY_LAST)
		note_alert(vc, "server-noisy", server->name,
			   "it says more than %u things and one a second: the rest is dropped, %llu until now",
			   CHATTER_BURST, (unsigned long long)server->chatter.dropped);
}

void note_server(struct vcenter *vc, struct server *server, const char *kind, const char *subject,
		 const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note_of_server(vc, server, false, kind, subject, fmt, ap);
	va_end(ap);
}

void note_server_alert(struct vcenter *vc, struct server *server, const char *kind,
		       const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note_of_server(vc, server, true, kind, subject, fmt, ap);
	va_end(ap);
}

struct peer *vcenter_peer(struct vcenter *vc, const char *dc)
{
	for (int i = 0; i < vc->conf.n_peers; i++)
		if (!strcmp(vc->peers[i].conf->dc, dc))
			return &vc->peers[i];
	return NULL;
}
