// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "lib/crashpoint.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "move_dest.h"
#include "move_dest_act.h"
#include "move_profile.h"
#include "persist.h"
#include "placement.h"
#include "profile.h"
#include "rules.h"
#include "session_vserver.h"

static struct dest_job *find(struct vcenter *vc, const struct uuid *move)
{
	struct dest_job *job;

	HASH_FIND(hh, vc->dests, move, sizeof(*move), job);
	return job;
}

const struct incoming *move_dest_lookup(struct vcenter *vc, const struct uuid *move)
{
	struct dest_job *job = find(vc, move);

	return job ? &job->in : NULL;
}

static struct dest_job *add(struct vcenter *vc, const struct incoming *in)
{
	struct dest_job *job = mem_zalloc(sizeof(*job));

	job->in = *in;
	HASH_ADD(hh, vc->dests, in.move, sizeof(in->move), job);
	return job;
}

/* A memory counts as disk beside that of the VM, until the move has ended. */
static void set_saved(struct vcenter *vc, struct vm *vm, bool keep)
{
	uint32_t mib = keep ? vm->size.memory_mib : 0;

	if (inventory_vm(vc->inv, &vm->uuid) == vm)
		inventory_vm_set_saved(vm, mib);
	else
		vm->saved_mib = mib;
}

/*
 * A server that can restore its memory, if it is to be kept. Else, and if that may be, one that
 * cannot: where there only is no room for it, it is not dropped for that.
 */
static struct server *choose(struct vcenter *vc, struct vm *vm, struct place_req *req,
			     const Nvo3__MoveReserve *msg, bool *keep, int *res, struct err *err)
{
	struct server *server, *other;
	struct err none;
	int ret;

	*keep = msg->keep;
	req->vm = vm;
	req->keeps = msg->keep;
	set_saved(vc, vm, msg->keep);
	server = placement_choose(vc->inv, req, res, err);
	if (server || !msg->keep || msg->must_keep)
		return server;
	*keep = false;
	req->keeps = false;
	set_saved(vc, vm, false);
	other = placement_choose(vc->inv, req, &ret, &none);
	return other && !other->keeps ? other : NULL;
}

/* A VM of this DC that moves inside it: room on the other server is all that it takes. */
static int reserve_local(struct vcenter *vc, struct vm *vm, const char *name,
			 const Nvo3__MoveReserve *msg, bool *keep, struct server **ret,
			 struct err *err)
{
	struct place_req req = { .server = name, .except = vm->server, .nearest = msg->location };
	const char *location = msg->location;
	struct server *server;
	int res;

	server = choose(vc, vm, &req, msg, keep, &res, err);
	if (!server)
		return res;
	if (*location && location_common(vm->server->location, location) >=
			 location_common(server->location, location))
		return err_set(err, EEXIST, "VM %s is on server %s, and none is nearer to %s",
			       vm->name, vm->server->name, location);
	inventory_vm_set_dest(vm, server);
	*ret = server;
	return 0;
}

static int reserve_foreign(struct vcenter *vc, const Nvo3__MoveReserve *msg, const char *name,
			   bool *keep, struct server **ret, struct err *err)
{
	struct place_req req = { .server = name, .nearest = msg->location };
	struct server *server;
	struct uuid move;
	struct vm *vm;
	int res;

	res = move_profiles_check(vc->inv, msg, err);
	if (res)
		return res;
	vm = vm_from_msg(vc->inv, msg->profile, &res, err);
	if (!vm)
		return res;
	server = choose(vc, vm, &req, msg, keep, &res, err);
	if (server)
		res = inventory_vm_check(vc->inv, vm, err);
	if (res) {
		vm_free(vm);
		return res;
	}
	msg_get_uuid(&msg->move, &move);
	vm->move = move;
	vm->incoming = true;
	vm->made = true;
	vm->state = NVO3__VM_STATE__VM_MOVING;
	inventory_vm_add(vc->inv, vm, server, NULL);
	*ret = server;
	return 0;
}

static void unreserve(struct vcenter *vc, struct vm *vm)
{
	if (vm->incoming)
		inventory_vm_del(vc->inv, vm);
	else
		inventory_vm_set_dest(vm, NULL);
}

/* "dc2/host3" and "host3" are the same to us. */
static const char *bare_name(const struct vcenter *vc, const char *server)
{
	size_t len = strlen(vc->conf.dc);

	if (!strncmp(server, vc->conf.dc, len) && server[len] == '/')
		return server + len + 1;
	return server;
}

