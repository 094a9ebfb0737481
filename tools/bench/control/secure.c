// SPDX-License-Identifier: GPL-2.0
/*
 * TLS of the generator; see secure.h.
 */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "secure.h"

#define GOOD_S		86400
#define READ_AHEAD	(64 << 10)

static SSL_CTX *context, *serving;
static X509 *ca;
static EVP_PKEY *ca_key, *key;		/* one key for all: making keys is not measured */
static unsigned char protocols[16];
static unsigned int n_protocols;

static void check(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "TLS: %s\n", what);
	ERR_print_errors_fp(stderr);
	exit(2);
}

static FILE *open_in(const char *folder, const char *name)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	check(!!file, path);
	return file;
}

void secure_init(const char *pki, const char *alpn)
{
	char path[512];
	FILE *file;

	if (!pki)
		return;
	file = open_in(pki, "ca.pem");
	ca = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	file = open_in(pki, "ca.key");
	ca_key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	fclose(file);
	key = EVP_EC_gen("P-256");
	context = SSL_CTX_new(TLS_client_method());
	check(ca && ca_key && key && context, pki);
	snprintf(path, sizeof(path), "%s/ca.pem", pki);
	check(SSL_CTX_load_verify_file(context, path) == 1, path);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN |
				  SSL_MODE_ENABLE_PARTIAL_WRITE |
				  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* as many records at once as there are, with their headers */
	SSL_CTX_set_read_ahead(context, 1);
	SSL_CTX_set_default_read_buffer_len(context, READ_AHEAD);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	if (!alpn)
		return;
	protocols[0] = strlen(alpn);
	memcpy(protocols + 1, alpn, strlen(alpn));
	n_protocols = strlen(alpn) + 1;
}

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;

	X509V3_set_ctx(&ctx, ca, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	check(ext && X509_add_ext(cert, ext, -1), value);
	X509_EXTENSION_free(ext);
}

struct x509_st *secure_certificate(const char *role, const char *name)
{
	static long serial;
	char san[128];
	X509 *cert;

	if (!context)
		return NULL;
	cert = X509_new();
	snprintf(san, sizeof(san), "URI:nvo3://dc1/%s/%s", role, name);
	X509_set_version(cert, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), GOOD_S);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(ca));
	X509_set_pubkey(cert, key);
	add_extension(cert, NID_basic_constraints, "critical,CA:FALSE");
	add_extension(cert, NID_key_usage, "critical,digitalSignature");
	add_extension(cert, NID_ext_key_usage, "clientAuth");
	add_extension(cert, NID_authority_key_identifier, "keyid:always");
	add_extension(cert, NID_subject_alt_name, san);
	check(X509_sign(cert, ca_key, EVP_sha256()) > 0, san);
	return cert;
}

struct ssl_st *secure_session(int fd, struct x509_st *cert, struct ssl_session_st *ticket)
{
	SSL *ssl;

	if (!context)
		return NULL;
	ssl = SSL_new(context);
	check(!!ssl, "a session");
	if (n_protocols)
		SSL_set_alpn_protos(ssl, protocols, n_protocols);
	check(SSL_use_certificate(ssl, cert) == 1 && SSL_use_PrivateKey(ssl, key) == 1, "its key");
	SSL_set_fd(ssl, fd);
	if (ticket)
		SSL_set_session(ssl, ticket);
	return ssl;
}

void secure_serve(const char *pki)
{
	char path[512];

	if (!pki)
		return;
	serving = SSL_CTX_new(TLS_server_method());
	check(!!serving, pki);
	snprintf(path, sizeof(path), "%s/server.pem", pki);
	check(SSL_CTX_use_certificate_chain_file(serving, path) == 1, path);
	snprintf(path, sizeof(path), "%s/server.key", pki);
	check(SSL_CTX_use_PrivateKey_file(serving, path, SSL_FILETYPE_PEM) == 1, path);
	snprintf(path, sizeof(path), "%s/ca.pem", pki);
	check(SSL_CTX_load_verify_file(serving, path) == 1, path);
	SSL_CTX_set_verify(serving, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_mode(serving, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN);
	SSL_CTX_set_session_cache_mode(serving, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(serving, 0);
}

struct ssl_st *secure_accepting(int fd)
{
	SSL *ssl;

	if (!serving)
		return NULL;
	ssl = SSL_new(serving);
	check(ssl && SSL_set_fd(ssl, fd) == 1, "a session");
	return ssl;
}
