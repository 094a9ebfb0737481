// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "chan_priv.h"
#include "frame.h"
#include "log.h"
#include "mem.h"

#define READ_SLACK 16384	/* so that the largest frame and a whole TLS record fit */

struct chan_timers chan_timers = {
	.keepalive = 5000,
	.silence = 15000,
	.handshake = 10000,
	.linger = 1000,
	.retry_min = 100,
	.retry_max = 5000,
	.pending_max = 256,
};

struct chan *chan_new(struct loop *loop, const struct chan_ops *ops, void *arg)
{
	struct chan *chan = mem_zalloc(sizeof(*chan));

	chan->loop = loop;
	chan->ops = ops;
	chan->arg = arg;
	chan->refs = 1;
	chan->linger_fd = -1;
	strcpy(chan->name, "?");
	chan_requests_init(chan);
	return chan;
}

void chan_get(struct chan *chan)
{
	chan->refs++;
}

void chan_put(struct chan *chan)
{
	if (--chan->refs)
		return;
	chan_close(chan);
	chan_requests_uninit(chan);
	chan_client_free(chan);
	free(chan);
}

/* The end of deferred work: of the channel's life, or because the loop ends first. */
static void work_drop(void *arg)
{
	struct chan *chan = arg;

	chan->kicked = false;
	chan_put(chan);
}

static void work(void *arg)
{
	struct chan *chan = arg;

	chan->kicked = false;
	if (chan->dropped)
		chan_end(chan, chan->why);
	chan_requests_flush(chan);
	chan_put(chan);
}

void chan_kick(struct chan *chan)
{
	if (chan->kicked)
		return;
	chan->kicked = true;
	chan_get(chan);
	loop_defer_or(chan->loop, work, work_drop, chan);
}

bool chan_is_up(const struct chan *chan)
{
	return chan->state == CHAN_UP && !chan->dropped && !chan->freed;
}

const struct identity *chan_peer(const struct chan *chan)
{
	return &chan->peer;
}

const char *chan_peer_name(const struct chan *chan)
{
	return chan->name;
}

const char *chan_peer_addr(const struct chan *chan)
{
	return chan->addr;
}

uint32_t chan_minor(const struct chan *chan)
{
	return chan->minor;
}

void *chan_user(const struct chan *chan)
{
	return chan->user;
}

void chan_set_user(struct chan *chan, void *user)
{
	chan->user = user;
}

void chan_drop(struct chan *chan, const char *why)
{
	if (chan->state == CHAN_IDLE || chan->dropped || chan->freed)
		return;
	chan->dropped = true;
	snprintf(chan->why, sizeof(chan->why), "%s", why);
	chan_kick(chan);
}

void chan_free(struct chan *chan)
{
	if (!chan || chan->freed)
		return;
	chan->freed = true;
	chan_close(chan);
	chan_requests_abort(chan, "we closed it");
	if (!TAILQ_EMPTY(&chan->req.failed))
		chan_kick(chan);
	if (chan->server)
		chan_server_forget(chan);
	chan_put(chan);
}

static struct ssl_st *ssl_of(struct chan *chan)
{
	return chan->bev && chan->tls ? bufferevent_openssl_get_ssl(chan->bev) : NULL;
}

/* The bufferevent takes its socket along unless somebody holds another descriptor of it. */
static void close_stream(struct chan *chan)
{
	SSL *ssl = ssl_of(chan);

	if (ssl && SSL_is_init_finished(ssl)) {
		SSL_shutdown(ssl);
		ERR_clear_error();
	}
	if (chan->bev)
		bufferevent_free(chan->bev);
	chan->bev = NULL;
}

void chan_close(struct chan *chan)
{
	close_stream(chan);
	loop_fd_free(chan->linger);
	chan->linger = NULL;
	if (chan->linger_fd >= 0)
		close(chan->linger_fd);
	chan->linger_fd = -1;
	loop_timer_free(chan->timer);
	chan->timer = NULL;
	chan_client_stop(chan);
	chan->state = CHAN_IDLE;
}