static int reserve(struct vcenter *vc, const char *peer, const Nvo3__MoveReserve *msg,
		   struct incoming *in, struct err *err)
{
	bool local = !strcmp(peer, vc->conf.dc);
	const char *name = bare_name(vc, msg->server);
	struct server *server = NULL;
	struct vm *vm;
	int ret;

	if (!msg->profile || !msg_get_uuid(&msg->profile->vm, &in->vm))
		return err_set(err, EINVAL, "the VM to be moved is missing");
	if (!vc->director.ready)
		return err_set(err, EHOSTUNREACH, "the nDirector of %s does not answer",
			       vc->conf.dc);
	vm = inventory_vm(vc->inv, &in->vm);
	ret = local && vm ? reserve_local(vc, vm, name, msg, &in->keep, &server, err) :
			    reserve_foreign(vc, msg, name, &in->keep, &server, err);
	if (ret)
		return ret;
	snprintf(in->server, sizeof(in->server), "%s", server->name);
	snprintf(in->peer, sizeof(in->peer), "%s", peer);
	incoming_begin(in, msg->lease_s ? msg->lease_s : MOVE_LEASE_S, loop_now_ms());
	return 0;
}

/* The reservation and the VM that it is for, both or none. */
static int store_reserved(struct vcenter *vc, const struct incoming *in, const struct vm *vm,
			  struct err *err)
{
	int ret = store_begin(vc->store, err);

	if (ret)
		return ret;
	ret = persist_incoming(vc->store, in, err);
	if (!ret && vm->incoming)
		ret = persist_vm(vc->store, vm, err);
	if (!ret)
		return store_commit(vc->store, err);
	store_rollback(vc->store);
	return ret;
}

uint32_t move_dest_reserve(struct vcenter *vc, const char *peer, const Nvo3__MoveReserve *msg,
			   char server[VC_NAME_SIZE], struct err *err)
{
	struct incoming in = { 0 };
	struct dest_job *job;
	struct vm *vm;
	int ret;

	if (!msg_get_uuid(&msg->move, &in.move))
		return code_from_errno(err_set(err, EINVAL, "move is not 16 bytes"));
	job = find(vc, &in.move);
	if (job && job->in.phase == INCOMING_ABORTED)
		return code_from_errno(err_set(err, EPERM, "the move was given up: %s",
					       job->in.text));
	if (!job) {
		ret = reserve(vc, peer, msg, &in, err);
		if (ret)
			return code_from_errno(ret);
		vm = inventory_vm(vc->inv, &in.vm);
		ret = store_reserved(vc, &in, vm, err);
		if (ret) {
			unreserve(vc, vm);
			return code_from_errno(ret);
		}
		CRASHPOINT("dest-reserved");
		job = add(vc, &in);
		note(vc, "move-reserve", vm->name, "room for it is kept on %s/%s for %s",
		     vc->conf.dc, in.server, peer);
	}
	snprintf(server, VC_NAME_SIZE, "%s", job->in.server);
	return CODE(OK);
}

static void no_such_move(struct vcenter *vc, dest_done_fn done, void *arg)
{
	done(vc, CODE(NOT_FOUND), "the move is not known here", arg);
}

void move_dest_pull(struct vcenter *vc, const Nvo3__MovePull *msg, bool copy, dest_done_fn done,
		    void *arg)
{
	struct server *server;
	struct dest_job *job;
	struct uuid move;
	struct err err;
	int ret;

	job = msg_get_uuid(&msg->move, &move) ? find(vc, &move) : NULL;
	if (!job) {
		no_such_move(vc, done, arg);
		return;
	}
	server = inventory_server(vc->inv, job->in.server);
	ret = incoming_pull(&job->in, copy, server && server->session, loop_now_ms(), &err);
	if (ret) {
		done(vc, ret == 1 ? CODE(OK) : code_from_errno(ret), ret == 1 ? "" : err.text,
		     arg);
		return;
	}
	job->pull_done = done;
	job->pull_arg = arg;
	dest_act_pull(vc, job, msg);
}

