// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

#include "cleanup.h"
#include "gate.h"
#include "http_events.h"
#include "http_watch.h"
#include "mem.h"

#define KEEP		1024u
#define LINGER_MS	60000u	/* a topic, for its watcher to come back */
#define ALIVE_MS	15000u	/* a comment, so that either end notices when the other is gone */

struct change {
	uint64_t seq, prev;
	char *text;
};

/* What is said of one topic, while somebody watches it */
struct topic {
	char name[32];
	struct change ring[KEEP];
	uint64_t first, count;		/* seq of the first one ever, and how many there were */
	uint64_t asked, shown;		/* the last one that waits at the gate; that may be told */
	unsigned int watchers;
	uint64_t left;			/* ms: when the last one went */
	struct topic *prev, *next;
};

struct watcher {
	struct http_watch *watch;
	struct http_request *req;
	struct topic *topic;		/* NULL: the log of events */
	bool alerts_only;
	uint64_t at;			/* seq of the last one that was told */
	struct watcher *prev, *next;
};

struct http_watch {
	struct loop *loop;
	const struct events *events;
	struct topic *topics;
	struct watcher *watchers;
	struct loop_timer *alive;
	uint64_t asked, shown;		/* the same, of the log */
	struct gate_wait wait;
	bool waiting;			/* at the gate */
	bool poked;			/* more has come meanwhile */
};

static struct topic *find(const struct http_watch *watch, const char *name)
{
	struct topic *t;

	DL_FOREACH(watch->topics, t)
		if (!strcmp(t->name, name))
			break;
	return t;
}

/* Numbers of a topic that begins anew are above all that it ever had */
static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static struct topic *topic_get(struct http_watch *watch, const char *name)
{
	struct topic *t = find(watch, name);

	if (!t) {
		t = mem_zalloc(sizeof(*t));
		snprintf(t->name, sizeof(t->name), "%s", name);
		t->first = now_us();
		DL_APPEND(watch->topics, t);
	}
	t->watchers++;
	return t;
}

static void topic_free(struct http_watch *watch, struct topic *t)
{
	DL_DELETE(watch->topics, t);
	for (unsigned int i = 0; i < KEEP; i++)
		free(t->ring[i].text);
	free(t);
}

static void topic_put(struct topic *t)
{
	if (t && !--t->watchers)
		t->left = loop_now_ms();
}

static void free_unwatched(struct http_watch *watch)
{
	struct topic *t, *next;

	DL_FOREACH_SAFE(watch->topics, t, next)
		if (!t->watchers && loop_now_ms() - t->left >= LINGER_MS)
			topic_free(watch, t);
}

static uint64_t topic_last(const struct topic *t)
{
	return t->first + t->count - 1;
}

/* The first one after @at that is kept. False: there is none. */
static bool topic_next(const struct topic *t, uint64_t at, struct change *ret)
{
	uint64_t oldest = t->count > KEEP ? t->count - KEEP : 0, n;

	n = at < t->first + oldest ? oldest : at - t->first + 1;
	if (n >= t->count)
		return false;
	*ret = t->ring[n % KEEP];
	return true;
}

static void watcher_free(struct watcher *w)
{
	DL_DELETE(w->watch->watchers, w);
	http_stream_end(w->req);
	topic_put(w->topic);
	free(w);
}

static void gone(void *arg)
{
	watcher_free(arg);
}

static bool say(struct watcher *w, const char *event, uint64_t id, const char *data)
{
	_cleanup_free_ char *text = NULL;

	if (asprintf(&text, "id: %llu\nevent: %s\ndata: %s\n\n", (unsigned long long)id, event,
		     data) < 0)
		abort();
	return http_stream_send(w->req, text);
}

/* False: he has it all, or does not read. */
static bool tell_event(struct watcher *w)
{
	const struct event *e = events_next(w->watch->events, w->at, w->alerts_only);
	_cleanup_free_ char *text = NULL;
	json_t *json;
	bool ok;

	if (!e || e->seq > w->watch->shown)
		return false;
	if (!w->alerts_only && w->at && e->seq != w->at + 1)
		say(w, "gap", e->seq - 1, "{}");
	json = json_pack("{s:I, s:o}", "prev", (json_int_t)w->at, "item", http_event_view(e));
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	ok = say(w, "change", e->seq, text);
	w->at = e->seq;
	return ok;
}

static bool tell_change(struct watcher *w)
{
	struct change c;
	bool ok;

	if (!topic_next(w->topic, w->at, &c) || c.seq > w->topic->shown)
		return false;
	ok = (w->at == c.prev || say(w, "gap", c.prev, "{}")) && say(w, "change", c.seq, c.text);
	w->at = c.seq;
	return ok;
}

static void tell(struct watcher *w)
{
	while (w->topic ? tell_change(w) : tell_event(w))
		;
	/* Who does not read is told from where he was when he comes again */
	if (http_stream_is_slow(w->req))
		watcher_free(w);
}

static void poke(struct http_watch *watch);

