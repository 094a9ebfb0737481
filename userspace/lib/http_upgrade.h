/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A connection that stops speaking HTTP: "Upgrade: PROTOCOL" is answered with 101, and what follows
 * is bytes both ways. The request goes on to be what it is called by. Calls never call back before
 * they return.
 *
 * Who does not read holds nobody up: what he is sent waits here, and it is for the caller to stop
 * (http_upgrade_waiting()). What is not taken of him stays in his socket.
 */
#ifndef HTTP_UPGRADE_H
#define HTTP_UPGRADE_H

#include "http.h"

struct http_upgrade_ops {
	void (*came)(void *arg);	/* there is something to be read */
	void (*went)(void *arg);	/* less waits to be sent */
	/* The client has gone, or the server goes: http_upgrade_end() must follow, at once. */
	void (*gone)(void *arg);
};

/* Does the client ask for @protocol? If not, it is answered: 426, with the name of what it is. */
bool http_upgrade_asked(struct http_request *req, const char *protocol);
/*
 * In place of http_reply(); with the header @name, if it is not NULL. @told goes to the observer
 * as the answer, and is taken. False: the client has gone, and the request with it.
 */
bool http_upgrade_begin(struct http_request *req, const char *protocol, const char *name,
			const char *value, json_t *told, const struct http_upgrade_ops *ops,
			void *arg);

size_t http_upgrade_read(struct http_request *req, void *buf, size_t size);
void http_upgrade_write(struct http_request *req, const void *data, size_t len);
size_t http_upgrade_waiting(const struct http_request *req);	/* bytes that were not sent yet */
/* What was written is sent, for a client that reads, and the connection closed. No callback. */
void http_upgrade_end(struct http_request *req);

#endif /* HTTP_UPGRADE_H */
