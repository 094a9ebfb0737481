// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"
#include "mem.h"
#include "move.h"
#include "msg.h"
#include "ops.h"
#include "persist.h"
#include "pull.h"

#define PHASE(name) NVO3__MOVE_PHASE__MOVE_##name

static const task_step_fn source_steps[] = {
	step_stop_guest, step_deactivate, step_hash, NULL,
};

static const task_step_fn dest_steps[] = {
	step_pull, step_verify, step_attach, step_associate, NULL,
};

static const task_step_fn no_steps[] = { NULL };

static void refuse(task_done_fn done, void *arg, uint32_t code, const struct err *err)
{
	done(code, err->text, NULL, arg);
}

static void succeed(task_done_fn done, void *arg, struct vm *vm)
{
	done(CODE(OK), "", vm, arg);
}

void move_end(struct vserver *vs, struct move *m, Nvo3__MovePhase phase)
{
	m->phase = phase;
	m->ended = host_wall_s();
	token_spend(&m->token);
	move_close_image(m);
	persist_move_now(vs, m);
}

static void set_phase(struct vserver *vs, struct move *m, Nvo3__MovePhase phase)
{
	m->phase = phase;
	persist_move_now(vs, m);
}

static void move_drop(struct vserver *vs, struct move *m)
{
	persist_move_del(vs, m);
	move_free(vs, m);
}

/* It failed and left nothing: it may be tried again, if it was not given up for good */
static void undone(struct task *t)
{
	if (t->cancelled)
		move_end(t->vm->vs, t->move, PHASE(ABORTED));
	else
		move_drop(t->vm->vs, t->move);
}

static void wrong_phase(const struct move *m, const char *what, task_done_fn done, void *arg)
{
	static const char *const names[] = {
		[PHASE(NONE)] = "not begun",	     [PHASE(STOPPING)] = "stopping the VM",
		[PHASE(OFFERED)] = "offering the image", [PHASE(PULLING)] = "pulling the image",
		[PHASE(READY)] = "ready to commit",  [PHASE(COMMITTING)] = "being committed",
		[PHASE(DONE)] = "done",		     [PHASE(ABORTED)] = "aborted",
	};
	struct err err;

	err_set(&err, EINVAL, "the move is %s: no %s is possible", names[m->phase], what);
	refuse(done, arg, CODE(BAD_STATE), &err);
}

/* --- source */

static void source_ended(struct task *t)
{
	if (t->code == CODE(OK))
		set_phase(t->vm->vs, t->move, PHASE(OFFERED));
	else
		undone(t);
}

static void begin_source(struct vm *vm, struct move *m, task_done_fn done, void *arg)
{
	static const task_step_fn undo_running[] = { step_activate, step_start_guest, NULL };

	task_begin(vm, VM_OP_SOURCE, false, source_steps, m->was_running ? undo_running : no_steps,
		   source_ended, m, done, arg);
}

static void offer(struct vserver *vs, struct move *m, const Nvo3__RelocateSource *req)
{
	memcpy(m->token_value, req->token.data, TOKEN_LEN);
	token_offer(&m->token, m->token_value, req->dest);
	snprintf(m->peer, sizeof(m->peer), "%s", req->dest);
	move_close_image(m);
	persist_move_now(vs, m);
}

static void source_again(struct vserver *vs, struct move *m, const Nvo3__RelocateSource *req,
			 task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, &m->vm);

	if (!m->is_source || !vm ||
	    (m->phase != PHASE(STOPPING) && m->phase != PHASE(OFFERED))) {
		wrong_phase(m, "offer", done, arg);
		return;
	}
	/* A new token for a new try; the old one again changes nothing, used or not */
	if (memcmp(m->token_value, req->token.data, TOKEN_LEN))
		offer(vs, m, req);
	if (vm->task)
		task_wait(vm->task, done, arg);
	else if (m->phase == PHASE(OFFERED))
		succeed(done, arg, vm);
	else
		begin_source(vm, m, done, arg);
}

