// SPDX-License-Identifier: GPL-2.0
/*
 * A request lives from evhttp's callback until its answer. In between its client may go, or
 * the whole server: evhttp keeps a request whose client went until it is answered, and
 * http_server_free() takes evhttp's part of it away, so that an answer always has somewhere
 * to go, even if only to be forgotten.
 */
#include "http_priv.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "cleanup.h"
#include "http_inner.h"

#define BODY_MAX	(1024 * 1024)
#define NOT_HANDED_ON	"%s %s needs a connection of its own, it is not handed on"
#define STREAM_MAX	(4u << 20)	/* bytes that wait for one that does not read */

static const struct {
	enum evhttp_cmd_type type;
	const char *name;
} methods[] = {
	{ EVHTTP_REQ_GET, "GET" },	   { EVHTTP_REQ_POST, "POST" },
	{ EVHTTP_REQ_HEAD, "HEAD" },	   { EVHTTP_REQ_PUT, "PUT" },
	{ EVHTTP_REQ_DELETE, "DELETE" },   { EVHTTP_REQ_OPTIONS, "OPTIONS" },
	{ EVHTTP_REQ_TRACE, "TRACE" },	   { EVHTTP_REQ_CONNECT, "CONNECT" },
	{ EVHTTP_REQ_PATCH, "PATCH" },
};

static const char *method_name(enum evhttp_cmd_type type)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].type == type)
			return methods[i].name;
	return "?";
}

static const char *reason(int status)
{
	switch (status) {
	case 200:
		return "OK";
	case 201:
		return "Created";
	case 202:
		return "Accepted";
	case 400:
		return "Bad Request";
	case 403:
		return "Forbidden";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	case 409:
		return "Conflict";
	case 413:
		return "Content Too Large";
	case 426:
		return "Upgrade Required";
	case 500:
		return "Internal Server Error";
	case 503:
		return "Service Unavailable";
	case 504:
		return "Gateway Timeout";
	case 507:
		return "Insufficient Storage";
	default:
		return "Status";
	}
}

void http_request_free(struct http_request *req)
{
	if (req->server)
		DL_DELETE(req->server->open, req);
	http_params_uninit(&req->path);
	http_params_uninit(&req->query);
	json_decref(req->before);
	json_decref(req->body);
	http_inner_free(req->inner);
	free(req);
}

/* A header of the answer, before http_reply(). */
void http_set_header(struct http_request *req, const char *name, const char *value)
{
	if (req->ev)
		evhttp_add_header(evhttp_request_get_output_headers(req->ev), name, value);
}

/* One line; takes @body. */
static char *json_to_text(json_t *body)
{
	_cleanup_free_ char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
	char *line;

	json_decref(body);
	if (!text || asprintf(&line, "%s\n", text) < 0)
		abort();
	return line;
}

/* Ends @req; its answer is there. */
static void send_answer(struct http_request *req)
{
	_cleanup_free_ char *text = req->answer;
	int status = req->status;
	struct evbuffer *out;

	if (req->inner) {
		http_inner_answer(req, status, text);
		http_request_free(req);
		return;
	}
	out = evbuffer_new();
	if (!out)
		abort();
	evbuffer_add(out, text, strlen(text));

	http_set_header(req, "Content-Type", req->type);
	/* Whose client went has no connection any more; evhttp then only frees it. */
	if (req->ev)
		evhttp_send_reply(req->ev, status, reason(status), out);
	evbuffer_free(out);
	http_request_free(req);
}

static void refuse(struct http_request *req, const struct err *why)
{
	free(req->answer);
	req->status = 503;
	req->type = "application/json";
	req->answer = json_to_text(json_pack("{s:s, s:s}", "error", why->text, "code",
					     "unavailable"));
	send_answer(req);
}

static void may_go(struct gate_wait *wait, const struct err *why)
{
	struct http_request *req = (struct http_request *)wait;

	if (why)
		refuse(req, why);
	else
		send_answer(req);
}

static void reply(struct http_request *req, int status, const char *type, char *text)
{
	struct gate *gate = req->server ? loop_gate(req->server->loop) : NULL;
	int r;

	req->wait.done = may_go;
	req->status = status;
	req->type = type;
	req->answer = text;
	r = gate_wait(gate, &req->wait);
	if (!r)
		send_answer(req);
	else if (r < 0)
		refuse(req, gate_broken(gate));
}

/* --- who looks on */

void http_observe(struct http_server *server, const struct http_observer *observer)
{
	server->observer = observer;
}

const char *http_method(struct http_request *req)
{
	return req->method;
}

const char *http_path(struct http_request *req)
{
	return req->target;
}

static void handle(struct http_request *req, const struct http_route *route)
{
	const struct http_observer *observer = req->server->observer;

	req->observed = observer && http_inner_is_observed(req) &&
			(route->audited || strcmp(route->method, "GET"));
	if (req->observed)
		req->before = observer->before(req, req->server->arg);
	route->handle(req, req->server->arg);
}

