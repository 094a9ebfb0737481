/* SPDX-License-Identifier: GPL-2.0 */
/* A VM that is asked for again: is it the one that is there? Pure. */
#ifndef VCENTERD_VM_AGAIN_H
#define VCENTERD_VM_AGAIN_H

#include "lib/json.h"
#include "model.h"

/*
 * @body: as POST /vms has it, checked or not. What it does not say, as an address that was drawn,
 * is not compared; nor whether the VM was to be started, which it may have been since.
 */
bool vm_again_is_same(json_t *body, const struct vm *vm);

#endif
