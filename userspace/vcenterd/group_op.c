// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "group_op.h"
#include "lib/errs.h"
#include "lib/mem.h"

static const char *const actions[] = {
	"start", "stop", "suspend", "resume", "delete", "migrate", "mobility",
};

void group_op_init(struct group_op *op, uint32_t n)
{
	op->n = n;
	op->members = mem_calloc(n, sizeof(*op->members));
	op->counts[MEMBER_WAITING] = n;
}

void group_member_uninit(struct group_member *m)
{
	free(m->name);
	free(m->error);
}

void group_op_uninit(struct group_op *op)
{
	for (uint32_t i = 0; i < op->n; i++)
		group_member_uninit(&op->members[i]);
	free(op->members);
}

bool group_op_moves(enum group_action action)
{
	return action == GROUP_MIGRATE || action == GROUP_MOBILITY;
}

enum vm_op group_op_vm_op(enum group_action action)
{
	static const enum vm_op ops[] = {
		[GROUP_START] = VM_OP_START,
		[GROUP_STOP] = VM_OP_STOP,
		[GROUP_SUSPEND] = VM_OP_SUSPEND,
		[GROUP_RESUME] = VM_OP_RESUME,
		[GROUP_DELETE] = VM_OP_DELETE,
		[GROUP_MIGRATE] = VM_OP_NONE,
		[GROUP_MOBILITY] = VM_OP_NONE,
	};

	return ops[action];
}

static uint32_t goal(enum group_action action)
{
	switch (action) {
	case GROUP_STOP:
		return NVO3__VM_STATE__VM_STOPPED;
	case GROUP_SUSPEND:
		return NVO3__VM_STATE__VM_SUSPENDED;
	default:
		return NVO3__VM_STATE__VM_RUNNING;
	}
}

bool group_op_is_over(const struct group_op *op)
{
	return op->state == GROUP_DONE || op->state == GROUP_ABORTED;
}

/* --- what about a member? */

static enum group_verdict failed(struct err *err, const char *text)
{
	err_set(err, EIO, "%s", text);
	return GROUP_FAILED;
}

static enum group_verdict judge_gone(const struct group_op *op, const struct vm *vm,
				     struct err *err)
{
	if (op->action == GROUP_DELETE && !vm)
		return GROUP_OVER;
	return failed(err, vm ? "it is another data centre's" : "it is not here any more");
}

/* Nobody else has it */
static enum group_verdict judge_free(const struct vm *vm, struct err *err)
{
	if (!uuid_is_zero(&vm->move)) {
		err_set(err, EBUSY, "VM %s is moving", vm->name);
		return GROUP_BUSY;
	}
	if (vm->op == VM_OP_NONE)
		return GROUP_BEGIN;
	err_set(err, EBUSY, "VM %s is in the middle of another operation", vm->name);
	return GROUP_BUSY;
}

static enum group_verdict judge_power(const struct group_op *op, const struct vm *vm, bool asked,
				      struct err *err)
{
	enum group_verdict verdict;

	if (vm->op == group_op_vm_op(op->action))
		return GROUP_WAIT;
	verdict = judge_free(vm, err);
	if (verdict != GROUP_BEGIN)
		return verdict;
	if (vm->state == goal(op->action))
		return GROUP_OVER;
	if (asked)
		return failed(err, *vm_why(vm) ? vm_why(vm) : "it ended in another state");
	if (vm->made)
		return GROUP_BEGIN;
	err_set(err, EPERM, "it was never made: %s", vm_why(vm));
	return GROUP_FAILED;
}

static enum group_verdict judge_delete(const struct vm *vm, struct err *err)
{
	if (vm->op == VM_OP_DELETE)
		return GROUP_WAIT;
	/* the undoing of a creation is taken over */
	return vm->op == VM_OP_UNDO ? GROUP_BEGIN : judge_free(vm, err);
}

static enum group_verdict judge_move(const struct move *m, struct err *err)
{
	/* a refused one is forgotten in a moment */
	if (move_is_refused(m)) {
		err_set(err, EBUSY, "%s", m->error);
		return GROUP_BUSY;
	}
	if (m->state == MOVE_ABORTED)
		return failed(err, m->error);
	/* it runs there; what the source has yet to clean up is no matter of the VM's */
	if (m->state == MOVE_DONE || (m->step == MOVE_RELEASE && !(m->flags & MOVE_F_ABORTING)))
		return GROUP_OVER;
	return GROUP_WAIT;
}

