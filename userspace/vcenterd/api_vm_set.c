// SPDX-License-Identifier: GPL-2.0
/* PATCH of a VM: what it has, also while it runs (V7). */
#include <errno.h>
#include <string.h>
#include "api.h"
#include "profile.h"
#include "regroup.h"
#include "view.h"
#include "vm_ops.h"
#include "vm_spec.h"

static struct nic *find_nic(struct nic *nics, int n, json_t *item, struct err *err)
{
	const char *text = NULL;
	struct mac_addr mac;

	if (json_opt_str(item, "mac", &text, err))
		return NULL;
	if (!text && n == 1)
		return &nics[0];
	if (!text) {
		err_set(err, EINVAL, "mac: is needed, the VM has %d interfaces", n);
		return NULL;
	}
	if (mac_addr_parse(&mac, text, err))
		return NULL;
	for (int i = 0; i < n; i++)
		if (mac_addr_equal(&nics[i].mac, &mac))
			return &nics[i];
	err_set(err, ENOENT, "mac: no interface has %s", text);
	return NULL;
}

static int parse_one(struct vcenter *vc, const struct vm *vm, struct nic *nics, json_t *item,
		     struct err *err)
{
	static const char *const known[] = { "mac", "ip", "profile", NULL };
	struct nic *nic;

	if (!json_is_object(item))
		return err_set(err, EINVAL, "must be an object");
	if (json_only(item, known, err))
		return -EINVAL;
	nic = find_nic(nics, vm->n_nics, item, err);
	if (!nic)
		return -EINVAL;
	if (json_object_get(item, "ip"))
		nic->n_ips = 0;
	if (vm_spec_ips(json_object_get(item, "ip"), nic, err) || nic_check(nic, err))
		return -EINVAL;
	return vm_spec_profile(vc->inv, item, vm->tenant, nic, err);
}

static int parse(struct vcenter *vc, const struct vm *vm, struct nic *nics, json_t *body,
		 struct err *err)
{
	json_t *list = json_object_get(body, "nics"), *item;
	size_t i;
	int ret;

	if (!json_is_array(list) || !json_array_size(list))
		return err_set(err, EINVAL, "nics: must be a list of interfaces");
	json_array_foreach(list, i, item) {
		ret = parse_one(vc, vm, nics, item, err);
		if (ret)
			return err_prefix(err, ret, "nics[%zu]", i);
	}
	return 0;
}

static int set_nics(struct vcenter *vc, struct vm *vm, json_t *body, struct err *err)
{
	struct nic nics[VC_NICS_MAX], old[VC_NICS_MAX];
	int ret;

	memcpy(nics, vm->nics, vm->n_nics * sizeof(*nics));
	memcpy(old, vm->nics, vm->n_nics * sizeof(*old));
	ret = parse(vc, vm, nics, body, err);
	if (!ret)
		ret = inventory_vm_set_nics(vc->inv, vm, nics, err);
	if (!ret) {
		ret = vm_ops_begin(vc, vm, VM_OP_UPDATE, err);
		if (ret)
			inventory_vm_set_nics(vc->inv, vm, old, NULL);
	}
	return ret;
}

static int check_room(const struct vm *vm, long long cpus, long long memory, long long disk,
		      struct err *err)
{
	const struct capacity *total = &vm->server->total, *used = &vm->server->used;

	if (used->cpus - vm->size.cpus + cpus > total->cpus)
		return err_set(err, ENOSPC, "server %s has %u of %u processors in use, and not %lld for VM %s",
			       vm->server->name, used->cpus, total->cpus, cpus, vm->name);
	if (used->memory_mib - vm->size.memory_mib + memory > total->memory_mib)
		return err_set(err, ENOSPC, "server %s has %u of %u MiB in use, and not %lld for VM %s",
			       vm->server->name, used->memory_mib, total->memory_mib, memory,
			       vm->name);
	if (used->disk_mib - vm->size.disk_mib + disk > total->disk_mib)
		return err_set(err, ENOSPC, "server %s has %u of %u MiB of disk in use, and not %lld for VM %s",
			       vm->server->name, used->disk_mib, total->disk_mib, disk, vm->name);
	return 0;
}

static uint32_t more(long long want, uint32_t has)
{
	return want > has ? want - has : 0;
}

static int begin_resize(struct vcenter *vc, struct vm *vm, long long cpus, long long memory,
			long long disk, struct err *err)
{
	struct capacity extra = { .cpus = more(cpus, vm->size.cpus),
				  .memory_mib = more(memory, vm->size.memory_mib),
				  .disk_mib = more(disk, vm->size.disk_mib) };
	int ret = check_room(vm, cpus, memory, disk, err);

	if (!ret)
		ret = placement_entitled(vc->inv, &vc->conf.entitlements, vm, &extra, err);
	if (ret)
		return ret;
	vm->want_cpus = cpus;
	vm->want_memory_mib = memory;
	return vm_ops_begin(vc, vm, VM_OP_RESIZE, err);
}

static int resize(struct vcenter *vc, struct vm *vm, json_t *body, struct err *err)
{
	long long cpus = vm->size.cpus, memory = vm->size.memory_mib;

	if (json_opt_int(body, "cpus", 1, 1024, &cpus, err) ||
	    json_opt_int(body, "memory_mib", 1, 1 << 24, &memory, err))
		return -EINVAL;
	vm->want_disk_mib = 0;
	return begin_resize(vc, vm, cpus, memory, vm->size.disk_mib, err);
}

