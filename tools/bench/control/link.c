// SPDX-License-Identifier: GPL-2.0
/*
 * Connections; see link.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include "link.h"
#include "secure.h"

#define EVENTS	1024
#define TICK_S	3
#define TRIES_MAX 5

static struct sockaddr_storage server;
static socklen_t server_len;
static int poller, ticker;
static bool tickets;
unsigned int links_up;
static char trouble[256];
static struct link **all;		/* for ticks */
static unsigned int n_all, room_all;
static struct link *owing, *last_owing;	/* list: what they have queued has not left */
static uint8_t chunk[256 << 10];

double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

ssize_t complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (!*trouble)
		vsnprintf(trouble, sizeof(trouble), fmt, ap);
	va_end(ap);
	return -1;
}

const char *links_trouble(void)
{
	return trouble;
}

void buffer_add(struct buffer *b, const void *data, size_t len)
{
	if (b->len + len > b->size) {
		b->size = 2 * (b->len + len);
		b->data = realloc(b->data, b->size);
		if (!b->data)
			abort();
	}
	memcpy(b->data + b->len, data, len);
	b->len += len;
}

void buffer_drop(struct buffer *b, size_t len)
{
	b->len -= len;
	if (b->len)
		memmove(b->data, b->data + len, b->len);
	else
		buffer_free(b);
}

void buffer_free(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){ };
}

static void parse_server(const char *text)
{
	struct sockaddr_in *in = (struct sockaddr_in *)&server;
	struct sockaddr_un *un = (struct sockaddr_un *)&server;
	const char *port = strrchr(text, ':');
	char addr[INET_ADDRSTRLEN];

	if (!strncmp(text, "unix:", 5)) {
		un->sun_family = AF_UNIX;
		snprintf(un->sun_path, sizeof(un->sun_path), "%s", text + 5);
		server_len = sizeof(*un);
		return;
	}
	snprintf(addr, sizeof(addr), "%.*s", port ? (int)(port - text) : 0, text);
	in->sin_family = AF_INET;
	if (!port || inet_pton(AF_INET, addr, &in->sin_addr) != 1) {
		fprintf(stderr, "%s is not ADDR:PORT or unix:PATH\n", text);
		exit(2);
	}
	in->sin_port = htons(atoi(port + 1));
	server_len = sizeof(*in);
}

int links_listen(const char *address)
{
	int fd, one = 1;

	parse_server(address);
	fd = socket(server.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd >= 0 && !bind(fd, (struct sockaddr *)&server, server_len) && !listen(fd, SOMAXCONN))
		return fd;
	fprintf(stderr, "cannot listen at %s: %m\n", address);
	exit(2);
}

void links_init(const struct links_setup *setup)
{
	struct itimerspec every = { .it_interval.tv_sec = TICK_S, .it_value.tv_sec = TICK_S };
	struct epoll_event ev = { .events = EPOLLIN };

	parse_server(setup->server);
	tickets = setup->tickets;
	secure_init(setup->pki, setup->alpn);
	poller = epoll_create1(EPOLL_CLOEXEC);
	ticker = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	timerfd_settime(ticker, 0, &every, NULL);
	epoll_ctl(poller, EPOLL_CTL_ADD, ticker, &ev);
}

static void watch(struct link *l, int op)
{
	struct epoll_event ev = { .events = EPOLLIN | (l->writing ? EPOLLOUT : 0), .data.ptr = l };

	epoll_ctl(poller, op, l->fd, &ev);
}

static void want_to_write(struct link *l, bool wanted)
{
	if (l->writing == wanted)
		return;
	l->writing = wanted;
	watch(l, EPOLL_CTL_MOD);
}

