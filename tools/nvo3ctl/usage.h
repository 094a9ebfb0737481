/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be said to this program.
 */
#ifndef NVO3CTL_USAGE_H
#define NVO3CTL_USAGE_H

#include "ctl.h"

extern const struct object *const objects[];	/* ends with NULL */

/* Of one verb, of all verbs of an object, or of everything: what is not NULL. */
void usage_print(FILE *out, const struct object *object, const struct verb *verb);
/* -EINVAL and a sentence that names word @n, from 0, of the verb's usage. */
int usage_missing_word(const struct verb *verb, int n, struct err *err);

#endif /* NVO3CTL_USAGE_H */
