// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>

#include "change.h"
#include "mem.h"
#include "msg.h"
#include "ops.h"
#include "persist.h"

static void answer(task_done_fn done, void *arg, uint32_t code, const char *text, struct vm *vm)
{
	if (done)
		done(code, text, vm, arg);
}

/* The VM, if something may be done to it now; else it has been answered */
static struct vm *find(struct vserver *vs, const struct uuid *id, task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, id);
	char text[UUID_STRLEN];
	struct err err;

	if (vm)
		return ops_may_begin(vm, VM_OP_UPDATE, done, arg) ? vm : NULL;
	err_set(&err, ENOENT, "VM %s is not on this host", uuid_format(id, text));
	answer(done, arg, CODE(NOT_FOUND), err.text, NULL);
	return NULL;
}

/* --- its size */

static const task_step_fn resize_steps[] = { step_resize, NULL };
/* What the hypervisor has made larger is on the disk before the profile says so */
static const task_step_fn grow_steps[] = { step_grow, step_grow_file, NULL };

static void resized(struct task *t)
{
	struct vm *vm = t->vm;

	if (t->code == CODE(OK)) {
		vm->profile->cpus = vm->want->cpus;
		vm->profile->memory_mib = vm->want->memory_mib;
		vm->profile->disk_mib = vm->want->disk_mib;
		persist_vm_now(vm);
	}
	msg_free(vm->want);
	vm->want = NULL;
}

static uint32_t check_room(const struct vm *vm, const Nvo3__VmProfile *want, struct err *err)
{
	const struct config_vserver *c = &vm->vs->config->vserver;
	const struct capacity limit = { c->cpus, c->memory_mib, c->disk_mib, c->max_vms };
	struct capacity used;

	vm_used(vm->vs, &used);
	used.cpus -= vm->profile->cpus;
	used.memory_mib -= vm->profile->memory_mib;
	used.disk_mib -= vm->profile->disk_mib;
	used.vms--;
	return capacity_check(&limit, &used, want, err);
}

/* Takes @want */
static void begin_resize(struct vm *vm, Nvo3__VmProfile *want, const task_step_fn *steps,
			 task_done_fn done, void *arg)
{
	struct err err;
	uint32_t code = check_room(vm, want, &err);

	if (code != CODE(OK)) {
		msg_free(want);
		answer(done, arg, code, err.text, vm);
		return;
	}
	vm->want = want;
	task_begin(vm, VM_OP_UPDATE, false, steps, NULL, resized, NULL, done, arg);
}

void vm_resize(struct vserver *vs, const struct uuid *id, uint32_t cpus, uint32_t memory_mib,
	       task_done_fn done, void *arg)
{
	struct vm *vm = find(vs, id, done, arg);
	Nvo3__VmProfile *want;

	if (!vm)
		return;
	want = profile_copy(vm->profile);
	want->cpus = cpus ?: want->cpus;
	want->memory_mib = memory_mib ?: want->memory_mib;
	begin_resize(vm, want, resize_steps, done, arg);
}

void vm_grow(struct vserver *vs, const struct uuid *id, uint32_t disk_mib, task_done_fn done,
	     void *arg)
{
	struct vm *vm = find(vs, id, done, arg);
	Nvo3__VmProfile *want;
	struct err err;

	if (!vm)
		return;
	if (disk_mib < vm->profile->disk_mib) {
		err_set(&err, EPERM, "the disk of VM %s has %u MiB: with %u what is behind them would be lost",
			vm->profile->name, vm->profile->disk_mib, disk_mib);
		answer(done, arg, CODE(DENIED), err.text, vm);
		return;
	}
	want = profile_copy(vm->profile);
	want->disk_mib = disk_mib;
	begin_resize(vm, want, grow_steps, done, arg);
}

/* --- its group, which is a name for vCenter */

