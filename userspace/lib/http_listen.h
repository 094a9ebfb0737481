/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the HTTP server accepts connections, and who is at their other end.
 */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include <stdbool.h>
#include <sys/stat.h>
#include "complaints.h"
#include "errs.h"
#include "loop.h"
#include "tls.h"

struct bufferevent;
struct evhttp;

/* Embedded; does not move once it listens. */
struct http_listener {
	struct evhttp *http;
	struct tls *tls;	/* NULL on a Unix socket */
	struct event_base *base;
	char *path;		/* of the Unix socket, to remove it */
	struct stat made;	/* which file that was */
	struct complaints complaints;
	char where[64];		/* for the log */
	bool for_tenants;	/* they may connect, too; the routes say which are theirs */
};

int http_listen_tls(struct http_listener *l, struct loop *loop, struct tls *tls, const char *addr,
		    struct err *err);
/* Replaces a socket that nobody listens on; refuses any other file. */
int http_listen_unix(struct http_listener *l, struct loop *loop, const char *path,
		     struct err *err);
void http_listener_uninit(struct http_listener *l);

/* Who is at the other end, if it may use the API; else -EACCES with a sentence, which is logged. */
int http_listener_peer(struct http_listener *l, struct bufferevent *bev, struct identity *ret,
		       struct err *err);

#endif /* HTTP_LISTEN_H */
