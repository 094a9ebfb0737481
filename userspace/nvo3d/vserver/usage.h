/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this host's VMs use, for drivers that know, and what its machine does, told to vCenter every
 * now and then (V11)
 */
#ifndef NVO3D_VSERVER_USAGE_H
#define NVO3D_VSERVER_USAGE_H

#include "host.h"

struct usage;

int usage_start(struct usage **ret, struct vserver *vs, struct err *err);
void usage_stop(struct usage *u);	/* accepts NULL */

#endif
