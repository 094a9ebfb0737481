/* SPDX-License-Identifier: GPL-2.0 */
/* How many VMs there are of each state, without looking at them; part of model.h. */
#ifndef VCENTERD_VM_COUNTS_H
#define VCENTERD_VM_COUNTS_H

#include "proto/common.pb-c.h"

/* Of an inventory; those that are on their way in, or gone elsewhere, are others'. */
struct vm_counts {
	uint32_t by_state[NVO3__VM_STATE__VM_SUSPENDED + 1];
};

#endif
