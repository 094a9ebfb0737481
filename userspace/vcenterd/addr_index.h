/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who has an address: (VN, MAC) and (VN, IP) of VMs; and an interface, by its UUID. Pure.
 */
#ifndef VCENTERD_ADDR_INDEX_H
#define VCENTERD_ADDR_INDEX_H

#include "lib/errs.h"
#include "model.h"

struct addr_entry;

struct vm *addr_index_mac(struct addr_entry *index, const struct uuid *vn,
			  const struct mac_addr *mac);
struct vm *addr_index_ip(struct addr_entry *index, const struct uuid *vn,
			 const struct ip_addr *ip);
/* -EEXIST with a sentence that names the other VM; what @vm has twice counts too. */
int addr_index_check(struct addr_entry *index, const struct vm *vm, struct err *err);
/* Only what addr_index_check() let pass. */
void addr_index_add(struct addr_entry **index, struct vm *vm);
void addr_index_del(struct addr_entry **index, const struct vm *vm);
unsigned int addr_index_count(struct addr_entry *index);

#endif
