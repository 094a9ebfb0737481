/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which IP addresses of a VN's subnets are free: the pools are made from the subnets and the VMs
 * of the inventory, and follow both. Pure.
 */
#ifndef VCENTERD_INVENTORY_POOL_H
#define VCENTERD_INVENTORY_POOL_H

#include "inventory.h"

/* Only what the VN says of itself. */
void vn_set_subnets(struct vn *vn, const struct subnets *s);

/* Other subnets from now on, which were checked: their pools are made from the VMs there are. */
void inventory_vn_set_subnets(struct inventory *inv, struct vn *vn, const struct subnets *s);
void inventory_vn_free_pools(struct vn *vn);

/*
 * A free address of the first subnet of @family that has one, which is taken by that: it is a
 * VM's soon, or given back. 0, -ENOENT (no such subnet; no sentence) or -ENOSPC.
 */
int inventory_ip_take(struct inventory *inv, struct vn *vn, int family, struct ip_prefix *ret,
		      struct err *err);
/* What no VM of the inventory has is free again. */
void inventory_ip_give(struct inventory *inv, struct vn *vn, const struct ip_addr *ip);

/* All addresses of a VM, as it comes and goes. */
void inventory_pools_take(struct vm *vm);
void inventory_pools_give(struct inventory *inv, const struct vm *vm);

/* Of subnet number @n: how many it may give, and has given. */
uint32_t inventory_pool_size(const struct vn *vn, int n);
uint32_t inventory_pool_used(const struct vn *vn, int n);

#endif
