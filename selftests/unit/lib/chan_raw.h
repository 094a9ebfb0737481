/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A peer without manners for the tests of chan: plain OpenSSL on a socket of its own, in the
 * same loop's turns. It verifies nothing and sends what it is told.
 */
#ifndef CHAN_RAW_H
#define CHAN_RAW_H

#include <errno.h>
#include <fcntl.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "chan_lab.h"

struct raw {
	int fd;
	SSL_CTX *ctx;
	SSL *ssl;		/* NULL: plain TCP or Unix */
	bool shaken, closed;
	uint8_t in[8192];
	size_t used;
};

static inline int raw_tcp(uint16_t port, bool server)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	in.sin_port = htons(port);
	if (server) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
		assert_int_equal(listen(fd, 1), 0);
	} else {
		assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	}
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* @cert is lab->dir/SUB/NAME.pem without its ending, NULL for none */
static inline void raw_tls(struct lab *lab, struct raw *raw, const char *cert, bool server)
{
	char path[160];

	raw->ctx = mem_check(SSL_CTX_new(TLS_method()));
	if (cert) {
		snprintf(path, sizeof(path), "%s/%s.pem", lab->dir, cert);
		assert_int_equal(SSL_CTX_use_certificate_chain_file(raw->ctx, path), 1);
		snprintf(path, sizeof(path), "%s/%s.key", lab->dir, cert);
		assert_int_equal(SSL_CTX_use_PrivateKey_file(raw->ctx, path, SSL_FILETYPE_PEM), 1);
	}
	raw->ssl = mem_check(SSL_new(raw->ctx));
	SSL_set_fd(raw->ssl, raw->fd);
	if (server)
		SSL_set_accept_state(raw->ssl);
	else
		SSL_set_connect_state(raw->ssl);
}

/* Read what there is; true when the peer has closed, or broken off. */
static inline bool raw_closed(struct raw *raw)
{
	int n;

	while (!raw->closed && raw->used < sizeof(raw->in)) {
		if (raw->ssl) {
			ERR_clear_error();
			n = SSL_read(raw->ssl, raw->in + raw->used, sizeof(raw->in) - raw->used);
			raw->shaken = SSL_is_init_finished(raw->ssl);
			if (n <= 0 && SSL_get_error(raw->ssl, n) == SSL_ERROR_WANT_READ)
				break;
		} else {
			n = read(raw->fd, raw->in + raw->used, sizeof(raw->in) - raw->used);
			if (n < 0 && errno == EAGAIN)
				break;
		}
		if (n <= 0)
			raw->closed = true;
		else
			raw->used += n;
	}
	return raw->closed;
}

static inline bool raw_shaken(struct raw *raw)
{
	raw_closed(raw);
	return raw->shaken || raw->closed;
}

static inline void raw_connect(struct lab *lab, struct raw *raw, uint16_t port, const char *cert)
{
	*raw = (struct raw) { .fd = raw_tcp(port, false) };
	raw_tls(lab, raw, cert, false);
	LAB_WAIT(lab, raw_shaken(raw));
}

static inline void raw_accept(struct lab *lab, struct raw *raw, int listener, const char *cert)
{
	*raw = (struct raw) { .fd = -1 };
	LAB_WAIT(lab, (raw->fd = accept(listener, NULL, NULL)) >= 0);
	fcntl(raw->fd, F_SETFL, O_NONBLOCK);
	raw_tls(lab, raw, cert, true);
	LAB_WAIT(lab, raw_shaken(raw));
}

static inline void raw_free(struct raw *raw)
{
	SSL_free(raw->ssl);
	SSL_CTX_free(raw->ctx);
	close(raw->fd);
}

static inline void raw_write(struct raw *raw, const void *data, size_t len)
{
	int n = raw->ssl ? SSL_write(raw->ssl, data, len) : (int)write(raw->fd, data, len);

	assert_int_equal(n, len);
}

static inline void raw_frame(struct raw *raw, const void *data, size_t len)
{
	uint8_t *frame = mem_zalloc(FRAME_HEADER + len);

	frame_header(frame, len);
	memcpy(frame + FRAME_HEADER, data, len);
	raw_write(raw, frame, FRAME_HEADER + len);
	free(frame);
}

static inline void raw_send(struct raw *raw, uint32_t type, uint64_t id, bool reply,
			    const ProtobufCMessage *body)
{
	Nvo3__Envelope env = NVO3__ENVELOPE__INIT;
	uint8_t *data = NULL, *packed;
	size_t len;

	env.type = type;
	env.id = id;
	env.reply = reply;
	if (body)
		data = msg_encode(body, &env.body.len);
	env.body.data = data;
	packed = msg_encode(&env.base, &len);
	raw_frame(raw, packed, len);
	free(packed);
	free(data);
}

static inline void raw_hello(struct raw *raw, uint32_t major, uint32_t minor)
{
	Nvo3__Hello hello = NVO3__HELLO__INIT;

	hello.major = major;
	hello.minor = minor;
	raw_send(raw, MSG(HELLO), 0, false, &hello.base);
}

/* The next envelope received, NULL if there is none yet; free it with msg_free(). */
static inline Nvo3__Envelope *raw_next(struct raw *raw)
{
	const uint8_t *payload;
	Nvo3__Envelope *env;
	uint32_t size;

	raw_closed(raw);
	if (frame_next(raw->in, raw->used, FRAME_MAX, &payload, &size) != 1)
		return NULL;
	env = nvo3__envelope__unpack(NULL, size, payload);
	assert_non_null(env);
	raw->used -= FRAME_HEADER + size;
	memmove(raw->in, raw->in + FRAME_HEADER + size, raw->used);
	return env;
}

/* Wait for one and check what it is; its text in @text unless that is NULL. */
static inline void raw_expect(struct lab *lab, struct raw *raw, uint32_t type, bool reply,
			      uint32_t code, char text[CHAN_TEXT])
{
	Nvo3__Envelope *env;

	LAB_WAIT(lab, (env = raw_next(raw)));
	assert_int_equal(env->type, type);
	assert_int_equal(env->reply, reply);
	assert_int_equal(env->code, code);
	if (text)
		snprintf(text, CHAN_TEXT, "%s", env->text);
	msg_free(env);
}

#endif /* CHAN_RAW_H */
