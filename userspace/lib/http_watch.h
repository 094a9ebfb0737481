/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Watching: what changes, as server-sent events (text/event-stream), with numbers by which a
 * watcher sees that he missed something.
 *
 * A topic is a row of changes, numbered upwards. Those of the events' log have their numbers (and
 * may leave some out); all others are kept while somebody watches and a minute longer, the last
 * 1024.
 *
 *	id: 812				number of the change
 *	event: change
 *	data: {"prev": 809, ...}	that of the change before it
 *
 * The first message is "start", whose id is where the watcher stands. "gap" comes in place of what
 * is not kept any more: he has to look at the whole again.
 */
#ifndef HTTP_WATCH_H
#define HTTP_WATCH_H

#include "events.h"
#include "http.h"
#include "json.h"
#include "loop.h"

struct http_watch;

struct http_watch *http_watch_new(struct loop *loop, const struct events *events);
void http_watch_free(struct http_watch *watch);

/* Answers a request for .../watch/{topic}?since=; @topics are those beside events and alerts. */
void http_watch_open(struct http_watch *watch, struct http_request *req,
		     const char *const *topics);
/* Does anybody watch @topic? Otherwise there is no need to say anything. */
bool http_watch_wanted(const struct http_watch *watch, const char *topic);
/* {"op": "set" or "del", "item": @item}; takes @item. */
void http_watch_say(struct http_watch *watch, const char *topic, bool gone, json_t *item);
/* The log of events has a new one. */
void http_watch_poke(struct http_watch *watch);

#endif
