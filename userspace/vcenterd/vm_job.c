// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "inventory.h"
#include "lib/msg.h"
#include "vm_job.h"

void vm_job_begin(struct vm *vm, uint64_t now)
{
	vm->waiting = false;
	vm->retry_at = 0;
	vm->deadline = now + VM_JOB_LIMIT_MS;
	for (int i = 0; i < vm->n_nics; i++)
		vm->nics[i].told = false;
}

static int first_unplaced(const struct vm *vm)
{
	for (int i = 0; i < vm->n_nics; i++)
		if (!vm->nics[i].epoch)
			return i;
	return -1;
}

static int first_placed(const struct vm *vm)
{
	for (int i = 0; i < vm->n_nics; i++)
		if (vm->nics[i].epoch || vm->nics[i].unsure)
			return i;
	return -1;
}

static struct vm_next next(enum vm_act act, bool possible)
{
	return (struct vm_next){ .act = possible ? act : VM_ACT_NONE };
}

static struct vm_next next_place(const struct vm *vm, bool director_up, enum vm_act then,
				 bool possible)
{
	int nic = first_unplaced(vm);

	if (nic < 0)
		return next(then, possible);
	return (struct vm_next){ .act = director_up ? VM_ACT_PLACE : VM_ACT_NONE, .nic = nic };
}

/* The placement first: an NVE is given what placements name. */
static struct vm_next next_update(const struct vm *vm, bool director_up, bool server_up)
{
	for (int i = 0; i < vm->n_nics; i++)
		if (!vm->nics[i].told)
			return (struct vm_next){ .act = director_up ? VM_ACT_PLACE : VM_ACT_NONE,
						 .nic = i };
	return next(VM_ACT_UPDATE, server_up);
}

static struct vm_next next_remove(const struct vm *vm, bool director_up, bool server_up)
{
	bool may_run = vm->made && !(vm->server && vm->server->dead);
	int nic = first_placed(vm);

	/*
	 * The addresses stay taken as long as something may still use them. Not what was switched
	 * off: should it come back with the VM, it is told to forget it.
	 */
	if (may_run)
		return next(VM_ACT_DELETE, server_up);
	if (nic < 0)
		return next(VM_ACT_FINISH, true);
	return (struct vm_next){ .act = director_up ? VM_ACT_UNPLACE : VM_ACT_NONE, .nic = nic };
}

static struct vm_next about(enum vm_act act, int nic, bool possible)
{
	return (struct vm_next){ .act = possible ? act : VM_ACT_NONE, .nic = nic };
}

/* The placement first: its epoch comes with it. */
static struct vm_next next_plug(const struct vm *vm, bool director_up, bool server_up)
{
	int nic = inventory_nic_find(vm, &vm->changing);

	if (!vm->nics[nic].epoch)
		return about(VM_ACT_PLACE, nic, director_up);
	return about(VM_ACT_PLUG, nic, server_up);
}

/* Its address stays taken as long as a guest may have it. */
static struct vm_next next_unplug(const struct vm *vm, bool director_up, bool server_up)
{
	int nic = inventory_nic_find(vm, &vm->changing);

	if (!vm->unplugged)
		return about(VM_ACT_UNPLUG, nic, server_up);
	if (vm->nics[nic].epoch || vm->nics[nic].unsure)
		return about(VM_ACT_UNPLACE, nic, director_up);
	return about(VM_ACT_FINISH, nic, true);
}

struct vm_next vm_job_next(const struct vm *vm, bool director_up, uint64_t now)
{
	bool server_up = vm->server && vm->server->session;