static bool source_is_valid(const Nvo3__RelocateSource *req, struct uuid *move, struct uuid *vm,
			    struct err *err)
{
	if (!msg_get_uuid(&req->move, move))
		err_set(err, EINVAL, "move: not a UUID");
	else if (!msg_get_uuid(&req->vm, vm))
		err_set(err, EINVAL, "vm: not a UUID");
	else if (req->token.len != TOKEN_LEN)
		err_set(err, EINVAL, "token: must have %d bytes", TOKEN_LEN);
	else if (!*req->dest || strlen(req->dest) >= sizeof(((struct move *)0)->peer))
		err_set(err, EINVAL, "dest: not a vServer's name");
	else
		return true;
	return false;
}

void move_source(struct vserver *vs, const Nvo3__RelocateSource *req, task_done_fn done,
		 void *arg)
{
	struct uuid id, vm_id;
	char text[UUID_STRLEN];
	struct move *m;
	struct err err;
	uint32_t code;
	struct vm *vm;

	if (!source_is_valid(req, &id, &vm_id, &err)) {
		refuse(done, arg, CODE(BAD_MESSAGE), &err);
		return;
	}
	m = move_lookup(vs, &id);
	if (m) {
		source_again(vs, m, req, done, arg);
		return;
	}
	vm = vm_lookup(vs, &vm_id);
	if (!vm) {
		err_set(&err, ENOENT, "VM %s is not on this host", uuid_format(&vm_id, text));
		refuse(done, arg, CODE(NOT_FOUND), &err);
		return;
	}
	/* One that goes on belongs to another move, or it would have been found */
	if (vm_fsm_ask(&vm->fsm, VM_OP_SOURCE, &code, &err) != VM_GO) {
		if (vm->fsm.op == VM_OP_SOURCE) {
			code = CODE(BUSY);
			err_set(&err, EBUSY, "VM %s is in another move", vm->profile->name);
		}
		refuse(done, arg, code, &err);
		return;
	}
	m = move_add(vs, &id);
	m->vm = vm_id;
	m->is_source = true;
	m->phase = PHASE(STOPPING);
	m->was_running = vm->fsm.state == NVO3__VM_STATE__VM_RUNNING;
	offer(vs, m, req);
	begin_source(vm, m, done, arg);
}

/* --- destination */

static void dest_ended(struct task *t)
{
	if (t->code == CODE(OK) && t->pull)
		pull_confirm(t->pull);
	if (t->pull)
		pull_free(t->pull);
	t->pull = NULL;
	if (t->code == CODE(OK))
		set_phase(t->vm->vs, t->move, PHASE(READY));
	else
		undone(t);
}

static bool dest_is_valid(const Nvo3__RelocateDest *req, struct uuid *move, struct err *err)
{
	struct sock_addr addr;

	if (!msg_get_uuid(&req->move, move))
		err_set(err, EINVAL, "move: not a UUID");
	else if (profile_check(req->profile, err) != CODE(OK))
		;
	else if (req->token.len != TOKEN_LEN)
		err_set(err, EINVAL, "token: must have %d bytes", TOKEN_LEN);
	else if (req->sha256.len != IMAGE_SHA256_LEN)
		err_set(err, EINVAL, "sha256: must have %d bytes", IMAGE_SHA256_LEN);
	else if (!*req->source || strlen(req->source) >= sizeof(((struct move *)0)->peer))
		err_set(err, EINVAL, "source: not a vServer's name");
	else if (sock_addr_parse(&addr, req->source_addr, err))
		err_prefix(err, -EINVAL, "source_addr");
	else if (!req->size || req->size > (uint64_t)req->profile->disk_mib << 20)
		err_set(err, EINVAL, "size: %llu bytes are not an image of at most %u MiB",
			(unsigned long long)req->size, req->profile->disk_mib);
	else
		return true;
	return false;
}

static void dest_again(struct vserver *vs, struct move *m, task_done_fn done, void *arg)
{
	struct vm *vm = vm_lookup(vs, &m->vm);

	if (!m->is_source && vm && m->phase == PHASE(PULLING) && vm->task)
		task_wait(vm->task, done, arg);
	else if (!m->is_source && m->phase >= PHASE(READY) && m->phase <= PHASE(DONE))
		succeed(done, arg, vm);
	else
		wrong_phase(m, "pull", done, arg);
}

