// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "group_run.h"
#include "lib/crashpoint.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "persist.h"
#include "profile.h"
#include "proto/management.pb-c.h"
#include "proto/placement.pb-c.h"
#include "vm_job.h"
#include "vm_ops.h"

#define SERVER_MS	60000u	/* a vServer creates, deletes, starts, stops within this */
#define PLACE_MS	10000u

/* One request that is out for a VM. The VM may be gone when the answer comes. */
struct vm_call {
	struct vcenter *vc;
	struct uuid vm;
	struct vm_next asked;
};

static void run(struct vcenter *vc, struct vm *vm);

static const char *op_kind(enum vm_op op)
{
	static const char *const kinds[] = {
		[VM_OP_NONE] = "vm",
		[VM_OP_CREATE] = "vm-create",
		[VM_OP_UNDO] = "vm-create",
		[VM_OP_DELETE] = "vm-delete",
		[VM_OP_START] = "vm-start",
		[VM_OP_STOP] = "vm-stop",
		[VM_OP_SUSPEND] = "vm-suspend",
		[VM_OP_RESUME] = "vm-resume",
		[VM_OP_REBOOT] = "vm-reboot",
		[VM_OP_ADOPT] = "vm-register",
		[VM_OP_UPDATE] = "vm-update",
		[VM_OP_RESIZE] = "vm-resize",
		[VM_OP_PLUG] = "vm-plug",
		[VM_OP_UNPLUG] = "vm-unplug",
		[VM_OP_REGROUP] = "vm-regroup",
	};

	return kinds[op];
}

/* False: not on the disk, so nothing may follow from it now. */
static bool store(struct vcenter *vc, struct vm *vm)
{
	struct err err;

	if (!vm->dirty)
		return true;
	if (!persist_vm(vc->store, vm, &err)) {
		vm->dirty = false;
		return true;
	}
	log_err("VM %s is not stored: %s", vm->name, err.text);
	vm->retry_at = loop_now_ms() + VM_JOB_RETRY_SLOW_MS;
	return false;
}

static void answer_registrar(struct vcenter *vc, struct vm *vm, uint32_t code)
{
	void (*registered)(struct vcenter *vc, struct vm *vm, uint32_t code, void *arg);

	registered = vm->registered;
	vm->registered = NULL;
	if (registered)
		registered(vc, vm, code, vm->registered_arg);
}

static void forget(struct vcenter *vc, struct vm *vm)
{
	struct err err;

	if (persist_vm_del(vc->store, &vm->uuid, &err)) {
		log_err("VM %s is not removed from the store: %s", vm->name, err.text);
		vm->op = VM_OP_DELETE;
		vm->retry_at = loop_now_ms() + VM_JOB_RETRY_SLOW_MS;
		return;
	}
	note(vc, "vm-delete", vm->name, "deleted");
	inventory_vm_del(vc->inv, vm);
	group_run_kick(vc);
}

static void finish(struct vcenter *vc, struct vm *vm)
{
	bool adopted = vm->op == VM_OP_ADOPT, unplugged = vm->op == VM_OP_UNPLUG;

	if (vm_job_finish(vm)) {
		forget(vc, vm);
		return;
	}
	if (unplugged)
		inventory_nic_del(vc->inv, vm, inventory_nic_find(vm, &vm->changing));
	inventory_job_set(vc->inv, vm, VM_OP_NONE);
	vm->dirty = true;
	store(vc, vm);
	if (unplugged)
		note(vc, "vm-unplug", vm->name, "an interface is gone");
	if (adopted) {
		note(vc, "vm-register", vm->name, "registered by server %s", vm->server->name);
		answer_registrar(vc, vm, CODE(OK));
	}
}

static void outcome(struct vcenter *vc, struct vm *vm, enum vm_op op, enum vm_outcome out)
{
	if (out == VM_JOB_AGAIN)
		return;
	vm->dirty = true;
	inventory_job_set(vc->inv, vm, vm->op);
	if (out == VM_JOB_DONE || out == VM_JOB_FAILED)
		group_run_kick(vc);
	if (out == VM_JOB_DONE) {
		store(vc, vm);
		note(vc, op_kind(op), vm->name, "done on server %s", vm->server->name);
	} else if (out == VM_JOB_FAILED) {
		store(vc, vm);
		note_alert(vc, op_kind(op), vm->name, "failed: %s", vm_why(vm));
		answer_registrar(vc, vm, CODE(DENIED));
	}
}