void vm_regroup(struct vserver *vs, const struct uuid *id, const char *group, task_done_fn done,
		void *arg)
{
	struct vm *vm = find(vs, id, done, arg);
	Nvo3__VmProfile as, *copy;
	struct err err;
	uint32_t code;

	if (!vm)
		return;
	as = *vm->profile;
	as.group = (char *)group;
	code = profile_check(&as, &err);
	if (code == CODE(OK)) {
		copy = profile_copy(&as);
		msg_free(vm->profile);
		vm->profile = copy;
		persist_vm_now(vm);
	}
	answer(done, arg, code, code == CODE(OK) ? "" : err.text, vm);
}

/* --- an interface more */

static const task_step_fn plug_steps[] = {
	step_attach, step_reassociate, step_reactivate, step_plug, NULL,
};

static const task_step_fn unplug_steps[] = {
	step_unplug, step_nic_leave, step_nic_drop, NULL,
};

static void changed(struct task *t)
{
	t->vm->changing = (struct uuid){};
}

/* A copy of the profile with @nic, too; NULL with a code and a sentence */
static Nvo3__VmProfile *with_nic(const struct vm *vm, const Nvo3__Nic *nic, uint32_t *ret_code,
				 struct err *err)
{
	Nvo3__VmProfile all = *vm->profile, *copy;
	Nvo3__Nic *nics[PROFILE_NICS_MAX + 1];
	struct vm *other;

	if (all.n_nics == PROFILE_NICS_MAX) {
		*ret_code = CODE(FULL);
		err_set(err, ENOSPC, "VM %s has %d interfaces, which is as many as can be",
			all.name, PROFILE_NICS_MAX);
		return NULL;
	}
	for (size_t i = 0; i < all.n_nics; i++)
		nics[i] = all.nics[i];
	nics[all.n_nics++] = (Nvo3__Nic *)nic;
	all.nics = nics;
	*ret_code = profile_check(&all, err);
	for (other = vm->vs->vms; other && *ret_code == CODE(OK); other = other->hh.next)
		if (other != vm)
			*ret_code = profile_conflict(&all, other->profile, err);
	if (*ret_code != CODE(OK))
		return NULL;
	copy = profile_copy(&all);
	return copy;
}

static bool add_nic(struct vm *vm, const Nvo3__Nic *nic, uint32_t *ret_code, struct err *err)
{
	Nvo3__VmProfile *want = with_nic(vm, nic, ret_code, err);

	if (!want)
		return false;
	msg_free(vm->profile);
	vm->profile = want;
	vm_set_ports(vm);
	persist_vm_now(vm);
	return true;
}

void vm_plug(struct vserver *vs, const struct uuid *id, const Nvo3__Nic *nic, task_done_fn done,
	     void *arg)
{
	struct vm *vm = find(vs, id, done, arg), *other;
	struct uuid tsi;
	struct err err;
	uint32_t code;
	size_t i;

	if (!vm)
		return;
	if (!msg_get_uuid(&nic->tsi, &tsi)) {
		answer(done, arg, CODE(BAD_MESSAGE), "plug: tsi: not a UUID", vm);
		return;
	}
	/* One that is there is from a try that was cut short */
	other = vm_lookup_tsi(vs, &tsi, &i);
	if (other != vm && !add_nic(vm, nic, &code, &err)) {
		answer(done, arg, code, err.text, vm);
		return;
	}
	vm->changing = tsi;
	task_begin(vm, VM_OP_UPDATE, false, plug_steps, unplug_steps, changed, NULL, done, arg);
}

/* --- an interface less */

void vm_unplug(struct vserver *vs, const struct uuid *id, const struct uuid *tsi,
	       task_done_fn done, void *arg)
{
	struct vm *vm = find(vs, id, done, arg);
	size_t i;

	if (!vm)
		return;
	if (vm_lookup_tsi(vs, tsi, &i) != vm) {
		answer(done, arg, CODE(OK), "", vm);
		return;
	}
	vm->changing = *tsi;
	task_begin(vm, VM_OP_UPDATE, false, unplug_steps, NULL, changed, NULL, done, arg);
}
