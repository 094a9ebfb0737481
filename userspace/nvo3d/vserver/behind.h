/* SPDX-License-Identifier: GPL-2.0 */
/* What somebody else did to this host's VMs behind our back; seen.h has what is done about it */
#ifndef NVO3D_VSERVER_BEHIND_H
#define NVO3D_VSERVER_BEHIND_H

#include "host.h"

/* Begins to watch, for drivers that can tell; and the threads for those that block */
int behind_start(struct vserver *vs, struct err *err);
/* When no task is left */
void behind_stop(struct vserver *vs);
/* An operation has ended; what happened meanwhile was not looked at */
void behind_look(struct vserver *vs, const struct uuid *id);

#endif
