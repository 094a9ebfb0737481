/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Pages of the VMs that somebody asks for (Documentation/scale.rst): what a page costs does not
 * depend on how many VMs there are. Pure.
 */
#ifndef VCENTERD_VM_LIST_H
#define VCENTERD_VM_LIST_H

#include "inventory.h"

#define VM_LIST_MAX	10000u	/* VMs on a page */
#define VM_LIST_LOOKED	20000u	/* at for a page: then it ends, full or not */

/* What is NULL does not matter. */
struct vm_filter {
	const char *tenant;
	const char *group;
	const char *server;
	const char *state;	/* "running" */
	const struct vn *vn;
};

struct vm_page {
	struct vm *vms[VM_LIST_MAX];
	uint32_t n;
	bool more;		/* behind @last, perhaps */
	struct uuid last;	/* that was looked at */
};

/*
 * Up to @limit VMs, at most VM_LIST_MAX, behind @after (NULL: from the first on) in the order of
 * their UUIDs. Of VMs on their way in, or gone to another DC, nothing is told.
 */
void vm_list(struct inventory *inv, const struct vm_filter *filter, const struct uuid *after,
	     uint32_t limit, struct vm_page *ret);

#endif
