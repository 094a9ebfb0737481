/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What another group of a VM would mean for the rules of the others (Documentation/placement.rst).
 * Pure.
 */
#ifndef VCENTERD_REGROUP_H
#define VCENTERD_REGROUP_H

#include "inventory.h"

/*
 * May @vm be of group @name ("": of none) where it is? -EPERM with a sentence that names the VM
 * whose rule would be broken. A rule that is broken already is nobody's reason.
 */
int regroup_check(struct inventory *inv, const struct vm *vm, const char *name, struct err *err);

#endif
