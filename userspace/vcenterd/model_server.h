/* SPDX-License-Identifier: GPL-2.0 */
/* A server, as a vCenter knows it; part of model.h. */
#ifndef VCENTERD_MODEL_SERVER_H
#define VCENTERD_MODEL_SERVER_H

#include <stdbool.h>
#include "chatter.h"
#include "lib/console.h"
#include "model_vn.h"
#include "watched.h"

struct chan;
struct inventory;

struct capacity {
	uint32_t cpus;
	uint32_t memory_mib;
	uint32_t disk_mib;
	uint32_t vms;
};

/* What the rules of the VM that is asked for mean here: placement.c's */
struct server_place {
	uint32_t round;			/* of another question: nothing */
	uint16_t near;			/* as many rules of nearness are met, in their order */
	uint16_t together;		/* VMs of its VNs that were seen here */
	const struct vm *apart;		/* one that it must not be with */
};

struct server {
	char name[VC_NAME_SIZE];
	char nve[VC_DC_SIZE + VC_NAME_SIZE];	/* "DC/NAME" */
	char addr[80];
	char image_addr[80];
	char location[VC_NAME_SIZE];	/* "row1/rack2"; empty: not known */
	bool gateway;			/* it reaches the outside; as it has said in this session */
	struct capacity total;		/* inventory_server_set_total() */
	struct capacity used;		/* by its VMs and by moves towards it */
	struct oset vms;		/* without those that only move towards it */
	struct chan *session;		/* NULL: down */
	bool dead;			/* by the verdict of server_dead.h */
	bool keeps;			/* the memory of a VM that is moved cold */
	bool overloaded;		/* as monitor.h finds: no more VMs */
	bool busy;			/* VMs rather elsewhere: inventory_server_set_busy() */
	struct usage_rate use;		/* by its VMs, as told last */
	struct watched *watched;	/* NULL: nothing was told yet */
	struct host_watched host;
	struct uptime uptime;
	struct chatter chatter;
	struct console_table consoles;	/* on this session */
	struct server_place place;
	struct inventory *inv;
	struct oset_node of_room;	/* inv->by_room */
	UT_hash_handle hh;
};

#endif
