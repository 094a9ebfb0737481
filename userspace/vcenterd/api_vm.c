// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "api.h"
#include "lib/msg.h"
#include "persist.h"
#include "view.h"
#include "vm_ops.h"
#include "words.h"

static bool in_vn(const struct vm *vm, const struct vn *vn)
{
	for (int i = 0; i < vm->n_nics; i++)
		if (vm->nics[i].vn == vn)
			return true;
	return false;
}

void api_vm_list(struct http_request *req, void *arg)
{
	const char *tenant = http_query(req, "tenant"), *server = http_query(req, "server");
	const char *state = http_query(req, "state"), *vn_id = http_query(req, "vn");
	struct vcenter *vc = arg;
	struct vn *vn = NULL;
	struct vm *vm, *tmp;
	struct err err;
	json_t *items;

	if (vn_id) {
		vn = api_find_vn(vc, vn_id, &err);
		if (!vn) {
			api_refuse(req, -ENOENT, &err);
			return;
		}
	}
	items = json_array();
	HASH_ITER(hh, vc->inv->vms, vm, tmp) {
		if (!api_vm_visible(vm) || (vn && !in_vn(vm, vn)))
			continue;
		if (tenant && strcmp(tenant, vm->tenant))
			continue;
		if (server && (!vm->server || strcmp(server, vm->server->name)))
			continue;
		if (state && strcmp(state, word_vm_state(vm->state)))
			continue;
		json_array_append_new(items, view_vm(vm, vc->conf.dc));
	}
	api_reply_items(req, items);
}

void api_vm_show(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	struct vm *vm = api_find_vm(vc, req, http_param(req, "id"));

	if (vm)
		http_reply(req, 200, view_vm(vm, vc->conf.dc));
}

/* Shown as it is when the operation has begun; @vm may be gone afterwards. */
static void begin(struct http_request *req, struct vcenter *vc, struct vm *vm, enum vm_op op)
{
	json_t *view;
	struct uuid uuid = vm->uuid;
	struct err err;
	int ret = vm_ops_begin(vc, vm, op, &err);

	if (ret) {
		api_refuse(req, ret, &err);
		return;
	}
	vm = inventory_vm(vc->inv, &uuid);
	view = vm ? view_vm(vm, vc->conf.dc) : json_object();
	http_reply(req, 202, view);
}

void api_vm_delete(struct http_request *req, void *arg)
{
	const char *id = http_param(req, "id");
	struct vcenter *vc = arg;
	struct uuid uuid;
	struct vm *vm;

	/* asked again, by who has missed the answer */
	if (!uuid_parse(&uuid, id, NULL) && !inventory_vm(vc->inv, &uuid) &&
	    persist_is_gone(vc->store, &uuid)) {
		http_reply(req, 202, json_object());
		return;
	}
	vm = api_find_vm(vc, req, id);
	if (!vm)
		return;
	if (vm->op == VM_OP_DELETE)
		http_reply(req, 202, view_vm(vm, vc->conf.dc));
	else
		begin(req, vc, vm, VM_OP_DELETE);
}

/* Of one that is as @goal nothing is asked */
static void power(struct http_request *req, struct vcenter *vc, enum vm_op op, uint32_t goal)
{
	struct vm *vm = api_find_vm(vc, req, http_param(req, "id"));

	if (!vm)
		return;
	if (vm->op == op || (vm->op == VM_OP_NONE && vm->state == goal &&
			     uuid_is_zero(&vm->move)))
		http_reply(req, 202, view_vm(vm, vc->conf.dc));
	else if (vm->op == VM_OP_NONE && !vm->made)
		http_error(req, 409, "bad-state", "VM %s was never made: %s", vm->name, vm->text);
	else if (!vm->server->session)
		http_error(req, 503, "unavailable", "server %s, where VM %s is, is down",
			   vm->server->name, vm->name);
	else
		begin(req, vc, vm, op);
}

void api_vm_start(struct http_request *req, void *arg)
{
	power(req, arg, VM_OP_START, NVO3__VM_STATE__VM_RUNNING);
}

void api_vm_stop(struct http_request *req, void *arg)
{
	power(req, arg, VM_OP_STOP, NVO3__VM_STATE__VM_STOPPED);
}

void api_vm_suspend(struct http_request *req, void *arg)
{
	power(req, arg, VM_OP_SUSPEND, NVO3__VM_STATE__VM_SUSPENDED);
}

void api_vm_resume(struct http_request *req, void *arg)
{
	power(req, arg, VM_OP_RESUME, NVO3__VM_STATE__VM_RUNNING);
}

void api_vm_reboot(struct http_request *req, void *arg)
{
	power(req, arg, VM_OP_REBOOT, NVO3__VM_STATE__VM_UNKNOWN);
}