static bool decode_epoch(const struct msg *body, struct vm_answer *a, struct err *err)
{
	Nvo3__PlaceReply *reply = msg_decode(body, &nvo3__place_reply__descriptor, err);

	if (!reply)
		return false;
	a->epoch = reply->epoch;
	msg_free(reply);
	return a->epoch != 0;
}

static bool has_nic(const Nvo3__VmProfile *p, const struct uuid *tsi)
{
	struct uuid uuid;

	for (size_t i = 0; i < p->n_nics; i++)
		if (msg_get_uuid(&p->nics[i]->tsi, &uuid) && uuid_equal(&uuid, tsi))
			return true;
	return false;
}

/* A server of an older version overlooks what it does not know, and says that all is well. */
static int check_change(const struct vm *vm, enum vm_act act, const Nvo3__VmProfile *p,
			struct err *err)
{
	bool done = true;

	if (act == VM_ACT_RESIZE)
		done = p && p->cpus == vm->want_cpus && p->memory_mib == vm->want_memory_mib &&
		       (!vm->want_disk_mib || p->disk_mib == vm->want_disk_mib);
	else if (act == VM_ACT_REGROUP)
		done = p && !strcmp(p->group, vm->want_group);
	else if (act == VM_ACT_PLUG || act == VM_ACT_UNPLUG)
		done = p && has_nic(p, &vm->changing) == (act == VM_ACT_PLUG);
	return done ? 0 : err_set(err, EPROTO, "server %s does not know this change of a VM",
				  vm->server->name);
}

static bool decode_report(const struct msg *body, struct vm *vm, enum vm_act act,
			  struct vm_answer *a, struct err *err)
{
	Nvo3__VmReport *report = msg_decode(body, &nvo3__vm_report__descriptor, err);
	int ret = 0;

	if (!report)
		return false;
	a->state = report->state;
	/* the access devices are the vServer's to name */
	ret = check_change(vm, act, report->profile, err);
	if (report->profile && !ret)
		ret = nics_take_ports(vm, report->profile->nics, report->profile->n_nics, err);
	msg_free(report);
	return !ret;
}

/* An OK whose body is no answer is a failure of the peer. */
static void decode(struct vm_call *call, struct vm *vm, const struct msg *body,
		   struct vm_answer *a, struct err *err)
{
	bool good = true;

	if (a->code != CODE(OK))
		return;
	err_set(err, EPROTO, "the answer carries no epoch");
	if (call->asked.act == VM_ACT_PLACE)
		good = decode_epoch(body, a, err);
	else if (call->asked.act != VM_ACT_UNPLACE && call->asked.act != VM_ACT_DELETE)
		good = decode_report(body, vm, call->asked.act, a, err);
	if (good)
		return;
	a->code = CODE(FAILED);
	a->text = err->text;
}

static void answered(uint32_t code, const char *text, const struct msg *body, void *arg)
{
	struct vm_answer a = { .code = code, .text = text };
	struct vm_call *call = arg;
	struct vcenter *vc = call->vc;
	enum vm_op op;
	struct err err;
	struct vm *vm;

	if (!vc->stopping)
		CRASHPOINT("vm-answered");
	vm = vc->stopping ? NULL : inventory_vm(vc->inv, &call->vm);
	if (vm) {
		op = vm->op;
		decode(call, vm, body, &a, &err);
		outcome(vc, vm, op, vm_job_answer(vm, call->asked, &a, loop_now_ms()));
		run(vc, vm);
	}
	free(call);
}

static void place(struct vcenter *vc, struct vm *vm, struct nic *nic, struct vm_call *call)
{
	Nvo3__Place msg = NVO3__PLACE__INIT;
	Nvo3__Nic *as_msg = nic_to_msg(nic);

	msg.vm = msg_put_uuid(&vm->uuid);
	msg.vn = as_msg->vn;
	msg.mac = as_msg->mac;
	msg.ips = as_msg->ips;
	msg.n_ips = as_msg->n_ips;
	msg.nve = vm->server->nve;
	msg.profile = as_msg->profile;
	/* told again with what it names now, else a new one */
	if (vm->op == VM_OP_UPDATE)
		msg.epoch = nic->epoch;
	chan_request(vc->director.chan, MSG(PLACE), &msg.base, PLACE_MS, answered, call);
	msg_free(as_msg);
}

