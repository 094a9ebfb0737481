/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets of VMs in the order of their UUIDs: those of a tenant, a group, a server, a VN. A list that
 * goes on behind a UUID, which may be gone by then, has each VM once that is there all the time.
 */
#ifndef VCENTERD_VM_SET_H
#define VCENTERD_VM_SET_H

#include "lib/oset.h"
#include "lib/uuid.h"

struct vm;

/* As oset_add(), oset_del(). */
void vm_set_add(struct oset *set, struct oset_node *node, struct vm *vm);
void vm_set_del(struct oset *set, struct oset_node *node);
/* The first one, or the first one after @after, if not NULL. NULL at the end. */
struct vm *vm_set_next(const struct oset *set, const struct uuid *after);

#endif