void chan_end(struct chan *chan, const char *why)
{
	bool was_up = chan->state == CHAN_UP, wanted = chan->dropped;
	char text[CHAN_TEXT];

	if (chan->state == CHAN_IDLE)
		return;
	snprintf(text, sizeof(text), "%s", why);
	chan_get(chan);
	if (was_up && chan->client)
		chan_client_closing(chan, ssl_of(chan));
	chan_close(chan);
	chan->dropped = false;
	if (was_up)
		log_write(wanted ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
			  "session with %s (%s) ended: %s", chan->name, chan->addr, text);
	/* First the answers: down may free what their callbacks stand on. */
	chan_requests_abort(chan, text);
	chan_requests_flush(chan);
	if (was_up && !chan->freed && chan->ops->down)
		chan->ops->down(chan, text, chan->arg);
	if (!chan->freed && chan->client)
		chan_client_ended(chan, was_up, text);
	if (!chan->freed && chan->server)
		chan_server_ended(chan, was_up, text);
	chan_put(chan);
}

void chan_endf(struct chan *chan, const char *fmt, ...)
{
	char why[CHAN_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	chan_end(chan, why);
}

void chan_set_peer(struct chan *chan, const struct identity *peer)
{
	chan->peer = *peer;
	identity_format(peer, chan->name, sizeof(chan->name));
}

void chan_went_up(struct chan *chan)
{
	chan->state = CHAN_UP;
	loop_timer_free(chan->timer);
	chan->timer = loop_timer_new(chan->loop, chan_wire_tick, chan);
	loop_timer_set(chan->timer, chan_timers.keepalive);
	if (chan->client)
		chan_client_up(chan);
	else
		chan_server_up(chan);
	log_info("session with %s (%s) is up", chan->name, chan->addr);
	if (chan->ops->up)
		chan->ops->up(chan, chan->arg);
}

static void linger_over(void *arg)
{
	struct chan *chan = arg;

	chan_end(chan, chan->why);
}

/* What the peer still sends is of no interest, only that it closes. */
static void linger_drain(int fd, unsigned int events, void *arg)
{
	struct chan *chan = arg;
	char waste[4096];
	ssize_t n;

	n = recv(fd, waste, sizeof(waste), MSG_DONTWAIT);
	if (!n || (n < 0 && errno != EAGAIN && errno != EINTR))
		chan_end(chan, chan->why);
}

/*
 * A socket closed with unread input resets the connection, and the peer may lose our last
 * words, of TLS or of HELLO: so shut down, and close after the peer or after a moment.
 */
static void linger_start(struct chan *chan)
{
	int fd = fcntl(bufferevent_getfd(chan->bev), F_DUPFD_CLOEXEC, 0);

	if (fd < 0) {
		chan_end(chan, chan->why);
		return;
	}
	close_stream(chan);
	shutdown(fd, SHUT_WR);
	chan->state = CHAN_LINGER;
	chan->linger_fd = fd;
	chan->linger = loop_fd_new(chan->loop, fd, LOOP_READ, linger_drain, chan);
	loop_timer_free(chan->timer);
	chan->timer = loop_timer_new(chan->loop, linger_over, chan);
	loop_timer_set(chan->timer, chan_timers.linger);
}

void chan_refuse(struct chan *chan, uint32_t code, const char *why)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;

	snprintf(chan->why, sizeof(chan->why), "%s", why);
	env.type = MSG(HELLO);
	env.reply = true;
	env.code = code;
	env.text = chan->why;
	chan->state = CHAN_REFUSE;
	chan_wire_send(chan, &env);
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	struct chan *chan = arg;

	chan_get(chan);
	if (chan->state == CHAN_REFUSE)
		evbuffer_drain(in, evbuffer_get_length(in));
	else
		chan_wire_read(chan);
	chan_put(chan);
}

