/* SPDX-License-Identifier: GPL-2.0 */
/* May a VM begin a move? */
#ifndef VCENTERD_MOVE_CHECK_H
#define VCENTERD_MOVE_CHECK_H

#include "vcenter.h"

/*
 * To @dc, and as @kind of MOVE_F_WISH says. *ret_memory: MOVE_F_KEEP if it has a memory that is to
 * be kept and the source can, else 0. Negative errno with a sentence: it may not.
 */
int move_check(struct vcenter *vc, const struct vm *vm, const char *dc, unsigned int kind,
	       unsigned int *ret_memory, struct err *err);

#endif