	if (vm->waiting || now < vm->retry_at)
		return next(VM_ACT_NONE, true);
	switch (vm->op) {
	case VM_OP_CREATE:
		return next_place(vm, director_up, VM_ACT_CREATE, server_up);
	case VM_OP_ADOPT:
		return next_place(vm, director_up, VM_ACT_FINISH, true);
	case VM_OP_UNDO:
	case VM_OP_DELETE:
		return next_remove(vm, director_up, server_up);
	case VM_OP_START:
		return next(VM_ACT_START, server_up);
	case VM_OP_STOP:
		return next(VM_ACT_STOP, server_up);
	case VM_OP_SUSPEND:
		return next(VM_ACT_SUSPEND, server_up);
	case VM_OP_RESUME:
		return next(VM_ACT_RESUME, server_up);
	case VM_OP_REBOOT:
		return next(VM_ACT_REBOOT, server_up);
	case VM_OP_UPDATE:
		return next_update(vm, director_up, server_up);
	case VM_OP_RESIZE:
		return next(VM_ACT_RESIZE, server_up);
	case VM_OP_PLUG:
		return next_plug(vm, director_up, server_up);
	case VM_OP_UNPLUG:
		return next_unplug(vm, director_up, server_up);
	case VM_OP_REGROUP:
		return next(VM_ACT_REGROUP, server_up);
	case VM_OP_NONE:
		break;
	}
	return next(VM_ACT_NONE, true);
}

static enum vm_outcome fail(struct vm *vm, const char *text)
{
	vm_set_why(vm, text);
	vm->retry_at = 0;
	switch (vm->op) {
	case VM_OP_CREATE:
		vm_set_state(vm, NVO3__VM_STATE__VM_FAILED);
		vm->op = VM_OP_UNDO;
		break;
	case VM_OP_ADOPT:
		/* not ours after all: forget it, and leave the vServer's VM alone */
		vm_set_state(vm, NVO3__VM_STATE__VM_DELETING);
		vm->made = false;
		vm->op = VM_OP_DELETE;
		break;
	case VM_OP_PLUG:
		/* a refusal leaves nothing at the vServer */
		vm->unplugged = true;
		vm->op = VM_OP_UNPLUG;
		break;
	default:
		vm->op = VM_OP_NONE;
	}
	return VM_JOB_FAILED;
}

static enum vm_outcome again(struct vm *vm, uint64_t now, uint32_t ms)
{
	vm->retry_at = now + ms;
	return VM_JOB_AGAIN;
}

static enum vm_outcome place_answer(struct vm *vm, struct nic *nic, const struct vm_answer *a,
				    uint64_t now)
{
	if (code_is_silence(a->code))
		return again(vm, now, VM_JOB_RETRY_MS);
	nic->unsure = false;
	if (a->code != CODE(OK))
		return fail(vm, a->text);
	nic->epoch = a->epoch;
	nic->told = true;
	return VM_JOB_STEP;
}

/*
 * Nobody heard it, or the vServer is still at something else with the VM: at what its last process
 * had begun, perhaps, and cleans up. Why shows meanwhile, and is told when the time is over.
 */
static bool is_for_later(struct vm *vm, const struct vm_answer *a)
{
	if (a->code == CODE(BUSY))
		vm_set_why(vm, a->text);
	return a->code == CODE(BUSY) || code_is_silence(a->code);
}

static enum vm_outcome create_answer(struct vm *vm, const struct vm_answer *a, uint64_t now)
{
	if (is_for_later(vm, a))
		return again(vm, now, VM_JOB_RETRY_MS);
	if (a->code != CODE(OK)) {
		vm->made = false;	/* a refusal leaves nothing at the vServer */
		return fail(vm, a->text);
	}
	vm_set_state(vm, a->state);
	vm_set_why(vm, "");
	vm->op = VM_OP_NONE;
	return VM_JOB_DONE;
}

/* An update's state is as it was, unless the guest has ended meanwhile. */
static enum vm_outcome power_answer(struct vm *vm, const struct vm_answer *a, uint64_t now)
{
	if (is_for_later(vm, a))
		return again(vm, now, VM_JOB_RETRY_MS);
	if (a->code != CODE(OK))
		return fail(vm, a->text);
	vm_set_state(vm, a->state);
	vm_set_why(vm, "");
	vm->op = VM_OP_NONE;
	return VM_JOB_DONE;
}