/* Called when all is written */
static void on_write(struct bufferevent *bev, void *arg)
{
	struct chan *chan = arg;

	if (chan->state == CHAN_REFUSE && !chan_backlog(chan))
		linger_start(chan);
}

static void shook_hands(struct chan *chan)
{
	struct identity peer;
	struct err err;

	if (tls_peer(ssl_of(chan), chan->roles, &peer, &err) < 0) {
		chan_refuse(chan, CODE(DENIED), err.text);
		return;
	}
	chan_set_peer(chan, &peer);
	chan->expiry = tls_expiry(ssl_of(chan));
	chan->state = CHAN_HELLO;
	chan_wire_hello(chan);
}

static void broke(struct chan *chan, short what, int error)
{
	unsigned long code = chan->tls ? bufferevent_get_openssl_error(chan->bev) : 0;
	size_t rest, whole;
	struct err err;

	rest = chan_wire_rest(chan, &whole);
	if (code)
		tls_reason(ssl_of(chan), code, &err);
	else if (rest)
		err_set(&err, EPIPE, "the peer closed after %zu of a frame's %zu bytes", rest, whole);
	else if (!(what & BEV_EVENT_EOF) && error && error != EAGAIN)
		err_set(&err, error, "%s", strerror(error));
	else
		err_set(&err, EPIPE, "the peer closed the connection%s",
			chan->state == CHAN_HANDSHAKE ? " during the TLS handshake" :
			chan->state == CHAN_HELLO ? " before its HELLO" : "");
	if (chan->state != CHAN_HANDSHAKE) {
		chan_end(chan, err.text);
		return;
	}
	snprintf(chan->why, sizeof(chan->why), "%s", err.text);
	linger_start(chan);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	int error = EVUTIL_SOCKET_ERROR();
	struct chan *chan = arg;

	chan_get(chan);
	if (what & BEV_EVENT_CONNECTED)
		shook_hands(chan);
	else if (chan->state == CHAN_REFUSE)
		chan_end(chan, chan->why);
	else
		broke(chan, what, error);
	chan_put(chan);
}

static void too_slow(void *arg)
{
	struct chan *chan = arg;

	if (chan->state == CHAN_REFUSE)
		chan_end(chan, chan->why);
	else
		chan_endf(chan, "no %s within %g s",
			  chan->state == CHAN_HELLO ? "HELLO" : "TLS handshake",
			  chan_timers.handshake / 1000.0);
}

static struct bufferevent *stream_new(struct chan *chan, int fd)
{
	struct event_base *base = loop_base(chan->loop);
	struct ssl_session_st *ticket;
	struct ssl_st *ssl;

	if (!chan->tls)
		return mem_check(bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE));
	ssl = tls_session(chan->tls, !chan->client);
	ticket = chan_client_ticket(chan);
	if (ticket)
		tls_resume(ssl, ticket);
	return mem_check(bufferevent_openssl_socket_new(base, fd, ssl,
							chan->client ?
								BUFFEREVENT_SSL_CONNECTING :
								BUFFEREVENT_SSL_ACCEPTING,
							BEV_OPT_CLOSE_ON_FREE));
}

void chan_start(struct chan *chan, int fd)
{
	chan->dropped = false;
	chan->expiry = 0;
	chan->rx_ms = loop_now_ms();
	chan->timer = loop_timer_new(chan->loop, too_slow, chan);
	loop_timer_set(chan->timer, chan_timers.handshake);
	chan->bev = stream_new(chan, fd);
	bufferevent_setcb(chan->bev, on_read, on_write, on_event, chan);
	bufferevent_setwatermark(chan->bev, EV_READ, 0, FRAME_HEADER + FRAME_MAX + READ_SLACK);
	bufferevent_enable(chan->bev, EV_READ | EV_WRITE);
	chan->state = chan->tls ? CHAN_HANDSHAKE : CHAN_HELLO;
	if (!chan->tls)
		chan_wire_hello(chan);
}
