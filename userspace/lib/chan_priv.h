/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Between the files of chan only (and its tests).
 *
 *	chan.c		a session's life: start, up, end; the public accessors
 *	chan_wire.c	frames and envelopes in and out, hello, keepalive
 *	chan_request.c	open requests of both directions
 *	chan_client.c	who connects, and connects again
 *	chan_server.c	who listens
 *	chan_addr.c	"10.0.0.1:6641", "unix:/path"
 *
 * Lifetime: a channel has a count. One belongs to its owner (a client's user until chan_free(),
 * a server's list until the session ended), one to pending deferred work, one to every function
 * here that calls the user's callbacks: after each callback the channel may be freed, its
 * session over or another one begun, so look again before going on.
 */
#ifndef CHAN_PRIV_H
#define CHAN_PRIV_H

#include <sys/queue.h>
#include <sys/un.h>
#include "chan.h"

#define CHAN_TEXT 320			/* an err with a peer's name before it */
#define CHAN_ADDR_TEXT 128
#define CHAN_BACKLOG_MAX (64u << 20)	/* a peer that does not read is dropped */
#define CHAN_INBOUND_MAX 65536u		/* requests of the peer that we have not answered */
#define CHAN_REQUEST_MS 30000u
#define CHAN_BUCKETS 64u

/* In ms, of all channels of the process; only tests set them. */
struct chan_timers {
	uint32_t keepalive;		/* say something after so long a silence of our own */
	uint32_t silence;		/* the peer's silence that ends a session */
	uint32_t handshake;		/* from connect() to the peer's hello */
	uint32_t linger;		/* for the peer to read why it is refused */
	uint32_t retry_min, retry_max;	/* bounds of the backoff */
	uint32_t pending_max;		/* not ms: connections of a server before their hello */
};

extern struct chan_timers chan_timers;

struct bufferevent;
struct chan_request;
struct chan_inbound;

LIST_HEAD(chan_request_list, chan_request);
LIST_HEAD(chan_inbound_list, chan_inbound);
TAILQ_HEAD(chan_request_queue, chan_request);

struct chan_requests {
	struct chan_request_list open[CHAN_BUCKETS];
	struct chan_inbound_list inbound[CHAN_BUCKETS];
	struct chan_request_queue failed;	/* their callbacks are due from the loop */
	uint64_t next_id;
	unsigned int n_inbound;
};

enum chan_state {
	CHAN_IDLE,		/* no connection */
	CHAN_CONNECT,		/* client: TCP */
	CHAN_HANDSHAKE,		/* TLS */
	CHAN_HELLO,		/* ours is sent */
	CHAN_UP,
	CHAN_REFUSE,		/* our refusal is on its way out, in @why */
	CHAN_LINGER,		/* only the socket is left, until the peer closes */
};

struct chan {
	struct loop *loop;
	struct tls *tls;		/* NULL: a Unix socket */
	const struct chan_ops *ops;
	void *arg, *user;
	unsigned int refs;
	enum chan_state state;
	bool freed;			/* the user's callbacks are over */
	bool dropped;			/* chan_drop() was called, @why says why */
	bool kicked;			/* deferred work is pending */
	char why[CHAN_TEXT];

	struct bufferevent *bev;
	struct loop_fd *linger;
	int linger_fd;
	struct loop_timer *timer;	/* deadline before, keepalive while up */
	uint64_t rx_ms, tx_ms;
	int64_t expiry;			/* of the peer's certificate; 0: none */
	uint32_t minor;

	unsigned int roles;		/* that the peer may have */
	struct identity peer;
	char name[IDENTITY_STRLEN];	/* "?" until the peer is known */
	char addr[CHAN_ADDR_TEXT];

	struct chan_requests req;
	struct chan_client *client;	/* one of the two */
	struct chan_server *server;
	TAILQ_ENTRY(chan) link;		/* of the server */
};

/* chan.c */
struct chan *chan_new(struct loop *loop, const struct chan_ops *ops, void *arg);
void chan_get(struct chan *chan);
void chan_put(struct chan *chan);
/* Take over the connected socket @fd; the identity is known already if there is no TLS. */
void chan_start(struct chan *chan, int fd);
void chan_set_peer(struct chan *chan, const struct identity *peer);
void chan_went_up(struct chan *chan);
/* The session, or the attempt at one, is over now: calls back. Only from the loop. */
void chan_end(struct chan *chan, const char *why);
void chan_endf(struct chan *chan, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Tell the peer why we do not talk to it, then end. */
void chan_refuse(struct chan *chan, uint32_t code, const char *why);
/* Have deferred work done */
void chan_kick(struct chan *chan);
/* Free the connection, without any callback. */
void chan_close(struct chan *chan);

/* chan_wire.c */
void chan_wire_hello(struct chan *chan);
void chan_wire_read(struct chan *chan);
void chan_wire_tick(void *chan);
/* 0, or -EMSGSIZE with nothing sent. */
int chan_wire_send(struct chan *chan, const Nvo3__Envelope *env);
/* How many bytes of an unfinished frame are there, and of how many. */
size_t chan_wire_rest(struct chan *chan, size_t *whole);

/* chan_request.c */
void chan_requests_init(struct chan *chan);
void chan_requests_answer(struct chan *chan, const Nvo3__Envelope *env);
/* Our handle for the peer's request; 0 if it has too many open. */
uint64_t chan_requests_inbound(struct chan *chan, const Nvo3__Envelope *env);
/* The session is over: nobody waits for our answers, and all of ours are due. */
void chan_requests_abort(struct chan *chan, const char *why);
void chan_requests_flush(struct chan *chan);	/* calls back */
void chan_requests_uninit(struct chan *chan);

/* chan_client.c */
void chan_client_up(struct chan *chan);
void chan_client_closing(struct chan *chan, struct ssl_st *ssl);
void chan_client_ended(struct chan *chan, bool was_up, const char *why);
void chan_client_stop(struct chan *chan);	/* an attempt before there is a connection */
struct ssl_session_st *chan_client_ticket(struct chan *chan);
void chan_client_free(struct chan *chan);

/* chan_server.c */
void chan_server_up(struct chan *chan);
void chan_server_ended(struct chan *chan, bool was_up, const char *why);
void chan_server_forget(struct chan *chan);

/* chan_addr.c */
struct chan_addr {
	union {
		struct sockaddr_storage ss;
		struct sockaddr_un un;
	};
	socklen_t len;
	char text[CHAN_ADDR_TEXT];
};

int chan_addr_parse(struct chan_addr *ret, const char *text, struct err *err);
int chan_addr_unix(struct chan_addr *ret, const char *path, struct err *err);
void chan_addr_format(const struct sockaddr_storage *ss, char buf[CHAN_ADDR_TEXT]);

#endif /* CHAN_PRIV_H */
