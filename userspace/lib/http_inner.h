/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests that come by no connection: another server has been asked, and hands them on. Routes,
 * observer and gate are as for any other.
 */
#ifndef HTTP_INNER_H
#define HTTP_INNER_H

#include <stddef.h>
#include "http.h"

struct http_inner;

struct http_inner_ask {
	const struct identity *client;	/* who asks */
	const char *via;		/* who hands it on: "dc1/vc1"; "": this program itself */
	const char *method;
	const char *target;		/* "/api/v1/vms?limit=1", raw */
	const void *body;
	size_t len;
	bool unobserved;		/* somebody else tells the observer of it */
};

/* @answer is text of JSON, borrowed. */
typedef void (*http_inner_fn)(int status, const char *answer, void *arg);

/* Calls @done exactly once, perhaps before it returns; with 503 when the server goes. */
void http_inner(struct http_server *server, const struct http_inner_ask *ask, http_inner_fn done,
		void *arg);

/* Who has handed it on; NULL: it came by a connection. */
const char *http_inner_via(struct http_request *req);

/* --- for http.c */

bool http_inner_is_observed(const struct http_request *req);
const void *http_inner_body(const struct http_request *req, size_t *len);
void http_inner_answer(struct http_request *req, int status, const char *answer);
/* All that are open are told; they themselves stay. */
void http_inner_end_all(struct http_server *server);
void http_inner_free(struct http_inner *inner);		/* accepts NULL */

#endif