static void begin_dest(struct vserver *vs, const Nvo3__RelocateDest *req, const struct uuid *id,
		       task_done_fn done, void *arg)
{
	struct move *m = move_add(vs, id);
	struct vm *vm = vm_add(vs, profile_copy(req->profile));

	m->vm = vm->id;
	m->phase = PHASE(PULLING);
	memcpy(m->token_value, req->token.data, TOKEN_LEN);
	memcpy(m->sha256, req->sha256.data, IMAGE_SHA256_LEN);
	m->size = req->size;
	snprintf(m->peer, sizeof(m->peer), "%s", req->source);
	snprintf(m->peer_addr, sizeof(m->peer_addr), "%s", req->source_addr);
	persist_move_now(vs, m);
	task_begin(vm, VM_OP_DEST, false, dest_steps, ops_delete_steps, dest_ended, m, done, arg);
}

void move_dest(struct vserver *vs, const Nvo3__RelocateDest *req, task_done_fn done, void *arg)
{
	struct uuid id, vm_id;
	struct move *m;
	struct err err;
	uint32_t code;

	if (!dest_is_valid(req, &id, &err)) {
		refuse(done, arg, CODE(BAD_MESSAGE), &err);
		return;
	}
	m = move_lookup(vs, &id);
	if (m) {
		dest_again(vs, m, done, arg);
		return;
	}
	vm_id = profile_id(req->profile);
	if (vm_lookup(vs, &vm_id)) {
		err_set(&err, EEXIST, "VM %s is on this host already", req->profile->name);
		refuse(done, arg, CODE(EXISTS), &err);
		return;
	}
	code = vm_admit(vs, req->profile, &err);
	if (code != CODE(OK))
		refuse(done, arg, code, &err);
	else
		begin_dest(vs, req, &id, done, arg);
}

static void commit_ended(struct task *t)
{
	if (t->code == CODE(OK))
		move_end(t->vm->vs, t->move, PHASE(DONE));
}

static void begin_commit(struct vm *vm, struct move *m, task_done_fn done, void *arg)
{
	task_begin(vm, VM_OP_COMMIT, m->start, m->start ? ops_start_steps : no_steps,
		   m->start ? ops_silence_steps : NULL, commit_ended, m, done, arg);
}

static void take_epochs(struct vm *vm, const Nvo3__RelocateCommit *req)
{
	for (size_t i = 0; i < req->n_nics; i++) {
		struct uuid tsi;
		size_t nic;

		if (!msg_get_uuid(&req->nics[i]->tsi, &tsi))
			continue;
		if (vm_lookup_tsi(vm->vs, &tsi, &nic) == vm)
			vm->profile->nics[nic]->epoch = req->nics[i]->epoch;
	}
}

void move_commit(struct vserver *vs, const Nvo3__RelocateCommit *req, task_done_fn done,
		 void *arg)
{
	struct uuid id = {};
	struct move *m;
	struct err err;
	struct vm *vm;

	msg_get_uuid(&req->move, &id);
	m = move_lookup(vs, &id);
	vm = m ? vm_lookup(vs, &m->vm) : NULL;
	if (!m || m->is_source) {
		err_set(&err, ENOENT, "there is no such move to this host");
		refuse(done, arg, CODE(NOT_FOUND), &err);
	} else if (m->phase == PHASE(DONE)) {
		succeed(done, arg, vm);
	} else if (vm && m->phase == PHASE(COMMITTING) && vm->task) {
		task_wait(vm->task, done, arg);
	} else if (!vm || (m->phase != PHASE(READY) && m->phase != PHASE(COMMITTING))) {
		wrong_phase(m, "commit", done, arg);
	} else {
		/* From here on it is ours: the record says so before anything is done */
		take_epochs(vm, req);
		m->start = req->start;
		persist_vm_now(vm);
		set_phase(vs, m, PHASE(COMMITTING));
		begin_commit(vm, m, done, arg);
	}
}

/* --- the end, good or bad */

struct waiting {
	task_done_fn done;
	void *arg;
};

