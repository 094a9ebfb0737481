/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One operation on the VMs of a group: some at a time, each with its own end. Pure.
 *
 * Which member is under way is not stored: that is told by the VM, which has the operation in it,
 * or by its move. So a member is stored twice, when the operation begins and when its own is over,
 * and a vCenter that is started again looks at those that are not over. struct vm and struct move
 * are asked, never changed.
 */
#ifndef VCENTERD_GROUP_OP_H
#define VCENTERD_GROUP_OP_H

#include "model.h"
#include "move.h"

#define GROUP_PARALLEL		8u	/* unless something else is asked for */
#define GROUP_PARALLEL_MAX	64u
#define GROUP_WAIT_MS		60000u	/* for a VM that somebody else has, a server that is down */
#define GROUP_RETRY_MS		1000u

enum group_action {
	GROUP_START, GROUP_STOP, GROUP_SUSPEND, GROUP_RESUME, GROUP_DELETE, GROUP_MIGRATE,
	GROUP_MOBILITY,		/* the same, live */
	GROUP_ACTION_LAST = GROUP_MOBILITY,
};

enum group_state {
	GROUP_RUNNING,
	GROUP_ABORTING,		/* nothing is begun any more, the rest comes to its end */
	GROUP_DONE,		/* each member has its end, a good one or not */
	GROUP_ABORTED,
	GROUP_STATE_LAST = GROUP_ABORTED,
};

enum member_state {
	MEMBER_WAITING,		/* when all is over: untouched */
	MEMBER_RUNNING,		/* not in the store */
	MEMBER_DONE, MEMBER_FAILED, MEMBER_STATES,
};

struct group_member {
	struct uuid vm;
	struct uuid move;	/* that it will have; zero: no operation of moves */
	char *name;		/* of the VM; owned, as is error */
	char *error;		/* NULL: none */
	enum member_state state;
};

/* A member under way */
struct group_slot {
	uint32_t member;
	bool asked;		/* it has been begun, by this process */
	bool out;		/* that is asked for just now, and not answered */
	uint64_t retry_at, deadline;
};

struct group_op {
	struct uuid id;
	char tenant[VC_NAME_SIZE], group[VC_NAME_SIZE];
	enum group_action action;
	char dc[VC_DC_SIZE], server[VC_NAME_SIZE];	/* of moves; "": this one, any */
	uint32_t parallel;
	enum group_state state;
	uint64_t started, ended;	/* ms of CLOCK_REALTIME */
	uint32_t n;
	struct group_member *members;
	uint32_t counts[MEMBER_STATES];
	uint32_t next;			/* none before it waits */
	uint32_t n_slots;
	struct group_slot slots[GROUP_PARALLEL_MAX];
};

/* What is to be done with a member. */
enum group_verdict {
	GROUP_WAIT,		/* it is under way */
	GROUP_BEGIN,
	GROUP_BUSY,		/* somebody else has it: later, why is in the sentence */
	GROUP_OVER,		/* it is as it shall be */
	GROUP_FAILED,		/* and why */
};

/* With room for @n members, which wait; the caller fills in who they are. */
void group_op_init(struct group_op *op, uint32_t n);
void group_op_uninit(struct group_op *op);
void group_member_uninit(struct group_member *m);

bool group_op_moves(enum group_action action);
enum vm_op group_op_vm_op(enum group_action action);	/* VM_OP_NONE: it moves */
bool group_op_is_over(const struct group_op *op);

/*
 * @vm: NULL if it is gone. @move: the member's, or NULL. @slot: NULL while it is not under way.
 * @err has a sentence with GROUP_BUSY and GROUP_FAILED.
 */
enum group_verdict group_op_judge(const struct group_op *op, uint32_t member, const struct vm *vm,
				  const struct move *move, const struct group_slot *slot,
				  const char *dc, struct err *err);

/* The next one gets a slot; NULL: none waits, or no more at a time, or it is being aborted. */
struct group_slot *group_op_begin(struct group_op *op, uint64_t now);
/* The same for @member, which was under way when the program ended. */
struct group_slot *group_op_resume(struct group_op *op, uint32_t member, uint64_t now);
/* Its slot goes to the last one's: look there again. @text NULL: well. */
void group_op_end(struct group_op *op, struct group_slot *slot, const char *text);
/* It stays as it is: not begun, and the operation is aborted. */
void group_op_drop(struct group_op *op, struct group_slot *slot);
/* True if all of it has ended now; @wall ms of CLOCK_REALTIME. */
bool group_op_finish(struct group_op *op, uint64_t wall);
/* -EPERM with a sentence when it has ended. */
int group_op_abort(struct group_op *op, struct err *err);
/* Of a member that was read from the store. */
void group_op_set(struct group_op *op, uint32_t member, enum member_state state);

const char *group_action_word(enum group_action action);	/* "start" */
int group_action_parse(const char *word, enum group_action *ret);	/* -EINVAL */
const char *group_state_word(enum group_state state);		/* "running" */
/* "waiting"; "untouched" in an operation that begins nothing any more */
const char *group_member_word(const struct group_op *op, enum member_state state);

#endif
