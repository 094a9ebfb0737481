/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GET /events and /alerts, the same at every daemon: ?since=SEQ, {"items": [...]}.
 */
#ifndef LIB_HTTP_EVENTS_H
#define LIB_HTTP_EVENTS_H

#include "events.h"
#include "http.h"

void http_reply_events(struct http_request *req, const struct events *events, bool alerts_only);

json_t *http_event_view(const struct event *event);
/* A number; NULL is 0. False: it is none. */
bool http_since(const char *text, uint64_t *ret);

#endif