/* What was said by then is on the disk */
static void show(struct http_watch *watch)
{
	struct watcher *w, *next;
	struct topic *t;

	watch->shown = watch->asked;
	DL_FOREACH(watch->topics, t)
		t->shown = t->asked;
	DL_FOREACH_SAFE(watch->watchers, w, next)
		tell(w);
}

static void may_show(struct gate_wait *wait, const struct err *why)
{
	struct http_watch *watch = (struct http_watch *)((char *)wait -
							 offsetof(struct http_watch, wait));
	bool again = watch->poked;

	watch->waiting = false;
	watch->poked = false;
	if (why)
		return;
	show(watch);
	if (again)
		poke(watch);
}

/* From the loop: who pokes is in the middle of something. */
static void show_soon(struct http_watch *watch)
{
	struct topic *t;
	int r;

	watch->asked = events_last(watch->events);
	DL_FOREACH(watch->topics, t)
		t->asked = topic_last(t);
	watch->wait.done = may_show;
	watch->waiting = true;
	r = gate_wait(loop_gate(watch->loop), &watch->wait);
	if (r <= 0)
		may_show(&watch->wait, r ? gate_broken(loop_gate(watch->loop)) : NULL);
}

static void poke(struct http_watch *watch)
{
	if (!watch->watchers || watch->poked)
		return;
	watch->poked = true;
	if (!watch->waiting)
		loop_timer_set(watch->alive, 0);
}

static void alive(void *arg)
{
	struct http_watch *watch = arg;
	struct watcher *w, *next;

	if (watch->poked && !watch->waiting) {
		watch->poked = false;
		show_soon(watch);
	} else {
		DL_FOREACH_SAFE(watch->watchers, w, next)
			http_stream_send(w->req, ":\n\n");
	}
	free_unwatched(watch);
	if (watch->watchers || watch->topics)
		loop_timer_set(watch->alive, watch->poked && !watch->waiting ? 0 : ALIVE_MS);
}

struct http_watch *http_watch_new(struct loop *loop, const struct events *events)
{
	struct http_watch *watch = mem_zalloc(sizeof(*watch));

	watch->loop = loop;
	watch->events = events;
	watch->alive = loop_timer_new(loop, alive, watch);
	return watch;
}

void http_watch_free(struct http_watch *watch)
{
	if (!watch)
		return;
	while (watch->watchers)
		watcher_free(watch->watchers);
	while (watch->topics)
		topic_free(watch, watch->topics);
	if (watch->waiting)
		gate_cancel(loop_gate(watch->loop), &watch->wait);
	loop_timer_free(watch->alive);
	free(watch);
}

static bool is_topic(const char *name, const char *const *topics)
{
	for (; topics && *topics; topics++)
		if (!strcmp(*topics, name))
			return true;
	return false;
}

/* What he has seen until now: everything, if he does not say */
static void start(struct watcher *w, const char *since, uint64_t seq)
{
	uint64_t last = w->topic ? topic_last(w->topic) : events_last(w->watch->events);
	bool known = since && seq <= last;

	w->at = known ? seq : last;
	/* of a topic that began after what he saw last, or of another life of the program */
	if (since && (!known || (w->topic && seq + 1 < w->topic->first)))
		say(w, "gap", last, "{}");
	say(w, "start", w->at, "{}");
}

void http_watch_open(struct http_watch *watch, struct http_request *req,
		     const char *const *topics)
{
	const char *name = http_param(req, "topic"), *since = http_query(req, "since");
	bool log = !strcmp(name, "events") || !strcmp(name, "alerts");
	struct watcher *w;
	uint64_t seq;

	if (!log && !is_topic(name, topics)) {
		http_error(req, 404, "not-found", "%s cannot be watched", name);
		return;
	}
	if (!http_since(since, &seq)) {
		http_error(req, 400, "bad-request", "since=%s is not a number", since);
		return;
	}
	w = mem_zalloc(sizeof(*w));
	w->watch = watch;
	w->req = req;
	w->topic = log ? NULL : topic_get(watch, name);
	w->alerts_only = !strcmp(name, "alerts");
	DL_APPEND(watch->watchers, w);
	http_stream_begin(req, "text/event-stream", gone, w);
	start(w, since, seq);
	poke(watch);
}

bool http_watch_wanted(const struct http_watch *watch, const char *topic)
{
	return watch && find(watch, topic);
}

void http_watch_say(struct http_watch *watch, const char *topic, bool is_gone, json_t *item)
{
	struct topic *t = watch ? find(watch, topic) : NULL;
	struct change *c;
	json_t *json;

	if (!t) {
		json_decref(item);
		return;
	}
	c = &t->ring[t->count % KEEP];
	free(c->text);
	t->count++;
	c->seq = topic_last(t);
	c->prev = c->seq - 1;
	json = json_pack("{s:I, s:s, s:o}", "prev", (json_int_t)c->prev, "op",
			 is_gone ? "del" : "set", "item", item);
	c->text = mem_check(json_dumps(json, JSON_COMPACT));
	json_decref(json);
	poke(watch);
}

void http_watch_poke(struct http_watch *watch)
{
	if (watch)
		poke(watch);
}
