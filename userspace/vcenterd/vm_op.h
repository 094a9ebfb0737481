/* SPDX-License-Identifier: GPL-2.0 */
/* What is done to a VM. Pure. */
#ifndef VCENTERD_VM_OP_H
#define VCENTERD_VM_OP_H

#include <stdbool.h>
#include <stdint.h>

/* What is being done to a VM; kept in the store, so that a restart goes on with it. */
enum vm_op {
	VM_OP_NONE,
	VM_OP_CREATE,
	VM_OP_UNDO,		/* of a creation that failed */
	VM_OP_DELETE,
	VM_OP_START,
	VM_OP_STOP,
	VM_OP_ADOPT,		/* a vServer registered it: only the placement is missing */
	VM_OP_UPDATE,		/* addresses or profiles are others: others are to know */
	VM_OP_SUSPEND,
	VM_OP_RESUME,
	VM_OP_REBOOT,
	VM_OP_RESIZE,		/* other processors and memory, or a larger disk */
	VM_OP_PLUG,		/* an interface more */
	VM_OP_UNPLUG,		/* an interface less; also what undoes the former */
	VM_OP_REGROUP,		/* of another group */
	VM_OP_LAST = VM_OP_REGROUP,
};

/* One that the vServer alone has to do with */
static inline bool vm_op_is_power(enum vm_op op)
{
	return op == VM_OP_START || op == VM_OP_STOP || op == VM_OP_SUSPEND ||
	       op == VM_OP_RESUME || op == VM_OP_REBOOT;
}

/* Of what a VM has, while it is there */
static inline bool vm_op_is_change(enum vm_op op)
{
	return op == VM_OP_UPDATE || op == VM_OP_RESIZE || op == VM_OP_PLUG ||
	       op == VM_OP_UNPLUG || op == VM_OP_REGROUP;
}

#endif
