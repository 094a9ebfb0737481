/* SPDX-License-Identifier: GPL-2.0 */
/* What this host's VMs use (V11), told to vCenter every now and then, for drivers that know */
#ifndef NVO3D_VSERVER_USAGE_H
#define NVO3D_VSERVER_USAGE_H

#include "host.h"

struct usage;

/* *ret is NULL for a driver that does not know */
int usage_start(struct usage **ret, struct vserver *vs, struct err *err);
void usage_stop(struct usage *u);	/* accepts NULL */

#endif
