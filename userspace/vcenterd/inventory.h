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

/* Iterate with HASH_ITER(hh, ...). */
struct inventory {
	char dc[VC_DC_SIZE];
	struct vn *vns, *vns_by_name, *vns_by_vni;
	struct server *servers;
	struct vm *vms, *vms_by_name;
	struct addr_entry *addrs;	/* (VN, MAC) and (VN, IP) */
	struct vm *jobs;		/* utlist by job_prev, job_next */
};

struct inventory *inventory_new(const char *dc);
void inventory_free(struct inventory *inv);

/* Copies @vn. The VN with this uuid must not be there yet. */
struct vn *inventory_vn_add(struct inventory *inv, const struct vn *vn, struct err *err);
/* Refused while it has users. Frees @vn. */
int inventory_vn_del(struct inventory *inv, struct vn *vn, struct err *err);
struct vn *inventory_vn(struct inventory *inv, const struct uuid *uuid);
struct vn *inventory_vn_by_name(struct inventory *inv, const char *name);

/* Made when it is not there yet. */
struct server *inventory_server_get(struct inventory *inv, const char *name);
struct server *inventory_server(struct inventory *inv, const char *name);

/* May a VM like this be added? Its uuid, name and addresses. */
int inventory_vm_check(struct inventory *inv, const struct vm *vm, struct err *err);
/* Takes @vm (from malloc) when it succeeds; its nics do not change afterwards, except epochs. */
int inventory_vm_add(struct inventory *inv, struct vm *vm, struct server *server,
		     struct err *err);
void inventory_vm_del(struct inventory *inv, struct vm *vm);	/* frees it */
/* It is hosted there now; NULL: nowhere. */
void inventory_vm_set_server(struct vm *vm, struct server *server);
/* Room for it is kept there, beside where it is; NULL: no longer. */
void inventory_vm_set_dest(struct vm *vm, struct server *server);

struct vm *inventory_vm(struct inventory *inv, const struct uuid *uuid);
struct vm *inventory_vm_by_name(struct inventory *inv, const char *name);
struct vm *inventory_vm_by_mac(struct inventory *inv, const struct vn *vn,
			       const struct mac_addr *mac);
struct vm *inventory_vm_by_ip(struct inventory *inv, const struct vn *vn,
			      const struct ip_addr *ip);

/* On the list of those with an op, or off it. */
void inventory_job_set(struct inventory *inv, struct vm *vm, enum vm_op op);

#endif