/* --- answers */

void http_reply(struct http_request *req, int status, json_t *body)
{
	if (req->observed && req->server)
		req->server->observer->after(req, req->before, status, body, req->server->arg);
	reply(req, status, "application/json", json_to_text(body));
}

void http_reply_text(struct http_request *req, const char *type, char *text)
{
	reply(req, 200, type, text);
}

/* --- streams */

static void stream_gone(struct evhttp_connection *conn, void *arg)
{
	struct http_request *req = arg;

	req->gone(req->gone_arg);
}

void http_stream_begin(struct http_request *req, const char *type, void (*gone)(void *arg),
		       void *arg)
{
	req->gone = gone;
	req->gone_arg = arg;
	http_set_header(req, "Content-Type", type);
	http_set_header(req, "Cache-Control", "no-store");
	if (!req->ev)
		return;
	evhttp_connection_set_closecb(evhttp_request_get_connection(req->ev), stream_gone, req);
	evhttp_send_reply_start(req->ev, 200, reason(200));
}

bool http_stream_send(struct http_request *req, const char *text)
{
	struct evbuffer *out;

	if (!req->ev || !evhttp_request_get_connection(req->ev) || http_stream_is_slow(req))
		return false;
	out = evbuffer_new();
	if (!out)
		abort();
	evbuffer_add(out, text, strlen(text));
	evhttp_send_reply_chunk(req->ev, out);
	evbuffer_free(out);
	return true;
}

bool http_stream_is_slow(struct http_request *req)
{
	struct evhttp_connection *conn = req->ev ? evhttp_request_get_connection(req->ev) : NULL;
	struct bufferevent *bev = conn ? evhttp_connection_get_bufferevent(conn) : NULL;

	return bev && evbuffer_get_length(bufferevent_get_output(bev)) > STREAM_MAX;
}

void http_stream_end(struct http_request *req)
{
	struct evhttp_connection *conn = req->ev ? evhttp_request_get_connection(req->ev) : NULL;

	if (conn)
		evhttp_connection_set_closecb(conn, NULL, NULL);
	if (req->ev)
		evhttp_send_reply_end(req->ev);
	http_request_free(req);
}

/* What a client sent may be quoted in a sentence and need not be UTF-8. */
static json_t *text_to_json(char *text)
{
	json_t *json = json_string(text);

	if (json)
		return json;
	for (char *p = text; *p; p++)
		if (*p & 0x80)
			*p = '?';
	return json_string(text);
}

void http_error(struct http_request *req, int status, const char *code, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	http_reply(req, status, json_pack("{s:o, s:s}", "error", text_to_json(text), "code", code));
}

const char *http_param_opt(struct http_request *req, const char *name)
{
	return http_params_get(&req->path, name);
}

const char *http_param(struct http_request *req, const char *name)
{
	const char *value = http_param_opt(req, name);

	/* A route that has no such parameter is a mistake of the program. */
	if (!value)
		abort();
	return value;
}

const char *http_query(struct http_request *req, const char *name)
{
	return http_params_get(&req->query, name);
}

const struct identity *http_client(struct http_request *req)
{
	return &req->client;
}

const char *http_query_raw(struct http_request *req)
{
	return req->ev ? evhttp_uri_get_query(evhttp_request_get_evhttp_uri(req->ev)) : NULL;
}

const void *http_body_raw(struct http_request *req, size_t *len)
{
	struct evbuffer *in;

	if (req->inner)
		return http_inner_body(req, len);
	in = req->ev ? evhttp_request_get_input_buffer(req->ev) : NULL;
	*len = in ? evbuffer_get_length(in) : 0;
	return *len ? evbuffer_pullup(in, -1) : NULL;
}

json_t *http_body(struct http_request *req)
{
	json_error_t why;
	const char *data;
	size_t len;

	if (req->body)
		return req->body;
	if (!req->ev && !req->inner) {
		http_error(req, 503, "unavailable", "the server stops");
		return NULL;
	}

	data = http_body_raw(req, &len);
	if (!len) {
		http_error(req, 400, "bad-request", "the body must be a JSON object, it is empty");
		return NULL;
	}
	req->body = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (!req->body) {
		http_error(req, 400, "bad-request", "the body is not JSON: line %d, column %d: %s",
			   why.line, why.column, why.text);
		return NULL;
	}
	if (!json_is_object(req->body)) {
		http_error(req, 400, "bad-request", "the body must be a JSON object");
		return NULL;
	}
	return req->body;
}

json_t *http_body_seen(struct http_request *req)
{
	return req->body;
}

