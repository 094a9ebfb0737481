/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All VNs, servers and VMs of one data centre, by every name they have. Pure.
 *
 * Refusals are -errno with a sentence that names who stands in the way, and change nothing:
 * EEXIST a name or address is taken, EBUSY in use.
 */
#ifndef VCENTERD_INVENTORY_H
#define VCENTERD_INVENTORY_H

#include "lib/errs.h"
#include "model.h"

struct addr_entry;
struct pool;

/* Iterate with HASH_ITER(hh, ...). */
struct inventory {
	char dc[VC_DC_SIZE];
	char vcenter[VC_DC_SIZE + VC_NAME_SIZE];	/* "DC/NAME", of this one */
	struct vn *vns, *vns_by_name, *vns_by_vni;
	struct server *servers;
	struct oset by_room;		/* the same, as inventory_server_next() has them */
	uint32_t place_round;		/* questions that placement.c was asked */
	struct profile *profiles;
	struct vm *vms, *vms_by_name;
	struct oset all;		/* the same, in the order of their UUIDs */
	struct vm_counts counts;	/* of them */
	struct vm_group *groups;
	uint64_t regroups;		/* by VM_OP_REGROUP, so many */
	struct addr_entry *addrs;	/* (VN, MAC) and (VN, IP), interfaces */
	struct vm *jobs;		/* utlist by job_prev, job_next */
	struct pool *vnis;		/* from vni_first on; NULL: none are given */
	uint32_t vni_first;
};

struct inventory *inventory_new(const char *dc);
void inventory_free(struct inventory *inv);

/* VNIs for VNs that name none; both included */
void inventory_set_vnis(struct inventory *inv, uint32_t first, uint32_t last);
/* The lowest one that no VN has. -EINVAL without a range, -ENOSPC. */
int inventory_vni_find(const struct inventory *inv, uint32_t *ret, struct err *err);

/* Copies @vn. The VN with this uuid must not be there yet. */
struct vn *inventory_vn_add(struct inventory *inv, const struct vn *vn, struct err *err);
/* Refused while it has users. Frees @vn. */
int inventory_vn_del(struct inventory *inv, struct vn *vn, struct err *err);
struct vn *inventory_vn(struct inventory *inv, const struct uuid *uuid);
struct vn *inventory_vn_by_name(struct inventory *inv, const char *name);

/* Made when it is not there yet. */
struct server *inventory_server_get(struct inventory *inv, const char *name);
struct server *inventory_server(struct inventory *inv, const char *name);
void inventory_server_set_total(struct server *server, const struct capacity *total);
/* Its machine has much to do: it comes behind all that have not, whatever memory it has left. */
void inventory_server_set_busy(struct server *server, bool busy);
/* Busy ones last; by the memory that is left, then by names. NULL: the first one, at the end. */
struct server *inventory_server_next(const struct inventory *inv, const struct server *after);

/* May a VM like this be added? Its uuid, name and addresses. */
int inventory_vm_check(struct inventory *inv, const struct vm *vm, struct err *err);
/*
 * Takes @vm when it succeeds; its nics change by inventory_vm_set_nics() only, but for epochs.
 */
int inventory_vm_add(struct inventory *inv, struct vm *vm, struct server *server,
		     struct err *err);
void inventory_vm_del(struct inventory *inv, struct vm *vm);	/* frees it */
/* It is hosted there now; NULL: nowhere. */
void inventory_vm_set_server(struct vm *vm, struct server *server);
/* Room for it is kept there, beside where it is; NULL: no longer. */
void inventory_vm_set_dest(struct vm *vm, struct server *server);
/* So much of its memory lies on the disks of both; 0: none. */
void inventory_vm_set_saved(struct vm *vm, uint32_t mib);

/* NULL: no VM is of it. @name "": all VMs of the tenant. */
struct vm_group *inventory_group(struct inventory *inv, const char *tenant, const char *name);
void inventory_vm_set_group(struct inventory *inv, struct vm *vm, const char *name);

struct vm *inventory_vm(struct inventory *inv, const struct uuid *uuid);
struct vm *inventory_vm_by_name(struct inventory *inv, const char *name);
struct vm *inventory_vm_by_mac(struct inventory *inv, const struct vn *vn,
			       const struct mac_addr *mac);
struct vm *inventory_vm_by_ip(struct inventory *inv, const struct vn *vn,
			      const struct ip_addr *ip);

/* Other addresses and profiles; -EEXIST when an address is another VM's. */
int inventory_vm_set_nics(struct inventory *inv, struct vm *vm, const struct nic *nics,
			  struct err *err);

/* An interface more, the last one, or -EEXIST as above; one less. */
int inventory_nic_add(struct inventory *inv, struct vm *vm, const struct nic *nic,
		      struct err *err);
void inventory_nic_del(struct inventory *inv, struct vm *vm, int n);
/* Number of the interface, or -1 */
int inventory_nic_find(const struct vm *vm, const struct uuid *tsi);
/* What it was to get by VM_OP_RESIZE it has */
void inventory_vm_resized(struct vm *vm);

/* Takes @msg, whose uuid is good; the one with its uuid is replaced. Of no home: it is ours. */
struct profile *inventory_profile_set(struct inventory *inv, Nvo3__Profile *msg);
void inventory_profile_del(struct inventory *inv, struct profile *p);
struct profile *inventory_profile(struct inventory *inv, const struct uuid *uuid);
struct profile *inventory_profile_by_name(struct inventory *inv, const char *name);
bool inventory_profile_is_ours(const struct inventory *inv, const struct profile *p);
/* That new interfaces of this group have, or NULL: ours first, then by the name of its home. */
struct profile *inventory_profile_of_group(struct inventory *inv, const char *tenant,
					   const char *group);
/* A VM that has it, or NULL. */
const struct vm *inventory_profile_user(struct inventory *inv, const struct profile *p);

/*
 * On the list of those with an op, or off it. What VM_OP_RESIZE adds to it is kept for it as long
 * as that goes on, so that nobody else is given it meanwhile.
 */
void inventory_job_set(struct inventory *inv, struct vm *vm, enum vm_op op);

#endif
