// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "vm_list.h"
#include "words.h"

static const struct oset nobody;

static const struct oset *set_of_group(struct inventory *inv, const struct vm_filter *f)
{
	const struct vm_group *group = inventory_group(inv, f->tenant, f->group ? f->group : "");

	return group ? &group->vms : &nobody;
}

static const struct oset *set_of_server(struct inventory *inv, const struct vm_filter *f)
{
	const struct server *server = inventory_server(inv, f->server);

	return server ? &server->vms : &nobody;
}

/* The smallest of those that have all that may pass */
static const struct oset *choose_set(struct inventory *inv, const struct vm_filter *f)
{
	const struct oset *best = &inv->all, *set[3] = { best, best, best };

	if (f->tenant)
		set[0] = set_of_group(inv, f);
	if (f->server)
		set[1] = set_of_server(inv, f);
	if (f->vn)
		set[2] = &f->vn->vms;
	for (int i = 0; i < 3; i++)
		if (set[i]->n < best->n)
			best = set[i];
	return best;
}

static bool in_vn(const struct vm *vm, const struct vn *vn)
{
	for (int i = 0; i < vm->n_nics; i++)
		if (vm->nics[i].vn == vn)
			return true;
	return false;
}

static bool passes(const struct vm *vm, const struct vm_filter *f)
{
	if (vm->incoming || vm->left)
		return false;
	if (f->state && strcmp(f->state, word_vm_state(vm->state)))
		return false;
	if (f->server && (!vm->server || strcmp(f->server, vm->server->name)))
		return false;
	if (f->tenant && strcmp(f->tenant, vm->tenant))
		return false;
	if (f->group && strcmp(f->group, vm->group))
		return false;
	return !f->vn || in_vn(vm, f->vn);
}

void vm_list(struct inventory *inv, const struct vm_filter *filter, const struct uuid *after,
	     uint32_t limit, struct vm_page *ret)
{
	const struct oset *set = choose_set(inv, filter);
	uint32_t looked = 0;
	struct vm *vm;

	ret->n = 0;
	for (vm = vm_set_next(set, after); vm; vm = vm_set_next(set, &vm->uuid)) {
		ret->more = ret->n == limit || looked++ == VM_LIST_LOOKED;
		if (ret->more)
			return;
		ret->last = vm->uuid;
		if (passes(vm, filter))
			ret->vms[ret->n++] = vm;
	}
	ret->more = false;
}
