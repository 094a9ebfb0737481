/* SPDX-License-Identifier: GPL-2.0 */
/* The vServer role: runs VMs for a vCenter, connects them through an NVE */
#ifndef NVO3D_VSERVER_VSERVER_H
#define NVO3D_VSERVER_VSERVER_H

#include "config.h"
#include "errs.h"
#include "loop.h"
#include "tls.h"

struct vserver;

/* @config, @loop and @tls must outlive it */
int vserver_start(struct vserver **ret, const struct config *config, struct loop *loop,
		  struct tls *tls, struct err *err);
/* VMs run on. Accepts NULL */
void vserver_stop(struct vserver *vs);

#endif
