// SPDX-License-Identifier: GPL-2.0

#include <errno.h>

#include "msg.h"
#include "vm_fsm.h"

#define STATE(name) NVO3__VM_STATE__VM_##name

const char *vm_op_name(enum vm_op op)
{
	static const char *const names[] = {
		[VM_OP_NONE] = "nothing",   [VM_OP_CREATE] = "creation",
		[VM_OP_DELETE] = "deletion", [VM_OP_START] = "start",
		[VM_OP_STOP] = "stop",	    [VM_OP_SOURCE] = "move away",
		[VM_OP_DEST] = "move in",   [VM_OP_COMMIT] = "commit of a move",
		[VM_OP_ABORT] = "abort of a move", [VM_OP_UPDATE] = "update",
		[VM_OP_SUSPEND] = "suspension", [VM_OP_RESUME] = "resumption",
		[VM_OP_REBOOT] = "reboot",  [VM_OP_FENCE] = "fencing",
		[VM_OP_HAND_OVER] = "hand-over",
	};

	return names[op];
}

const char *vm_state_name(Nvo3__VmState state)
{
	static const char *const names[] = {
		[STATE(UNKNOWN)] = "unknown", [STATE(CREATING)] = "creating",
		[STATE(RUNNING)] = "running", [STATE(STOPPED)] = "stopped",
		[STATE(MOVING)] = "moving",   [STATE(DELETING)] = "deleting",
		[STATE(FAILED)] = "failed",
	};

	if (state == STATE(SUSPENDED))
		return "suspended";
	return (unsigned int)state <= STATE(FAILED) ? names[state] : "?";
}

static enum vm_answer refuse(const struct vm_fsm *f, enum vm_op op, uint32_t *ret_code,
			     struct err *err)
{
	*ret_code = CODE(BAD_STATE);
	err_set(err, EINVAL, "the VM is %s: no %s is possible", vm_state_name(f->state),
		vm_op_name(op));
	return VM_REFUSE;
}

enum vm_answer vm_fsm_ask(const struct vm_fsm *f, enum vm_op op, uint32_t *ret_code,
			  struct err *err)
{
	/* the end of an update says nothing about another one */
	if (f->op == op && op != VM_OP_UPDATE && op != VM_OP_REBOOT)
		return VM_WAIT;
	if (f->op != VM_OP_NONE) {
		*ret_code = CODE(BUSY);
		err_set(err, EBUSY, "the VM is in the middle of its %s", vm_op_name(f->op));
		return VM_REFUSE;
	}
	switch (op) {
	case VM_OP_CREATE:
		return VM_SAME;
	case VM_OP_DELETE:
		return f->state == STATE(MOVING) ? refuse(f, op, ret_code, err) : VM_GO;
	case VM_OP_START:
		if (f->state == STATE(RUNNING))
			return VM_SAME;
		break;
	case VM_OP_STOP:
		if (f->state == STATE(STOPPED))
			return VM_SAME;
		if (f->state == STATE(SUSPENDED))
			return VM_GO;
		break;
	case VM_OP_SUSPEND:
		if (f->state == STATE(SUSPENDED))
			return VM_SAME;
		return f->state == STATE(RUNNING) ? VM_GO : refuse(f, op, ret_code, err);
	case VM_OP_RESUME:
		if (f->state == STATE(RUNNING))
			return VM_SAME;
		return f->state == STATE(SUSPENDED) ? VM_GO : refuse(f, op, ret_code, err);
	case VM_OP_REBOOT:
		return f->state == STATE(RUNNING) ? VM_GO : refuse(f, op, ret_code, err);
	case VM_OP_COMMIT:
	case VM_OP_ABORT:
	case VM_OP_HAND_OVER:
		return f->state == STATE(MOVING) ? VM_GO : refuse(f, op, ret_code, err);
	case VM_OP_UPDATE:
	case VM_OP_SOURCE:
		if (f->state == STATE(SUSPENDED))
			return VM_GO;
		break;
	case VM_OP_FENCE:
		return VM_GO;
	case VM_OP_DEST:
	case VM_OP_NONE:
		return refuse(f, op, ret_code, err);
	}
	if (f->state == STATE(RUNNING) || f->state == STATE(STOPPED) || f->state == STATE(FAILED))
		return VM_GO;
	return refuse(f, op, ret_code, err);
}

static void set(struct vm_fsm *f, Nvo3__VmState state, uint64_t now)
{
	if (f->state == state)
		return;
	f->state = state;
	f->since = now;
}

void vm_fsm_begin(struct vm_fsm *f, enum vm_op op, bool run, uint64_t now)
{
	f->op = op;
	f->run = run || op == VM_OP_START || op == VM_OP_RESUME;
	f->before = f->state;
	switch (op) {
	case VM_OP_CREATE:
		set(f, STATE(CREATING), now);
		break;
	case VM_OP_DELETE:
		set(f, STATE(DELETING), now);
		break;
	case VM_OP_SOURCE:
	case VM_OP_DEST:
		set(f, STATE(MOVING), now);
		break;
	default:
		break;
	}
}

static Nvo3__VmState after(const struct vm_fsm *f, bool ok)
{
	switch (f->op) {
	case VM_OP_CREATE:
		if (!ok)
			return STATE(UNKNOWN);
		break;
	case VM_OP_DELETE:
		/* Something is left: it can be asked for again */
		return ok ? STATE(UNKNOWN) : STATE(FAILED);
	case VM_OP_START:
		if (!ok)
			return f->before;
		break;
	case VM_OP_STOP:
		return STATE(STOPPED);
	case VM_OP_SOURCE:
		/* Undone: as before, if the guest could be started again */
		return ok ? STATE(MOVING) : f->before;
	case VM_OP_DEST:
		return ok ? STATE(MOVING) : STATE(UNKNOWN);
	case VM_OP_COMMIT:
		/* Ours already; the commit will be repeated */
		if (!ok)
			return STATE(MOVING);
		break;
	case VM_OP_ABORT:
		if (!ok)
			return STATE(FAILED);
		break;
	case VM_OP_SUSPEND:
		return ok ? STATE(SUSPENDED) : f->before;
	case VM_OP_RESUME:
		if (!ok)
			return f->before;
		break;
	case VM_OP_UPDATE:
	case VM_OP_REBOOT:
	case VM_OP_HAND_OVER:
	case VM_OP_FENCE:
	case VM_OP_NONE:
		return f->state;
	}
	if (f->run && f->paused)
		return STATE(SUSPENDED);
	return f->run ? STATE(RUNNING) : STATE(STOPPED);
}

void vm_fsm_end(struct vm_fsm *f, bool ok, uint64_t now)
{
	Nvo3__VmState next = after(f, ok);

	f->op = VM_OP_NONE;
	f->paused = false;
	set(f, next, now);
}

bool vm_fsm_guest_ended(struct vm_fsm *f, bool failed, uint64_t now)
{
	if ((f->state != STATE(RUNNING) && f->state != STATE(SUSPENDED)) || f->op != VM_OP_NONE)
		return false;
	set(f, failed ? STATE(FAILED) : STATE(STOPPED), now);
	return true;
}

bool vm_fsm_guest_paused(struct vm_fsm *f, bool paused, uint64_t now)
{
	Nvo3__VmState from = paused ? STATE(RUNNING) : STATE(SUSPENDED);

	if (f->state != from || f->op != VM_OP_NONE)
		return false;
	set(f, paused ? STATE(SUSPENDED) : STATE(RUNNING), now);
	return true;
}
