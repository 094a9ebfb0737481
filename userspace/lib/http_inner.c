// SPDX-License-Identifier: GPL-2.0
#include "http_inner.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "http_priv.h"
#include "mem.h"

#define GOES "{\"error\":\"the server stops\",\"code\":\"unavailable\"}"

struct http_inner {
	char *via, *method, *path;
	void *body;
	size_t len;
	bool unobserved;
	http_inner_fn done;		/* NULL: it was called */
	void *arg;
};

static struct http_inner *inner_new(const struct http_inner_ask *ask, http_inner_fn done,
				    void *arg)
{
	struct http_inner *inner = mem_zalloc(sizeof(*inner));

	inner->via = mem_strdup(ask->via);
	inner->method = mem_strdup(ask->method);
	inner->path = mem_strdup(ask->target);
	inner->path[strcspn(inner->path, "?")] = '\0';
	inner->body = mem_zalloc(ask->len + 1);
	if (ask->len)
		memcpy(inner->body, ask->body, ask->len);
	inner->len = ask->len;
	inner->unobserved = ask->unobserved;
	inner->done = done;
	inner->arg = arg;
	return inner;
}

void http_inner_free(struct http_inner *inner)
{
	if (!inner)
		return;
	free(inner->via);
	free(inner->method);
	free(inner->path);
	free(inner->body);
	free(inner);
}

void http_inner(struct http_server *server, const struct http_inner_ask *ask, http_inner_fn done,
		void *arg)
{
	struct http_request *req = mem_zalloc(sizeof(*req));
	const char *query = strchr(ask->target, '?');
	struct err err;

	req->server = server;
	req->client = *ask->client;
	req->inner = inner_new(ask, done, arg);
	DL_APPEND(server->open, req);
	if (http_query_parse(query ? query + 1 : NULL, &req->query, &err) < 0)
		http_error(req, 400, "bad-request", "%s", err.text);
	else
		http_dispatch(req, req->inner->method, req->inner->path);
}

const char *http_inner_via(struct http_request *req)
{
	return req->inner ? req->inner->via : NULL;
}

bool http_inner_is_observed(const struct http_request *req)
{
	return !req->inner || !req->inner->unobserved;
}

const void *http_inner_body(const struct http_request *req, size_t *len)
{
	*len = req->inner->len;
	return req->inner->body;
}

void http_inner_answer(struct http_request *req, int status, const char *answer)
{
	http_inner_fn done = req->inner->done;

	req->inner->done = NULL;
	if (done)
		done(status, answer, req->inner->arg);
}

static struct http_request *first_open(struct http_server *server)
{
	struct http_request *req;

	DL_FOREACH(server->open, req)
		if (req->inner && req->inner->done)
			return req;
	return NULL;
}

/* One that is told may answer others, which are gone then. */
void http_inner_end_all(struct http_server *server)
{
	struct http_request *req;

	while ((req = first_open(server)))
		http_inner_answer(req, 503, GOES);
}
