/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A whole text file in memory.
 */
#ifndef TEXTFILE_H
#define TEXTFILE_H

#include <stddef.h>
#include "errs.h"

/*
 * At most @max bytes without a NUL among them; malloc()ed, ends with a NUL. NULL with a
 * sentence that starts with "PATH: ".
 */
char *textfile_read(const char *path, size_t max, struct err *err);

#endif /* TEXTFILE_H */
