// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>

#include "boot.h"
#include "later.h"
#include "log.h"
#include "mem.h"
#include "move.h"
#include "msg.h"
#include "ops.h"
#include "persist.h"

#define STATE(name) NVO3__VM_STATE__VM_##name
#define ACTION(name) NVO3__VM_POWER__ACTION__##name

const task_step_fn ops_delete_steps[] = {
	step_stop_guest, step_deassociate, step_undefine, step_detach, step_remove, NULL,
};

const task_step_fn ops_start_steps[] = { step_activate, step_start_guest, NULL };

const task_step_fn ops_silence_steps[] = { step_stop_guest, step_deactivate, NULL };

static const task_step_fn create_steps[] = {
	step_fill, step_attach, step_associate, step_define, NULL,
};

static const task_step_fn create_and_start_steps[] = {
	step_fill, step_attach, step_associate, step_define, step_activate, step_start_guest, NULL,
};

uint32_t vm_admit(struct vserver *vs, const Nvo3__VmProfile *profile, struct err *err)
{
	const struct config_vserver *c = &vs->config->vserver;
	const struct capacity limit = { c->cpus, c->memory_mib, c->disk_mib, c->max_vms };
	uint32_t code = CODE(OK);
	struct capacity used;
	struct vm *vm;

	for (vm = vs->vms; vm && code == CODE(OK); vm = vm->hh.next)
		code = profile_conflict(profile, vm->profile, err);
	if (code != CODE(OK))
		return code;
	vm_used(vs, &used);
	return capacity_check(&limit, &used, profile, err);
}

static void answer(task_done_fn done, void *arg, uint32_t code, const char *text, struct vm *vm)
{
	if (done)
		done(code, text, vm, arg);
}

bool ops_may_begin(struct vm *vm, enum vm_op op, task_done_fn done, void *arg)
{
	struct err err;
	uint32_t code;

	switch (vm_fsm_ask(&vm->fsm, op, &code, &err)) {
	case VM_GO:
		return true;
	case VM_SAME:
		answer(done, arg, CODE(OK), "", vm);
		return false;
	case VM_WAIT:
		task_wait(vm->task, done, arg);
		return false;
	case VM_REFUSE:
		break;
	}
	answer(done, arg, code, err.text, vm);
	return false;
}

static void create_again(struct vserver *vs, const ProtobufCMessage *msg, task_done_fn done,
			 void *arg)
{
	const Nvo3__VmCreate *req = (const Nvo3__VmCreate *)msg;

	vm_create(vs, req->profile, req->start, done, arg);
}

/* What an earlier try left, before this program was started, goes first. False: it is settled */
static bool rest_is_gone(struct vm *vm, const Nvo3__VmProfile *profile, bool start,
			 task_done_fn done, void *arg)
{
	Nvo3__VmCreate req = NVO3__VM_CREATE__INIT;

	req.profile = (Nvo3__VmProfile *)profile;
	req.start = start;
	if (vm->task && vm->fsm.op == VM_OP_DELETE) {
		later_begin(vm, &req.base, create_again, done, arg);
		return false;
	}
	if (vm->waits) {
		answer(done, arg, CODE(UNAVAILABLE),
		       "the hypervisor has not said yet what is left of an earlier try", vm);
		return false;
	}
	return true;
}

void vm_create(struct vserver *vs, const Nvo3__VmProfile *profile, bool start, task_done_fn done,
	       void *arg)
{
	struct err err;
	struct uuid id;
	uint32_t code;
	struct vm *vm;

	code = profile_check(profile, &err);
	if (code != CODE(OK)) {
		answer(done, arg, code, err.text, NULL);
		return;
	}
	id = profile_id(profile);
	vm = vm_lookup(vs, &id);
	if (vm && !rest_is_gone(vm, profile, start, done, arg))
		return;
	if (vm && !profile_same(vm->profile, profile)) {
		err_set(&err, EEXIST, "VM %s is here with another profile", vm->profile->name);
		answer(done, arg, CODE(EXISTS), err.text, vm);
		return;
	}
	if (vm) {
		ops_may_begin(vm, VM_OP_CREATE, done, arg);
		return;
	}
	code = vm_admit(vs, profile, &err);
	if (code != CODE(OK)) {
		answer(done, arg, code, err.text, NULL);
		return;
	}
	vm = vm_add(vs, profile_copy(profile));
	task_begin(vm, VM_OP_CREATE, start, start ? create_and_start_steps : create_steps,
		   ops_delete_steps, NULL, NULL, done, arg);
}

