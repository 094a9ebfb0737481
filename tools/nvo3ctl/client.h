/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the APIs of vcenterd and ndirectord. Hides libcurl.
 */
#ifndef NVO3CTL_CLIENT_H
#define NVO3CTL_CLIENT_H

#include <stdint.h>
#include <sys/types.h>
#include "lib/errs.h"
#include "lib/json.h"

enum service { VCENTER, DIRECTOR, N_SERVICES };

/* HTTPS when there is a url ("https://10.0.0.1:6640"), else the Unix socket. */
struct client_config {
	struct {
		const char *url;
		const char *socket;
	} service[N_SERVICES];
	const char *ca, *cert, *key;	/* PEM files, for HTTPS */
	const char *dc;			/* that vcenterd is asked about; NULL: its own */
};

struct client;

struct client *client_new(const struct client_config *config);	/* borrows the texts */
void client_free(struct client *client);
/* Another DC from now on; copied. */
void client_set_dc(struct client *client, const char *dc);

/*
 * @path follows "/api/v1", or "/api/v1/dcs/DC" if there is a dc; @body is taken and may be NULL. 0
 * and the answer, or a sentence: -ENOENT the server says 404, -ECONNREFUSED nobody listens,
 * -ECONNRESET the answer is lost, also that of another one to the server (504), -EHOSTUNREACH it
 * says 503, -EREMOTEIO it refused, -EINVAL our own fault.
 */
int client_call(struct client *client, enum service service, const char *method,
		const char *path, json_t *body, json_t **ret, struct err *err);
/*
 * The same for what may be asked twice, because it names what it makes: when the answer is lost it
 * is asked for again, for ten seconds, also of a server that is being started again.
 */
int client_call_again(struct client *client, enum service service, const char *method,
		      const char *path, json_t *body, json_t **ret, struct err *err);

/* For a call beside a stream; is freed before the other one. */
struct client *client_clone(const struct client *client);

/* @data is borrowed. Something but 0 ends the stream. */
typedef int (*client_event_fn)(const char *event, uint64_t id, json_t *data, void *arg);
/*
 * Server-sent events. 0 when @cb has ended it; errors as above, and -ECONNREFUSED too when the
 * stream has ended.
 */
int client_watch(struct client *client, enum service service, const char *path,
		 client_event_fn cb, void *arg, struct err *err);

/* --- bytes both ways */

struct client_link;

/*
 * GET @path with "Upgrade: @protocol". 0, or errors as above, and -EAGAIN: the server says that
 * it cannot be at present.
 */
int client_upgrade(struct client *client, enum service service, const char *path,
		   const char *protocol, struct client_link **ret, struct err *err);
/* To be polled, once client_link_recv() had nothing */
int client_link_fd(const struct client_link *link);
/* The server's name for it, or "" */
const char *client_link_id(const struct client_link *link);
/* Do not wait. How many bytes; 0: the server has closed it; -EAGAIN; -EPIPE: it broke. */
ssize_t client_link_recv(struct client_link *link, void *buf, size_t size);
ssize_t client_link_send(struct client_link *link, const void *data, size_t len);
void client_link_close(struct client_link *link);	/* accepts NULL */

#endif /* NVO3CTL_CLIENT_H */
