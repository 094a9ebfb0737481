/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to an etcd cluster through the HTTP gateway of its members. Hides libcurl.
 *
 * A client belongs to one thread at a time and has one request open. A member that does not
 * answer, or says that it cannot now (no leader), is followed by the next one of the list, and the
 * one that answered last is asked first.
 *
 * Sentences begin with the endpoint and end with what it said.
 */
#ifndef ETCD_HTTP_H
#define ETCD_HTTP_H

#include <stdbool.h>
#include "errs.h"
#include "etcd_url.h"
#include "json.h"

struct etcd_client;

/* How long to ask: one member for a time, and all of them again while @more says so. */
struct etcd_patience {
	bool (*more)(void *arg);	/* NULL: each of them once */
	void *arg;
	unsigned int attempt_ms;	/* 0: that of the client */
	bool unsure;	/* it failed, but may have reached one, and be carried out, even later */
};

/* @url is kept by reference. */
struct etcd_client *etcd_client_new(const struct etcd_url *url, unsigned int attempt_ms);
void etcd_client_free(struct etcd_client *client);
/* The one thing that another thread may do: what is open, and all that comes, fails soon. */
void etcd_client_stop(struct etcd_client *client);

/*
 * 0 and an object for json_decref(), or
 *	-EAGAIN		nobody has answered, or could
 *	-ENOSPC		the cluster's quota is used up (alarm NOSPACE)
 *	-EFBIG		more than a request may have, in bytes or operations
 *	-ERANGE		the revision has been compacted, or is still to come
 *	-ENOENT		there is no such lease
 *	-EACCES, -EPROTO	it is refused, or not understood
 */
int etcd_post(struct etcd_client *client, const char *path, json_t *body,
	      struct etcd_patience *patience, json_t **ret, struct err *err);

#endif /* ETCD_HTTP_H */
