// SPDX-License-Identifier: GPL-2.0
/* A store with a million VMs, written by the code that vcenterd writes it with. */
#include <stdio.h>
#include <string.h>
#include "inventory.h"
#include "lib/mem.h"
#include "lib/store.h"
#include "vcenterd/persist.h"

#define FILL_STEP	20000u

struct uuid uuid_of(char kind, uint32_t n)
{
	/* spread over the whole order, as random ones are */
	struct uuid uuid = { { n * 2654435761u >> 24, n * 2654435761u >> 16, n * 2654435761u >> 8,
			       n * 2654435761u, kind, 0, 0x40, 0, 0x80 } };

	for (int i = 0; i < 4; i++)
		uuid.b[12 + i] = n >> (24 - 8 * i);
	return uuid;
}

struct mac_addr mac_of(uint32_t n)
{
	return (struct mac_addr){ { 2, 1, n >> 24, n >> 16, n >> 8, n } };
}

static struct vn *add_vn(struct inventory *inv, uint32_t n)
{
	struct vn vn = { .uuid = uuid_of('n', n), .vni = n + 1 };
	struct err err;
	struct vn *added;

	snprintf(vn.name, sizeof(vn.name), "n%u", n);
	snprintf(vn.home_dc, sizeof(vn.home_dc), "dc1");
	added = inventory_vn_add(inv, &vn, &err);
	if (!added)
		die("VN", err.text);
	return added;
}

static struct server *add_server(struct inventory *inv, uint32_t n)
{
	struct capacity total = { 1024, 1 << 20, 1 << 30, 65536 };
	struct server *server;
	char name[16];

	snprintf(name, sizeof(name), "s%05u", n);
	server = inventory_server_get(inv, name);
	snprintf(server->nve, sizeof(server->nve), "dc1/%s", name);
	snprintf(server->addr, sizeof(server->addr), "10.0.%u.%u", n / 256, n % 256);
	snprintf(server->image_addr, sizeof(server->image_addr), "10.0.0.1:6660");
	inventory_server_set_total(server, &total);
	return server;
}

static struct vm *make_vm(struct vn *vn, uint32_t n)
{
	struct vm *vm = vm_new(1);
	uint8_t ip[4] = { 10, n >> 16, n >> 8, n };

	vm->uuid = uuid_of('v', n);
	snprintf(vm->name, sizeof(vm->name), "vm%u", n);
	snprintf(vm->tenant, sizeof(vm->tenant), "t%u", n % TENANTS);
	vm->size = (struct capacity){ 1, 128, 16, 1 };
	vm->state = NVO3__VM_STATE__VM_RUNNING;
	vm->made = true;
	vm->n_nics = 1;
	vm->nics[0].tsi = uuid_of('t', n);
	vm->nics[0].vn = vn;
	vm->nics[0].mac = mac_of(n);
	vm->nics[0].ips[0].addr = ip_addr_from(AF_INET, ip);
	vm->nics[0].ips[0].len = 24;
	vm->nics[0].n_ips = 1;
	vm->nics[0].epoch = n + 1;
	snprintf(vm->nics[0].port, sizeof(vm->nics[0].port), "v%08x", n);
	return vm;
}

static void fill_vms(struct store *store, struct vn **vns, struct server **servers, uint32_t n_vms,
		     uint32_t n_servers)
{
	struct err err;

	for (uint32_t i = 0; i < n_vms; i++) {
		/* addresses of a VN are those of its VMs; the servers in a session have none yet */
		struct vm *vm = make_vm(vns[i % VNS], i);
		int ret;

		vm->server = servers[SESSIONS + i % (n_servers - SESSIONS)];
		ret = i % FILL_STEP ? 0 : store_begin(store, &err);
		if (ret || persist_vm(store, vm, &err))
			die("VM", err.text);
		if ((i % FILL_STEP == FILL_STEP - 1 || i == n_vms - 1) &&
		    store_commit(store, &err))
			die("store", err.text);
		vm->server = NULL;
		vm_free(vm);
	}
}

int inventory_fill(const char *url, uint32_t n_vms, uint32_t n_servers)
{
	struct inventory *inv = inventory_new("dc1");
	struct server **servers = mem_calloc(n_servers, sizeof(*servers));
	struct vn *vns[VNS];
	struct store *store;
	struct err err;

	if (n_servers <= SESSIONS)
		die("fill", "too few servers");
	store = store_open(url, "vcenterd", &err);
	if (!store || store_begin(store, &err))
		die(url, err.text);
	for (uint32_t i = 0; i < VNS; i++) {
		vns[i] = add_vn(inv, i);
		if (persist_vn(store, vns[i], &err))
			die("VN", err.text);
	}
	for (uint32_t i = 0; i < n_servers; i++) {
		servers[i] = add_server(inv, i);
		if (persist_server(store, servers[i], &err))
			die("server", err.text);
	}
	if (store_commit(store, &err))
		die("store", err.text);
	fill_vms(store, vns, servers, n_vms, n_servers);
	store_close(store);
	free(servers);
	inventory_free(inv);
	return 0;
}