void move_dest_commit(struct vcenter *vc, const Nvo3__MoveCommit *msg, dest_done_fn done,
		      void *arg)
{
	struct uuid move;
	struct dest_job *job = msg_get_uuid(&msg->move, &move) ? find(vc, &move) : NULL;
	struct server *server;
	struct err err;
	int ret;

	if (!job) {
		no_such_move(vc, done, arg);
		return;
	}
	server = inventory_server(vc->inv, job->in.server);
	ret = incoming_commit(&job->in, msg->start, server && server->session,
			      vc->director.ready, loop_now_ms(), &err);
	if (ret) {
		done(vc, ret == 1 ? CODE(OK) : code_from_errno(ret), ret == 1 ? "" : err.text,
		     arg);
		return;
	}
	job->in.suspended = msg->suspended;
	/* one waits at a time; who asked before has given up waiting */
	if (job->commit_done)
		job->commit_done(vc, CODE(BUSY), "asked again", job->commit_arg);
	job->commit_done = done;
	job->commit_arg = arg;
	job->dirty = true;
	CRASHPOINT("dest-committing");
	move_dest_run(vc, job);
}

uint32_t move_dest_abort(struct vcenter *vc, const struct uuid *move, struct err *err)
{
	struct dest_job *job = find(vc, move);
	struct incoming before;
	int ret;

	if (!job)
		return code_from_errno(err_set(err, ENOENT, "the move is not known here"));
	before = job->in;
	ret = incoming_abort(&job->in, "given up by the coordinator", wall_ms(), err);
	if (ret < 0)
		return code_from_errno(ret);
	if (ret == 1 && !job->dirty)
		return CODE(OK);
	/* the coordinator relies on it: OK only when it is on the disk */
	ret = move_dest_aborted(vc, job, err);
	if (!ret)
		return CODE(OK);
	job->in = before;
	return CODE(UNAVAILABLE);
}

void move_dest_progress(struct vcenter *vc, const struct uuid *move, const struct server *server,
			uint64_t done, uint64_t total)
{
	struct dest_job *job = find(vc, move);

	if (!job || strcmp(job->in.server, server->name) || done > total)
		return;
	job->in.done = done;
	job->in.total = total;
}

void move_dest_arrived(struct vcenter *vc, const struct uuid *move, const struct server *server,
		       uint64_t active, uint64_t first_in, uint64_t error)
{
	struct dest_job *job = find(vc, move);
	uint64_t clock_error = 0;
	struct err err;

	if (!job || strcmp(job->in.server, server->name))
		return;
	active = session_vserver_time(server, active, &clock_error);
	first_in = session_vserver_time(server, first_in, &clock_error);
	if (!incoming_arrived(&job->in, active, first_in, clock_error + error))
		return;
	/* nothing follows from it: a figure that is not stored is one that is not known */
	if (persist_incoming(vc->store, &job->in, &err))
		log_err("a move from %s: its figures are not stored: %s", job->in.peer, err.text);
}

void move_dest_load(struct vcenter *vc, const struct incoming *in)
{
	struct vm *vm = inventory_vm(vc->inv, &in->vm);
	struct dest_job *job = add(vc, in);

	if (incoming_is_over(in) && in->phase == INCOMING_COMMITTED)
		return;
	incoming_resume(&job->in, loop_now_ms());
	if (!vm || incoming_is_over(in))
		return;
	if (vm->incoming)
		set_saved(vc, vm, in->keep);
	/* inside the DC the coordinator says whether the VM still takes part */
	if (strcmp(in->peer, vc->conf.dc))
		vm->move = in->move;
	else if (!uuid_equal(&vm->move, &in->move))
		return;
	else if (in->phase < INCOMING_STARTING)
		inventory_vm_set_dest(vm, inventory_server(vc->inv, in->server));
	vm->placing = in->phase == INCOMING_PLACING;
}

void move_dest_tick(struct vcenter *vc)
{
	struct dest_job *job, *tmp;

	HASH_ITER(hh, vc->dests, job, tmp)
		move_dest_run(vc, job);
}

void move_dest_kick(struct vcenter *vc)
{
	struct dest_job *job, *tmp;

	HASH_ITER(hh, vc->dests, job, tmp) {
		job->in.retry_at = 0;
		move_dest_run(vc, job);
	}
}

void move_dest_free(struct vcenter *vc)
{
	struct dest_job *job, *tmp;

	HASH_ITER(hh, vc->dests, job, tmp) {
		if (job->pull_done)
			job->pull_done(vc, CODE(UNAVAILABLE), "vcenterd ends", job->pull_arg);
		if (job->commit_done)
			job->commit_done(vc, CODE(UNAVAILABLE), "vcenterd ends", job->commit_arg);
		HASH_DEL(vc->dests, job);
		free(job);
	}
}