void vm_delete(struct vserver *vs, const struct uuid *id, task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, id);

	if (!vm)
		answer(done, arg, CODE(OK), "", NULL);
	else if (ops_may_begin(vm, VM_OP_DELETE, done, arg))
		task_begin(vm, VM_OP_DELETE, false, ops_delete_steps, NULL, NULL, NULL, done, arg);
}

static void begin_power(struct vm *vm, bool on, task_done_fn done, void *arg)
{
	enum vm_op op = on ? VM_OP_START : VM_OP_STOP;

	if (ops_may_begin(vm, op, done, arg))
		task_begin(vm, op, on, on ? ops_start_steps : ops_silence_steps,
			   on ? ops_silence_steps : NULL, NULL, NULL, done, arg);
}

static void begin_pause(struct vm *vm, bool on, task_done_fn done, void *arg)
{
	static const task_step_fn suspend[] = { step_suspend, NULL };
	static const task_step_fn resume[] = { step_resume, NULL };
	enum vm_op op = on ? VM_OP_SUSPEND : VM_OP_RESUME;

	if (ops_may_begin(vm, op, done, arg))
		task_begin(vm, op, false, on ? suspend : resume, NULL, NULL, NULL, done, arg);
}

static void begin_reboot(struct vm *vm, task_done_fn done, void *arg)
{
	static const task_step_fn steps[] = { step_reboot, NULL };

	if (ops_may_begin(vm, VM_OP_REBOOT, done, arg))
		task_begin(vm, VM_OP_REBOOT, false, steps, NULL, NULL, NULL, done, arg);
}

bool vm_power_is_known(Nvo3__VmPower__Action action)
{
	return action == ACTION(START) || action == ACTION(STOP) || action == ACTION(SUSPEND) ||
	       action == ACTION(RESUME) || action == ACTION(REBOOT);
}

void vm_power(struct vserver *vs, const struct uuid *id, Nvo3__VmPower__Action action,
	      task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, id);
	char text[UUID_STRLEN];
	struct err err;

	if (!vm) {
		err_set(&err, ENOENT, "VM %s is not on this host", uuid_format(id, text));
		answer(done, arg, CODE(NOT_FOUND), err.text, NULL);
	} else if (action == ACTION(START) || action == ACTION(STOP)) {
		if (action == ACTION(STOP))
			boot_unmark(vm);
		begin_power(vm, action == ACTION(START), done, arg);
	} else if (action == ACTION(REBOOT)) {
		begin_reboot(vm, done, arg);
	} else {
		begin_pause(vm, action == ACTION(SUSPEND), done, arg);
	}
}

static const task_step_fn update_steps[] = { step_reassociate, NULL };

static Nvo3__Nic *nic_of(Nvo3__VmProfile *p, const Nvo3__Nic *like)
{
	for (size_t i = 0; i < p->n_nics; i++)
		if (p->nics[i]->tsi.len == like->tsi.len &&
		    !memcmp(p->nics[i]->tsi.data, like->tsi.data, like->tsi.len))
			return p->nics[i];
	return NULL;
}

/* The profile as it is to be; NULL with a sentence */
static Nvo3__VmProfile *changed(const struct vm *vm, Nvo3__Nic *const *nics, size_t n,
				struct err *err)
{
	Nvo3__VmProfile *want = profile_copy(vm->profile), *copy;
	Nvo3__Nic *nic;

	for (size_t i = 0; i < n; i++) {
		nic = nic_of(want, nics[i]);
		if (!nic) {
			err_set(err, ENOENT, "nics[%zu]: VM %s has no such interface", i,
				want->name);
			msg_free(want);
			return NULL;
		}
		/* borrowed for as long as it takes to copy */
		nic->ips = nics[i]->ips;
		nic->n_ips = nics[i]->n_ips;
		nic->profile = nics[i]->profile;
	}
	copy = profile_copy(want);
	for (size_t i = 0; i < n; i++) {
		nic = nic_of(want, nics[i]);
		nic->ips = NULL;
		nic->n_ips = 0;
		nic->profile = (ProtobufCBinaryData){};
	}
	msg_free(want);
	if (profile_check(copy, err) == CODE(OK))
		return copy;
	msg_free(copy);
	return NULL;
}

void vm_update(struct vserver *vs, const struct uuid *id, Nvo3__Nic *const *nics, size_t n,
	       task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, id);
	Nvo3__VmProfile *want;
	char text[UUID_STRLEN];
	struct err err;

	if (!vm) {
		err_set(&err, ENOENT, "VM %s is not on this host", uuid_format(id, text));
		answer(done, arg, CODE(NOT_FOUND), err.text, NULL);
		return;
	}
	if (!ops_may_begin(vm, VM_OP_UPDATE, done, arg))
		return;
	want = changed(vm, nics, n, &err);
	if (!want) {
		answer(done, arg, CODE(BAD_MESSAGE), err.text, vm);
		return;
	}
	msg_free(vm->profile);
	vm->profile = want;
	persist_vm_now(vm);
	task_begin(vm, VM_OP_UPDATE, false, update_steps, NULL, NULL, NULL, done, arg);
}

