/* SPDX-License-Identifier: GPL-2.0 */
/* What move.c shares with the two sides of a move, move_source.c and move_dest.c */
#ifndef NVO3D_VSERVER_MOVE_PARTS_H
#define NVO3D_VSERVER_MOVE_PARTS_H

#include "proto/management.pb-c.h"
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

/* --- of the source: is @req one? */
bool move_source_is_valid(const Nvo3__RelocateSource *req, struct uuid *move, struct uuid *vm,
			  struct err *err);
/*
 * The VM, if a move of it may begin; else NULL with a CODE(). @how: "replicated", of one that runs
 * only; NULL: of any
 */
struct vm *move_source_vm(struct vserver *vs, const struct uuid *id, const char *how,
			  uint32_t *ret_code, struct err *err);
struct move *move_source_add(struct vm *vm, const struct uuid *id, Nvo3__MovePhase phase,
			     const Nvo3__RelocateSource *req);
/* A new token for a new try; the old one again changes nothing, used or not */
void move_source_renew(struct vserver *vs, struct move *m, const Nvo3__RelocateSource *req);

/* --- of the destination: is @req one, with the SHA-256 of the image if it is to be @hashed? */
bool move_dest_is_valid(const Nvo3__RelocateDest *req, bool hashed, struct uuid *move,
			struct err *err);
/* May the VM come? False: it is answered */
bool move_dest_admit(struct vserver *vs, const Nvo3__RelocateDest *req, task_done_fn done,
		     void *arg);
/* The move and its VM, which is not here yet */
struct move *move_dest_add(struct vserver *vs, const struct uuid *id, const Nvo3__RelocateDest *req,
			   struct vm **ret_vm);
/* What came, or may have come, is ended at once, if it is one that stands still */
const task_step_fn *move_dest_delete_steps(const struct move *m);
/* End of a task that pulls: well, and it is in @phase; or not, and nothing is left */
void move_pull_ended(struct task *t, Nvo3__MovePhase phase);

/* Also after a restart of the program */
void move_begin_source(struct vm *vm, struct move *m, task_done_fn done, void *arg);
void move_begin_commit(struct vm *vm, struct move *m, task_done_fn done, void *arg);

#endif
