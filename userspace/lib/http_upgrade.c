// SPDX-License-Identifier: GPL-2.0
/*
 * evhttp goes on to own the connection, and waits for an answer that never comes: freeing the
 * connection frees its part of the request. In between the bufferevent is ours.
 */
#include "http_upgrade.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <string.h>
#include <strings.h>

#include "http_priv.h"
#include "mem.h"

#define READ_AHEAD	16384u
#define WENT_BELOW	32768u
#define LAST_WORDS_S	5

struct http_upgrade {
	const struct http_upgrade_ops *ops;	/* NULL: it is over, but for its last words */
	void *arg;
	struct bufferevent *bev;
	bool waits;			/* at the gate, for the 101 to leave */
	bool at_once;			/* the server goes */
};

bool http_upgrade_asked(struct http_request *req, const char *protocol)
{
	const char *asked = req->ev ? evhttp_find_header(evhttp_request_get_input_headers(req->ev),
							 "Upgrade") : NULL;

	if (asked && !strcasecmp(asked, protocol))
		return true;
	http_set_header(req, "Upgrade", protocol);
	http_error(req, 426, "bad-request", "%s speaks %s: ask for it by Upgrade",
		   http_path(req), protocol);
	return false;
}

static void hang_up(struct http_request *req)
{
	struct evhttp_connection *conn = evhttp_request_get_connection(req->ev);

	if (req->upgrade->waits)
		gate_cancel(loop_gate(req->server->loop), &req->wait);
	free(req->upgrade);
	evhttp_connection_free(conn);
	http_request_free(req);
}

static void tell_gone(struct http_request *req)
{
	const struct http_upgrade_ops *ops = req->upgrade->ops;

	if (ops)
		ops->gone(req->upgrade->arg);
	else
		hang_up(req);
}

static void server_goes(void *arg)
{
	struct http_request *req = arg;

	req->upgrade->at_once = true;
	tell_gone(req);
}

/* --- what the bufferevent says */

static void on_read(struct bufferevent *bev, void *arg)
{
	struct http_request *req = arg;

	if (req->upgrade->ops)
		req->upgrade->ops->came(req->upgrade->arg);
	else	/* left unread it would become a reset, which overtakes our last words */
		evbuffer_drain(bufferevent_get_input(bev), READ_AHEAD);
}

static void on_write(struct bufferevent *bev, void *arg)
{
	struct http_request *req = arg;

	if (req->upgrade->ops)
		req->upgrade->ops->went(req->upgrade->arg);
	else if (!http_upgrade_waiting(req))
		hang_up(req);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	tell_gone(arg);
}

/* --- its life */

static void go(struct http_request *req)
{
	struct bufferevent *bev = req->upgrade->bev;

	req->upgrade->waits = false;
	bufferevent_enable(bev, EV_READ | EV_WRITE);
	/* What came behind the request */
	bufferevent_trigger(bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
}

static void may_go(struct gate_wait *wait, const struct err *why)
{
	struct http_request *req = (struct http_request *)wait;

	if (!why) {
		go(req);
		return;
	}
	req->upgrade->waits = false;
	tell_gone(req);
}

static void greet(struct http_request *req, const char *protocol, const char *name,
		  const char *value)
{
	struct evbuffer *out = bufferevent_get_output(req->upgrade->bev);

	evbuffer_add_printf(out, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
			    "Upgrade: %s\r\n", protocol);
	if (name)
		evbuffer_add_printf(out, "%s: %s\r\n", name, value);
	evbuffer_add(out, "\r\n", 2);
}

/* From evhttp, which has set limits of its own */
static void take_over(struct http_request *req, struct bufferevent *bev)
{
	bufferevent_disable(bev, EV_READ | EV_WRITE);
	bufferevent_setcb(bev, on_read, on_write, on_event, req);
	bufferevent_set_timeouts(bev, NULL, NULL);
	bufferevent_setwatermark(bev, EV_READ, 0, READ_AHEAD);
	bufferevent_setwatermark(bev, EV_WRITE, WENT_BELOW, 0);
}

bool http_upgrade_begin(struct http_request *req, const char *protocol, const char *name,
			const char *value, json_t *told, const struct http_upgrade_ops *ops,
			void *arg)
{
	struct evhttp_connection *conn = req->ev ? evhttp_request_get_connection(req->ev) : NULL;
	struct http_upgrade *up;
	struct gate *gate;
	int waits;

	if (!conn) {
		json_decref(told);
		if (req->ev)
			evhttp_request_free(req->ev);
		http_request_free(req);
		return false;
	}
	if (req->observed)
		req->server->observer->after(req, req->before, 101, told, req->server->arg);
	json_decref(told);
	up = mem_zalloc(sizeof(*up));
	up->ops = ops;
	up->arg = arg;
	up->bev = evhttp_connection_get_bufferevent(conn);
	req->upgrade = up;
	req->gone = server_goes;
	req->gone_arg = req;
	req->wait.done = may_go;
	take_over(req, up->bev);
	greet(req, protocol, name, value);
	gate = loop_gate(req->server->loop);
	waits = gate_wait(gate, &req->wait);
	if (waits < 0) {
		hang_up(req);
		return false;
	}
	up->waits = waits;
	if (!waits)
		go(req);
	return true;
}

size_t http_upgrade_read(struct http_request *req, void *buf, size_t size)
{
	return bufferevent_read(req->upgrade->bev, buf, size);
}

void http_upgrade_write(struct http_request *req, const void *data, size_t len)
{
	bufferevent_write(req->upgrade->bev, data, len);
}

size_t http_upgrade_waiting(const struct http_request *req)
{
	return evbuffer_get_length(bufferevent_get_output(req->upgrade->bev));
}

void http_upgrade_end(struct http_request *req)
{
	const struct timeval limit = { .tv_sec = LAST_WORDS_S };
	struct http_upgrade *up = req->upgrade;

	up->ops = NULL;
	if (up->at_once || up->waits || !http_upgrade_waiting(req)) {
		hang_up(req);
		return;
	}
	bufferevent_setwatermark(up->bev, EV_WRITE, 0, 0);
	evbuffer_drain(bufferevent_get_input(up->bev), READ_AHEAD);
	bufferevent_set_timeouts(up->bev, &limit, &limit);
}
