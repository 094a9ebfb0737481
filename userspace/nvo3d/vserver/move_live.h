/* SPDX-License-Identifier: GPL-2.0 */
/* What is other in a move of a VM that runs on (Documentation/vserver.rst) */
#ifndef NVO3D_VSERVER_MOVE_LIVE_H
#define NVO3D_VSERVER_MOVE_LIVE_H

#include "task.h"

/* NULL-terminated lists */
extern const task_step_fn move_live_source_steps[];
extern const task_step_fn move_live_dest_steps[];
extern const task_step_fn move_live_commit_steps[];
/* What came, what may have come, and what is left of one that went: is ended at once */
extern const task_step_fn move_live_delete_steps[];
/* At the source, after the hand-over: it begins anew */
extern const task_step_fn move_live_anew_steps[];

/* Can this vServer take part in one? Else false and a sentence */
bool move_live_can(const struct vserver *vs, bool is_source, struct err *err);
/*
 * The destination asks for the VM: have it migrated to @uri, its files to be in @folder there.
 * @done as for the functions of move.h
 */
void move_live_hand_over(struct vserver *vs, struct move *m, const char *uri, const char *folder,
			 task_done_fn done, void *arg);
/*
 * The destination has it: whether its hypervisor here is still at it or not, it has left. A CODE();
 * BAD_STATE with a sentence if it is not being handed over, or is seen to run here
 */
uint32_t move_live_arrived(struct vserver *vs, struct move *m, struct err *err);
/* End a hand-over that goes on */
void move_live_cancel(struct vm *vm);
/* At the destination, something was seen of a VM that is pulled: the source hears if it has come */
void move_live_seen(struct vm *vm);

/* --- steps_live.c */

void step_size(struct task *t);
void step_migrate(struct task *t);
void step_fetch(struct task *t);
void step_arrived(struct task *t);

#endif
