// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/bufferevent_struct.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "chan_continue.h"
#include "frame.h"
#include "mem.h"

#define READ_SLACK 16384	/* so that the largest frame and a whole TLS record fit */

struct ssl_st *chan_ssl(struct chan *chan)
{
	return chan->bev && chan->tls ? bufferevent_openssl_get_ssl(chan->bev) : NULL;
}

/* The bufferevent takes its socket along unless somebody holds another descriptor of it. */
static void close_stream(struct chan *chan, struct bufferevent **bev)
{
	SSL *ssl = *bev && chan->tls ? bufferevent_openssl_get_ssl(*bev) : NULL;

	if (ssl && SSL_is_init_finished(ssl)) {
		SSL_shutdown(ssl);
		ERR_clear_error();
	}
	if (*bev)
		bufferevent_free(*bev);
	*bev = NULL;
}

void chan_stream_close_prior(struct chan *chan)
{
	close_stream(chan, &chan->prior);
	chan->heard_out = false;
}

void chan_stream_close(struct chan *chan)
{
	close_stream(chan, &chan->bev);
	chan_stream_close_prior(chan);
	loop_fd_free(chan->linger);
	chan->linger = NULL;
	if (chan->linger_fd >= 0)
		close(chan->linger_fd);
	chan->linger_fd = -1;
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
	close_stream(chan, &chan->bev);
	shutdown(fd, SHUT_WR);
	chan->state = CHAN_LINGER;
	chan->linger_fd = fd;
	chan->linger = loop_fd_new(chan->loop, fd, LOOP_READ, linger_drain, chan);
	loop_timer_free(chan->timer);
	chan->timer = loop_timer_new(chan->loop, linger_over, chan);
	loop_timer_set(chan->timer, chan_timers.linger);
}

/*
 * What cannot go is the buffer's again, from its beginning: OpenSSL takes the same bytes from
 * another place, with more behind them. A connection that is broken says so there, too.
 */
size_t chan_stream_try(struct chan *chan, const uint8_t *data, size_t len)
{
	SSL *ssl = chan_ssl(chan);
	size_t written = 0;

	if (!ssl || chan->state != CHAN_UP)
		return 0;
	if (SSL_write_ex(ssl, data, len, &written) == 1)
		return written;
	ERR_clear_error();
	return 0;
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

struct bufferevent *chan_stream_reader(const struct chan *chan)
{
	if (chan->prior && !chan->heard_out)
		return chan->prior;
	return chan->prior || !chan->heard_out ? chan->bev : NULL;
}

/*
 * A record is read with its header and with what is behind it. Of that the socket does not tell
 * any more; if it is not a whole record nothing comes of it.
 */
static void read_on(struct chan *chan, struct bufferevent *bev)
{
	if ((chan->bev == bev || chan->prior == bev) && chan->tls && !chan->paused &&
	    SSL_has_pending(bufferevent_openssl_get_ssl(bev)) &&
	    bufferevent_get_enabled(bev) & EV_READ)
		event_active(&bev->ev_read, EV_READ, 0);
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
	read_on(chan, bev);
	chan_put(chan);
}

/* Called when all is written */
static void on_write(struct bufferevent *bev, void *arg)
{
	struct chan *chan = arg;

	if (chan->prior == bev)
		chan_continue_settle(chan);
	else if (chan->state == CHAN_REFUSE && !chan_backlog(chan))
		linger_start(chan);
}

void chan_greet(struct chan *chan)
{
	chan->state = CHAN_HELLO;
	chan_wire_hello(chan);
}

#define RENEW_S 60

/* Another session is due a minute before the end, or with the last tenth of a short time. */
static void set_expiry(struct chan *chan, int64_t expiry)
{
	int64_t left = expiry - time(NULL);

	chan->expiry = expiry;
	if (expiry)
		chan->renew = expiry - (left / 10 < RENEW_S ? (left + 9) / 10 : RENEW_S);
}

static void shook_hands(struct chan *chan)
{
	struct identity peer;
	struct err err;

	if (tls_peer(chan_ssl(chan), chan->roles, &peer, &err) < 0) {
		chan_refuse(chan, CODE(DENIED), err.text);
		return;
	}
	chan_set_peer(chan, &peer);
	set_expiry(chan, tls_expiry(chan_ssl(chan)));
	chan_greet(chan);
	/* its first words may have been read with the end of the handshake */
	bufferevent_trigger(chan->bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
}

static void broke(struct chan *chan, struct bufferevent *bev, short what, int error)
{
	unsigned long code = chan->tls ? bufferevent_get_openssl_error(bev) : 0;
	size_t rest, whole;
	struct err err;

	rest = chan_wire_rest(bev, &whole);
	if (code)
		tls_reason(bufferevent_openssl_get_ssl(bev), code, &err);
	else if (rest && rest < whole)
		err_set(&err, EPIPE, "the peer closed after %zu of a frame's %zu bytes", rest,
			whole);
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
		broke(chan, bev, what, error);
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
	SSL_set_read_ahead(ssl, 1);
	ticket = chan_client_ticket(chan);
	if (ticket)
		tls_resume(ssl, ticket);
	return mem_check(bufferevent_openssl_socket_new(base, fd, ssl,
							chan->client ?
								BUFFEREVENT_SSL_CONNECTING :
								BUFFEREVENT_SSL_ACCEPTING,
							BEV_OPT_CLOSE_ON_FREE));
}

void chan_stream_adopt(struct chan *chan, struct chan *from)
{
	chan->prior = chan->bev;
	chan->bev = from->bev;
	from->bev = NULL;
	bufferevent_setcb(chan->bev, on_read, on_write, on_event, chan);
	chan->tls = from->tls;
	chan->rx_ms = from->rx_ms;
	chan->tx_ms = from->tx_ms;
	chan->expiry = from->expiry;
	chan->renew = from->renew;
	chan->begun_with = from->begun_with;
	chan->checked_with = from->checked_with;
	chan->minor = from->minor;
	chan->capabilities = from->capabilities;
	chan_set_peer(chan, &from->peer);
	snprintf(chan->addr, sizeof(chan->addr), "%s", from->addr);
	/* what came behind the last words that @from has read */
	bufferevent_trigger(chan->bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
}

void chan_start(struct chan *chan, int fd)
{
	chan->dropped = false;
	chan->paused = false;
	chan->expiry = 0;
	chan->renew = 0;
	if (chan->tls)
		chan->begun_with = tls_generation(chan->tls);
	chan->checked_with = chan->begun_with;
	chan->rx_ms = loop_now_ms();
	chan->timer = loop_timer_new(chan->loop, too_slow, chan);
	loop_timer_set(chan->timer, chan_timers.handshake);
	chan->bev = stream_new(chan, fd);
	bufferevent_setcb(chan->bev, on_read, on_write, on_event, chan);
	bufferevent_setwatermark(chan->bev, EV_READ, 0, FRAME_HEADER + FRAME_MAX + READ_SLACK);
	bufferevent_enable(chan->bev, EV_READ | EV_WRITE);
	chan->state = CHAN_HANDSHAKE;
}
