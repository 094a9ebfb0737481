/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sessions: framed envelopes over TLS (or a Unix socket), requests with answers, keepalive,
 * and a client side that reconnects for ever.
 *
 * A session is up after TLS, identity check and both hellos. Callbacks of one channel come in
 * the order up, message..., down; a client channel goes up again later, a server-side channel
 * is gone after down. Every request is answered exactly once: by the peer, or with
 * CODE(TIMEOUT) or CODE(UNAVAILABLE); when a session ends, its open requests are answered before
 * down is called. Calls never call back before they return. chan_drop() and chan_free() may be
 * called from every callback.
 *
 * What is sent or answered after a write of the store leaves when that is on the disk (gate.h).
 *
 * Begin and end of every session, and what keeps one from beginning, go to the log here (the
 * latter once, not at every attempt): users need not log them again.
 */
#ifndef CHAN_H
#define CHAN_H

#include "addr.h"
#include "errs.h"
#include "loop.h"
#include "msg.h"
#include "tls.h"

struct chan;
struct chan_server;

struct chan_ops {
	void (*up)(struct chan *chan, void *arg);
	void (*down)(struct chan *chan, const char *why, void *arg);
	/*
	 * A request (answer it now or later with chan_reply()) or an event. False: the type
	 * is unknown here; a request is then answered with CODE(UNKNOWN_TYPE).
	 */
	bool (*message)(struct chan *chan, const struct msg *msg, void *arg);
	/* What our HELLO says beyond the version; up to 32 words, NULL at the end; may be NULL */
	const char *const *capabilities;
};

/*
 * Client: connect to the first of @addrs ("10.0.0.1:6641", "[fd00::1]:6641", "unix:/path")
 * that works and has one of @roles, reconnect with jittered backoff, try the next when one fails.
 */
struct chan *chan_connect(struct loop *loop, struct tls *tls, const char *const *addrs, int n_addrs,
			  unsigned int roles, const struct chan_ops *ops, void *arg,
			  struct err *err);
/* No callback any more but those of open requests (from the loop; see chan_cancel()). */
void chan_free(struct chan *chan);

/* Server: accept peers that have one of @roles; @arg goes to the callbacks of each. */
struct chan_server *chan_listen(struct loop *loop, struct tls *tls, const char *addr,
				unsigned int roles, const struct chan_ops *ops, void *arg,
				struct err *err);
/*
 * On a Unix socket there is no certificate: only @uid may connect, and is taken for @peer. A
 * socket file on which nobody listens is replaced; its mode is 0600 and its owner @uid.
 */
struct chan_server *chan_listen_unix(struct loop *loop, const char *path, unsigned int uid,
				     const struct identity *peer, const struct chan_ops *ops,
				     void *arg, struct err *err);
/*
 * Closes its channels, with their answers and down: these, as an exception, before it returns,
 * so that the user can free what they need afterwards.
 */
void chan_server_free(struct chan_server *server);

bool chan_is_up(const struct chan *chan);
uint64_t chan_silent_ms(const struct chan *chan);	/* since the peer's last byte */
const struct identity *chan_peer(const struct chan *chan);	/* valid from up to down */
const char *chan_peer_name(const struct chan *chan);		/* "dc1/host1" or "?" */
uint32_t chan_minor(const struct chan *chan);			/* the version both speak */
bool chan_can(const struct chan *chan, const char *capability);	/* both have said this word */
const char *chan_peer_addr(const struct chan *chan);		/* for logs */
void *chan_user(const struct chan *chan);			/* what chan_set_user() gave */
void chan_set_user(struct chan *chan, void *user);
/* What the peer says waits, here and then there, until its session is resumed or ends. */
void chan_pause(struct chan *chan);
void chan_resume(struct chan *chan);
/* End this session with a reason for the log; a client reconnects. */
void chan_drop(struct chan *chan, const char *why);

/*
 * @text is empty when @code is OK. @body is never NULL (its len may be 0) and names the request's
 * type. Both are borrowed for the call.
 */
typedef void (*chan_answer_fn)(uint32_t code, const char *text, const struct msg *body, void *arg);

/* Send a request; @timeout_ms 0 means 30 s. The answer names the request's type. */
void chan_request(struct chan *chan, uint32_t type, const ProtobufCMessage *body,
		  uint32_t timeout_ms, chan_answer_fn cb, void *arg);
/* Forget the callbacks of all open requests with this @arg. */
void chan_cancel(struct chan *chan, void *arg);

/*
 * Answer request @id, the one in struct msg: nothing happens if its session is over meanwhile.
 * @body may be NULL; @text NULL when @code is OK.
 */
void chan_reply(struct chan *chan, uint64_t id, uint32_t code, const char *text,
		const ProtobufCMessage *body);
void chan_reply_err(struct chan *chan, uint64_t id, uint32_t code, const struct err *err);

/*
 * Send an event; silently nothing when the channel is down. One that is longer than FRAME_MAX
 * ends the session, for the peer must not miss it: split it before.
 */
void chan_event(struct chan *chan, uint32_t type, const ProtobufCMessage *body);

/* Keep asking the peer for its clock, from up to down; on a Unix socket both have one. */
void chan_track_clock(struct chan *chan);
/* What to take from a CLOCK_REALTIME of the peer's for ours, with its error; ns. False: unknown. */
bool chan_clock(const struct chan *chan, int64_t *offset, uint64_t *error);

/* Bytes waiting to be sent: hold back or coalesce when this grows. The session ends at 64 MiB. */
size_t chan_backlog(const struct chan *chan);

#endif /* CHAN_H */
