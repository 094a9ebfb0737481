/* SPDX-License-Identifier: GPL-2.0 */
/* What others ask of the making of VMs. */
#ifndef VCENTERD_API_VM_CREATE_H
#define VCENTERD_API_VM_CREATE_H

#include "vcenter.h"
#include "vm_spec.h"

/* Could it be made at present, and on which server? 0 or -errno with a sentence. */
int vm_create_check(struct vcenter *vc, const struct vm_spec *spec, struct server **server,
		    struct err *err);
/* Is it just being made, and not in the inventory yet? */
bool vm_create_pending(const struct vcenter *vc, const struct uuid *id);

#endif
