/* SPDX-License-Identifier: GPL-2.0 */
/* Where a VM wants to be; part of model.h. See Documentation/placement.rst */
#ifndef VCENTERD_MODEL_RULES_H
#define VCENTERD_MODEL_RULES_H

#include <stdbool.h>
#include "model_vn.h"

#define VC_RULES_MAX	16

/* "web1", or "group:db": of its tenant */
struct vm_rule {
	bool apart;			/* else near */
	bool group;			/* @name is that of a group */
	char name[VC_NAME_SIZE];
};

struct vm_rules {
	struct oset_node of_tenant;	/* in the inventory: the tenant's group "", ->ruled */
	char location[VC_NAME_SIZE];	/* "row1/rack2", or what begins so; empty: anywhere */
	int n;
	struct vm_rule v[VC_RULES_MAX];
};

#endif
