// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include "inventory.h"
#include "inventory_group.h"
#include "lib/mem.h"

/* A claim that shrinks may leave less than nothing. */
static int64_t memory_left(const struct server *server)
{
	return (int64_t)server->total.memory_mib - server->used.memory_mib;
}

/* Ties go to the first name, so that the choice does not depend on the hash. */
static int order(const void *a, const void *b)
{
	const struct server *x = a, *y = b;
	int64_t left_x = memory_left(x), left_y = memory_left(y);

	if (x->busy != y->busy)
		return x->busy ? 1 : -1;
	if (left_x != left_y)
		return left_x > left_y ? -1 : 1;
	return strcmp(x->name, y->name);
}

struct server *inventory_server(struct inventory *inv, const char *name)
{
	struct server *server;

	HASH_FIND_STR(inv->servers, name, server);
	return server;
}

struct server *inventory_server_get(struct inventory *inv, const char *name)
{
	struct server *server = inventory_server(inv, name);

	if (server)
		return server;
	server = mem_zalloc(sizeof(*server));
	snprintf(server->name, sizeof(server->name), "%s", name);
	server->inv = inv;
	HASH_ADD_STR(inv->servers, name, server);
	oset_add(&inv->by_room, &server->of_room, server, order);
	return server;
}

struct server *inventory_server_next(const struct inventory *inv, const struct server *after)
{
	return oset_next(&inv->by_room, after, order);
}

void inventory_server_set_total(struct server *server, const struct capacity *total)
{
	oset_del(&server->inv->by_room, &server->of_room, order);
	server->total = *total;
	oset_add(&server->inv->by_room, &server->of_room, server, order);
}

void inventory_server_set_busy(struct server *server, bool busy)
{
	if (server->busy == busy)
		return;
	oset_del(&server->inv->by_room, &server->of_room, order);
	server->busy = busy;
	oset_add(&server->inv->by_room, &server->of_room, server, order);
}

static void use(struct server *server, const struct capacity *size)
{
	oset_del(&server->inv->by_room, &server->of_room, order);
	capacity_add(&server->used, size);
	oset_add(&server->inv->by_room, &server->of_room, server, order);
}

static void unuse(struct server *server, const struct capacity *size)
{
	oset_del(&server->inv->by_room, &server->of_room, order);
	capacity_sub(&server->used, size);
	oset_add(&server->inv->by_room, &server->of_room, server, order);
}

void inventory_vm_set_server(struct vm *vm, struct server *server)
{
	struct capacity takes = vm_takes(vm);

	if (vm->server) {
		vm_set_del(&vm->server->vms, &vm->of_server);
		unuse(vm->server, &takes);
		if (vm->watched)
			usage_sub(&vm->server->use, &vm->watched->usage.now);
	}
	vm->server = server;
	if (server) {
		vm_set_add(&server->vms, &vm->of_server, vm);
		if (vm->watched)
			usage_add(&server->use, &vm->watched->usage.now);
		use(server, &takes);
	}
}

/* @size and @extra may be what it has. */
static void set_takes(struct inventory *inv, struct vm *vm, struct capacity size,
		      struct capacity extra)
{
	struct capacity takes = vm_takes(vm);

	inventory_groups_charge(inv, vm, false);
	if (vm->server)
		unuse(vm->server, &takes);
	vm->size = size;
	vm->extra = extra;
	takes = vm_takes(vm);
	if (vm->server)
		use(vm->server, &takes);
	inventory_groups_charge(inv, vm, true);
}

void inventory_vm_keep(struct inventory *inv, struct vm *vm, enum vm_op op)
{
	struct capacity extra = { };

	if (op == VM_OP_RESIZE && vm->want_cpus > vm->size.cpus)
		extra.cpus = vm->want_cpus - vm->size.cpus;
	if (op == VM_OP_RESIZE && vm->want_memory_mib > vm->size.memory_mib)
		extra.memory_mib = vm->want_memory_mib - vm->size.memory_mib;
	if (op == VM_OP_RESIZE && vm->want_disk_mib > vm->size.disk_mib)
		extra.disk_mib = vm->want_disk_mib - vm->size.disk_mib;
	if (memcmp(&extra, &vm->extra, sizeof(extra)))
		set_takes(inv, vm, vm->size, extra);
}

void inventory_vm_resized(struct vm *vm)
{
	struct capacity size = vm->size;

	size.cpus = vm->want_cpus;
	size.memory_mib = vm->want_memory_mib;
	size.disk_mib = vm->want_disk_mib ?: size.disk_mib;
	set_takes(vm->server->inv, vm, size, (struct capacity){ 0 });
}

void inventory_vm_set_dest(struct vm *vm, struct server *server)
{
	struct capacity takes = vm_takes(vm);

	if (vm->dest)
		unuse(vm->dest, &takes);
	vm->dest = server;
	if (server)
		use(server, &takes);
}

void inventory_vm_set_saved(struct vm *vm, uint32_t mib)
{
	struct server *server = vm->server, *dest = vm->dest;

	if (vm->saved_mib == mib)
		return;
	inventory_vm_set_dest(vm, NULL);
	inventory_vm_set_server(vm, NULL);
	vm->saved_mib = mib;
	inventory_vm_set_server(vm, server);
	inventory_vm_set_dest(vm, dest);
}
