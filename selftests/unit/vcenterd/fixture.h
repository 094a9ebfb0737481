/* SPDX-License-Identifier: GPL-2.0 */
/* Inventories for the tests of the pure modules. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory.h"
#include "lib/mem.h"
#include "lib/msg.h"

static inline struct vn *fix_vn(struct inventory *inv, const char *name, uint32_t vni)
{
	struct vn tmpl = { .uuid = uuid_new(), .vni = vni };
	struct vn *vn;

	snprintf(tmpl.name, sizeof(tmpl.name), "%s", name);
	snprintf(tmpl.home_dc, sizeof(tmpl.home_dc), "%s", inv->dc);
	vn = inventory_vn_add(inv, &tmpl, NULL);
	assert_non_null(vn);
	return vn;
}

/* Up, with room for @vms VMs of one cpu. */
static inline struct server *fix_server(struct inventory *inv, const char *name, uint32_t vms)
{
	struct server *server = inventory_server_get(inv, name);

	snprintf(server->nve, sizeof(server->nve), "%s/%s", inv->dc, name);
	snprintf(server->addr, sizeof(server->addr), "192.0.2.1");
	inventory_server_set_total(server, &(struct capacity){
		.cpus = vms, .memory_mib = vms * 100, .disk_mib = vms * 16, .vms = vms });
	server->session = (struct chan *)server;	/* never used, only not NULL */
	return server;
}

/* A VM with one nic, its addresses made of @n; not in the inventory. */
static inline struct vm *fix_vm(struct vn *vn, const char *name, unsigned int n)
{
	struct vm *vm = vm_new(VC_NICS_MAX);
	struct nic *nic = &vm->nics[0];
	uint8_t ip[4] = { 10, n >> 16, n >> 8, n };

	vm->uuid = uuid_new();
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	snprintf(vm->tenant, sizeof(vm->tenant), "alice");
	vm->size = (struct capacity){ .cpus = 1, .memory_mib = 100, .disk_mib = 16, .vms = 1 };
	vm->state = NVO3__VM_STATE__VM_RUNNING;
	vm->n_nics = 1;
	nic->vn = vn;
	nic->tsi = uuid_new();
	nic->mac = (struct mac_addr){ { 2, 0, 0, n >> 16, n >> 8, n } };
	nic->ips[0].addr = ip_addr_from(AF_INET, ip);
	nic->ips[0].len = 24;
	nic->n_ips = 1;
	return vm;
}

static inline struct vm *fix_add(struct inventory *inv, struct vm *vm, struct server *server)
{
	struct err err;

	if (inventory_vm_add(inv, vm, server, &err))
		fail_msg("%s", err.text);
	return vm;
}

#endif
