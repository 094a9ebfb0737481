/* SPDX-License-Identifier: GPL-2.0 */
/*
 * V5, V6: a group of a vServer's VMs is registered or unregistered by one message, each member as
 * if it came alone, some at a time, so that others are served meanwhile. Answered at the end, with
 * a result for each.
 */
#ifndef VCENTERD_VM_BULK_H
#define VCENTERD_VM_BULK_H

#include "vcenter.h"

void bulk_register(struct vcenter *vc, struct chan *chan, struct server *server,
		   const struct msg *msg);
void bulk_unregister(struct vcenter *vc, struct chan *chan, struct server *server,
		     const struct msg *msg);
void bulk_free_all(struct vcenter *vc);	/* at the end, without answers */

#endif
