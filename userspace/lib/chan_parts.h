/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of chan do for each other:
 *
 *	chan.c		a session's life: up, end, drop, free; the public accessors
 *	chan_stream.c	the connection: TLS, errors, the polite end
 *	chan_wire.c	frames and envelopes in and out, hello, keepalive
 *	chan_hold.c	what waits until it may be said
 *	chan_shared.c	what is said to many
 *	chan_request.c	open requests of both directions
 *	chan_clock.c	by how much the peer's clock differs
 *	chan_client.c	who connects, and connects again
 *	chan_renew.c	its second connection, opened before a certificate is too old
 *	chan_continue.c	a session that goes on over another connection (chan_continue.h)
 *	chan_server.c	who listens
 */
#ifndef CHAN_PARTS_H
#define CHAN_PARTS_H

#include "chan_priv.h"
#include "chan_shared.h"

/* chan.c */
struct chan *chan_new(struct loop *loop, const struct chan_ops *ops, void *arg);
void chan_get(struct chan *chan);
void chan_put(struct chan *chan);
void chan_set_peer(struct chan *chan, const struct identity *peer);
void chan_went_up(struct chan *chan);
/* The session, or the attempt at one, is over now: calls back. Only from the loop. */
void chan_end(struct chan *chan, const char *why);
void chan_endf(struct chan *chan, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Have deferred work done */
void chan_kick(struct chan *chan);
/* Free the connection, without any callback. */
void chan_close(struct chan *chan);

/* chan_stream.c */
/* Take over the connected socket @fd. Without TLS chan_greet() or chan_refuse() must follow. */
void chan_start(struct chan *chan, int fd);
/* The peer is who it should be: say hello. */
void chan_greet(struct chan *chan);
/* Tell the peer why we do not talk to it, then end. */
void chan_refuse(struct chan *chan, uint32_t code, const char *why);
void chan_stream_close(struct chan *chan);
/* Past the buffer, which is empty, and the loop: how many bytes went at once; perhaps none. */
size_t chan_stream_try(struct chan *chan, const uint8_t *data, size_t len);
struct ssl_st *chan_ssl(struct chan *chan);	/* NULL if there is none */
/* @chan takes the connection of @from; its own, if it has one, becomes the one before. */
void chan_stream_adopt(struct chan *chan, struct chan *from);
/* Of the two the one that is to be read; NULL: none before there is another one. */
struct bufferevent *chan_stream_reader(const struct chan *chan);
void chan_stream_close_prior(struct chan *chan);

/* chan_wire.c */
void chan_wire_hello(struct chan *chan);
void chan_wire_read(struct chan *chan);
void chan_wire_tick(void *chan);
void chan_wire_tick_in(struct chan *chan, uint64_t ms);
/* At once. 0, or -EMSGSIZE with nothing sent. */
int chan_wire_send(struct chan *chan, const Nvo3__Envelope *env);
/* Bytes of what chan_hold.c kept. */
void chan_wire_put(struct chan *chan, const uint8_t *data, size_t len);
/* A whole frame, at once; what has to be copied is. */
void chan_wire_put_shared(struct chan *chan, struct chan_shared *shared);
/* How many bytes of an unfinished frame are there, and of how many. */
size_t chan_wire_rest(struct bufferevent *bev, size_t *whole);

/* chan_hold.c */
/* When what was written before is on the disk (gate.h); otherwise as chan_wire_send(). */
int chan_say(struct chan *chan, const Nvo3__Envelope *env);
void chan_say_shared(struct chan *chan, struct chan_shared *shared);
void chan_hold_drop(struct chan *chan);

/* chan_shared.c */
struct chan_shared *chan_shared_get(struct chan_shared *shared);
/* The frame, with its header. */
const uint8_t *chan_shared_data(const struct chan_shared *shared, size_t *len);

/* chan_request.c */
void chan_requests_init(struct chan *chan);
void chan_requests_answer(struct chan *chan, const Nvo3__Envelope *env);
/* Our handle for the peer's request; 0 if it has too many open. */
uint64_t chan_requests_inbound(struct chan *chan, const Nvo3__Envelope *env);
/* The session is over: nobody waits for our answers, and all of ours are due. */
void chan_requests_abort(struct chan *chan, const char *why);
void chan_requests_flush(struct chan *chan);	/* calls back */
void chan_requests_uninit(struct chan *chan);

/* chan_clock.c */
void chan_clock_stop(struct chan *chan);
void chan_clock_free(struct chan *chan);

/* chan_client.c */
void chan_client_up(struct chan *chan);
void chan_client_closing(struct chan *chan);
void chan_client_ended(struct chan *chan, bool was_up, const char *why);
void chan_client_stop(struct chan *chan);	/* an attempt before there is a connection */
struct ssl_session_st *chan_client_ticket(struct chan *chan);
/* A channel to where @chan is connected now, which opens a session to take its place. */
struct chan *chan_client_heir(struct chan *chan);
struct chan **chan_client_heir_of(struct chan *chan);
/* Give up an attempt, and do not begin another one. */
void chan_client_rest(struct chan *chan);
void chan_client_free(struct chan *chan);

/* chan_renew.c */
/* While up: end the session if its certificates are not good any more, or see to another one. */
bool chan_certificates_good(struct chan *chan, int64_t now_s);
void chan_renew_stop(struct chan *chan);
/* The heir's session is up. */
void chan_renewed(struct chan *heir);

/* chan_server.c */
void chan_server_up(struct chan *chan);
void chan_server_ended(struct chan *chan, bool was_up, const char *why);
void chan_server_forget(struct chan *chan);

#endif /* CHAN_PARTS_H */
