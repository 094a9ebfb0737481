// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "cleanup.h"
#include "mem.h"
#include "pki.h"
#include "pki_file.h"
#include "tls.h"

#define CA_DAYS 3652
#define DAY 86400
/* Hosts' clocks differ: a certificate is good a little before it was made. */
#define CLOCK_SLACK 3600
#define SERIAL_BYTES 16

DEFINE_CLEANUP(X509 *, x509, X509_free);
DEFINE_CLEANUP(EVP_PKEY *, pkey, EVP_PKEY_free);

#define _cleanup_x509_ _cleanup_(cleanup_x509)
#define _cleanup_pkey_ _cleanup_(cleanup_pkey)

static int openssl_failed(struct err *err, const char *what)
{
	unsigned long code = ERR_get_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return err_set(err, EIO, "%s: %s", what, reason ? reason : "OpenSSL gives no reason");
}

static bool set_serial(X509 *cert)
{
	unsigned char bytes[SERIAL_BYTES];
	BIGNUM *number;
	bool ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] = (bytes[0] & 0x7f) | 0x40;	/* positive, and of one length (RFC 5280 4.1.2.2) */
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
	BN_free(number);
	return ok;
}

static bool set_dates(X509 *cert, int days)
{
	time_t now = time(NULL), from = now - CLOCK_SLACK, to = now + (time_t)days * DAY;

	if (to <= now)
		from = to - DAY;
	return X509_time_adj_ex(X509_getm_notBefore(cert), 0, 0, &from) &&
	       X509_time_adj_ex(X509_getm_notAfter(cert), 0, 0, &to);
}

static bool set_names(X509 *cert, const char *name, const X509 *ca)
{
	X509_NAME *subject = X509_get_subject_name(cert);

	return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
					  (const unsigned char *)name, -1, -1, 0) &&
	       X509_set_issuer_name(cert, ca ? X509_get_subject_name(ca) : subject);
}

static bool add_extension(X509 *cert, X509 *ca, int nid, const char *value)
{
	X509_EXTENSION *ext;
	X509V3_CTX ctx;
	bool ok;

	X509V3_set_ctx(&ctx, ca ? ca : cert, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = ext && X509_add_ext(cert, ext, -1);
	X509_EXTENSION_free(ext);
	return ok;
}

/* A certificate with all but its extensions and signature; @ca is NULL for the CA's own. */
static X509 *certificate_new(const char *name, EVP_PKEY *key, X509 *ca, int days)
{
	_cleanup_x509_ X509 *cert = mem_check(X509_new());

	if (!X509_set_version(cert, X509_VERSION_3) || !set_serial(cert) ||
	    !set_dates(cert, days) || !set_names(cert, name, ca) || !X509_set_pubkey(cert, key))
		return NULL;
	return steal_ptr(cert);
}

static X509 *ca_certificate(EVP_PKEY *key)
{
	_cleanup_x509_ X509 *cert = NULL;
	unsigned char tag[4];
	char name[40];

	/* Two labs' CAs need different names, or a refusal reads as a broken signature. */
	if (RAND_bytes(tag, sizeof(tag)) != 1)
		return NULL;
	snprintf(name, sizeof(name), "nvo3 lab CA %02x%02x%02x%02x", tag[0], tag[1], tag[2],
		 tag[3]);
	cert = certificate_new(name, key, NULL, CA_DAYS);
	if (!cert ||
	    !add_extension(cert, NULL, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
	    !add_extension(cert, NULL, NID_key_usage, "critical,keyCertSign,cRLSign") ||
	    !add_extension(cert, NULL, NID_subject_key_identifier, "hash") ||
	    !X509_sign(cert, key, EVP_sha256()))
		return NULL;
	return steal_ptr(cert);
}

static X509 *leaf_certificate(const char *name, EVP_PKEY *key, const char *san, int days,
			      X509 *ca, EVP_PKEY *ca_key)
{
	_cleanup_x509_ X509 *cert = certificate_new(name, key, ca, days);

	/* Every daemon both connects and accepts, hence both purposes. */
	if (!cert ||
	    !add_extension(cert, ca, NID_basic_constraints, "critical,CA:FALSE") ||
	    !add_extension(cert, ca, NID_key_usage, "critical,digitalSignature") ||
	    !add_extension(cert, ca, NID_ext_key_usage, "serverAuth,clientAuth") ||
	    !add_extension(cert, ca, NID_subject_key_identifier, "hash") ||
	    !add_extension(cert, ca, NID_authority_key_identifier, "keyid:always") ||
	    !add_extension(cert, ca, NID_subject_alt_name, san) ||
	    !X509_sign(cert, ca_key, EVP_sha256()))
		return NULL;
	return steal_ptr(cert);
}

int pki_init(const char *dir, bool force, struct err *err)
{
	_cleanup_pkey_ EVP_PKEY *key = NULL;
	_cleanup_x509_ X509 *cert = NULL;
	int ret;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_sys(err, errno, "directory %s", dir);
	ret = pki_file_free(dir, "ca", force, err);
	if (ret < 0)
		return ret;
	key = EVP_EC_gen("P-256");
	cert = key ? ca_certificate(key) : NULL;
	if (!cert)
		return openssl_failed(err, "making the CA");
	return pki_file_write(dir, "ca", cert, key, err);
}

/* "URI:a,URI:b" for OpenSSL; what identity_parse() lets through needs no quoting. */
static char *alt_names(const char *const *uris, int n_uris, struct err *err)
{
	_cleanup_free_ char *san = NULL;
	struct identity id;
	size_t size = 1;
	int i;

	if (n_uris < 1) {
		err_set(err, EINVAL, "a certificate needs at least one name nvo3://DC/ROLE/NAME");
		return NULL;
	}
	for (i = 0; i < n_uris; i++) {
		if (identity_parse(uris[i], &id, err) < 0)
			return NULL;
		size += strlen(uris[i]) + strlen(",URI:");
	}
	san = mem_zalloc(size);
	for (i = 0; i < n_uris; i++) {
		strcat(san, i ? ",URI:" : "URI:");
		strcat(san, uris[i]);
	}
	return steal_ptr(san);
}

static int check_name(const char *name, struct err *err)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t len = strlen(name);

	if (!len || len > 64 || name[0] == '.' || strspn(name, allowed) != len)
		return err_set(err, EINVAL,
			       "file name \"%s\" is not 1 to 64 letters, digits, - _ and .", name);
	if (!strcmp(name, "ca"))
		return err_set(err, EINVAL, "the name \"ca\" is the CA's own");
	if (!strcmp(name, "crl"))
		return err_set(err, EINVAL, "the name \"crl\" is that of the revocation list");
	return 0;
}

int pki_issue(const char *dir, const char *name, const char *const *uris, int n_uris, int days,
	      bool force, struct err *err)
{
	_cleanup_pkey_ EVP_PKEY *key = NULL, *ca_key = NULL;
	_cleanup_x509_ X509 *cert = NULL, *ca = NULL;
	_cleanup_free_ char *san = NULL;
	int ret;

	ret = check_name(name, err);
	if (ret < 0)
		return ret;
	san = alt_names(uris, n_uris, err);
	if (!san)
		return -EINVAL;
	ret = pki_file_free(dir, name, force, err);
	if (!ret)
		ret = pki_file_read(dir, "ca", &ca, &ca_key, err);
	if (ret < 0)
		return ret;
	key = EVP_EC_gen("P-256");
	cert = key ? leaf_certificate(name, key, san, days, ca, ca_key) : NULL;
	if (!cert)
		return openssl_failed(err, name);
	return pki_file_write(dir, name, cert, key, err);
}
