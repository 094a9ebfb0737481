// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include "move_check.h"
#include "move_flags.h"
#include "move_profile.h"
#include "placement.h"
#include "session_peer.h"

static bool is_suspended(const struct vm *vm)
{
	return vm->state == NVO3__VM_STATE__VM_SUSPENDED;
}

static int check_runs(const struct vm *vm, unsigned int kind, struct err *err)
{
	unsigned int runs_on = kind & (MOVE_F_LIVE | MOVE_F_COPY);

	if (is_suspended(vm) && kind & MOVE_F_DROP)
		return err_set(err, EPERM,
			       "VM %s is suspended: without its memory it cannot be moved",
			       vm->name);
	if (is_suspended(vm) && !runs_on)
		return 0;
	if (vm->state != NVO3__VM_STATE__VM_RUNNING && vm->state != NVO3__VM_STATE__VM_STOPPED)
		return err_set(err, EPERM, "VM %s neither runs nor is stopped", vm->name);
	if (runs_on && vm->state != NVO3__VM_STATE__VM_RUNNING)
		return err_set(err, EPERM, "VM %s does not run: it cannot be %s", vm->name,
			       kind == MOVE_F_LIVE ? "moved live" :
						     "replicated, but it can be migrated");
	return 0;
}

static int check(struct vcenter *vc, const struct vm *vm, const char *dc, unsigned int kind,
		 struct err *err)
{
	struct peer *peer = vcenter_peer(vc, dc);
	const struct profile *p;
	int ret;

	if (!uuid_is_zero(&vm->move))
		return err_set(err, EBUSY, "VM %s is moving", vm->name);
	if (vm->op != VM_OP_NONE)
		return err_set(err, EBUSY, "VM %s is in the middle of another operation",
			       vm->name);
	ret = check_runs(vm, kind, err);
	if (ret)
		return ret;
	if (!vm->server->session)
		return err_set(err, EHOSTUNREACH, "server %s, where VM %s is, is down",
			       vm->server->name, vm->name);
	if (!strcmp(dc, vc->conf.dc))
		return 0;
	if (!peer)
		return err_set(err, ENOENT, "there is no data centre %s", dc);
	if (!peer->up)
		return err_set(err, EHOSTUNREACH, "the vCenter of %s does not answer", dc);
	p = session_peer_knows_profiles(peer) ? NULL : move_profile_of(vc->inv, vm);
	if (p)
		return err_set(err, EPERM,
			       "the vCenter of %s is of an older version, which does not take profile %s of VM %s",
			       dc, p->msg->name, vm->name);
	return 0;
}

/* What a driver cannot is known now: later nothing is dropped that was to be kept. */
static int check_memory(const struct vm *vm, unsigned int kind, unsigned int *ret,
			struct err *err)
{
	const struct capacity saved = { .disk_mib = vm->size.memory_mib };
	bool runs = vm->state == NVO3__VM_STATE__VM_RUNNING || is_suspended(vm);
	int res;

	*ret = 0;
	if (!runs || kind & (MOVE_F_LIVE | MOVE_F_COPY | MOVE_F_DROP))
		return 0;
	if (vm->server->keeps) {
		*ret = MOVE_F_KEEP;
		res = placement_fits(vm->server, &saved, err);
		return res ? err_prefix(err, res, "the memory of VM %s", vm->name) : 0;
	}
	if (!(kind & MOVE_F_MUST_KEEP) && !is_suspended(vm))
		return 0;
	return err_set(err, EPERM, "server %s cannot keep a VM's memory", vm->server->name);
}

int move_check(struct vcenter *vc, const struct vm *vm, const char *dc, unsigned int kind,
	       unsigned int *ret_memory, struct err *err)
{
	int ret = check(vc, vm, dc, kind, err);

	return ret ? ret : check_memory(vm, kind, ret_memory, err);
}
