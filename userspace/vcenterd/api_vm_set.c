// SPDX-License-Identifier: GPL-2.0
/* PATCH of a VM: other addresses and profiles of its interfaces, also while it runs. */
#include <errno.h>
#include <string.h>
#include "api.h"
#include "profile.h"
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
	static const char *const known[] = { "nics", NULL };
	json_t *list = json_object_get(body, "nics"), *item;
	size_t i;
	int ret;

	if (json_only(body, known, err))
		return -EINVAL;
	if (!json_is_array(list) || !json_array_size(list))
		return err_set(err, EINVAL, "nics: must be a list of interfaces");
	json_array_foreach(list, i, item) {
		ret = parse_one(vc, vm, nics, item, err);
		if (ret)
			return err_prefix(err, ret, "nics[%zu]", i);
	}
	return 0;
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

void api_vm_set(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	json_t *body = http_body(req);
	struct nic nics[VC_NICS_MAX], old[VC_NICS_MAX];
	struct vm *vm;
	struct err err;
	int ret;

	if (!body)
		return;
	vm = api_find_vm(vc, req, http_param(req, "id"));
	if (!vm)
		return;
	memcpy(nics, vm->nics, vm->n_nics * sizeof(*nics));
	memcpy(old, vm->nics, vm->n_nics * sizeof(*old));
	ret = check(vm, &err);
	if (!ret)
		ret = parse(vc, vm, nics, body, &err);
	if (!ret)
		ret = inventory_vm_set_nics(vc->inv, vm, nics, &err);
	if (!ret) {
		ret = vm_ops_begin(vc, vm, VM_OP_UPDATE, &err);
		if (ret)
			inventory_vm_set_nics(vc->inv, vm, old, NULL);
	}
	if (ret)
		api_refuse(req, ret, &err);
	else
		http_reply(req, 202, view_vm(vm, vc->conf.dc));
}
