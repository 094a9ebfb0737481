/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generator's sessions: thousands of connections in one epoll, plain or TLS, each from a
 * source address of its own. One thread; what a language says it says from its callbacks.
 */
#ifndef CONTROL_LINK_H
#define CONTROL_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct link;
struct ssl_st;
struct ssl_session_st;
struct x509_st;

/* A language, as one role speaks it. */
struct speech {
	/* Connected, and through with TLS */
	void (*open)(struct link *l);
	/*
	 * The first message in @data: its length, 0 if it is not whole yet, or negative with
	 * complain() if it makes no sense.
	 */
	ssize_t (*take)(struct link *l, const uint8_t *data, size_t len);
	/* Every few seconds; may be NULL. */
	void (*tick)(struct link *l);
};

struct buffer {
	uint8_t *data;
	size_t len, size;
};

struct link {
	const struct speech *speech;
	unsigned int number;		/* of the session: names its source and its certificate */
	int fd;
	struct ssl_st *ssl;
	struct ssl_session_st *ticket;	/* of the session before */
	struct x509_st *cert;
	unsigned int slot, tries;
	bool connected, up, writing, broken, owes;
	struct link *next_owing;
	struct buffer in, out, inner;	/* inner: what the language puts together itself */
	size_t sent;			/* of out */
	uint64_t received;		/* bytes, without TLS */
	/* The language's own */
	unsigned int stage;
	uint64_t at, window;
	uint8_t store[16];
	/* What this round still owes it (round.c) */
	uint64_t *seen;
	uint32_t owed;
};

struct links_setup {
	const char *server;		/* "ADDR:PORT" or "unix:PATH" */
	const char *pki;		/* folder of the CA; NULL: no TLS */
	const char *alpn;		/* NULL: none */
	bool tickets;			/* a session goes on from the one before */
};

void links_init(const struct links_setup *setup);
/* A socket that listens at @address, "ADDR:PORT". Ends the program if it cannot. */
int links_listen(const char *address);
/* Its certificate, for nvo3://dc1/@role/@name; once, before it is first opened. */
void link_name(struct link *l, const char *role, const char *name);
/* Begins to connect; of an older session stay name, ticket, and where it was (at, store). */
void link_open(struct link *l, const struct speech *speech, unsigned int number);
void link_close(struct link *l);	/* keeps the ticket */
void link_send(struct link *l, const void *data, size_t len);
/* The same, but it leaves with the next link_flush(), or when nothing is there to be read. */
void link_queue(struct link *l, const void *data, size_t len);
void link_flush(struct link *l);
size_t link_backlog(const struct link *l);
/* Say that it is a session now. */
void link_is_up(struct link *l);
extern unsigned int links_up;		/* how many are */
bool link_resumed(const struct link *l);

void buffer_add(struct buffer *b, const void *data, size_t len);
void buffer_drop(struct buffer *b, size_t len);	/* from its beginning */
void buffer_free(struct buffer *b);

double now_s(void);
/* Until @done says so: true; or until @seconds are over or a connection breaks: false. */
bool links_run(bool (*done)(void *arg), void *arg, double seconds);
/* Until there is something on descriptor @fd. */
void links_idle(int fd);
/* Why the last links_run() ended early, or what was said by complain(). */
const char *links_trouble(void);
ssize_t complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif /* CONTROL_LINK_H */
