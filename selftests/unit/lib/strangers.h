/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Everybody who may not talk to a daemon, one by one at its real listener: each must be turned
 * away,
 * and the log must say why. Needs a CA in @dir, made by pki_init(), and DIR/crl.pem as the
 * daemon's tls.crl, made by
 * strangers_prepare().
 */
#ifndef STRANGERS_H
#define STRANGERS_H

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "lib/loop.h"
#include "lib/pki.h"

#define STRANGERS_MS 20000

struct strangers {
	const char *dir;		/* the CA's */
	uint16_t port;
	bool http;			/* an API; else sessions */
	const char *good;		/* URI name of somebody who would be welcome */
	const char *bad;		/* of somebody with another role */
	void (*turn)(void *arg);	/* the daemon's loop, if it is in this process */
	bool (*logged)(const char *text, void *arg);
	void *arg;
};

/* How a certificate is wrong. */
enum strange {
	STRANGE_NONE,			/* no certificate */
	STRANGE_CA,			/* of another CA */
	STRANGE_SELF,			/* signed with its own key */
	STRANGE_EXPIRED,
	STRANGE_EARLY,			/* good from tomorrow on */
	STRANGE_NAMELESS,		/* no SAN at all */
	STRANGE_FORM,			/* SANs, but none of the form nvo3://DC/ROLE/NAME */
	STRANGE_ROLE,
	STRANGE_REVOKED,
	STRANGE_SIGNED,			/* signed by somebody whom the CA knows, who is no CA */
	STRANGE_PURPOSE,		/* for e-mail */
	STRANGE_OLD_TLS,		/* TLS 1.2 at most */
	STRANGE_PLAIN,			/* no TLS */
};

static const struct {
	enum strange how;
	const char *name;
	const char *logged;
} strangers_table[] = {
	{ STRANGE_NONE, "no certificate", "the peer showed no certificate" },
	{ STRANGE_CA, "another CA", "is signed by \"nvo3 lab CA " },
	{ STRANGE_SELF, "self-signed", "certificate of dc1/self is signed by \"self\"" },
	{ STRANGE_EXPIRED, "expired", "certificate of dc1/late expired on 20" },
	{ STRANGE_EARLY, "not yet valid", "certificate of dc1/early is not valid before 20" },
	{ STRANGE_NAMELESS, "no SAN", "\"/CN=nobody\" has no URI name nvo3://DC/ROLE/NAME" },
	{ STRANGE_FORM, "SANs of other forms", "\"/CN=form\" has no URI name" },
	{ STRANGE_ROLE, "another role", "; need " },
	{ STRANGE_REVOKED, "revoked", "certificate of dc1/gone is revoked" },
	{ STRANGE_SIGNED, "signed by one who is no CA", "invalid CA certificate" },
	{ STRANGE_PURPOSE, "another purpose",
	  "certificate of dc1/mail: unsuitable certificate purpose" },
	{ STRANGE_PLAIN, "no TLS", "the peer does not speak TLS" },
	{ STRANGE_OLD_TLS, "TLS 1.2 only", "the peer does not speak TLS 1.3" },
};

/* Not one of them is a name of ours */
#define STRANGE_NAMES \
	"DNS:host1,URI:nvo3://dc1/root/host1,URI:nvo3://dc1/nve/HOST1,URI:nvo3://dc1/nve/host1/more,URI:http://dc1/nve/host1"

static inline const char *strangers_path(const struct strangers *s, const char *file)
{
	static char paths[8][192];
	static unsigned int next;
	char *p = paths[next++ % 8];

	snprintf(p, sizeof(paths[0]), "%s/%s", s->dir, file);
	return p;
}

static inline void strangers_issue(const struct strangers *s, const char *sub, const char *name,
				   const char *uri, int days)
{
	struct err err = { "" };

	if (pki_issue(strangers_path(s, sub), name, &uri, 1, days, true, &err) < 0)
		fail_msg("%s", err.text);
}

