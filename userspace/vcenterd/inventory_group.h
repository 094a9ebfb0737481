/* SPDX-License-Identifier: GPL-2.0 */
/* VMs by tenant and by group, and what they take; part of inventory.c. Pure. */
#ifndef VCENTERD_INVENTORY_GROUP_H
#define VCENTERD_INVENTORY_GROUP_H

#include "inventory.h"

void capacity_add(struct capacity *to, const struct capacity *size);
void capacity_sub(struct capacity *from, const struct capacity *size);

/* What it has, and what it is getting just now. */
struct capacity vm_takes(const struct vm *vm);

/* As a VM comes into the inventory and goes. */
void inventory_groups_add(struct inventory *inv, struct vm *vm);
void inventory_groups_del(struct inventory *inv, struct vm *vm);

/* What it takes counts, or no more: around a change of that. Its groups stay. */
void inventory_groups_charge(struct inventory *inv, const struct vm *vm, bool counts);

/* Keep what it gets by @op, and no more what it got by the former one. inventory_server.c */
void inventory_vm_keep(struct inventory *inv, struct vm *vm, enum vm_op op);

/* It uses now what vm->watched says; before that it was @was. */
void inventory_vm_used(struct inventory *inv, struct vm *vm, const struct usage_rate *was);

#endif
