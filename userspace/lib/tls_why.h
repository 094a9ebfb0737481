/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remembers with the SSL object why its peer's certificate was refused, for tls_reason().
 */
#ifndef TLS_WHY_H
#define TLS_WHY_H

#include <openssl/x509_vfy.h>

/* For SSL_CTX_set_verify() */
int tls_why_verify(int ok, X509_STORE_CTX *store);

#endif /* TLS_WHY_H */