/* "nvo3://dc1/nve/host1" with NAME for its last part */
static inline const char *strangers_uri(const char *like, const char *name)
{
	static char uris[4][96];
	static unsigned int next;
	char *uri = uris[next++ % 4];

	snprintf(uri, sizeof(uris[0]), "%.*s/%s", (int)(strrchr(like, '/') - like), like, name);
	return uri;
}

/* DIR/crl.pem with DIR/gone.pem on it, and another CA in DIR/theirs */
static inline void strangers_prepare(const struct strangers *s)
{
	struct err err = { "" };

	assert_int_equal(pki_init(strangers_path(s, "theirs"), false, &err), 0);
	strangers_issue(s, ".", "gone", strangers_uri(s->good, "gone"), 1);
	if (pki_revoke(s->dir, "gone", 1, &err) < 0)
		fail_msg("%s", err.text);
}

static inline void strangers_load(const struct strangers *s, const char *name, X509 **cert,
				  EVP_PKEY **key)
{
	char file[64];
	FILE *f;

	snprintf(file, sizeof(file), "%s.pem", name);
	f = fopen(strangers_path(s, file), "r");
	assert_non_null(f);
	*cert = PEM_read_X509(f, NULL, NULL, NULL);
	fclose(f);
	snprintf(file, sizeof(file), "%s.key", name);
	f = fopen(strangers_path(s, file), "r");
	assert_non_null(f);
	*key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	assert_true(*cert && *key);
}

static inline void strangers_extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(ext);
	assert_true(X509_add_ext(cert, ext, -1));
	X509_EXTENSION_free(ext);
}

/*
 * One that pki_issue() would not make: @san as OpenSSL has it, or NULL; signed by @issuer, NULL:
 * itself
 */
static inline X509 *strangers_forge(const struct strangers *s, const char *name, const char *san,
				    const char *issuer, long from, long to, const char *purpose,
				    EVP_PKEY *key)
{
	X509 *cert = X509_new(), *ca = NULL;
	EVP_PKEY *ca_key = NULL;

	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 4711);
	X509_gmtime_adj(X509_getm_notBefore(cert), from);
	X509_gmtime_adj(X509_getm_notAfter(cert), to);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_pubkey(cert, key);
	if (issuer)
		strangers_load(s, issuer, &ca, &ca_key);
	X509_set_issuer_name(cert, X509_get_subject_name(issuer ? ca : cert));
	if (san)
		strangers_extend(cert, NID_subject_alt_name, san);
	strangers_extend(cert, NID_ext_key_usage, purpose);
	assert_true(X509_sign(cert, issuer ? ca_key : key, EVP_sha256()) > 0);
	X509_free(ca);
	EVP_PKEY_free(ca_key);
	return cert;
}

static inline void strangers_use_forged(const struct strangers *s, SSL_CTX *ctx, enum strange how)
{
	static const char both[] = "serverAuth,clientAuth";
	EVP_PKEY *key = EVP_EC_gen("P-256"), *their_key = NULL;
	X509 *cert = NULL, *their = NULL;
	char san[128];

	switch (how) {
	case STRANGE_SELF:
		snprintf(san, sizeof(san), "URI:%s", strangers_uri(s->good, "self"));
		cert = strangers_forge(s, "self", san, NULL, -3600, 3600, both, key);
		break;
	case STRANGE_EARLY:
		snprintf(san, sizeof(san), "URI:%s", strangers_uri(s->good, "early"));
		cert = strangers_forge(s, "early", san, "ca", 86400, 2 * 86400, both, key);
		break;
	case STRANGE_NAMELESS:
		cert = strangers_forge(s, "nobody", NULL, "ca", -3600, 3600, both, key);
		break;
	case STRANGE_FORM:
		cert = strangers_forge(s, "form", STRANGE_NAMES, "ca", -3600, 3600, both, key);
		break;
	case STRANGE_PURPOSE:
		snprintf(san, sizeof(san), "URI:%s", strangers_uri(s->good, "mail"));
		cert = strangers_forge(s, "mail", san, "ca", -3600, 3600, "emailProtection", key);
		break;
	default:
		strangers_issue(s, ".", "other", strangers_uri(s->good, "other"), 1);
		snprintf(san, sizeof(san), "URI:%s", strangers_uri(s->good, "root"));
		cert = strangers_forge(s, "root", san, "other", -3600, 3600, both, key);
		strangers_load(s, "other", &their, &their_key);
		SSL_CTX_add_extra_chain_cert(ctx, their);
		EVP_PKEY_free(their_key);
	}
	assert_int_equal(SSL_CTX_use_certificate(ctx, cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, key), 1);
	X509_free(cert);
	EVP_PKEY_free(key);
}

