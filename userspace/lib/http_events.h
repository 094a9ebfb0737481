/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GET /events and /alerts, the same at every daemon: ?since=SEQ, {"items": [...]}.
 */
#ifndef LIB_HTTP_EVENTS_H
#define LIB_HTTP_EVENTS_H

#include "events.h"
#include "http.h"

void http_reply_events(struct http_request *req, const struct events *events, bool alerts_only);

#endif
