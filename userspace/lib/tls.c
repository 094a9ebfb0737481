// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "cert.h"
#include "cleanup.h"
#include "mem.h"
#include "tls.h"
#include "tls_why.h"

/* More identities than a certificate of ours has; what is beyond is not looked at. */
#define MAX_IDENTITIES 16

struct tls {
	SSL_CTX *ctx;
	unsigned int generation;
	char *ca, *cert, *key, *crl;
};

DEFINE_CLEANUP(struct tls *, tls, tls_free);

/* A daemon has no terminal: a key with a passphrase is an error, not a prompt. */
static int no_passphrase(char *buf, int size, int rwflag, void *arg)
{
	return -1;
}

static SSL_CTX *context_new(void)
{
	static const unsigned char name[] = "nvo3";
	SSL_CTX *ctx = mem_check(SSL_CTX_new(TLS_method()));

	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	/* The peer has the CA itself; only what the certificate's file holds is sent. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN |
			      SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, tls_why_verify);
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	/* Resumption by tickets that the client keeps: a server holds nothing for who is away. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_session_id_context(ctx, name, sizeof(name) - 1);
	SSL_CTX_set_num_tickets(ctx, 1);
	return ctx;
}

static int readable(const char *what, const char *path, struct err *err)
{
	if (access(path, R_OK) < 0)
		return err_sys(err, errno, "%s %s", what, path);
	return 0;
}

static int refuse(const char *what, const char *path, const char *expected, struct err *err)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return err_set(err, EINVAL, "%s %s is not %s (%s)", what, path, expected,
		       reason ? reason : "no reason given");
}

/* From now on a certificate is good only if the list says so: none of an issuer is no leave. */
static int load_crl(SSL_CTX *ctx, const char *path, struct err *err)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	X509_LOOKUP *lookup = mem_check(X509_STORE_add_lookup(store, X509_LOOKUP_file()));

	if (X509_load_crl_file(lookup, path, X509_FILETYPE_PEM) < 1)
		return refuse("revocation list", path, "a PEM CRL", err);
	X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
	return 0;
}

static int load(SSL_CTX *ctx, const struct tls *tls, struct err *err)
{
	int ret;

	ret = readable("CA certificate", tls->ca, err);
	if (!ret)
		ret = readable("certificate", tls->cert, err);
	if (!ret)
		ret = readable("key", tls->key, err);
	if (!ret && tls->crl)
		ret = readable("revocation list", tls->crl, err);
	if (ret < 0)
		return ret;
	if (SSL_CTX_load_verify_file(ctx, tls->ca) != 1)
		return refuse("CA certificate", tls->ca, "a PEM certificate", err);
	if (SSL_CTX_use_certificate_chain_file(ctx, tls->cert) != 1)
		return refuse("certificate", tls->cert, "a PEM certificate", err);
	/* This also compares it with the certificate's public key. */
	if (SSL_CTX_use_PrivateKey_file(ctx, tls->key, SSL_FILETYPE_PEM) != 1)
		return refuse("key", tls->key, "the unencrypted PEM key of the certificate", err);
	return tls->crl ? load_crl(ctx, tls->crl, err) : 0;
}

/* What every peer would refuse is better said at the start, with the file's name. */
static int check_own(SSL_CTX *ctx, const char *path, struct err *err)
{
	STACK_OF(X509) *chain = NULL;
	X509_STORE_CTX *check = mem_check(X509_STORE_CTX_new());
	int ret = 0;

	SSL_CTX_get0_chain_certs(ctx, &chain);
	X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(ctx), SSL_CTX_get0_certificate(ctx),
			    chain);
	if (X509_verify_cert(check) != 1) {
		cert_problem(check, err);
		ret = err_prefix(err, -EACCES, "%s", path);
	}
	X509_STORE_CTX_free(check);
	ERR_clear_error();
	return ret;
}

static SSL_CTX *context_load(const struct tls *tls, struct err *err)
{
	SSL_CTX *ctx = context_new();
	struct identity any;

	ERR_clear_error();
	if (load(ctx, tls, err) < 0 || check_own(ctx, tls->cert, err) < 0) {
		SSL_CTX_free(ctx);
		return NULL;
	}
	if (cert_identities(SSL_CTX_get0_certificate(ctx), &any, 1))
		return ctx;
	err_set(err, EINVAL, "certificate %s has no URI name nvo3://DC/ROLE/NAME", tls->cert);
	SSL_CTX_free(ctx);
	return NULL;
}

struct tls *tls_open(const struct tls_files *files, struct err *err)
{
	_cleanup_(cleanup_tls) struct tls *tls = mem_zalloc(sizeof(*tls));

	tls->ca = mem_strdup(files->ca);
	tls->cert = mem_strdup(files->cert);
	tls->key = mem_strdup(files->key);
	tls->crl = files->crl ? mem_strdup(files->crl) : NULL;
	tls->ctx = context_load(tls, err);
	return tls->ctx ? steal_ptr(tls) : NULL;
}

struct tls *tls_new(const char *ca, const char *cert, const char *key, struct err *err)
{
	struct tls_files files = { .ca = ca, .cert = cert, .key = key };

	return tls_open(&files, err);
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	SSL_CTX_free(tls->ctx);
	free(tls->ca);
	free(tls->cert);
	free(tls->key);
	free(tls->crl);
	free(tls);
}

static bool has_identity(const struct identity *ids, int n, const struct identity *id)
{
	int i;

	for (i = 0; i < n; i++) {
		if (ids[i].role == id->role && !strcmp(ids[i].dc, id->dc) &&
		    !strcmp(ids[i].name, id->name))
			return true;
	}
	return false;
}