static inline void strangers_use_files(const struct strangers *s, SSL_CTX *ctx, const char *name)
{
	char file[64];

	snprintf(file, sizeof(file), "%s.pem", name);
	assert_int_equal(SSL_CTX_use_certificate_file(ctx, strangers_path(s, file),
						      SSL_FILETYPE_PEM), 1);
	snprintf(file, sizeof(file), "%s.key", name);
	assert_int_equal(SSL_CTX_use_PrivateKey_file(ctx, strangers_path(s, file),
						     SSL_FILETYPE_PEM), 1);
}

static inline SSL_CTX *strangers_context(const struct strangers *s, enum strange how)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_security_level(ctx, 1);
	switch (how) {
	case STRANGE_NONE:
		break;
	case STRANGE_CA:
		strangers_issue(s, "theirs", "peer", s->good, 1);
		strangers_use_files(s, ctx, "theirs/peer");
		break;
	case STRANGE_EXPIRED:
		strangers_issue(s, ".", "late", strangers_uri(s->good, "late"), -1);
		strangers_use_files(s, ctx, "late");
		break;
	case STRANGE_ROLE:
		strangers_issue(s, ".", "bad", s->bad, 1);
		strangers_use_files(s, ctx, "bad");
		break;
	case STRANGE_REVOKED:
		strangers_use_files(s, ctx, "gone");
		break;
	case STRANGE_OLD_TLS:
		SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
		/* fallthrough */
	case STRANGE_PLAIN:
		strangers_issue(s, ".", "peer", s->good, 1);
		strangers_use_files(s, ctx, "peer");
		break;
	default:
		strangers_use_forged(s, ctx, how);
	}
	return ctx;
}

