/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink sockets: requests, dumps, batches and notifications.
 *
 * All functions return 0 or a negative errno; when the kernel refused, struct
 * err has the kernel's own sentence. One socket serves either requests or
 * notifications, never both: a request would swallow what was told meanwhile.
 */
#ifndef NVO3_LIB_NL_H
#define NVO3_LIB_NL_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#include "cleanup.h"

struct err;
struct nlbuf;
struct nlsock;

/* @bus is NETLINK_GENERIC or NETLINK_ROUTE; @netns_fd negative for the present netns */
int nlsock_open(struct nlsock **ret, int bus, int netns_fd, struct err *err);
/* Accepts NULL */
void nlsock_close(struct nlsock *s);
DEFINE_CLEANUP(struct nlsock *, nlsock, nlsock_close);
#define _cleanup_nlsock_ _cleanup_(cleanup_nlsock)

/* For an event loop; does not block in nlsock_receive() */
int nlsock_fd(const struct nlsock *s);

/*
 * Send a request and wait for its acknowledgment. Every reply before that
 * goes to @cb (may be NULL); its negative value ends the request.
 */
int nlsock_request(struct nlsock *s, struct nlbuf *req,
		   int (*cb)(const struct nlmsghdr *nlh, void *data), void *data, struct err *err);

/* Where in it the attribute lies that the last failed request was refused for; 0 unknown */
uint32_t nlsock_error_offset(const struct nlsock *s);

/*
 * -EINTR (all messages were delivered) when the kernel's table changed during
 * the dump, so that something may be missing or told twice: start over.
 */
int nlsock_dump(struct nlsock *s, struct nlbuf *req,
		int (*cb)(const struct nlmsghdr *nlh, void *data), void *data, struct err *err);

/*
 * Send @n complete requests that fill @data as one datagram, and wait for all
 * results. @failed is told of those that were refused in their order (@index
 * counts from 0, @code is negative); the value is about the transport only.
 */
int nlsock_exchange(struct nlsock *s, void *data, size_t len, uint32_t n,
		    void (*failed)(size_t index, int code, const char *text, void *data),
		    void *arg, struct err *err);

/* Collects requests for nlsock_exchange() */
struct nlbatch;

struct nlbatch *nlbatch_new(void);
void nlbatch_free(struct nlbatch *b);
DEFINE_CLEANUP(struct nlbatch *, nlbatch, nlbatch_free);
#define _cleanup_nlbatch_ _cleanup_(cleanup_nlbatch)
/* Copies @req; -ENOSPC when the datagram is full: send, then add again. -EMSGSIZE: never fits */
int nlbatch_add(struct nlbatch *b, const struct nlbuf *req);
size_t nlbatch_count(const struct nlbatch *b);
/* nlsock_exchange(), after which the batch is empty, whatever came of it */
int nlbatch_send(struct nlbatch *b, struct nlsock *s,
		 void (*failed)(size_t index, int code, const char *text, void *data), void *data,
		 struct err *err);

int nlsock_join(struct nlsock *s, uint32_t group, struct err *err);
/*
 * Deliver what has arrived, without waiting. -ENOBUFS: the kernel had to drop
 * some since the last call; read the tables anew, then go on receiving.
 */
int nlsock_receive(struct nlsock *s, int (*cb)(const struct nlmsghdr *nlh, void *data),
		   void *data, struct err *err);

#endif
