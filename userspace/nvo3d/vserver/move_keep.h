/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is other in a cold move that keeps the VM's memory (Documentation/vserver.rst): in place of
 * being shut down and booted its guest is saved and restored.
 *
 * A saved memory and the disk are of one moment. So the file goes before the guest goes on, and
 * what went on is never restored again; a memory that is lost, with its host, is the end of a boot.
 */
#ifndef NVO3D_VSERVER_MOVE_KEEP_H
#define NVO3D_VSERVER_MOVE_KEEP_H

#include "task.h"

/* NULL-terminated lists */
extern const task_step_fn move_keep_source_steps[];
extern const task_step_fn move_keep_dest_steps[];
/* It can be repeated: what stands still here goes on, or what is in the file */
extern const task_step_fn move_keep_commit_steps[];
/* At the source, from wherever it had come to: as before the move. Undoes the first list, too */
extern const task_step_fn move_keep_back_steps[];

/* Else false and a sentence */
bool move_keep_can(const struct vserver *vs, struct err *err);
/* Is there room for @bytes of memory of this VM? A CODE() with a sentence */
uint32_t move_keep_room(const struct vserver *vs, const Nvo3__VmProfile *vm, uint64_t bytes,
			struct err *err);
/* It could not be brought back, or removed: it stays in its move, whose abort tries again */
void move_keep_stuck(struct vm *vm);
/* It ran while its memory lay here: that one is worth nothing any more */
void move_keep_void(struct vm *vm);

/* --- steps_keep.c */

void step_still(struct task *t);
void step_save(struct task *t);
void step_hash_saved(struct task *t);
void step_verify_saved(struct task *t);
/* It stands still here, or the move fails */
void step_restore(struct task *t);
/* The same of one that is ours whatever happens: without a memory it begins anew, if it ran */
void step_restore_ours(struct task *t);
/* Of one that was brought back: frames pass, its file goes, its guest goes on */
void step_reopen(struct task *t);
void step_forget_saved(struct task *t);
void step_go_on(struct task *t);

#endif