static inline int strangers_connect(const struct strangers *s)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(s->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static inline void strangers_turn(const struct strangers *s, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	if (s->turn)
		s->turn(s->arg);
	else
		poll(&p, 1, 5);
}

/*
 * What a stranger tries first at an API, and what it would hear; sessions begin with the server's
 * HELLO
 */
static inline bool strangers_welcome(const struct strangers *s, const char *in, size_t used)
{
	return s->http ? used > 12 && strstr(in, " 200 ") : used > 5 && in[4] == 8 && in[5] == 1 &&
							     !memmem(in, used, "\x18\x01", 2);
}

static inline bool strangers_try(const struct strangers *s, enum strange how)
{
	static const char get[] = "GET /api/v1/status HTTP/1.1\r\n"
				  "Host: x\r\nConnection: close\r\n\r\n";
	SSL_CTX *ctx = strangers_context(s, how);
	uint64_t end = loop_now_ms() + STRANGERS_MS;
	bool closed = false, said = false;
	SSL *ssl = SSL_new(ctx);
	int fd = strangers_connect(s), n;
	char in[4096] = "";
	size_t used = 0;

	SSL_set_fd(ssl, fd);
	SSL_set_connect_state(ssl);
	if (how == STRANGE_PLAIN)
		assert_true(write(fd, "\0\0\0\014\010\001\062\010", 8) == 8);
	while (!closed && loop_now_ms() < end) {
		ERR_clear_error();
		if (how == STRANGE_PLAIN) {
			n = read(fd, in, sizeof(in));
			closed = !n || (n < 0 && errno != EAGAIN);
		} else {
			n = SSL_read(ssl, in + used, sizeof(in) - 1 - used);
			used += n > 0 ? n : 0;
			closed = n <= 0 && SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ;
			if (s->http && !said && SSL_is_init_finished(ssl))
				said = SSL_write(ssl, get, sizeof(get) - 1) > 0;
		}
		if (used && !s->http && memmem(in, used, "\x18\x01", 2))
			closed = true;	/* a HELLO that refuses */
		if (!closed)
			strangers_turn(s, fd);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
	return closed && !strangers_welcome(s, in, used);
}

static inline void strangers_are_refused(const struct strangers *s)
{
	uint64_t end;
	size_t i;

	for (i = 0; i < sizeof(strangers_table) / sizeof(strangers_table[0]); i++) {
		if (!strangers_try(s, strangers_table[i].how))
			fail_msg("%s: was not turned away", strangers_table[i].name);
		end = loop_now_ms() + STRANGERS_MS;
		while (!s->logged(strangers_table[i].logged, s->arg)) {
			if (loop_now_ms() > end)
				fail_msg("%s: the log does not say \"%s\"", strangers_table[i].name,
					 strangers_table[i].logged);
			strangers_turn(s, -1);
		}
	}
}

/* Somebody welcome, whom nothing is wrong with: the connection, for more; the caller frees it */
static inline SSL *strangers_friend(const struct strangers *s)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	uint64_t end = loop_now_ms() + STRANGERS_MS;
	SSL *ssl;
	int n;

	strangers_issue(s, ".", "friend", strangers_uri(s->good, "friend"), 1);
	strangers_use_files(s, ctx, "friend");
	ssl = SSL_new(ctx);
	SSL_CTX_free(ctx);
	SSL_set_fd(ssl, strangers_connect(s));
	SSL_set_connect_state(ssl);
	while ((n = SSL_connect(ssl)) != 1) {
		assert_int_equal(SSL_get_error(ssl, n), SSL_ERROR_WANT_READ);
		assert_true(loop_now_ms() < end);
		strangers_turn(s, SSL_get_fd(ssl));
	}
	return ssl;
}

/* No early data is offered with a ticket, and no handshake begins anew. */
static inline void strangers_get_no_shortcut(const struct strangers *s)
{
	uint64_t end = loop_now_ms() + STRANGERS_MS;
	SSL *ssl = strangers_friend(s);
	int fd = SSL_get_fd(ssl);
	char in[256];

	/* the ticket comes after the handshake */
	while (!SSL_SESSION_has_ticket(SSL_get_session(ssl)) && loop_now_ms() < end) {
		SSL_read(ssl, in, sizeof(in));
		strangers_turn(s, fd);
	}
	assert_int_equal(SSL_version(ssl), TLS1_3_VERSION);
	assert_true(SSL_SESSION_has_ticket(SSL_get_session(ssl)));
	assert_int_equal(SSL_SESSION_get_max_early_data(SSL_get_session(ssl)), 0);
	assert_int_equal(SSL_renegotiate(ssl), 0);
	SSL_free(ssl);
	close(fd);
}

/* For daemons in this process: what they log goes to DIR/log. */
static inline void strangers_capture(const char *dir)
{
	char path[192];
	int fd;

	snprintf(path, sizeof(path), "%s/log", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
}

static inline bool strangers_captured(const char *dir, const char *text)
{
	char path[192], log[1 << 16];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/log", dir);
	fd = open(path, O_RDONLY);
	n = read(fd, log, sizeof(log) - 1);
	close(fd);
	log[n > 0 ? n : 0] = '\0';
	return strstr(log, text);
}

#endif /* STRANGERS_H */
