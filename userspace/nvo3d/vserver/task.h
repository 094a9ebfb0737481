/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An operation on a VM as a list of steps that take time (an image, the NVE's answers, a guest
 * that ends). When a step fails, the steps of the undo list are run, and the first failure is
 * the operation's. Which operation may begin in which state is decided by vm_fsm.h.
 */
#ifndef NVO3D_VSERVER_TASK_H
#define NVO3D_VSERVER_TASK_H

#include "host.h"

struct job;
struct pull;
struct task;

typedef void (*task_step_fn)(struct task *t);

/* What is told at the end; @vm is about to be freed when its state is UNKNOWN */
typedef void (*task_done_fn)(uint32_t code, const char *text, struct vm *vm, void *arg);

struct task_waiter;

struct task {
	struct vm *vm;
	const task_step_fn *steps;	/* NULL-terminated; the next one */
	const task_step_fn *undo;	/* NULL: nothing can be undone */
	void (*ended)(struct task *t);	/* before anybody is told; may be NULL */
	struct move *move;		/* that it is about, or NULL */
	uint32_t code;			/* first failure */
	char text[256];
	bool undoing;
	bool cancelled;
	bool stuck;			/* what was to be undone could not be */
	/* of the step that goes on */
	size_t nic;
	struct job *job;
	struct pull *pull;
	struct loop_timer *timer;
	struct task_waiter *waiters;
};

/* vm_fsm_ask() has said VM_GO (or the caller knows better). Runs the first step */
void task_begin(struct vm *vm, enum vm_op op, bool run, const task_step_fn *steps,
		const task_step_fn *undo, void (*ended)(struct task *t), struct move *move,
		task_done_fn done, void *arg);
/* Be told, too; @done may be NULL */
void task_wait(struct task *t, task_done_fn done, void *arg);
/* Undo it, as soon as the present step allows */
void task_cancel(struct task *t);
/*
 * At the end of the program: leave it where it is, for the next one to find in the store. Who
 * waits is told UNAVAILABLE.
 */
void task_abandon(struct task *t);

/* For steps: it is done; it failed. Each step calls one of them once */
void task_next(struct task *t);
void task_fail(struct task *t, uint32_t code, const char *text);

void task_guest_ended(struct vm *vm);

/* --- steps_guest.c */

void step_define(struct task *t);
void step_undefine(struct task *t);
void step_start_guest(struct task *t);
void step_stop_guest(struct task *t);
void step_kill_guest(struct task *t);
void step_suspend(struct task *t);
void step_resume(struct task *t);
void step_reboot(struct task *t);

/* --- steps.c */

/* An image of the profile's size: of a template or, for those that are no disks, random */
void step_fill(struct task *t);
void step_grow_file(struct task *t);	/* to what vm->want says; one that is so large stays */
void step_attach(struct task *t);
void step_associate(struct task *t);
/* Again, where the NVE has them: addresses and profiles are others now */
void step_reassociate(struct task *t);
void step_activate(struct task *t);	/* the links go up, too */
void step_deactivate(struct task *t);
void step_deassociate(struct task *t);
void step_detach(struct task *t);
void step_remove(struct task *t);
/* An empty disk, for one that comes with its VM */
void step_blank(struct task *t);
/* of moves: move->size and sha256; the image from move->peer; checked and put in its place */
void step_hash(struct task *t);
void step_pull(struct task *t);
void step_verify(struct task *t);

#endif
