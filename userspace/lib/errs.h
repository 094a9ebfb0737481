/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a library function tells why it failed: a negative errno as its value
 * and one sentence, without a final stop, that names the culprit.
 *
 * Libraries never log and never print; whoever called decides what to do with
 * the sentence. Every struct err pointer may be NULL for who does not care.
 */
#ifndef NVO3_LIB_ERRS_H
#define NVO3_LIB_ERRS_H

#include <stdarg.h>

struct err {
	char text[256];
};

/*
 * Set the sentence. @code is an errno of either sign; the value is always
 * negative, so that "return err_set(err, EINVAL, ...)" reads well. A sentence
 * that is too long ends in "...".
 */
int err_set(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int err_vset(struct err *err, int code, const char *fmt, va_list ap)
	__attribute__((format(printf, 3, 0)));

/* As err_set(), followed by ": " and the text of errno @code */
int err_sys(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "context: " before the sentence that is there; value is @code as it came */
int err_prefix(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