static enum vm_outcome resize_answer(struct vm *vm, const struct vm_answer *a, uint64_t now)
{
	enum vm_outcome ret = power_answer(vm, a, now);

	if (ret == VM_JOB_DONE)
		inventory_vm_resized(vm);
	return ret;
}

static enum vm_outcome regroup_answer(struct vm *vm, const struct vm_answer *a, uint64_t now)
{
	struct inventory *inv = vm->server->inv;
	enum vm_outcome ret = power_answer(vm, a, now);

	if (ret == VM_JOB_DONE) {
		inventory_vm_set_group(inv, vm, vm->want_group);
		vm->regrouped = ++inv->regroups;
	}
	if (ret != VM_JOB_AGAIN)
		vm_set_want_group(vm, NULL);
	return ret;
}

static enum vm_outcome unplug_answer(struct vm *vm, const struct vm_answer *a, uint64_t now)
{
	if (is_for_later(vm, a))
		return again(vm, now, VM_JOB_RETRY_MS);
	if (a->code != CODE(OK))
		return fail(vm, a->text);
	vm->unplugged = true;
	return VM_JOB_STEP;
}

/* What must go is asked for until it is gone: there is nobody to give up to. */
static enum vm_outcome remove_answer(struct vm *vm, const struct vm_answer *a, uint64_t now)
{
	if (a->code == CODE(OK) || a->code == CODE(NOT_FOUND))
		return VM_JOB_STEP;
	if (code_is_silence(a->code))
		return again(vm, now, VM_JOB_RETRY_MS);
	if (vm->op == VM_OP_DELETE)
		vm_set_why(vm, a->text);
	return again(vm, now, VM_JOB_RETRY_SLOW_MS);
}

enum vm_outcome vm_job_answer(struct vm *vm, struct vm_next asked, const struct vm_answer *a,
			      uint64_t now)
{
	struct nic *nic = &vm->nics[asked.nic];
	enum vm_outcome ret;

	vm->waiting = false;
	switch (asked.act) {
	case VM_ACT_PLACE:
		return place_answer(vm, nic, a, now);
	case VM_ACT_CREATE:
		return create_answer(vm, a, now);
	case VM_ACT_START:
	case VM_ACT_STOP:
	case VM_ACT_SUSPEND:
	case VM_ACT_RESUME:
	case VM_ACT_REBOOT:
	case VM_ACT_UPDATE:
	case VM_ACT_PLUG:
		return power_answer(vm, a, now);
	case VM_ACT_RESIZE:
		return resize_answer(vm, a, now);
	case VM_ACT_REGROUP:
		return regroup_answer(vm, a, now);
	case VM_ACT_UNPLUG:
		return unplug_answer(vm, a, now);
	case VM_ACT_DELETE:
		ret = remove_answer(vm, a, now);
		if (ret == VM_JOB_STEP)
			vm->made = false;
		return ret;
	case VM_ACT_UNPLACE:
		ret = remove_answer(vm, a, now);
		if (ret == VM_JOB_STEP) {
			nic->epoch = 0;
			nic->unsure = false;
		}
		return ret;
	default:
		return VM_JOB_AGAIN;
	}
}

enum vm_outcome vm_job_tick(struct vm *vm, uint64_t now)
{
	char text[VC_TEXT_SIZE];

	if (vm->waiting || now < vm->deadline)
		return VM_JOB_AGAIN;
	if (vm->op != VM_OP_CREATE && !vm_op_is_power(vm->op))
		return VM_JOB_AGAIN;
	if (vm->op == VM_OP_CREATE && first_unplaced(vm) >= 0)
		snprintf(text, sizeof(text), "the nDirector did not answer in time");
	else if (*vm_why(vm))
		snprintf(text, sizeof(text), "%s", vm_why(vm));
	else
		snprintf(text, sizeof(text), "server %s did not answer in time",
			 vm->server ? vm->server->name : "?");
	return fail(vm, text);
}

bool vm_job_finish(struct vm *vm)
{
	bool forget = vm->op == VM_OP_DELETE;

	vm->op = VM_OP_NONE;
	return forget;
}
