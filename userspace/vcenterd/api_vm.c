// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "api.h"
#include "lib/cleanup.h"
#include "lib/http_items.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "persist.h"
#include "view.h"
#include "vm_list.h"
#include "vm_ops.h"
#include "words.h"

static bool get_after(struct http_request *req, struct uuid *ret)
{
	const char *after = http_query(req, "after");

	if (!after || !uuid_parse(ret, after, NULL))
		return true;
	http_error(req, 400, "bad-request", "after=%s is not the UUID of a VM", after);
	return false;
}

static void reply_page(struct http_request *req, const struct vcenter *vc,
		       const struct vm_page *page)
{
	json_t *answer = json_object(), *items = json_array();
	char after[UUID_STRLEN];

	for (uint32_t i = 0; i < page->n; i++)
		json_array_append_new(items, view_vm(page->vms[i], vc->inv));
	json_object_set_new(answer, "items", items);
	if (page->more)
		json_object_set_new(answer, "after", json_string(uuid_format(&page->last, after)));
	http_reply(req, 200, answer);
}

void api_vm_list(struct http_request *req, void *arg)
{
	struct vm_filter filter = {
		.tenant = http_query(req, "tenant"), .group = http_query(req, "group"),
		.server = http_query(req, "server"), .state = http_query(req, "state"),
	};
	const char *vn = http_query(req, "vn");
	_cleanup_free_ struct vm_page *result = mem_zalloc(sizeof(*result));
	struct vcenter *vc = arg;
	struct http_page page;
	struct uuid after;
	struct err err;

	if (!http_page_get(req, &page) || !get_after(req, &after))
		return;
	if (vn) {
		filter.vn = api_find_vn(vc, vn, &err);
		if (!filter.vn) {
			api_refuse(req, -ENOENT, &err);
			return;
		}
	}
	vm_list(vc->inv, &filter, http_query(req, "after") ? &after : NULL,
		page.limit < VM_LIST_MAX ? page.limit : VM_LIST_MAX, result);
	reply_page(req, vc, result);
}

void api_vm_show(struct http_request *req, void *arg)
{
	struct vcenter *vc = arg;
	struct vm *vm = api_find_vm(vc, req, http_param(req, "id"));

	if (vm)
		http_reply(req, 200, view_vm(vm, vc->inv));
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
	view = vm ? view_vm(vm, vc->inv) : json_object();
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
		http_reply(req, 202, view_vm(vm, vc->inv));
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
		http_reply(req, 202, view_vm(vm, vc->inv));
	else if (vm->op == VM_OP_NONE && !vm->made)
		http_error(req, 409, "bad-state", "VM %s was never made: %s", vm->name,
			   vm_why(vm));
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
