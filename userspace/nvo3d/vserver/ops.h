/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What can be asked of this host's VMs (V1, V2, V12). Every function can be repeated; @done is
 * called once, perhaps before it returns, with the VM if there is one.
 */
#ifndef NVO3D_VSERVER_OPS_H
#define NVO3D_VSERVER_OPS_H

#include "task.h"

void vm_create(struct vserver *vs, const Nvo3__VmProfile *profile, bool start, task_done_fn done,
	       void *arg);
/* A VM that is not there is deleted already */
void vm_delete(struct vserver *vs, const struct uuid *id, task_done_fn done, void *arg);
bool vm_power_is_known(Nvo3__VmPower__Action action);
/* @action is known */
void vm_power(struct vserver *vs, const struct uuid *id, Nvo3__VmPower__Action action,
	      task_done_fn done, void *arg);
/*
 * Take over addresses and profiles of the interfaces named; the NVE changes their ports as they
 * are
 */
void vm_update(struct vserver *vs, const struct uuid *id, Nvo3__Nic *const *nics, size_t n,
	       task_done_fn done, void *arg);
/* It lives elsewhere or was deleted: delete it, whatever it is doing */
void vm_forget(struct vserver *vs, const struct uuid *id);

/* Of a VM that is there: true if the caller may begin @op, else it has been answered */
bool ops_may_begin(struct vm *vm, enum vm_op op, task_done_fn done, void *arg);
/* Is there room and nobody in the way? A CODE() */
uint32_t vm_admit(struct vserver *vs, const Nvo3__VmProfile *profile, struct err *err);
/* Make equal what is there and what the store says, when the program starts */
void vm_resume(struct vm *vm);

extern const task_step_fn ops_delete_steps[];	/* also undoes what makes a VM */
extern const task_step_fn ops_start_steps[];
extern const task_step_fn ops_silence_steps[];	/* undoes a start */

#endif