/* The operation was given up, as asked: whatever it says is our OK */
static void given_up(uint32_t code, const char *text, struct vm *vm, void *arg)
{
	struct waiting *w = arg;

	if (vm->vs->stopping)
		w->done(code, text, vm, w->arg);
	else
		w->done(CODE(OK), "", vm, w->arg);
	free(w);
}

static void cancel(struct task *t, task_done_fn done, void *arg)
{
	struct waiting *w = mem_zalloc(sizeof(*w));

	w->done = done;
	w->arg = arg;
	task_cancel(t);
	task_wait(t, given_up, w);
}

static void aborted(struct task *t)
{
	move_end(t->vm->vs, t->move, PHASE(ABORTED));
}

static void released(struct task *t)
{
	move_end(t->vm->vs, t->move, PHASE(DONE));
}

static void abort_source(struct vm *vm, struct move *m, task_done_fn done, void *arg)
{
	token_spend(&m->token);
	task_begin(vm, VM_OP_ABORT, m->was_running, m->was_running ? ops_start_steps : no_steps,
		   m->was_running ? ops_silence_steps : NULL, aborted, m, done, arg);
}

void move_abort(struct vserver *vs, const struct uuid *id, task_done_fn done, void *arg)
{
	struct move *m = move_lookup(vs, id);
	struct vm *vm = m ? vm_lookup(vs, &m->vm) : NULL;

	if (!m || m->phase == PHASE(ABORTED)) {
		succeed(done, arg, vm);
	} else if (m->phase == PHASE(DONE) || m->phase == PHASE(COMMITTING)) {
		wrong_phase(m, "abort", done, arg);
	} else if (!vm) {
		move_end(vs, m, PHASE(ABORTED));
		succeed(done, arg, NULL);
	} else if (vm->task && (vm->fsm.op == VM_OP_ABORT || vm->fsm.op == VM_OP_DELETE)) {
		task_wait(vm->task, done, arg);
	} else if (vm->task) {
		cancel(vm->task, done, arg);
	} else if (m->is_source) {
		abort_source(vm, m, done, arg);
	} else {
		task_begin(vm, VM_OP_DELETE, false, ops_delete_steps, NULL, aborted, m, done, arg);
	}
}

static void release_nothing(struct vserver *vs, struct move *m, task_done_fn done, void *arg)
{
	move_end(vs, m, PHASE(DONE));
	succeed(done, arg, NULL);
}

void move_release(struct vserver *vs, const struct uuid *id, task_done_fn done, void *arg)
{
	struct move *m = move_lookup(vs, id);
	struct vm *vm = m ? vm_lookup(vs, &m->vm) : NULL;

	if (!m || m->phase == PHASE(DONE))
		succeed(done, arg, NULL);
	else if (!m->is_source || m->phase != PHASE(OFFERED))
		wrong_phase(m, "release", done, arg);
	else if (vm && vm->task)
		task_wait(vm->task, done, arg);
	else if (vm)
		task_begin(vm, VM_OP_DELETE, false, ops_delete_steps, NULL, released, m, done,
			   arg);
	else
		release_nothing(vs, m, done, arg);
}

/* --- after a restart of the program */

static void told_nobody(uint32_t code, const char *text, struct vm *vm, void *arg)
{
}

void move_resume(struct vm *vm)
{
	struct move *m = move_lookup_vm(vm->vs, &vm->id);

	if (!m) {
		/* Its record says moving, the move's is gone: the VM must not run by accident */
		log_err("VM %s: was moving, but nothing is known of the move", vm->profile->name);
		vm->fsm.state = NVO3__VM_STATE__VM_FAILED;
		vm_set_text(vm, "the move that it was in is not known any more");
		persist_vm_now(vm);
		return;
	}
	switch (m->phase) {
	case PHASE(STOPPING):
		begin_source(vm, m, told_nobody, NULL);
		break;
	case PHASE(PULLING):
		vm->tsi = NVO3__TSI_STATE__TSI_INIT;
		task_begin(vm, VM_OP_DELETE, false, ops_delete_steps, NULL, undone, m,
			   told_nobody, NULL);
		break;
	case PHASE(COMMITTING):
		begin_commit(vm, m, told_nobody, NULL);
		break;
	default:
		break;
	}
}