static bool is_there(const struct group_op *op, const struct vm *vm, const char *dc)
{
	if (*op->dc && strcmp(op->dc, dc))
		return false;
	return *op->server && vm->server && !strcmp(op->server, vm->server->name) &&
	       uuid_is_zero(&vm->move);
}

enum group_verdict group_op_judge(const struct group_op *op, uint32_t member, const struct vm *vm,
				  const struct move *move, const struct group_slot *slot,
				  const char *dc, struct err *err)
{
	if (group_op_moves(op->action) && move)
		return judge_move(move, err);
	if (!vm || vm->left || vm->incoming)
		return judge_gone(op, vm, err);
	if (op->action == GROUP_DELETE)
		return judge_delete(vm, err);
	if (!group_op_moves(op->action))
		return judge_power(op, vm, slot && slot->asked, err);
	return is_there(op, vm, dc) ? GROUP_OVER : judge_free(vm, err);
}

/* --- slots */

static void set_state(struct group_op *op, uint32_t member, enum member_state state)
{
	op->counts[op->members[member].state]--;
	op->members[member].state = state;
	op->counts[state]++;
}

void group_op_set(struct group_op *op, uint32_t member, enum member_state state)
{
	set_state(op, member, state);
}

struct group_slot *group_op_resume(struct group_op *op, uint32_t member, uint64_t now)
{
	struct group_slot *slot;

	if (op->n_slots == GROUP_PARALLEL_MAX || op->members[member].state != MEMBER_WAITING)
		return NULL;
	set_state(op, member, MEMBER_RUNNING);
	slot = &op->slots[op->n_slots++];
	*slot = (struct group_slot){ .member = member, .deadline = now + GROUP_WAIT_MS };
	return slot;
}

struct group_slot *group_op_begin(struct group_op *op, uint64_t now)
{
	if (op->state != GROUP_RUNNING || op->n_slots >= op->parallel)
		return NULL;
	while (op->next < op->n && op->members[op->next].state != MEMBER_WAITING)
		op->next++;
	return op->next < op->n ? group_op_resume(op, op->next, now) : NULL;
}

static void give_back(struct group_op *op, struct group_slot *slot)
{
	*slot = op->slots[--op->n_slots];
}

void group_op_end(struct group_op *op, struct group_slot *slot, const char *text)
{
	struct group_member *m = &op->members[slot->member];

	set_state(op, slot->member, text ? MEMBER_FAILED : MEMBER_DONE);
	if (text)
		m->error = mem_strdup(text);
	give_back(op, slot);
}

void group_op_drop(struct group_op *op, struct group_slot *slot)
{
	set_state(op, slot->member, MEMBER_WAITING);
	if (slot->member < op->next)
		op->next = slot->member;
	give_back(op, slot);
}

bool group_op_finish(struct group_op *op, uint64_t wall)
{
	if (group_op_is_over(op) || op->n_slots)
		return false;
	if (op->state == GROUP_RUNNING && op->counts[MEMBER_WAITING])
		return false;
	op->state = op->state == GROUP_RUNNING ? GROUP_DONE : GROUP_ABORTED;
	op->ended = wall;
	return true;
}

int group_op_abort(struct group_op *op, struct err *err)
{
	if (group_op_is_over(op))
		return err_set(err, EPERM, "the operation on group %s of %s has ended", op->group,
			       op->tenant);
	op->state = GROUP_ABORTING;
	return 0;
}

/* --- words */

const char *group_action_word(enum group_action action)
{
	return actions[action];
}

int group_action_parse(const char *word, enum group_action *ret)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(actions[i], word))
			continue;
		*ret = i;
		return 0;
	}
	return -EINVAL;
}

const char *group_state_word(enum group_state state)
{
	static const char *const words[] = { "running", "aborting", "done", "aborted" };

	return words[state];
}

const char *group_member_word(const struct group_op *op, enum member_state state)
{
	static const char *const words[] = { "waiting", "running", "done", "failed" };

	if (state == MEMBER_WAITING && op->state != GROUP_RUNNING)
		return "untouched";
	return words[state];
}
