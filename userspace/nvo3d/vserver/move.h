/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Both sides of a migration (V9): what vCenter asks in management.proto's RELOCATE_* messages.
 * Every function can be repeated, also after a crash of this program; @done is called once,
 * perhaps before it returns. Pointers into messages are borrowed for the call.
 */
#ifndef NVO3D_VSERVER_MOVE_H
#define NVO3D_VSERVER_MOVE_H

#include "proto/management.pb-c.h"
#include "task.h"

void move_source(struct vserver *vs, const Nvo3__RelocateSource *req, task_done_fn done,
		 void *arg);
void move_dest(struct vserver *vs, const Nvo3__RelocateDest *req, task_done_fn done, void *arg);
void move_commit(struct vserver *vs, const Nvo3__RelocateCommit *req, task_done_fn done,
		 void *arg);
void move_abort(struct vserver *vs, const struct uuid *id, task_done_fn done, void *arg);
void move_release(struct vserver *vs, const struct uuid *id, task_done_fn done, void *arg);

/* May it run? At the source before it was stopped, or when it is back; from the commit on there */
bool move_runs_on(const struct vm *vm, const struct move *m);
/* The hypervisor answers again: remove what of a move to here could not be */
void move_clean_up(struct vm *vm);
/* A VM in state MOVING, when the program starts */
void move_resume(struct vm *vm);
/* It is over; kept so that a repeated request is answered */
void move_end(struct vserver *vs, struct move *m, Nvo3__MovePhase phase);

#endif
