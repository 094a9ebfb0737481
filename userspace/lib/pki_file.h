/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DIR/NAME.pem and DIR/NAME.key as a pair: both are there afterwards, or neither is new.
 */
#ifndef PKI_FILE_H
#define PKI_FILE_H

#include <stdbool.h>
#include <openssl/x509.h>
#include "errs.h"

/* -EEXIST if one of them is there and not @force. */
int pki_file_free(const char *dir, const char *name, bool force, struct err *err);
int pki_file_write(const char *dir, const char *name, const X509 *cert, const EVP_PKEY *key,
		   struct err *err);
/* The caller frees both. -EINVAL if they do not belong together. */
int pki_file_read(const char *dir, const char *name, X509 **cert, EVP_PKEY **key,
		  struct err *err);

/* DIR/NAME.pem alone. */
int pki_file_cert(const char *dir, const char *name, X509 **cert, struct err *err);
/* DIR/crl.pem; *@ret is NULL if there is none. */
int pki_file_read_crl(const char *dir, X509_CRL **ret, struct err *err);
int pki_file_write_crl(const char *dir, const X509_CRL *crl, struct err *err);

#endif /* PKI_FILE_H */
