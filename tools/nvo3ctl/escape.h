/* SPDX-License-Identifier: GPL-2.0 */
/* The key at a terminal that is not for the guest, but ends the console. Pure. */
#ifndef NVO3CTL_ESCAPE_H
#define NVO3CTL_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include "lib/errs.h"

#define ESCAPE_NONE	-1

/* "^]" is the control character, "none" no key; -EINVAL with a sentence for anything else. */
int escape_parse(const char *text, int *ret, struct err *err);
/* "Ctrl-]"; returns @buf */
const char *escape_name(int key, char buf[8]);
/* How many of the bytes are for the guest; *ret_end: then the key comes. */
size_t escape_scan(int key, const char *data, size_t len, bool *ret_end);

#endif /* NVO3CTL_ESCAPE_H */
