/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a VM has, changed while it is there, also while it runs (V7). A failure leaves it as it was.
 * As the functions of ops.h: they can be repeated, @done is called once.
 */
#ifndef NVO3D_VSERVER_CHANGE_H
#define NVO3D_VSERVER_CHANGE_H

#include "task.h"

/* 0: as it is. FULL: the host has not so much */
void vm_resize(struct vserver *vs, const struct uuid *id, uint32_t cpus, uint32_t memory_mib,
	       task_done_fn done, void *arg);
/* A larger disk; one that is so large is fine. DENIED: it is larger than that; FULL */
void vm_grow(struct vserver *vs, const struct uuid *id, uint32_t disk_mib, task_done_fn done,
	     void *arg);
/* Of another group, "" for none */
void vm_regroup(struct vserver *vs, const struct uuid *id, const char *group, task_done_fn done,
		void *arg);
/* One interface more, with its epoch. One that it has (by TSI) is brought to the same end */
void vm_plug(struct vserver *vs, const struct uuid *id, const Nvo3__Nic *nic, task_done_fn done,
	     void *arg);
/* One interface less; one that it has not is fine */
void vm_unplug(struct vserver *vs, const struct uuid *id, const struct uuid *tsi,
	       task_done_fn done, void *arg);

/* --- steps_change.c */

void step_resize(struct task *t);
void step_grow(struct task *t);		/* the guest's disk, if it runs */
/* About vm->changing */
void step_plug(struct task *t);
void step_unplug(struct task *t);
void step_reactivate(struct task *t);	/* if it runs */
void step_nic_leave(struct task *t);	/* silent, then not associated */
void step_nic_drop(struct task *t);	/* its access device goes, and it from the profile */

#endif
