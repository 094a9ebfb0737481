/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a replication (V10) begins: the image is copied while the VM runs. What follows is a move
 * whose destination has most of the image already (move.h). Both as the functions there.
 */
#ifndef NVO3D_VSERVER_MOVE_COPY_H
#define NVO3D_VSERVER_MOVE_COPY_H

#include "proto/management.pb-c.h"
#include "task.h"

/* RELOCATE_OFFER at the source: the VM runs on, its image can be read */
void move_offer(struct vserver *vs, const Nvo3__RelocateSource *req, task_done_fn done, void *arg);
/* RELOCATE_COPY at the destination: of a VM that writes meanwhile, so it need be of no moment */
void move_copy(struct vserver *vs, const Nvo3__RelocateDest *req, task_done_fn done, void *arg);

#endif
