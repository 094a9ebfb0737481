/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What to do next for a VM that is being created, deleted, started or stopped. Pure.
 *
 * The VM's fields are the state, so a restart goes on from the last one that was stored. Every
 * act is idempotent at the other side: what was not answered is asked again.
 */
#ifndef VCENTERD_VM_JOB_H
#define VCENTERD_VM_JOB_H

#include "model.h"

#define VM_JOB_LIMIT_MS		120000u	/* for all of a creation, a start or a stop */
#define VM_JOB_RETRY_MS		1000u
#define VM_JOB_RETRY_SLOW_MS	10000u	/* after a refusal of what must be done */

enum vm_act {
	VM_ACT_NONE,
	VM_ACT_PLACE,		/* nic */
	VM_ACT_UNPLACE,		/* nic */
	VM_ACT_CREATE,
	VM_ACT_DELETE,
	VM_ACT_START,
	VM_ACT_STOP,
	VM_ACT_SUSPEND,
	VM_ACT_RESUME,
	VM_ACT_REBOOT,
	VM_ACT_UPDATE,
	VM_ACT_RESIZE,
	VM_ACT_PLUG,		/* nic */
	VM_ACT_UNPLUG,		/* nic */
	VM_ACT_REGROUP,
	VM_ACT_FINISH,		/* nothing is left to do: vm_job_finish() */
};

struct vm_next {
	enum vm_act act;
	int nic;
};

struct vm_answer {
	uint32_t code;
	const char *text;
	uint64_t epoch;		/* PLACE */
	uint32_t state;		/* CREATE, START, STOP and their like */
};

enum vm_outcome {
	VM_JOB_AGAIN,		/* nothing changed; later */
	VM_JOB_STEP,		/* to be stored, then go on */
	VM_JOB_DONE,		/* the op is over, vm->state says how it went */
	VM_JOB_FAILED,		/* the same, vm->text says why */
};

/* Begin @op; the caller puts the VM on the list of jobs and stores it. */
void vm_job_begin(struct vm *vm, uint64_t now);
struct vm_next vm_job_next(const struct vm *vm, bool director_up, uint64_t now);
/* Updates @vm, also vm->op: the caller takes it off the list when it became VM_OP_NONE. */
enum vm_outcome vm_job_answer(struct vm *vm, struct vm_next asked, const struct vm_answer *a,
			      uint64_t now);
/* Nothing is out, but the time is over? VM_JOB_AGAIN or VM_JOB_FAILED. */
enum vm_outcome vm_job_tick(struct vm *vm, uint64_t now);
/* After VM_ACT_FINISH: true if the VM is to be forgotten. */
bool vm_job_finish(struct vm *vm);

#endif