static void unplace(struct vcenter *vc, const struct nic *nic, struct vm_call *call)
{
	Nvo3__Unplace msg = NVO3__UNPLACE__INIT;

	msg.vn = msg_put_uuid(&nic->vn->uuid);
	msg.mac = msg_put_mac(&nic->mac);
	/* whatever epoch the answer that we missed had told */
	msg.epoch = nic->unsure ? UINT64_MAX : nic->epoch;
	chan_request(vc->director.chan, MSG(UNPLACE), &msg.base, PLACE_MS, answered, call);
}

static void create(struct vm *vm, struct vm_call *call)
{
	Nvo3__VmCreate msg = NVO3__VM_CREATE__INIT;

	msg.profile = vm_to_peer(vm, vm->server);
	msg.start = vm->start;
	chan_request(vm->server->session, MSG(VM_CREATE), &msg.base, SERVER_MS, answered, call);
	msg_free(msg.profile);
}

static void destroy(struct vm *vm, struct vm_call *call)
{
	Nvo3__VmDelete msg = NVO3__VM_DELETE__INIT;

	msg.vm = msg_put_uuid(&vm->uuid);
	chan_request(vm->server->session, MSG(VM_DELETE), &msg.base, SERVER_MS, answered, call);
}

static void power(struct vm *vm, enum vm_act act, struct vm_call *call)
{
	static const Nvo3__VmPower__Action actions[] = {
		[VM_ACT_START] = NVO3__VM_POWER__ACTION__START,
		[VM_ACT_STOP] = NVO3__VM_POWER__ACTION__STOP,
		[VM_ACT_SUSPEND] = NVO3__VM_POWER__ACTION__SUSPEND,
		[VM_ACT_RESUME] = NVO3__VM_POWER__ACTION__RESUME,
		[VM_ACT_REBOOT] = NVO3__VM_POWER__ACTION__REBOOT,
	};
	Nvo3__VmPower msg = NVO3__VM_POWER__INIT;

	msg.vm = msg_put_uuid(&vm->uuid);
	msg.action = actions[act];
	chan_request(vm->server->session, MSG(VM_POWER), &msg.base, SERVER_MS, answered, call);
}

static void update(struct vm *vm, struct vm_call *call)
{
	Nvo3__VmUpdate msg = NVO3__VM_UPDATE__INIT;

	msg.vm = msg_put_uuid(&vm->uuid);
	msg.nics = nics_to_msg(vm);
	msg.n_nics = vm->n_nics;
	chan_request(vm->server->session, MSG(VM_UPDATE), &msg.base, SERVER_MS, answered, call);
	nics_free(msg.nics, msg.n_nics);
}

static void change(struct vm *vm, struct vm_next next, struct vm_call *call)
{
	Nvo3__VmUpdate msg = NVO3__VM_UPDATE__INIT;
	Nvo3__VmGroup group = NVO3__VM_GROUP__INIT;

	msg.vm = msg_put_uuid(&vm->uuid);
	if (next.act == VM_ACT_REGROUP) {
		group.name = vm->want_group;
		msg.group = &group;
	} else if (next.act == VM_ACT_RESIZE && vm->want_disk_mib) {
		msg.disk_mib = vm->want_disk_mib;
	} else if (next.act == VM_ACT_RESIZE) {
		msg.cpus = vm->want_cpus;
		msg.memory_mib = vm->want_memory_mib;
	} else if (next.act == VM_ACT_PLUG) {
		msg.plug = nic_to_msg(&vm->nics[next.nic]);
	} else {
		msg.unplug = msg_put_uuid(&vm->changing);
	}
	chan_request(vm->server->session, MSG(VM_UPDATE), &msg.base, SERVER_MS, answered, call);
	if (msg.plug)
		msg_free(msg.plug);
}

/* What must be on the disk before the act is sent: that it may have been carried out. */
static void foresee(struct vm *vm, struct vm_next next)
{
	if (vm->op == VM_OP_UPDATE)
		return;		/* it is placed for sure */
	if (next.act == VM_ACT_PLACE && !vm->nics[next.nic].unsure) {
		vm->nics[next.nic].unsure = true;
		vm->dirty = true;
	} else if (next.act == VM_ACT_CREATE && !vm->made) {
		vm->made = true;
		vm->dirty = true;
	}
}

