/* SPDX-License-Identifier: GPL-2.0 */
/* What a request is. Between http.c, http_inner.c and http_upgrade.c only. */
#ifndef HTTP_PRIV_H
#define HTTP_PRIV_H

#include "gate.h"
#include "http.h"
#include "http_listen.h"
#include "http_route.h"

struct evhttp_request;
struct http_inner;
struct http_upgrade;

struct http_server {
	struct loop *loop;
	struct http_listener tls;
	struct http_listener local;
	const struct http_route *routes;
	void *arg;
	const struct http_observer *observer;	/* or NULL */
	struct http_request *open;
};

struct http_request {
	struct gate_wait wait;		/* first: both are one */
	struct http_request *prev, *next;
	struct http_server *server;	/* NULL: gone */
	struct evhttp_request *ev;	/* NULL: gone with the server */
	struct identity client;
	struct http_params path;
	struct http_params query;
	const char *method, *target;	/* of evhttp, as long as there is a server */
	bool observed;
	json_t *before;			/* what the observer keeps */
	json_t *body;
	int status;
	char *answer;			/* waits at the gate */
	const char *type;		/* of it */
	void (*gone)(void *arg);	/* of a stream */
	void *gone_arg;
	struct http_upgrade *upgrade;	/* NULL: it speaks HTTP */
	struct http_inner *inner;	/* NULL: it came by a connection */
};

/* Not its connection. */
void http_request_free(struct http_request *req);
/* To its route, or it is refused. Both texts last as long as @req. */
void http_dispatch(struct http_request *req, const char *method, const char *path);
void http_set_header(struct http_request *req, const char *name, const char *value);

#endif /* HTTP_PRIV_H */
