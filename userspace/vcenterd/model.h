/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The things that a vCenter knows: VNs, servers, VMs. Plain data; inventory.h keeps the tables.
 */
#ifndef VCENTERD_MODEL_H
#define VCENTERD_MODEL_H

#include "lib/cleanup.h"
#include "model_group.h"
#include "model_rules.h"
#include "model_server.h"
#include "model_vn.h"
#include "proto/common.pb-c.h"
#include "vm_counts.h"
#include "vm_op.h"
#include "vm_set.h"

#define VC_NICS_MAX	8
#define VC_IPS_MAX	8	/* per nic */
#define VC_PORT_SIZE	32	/* Linux has names of 15 */

struct vcenter;

struct nic {
	struct uuid tsi;
	struct vn *vn;
	struct oset_node of_vn;		/* vn->vms: of the VM's first nic there */
	struct mac_addr mac;
	struct ip_prefix ips[VC_IPS_MAX];
	int n_ips;
	uint32_t vid;
	uint64_t epoch;			/* of its placement, 0: none */
	char port[VC_PORT_SIZE];	/* its device on the server */
	struct uuid profile;		/* zero: none */
	bool unsure;			/* placed perhaps: asked, and the answer was lost */
	bool dhcp;			/* its NVE tells the guest what it has */
	uint8_t drawn;			/* bits: ips from a pool; not in the store */
	bool told;			/* VM_OP_UPDATE: the nDirector knows; not in the store */
};

struct profile {			/* what judges the frames of interfaces */
	struct uuid uuid;
	Nvo3__Profile *msg;		/* all of it; owned */
	unsigned int users;		/* nics of VMs that have it */
	UT_hash_handle hh;
};

/* From vm_new(). What lists look at is together, at the beginning. */
struct vm {
	struct uuid uuid;
	struct oset_node of_all, of_tenant, of_group, of_server;	/* inventory.c keeps them */
	uint32_t state;			/* Nvo3__VmState; vm_set_state() */
	int n_nics;			/* at most as many as there is room for */
	struct nic *nics;
	char name[VC_NAME_SIZE], tenant[VC_NAME_SIZE];
	const char *group;		/* "": none. vm_set_group(), inventory_vm_set_group() */
	struct capacity size;		/* size.vms is 1 */
	struct capacity extra;		/* kept for it beside that: inventory_job_set() */
	uint32_t saved_mib;		/* likewise, of its memory: inventory_vm_set_saved() */
	struct vm_rules *rules;		/* NULL: it may be anywhere */
	char *why;			/* it is failed; NULL: nothing to say. vm_why() */
	struct server *server;
	struct server *dest;		/* reserved there by a move inside this DC */
	struct uuid move;		/* the move it takes part in; zero: none */
	enum vm_op op;
	struct uuid changing;		/* tsi of VM_OP_PLUG, VM_OP_UNPLUG */
	uint32_t want_cpus, want_memory_mib, want_disk_mib;	/* VM_OP_RESIZE; disk 0: as it is */
	char *want_group;		/* VM_OP_REGROUP; else NULL. vm_set_want_group() */
	bool unplugged;			/* its server has @changing not, or not any more */
	bool start;			/* VM_OP_CREATE ends with a running VM */
	bool made;			/* the server may hold it */
	bool incoming;			/* another DC owns it until the commit; vm_set_incoming() */
	bool left;			/* another DC owns it since the commit; vm_set_left() */
	struct vm_counts *counts;	/* of its inventory; NULL: it is in none */

	/* not kept in the store: the request that is out for op */
	bool placing;			/* a move asks for its new placement just now */
	bool dirty;			/* changed, not stored yet */
	bool waiting, queued;
	uint64_t retry_at, deadline;
	struct watched *watched;	/* NULL: of its use nothing was told yet */
	uint64_t regrouped;		/* inv->regroups, when it last came to a group so */
	/* VM_OP_ADOPT: who waits for its end, a CODE(); NULL: nobody */
	void (*registered)(struct vcenter *vc, struct vm *vm, uint32_t code, void *arg);
	void *registered_arg;

	struct vm *job_prev, *job_next;	/* those with an op */
	UT_hash_handle hh, hh_name;
};

/* With room for @nics interfaces, and none yet. */
struct vm *vm_new(int nics);
/* With room for it; all move. */
void vm_nic_append(struct vm *vm, const struct nic *nic);
void vm_free(struct vm *vm);	/* accepts NULL */
/* Once it is in an inventory these change by this alone: they are counted. */
void vm_set_state(struct vm *vm, uint32_t state);
void vm_set_incoming(struct vm *vm, bool incoming);
void vm_set_left(struct vm *vm, bool left);
/* It comes into the inventory of @counts; NULL: it goes out of the one that it is in. */
void vm_set_counts(struct vm *vm, struct vm_counts *counts);
/* One sentence, which is cut to VC_TEXT_SIZE; "" is none. */
void vm_set_why(struct vm *vm, const char *text);
const char *vm_why(const struct vm *vm);	/* never NULL */
/* Of one that is in no inventory. @name is kept as a copy, and may be what is overwritten. */
void vm_set_group(struct vm *vm, const char *name);
void vm_set_want_group(struct vm *vm, const char *name);	/* NULL: none any more */

DEFINE_CLEANUP(struct vm *, vm, vm_free);
#define _cleanup_vm_ _cleanup_(cleanup_vm)

#endif
