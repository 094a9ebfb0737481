// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <utlist.h>
#include "addr_index.h"
#include "inventory.h"
#include "inventory_group.h"
#include "inventory_pool.h"
#include "lib/mem.h"
#include "pool.h"

struct inventory *inventory_new(const char *dc)
{
	struct inventory *inv = mem_zalloc(sizeof(*inv));

	snprintf(inv->dc, sizeof(inv->dc), "%s", dc);
	return inv;
}

static bool vni_in_pool(const struct inventory *inv, uint32_t vni)
{
	return inv->vnis && vni - inv->vni_first < pool_size(inv->vnis);
}

void inventory_set_vnis(struct inventory *inv, uint32_t first, uint32_t last)
{
	struct vn *vn;

	pool_free(inv->vnis);
	inv->vni_first = first;
	inv->vnis = pool_new(last - first + 1);
	for (vn = inv->vns; vn; vn = vn->hh.next)
		if (vni_in_pool(inv, vn->vni))
			pool_take(inv->vnis, vn->vni - first);
}

int inventory_vni_find(const struct inventory *inv, uint32_t *ret, struct err *err)
{
	int64_t n = inv->vnis ? pool_find(inv->vnis, 0) : -1;

	if (!inv->vnis)
		return err_set(err, EINVAL, "vni: is needed, %s has none to give", inv->dc);
	if (n < 0)
		return err_set(err, ENOSPC, "all VNIs of %s from %u to %u are taken", inv->dc,
			       inv->vni_first, inv->vni_first + pool_size(inv->vnis) - 1);
	*ret = inv->vni_first + n;
	return 0;
}

static void vn_remove(struct inventory *inv, struct vn *vn)
{
	HASH_DELETE(hh, inv->vns, vn);
	HASH_DELETE(hh_name, inv->vns_by_name, vn);
	HASH_DELETE(hh_vni, inv->vns_by_vni, vn);
	inventory_vn_free_pools(vn);
	if (vni_in_pool(inv, vn->vni))
		pool_give(inv->vnis, vn->vni - inv->vni_first);
	free(vn);
}

void inventory_free(struct inventory *inv)
{
	struct server *server, *server_tmp;
	struct vm *vm, *vm_tmp;
	struct vn *vn, *vn_tmp;

	if (!inv)
		return;
	HASH_ITER(hh, inv->vms, vm, vm_tmp)
		inventory_vm_del(inv, vm);
	HASH_ITER(hh, inv->servers, server, server_tmp) {
		HASH_DEL(inv->servers, server);
		free(server->watched);
		free(server->host.history);
		free(server);
	}
	HASH_ITER(hh, inv->vns, vn, vn_tmp)
		vn_remove(inv, vn);
	while (inv->profiles)
		inventory_profile_del(inv, inv->profiles);
	pool_free(inv->vnis);
	free(inv);
}

static int vn_taken(const char *what, const struct vn *other, struct err *err)
{
	char uuid[UUID_STRLEN];

	return err_set(err, EEXIST, "%s is taken by VN %s of %s (%s)", what, other->name,
		       other->home_dc, uuid_format(&other->uuid, uuid));
}

struct vn *inventory_vn_add(struct inventory *inv, const struct vn *tmpl, struct err *err)
{
	struct vn *other, *vn;
	char what[80];

	other = inventory_vn_by_name(inv, tmpl->name);
	if (other) {
		snprintf(what, sizeof(what), "name %s", tmpl->name);
		vn_taken(what, other, err);
		return NULL;
	}
	HASH_FIND(hh_vni, inv->vns_by_vni, &tmpl->vni, sizeof(tmpl->vni), other);
	if (other) {
		snprintf(what, sizeof(what), "VNI %u", tmpl->vni);
		vn_taken(what, other, err);
		return NULL;
	}
	vn = mem_zalloc(sizeof(*vn));
	*vn = *tmpl;
	vn->users = 0;
	vn->vms = (struct oset){ };
	memset(vn->pools, 0, sizeof(vn->pools));
	inventory_vn_set_subnets(inv, vn, &tmpl->subnets);
	HASH_ADD(hh, inv->vns, uuid, sizeof(vn->uuid), vn);
	HASH_ADD_KEYPTR(hh_name, inv->vns_by_name, vn->name, strlen(vn->name), vn);
	HASH_ADD(hh_vni, inv->vns_by_vni, vni, sizeof(vn->vni), vn);
	if (vni_in_pool(inv, vn->vni))
		pool_take(inv->vnis, vn->vni - inv->vni_first);
	return vn;
}

