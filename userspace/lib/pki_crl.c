// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "cleanup.h"
#include "mem.h"
#include "pki.h"
#include "pki_file.h"

#define DAY 86400
#define CLOCK_SLACK 3600	/* as in pki.c */

DEFINE_CLEANUP(X509 *, x509, X509_free);
DEFINE_CLEANUP(X509_CRL *, crl, X509_CRL_free);
DEFINE_CLEANUP(EVP_PKEY *, pkey, EVP_PKEY_free);

static bool set_dates(X509_CRL *crl, int days)
{
	time_t from = time(NULL) - CLOCK_SLACK, to = time(NULL) + (time_t)days * DAY;
	ASN1_TIME *last = ASN1_TIME_set(NULL, from), *next = ASN1_TIME_set(NULL, to);
	bool ok;

	ok = last && next && X509_CRL_set1_lastUpdate(crl, last) &&
	     X509_CRL_set1_nextUpdate(crl, next);
	ASN1_TIME_free(last);
	ASN1_TIME_free(next);
	return ok;
}

static bool is_listed(X509_CRL *crl, X509 *cert)
{
	X509_REVOKED *entry;

	return X509_CRL_get0_by_cert(crl, &entry, cert) == 1;
}

static bool add(X509_CRL *crl, X509 *cert)
{
	X509_REVOKED *entry = mem_check(X509_REVOKED_new());
	ASN1_TIME *now = ASN1_TIME_set(NULL, time(NULL));
	bool ok;

	ok = now && X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(cert)) &&
	     X509_REVOKED_set_revocationDate(entry, now) && X509_CRL_add0_revoked(crl, entry);
	if (!ok)
		X509_REVOKED_free(entry);
	ASN1_TIME_free(now);
	return ok;
}

static X509_CRL *list_new(const X509 *ca)
{
	X509_CRL *crl = mem_check(X509_CRL_new());

	if (X509_CRL_set_version(crl, X509_CRL_VERSION_2) &&
	    X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)))
		return crl;
	X509_CRL_free(crl);
	return NULL;
}

static bool finish(X509_CRL *crl, X509 *cert, int days, EVP_PKEY *ca_key)
{
	if (cert && !is_listed(crl, cert) && !add(crl, cert))
		return false;
	return set_dates(crl, days) && X509_CRL_sort(crl) &&
	       X509_CRL_sign(crl, ca_key, EVP_sha256());
}

int pki_revoke(const char *dir, const char *name, int days, struct err *err)
{
	_cleanup_(cleanup_pkey) EVP_PKEY *ca_key = NULL;
	_cleanup_(cleanup_x509) X509 *cert = NULL, *ca = NULL;
	_cleanup_(cleanup_crl) X509_CRL *crl = NULL;
	int ret;

	ret = pki_file_read(dir, "ca", &ca, &ca_key, err);
	if (!ret && name)
		ret = pki_file_cert(dir, name, &cert, err);
	if (!ret)
		ret = pki_file_read_crl(dir, &crl, err);
	if (ret < 0)
		return ret;
	if (!crl)
		crl = list_new(ca);
	if (crl && finish(crl, cert, days, ca_key))
		return pki_file_write_crl(dir, crl, err);
	ERR_clear_error();
	return err_set(err, EIO, "making the list of revoked certificates failed");
}
