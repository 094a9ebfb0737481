/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The things that a vCenter knows: VNs, servers, VMs. Plain data; inventory.h keeps the tables.
 */
#ifndef VCENTERD_MODEL_H
#define VCENTERD_MODEL_H

#include "model_vn.h"
#include "proto/common.pb-c.h"
#include "vm_op.h"

#define VC_NICS_MAX	8
#define VC_IPS_MAX	8	/* per nic */

struct chan;
struct vcenter;

struct capacity {
	uint32_t cpus;
	uint32_t memory_mib;
	uint32_t disk_mib;
	uint32_t vms;
};

struct vm;

struct server {
	char name[VC_NAME_SIZE];
	char nve[VC_DC_SIZE + VC_NAME_SIZE];	/* "DC/NAME" */
	char addr[80];
	char image_addr[80];
	struct capacity total;
	struct capacity used;		/* by its VMs and by moves towards it */
	struct vm *vms;			/* utlist, without those that only move towards it */
	struct chan *session;		/* NULL: down */
	UT_hash_handle hh;
};

struct nic {
	struct uuid tsi;
	struct vn *vn;
	struct mac_addr mac;
	struct ip_prefix ips[VC_IPS_MAX];
	int n_ips;
	uint64_t epoch;			/* of its placement, 0: none */
	bool unsure;			/* placed perhaps: asked, and the answer was lost */
	char port[VC_NAME_SIZE];
	uint32_t vid;
	struct uuid profile;		/* zero: none */
	bool dhcp;			/* its NVE tells the guest what it has */
	uint8_t drawn;			/* bits: ips from a pool; not in the store */
	bool told;			/* VM_OP_UPDATE: the nDirector knows; not in the store */
};

struct profile {			/* what judges the frames of interfaces */
	struct uuid uuid;
	Nvo3__Profile *msg;		/* all of it; owned */
	UT_hash_handle hh;
};

struct vm {
	struct uuid uuid;
	char name[VC_NAME_SIZE];
	char tenant[VC_NAME_SIZE];
	char group[VC_NAME_SIZE];
	struct capacity size;		/* size.vms is 1 */
	struct nic nics[VC_NICS_MAX];
	int n_nics;
	uint32_t state;			/* Nvo3__VmState */
	char text[VC_TEXT_SIZE];	/* why it is failed */
	struct server *server;
	struct server *dest;		/* reserved there by a move inside this DC */
	struct uuid move;		/* the move it takes part in; zero: none */
	enum vm_op op;
	bool start;			/* VM_OP_CREATE ends with a running VM */
	bool made;			/* the server may hold it */
	bool incoming;			/* another DC owns it until the commit */
	bool left;			/* another DC owns it since the commit */

	/* not kept in the store: the request that is out for op */
	bool placing;			/* a move asks for its new placement just now */
	bool dirty;			/* changed, not stored yet */
	bool waiting, queued;
	uint64_t retry_at, deadline;
	struct vm_use use;
	/* VM_OP_ADOPT: who waits for its end, a CODE(); NULL: nobody */
	void (*registered)(struct vcenter *vc, struct vm *vm, uint32_t code, void *arg);
	void *registered_arg;

	struct vm *srv_prev, *srv_next;	/* server->vms */
	struct vm *job_prev, *job_next;	/* those with an op */
	UT_hash_handle hh, hh_name;
};

#endif
