/* SPDX-License-Identifier: GPL-2.0 */
/* VMs by tenant and by group, and what they take; part of inventory.c. Pure. */
#ifndef VCENTERD_INVENTORY_GROUP_H
#define VCENTERD_INVENTORY_GROUP_H

#include "inventory.h"

void capacity_add(struct capacity *to, const struct capacity *size);
void capacity_sub(struct capacity *from, const struct capacity *size);

/* As a VM comes into the inventory and goes. */
void inventory_groups_add(struct inventory *inv, struct vm *vm);
void inventory_groups_del(struct inventory *inv, struct vm *vm);

/* It uses now what vm->watched says; before that it was @was. */
void inventory_vm_used(struct inventory *inv, struct vm *vm, const struct usage_rate *was);

#endif
