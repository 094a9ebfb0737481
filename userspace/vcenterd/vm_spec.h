/* SPDX-License-Identifier: GPL-2.0 */
/* A VM to be created, as its JSON describes it. Pure but for random numbers. */
#ifndef VCENTERD_VM_SPEC_H
#define VCENTERD_VM_SPEC_H

#include "inventory.h"
#include "lib/json.h"

struct vm_spec {
	struct vm *vm;		/* malloc(); with uuid, tsi, MACs */
	bool start, together;
	char server[VC_NAME_SIZE];	/* empty: any */
};

/*
 * 0, -EINVAL, -ENOENT (VN), -EACCES (the VN is another tenant's) with a sentence. Does not look
 * whether names and addresses are free; generated MACs are, and IPs that were drawn from a pool
 * are taken there: before the VM comes into the inventory, or if it does not, they are to be
 * given back. -ENOSPC: a pool is exhausted.
 */
int vm_spec_parse(struct inventory *inv, json_t *body, struct vm_spec *ret, struct err *err);

void vm_spec_give_back(struct inventory *inv, struct vm *vm);
/* Another address instead of number @n, which was drawn; that one stays taken. */
int vm_spec_draw_again(struct inventory *inv, struct nic *nic, int n, struct err *err);

/*
 * One interface more for @vm, which is none of the inventory's, as the ones of a new VM: the last
 * one of it then.
 */
int vm_spec_nic(struct inventory *inv, json_t *json, struct vm *vm, struct err *err);

/*
 * Members of an interface, for others that have some of them: its addresses, a string or a list,
 * are added.
 */
int vm_spec_ips(json_t *json, struct nic *nic, struct err *err);
/* "profile": by name or UUID, "" is none; absent changes nothing. */
int vm_spec_profile(struct inventory *inv, json_t *json, const char *tenant, struct nic *nic,
		    struct err *err);

#endif
