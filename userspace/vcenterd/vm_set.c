// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <string.h>
#include "model.h"
#include "vm_set.h"

_Static_assert(!offsetof(struct vm, uuid), "a VM's UUID stands for it where nothing else is seen");

static int order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}

void vm_set_add(struct oset *set, struct oset_node *node, struct vm *vm)
{
	oset_add(set, node, vm, order);
}

void vm_set_del(struct oset *set, struct oset_node *node)
{
	oset_del(set, node, order);
}

struct vm *vm_set_next(const struct oset *set, const struct uuid *after)
{
	return oset_next(set, after, order);
}
