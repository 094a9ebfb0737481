/* SPDX-License-Identifier: GPL-2.0 */
/* A VN, as a vCenter knows it; part of model.h. */
#ifndef VCENTERD_MODEL_VN_H
#define VCENTERD_MODEL_VN_H

#include <uthash.h>
#include "lib/addr.h"
#include "lib/subnet.h"
#include "lib/uuid.h"
#include "vm_set.h"

#define VC_NAME_SIZE	64	/* with the NUL: names of VMs, VNs, servers, tenants, groups */
#define VC_DC_SIZE	32
#define VC_TEXT_SIZE	256

struct pool;

/* Of a subnet: what its range has left to give; see inventory_pool.h */
struct vn_pool {
	struct pool *pool;
	uint32_t reserved;
};

struct vn {
	struct uuid uuid;
	char name[VC_NAME_SIZE];
	char tenant[VC_NAME_SIZE];	/* empty: shared by all tenants */
	char home_dc[VC_DC_SIZE];
	uint32_t vni;
	uint32_t unknown;		/* enum nvo3_unknown */
	uint32_t bum;			/* enum nvo3_bum */
	uint32_t distribution, claims;	/* as in proto Distribution, Claims */
	uint32_t arp, arp_unknown;	/* enum nvo3_arp, nvo3_arp_unknown */
	struct subnets subnets;
	struct subnets_packed packed;	/* the same */
	struct vn_pool pools[SUBNETS_MAX];	/* in the inventory */
	unsigned int users;		/* nics of VMs here, expected ones too */
	struct oset vms;		/* of the inventory, that have a nic here */
	UT_hash_handle hh, hh_name, hh_vni;
};

#endif