static void refuse_method(struct http_request *req, const char *method, const char *path)
{
	const struct http_route *route;
	_cleanup_free_ char *allow = NULL;
	struct http_params params = { .n = 0 };
	size_t len;
	FILE *out;

	out = open_memstream(&allow, &len);
	if (!out)
		abort();
	for (route = req->server->routes; route->method; route++) {
		if (http_route_match(route->path, path, &params, NULL) != 1)
			continue;
		http_params_uninit(&params);
		fprintf(out, "%s%s", ftell(out) ? ", " : "", route->method);
	}
	fclose(out);

	http_set_header(req, "Allow", allow);
	http_error(req, 405, "method-not-allowed", "%s is not possible on %s, only %s", method,
		   path, allow);
}

void http_dispatch(struct http_request *req, const char *method, const char *path)
{
	const struct http_route *route;
	struct err err = { "" };
	bool found = false;
	int r;

	req->method = method;
	req->target = path;
	for (route = req->server->routes; route->method; route++) {
		r = http_route_match(route->path, path, &req->path, &err);
		if (r < 0) {
			http_error(req, 400, "bad-request", "%s", err.text);
			return;
		}
		if (r == 1 && strcmp(route->method, method) == 0) {
			if (req->client.role != ROLE_OPERATOR && !route->for_tenants)
				http_error(req, 403, "forbidden", "%s %s is not for tenants",
					   method, path);
			else if (!route->any_query &&
				 http_query_only(&req->query, route->query, &err) < 0)
				http_error(req, 400, "bad-request", "%s", err.text);
			else if (route->direct && req->inner)
				http_error(req, 400, "bad-request", NOT_HANDED_ON, method, path);
			else
				handle(req, route);
			return;
		}
		found |= r == 1;
		http_params_uninit(&req->path);
	}

	if (found)
		refuse_method(req, method, path);
	else
		http_error(req, 404, "not-found", "there is no %s", path);
}

static void serve(struct http_server *server, struct http_listener *l,
		  struct evhttp_request *ev)
{
	struct evhttp_connection *conn = evhttp_request_get_connection(ev);
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(ev);
	const char *path = evhttp_uri_get_path(uri);
	struct http_request *req;
	struct err err = { "" };

	req = calloc(1, sizeof(*req));
	if (!req)
		abort();
	req->server = server;
	req->ev = ev;
	DL_APPEND(server->open, req);

	if (http_listener_peer(l, evhttp_connection_get_bufferevent(conn), &req->client, &err) < 0)
		http_error(req, 403, "forbidden", "%s", err.text);
	else if (evbuffer_get_length(evhttp_request_get_input_buffer(ev)) > BODY_MAX)
		http_error(req, 413, "too-large", "the body is longer than %d bytes", BODY_MAX);
	else if (http_query_parse(evhttp_uri_get_query(uri), &req->query, &err) < 0)
		http_error(req, 400, "bad-request", "%s", err.text);
	else
		http_dispatch(req, method_name(evhttp_request_get_command(ev)), path ?: "");
}

static void on_tls_request(struct evhttp_request *ev, void *arg)
{
	struct http_server *server = arg;

	serve(server, &server->tls, ev);
}

static void on_local_request(struct evhttp_request *ev, void *arg)
{
	struct http_server *server = arg;

	serve(server, &server->local, ev);
}

struct http_server *http_listen(struct loop *loop, struct tls *tls, const char *addr,
				const char *unix_path, const struct http_route *routes, void *arg,
				struct err *err)
{
	struct http_server *server = calloc(1, sizeof(*server));

	if (!server)
		abort();
	server->loop = loop;
	server->routes = routes;
	server->arg = arg;
	for (const struct http_route *route = routes; route->method; route++)
		server->tls.for_tenants |= route->for_tenants;

	if (addr && http_listen_tls(&server->tls, loop, tls, addr, err) < 0)
		goto free_server;
	if (unix_path && http_listen_unix(&server->local, loop, unix_path, err) < 0)
		goto free_server;
	if (addr)
		evhttp_set_gencb(server->tls.http, on_tls_request, server);
	if (unix_path)
		evhttp_set_gencb(server->local.http, on_local_request, server);
	return server;

free_server:
	http_server_free(server);
	return NULL;
}

void http_server_free(struct http_server *server)
{
	struct http_request *req, *next;

	if (!server)
		return;

	/* Those that go on are ended by whom they belong to */
	DL_FOREACH_SAFE(server->open, req, next)
		if (req->gone)
			req->gone(req->gone_arg);
	http_inner_end_all(server);
	DL_FOREACH_SAFE(server->open, req, next) {
		/* The others are freed together with their connections, below. */
		if (req->ev && !evhttp_request_get_connection(req->ev))
			evhttp_request_free(req->ev);
		req->ev = NULL;
		req->server = NULL;
	}
	http_listener_uninit(&server->tls);
	http_listener_uninit(&server->local);
	free(server);
}
