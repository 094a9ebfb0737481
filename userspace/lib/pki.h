/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small certificate authority for a lab: P-256 keys, SHA-256.
 *
 * Files that are there are left alone (-EEXIST) unless @force. On failure none is left behind
 * half-written. Keys have mode 0600.
 */
#ifndef PKI_H
#define PKI_H

#include <stdbool.h>
#include "errs.h"

/* Makes DIR/ca.pem and DIR/ca.key, good for ten years; DIR (mode 0700) if it is not there. */
int pki_init(const char *dir, bool force, struct err *err);

/*
 * Makes DIR/NAME.pem and DIR/NAME.key, signed by DIR's CA, for the identities @uris
 * ("nvo3://DC/ROLE/NAME"), valid for @days from now. With 0 or less it expired that many
 * days ago, for tests.
 */
int pki_issue(const char *dir, const char *name, const char *const *uris, int n_uris, int days,
	      bool force, struct err *err);

/*
 * Puts DIR/NAME.pem on the list of revoked certificates DIR/crl.pem, which is made if it is not
 * there,
 * and is good for @days from now. @name NULL: only makes the list, or makes it last longer.
 */
int pki_revoke(const char *dir, const char *name, int days, struct err *err);

#endif /* PKI_H */
