// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>
#include "inventory_group.h"
#include "lib/mem.h"

void capacity_add(struct capacity *to, const struct capacity *size)
{
	to->cpus += size->cpus;
	to->memory_mib += size->memory_mib;
	to->disk_mib += size->disk_mib;
	to->vms += size->vms;
}

void capacity_sub(struct capacity *from, const struct capacity *size)
{
	from->cpus -= size->cpus;
	from->memory_mib -= size->memory_mib;
	from->disk_mib -= size->disk_mib;
	from->vms -= size->vms;
}

struct capacity vm_takes(const struct vm *vm)
{
	struct capacity ret = vm->size;

	capacity_add(&ret, &vm->extra);
	ret.disk_mib += vm->saved_mib;
	return ret;
}

/* What its tenant is charged with: a memory that is saved on its way is not his */
static struct capacity charge_of(const struct vm *vm)
{
	struct capacity ret = vm_takes(vm);

	ret.disk_mib -= vm->saved_mib;
	return ret;
}

/* For each VM in each report: no format is read for it. */
static struct vm_group_key key_of(const char *tenant, const char *name)
{
	struct vm_group_key key = { "" };

	memcpy(key.tenant, tenant, strnlen(tenant, sizeof(key.tenant) - 1));
	memcpy(key.name, name, strnlen(name, sizeof(key.name) - 1));
	return key;
}

struct vm_group *inventory_group(struct inventory *inv, const char *tenant, const char *name)
{
	struct vm_group_key key = key_of(tenant, name);
	struct vm_group *group;

	HASH_FIND(hh, inv->groups, &key, sizeof(key), group);
	return group;
}

static void join(struct inventory *inv, struct vm *vm, const char *name, struct oset_node *node)
{
	struct vm_group *group = inventory_group(inv, vm->tenant, name);
	struct capacity takes = charge_of(vm);

	if (!group) {
		group = mem_zalloc(sizeof(*group));
		group->key = key_of(vm->tenant, name);
		HASH_ADD(hh, inv->groups, key, sizeof(group->key), group);
	}
	vm_set_add(&group->vms, node, vm);
	capacity_add(&group->used, &takes);
	if (vm->watched)
		usage_add(&group->use, &vm->watched->usage.now);
}

static void leave(struct inventory *inv, struct vm *vm, const char *name, struct oset_node *node)
{
	struct vm_group *group = inventory_group(inv, vm->tenant, name);
	struct capacity takes = charge_of(vm);

	vm_set_del(&group->vms, node);
	capacity_sub(&group->used, &takes);
	if (vm->watched)
		usage_sub(&group->use, &vm->watched->usage.now);
	if (group->vms.n)
		return;
	HASH_DEL(inv->groups, group);
	free(group->watched);
	free(group);
}

void inventory_groups_add(struct inventory *inv, struct vm *vm)
{
	vm_set_add(&inv->all, &vm->of_all, vm);
	join(inv, vm, "", &vm->of_tenant);
	if (vm->rules)
		vm_set_add(&inventory_group(inv, vm->tenant, "")->ruled, &vm->rules->of_tenant, vm);
	if (*vm->group)
		join(inv, vm, vm->group, &vm->of_group);
}

void inventory_groups_del(struct inventory *inv, struct vm *vm)
{
	if (*vm->group)
		leave(inv, vm, vm->group, &vm->of_group);
	if (vm->rules)
		vm_set_del(&inventory_group(inv, vm->tenant, "")->ruled, &vm->rules->of_tenant);
	leave(inv, vm, "", &vm->of_tenant);
	vm_set_del(&inv->all, &vm->of_all);
}

void inventory_groups_charge(struct inventory *inv, const struct vm *vm, bool counts)
{
	struct vm_group *groups[] = {
		inventory_group(inv, vm->tenant, ""),
		*vm->group ? inventory_group(inv, vm->tenant, vm->group) : NULL,
	};
	struct capacity takes = charge_of(vm);

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (groups[i] && counts)
			capacity_add(&groups[i]->used, &takes);
		else if (groups[i])
			capacity_sub(&groups[i]->used, &takes);
}

void inventory_vm_set_group(struct inventory *inv, struct vm *vm, const char *name)
{
	if (*vm->group)
		leave(inv, vm, vm->group, &vm->of_group);
	vm_set_group(vm, name);
	if (*vm->group)
		join(inv, vm, vm->group, &vm->of_group);
}

void inventory_vm_used(struct inventory *inv, struct vm *vm, const struct usage_rate *was)
{
	const struct usage_rate *now = &vm->watched->usage.now;
	struct usage_rate *sums[] = {
		&inventory_group(inv, vm->tenant, "")->use,
		*vm->group ? &inventory_group(inv, vm->tenant, vm->group)->use : NULL,
		vm->server ? &vm->server->use : NULL,
	};

	for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
		if (!sums[i])
			continue;
		usage_sub(sums[i], was);
		usage_add(sums[i], now);
	}
}
