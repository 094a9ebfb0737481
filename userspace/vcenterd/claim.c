// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "claim.h"
#include "lib/msg.h"

bool grants_have(const struct grants *grants, const char *server, const char *tenant,
		 const char *vn)
{
	for (int i = 0; i < grants->n; i++) {
		const struct grant *g = &grants->items[i];

		if (!strcmp(g->server, server) && !strcmp(g->tenant, tenant) &&
		    !strcmp(g->vn, vn))
			return true;
	}
	return false;
}

static bool nic_equal(const struct nic *a, const struct nic *b)
{
	if (a->vn != b->vn || !mac_addr_equal(&a->mac, &b->mac) || a->n_ips != b->n_ips)
		return false;
	for (int i = 0; i < a->n_ips; i++)
		if (!ip_addr_equal(&a->ips[i].addr, &b->ips[i].addr))
			return false;
	return true;
}

/* What another vCenter operation decides stays as decided: addresses, tenant, name. */
static int check_update(const struct vm *known, const struct server *server,
			const struct vm *vm, struct err *err)
{
	if (known->left || known->incoming || known->server != server)
		return err_set(err, EEXIST, "VM %s does not live on server %s", known->name,
			       server->name);
	if (strcmp(known->name, vm->name) || strcmp(known->tenant, vm->tenant))
		return err_set(err, EACCES, "VM %s of tenant \"%s\" cannot become %s of \"%s\"",
			       known->name, known->tenant, vm->name, vm->tenant);
	if (known->n_nics != vm->n_nics)
		return err_set(err, EACCES, "VM %s has %d interfaces, not %d", known->name,
			       known->n_nics, vm->n_nics);
	for (int i = 0; i < vm->n_nics; i++)
		if (!nic_equal(&known->nics[i], &vm->nics[i]))
			return err_set(err, EACCES,
				       "interface %d of VM %s is not as it was placed", i + 1,
				       known->name);
	return 0;
}

static int check_create(struct inventory *inv, const struct grants *grants,
			const struct server *server, const struct vm *vm, struct err *err)
{
	for (int i = 0; i < vm->n_nics; i++) {
		const struct vn *vn = vm->nics[i].vn;

		if (!grants_have(grants, server->name, vm->tenant, vn->name))
			return err_set(err, EACCES,
				       "server %s has no grant for tenant \"%s\" in VN %s",
				       server->name, vm->tenant, vn->name);
		if (*vn->tenant && strcmp(vn->tenant, vm->tenant))
			return err_set(err, EACCES, "VN %s belongs to tenant %s, not \"%s\"",
				       vn->name, vn->tenant, vm->tenant);
	}
	return inventory_vm_check(inv, vm, err);
}

enum claim claim_register(struct inventory *inv, const struct grants *grants,
			  const struct server *server, const struct vm *vm, int *ret_err,
			  struct err *err)
{
	const struct vm *known = inventory_vm(inv, &vm->uuid);

	*ret_err = known ? check_update(known, server, vm, err) :
			   check_create(inv, grants, server, vm, err);
	if (*ret_err)
		return CLAIM_REFUSED;
	return known ? CLAIM_UPDATE : CLAIM_CREATE;
}

int claim_unregister(struct inventory *inv, const struct server *server,
		     const struct uuid *uuid, struct err *err)
{
	const struct vm *vm = inventory_vm(inv, uuid);
	char text[UUID_STRLEN];

	if (!vm)
		return err_set(err, ENOENT, "VM %s is not known in %s", uuid_format(uuid, text),
			       inv->dc);
	if (vm->server != server)
		return err_set(err, EACCES, "VM %s does not live on server %s", vm->name,
			       server->name);
	if (!uuid_is_zero(&vm->move))
		return err_set(err, EBUSY, "VM %s is moving", vm->name);
	return 0;
}

enum report claim_report(struct inventory *inv, const struct server *server,
			 const struct uuid *uuid, bool gone)
{
	const struct vm *vm = inventory_vm(inv, uuid);

	if (!vm)
		return gone ? REPORT_FORGET : REPORT_UNKNOWN;
	/* source and destination of a move both hold something of it */
	if (!uuid_is_zero(&vm->move))
		return REPORT_LEAVE;
	if (vm->server != server)
		return REPORT_FORGET;
	switch (vm->op) {
	case VM_OP_NONE:
	case VM_OP_START:
	case VM_OP_STOP:
	case VM_OP_SUSPEND:
	case VM_OP_RESUME:
	case VM_OP_REBOOT:
	case VM_OP_ADOPT:
	case VM_OP_UPDATE:
	case VM_OP_RESIZE:
	case VM_OP_PLUG:
	case VM_OP_UNPLUG:
	case VM_OP_REGROUP:
		return REPORT_OURS;
	default:
		return REPORT_LEAVE;
	}
}

bool claim_missing(const struct vm *vm)
{
	if (!uuid_is_zero(&vm->move) || !vm->made)
		return false;
	return vm->op == VM_OP_NONE || vm_op_is_power(vm->op) ||
	       vm_op_is_change(vm->op);
}
