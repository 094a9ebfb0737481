/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a channel is. Between the files of chan only (and its tests); see chan_parts.h.
 *
 * Lifetime: a channel has a count. One belongs to its owner (a client's user until chan_free(),
 * a server's list until the session ended), one to pending deferred work, one to every function
 * here that calls the user's callbacks: after each callback the channel may be freed, its
 * session over or another one begun, so look again before going on.
 */
#ifndef CHAN_PRIV_H
#define CHAN_PRIV_H

#include <sys/queue.h>
#include <uthash.h>
#include "chan.h"
#include "chan_addr.h"

#define CHAN_TEXT 320			/* an err with a peer's name before it */
#define CHAN_BACKLOG_MAX (64u << 20)	/* a peer that does not read is dropped */
#define CHAN_INBOUND_MAX 65536u		/* requests of the peer that we have not answered */
#define CHAN_REQUEST_MS 30000u
#define CHAN_STALL_MS 1000u		/* a timer that comes so late: this process stood still */
#define CHAN_BUCKETS 64u
#define CHAN_SESSION 16u		/* bytes of a session's name */

/* In ms, of all channels of the process; only tests set them. */
struct chan_timers {
	uint32_t keepalive;		/* say something after so long a silence of our own */
	uint32_t silence;		/* the peer's silence that ends a session */
	uint32_t handshake;		/* for a connection, and then to the peer's hello */
	uint32_t linger;		/* for the peer to read why it is refused */
	uint32_t head_start;		/* of an address before the next one (dial.h) */
	uint32_t retry_min, retry_max;	/* bounds of the backoff */
	uint32_t dial_max;		/* likewise, while nobody is there: that costs little */
	uint32_t pending_max;		/* not ms: connections of a server before their hello */
};

extern struct chan_timers chan_timers;
extern uint32_t chan_our_minor;		/* PROTO_MINOR; only tests speak another */

struct bufferevent;
struct chan_clock;
struct chan_held;
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
	CHAN_HEIR,		/* client: both are said, the elder's session is to go on here */
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
	bool paused;			/* no message is passed on */
	bool kicked;			/* deferred work is pending */
	char why[CHAN_TEXT];

	struct bufferevent *bev;
	struct bufferevent *prior;	/* the connection before: still read, or not yet sent */
	bool heard_out;			/* the peer has said its last word, which ends it */
	bool continues;			/* its HELLO asked for the elder's session */
	uint8_t session[CHAN_SESSION];	/* the server's name for this one; 0: it has none */
	struct loop_fd *linger;
	int linger_fd;
	struct loop_timer *timer;	/* deadline before, keepalive while up */
	uint64_t rx_ms, tx_ms;
	uint64_t tick_ms;		/* while up: when the timer is due */
	int64_t expiry;			/* of the peer's certificate; 0: none */
	int64_t renew;			/* when a client looks for another session, or 0 */
	unsigned int begun_with;	/* tls_generation() */
	unsigned int checked_with;	/* the one whose revocations were looked at */
	struct chan *elder;		/* whose place this one is to take, chan_renew.c */
	uint32_t minor;
	uint32_t capabilities;		/* bit n: the peer has our nth one */

	unsigned int roles;		/* that the peer may have */
	struct identity peer;
	char name[IDENTITY_STRLEN];	/* "?" until the peer is known */
	char addr[CHAN_ADDR_TEXT];

	struct chan_requests req;
	struct chan_held *held;		/* list: what waits at the gate */
	size_t held_bytes;
	struct chan_clock *clock;	/* NULL: the peer's is not asked for */
	struct chan_client *client;	/* one of the two */
	struct chan_server *server;
	TAILQ_ENTRY(chan) link;		/* of the server */
	UT_hash_handle by_session;	/* of the server */
};

#endif /* CHAN_PRIV_H */