/* Those who have sessions with us know us by these. */
static int check_same(const struct tls *tls, const SSL_CTX *ctx, struct err *err)
{
	struct identity old[MAX_IDENTITIES], new[MAX_IDENTITIES];
	int i, n_old, n_new;

	n_old = cert_identities(SSL_CTX_get0_certificate(tls->ctx), old, MAX_IDENTITIES);
	n_new = cert_identities(SSL_CTX_get0_certificate(ctx), new, MAX_IDENTITIES);
	for (i = 0; i < n_old; i++) {
		if (!has_identity(new, n_new, &old[i]))
			return err_set(err, EACCES, "certificate %s names nvo3://%s/%s/%s no more",
				       tls->cert, old[i].dc, role_name(old[i].role), old[i].name);
	}
	return 0;
}

int tls_reload(struct tls *tls, struct err *err)
{
	SSL_CTX *ctx = context_load(tls, err);
	int ret;

	if (!ctx)
		return -EINVAL;
	ret = check_same(tls, ctx, err);
	if (ret < 0) {
		SSL_CTX_free(ctx);
		return ret;
	}
	/* What is under way holds the old one. */
	SSL_CTX_free(tls->ctx);
	tls->ctx = ctx;
	tls->generation++;
	return 0;
}

unsigned int tls_generation(const struct tls *tls)
{
	return tls->generation;
}

/*
 * Nothing but revocation: a peer whose CA is not ours any more may stay until its certificate
 * expires, and one that resumed has not shown the certificates between the CA and its own.
 */
int tls_check_revoked(struct tls *tls, struct ssl_st *ssl, struct err *err)
{
	X509_STORE_CTX *check = mem_check(X509_STORE_CTX_new());
	X509 *cert = SSL_get0_peer_certificate(ssl);
	int ret = 0;

	if (tls->crl && cert &&
	    X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(tls->ctx), cert,
				SSL_get_peer_cert_chain(ssl)) == 1 &&
	    X509_verify_cert(check) != 1 &&
	    X509_STORE_CTX_get_error(check) == X509_V_ERR_CERT_REVOKED) {
		cert_problem(check, err);
		ret = -EACCES;
	}
	X509_STORE_CTX_free(check);
	ERR_clear_error();
	return ret;
}

bool tls_self(const struct tls *tls, enum role role, struct identity *ret)
{
	struct identity ids[MAX_IDENTITIES];
	int i, n;

	n = cert_identities(SSL_CTX_get0_certificate(tls->ctx), ids, MAX_IDENTITIES);
	for (i = 0; i < n; i++) {
		if (ids[i].role == role) {
			*ret = ids[i];
			return true;
		}
	}
	return false;
}

struct ssl_st *tls_session(struct tls *tls, bool server)
{
	SSL *ssl = mem_check(SSL_new(tls->ctx));

	if (server)
		SSL_set_accept_state(ssl);
	else
		SSL_set_connect_state(ssl);
	return ssl;
}

struct ssl_ctx_st *tls_context(struct tls *tls)
{
	return tls->ctx;
}

static int pick(const X509 *cert, unsigned int roles, struct identity *ret, struct err *err)
{
	char label[CERT_LABEL], has[64], need[64];
	struct identity ids[MAX_IDENTITIES];
	unsigned int found = 0;
	int i, n;

	n = cert_identities(cert, ids, MAX_IDENTITIES);
	for (i = 0; i < n; i++) {
		if (ROLE_BIT(ids[i].role) & roles) {
			*ret = ids[i];
			return 0;
		}
		found |= ROLE_BIT(ids[i].role);
	}
	if (!n)
		return err_set(err, EACCES, "certificate of %s has no URI name nvo3://DC/ROLE/NAME",
			       cert_label(cert, label));
	return err_set(err, EACCES, "certificate of %s has %s %s; need %s", cert_label(cert, label),
		       n == 1 ? "role" : "roles", role_list(found, ", ", has, sizeof(has)),
		       role_list(roles, " or ", need, sizeof(need)));
}

int tls_peer(struct ssl_st *ssl, unsigned int roles, struct identity *ret, struct err *err)
{
	char label[CERT_LABEL], when[CERT_TIME];
	X509 *cert = SSL_get0_peer_certificate(ssl);

	if (!cert)
		return err_set(err, EACCES, "the peer showed no certificate");
	/* A resumed session brings the certificate along, but nobody looked at its dates again. */
	if (X509_cmp_current_time(X509_get0_notAfter(cert)) <= 0)
		return err_set(err, EACCES, "certificate of %s expired on %s",
			       cert_label(cert, label), cert_time(X509_get0_notAfter(cert), when));
	return pick(cert, roles, ret, err);
}

int64_t tls_expiry(struct ssl_st *ssl)
{
	X509 *cert = SSL_get0_peer_certificate(ssl);
	struct tm tm;

	if (!cert || !ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm))
		return 0;
	return timegm(&tm);
}

struct ssl_session_st *tls_ticket(struct ssl_st *ssl)
{
	SSL_SESSION *session = SSL_get1_session(ssl);

	if (session && !SSL_SESSION_is_resumable(session)) {
		SSL_SESSION_free(session);
		session = NULL;
	}
	return session;
}

void tls_ticket_free(struct ssl_session_st *ticket)
{
	SSL_SESSION_free(ticket);
}

void tls_resume(struct ssl_st *ssl, struct ssl_session_st *ticket)
{
	SSL_set_session(ssl, ticket);
}
