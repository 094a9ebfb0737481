/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far live moves from here are: once a second, as long as there are some, their hypervisor is
 * asked and vCenter is told. In a thread of its own, so that a slow answer delays nothing else.
 */
#ifndef NVO3D_VSERVER_MOVE_PROGRESS_H
#define NVO3D_VSERVER_MOVE_PROGRESS_H

#include "host.h"

/* With a driver that cannot tell *ret is NULL, which the others accept */
int move_progress_start(struct move_progress **ret, struct vserver *vs, struct err *err);
void move_progress_stop(struct move_progress *p);
/* One has begun */
void move_progress_begun(struct move_progress *p);

#endif
