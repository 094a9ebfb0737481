/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a certificate says, in our words. Between tls.c, pki.c and this; no one else.
 */
#ifndef CERT_H
#define CERT_H

#include <openssl/x509_vfy.h>
#include "tls.h"

#define CERT_LABEL 160
#define CERT_TIME 32

/* The identities in its SANs, at most @max, in their order; others are skipped. */
int cert_identities(const X509 *cert, struct identity *ret, int max);
/* "dc1/host1", or its subject's name if it has no identity; returns @buf. */
const char *cert_label(const X509 *cert, char buf[CERT_LABEL]);
/* "2026-01-31 12:00:00 UTC"; returns @buf. */
const char *cert_time(const ASN1_TIME *t, char buf[CERT_TIME]);
/* Why verification failed with @ctx: one sentence. */
void cert_problem(X509_STORE_CTX *ctx, struct err *err);

#endif /* CERT_H */
