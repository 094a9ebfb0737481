/* SPDX-License-Identifier: GPL-2.0 */
/*
 * TLS 1.3 with certificates on both sides, and who the peer is. Hides OpenSSL.
 *
 * A certificate names its holder in URI SANs "nvo3://DC/ROLE/NAME"; there may be
 * several. Nothing else in it or in any message says who somebody is.
 */
#ifndef TLS_H
#define TLS_H

#include <stdbool.h>
#include <stdint.h>
#include "errs.h"

enum role {
	ROLE_NONE,
	ROLE_VSERVER,
	ROLE_NVE,
	ROLE_ELEMENT,
	ROLE_VCENTER,
	ROLE_DIRECTOR,
	ROLE_OPERATOR,
	ROLE_TENANT,
};
#define ROLE_BIT(role) (1u << (role))

struct identity {
	enum role role;
	char dc[32];		/* [a-z0-9-]+ */
	char name[64];		/* [a-z0-9.-]+ */
};

const char *role_name(enum role role);
enum role role_parse(const char *name);		/* ROLE_NONE if unknown */
/* "vserver, nve" of a bit set, with @between between them; returns @buf */
const char *role_list(unsigned int roles, const char *between, char *buf, unsigned long size);

/* "nvo3://DC/ROLE/NAME"; 0 or -EINVAL with a sentence. Pure. */
int identity_parse(const char *uri, struct identity *ret, struct err *err);
/* "DC/NAME" (of a Unix peer without DC: "NAME"), for messages and logs; returns @buf. */
#define IDENTITY_STRLEN 96
const char *identity_format(const struct identity *id, char *buf, unsigned long size);

struct tls;
struct ssl_st;

/* PEM files. */
struct tls_files {
	const char *ca, *cert, *key;
	const char *crl;		/* whom the CA has revoked; NULL: nobody looks */
};

/* Load them; checks that they belong together and are valid now. */
struct tls *tls_open(const struct tls_files *files, struct err *err);
struct tls *tls_new(const char *ca, const char *cert, const char *key, struct err *err);
void tls_free(struct tls *tls);

/*
 * Read the same files again, for all sessions that begin from now on. Nothing changes if they are
 * not in order, or if the certificate has no longer every identity that it had.
 */
int tls_reload(struct tls *tls, struct err *err);
/* Another number after each tls_reload() that has changed something. */
unsigned int tls_generation(const struct tls *tls);
/* -EACCES with a sentence if the peer's certificate is revoked by the list that is loaded now. */
int tls_check_revoked(struct tls *tls, struct ssl_st *ssl, struct err *err);

/* The certificate's own identity in @role; false if it has none. */
bool tls_self(const struct tls *tls, enum role role, struct identity *ret);

/* For chan and http. */
struct ssl_st *tls_session(struct tls *tls, bool server);
struct ssl_ctx_st *tls_context(struct tls *tls);
/*
 * After the handshake: the peer's identity among the roles of the bit set @roles.
 * 0 or -EACCES with a sentence that names what the certificate has instead.
 */
int tls_peer(struct ssl_st *ssl, unsigned int roles, struct identity *ret, struct err *err);
/*
 * Why did the handshake fail: a sentence ("certificate of dc1/host1 expired on ..."). @code is
 * the OpenSSL error if the caller has it (bufferevents collect it), 0 to take it from the thread.
 */
void tls_reason(struct ssl_st *ssl, unsigned long code, struct err *err);
/*
 * Have @refused called, with the socket and a sentence, if the handshake of @ssl fails; for those
 * who
 * do not see it otherwise. @arg must live as long as @ssl.
 */
void tls_on_refusal(struct ssl_st *ssl, void (*refused)(int fd, const char *why, void *arg),
		    void *arg);
/* When the peer's certificate ends (CLOCK_REALTIME seconds); a session must not outlive it. */
int64_t tls_expiry(struct ssl_st *ssl);

/* What lets the next handshake with the same server be a short one; NULL if it gave nothing. */
struct ssl_session_st *tls_ticket(struct ssl_st *ssl);
void tls_ticket_free(struct ssl_session_st *ticket);
void tls_resume(struct ssl_st *ssl, struct ssl_session_st *ticket);

#endif /* TLS_H */