int inventory_vn_del(struct inventory *inv, struct vn *vn, struct err *err)
{
	if (vn->users)
		return err_set(err, EBUSY, "VN %s is used by %u interfaces of VMs", vn->name,
			       vn->users);
	vn_remove(inv, vn);
	return 0;
}

struct vn *inventory_vn(struct inventory *inv, const struct uuid *uuid)
{
	struct vn *vn;

	HASH_FIND(hh, inv->vns, uuid, sizeof(*uuid), vn);
	return vn;
}

struct vn *inventory_vn_by_name(struct inventory *inv, const char *name)
{
	struct vn *vn;

	HASH_FIND(hh_name, inv->vns_by_name, name, strlen(name), vn);
	return vn;
}

int inventory_vm_check(struct inventory *inv, const struct vm *vm, struct err *err)
{
	struct vm *other = inventory_vm(inv, &vm->uuid);
	char uuid[UUID_STRLEN];

	if (other)
		return err_set(err, EEXIST, "VM %s is there already, as %s",
			       uuid_format(&vm->uuid, uuid), other->name);
	other = inventory_vm_by_name(inv, vm->name);
	if (other)
		return err_set(err, EEXIST, "the name %s is taken in %s by VM %s", vm->name,
			       inv->dc, uuid_format(&other->uuid, uuid));
	return addr_index_check(inv->addrs, vm, err);
}

/* The first nic that a VM has in a VN stands for it there. */
static bool is_first(const struct vm *vm, int n)
{
	for (int i = 0; i < n; i++)
		if (vm->nics[i].vn == vm->nics[n].vn)
			return false;
	return true;
}

static void count_profiles(struct inventory *inv, const struct vm *vm, int by)
{
	for (int i = 0; i < vm->n_nics; i++) {
		struct profile *p = inventory_profile(inv, &vm->nics[i].profile);

		if (p)
			p->users += by;
	}
}

static void add_nics(struct inventory *inv, struct vm *vm)
{
	for (int i = 0; i < vm->n_nics; i++) {
		struct nic *nic = &vm->nics[i];

		nic->of_vn = (struct oset_node){ };
		nic->vn->users++;
		if (is_first(vm, i))
			vm_set_add(&nic->vn->vms, &nic->of_vn, vm);
	}
	count_profiles(inv, vm, 1);
}

static void del_nics(struct inventory *inv, struct vm *vm)
{
	for (int i = 0; i < vm->n_nics; i++) {
		struct nic *nic = &vm->nics[i];

		nic->vn->users--;
		vm_set_del(&nic->vn->vms, &nic->of_vn);
	}
	count_profiles(inv, vm, -1);
}

int inventory_vm_add(struct inventory *inv, struct vm *vm, struct server *server,
		     struct err *err)
{
	int ret = inventory_vm_check(inv, vm, err);

	if (ret)
		return ret;
	vm->server = NULL;
	vm->dest = NULL;
	vm->queued = false;
	vm->size.vms = 1;
	HASH_ADD(hh, inv->vms, uuid, sizeof(vm->uuid), vm);
	HASH_ADD_KEYPTR(hh_name, inv->vms_by_name, vm->name, strlen(vm->name), vm);
	vm_set_counts(vm, &inv->counts);
	addr_index_add(&inv->addrs, vm);
	inventory_pools_take(vm);
	inventory_groups_add(inv, vm);
	add_nics(inv, vm);
	inventory_vm_set_server(vm, server);
	inventory_job_set(inv, vm, vm->op);
	return 0;
}

