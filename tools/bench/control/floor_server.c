// SPDX-License-Identifier: GPL-2.0
/*
 * The server of language "floor"; see floor.h. Sessions come one after the other; a writer is read
 * when it has said something, a listener only written to.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/ssl.h>
#include "floor.h"
#include "link.h"
#include "peer.h"
#include "secure.h"

struct session {
	int fd;
	struct ssl_st *ssl;
};

static struct session listeners[SESSIONS_MAX];
static unsigned int n_listeners;

static ssize_t receive(struct session *s, void *data, size_t len)
{
	return s->ssl ? SSL_read(s->ssl, data, len) : recv(s->fd, data, len, 0);
}

static bool send_all(struct session *s, const void *data, size_t len)
{
	ssize_t n = s->ssl ? SSL_write(s->ssl, data, len) : send(s->fd, data, len, MSG_NOSIGNAL);

	/* sockets block: less than all is an end */
	return n == (ssize_t)len;
}

static void end(struct session *s)
{
	SSL_free(s->ssl);
	close(s->fd);
}

static void copy_to_all(const uint8_t *message)
{
	unsigned int i = 0;

	while (i < n_listeners) {
		if (send_all(&listeners[i], message, FLOOR_MESSAGE)) {
			i++;
		} else {
			end(&listeners[i]);
			listeners[i] = listeners[--n_listeners];
		}
	}
}

/* False: it has ended */
static bool read_writer(struct session *s)
{
	static uint8_t data[64 * FLOOR_MESSAGE];
	static size_t have;
	ssize_t n;

	do {
		n = receive(s, data + have, sizeof(data) - have);
		if (n <= 0)
			return false;
		have += n;
		for (size_t at = 0; at + FLOOR_MESSAGE <= have; at += FLOOR_MESSAGE)
			copy_to_all(data + at);
		memmove(data, data + have / FLOOR_MESSAGE * FLOOR_MESSAGE, have % FLOOR_MESSAGE);
		have %= FLOOR_MESSAGE;
	} while (s->ssl && SSL_has_pending(s->ssl));
	return true;
}

/* Its role, or 0: nothing came of it */
static char welcome(struct session *s)
{
	static const uint8_t hello[FLOOR_MESSAGE];
	char role;

	if ((s->ssl && SSL_accept(s->ssl) != 1) || receive(s, &role, 1) != 1)
		return 0;
	if (role != FLOOR_LISTENER)
		return role;
	return n_listeners < SESSIONS_MAX && send_all(s, hello, sizeof(hello)) ? role : 0;
}

/* There is one writer, the one that came last */
static void accept_one(int listening, int poller, struct session *writer)
{
	struct session s = { .fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC) };
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = writer };
	int one = 1;

	if (s.fd < 0)
		return;
	setsockopt(s.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	s.ssl = secure_accepting(s.fd);
	switch (welcome(&s)) {
	case FLOOR_LISTENER:
		listeners[n_listeners++] = s;
		break;
	case FLOOR_WRITER:
		*writer = s;
		epoll_ctl(poller, EPOLL_CTL_ADD, s.fd, &ev);
		break;
	default:
		end(&s);
	}
}

void floor_serve(const char *address, const char *pki)
{
	int listening = links_listen(address), poller = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event ev = { .events = EPOLLIN };
	struct session writer = { };

	secure_serve(pki);
	epoll_ctl(poller, EPOLL_CTL_ADD, listening, &ev);
	for (;;) {
		if (epoll_wait(poller, &ev, 1, -1) < 1)
			continue;
		if (!ev.data.ptr) {
			accept_one(listening, poller, &writer);
		} else if (!read_writer(&writer)) {
			epoll_ctl(poller, EPOLL_CTL_DEL, writer.fd, NULL);
			end(&writer);
		}
	}
}
