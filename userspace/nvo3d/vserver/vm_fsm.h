/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states of a VM, and which operation may begin in which. Pure; time comes in as @now, in
 * milliseconds of any monotonic clock.
 *
 * One operation at a time: it begins, takes what time it takes, and ends well or not.
 */
#ifndef NVO3D_VSERVER_VM_FSM_H
#define NVO3D_VSERVER_VM_FSM_H

#include <stdbool.h>
#include <stdint.h>

#include "errs.h"
#include "proto/common.pb-c.h"

enum vm_op {
	VM_OP_NONE,
	VM_OP_CREATE,
	VM_OP_DELETE,
	VM_OP_START,
	VM_OP_STOP,
	VM_OP_SOURCE,		/* stop and offer the image for a move */
	VM_OP_DEST,		/* take a VM in, silent */
	VM_OP_COMMIT,		/* the VM that was taken in is ours */
	VM_OP_ABORT,		/* at the source: as it was before */
	VM_OP_UPDATE,		/* other addresses or profiles; its state stays */
	VM_OP_SUSPEND,
	VM_OP_RESUME,
	VM_OP_REBOOT,		/* its state stays */
	VM_OP_HAND_OVER,	/* of a live move, at the source; its state stays */
	VM_OP_FENCE,		/* it must not run: end it; its state stays */
};

struct vm_fsm {
	Nvo3__VmState state;
	enum vm_op op;
	bool run;		/* the operation ends with a running VM, if it ends well */
	bool paused;		/* that stands still; the caller's, before it begins */
	Nvo3__VmState before;	/* the operation, to go back to */
	uint64_t since;		/* when state last changed */
};

enum vm_answer {
	VM_GO,			/* begin it */
	VM_SAME,		/* it is so already */
	VM_WAIT,		/* being done: its end is the answer to this one, too */
	VM_REFUSE,		/* *ret_code says why */
};

const char *vm_op_name(enum vm_op op);
const char *vm_state_name(Nvo3__VmState state);

/* May @op begin? CREATE and DEST are for VMs that are not there yet, so are never VM_GO */
enum vm_answer vm_fsm_ask(const struct vm_fsm *f, enum vm_op op, uint32_t *ret_code,
			  struct err *err);
/* @run: CREATE, COMMIT and ABORT start the VM, too */
void vm_fsm_begin(struct vm_fsm *f, enum vm_op op, bool run, uint64_t now);
/* After a DELETE, or a CREATE or DEST that failed, the VM is to be forgotten: state UNKNOWN */
void vm_fsm_end(struct vm_fsm *f, bool ok, uint64_t now);
/*
 * The guest has ended, and nobody here asked it to: as one that is shut down, or it @failed. False
 * if somebody stops it.
 */
bool vm_fsm_guest_ended(struct vm_fsm *f, bool failed, uint64_t now);
/* It was paused, or goes on, and nobody here asked for that; false if it is no news */
bool vm_fsm_guest_paused(struct vm_fsm *f, bool paused, uint64_t now);

#endif
