/* SPDX-License-Identifier: GPL-2.0 */
/* Tenants and groups of VMs; part of model.h. */
#ifndef VCENTERD_MODEL_GROUP_H
#define VCENTERD_MODEL_GROUP_H

#include <uthash.h>
#include "model_server.h"

/* The VMs of a tenant with this group; those of all groups have "". There while it has some. */
struct vm_group {
	struct vm_group_key {
		char tenant[VC_NAME_SIZE], name[VC_NAME_SIZE];	/* behind the NUL only NULs */
	} key;
	struct oset vms;
	struct oset ruled;		/* of "": those with rules for their place */
	struct capacity used;		/* by them all: what they are entitled to */
	struct usage_rate use;		/* what they really use */
	struct group_watched *watched;	/* NULL: nothing was told yet */
	UT_hash_handle hh;
};

#endif
