// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include "lib/cleanup.h"
#include "lib/mem.h"
#include "inventory_pool.h"
#include "profile.h"
#include "rules.h"
#include "vm_spec.h"

static int parse_ip(json_t *json, struct nic *nic, struct err *err)
{
	if (!json_is_string(json))
		return err_set(err, EINVAL, "ip: must be a string or a list of strings");
	if (nic->n_ips == VC_IPS_MAX)
		return err_set(err, EINVAL, "ip: more than %d addresses", VC_IPS_MAX);
	if (ip_prefix_parse(&nic->ips[nic->n_ips], json_string_value(json), err))
		return err_prefix(err, -EINVAL, "ip");
	nic->n_ips++;
	return 0;
}

int vm_spec_ips(json_t *json, struct nic *nic, struct err *err)
{
	json_t *item;
	size_t i;

	if (!json)
		return 0;
	if (!json_is_array(json))
		return parse_ip(json, nic, err);
	json_array_foreach(json, i, item)
		if (parse_ip(item, nic, err))
			return -EINVAL;
	return 0;
}

/* Locally administered, unicast, and nobody's in the VN or in this VM. */
static void generate_mac(struct inventory *inv, const struct vm *vm, struct nic *nic)
{
	bool taken;

	do {
		if (getrandom(nic->mac.b, sizeof(nic->mac.b), 0) != sizeof(nic->mac.b))
			abort();
		nic->mac.b[0] = (nic->mac.b[0] & 0xfc) | 0x02;
		taken = inventory_vm_by_mac(inv, nic->vn, &nic->mac);
		for (int i = 0; i < vm->n_nics; i++)
			taken |= mac_addr_equal(&vm->nics[i].mac, &nic->mac);
	} while (taken);
}

/* Who asks may name what is made, so that he knows it before; else it gets a new one. */
static int parse_id(json_t *json, const char *key, struct uuid *ret, struct err *err)
{
	const char *id = NULL;

	if (json_opt_str(json, key, &id, err))
		return -EINVAL;
	*ret = uuid_new();
	if (!id)
		return 0;
	if (uuid_parse(ret, id, err))
		return err_prefix(err, -EINVAL, "%s", key);
	return uuid_is_zero(ret) ? err_set(err, EINVAL, "%s: must not be zero", key) : 0;
}

static struct vn *find_vn(struct inventory *inv, const char *id)
{
	struct uuid uuid;

	if (!uuid_parse(&uuid, id, NULL))
		return inventory_vn(inv, &uuid);
	return inventory_vn_by_name(inv, id);
}

int vm_spec_profile(struct inventory *inv, json_t *json, const char *tenant, struct nic *nic,
		    struct err *err)
{
	struct profile *p = NULL;
	const char *name = NULL;
	struct uuid uuid;

	if (json_opt_str(json, "profile", &name, err))
		return -EINVAL;
	if (!name)
		return 0;
	if (!uuid_parse(&uuid, name, NULL))
		p = inventory_profile(inv, &uuid);
	else if (*name)
		p = inventory_profile_by_name(inv, name);
	if (*name && !p)
		return err_set(err, ENOENT, "profile %s is not known in %s", name, inv->dc);
	if (p && *p->msg->tenant && strcmp(p->msg->tenant, tenant))
		return err_set(err, EACCES, "profile %s belongs to tenant %s", p->msg->name,
			       p->msg->tenant);
	nic->profile = p ? p->uuid : (struct uuid){ };
	return 0;
}

static int draw_ip(struct inventory *inv, struct nic *nic, int family, struct err *err)
{
	int ret = inventory_ip_take(inv, nic->vn, family, &nic->ips[nic->n_ips], err);

	if (ret)
		return ret == -ENOENT ? 0 : ret;
	nic->drawn |= 1 << nic->n_ips++;
	return 0;
}

static void give_back(struct inventory *inv, struct nic *nic)
{
	for (int i = 0; i < nic->n_ips; i++)
		if (nic->drawn >> i & 1)
			inventory_ip_give(inv, nic->vn, &nic->ips[i].addr);
}

void vm_spec_give_back(struct inventory *inv, struct vm *vm)
{
	for (int i = 0; i < vm->n_nics; i++)
		give_back(inv, &vm->nics[i]);
}

int vm_spec_draw_again(struct inventory *inv, struct nic *nic, int n, struct err *err)
{
	return inventory_ip_take(inv, nic->vn, nic->ips[n].addr.family, &nic->ips[n], err);
}

/* Who gets addresses, or has those of a subnet, is told of them. */
static int parse_dhcp(struct inventory *inv, json_t *json, struct nic *nic, struct err *err)
{
	int ret = 0;

	if (!json_object_get(json, "ip"))
		ret = draw_ip(inv, nic, AF_INET, err);
	if (!ret && !json_object_get(json, "ip"))
		ret = draw_ip(inv, nic, AF_INET6, err);
	for (int i = 0; i < nic->n_ips; i++)
		if (subnets_find(&nic->vn->subnets, &nic->ips[i].addr))
			nic->dhcp = true;
	if (!ret && json_opt_bool(json, "dhcp", &nic->dhcp, err))
		ret = -EINVAL;
	if (ret)
		give_back(inv, nic);
	return ret;
}

