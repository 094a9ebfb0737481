// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include "http_events.h"
#include "http_items.h"
#include "json.h"

bool http_since(const char *text, uint64_t *ret)
{
	char *end;

	*ret = 0;
	if (!text)
		return true;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

json_t *http_event_view(const struct event *e)
{
	return json_pack("{s:I, s:I, s:s, s:s, s:s, s:b}", "seq", (json_int_t)e->seq,
			 "time", (json_int_t)e->time, "kind", e->kind, "subject", e->subject,
			 "text", e->text, "alert", e->alert);
}

void http_reply_events(struct http_request *req, const struct events *events, bool alerts_only)
{
	const char *since = http_query(req, "since");
	json_t *items = json_array();
	const struct event *event;
	uint64_t seq;

	if (!http_since(since, &seq)) {
		json_decref(items);
		http_error(req, 400, "bad-request", "since=%s is not the number of an event",
			   since);
		return;
	}
	while ((event = events_next(events, seq, alerts_only))) {
		seq = event->seq;
		json_array_append_new(items, http_event_view(event));
	}
	http_reply_items(req, items);
}