static int grow(struct vcenter *vc, struct vm *vm, json_t *body, struct err *err)
{
	long long disk;

	if (json_get_int(body, "disk_mib", 1, 1 << 24, &disk, err))
		return -EINVAL;
	if (disk < vm->size.disk_mib)
		return err_set(err, EPERM, "the disk of VM %s has %u MiB: with %lld what is behind them would be lost",
			       vm->name, vm->size.disk_mib, disk);
	vm->want_disk_mib = disk;
	return begin_resize(vc, vm, vm->size.cpus, vm->size.memory_mib, disk, err);
}

static int regroup(struct vcenter *vc, struct vm *vm, json_t *body, struct err *err)
{
	const char *group;
	int ret;

	if (json_get_str(body, "group", &group, err) ||
	    (*group && name_check("group", group, err)))
		return -EINVAL;
	ret = regroup_check(vc->inv, vm, group, err);
	if (ret)
		return ret;
	vm_set_want_group(vm, group);
	ret = vm_ops_begin(vc, vm, VM_OP_REGROUP, err);
	if (ret)
		vm_set_want_group(vm, NULL);
	return ret;
}

static int plug(struct vcenter *vc, struct vm *vm, json_t *body, struct err *err)
{
	struct nic nics[VC_NICS_MAX] = { }, *nic = &nics[vm->n_nics];
	struct vm like = *vm;
	int ret;

	if (vm->n_nics == VC_NICS_MAX)
		return err_set(err, ENOSPC, "VM %s has %d interfaces, which is as many as can be",
			       vm->name, VC_NICS_MAX);
	memcpy(nics, vm->nics, vm->n_nics * sizeof(*nics));
	like.nics = nics;
	ret = vm_spec_nic(vc->inv, json_object_get(body, "plug"), &like, err);
	if (ret)
		return err_prefix(err, ret, "plug");
	ret = inventory_nic_add(vc->inv, vm, nic, err);
	if (!ret) {
		vm->changing = nic->tsi;
		vm->unplugged = false;
		ret = vm_ops_begin(vc, vm, VM_OP_PLUG, err);
		if (ret)
			inventory_nic_del(vc->inv, vm, vm->n_nics - 1);
	}
	if (ret)
		vm_spec_give_back(vc->inv, &like);
	return ret;
}

static int unplug(struct vcenter *vc, struct vm *vm, json_t *body, struct err *err)
{
	struct mac_addr mac;
	const char *text;

	if (json_get_str(body, "unplug", &text, err) || mac_addr_parse(&mac, text, err))
		return -EINVAL;
	for (int i = 0; i < vm->n_nics; i++) {
		if (!mac_addr_equal(&vm->nics[i].mac, &mac))
			continue;
		if (vm->n_nics == 1)
			return err_set(err, EPERM, "unplug: VM %s has no other interface",
				       vm->name);
		vm->changing = vm->nics[i].tsi;
		vm->unplugged = false;
		return vm_ops_begin(vc, vm, VM_OP_UNPLUG, err);
	}
	return err_set(err, ENOENT, "unplug: VM %s has no interface with %s", vm->name, text);
}

static int check(const struct vm *vm, struct err *err)
{
	if (!uuid_is_zero(&vm->move))
		return err_set(err, EBUSY, "VM %s is moving", vm->name);
	if (vm->op != VM_OP_NONE)
		return err_set(err, EBUSY, "VM %s is in the middle of another operation",
			       vm->name);
	if (!vm->made || !vm->server)
		return err_set(err, EBUSY, "VM %s was never made: %s", vm->name, vm_why(vm));
	return 0;
}

/* One kind of change at a time: if it fails, it is clear what stays as it was. */
static int set(struct vcenter *vc, struct vm *vm, json_t *body, struct err *err)
{
	static const char *const known[] = { "nics", "cpus", "memory_mib", "disk_mib", "group",
					     "plug", "unplug", NULL };
	bool cpus = json_object_get(body, "cpus"), memory = json_object_get(body, "memory_mib");
	size_t one = cpus && memory ? 2 : 1;
	int ret;

	if (json_only(body, known, err))
		return -EINVAL;
	if (json_object_size(body) > one)
		return err_set(err, EINVAL, "one change at a time: nics, or cpus and memory_mib, or disk_mib, or group, or plug, or unplug");
	ret = check(vm, err);
	if (ret)
		return ret;
	if (cpus || memory)
		return resize(vc, vm, body, err);
	if (json_object_get(body, "disk_mib"))
		return grow(vc, vm, body, err);
	if (json_object_get(body, "group"))
		return regroup(vc, vm, body, err);
	if (json_object_get(body, "plug"))
		return plug(vc, vm, body, err);
	if (json_object_get(body, "unplug"))
		return unplug(vc, vm, body, err);
	return set_nics(vc, vm, body, err);
}

void api_vm_set(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	json_t *body = http_body(req);
	struct err err;
	struct vm *vm;
	int ret;

	if (!body)
		return;
	vm = api_find_vm(vc, req, http_param(req, "id"));
	if (!vm)
		return;
	ret = set(vc, vm, body, &err);
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 202, view_vm(vm, vc->inv));
}
