// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/x509v3.h>

#include "cert.h"

static bool uri_identity(const GENERAL_NAME *name, struct identity *ret)
{
	const ASN1_IA5STRING *uri = name->d.uniformResourceIdentifier;
	const char *text;

	if (name->type != GEN_URI)
		return false;
	text = (const char *)ASN1_STRING_get0_data(uri);
	/* A zero byte inside would make the name that we read shorter than the one signed. */
	if (strlen(text) != (size_t)ASN1_STRING_length(uri))
		return false;
	return !identity_parse(text, ret, NULL);
}

int cert_identities(const X509 *cert, struct identity *ret, int max)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int i, n = 0;

	for (i = 0; i < sk_GENERAL_NAME_num(names) && n < max; i++) {
		if (uri_identity(sk_GENERAL_NAME_value(names, i), &ret[n]))
			n++;
	}
	GENERAL_NAMES_free(names);
	return n;
}

const char *cert_label(const X509 *cert, char buf[CERT_LABEL])
{
	char subject[CERT_LABEL - 8];
	struct identity id;

	if (cert_identities(cert, &id, 1))
		return identity_format(&id, buf, CERT_LABEL);
	if (!X509_NAME_oneline(X509_get_subject_name(cert), subject, sizeof(subject)))
		strcpy(subject, "?");
	snprintf(buf, CERT_LABEL, "\"%s\"", subject);
	return buf;
}

const char *cert_time(const ASN1_TIME *t, char buf[CERT_TIME])
{
	struct tm tm;

	if (!ASN1_TIME_to_tm(t, &tm) || !strftime(buf, CERT_TIME, "%Y-%m-%d %H:%M:%S UTC", &tm))
		strcpy(buf, "an unreadable date");
	return buf;
}

static const char *issuer_name(const X509 *cert, char buf[CERT_LABEL])
{
	X509_NAME *name = X509_get_issuer_name(cert);

	if (X509_NAME_get_text_by_NID(name, NID_commonName, buf, CERT_LABEL) < 0 &&
	    !X509_NAME_oneline(name, buf, CERT_LABEL))
		strcpy(buf, "?");
	return buf;
}

void cert_problem(X509_STORE_CTX *ctx, struct err *err)
{
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx), *leaf = X509_STORE_CTX_get0_cert(ctx);
	char label[CERT_LABEL], issuer[CERT_LABEL], when[CERT_TIME];
	int code = X509_STORE_CTX_get_error(ctx);

	if (!cert)
		cert = leaf;
	switch (code) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		err_set(err, EACCES, "certificate of %s expired on %s", cert_label(cert, label),
			cert_time(X509_get0_notAfter(cert), when));
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		err_set(err, EACCES, "certificate of %s is not valid before %s",
			cert_label(cert, label), cert_time(X509_get0_notBefore(cert), when));
		break;
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		/* Where the chain breaks is of less interest than whose it is. */
		err_set(err, EACCES, "certificate of %s is signed by \"%.64s\", not by our CA",
			cert_label(leaf, label), issuer_name(leaf, issuer));
		break;
	case X509_V_ERR_CERT_REVOKED:
		err_set(err, EACCES, "certificate of %s is revoked", cert_label(cert, label));
		break;
	case X509_V_ERR_CRL_HAS_EXPIRED:
		err_set(err, EACCES, "certificate of %s: our CA's revocation list is too old",
			cert_label(cert, label));
		break;
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		err_set(err, EACCES, "certificate of %s: there is no revocation list of \"%.64s\"",
			cert_label(cert, label), issuer_name(cert, issuer));
		break;
	default:
		err_set(err, EACCES, "certificate of %s: %s", cert_label(cert, label),
			X509_verify_cert_error_string(code));
	}
}