/* Of 127/8, as many as there are sessions; those that write take 127.9 to themselves. */
static void own_source(struct link *l)
{
	struct sockaddr_in source = { .sin_family = AF_INET };
	unsigned int n = l->number;
	int one = 1;

	if (server.ss_family != AF_INET)
		return;
	setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(l->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
	source.sin_addr.s_addr = htonl(0x7f0a0000 + (n / 62500 << 16) + (n / 250 % 250 << 8) +
				       n % 250 + 1);
	if (bind(l->fd, (struct sockaddr *)&source, sizeof(source)) < 0)
		complain("bind to a source of 127/8: %m");
}

static void remember(struct link *l)
{
	if (n_all == room_all) {
		room_all = 2 * room_all + 64;
		all = realloc(all, room_all * sizeof(*all));
		if (!all)
			abort();
	}
	l->slot = n_all;
	all[n_all++] = l;
}

static void forget(const struct link *l)
{
	all[l->slot] = all[--n_all];
	all[l->slot]->slot = l->slot;
}

void link_name(struct link *l, const char *role, const char *name)
{
	if (!l->cert)
		l->cert = secure_certificate(role, name);
}

void link_open(struct link *l, const struct speech *speech, unsigned int number)
{
	uint8_t store[sizeof(l->store)];

	memcpy(store, l->store, sizeof(store));
	*l = (struct link){ .speech = speech, .number = number, .ticket = l->ticket,
			    .cert = l->cert, .seen = l->seen, .owed = l->owed, .at = l->at,
			    .owes = l->owes, .next_owing = l->next_owing };
	memcpy(l->store, store, sizeof(store));
	l->fd = socket(server.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0) {
		complain("a socket: %m");
		l->broken = true;
		return;
	}
	own_source(l);
	/* A Unix socket's connect() does not wait in the background, it fails: so wait. */
	if (server.ss_family == AF_INET)
		fcntl(l->fd, F_SETFL, O_NONBLOCK);
	if (connect(l->fd, (struct sockaddr *)&server, server_len) < 0 && errno != EINPROGRESS)
		complain("connect: %m");
	fcntl(l->fd, F_SETFL, O_NONBLOCK);
	l->ssl = secure_session(l->fd, l->cert, l->ticket);
	l->writing = true;
	watch(l, EPOLL_CTL_ADD);
	remember(l);
}

void link_close(struct link *l)
{
	if (l->fd < 0)
		return;
	forget(l);
	if (l->ssl) {
		if (l->up && tickets) {
			SSL_SESSION_free(l->ticket);
			l->ticket = SSL_get1_session(l->ssl);
		}
		SSL_shutdown(l->ssl);
		SSL_free(l->ssl);
		ERR_clear_error();
	}
	l->ssl = NULL;
	close(l->fd);
	l->fd = -1;
	buffer_free(&l->in);
	buffer_free(&l->out);
	buffer_free(&l->inner);
	l->connected = false;
	links_up -= l->up;
	l->up = false;
}

bool link_resumed(const struct link *l)
{
	return l->ssl && SSL_session_reused(l->ssl);
}

/* A server that is busy may refuse one that comes; that is part of the time that it takes. */
static bool try_again(struct link *l)
{
	unsigned int tries = l->tries + 1;

	if (l->connected || tries > TRIES_MAX)
		return false;
	ERR_clear_error();
	link_close(l);
	link_open(l, l->speech, l->number);
	l->tries = tries;
	return true;
}

static void broke(struct link *l, const char *doing)
{
	char why[128];

	if (try_again(l))
		return;
	if (ERR_peek_error())
		ERR_error_string_n(ERR_get_error(), why, sizeof(why));
	else
		snprintf(why, sizeof(why), "%s", strerror(errno));
	complain("session %u, %s: %s", l->number, doing, why);
	l->broken = true;
	epoll_ctl(poller, EPOLL_CTL_DEL, l->fd, NULL);
}

/* How many bytes went; 0: not now; -1: never. */
static ssize_t write_some(struct link *l, const uint8_t *data, size_t len)
{
	ssize_t n;

	errno = 0;
	n = l->ssl ? SSL_write(l->ssl, data, len) : send(l->fd, data, len, MSG_NOSIGNAL);
	if (n > 0)
		return n;
	if (l->ssl && SSL_get_error(l->ssl, n) == SSL_ERROR_WANT_WRITE)
		return 0;
	return !l->ssl && errno == EAGAIN ? 0 : -1;
}

static void flush(struct link *l)
{
	ssize_t n;

	while (l->sent < l->out.len) {
		n = write_some(l, l->out.data + l->sent, l->out.len - l->sent);
		if (n < 0) {
			broke(l, "writing");
			return;
		}
		if (!n) {
			want_to_write(l, true);
			return;
		}
		l->sent += n;
	}
	buffer_free(&l->out);
	l->sent = 0;
	want_to_write(l, false);
}

static void owes(struct link *l)
{
	if (l->owes)
		return;
	l->owes = true;
	l->next_owing = NULL;
	if (owing)
		last_owing->next_owing = l;
	else
		owing = l;
	last_owing = l;
}

void link_queue(struct link *l, const void *data, size_t len)
{
	if (l->broken)
		return;
	buffer_add(&l->out, data, len);
	owes(l);
}

void link_flush(struct link *l)
{
	if (l->connected && !l->writing && !l->broken && l->out.len)
		flush(l);
}

void link_send(struct link *l, const void *data, size_t len)
{
	if (l->broken)
		return;
	buffer_add(&l->out, data, len);
	link_flush(l);
}

size_t link_backlog(const struct link *l)
{
	return l->out.len - l->sent;
}

void link_is_up(struct link *l)
{
	links_up += !l->up;
	l->up = true;
}

/* Returns what is left, or -1. */
static ssize_t take_all(struct link *l, const uint8_t *data, size_t len)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < len) {
		n = l->speech->take(l, data + done, len - done);
		if (n <= 0)
			break;
		done += n;
	}
	return n < 0 ? -1 : (ssize_t)(len - done);
}

