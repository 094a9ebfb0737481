/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The HTTP server of a daemon's API: HTTPS with a client certificate of role operator (or tenant,
 * where a route is for those), or root on a Unix socket. JSON in and out. Hides evhttp.
 */
#ifndef HTTP_H
#define HTTP_H

#include "errs.h"
#include "json.h"
#include "loop.h"
#include "tls.h"

struct http_server;
struct http_request;

/*
 * A route: "GET", "/api/v1/vms/{id}"; "{rest...}" at its end takes all that follows. The handler
 * answers now or later, exactly once, with http_reply() or http_error(). An answer leaves when what
 * was written before it is on the disk (gate.h). @query names the parameters that it looks at,
 * "vn limit"; others are refused, and those that are there twice. NULL: none.
 */
struct http_route {
	const char *method;
	const char *path;
	void (*handle)(struct http_request *req, void *arg);
	const char *query;
	bool for_tenants;	/* it looks itself who asks; others are for operators only */
	bool audited;		/* the observer is told, though it is a GET */
	bool any_query;		/* whatever parameters there are: it hands them on */
	bool direct;		/* needs its client's connection: http_inner.h refuses it */
};

/* @routes ends with a NULL method. @addr "10.0.0.1:6640", @unix_path or NULL each. */
struct http_server *http_listen(struct loop *loop, struct tls *tls, const char *addr,
				const char *unix_path, const struct http_route *routes, void *arg,
				struct err *err);
void http_server_free(struct http_server *server);

/*
 * Who is told of each request that may change something, that is any but GET, and of those that
 * are audited, at its route: @before its handler, for what is to be kept until the answer (NULL:
 * nothing), and @after when it is answered. The answer leaves when what that writes is on the disk,
 * too. The JSONs are borrowed.
 */
struct http_observer {
	json_t *(*before)(struct http_request *req, void *arg);
	void (*after)(struct http_request *req, json_t *before, int status, json_t *answer,
		      void *arg);
};

void http_observe(struct http_server *server, const struct http_observer *observer);

const char *http_method(struct http_request *req);	/* for the observer */
const char *http_path(struct http_request *req);	/* the same; without the query */
json_t *http_body_seen(struct http_request *req);	/* NULL: nobody has asked for it yet */
const char *http_param_opt(struct http_request *req, const char *name);	/* or NULL */
const char *http_param(struct http_request *req, const char *name);	/* of the path, not NULL */
const char *http_query(struct http_request *req, const char *name);	/* NULL if absent */
/* The body as JSON object; NULL with an error already answered if it is not one. Borrowed. */
json_t *http_body(struct http_request *req);
/* As they came, to be handed on; NULL: there is none. Borrowed. */
const char *http_query_raw(struct http_request *req);
const void *http_body_raw(struct http_request *req, size_t *len);
/* On the Unix socket operator "root" */
const struct identity *http_client(struct http_request *req);

void http_reply(struct http_request *req, int status, json_t *body);	/* takes @body */
/* The same for text of another kind; takes @text, which is free()d. */
void http_reply_text(struct http_request *req, const char *type, char *text);
/*
 * An answer that goes on until http_stream_end(), which @gone must lead to: its client has gone.
 * http_stream_send() is false when that has been so long that nothing is sent any more.
 */
void http_stream_begin(struct http_request *req, const char *type, void (*gone)(void *arg),
		       void *arg);
bool http_stream_send(struct http_request *req, const char *text);
bool http_stream_is_slow(struct http_request *req);	/* it does not read what it is sent */
void http_stream_end(struct http_request *req);
/* {"error": "sentence", "code": "not-found"} */
void http_error(struct http_request *req, int status, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif /* HTTP_H */
