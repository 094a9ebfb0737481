/* SPDX-License-Identifier: GPL-2.0 */
/* What is done to a VM, and what it uses. Pure. */
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
};

#define VM_OP_LAST	VM_OP_REBOOT	/* a higher one is of a newer program */

/* One that the vServer alone has to do with */
static inline bool vm_op_is_power(enum vm_op op)
{
	return op == VM_OP_START || op == VM_OP_STOP || op == VM_OP_SUSPEND ||
	       op == VM_OP_RESUME || op == VM_OP_REBOOT;
}

/* As its vServer told last; time 0: not yet. See VmUse in management.proto */
struct vm_use {
	uint64_t time;
	uint64_t cpu_ns, memory_kib;
	uint64_t disk_read, disk_written, net_in, net_out;
	uint32_t cpu_permille;		/* of one processor, since the report before */
};

#endif