static void arrived(struct link *l, const uint8_t *data, size_t len)
{
	ssize_t rest;

	l->received += len;
	if (l->in.len) {
		buffer_add(&l->in, data, len);
		rest = take_all(l, l->in.data, l->in.len);
		if (rest >= 0)
			buffer_drop(&l->in, l->in.len - rest);
	} else {
		rest = take_all(l, data, len);
		if (rest > 0)
			buffer_add(&l->in, data + len - rest, rest);
	}
	if (rest < 0)
		broke(l, "understanding");
}

static void read_all(struct link *l)
{
	ssize_t n;

	/*
	 * A few times: nobody shall keep all others from being read. But what TLS has read ahead no
	 * poll tells of.
	 */
	for (int i = 0; (i < 16 || (l->ssl && SSL_has_pending(l->ssl))) && !l->broken; i++) {
		errno = 0;
		n = l->ssl ? SSL_read(l->ssl, chunk, sizeof(chunk)) :
			     recv(l->fd, chunk, sizeof(chunk), 0);
		if (n > 0) {
			arrived(l, chunk, n);
			/* the socket is asked again only if it gave all that there was room for */
			if (l->ssl ? !SSL_has_pending(l->ssl) : n < (ssize_t)sizeof(chunk))
				return;
			continue;
		}
		if (l->ssl ? SSL_get_error(l->ssl, n) != SSL_ERROR_WANT_READ :
			     !n || errno != EAGAIN)
			broke(l, "reading");
		break;
	}
}

static void connected(struct link *l)
{
	l->connected = true;
	want_to_write(l, false);
	l->speech->open(l);
	/* it may have come with the end of the handshake */
	if (l->ssl && SSL_has_pending(l->ssl) && !l->broken)
		read_all(l);
}

static void connecting(struct link *l)
{
	socklen_t len = sizeof(int);
	int error = 0, r = 1;

	getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error) {
		errno = error;
		broke(l, "connecting");
		return;
	}
	if (l->ssl)
		r = SSL_connect(l->ssl);
	if (r == 1) {
		connected(l);
		return;
	}
	r = SSL_get_error(l->ssl, r);
	if (r == SSL_ERROR_WANT_READ || r == SSL_ERROR_WANT_WRITE)
		want_to_write(l, r == SSL_ERROR_WANT_WRITE);
	else
		broke(l, "TLS");
}

static void tick(void)
{
	uint64_t count;
	unsigned int i;

	if (read(ticker, &count, sizeof(count)) < 0)
		return;
	for (i = 0; i < n_all; i++)
		if (all[i]->up && !all[i]->broken && all[i]->speech->tick)
			all[i]->speech->tick(all[i]);
}

static void event(const struct epoll_event *ev)
{
	struct link *l = ev->data.ptr;

	if (!l) {
		tick();
		return;
	}
	if (l->broken)
		return;
	if (!l->connected) {
		connecting(l);
		return;
	}
	if (ev->events & EPOLLOUT)
		flush(l);
	if (ev->events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !l->broken)
		read_all(l);
}

static void answer_one(void)
{
	struct link *l = owing;

	owing = l->next_owing;
	l->owes = false;
	link_flush(l);
}

/*
 * Each session has a processor of its own, as it were: none waits for another's answer to leave. An
 * answer leaves when there is nothing to be read.
 */
static void wait_for_events(int ms)
{
	struct epoll_event ev[EVENTS];
	int i, n;

	n = epoll_wait(poller, ev, EVENTS, owing ? 0 : ms);
	for (i = 0; i < n; i++)
		event(&ev[i]);
	if (!n && owing)
		answer_one();
}

bool links_run(bool (*done)(void *arg), void *arg, double seconds)
{
	double end = now_s() + seconds;

	*trouble = '\0';
	while (!done(arg)) {
		if (*trouble)
			return false;
		if (now_s() > end) {
			complain("not done within %g s", seconds);
			return false;
		}
		wait_for_events(100);
	}
	return true;
}

void links_idle(int fd)
{
	/* Not NULL, which is the ticker's, and no link. */
	static struct link nothing = { .broken = true };
	struct epoll_event wanted = { .events = EPOLLIN, .data.ptr = &nothing };
	struct pollfd come = { .fd = fd, .events = POLLIN };

	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &wanted);
	while (!poll(&come, 1, 0))
		wait_for_events(-1);
	epoll_ctl(poller, EPOLL_CTL_DEL, fd, NULL);
}