int vm_spec_nic(struct inventory *inv, json_t *json, struct vm *vm, struct err *err)
{
	static const char *const known[] = { "vn", "mac", "ip", "profile", "dhcp", "tsi", NULL };
	struct nic *nic = &vm->nics[vm->n_nics];
	const char *vn, *mac = NULL;
	struct profile *group;
	int ret;

	if (!json_is_object(json))
		return err_set(err, EINVAL, "must be an object");
	if (json_only(json, known, err) || json_get_str(json, "vn", &vn, err) ||
	    json_opt_str(json, "mac", &mac, err) || parse_id(json, "tsi", &nic->tsi, err) ||
	    vm_spec_ips(json_object_get(json, "ip"), nic, err))
		return -EINVAL;
	nic->vn = find_vn(inv, vn);
	if (!nic->vn)
		return err_set(err, ENOENT, "VN %s is not known in %s", vn, inv->dc);
	if (*nic->vn->tenant && strcmp(nic->vn->tenant, vm->tenant))
		return err_set(err, EACCES, "VN %s belongs to tenant %s", nic->vn->name,
			       nic->vn->tenant);
	if (mac && mac_addr_parse(&nic->mac, mac, err))
		return err_prefix(err, -EINVAL, "mac");
	if (!mac)
		generate_mac(inv, vm, nic);
	if (nic_check(nic, err))
		return -EINVAL;
	ret = vm_spec_profile(inv, json, vm->tenant, nic, err);
	if (ret)
		return ret;
	group = inventory_profile_of_group(inv, vm->tenant, vm->group);
	if (!json_object_get(json, "profile") && group)
		nic->profile = group->uuid;
	ret = parse_dhcp(inv, json, nic, err);
	if (!ret)
		vm->n_nics++;
	return ret;
}

static int parse_nics(struct inventory *inv, json_t *list, struct vm *vm, struct err *err)
{
	json_t *item;
	size_t i;
	int ret;

	if (!json_is_array(list) || !json_array_size(list) ||
	    json_array_size(list) > VC_NICS_MAX)
		return err_set(err, EINVAL, "nics: must be a list of 1 to %d interfaces",
			       VC_NICS_MAX);
	json_array_foreach(list, i, item) {
		ret = vm_spec_nic(inv, item, vm, err);
		if (ret)
			return err_prefix(err, ret, "nics[%zu]", i);
	}
	return 0;
}

static int parse_size(json_t *body, struct capacity *size, struct err *err)
{
	long long cpus = 1, memory = 128, disk = 16;

	if (json_opt_int(body, "cpus", 1, 1024, &cpus, err) ||
	    json_opt_int(body, "memory_mib", 1, 1 << 24, &memory, err) ||
	    json_opt_int(body, "disk_mib", 16, 1 << 24, &disk, err))
		return -EINVAL;
	*size = (struct capacity){ .cpus = cpus, .memory_mib = memory, .disk_mib = disk,
				   .vms = 1 };
	return 0;
}

static int parse_names(json_t *body, struct vm_spec *spec, struct err *err)
{
	const char *name, *tenant, *group = "", *server = "";
	struct vm *vm = spec->vm;

	if (json_get_str(body, "name", &name, err) || json_get_str(body, "tenant", &tenant, err) ||
	    json_opt_str(body, "group", &group, err) ||
	    json_opt_str(body, "server", &server, err))
		return -EINVAL;
	if (name_check("name", name, err) || name_check("tenant", tenant, err) ||
	    (*group && name_check("group", group, err)) ||
	    (*server && name_check("server", server, err)))
		return -EINVAL;
	snprintf(vm->name, sizeof(vm->name), "%s", name);
	snprintf(vm->tenant, sizeof(vm->tenant), "%s", tenant);
	vm_set_group(vm, group);
	snprintf(spec->server, sizeof(spec->server), "%s", server);
	return 0;
}

int vm_spec_parse(struct inventory *inv, json_t *body, struct vm_spec *ret, struct err *err)
{
	static const char *const known[] = { "id", "name", "tenant", "group", "cpus", "memory_mib",
					     "disk_mib", "server", "start", "nics", "near",
					     "apart", "location", "together", NULL };
	size_t nics = json_array_size(json_object_get(body, "nics"));
	_cleanup_vm_ struct vm *vm = vm_new(nics < VC_NICS_MAX ? nics : VC_NICS_MAX);
	struct vm_spec spec = { .vm = vm, .start = true };
	int res;

	if (json_only(body, known, err) || parse_id(body, "id", &vm->uuid, err) ||
	    parse_names(body, &spec, err) ||
	    parse_size(body, &vm->size, err) ||
	    json_opt_bool(body, "start", &spec.start, err) ||
	    json_opt_bool(body, "together", &spec.together, err))
		return -EINVAL;
	res = rules_parse(inv, body, vm->tenant, &vm->rules, err);
	if (res)
		return res;
	res = parse_nics(inv, json_object_get(body, "nics"), vm, err);
	if (res) {
		vm_spec_give_back(inv, vm);
		return res;
	}
	vm->state = NVO3__VM_STATE__VM_CREATING;
	vm->start = spec.start;
	*ret = spec;
	vm = NULL;	/* the caller's now */
	return 0;
}