static void ask(struct vcenter *vc, struct vm *vm, struct vm_next next)
{
	struct vm_call *call = mem_zalloc(sizeof(*call));

	*call = (struct vm_call){ .vc = vc, .vm = vm->uuid, .asked = next };
	vm->waiting = true;
	CRASHPOINT("vm-asking");
	switch (next.act) {
	case VM_ACT_PLACE:
		place(vc, vm, &vm->nics[next.nic], call);
		break;
	case VM_ACT_UNPLACE:
		unplace(vc, &vm->nics[next.nic], call);
		break;
	case VM_ACT_CREATE:
		CRASHPOINT("vm-placed");
		create(vm, call);
		break;
	case VM_ACT_DELETE:
		destroy(vm, call);
		break;
	case VM_ACT_UPDATE:
		update(vm, call);
		break;
	case VM_ACT_RESIZE:
	case VM_ACT_PLUG:
	case VM_ACT_UNPLUG:
	case VM_ACT_REGROUP:
		change(vm, next, call);
		break;
	default:
		power(vm, next.act, call);
	}
}

static void run(struct vcenter *vc, struct vm *vm)
{
	uint64_t now = loop_now_ms();
	struct vm_next next;

	outcome(vc, vm, vm->op, vm_job_tick(vm, now));
	next = vm_job_next(vm, vc->director.ready, now);
	if (next.act == VM_ACT_NONE) {
		store(vc, vm);
		return;
	}
	foresee(vm, next);
	if (!store(vc, vm))
		return;
	if (next.act == VM_ACT_FINISH)
		finish(vc, vm);
	else
		ask(vc, vm, next);
}

static void begin(struct vcenter *vc, struct vm *vm, enum vm_op op)
{
	inventory_job_set(vc->inv, vm, op);
	vm_set_why(vm, "");
	vm_job_begin(vm, loop_now_ms());
}

static int check_free(const struct vm *vm, struct err *err)
{
	if (!uuid_is_zero(&vm->move))
		return err_set(err, EBUSY, "VM %s is moving", vm->name);
	if (vm->op != VM_OP_NONE && vm->op != VM_OP_UNDO)
		return err_set(err, EBUSY, "VM %s is in the middle of another operation",
			       vm->name);
	return 0;
}

int vm_ops_begin(struct vcenter *vc, struct vm *vm, enum vm_op op, struct err *err)
{
	enum vm_op old_op = vm->op;
	uint32_t old_state = vm->state;
	int ret = check_free(vm, err);

	if (ret)
		return ret;
	/* the undoing of a failed creation does what a deletion does */
	if (old_op == VM_OP_UNDO && op != VM_OP_DELETE)
		return err_set(err, EBUSY, "VM %s is being cleaned up", vm->name);
	inventory_job_set(vc->inv, vm, op);
	if (op == VM_OP_DELETE)
		vm_set_state(vm, NVO3__VM_STATE__VM_DELETING);
	ret = persist_vm(vc->store, vm, err);
	if (ret) {
		inventory_job_set(vc->inv, vm, old_op);
		vm_set_state(vm, old_state);
		return ret;
	}
	note(vc, op_kind(op), vm->name, "begun");
	if (old_op == VM_OP_UNDO)
		return 0;
	begin(vc, vm, op);
	run(vc, vm);
	return 0;
}

int vm_ops_add(struct vcenter *vc, struct vm *vm, struct server *server, enum vm_op op,
	       struct err *err)
{
	int ret;

	vm->op = op;
	ret = store_room(vc->store, err) ?: inventory_vm_add(vc->inv, vm, server, err);
	if (ret) {
		vm_free(vm);
		return ret;
	}
	begin(vc, vm, op);
	/* what comes first is stored together with the VM */
	foresee(vm, vm_job_next(vm, vc->director.ready, loop_now_ms()));
	ret = persist_vm(vc->store, vm, err);
	if (ret) {
		inventory_vm_del(vc->inv, vm);
		return ret;
	}
	vm->dirty = false;
	CRASHPOINT("vm-stored");
	note(vc, op_kind(op), vm->name, "begun on server %s", server->name);
	run(vc, vm);
	return 0;
}

void vm_ops_resume(struct vcenter *vc)
{
	struct vm *vm;

	for (vm = vc->inv->jobs; vm; vm = vm->job_next)
		vm_job_begin(vm, loop_now_ms());
}

void vm_ops_tick(struct vcenter *vc)
{
	struct vm *vm, *next;

	for (vm = vc->inv->jobs; vm; vm = next) {
		next = vm->job_next;
		run(vc, vm);
	}
}

void vm_ops_kick(struct vcenter *vc, const struct server *server)
{
	struct vm *vm, *next;

	for (vm = vc->inv->jobs; vm; vm = next) {
		next = vm->job_next;
		if (server && vm->server != server)
			continue;
		vm->retry_at = 0;
		run(vc, vm);
	}
}