struct forget {
	struct vserver *vs;
	struct uuid id;
};

static void forget_now(void *arg)
{
	struct forget *f = arg;

	vm_forget(f->vs, &f->id);
	free(f);
}

/* The task that tells this is still at its end: begin the next from the loop */
static void forget_soon(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	struct forget *f = arg;

	if (f->vs->stopping)
		free(f);
	else
		loop_defer(f->vs->loop, forget_now, f);
}

void vm_forget(struct vserver *vs, const struct uuid *id)
{
	struct vm *vm = vm_lookup(vs, id);
	struct forget *f;
	struct move *m;

	if (!vm)
		return;
	if (vm->task && vm->fsm.op == VM_OP_DELETE)
		return;
	log_info("VM %s: vCenter says that it is not ours any more", vm->profile->name);
	if (vm->task) {
		f = mem_zalloc(sizeof(*f));
		f->vs = vs;
		f->id = *id;
		task_cancel(vm->task);
		task_wait(vm->task, forget_soon, f);
		return;
	}
	m = move_lookup_vm(vs, id);
	if (m)
		move_end(vs, m, NVO3__MOVE_PHASE__MOVE_ABORTED);
	task_begin(vm, VM_OP_DELETE, false, ops_delete_steps, NULL, NULL, NULL, NULL, NULL);
}

/* --- after a restart of the program */

static void delete_rest(struct vm *vm)
{
	vm->tsi = NVO3__TSI_STATE__TSI_INIT;
	task_begin(vm, VM_OP_DELETE, false, ops_delete_steps, NULL, NULL, NULL, NULL, NULL);
}

static void fail(struct vm *vm, const char *text)
{
	vm->fsm.state = STATE(FAILED);
	vm_set_text(vm, text);
	log_err("VM %s: %s", vm->profile->name, text);
	persist_vm_now(vm);
}

static void resume_running(struct vm *vm, bool alive)
{
	struct driver *d = vm->vs->driver;
	struct err err;

	if (!alive && vm->restart) {
		vm->fsm.state = STATE(STOPPED);
		vm_set_text(vm, BOOT_TEXT);
		persist_vm_now(vm);
		return;
	}
	if (!alive) {
		fail(vm, "its guest process ended while nvo3d was not running");
		return;
	}
	vm->tsi = NVO3__TSI_STATE__TSI_ACTIVATED;
	if (d->ops->set_link(d, vm->profile, true, &err))
		log_err("VM %s: %s", vm->profile->name, err.text);
}

/* Of these nothing can be said before the hypervisor has told whether they run */
static bool must_wait(const struct vm *vm)
{
	return vm->fsm.state == STATE(CREATING) || vm->fsm.state == STATE(DELETING) ||
	       vm->fsm.state == STATE(MOVING);
}

static void take_up(struct vm *vm)
{
	switch (vm->fsm.state) {
	case STATE(RUNNING):
	case STATE(SUSPENDED):
		resume_running(vm, vm->guest >= 0);
		break;
	case STATE(MOVING):
		move_resume(vm);
		break;
	default:
		/* A stop that was cut short */
		if (vm->guest >= 0)
			task_begin(vm, VM_OP_STOP, false, ops_silence_steps, NULL, NULL, NULL,
				   NULL, NULL);
		break;
	}
}

void vm_resume(struct vm *vm)
{
	struct driver_status st = { .known = true };
	struct driver *d = vm->vs->driver;
	bool runs = vm->fsm.state == STATE(RUNNING) || vm->fsm.state == STATE(SUSPENDED);
	char dir[HOST_DIR_MAX];
	struct err err;
	int fd;

	vm_dir(vm, dir);
	if (d->ops->status)
		d->ops->status(d, &vm->id, &st);
	/* What is not known runs if it did */
	if ((st.known || runs) && !d->ops->find(d, vm->profile, dir, &fd, NULL))
		vm_watch_guest(vm, fd);
	if (st.known && vm->guest >= 0)
		boot_unmark(vm);
	vm->waits = !st.known && must_wait(vm);
	if (!vm->waits && (vm->fsm.state == STATE(CREATING) || vm->fsm.state == STATE(DELETING))) {
		delete_rest(vm);
		return;
	}
	vm->tsi = NVO3__TSI_STATE__TSI_ASSOCIATED;
	if (d->ops->attach(d, vm->profile, dir, &err))
		fail(vm, err.text);
	else if (!vm->waits)
		take_up(vm);
}
