/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Configuration files (libconfig syntax). Hides libconfig.
 *
 * Errors read "file:line: reason". Each value is fetched by its path ("nve.local") and marked
 * as known; conf_finish() refuses what nobody asked for, so that a misspelt key is an error.
 */
#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include "addr.h"
#include "errs.h"

struct conf;
struct tls_files;

struct conf *conf_open(const char *path, struct err *err);
void conf_free(struct conf *conf);
int conf_finish(struct conf *conf, struct err *err);

bool conf_has(struct conf *conf, const char *path);

/*
 * Each returns 0, or -errno with a sentence and sets *ret only on success. With a default
 * (_or) an absent key is no error. Strings are borrowed from @conf.
 */
int conf_str(struct conf *conf, const char *path, const char **ret, struct err *err);
int conf_str_or(struct conf *conf, const char *path, const char *def, const char **ret,
		struct err *err);
int conf_int(struct conf *conf, const char *path, long min, long max, long *ret, struct err *err);
int conf_int_or(struct conf *conf, const char *path, long min, long max, long def, long *ret,
		struct err *err);
int conf_bool_or(struct conf *conf, const char *path, bool def, bool *ret, struct err *err);
int conf_ip(struct conf *conf, const char *path, struct ip_addr *ret, struct err *err);
/* A list or array of strings; a single string counts as one. *ret is borrowed, NULL-terminated. */
int conf_list(struct conf *conf, const char *path, const char *const **ret, int *n,
	      struct err *err);
/* tls: { ca, cert, key, crl }; crl may be absent. */
int conf_tls(struct conf *conf, struct tls_files *ret, struct err *err);
/* Number of groups in the list at @path (peers: ({...}, {...})); members as "peers.[0].addr". */
int conf_count(struct conf *conf, const char *path);
/* A sentence of the caller's about the value at @path, with file:line in front; returns -EINVAL. */
int conf_error(struct conf *conf, const char *path, struct err *err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif /* CONF_H */
