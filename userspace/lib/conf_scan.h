/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What libconfig would silently take otherwise than it is written. Pure.
 */
#ifndef CONF_SCAN_H
#define CONF_SCAN_H

#include "errs.h"

/* 0, or -EINVAL with a sentence and the line in *line. */
int conf_scan(const char *text, unsigned int *line, struct err *err);

#endif /* CONF_SCAN_H */
