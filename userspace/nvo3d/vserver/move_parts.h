/* SPDX-License-Identifier: GPL-2.0 */
/* What move.c shares with the two sides of a move, move_source.c and move_dest.c */
#ifndef NVO3D_VSERVER_MOVE_PARTS_H
#define NVO3D_VSERVER_MOVE_PARTS_H

#include "task.h"

extern const task_step_fn move_no_steps[];
/* At the source of one that does not run: nothing to start, but it stays */
extern const task_step_fn move_stay_steps[];

void move_refuse(task_done_fn done, void *arg, uint32_t code, const struct err *err);
void move_succeed(task_done_fn done, void *arg, struct vm *vm);
/* @what was asked, but the move is in another phase */
void move_wrong_phase(const struct move *m, const char *what, task_done_fn done, void *arg);
void move_set_phase(struct vserver *vs, struct move *m, Nvo3__MovePhase phase);
/* End of a task that failed and left nothing: it may be tried again, if it was not given up */
void move_undone(struct task *t);

/* Also after a restart of the program */
void move_begin_source(struct vm *vm, struct move *m, task_done_fn done, void *arg);
void move_begin_commit(struct vm *vm, struct move *m, task_done_fn done, void *arg);

#endif