static void take_nics(struct vm *vm, const struct nic *nics)
{
	for (int i = 0; i < vm->n_nics; i++) {
		memcpy(vm->nics[i].ips, nics[i].ips, sizeof(nics[i].ips));
		vm->nics[i].n_ips = nics[i].n_ips;
		vm->nics[i].profile = nics[i].profile;
	}
}

int inventory_vm_set_nics(struct inventory *inv, struct vm *vm, const struct nic *nics,
			  struct err *err)
{
	struct nic old[VC_NICS_MAX];
	int ret;

	memcpy(old, vm->nics, vm->n_nics * sizeof(*old));
	addr_index_del(&inv->addrs, vm);
	inventory_pools_give(inv, vm);
	count_profiles(inv, vm, -1);
	take_nics(vm, nics);
	ret = addr_index_check(inv->addrs, vm, err);
	if (ret)
		take_nics(vm, old);
	addr_index_add(&inv->addrs, vm);
	inventory_pools_take(vm);
	count_profiles(inv, vm, 1);
	return ret;
}

int inventory_nic_add(struct inventory *inv, struct vm *vm, const struct nic *nic,
		      struct err *err)
{
	int ret;

	/* what points to them does not while they may move */
	del_nics(inv, vm);
	addr_index_del(&inv->addrs, vm);
	vm_nic_append(vm, nic);
	ret = addr_index_check(inv->addrs, vm, err);
	if (ret)
		vm->n_nics--;
	addr_index_add(&inv->addrs, vm);
	inventory_pools_take(vm);
	add_nics(inv, vm);
	return ret;
}

void inventory_nic_del(struct inventory *inv, struct vm *vm, int n)
{
	del_nics(inv, vm);
	addr_index_del(&inv->addrs, vm);
	inventory_pools_give(inv, vm);
	vm->n_nics--;
	memmove(&vm->nics[n], &vm->nics[n + 1], (vm->n_nics - n) * sizeof(vm->nics[0]));
	addr_index_add(&inv->addrs, vm);
	inventory_pools_take(vm);
	add_nics(inv, vm);
}

int inventory_nic_find(const struct vm *vm, const struct uuid *tsi)
{
	for (int i = 0; i < vm->n_nics; i++)
		if (uuid_equal(&vm->nics[i].tsi, tsi))
			return i;
	return -1;
}

void inventory_vm_del(struct inventory *inv, struct vm *vm)
{
	inventory_job_set(inv, vm, VM_OP_NONE);
	inventory_vm_set_dest(vm, NULL);
	inventory_vm_set_server(vm, NULL);
	del_nics(inv, vm);
	inventory_groups_del(inv, vm);
	addr_index_del(&inv->addrs, vm);
	inventory_pools_give(inv, vm);
	vm_set_counts(vm, NULL);
	HASH_DELETE(hh_name, inv->vms_by_name, vm);
	HASH_DELETE(hh, inv->vms, vm);
	vm_free(vm);
}

struct vm *inventory_vm(struct inventory *inv, const struct uuid *uuid)
{
	struct vm *vm;

	HASH_FIND(hh, inv->vms, uuid, sizeof(*uuid), vm);
	return vm;
}

struct vm *inventory_vm_by_name(struct inventory *inv, const char *name)
{
	struct vm *vm;

	HASH_FIND(hh_name, inv->vms_by_name, name, strlen(name), vm);
	return vm;
}

struct vm *inventory_vm_by_mac(struct inventory *inv, const struct vn *vn,
			       const struct mac_addr *mac)
{
	return addr_index_mac(inv->addrs, &vn->uuid, mac);
}

struct vm *inventory_vm_by_ip(struct inventory *inv, const struct vn *vn,
			      const struct ip_addr *ip)
{
	return addr_index_ip(inv->addrs, &vn->uuid, ip);
}

void inventory_job_set(struct inventory *inv, struct vm *vm, enum vm_op op)
{
	bool queued = op != VM_OP_NONE;

	vm->op = op;
	inventory_vm_keep(inv, vm, op);
	if (vm->queued == queued)
		return;
	vm->queued = queued;
	if (vm->queued)
		DL_APPEND2(inv->jobs, vm, job_prev, job_next);
	else
		DL_DELETE2(inv->jobs, vm, job_prev, job_next);
}
