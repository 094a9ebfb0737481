// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include "lib/mem.h"
#include "model.h"

struct vm *vm_new(int nics)
{
	struct vm *vm = mem_zalloc(sizeof(*vm));

	vm->nics = mem_calloc(nics, sizeof(*vm->nics));
	vm->group = "";
	return vm;
}

void vm_nic_append(struct vm *vm, const struct nic *nic)
{
	vm->nics = mem_check(realloc(vm->nics, (vm->n_nics + 1) * sizeof(*vm->nics)));
	vm->nics[vm->n_nics++] = *nic;
}

static void free_group(struct vm *vm)
{
	if (*vm->group)
		free((char *)vm->group);
}

void vm_free(struct vm *vm)
{
	if (!vm)
		return;
	free(vm->nics);
	free(vm->rules);
	free(vm->watched);
	free(vm->why);
	free(vm->want_group);
	free_group(vm);
	free(vm);
}

void vm_set_group(struct vm *vm, const char *name)
{
	const char *group = *name ? mem_strdup(name) : "";

	free_group(vm);
	vm->group = group;
}

void vm_set_want_group(struct vm *vm, const char *name)
{
	free(vm->want_group);
	vm->want_group = name ? mem_strdup(name) : NULL;
}

void vm_set_why(struct vm *vm, const char *text)
{
	char *why = NULL;

	if (*text) {
		why = mem_strdup(text);
		if (strlen(why) >= VC_TEXT_SIZE)
			why[VC_TEXT_SIZE - 1] = '\0';
	}
	/* only now: @text may be of what was there */
	free(vm->why);
	vm->why = why;
}

const char *vm_why(const struct vm *vm)
{
	return vm->why ? vm->why : "";
}

static void count(struct vm *vm, int by)
{
	if (vm->counts && !vm->incoming && !vm->left &&
	    vm->state <= NVO3__VM_STATE__VM_SUSPENDED)
		vm->counts->by_state[vm->state] += by;
}

void vm_set_state(struct vm *vm, uint32_t state)
{
	count(vm, -1);
	vm->state = state;
	count(vm, 1);
}

void vm_set_incoming(struct vm *vm, bool incoming)
{
	count(vm, -1);
	vm->incoming = incoming;
	count(vm, 1);
}

void vm_set_left(struct vm *vm, bool left)
{
	count(vm, -1);
	vm->left = left;
	count(vm, 1);
}

void vm_set_counts(struct vm *vm, struct vm_counts *counts)
{
	count(vm, -1);
	vm->counts = counts;
	count(vm, 1);
}
