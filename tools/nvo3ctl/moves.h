/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NVO3CTL_MOVES_H
#define NVO3CTL_MOVES_H

#include "ctl.h"
#include "print.h"

/* A move as a record */
extern const struct column move_columns[];

/* Shows the steps of @move, which is at @path, until it has ended (vm_migrate.c). */
int move_watch(struct ctl *ctl, enum service service, const char *path, json_t *move,
	       struct err *err);

#endif /* NVO3CTL_MOVES_H */
