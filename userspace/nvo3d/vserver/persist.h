/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMs and moves in the store (nvo3d_store.proto). A write that fails is an error that the
 * caller must heed where it stands before an act, and is logged where it stands after one.
 */
#ifndef NVO3D_VSERVER_PERSIST_H
#define NVO3D_VSERVER_PERSIST_H

#include "host.h"

/* With @state instead of the present one: what is true even if we die in the middle */
int persist_vm(struct vm *vm, Nvo3__VmState state, struct err *err);
void persist_vm_now(struct vm *vm);		/* as it is; failure is logged */
void persist_vm_del(struct vserver *vs, const struct uuid *vm);

int persist_move(struct vserver *vs, const struct move *m, struct err *err);
void persist_move_now(struct vserver *vs, const struct move *m);
void persist_move_del(struct vserver *vs, const struct move *m);

/* Fill the empty @vs; moves that ended long ago are dropped */
int persist_load(struct vserver *vs, struct err *err);

#endif
