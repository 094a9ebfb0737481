/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does what vm_job.h decides: creates, deletes, starts and stops VMs through their vServer and
 * the nDirector, each step stored first.
 */
#ifndef VCENTERD_VM_OPS_H
#define VCENTERD_VM_OPS_H

#include "vcenter.h"

/*
 * Begin @op with a VM of the inventory; what is to be done is on the disk when this returns 0.
 * -EBUSY while something else is done with it. Progress shows in vm->state, the end as an event.
 */
int vm_ops_begin(struct vcenter *vc, struct vm *vm, enum vm_op op, struct err *err);
/* Put a new VM (malloc) into the inventory and begin @op with it; takes @vm in any case. */
int vm_ops_add(struct vcenter *vc, struct vm *vm, struct server *server, enum vm_op op,
	       struct err *err);

void vm_ops_resume(struct vcenter *vc);	/* after a restart */
void vm_ops_tick(struct vcenter *vc);	/* every one that has something to do */
/* The server or the nDirector is back: do not wait for the next try. */
void vm_ops_kick(struct vcenter *vc, const struct server *server);

#endif
