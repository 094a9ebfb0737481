/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does what group_op.h decides: operations on the VMs of a group, with what each member needs in
 * vm_ops.h and move_run.h.
 */
#ifndef VCENTERD_GROUP_RUN_H
#define VCENTERD_GROUP_RUN_H

#include "group_op.h"
#include "vcenter.h"

#define GROUP_OPS_MAX		1000u	/* that are remembered; the oldest that have ended go */
#define GROUP_MEMORY_S		86400u

struct group_asked;

struct group_job {
	struct group_op op;
	bool dirty;		/* its state is not stored yet */
	bool running;
	struct group_asked *asked;	/* utlist: moves whose beginning is not known yet */
	UT_hash_handle hh;
};

/* What is asked for. */
struct group_wish {
	struct uuid id;
	const char *tenant, *group, *dc, *server;	/* dc, server: of moves, "" for none */
	enum group_action action;
	uint32_t parallel;
};

/*
 * All VMs that are of the group now. 0 and the operation, or -errno with a sentence: -ENOENT the
 * group has none, -EBUSY another operation on it goes on.
 */
int group_run_begin(struct vcenter *vc, const struct group_wish *wish, struct group_job **ret,
		    struct err *err);
struct group_job *group_run_lookup(struct vcenter *vc, const struct uuid *id);
/* Those that have not begun stay as they are. -EPERM, or that it cannot be stored. */
int group_run_abort(struct vcenter *vc, struct group_job *job, struct err *err);

/* From the store: first the operation, whose members become @job's, then these. */
void group_run_load(struct vcenter *vc, const struct group_op *op);
void group_run_load_member(struct vcenter *vc, const struct uuid *id, uint32_t member,
			   const struct group_member *m);
void group_run_resume(struct vcenter *vc);	/* all is loaded */
void group_run_tick(struct vcenter *vc);
/* A VM's operation has ended, or its move: look soon. */
void group_run_kick(struct vcenter *vc);
void group_run_free(struct vcenter *vc);

#endif
