// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include "codes.h"
#include "group_run.h"
#include "lib/crashpoint.h"
#include "lib/http_watch.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "lib/msg.h"
#include "move_ask.h"
#include "move_check.h"
#include "move_dest.h"
#include "move_run.h"
#include "persist.h"
#include "session_vserver.h"
#include "view.h"

#define POLL_MS	1000u

struct move_job *move_run_lookup(struct vcenter *vc, const struct uuid *id)
{
	struct move_job *job;

	HASH_FIND(hh, vc->moves, id, sizeof(*id), job);
	return job;
}

static struct move_job *add(struct vcenter *vc, const struct move *m)
{
	struct move_job *job = mem_zalloc(sizeof(*job));

	job->m = *m;
	HASH_ADD(hh, vc->moves, m.id, sizeof(m->id), job);
	return job;
}

static void drop(struct vcenter *vc, struct move_job *job)
{
	HASH_DEL(vc->moves, job);
	free(job);
}

static struct vm *job_vm(struct vcenter *vc, const struct move_job *job)
{
	struct vm *vm = inventory_vm(vc->inv, &job->m.vm);

	return vm && uuid_equal(&vm->move, &job->m.id) ? vm : NULL;
}

static bool is_over(const struct move_job *job)
{
	return job->m.state != MOVE_RUNNING;
}

static bool is_at_rest(const struct move_job *job)
{
	return is_over(job) && !move_owes(&job->m) && !job->dirty;
}

/* The source has its VM back, whatever the destination still has to clean up. */
static bool is_restored(const struct move *m)
{
	unsigned int both = MOVE_F_ABORTING | MOVE_F_SOURCE_DONE;

	return (m->flags & both) == both || m->state == MOVE_ABORTED;
}

/* What the move means for the VM; the VM is then stored together with the move. */
static uint32_t state_before(const struct move *m)
{
	if (m->flags & MOVE_F_WAS_SUSPENDED)
		return NVO3__VM_STATE__VM_SUSPENDED;
	return m->flags & MOVE_F_WAS_RUNNING ? NVO3__VM_STATE__VM_RUNNING :
					       NVO3__VM_STATE__VM_STOPPED;
}

static void apply(struct vcenter *vc, struct move_job *job, struct vm *vm)
{
	const struct move *m = &job->m;
	uint32_t state = vm->state;
	bool left = vm->left;

	if (is_restored(m)) {
		if (vm->state == NVO3__VM_STATE__VM_MOVING)
			vm_set_state(vm, state_before(m));
	} else if (m->step == MOVE_RELEASE) {
		vm_set_left(vm, !move_is_local(m));
	} else if (m->step > MOVE_RESERVE) {
		vm_set_state(vm, NVO3__VM_STATE__VM_MOVING);
	}
	job->vm_dirty |= state != vm->state || left != vm->left;
}

static int persist_both(struct vcenter *vc, struct move_job *job, struct vm *vm, struct err *err)
{
	int ret = store_begin(vc->store, err);

	if (ret)
		return ret;
	ret = persist_move(vc->store, &job->m, err);
	if (!ret && vm && vm->left && job->m.state == MOVE_DONE)
		ret = persist_vm_del(vc->store, &vm->uuid, err);
	else if (!ret && vm && job->vm_dirty)
		ret = persist_vm(vc->store, vm, err);
	if (!ret)
		return store_commit(vc->store, err);
	store_rollback(vc->store);
	return ret;
}

/* A replication is another operation, so its events are of other kinds. */
static const char *event_kind(const struct move *m, const char *move, const char *replication)
{
	return m->flags & MOVE_F_COPY ? replication : move;
}

static void tell_end(struct vcenter *vc, const struct move *m)
{
	const char *kind = event_kind(m, "move", "replication");
	const char *done = event_kind(m, "moved", "replicated");

	if (m->state == MOVE_DONE)
		note(vc, kind, m->vm_name, "%s from %s/%s to %s/%s", done, m->from_dc,
		     m->from_server, m->to_dc, m->to_server);
	else
		note_alert(vc, kind, m->vm_name, "not %s from %s/%s to %s: %s", done, m->from_dc,
			   m->from_server, m->to_dc, m->error);
}

/*
 * The VM takes part in it no more. Inside the DC that is so from the release on: a source that
 * is down, and has yet to clean up, does not keep anybody from using the VM.
 */
static bool is_free(const struct move *m)
{
	return m->state != MOVE_RUNNING || is_restored(m) ||
	       (m->step == MOVE_RELEASE && move_is_local(m));
}

/* As long as the VM takes part in it, the memory that is kept lies on the disks of both ends. */
static void count_saved(struct vcenter *vc, const struct move *m, struct vm *vm)
{
	bool counts = m->flags & MOVE_F_KEEP && !is_free(m);

	inventory_vm_set_saved(vm, counts ? vm->size.memory_mib : 0);
}

static void let_go(struct vcenter *vc, struct move_job *job, struct vm *vm)
{
	if (vm->left && job->m.state == MOVE_DONE) {
		inventory_vm_del(vc->inv, vm);
		return;
	}
	/* from now on the destination's part cannot tell this VM from one on its next move */
	inventory_vm_set_dest(vm, NULL);
	memset(&vm->move, 0, sizeof(vm->move));
}

static void tell_watchers(struct vcenter *vc, const struct move_job *job)
{
	if (http_watch_wanted(vc->watch, "moves") && !move_is_refused(&job->m))
		http_watch_say(vc->watch, "moves", false, view_move(&job->m));
}

static void note_times(struct move *m)
{
	uint64_t *began = &m->figures.began[m->step];

	if (!*began)
		*began = wall_ms();
	if (m->flags & MOVE_F_ABORTING && !m->figures.gave_up)
		m->figures.gave_up = wall_ms();
}

/* False: it is not on the disk, nothing may follow from it now. */
static bool store(struct vcenter *vc, struct move_job *job)
{
	struct vm *vm = job_vm(vc, job);
	struct err err;

	if (!job->dirty)
		return true;
	note_times(&job->m);
	if (vm)
		apply(vc, job, vm);
	if (persist_both(vc, job, vm, &err)) {
		log_err("the move of VM %s is not stored: %s", job->m.vm_name, err.text);
		return false;
	}
	CRASHPOINT("move-stored");
	job->dirty = false;
	job->vm_dirty = false;
	tell_watchers(vc, job);
	if (vm)
		count_saved(vc, &job->m, vm);
	if (vm && is_free(&job->m))
		let_go(vc, job, vm);
	if (is_over(job) || job->m.step == MOVE_RELEASE)
		group_run_kick(vc);
	if (is_over(job) && !job->told)
		tell_end(vc, &job->m);
	job->told = is_over(job);
	return true;
}

/* The VM runs there: when it was reached is known a little later. */
static bool wants_figures(struct move_job *job, uint64_t now)
{
	const struct move *m = &job->m;
	unsigned int both = MOVE_F_WAS_RUNNING | MOVE_F_ABORTING;

	if (m->step != MOVE_RELEASE || (m->flags & both) != MOVE_F_WAS_RUNNING ||
	    (m->figures.active && m->figures.first_in))
		return false;
	if (!job->figures_until)
		job->figures_until = now + FIGURES_WAIT_MS;
	return now < job->figures_until;
}

static void poll(struct vcenter *vc, struct move_job *job, uint64_t now)
{
	bool pulls = (job->m.step == MOVE_PULL || job->m.step == MOVE_COPY) && job->m.waiting &&
		     !move_is_local(&job->m);
	const struct incoming *in;

	if (job->polling || now < job->poll_at || (!pulls && !wants_figures(job, now)))
		return;
	job->poll_at = now + POLL_MS;
	if (!move_is_local(&job->m)) {
		move_ask_progress(vc, job);
		return;
	}
	in = move_dest_lookup(vc, &job->m.id);
	if (in)
		move_run_arrived(vc, job, in->active, in->first_in, in->clock_error);
}

void move_run_arrived(struct vcenter *vc, struct move_job *job, uint64_t active,
		      uint64_t first_in, uint64_t error)
{
	if (!figures_arrived(&job->m.figures, active, first_in, error))
		return;
	job->dirty = true;
	store(vc, job);
}

void move_run_left(struct vcenter *vc, const struct uuid *id, const struct server *server,
		   uint64_t silent, uint64_t last_out, uint64_t error)
{
	struct move_job *job = move_run_lookup(vc, id);
	uint64_t clock_error = 0;

	if (!job || !(job->m.flags & MOVE_F_LIVE) || strcmp(job->m.from_server, server->name))
		return;
	job->m.figures.silent = session_vserver_time(server, silent, &clock_error);
	job->m.figures.last_out = session_vserver_time(server, last_out, &clock_error);
	job->m.figures.source_error = clock_error + error;
	job->dirty = true;
	store(vc, job);
}

void move_run_late(struct vcenter *vc, const struct uuid *id, const struct server *server,
		   uint64_t frames)
{
	struct move_job *job = move_run_lookup(vc, id);

	if (!job || strcmp(job->m.from_server, server->name))
		return;
	job->m.figures.late_known = true;
	job->m.figures.late += frames;
	job->dirty = true;
	store(vc, job);
}

static void make_token(struct move *m)
{
	if (getrandom(m->token, sizeof(m->token), 0) != sizeof(m->token))
		abort();
	m->flags &= ~MOVE_F_NEW_TOKEN;
}

static void run(struct vcenter *vc, struct move_job *job)
{
	enum move_act act;

	/* an answer that comes before the question returns */
	if (job->running)
		return;
	job->running = true;
	do {
		bool late = job->m.late;

		if (move_tick(&job->m, loop_now_ms()))
			job->dirty = true;
		/* stored with the step that is to use it */
		if (job->m.flags & MOVE_F_NEW_TOKEN) {
			make_token(&job->m);
			job->dirty = true;
		}
		if (job->m.late && !late)
			note_alert(vc, event_kind(&job->m, "move", "replication"),
				   job->m.vm_name, "step %s takes long: %s",
				   move_step_name(job->m.step),
				   *job->m.error ? job->m.error : "no answer");
		if (!store(vc, job))
			break;
		act = move_next(&job->m, loop_now_ms());
		if (act != MOVE_ACT_NONE) {
			job->m.waiting = true;
			move_ask(vc, job, act);
		}
	} while (act != MOVE_ACT_NONE);
	poll(vc, job, loop_now_ms());
	job->running = false;
}

/* Who asked for the move hears how it begins. A refused one leaves nothing but an event. */
static bool tell_begun(struct vcenter *vc, struct move_job *job, const struct move_answer *a)
{
	bool refused = move_is_refused(&job->m);
	move_begun_fn begun = job->begun;
	struct vm *vm = job_vm(vc, job);

	job->begun = NULL;
	if (refused && vm) {
		memset(&vm->move, 0, sizeof(vm->move));
		count_saved(vc, &job->m, vm);
	}
	if (refused)
		note(vc, event_kind(&job->m, "move-refused", "replication-refused"),
		     job->m.vm_name, "%s", a->text);
	if (begun)
		begun(vc, refused ? NULL : &job->m, a->code, a->text, job->begun_arg);
	return refused;
}

static void tell_abort(struct vcenter *vc, const struct move *m, const char *why)
{
	note_alert(vc, event_kind(m, "move-abort", "replication-abort"), m->vm_name,
		   "given up at step %s: %s", move_step_name(m->step), why);
}

void move_run_answer(struct vcenter *vc, struct move_job *job, enum move_act act,
		     const struct move_answer *a)
{
	enum move_step step = job->m.step;
	bool aborting = job->m.flags & MOVE_F_ABORTING;
	struct err err;

	if (move_answer(&job->m, act, a, loop_now_ms(), wall_ms()))
		job->dirty = true;
	CRASHPOINT("move-answered");
	if (job->m.flags & MOVE_F_ABORTING && !aborting)
		tell_abort(vc, &job->m, job->m.error);
	else if (job->m.step != step)
		note(vc, event_kind(&job->m, "move-step", "replication-step"), job->m.vm_name,
		     "%s done, %s follows", move_step_name(step), move_step_name(job->m.step));
	if (act == MOVE_ACT_RESERVE && tell_begun(vc, job, a)) {
		/* while it is being asked its caller still holds it: forgotten at the next tick */
		if (!persist_move_del(vc->store, &job->m.id, &err))
			job->dirty = false;
		return;
	}
	run(vc, job);
}

static void fill(struct vcenter *vc, const struct vm *vm, const char *dc,
		 const struct move_wish *wish, unsigned int memory, struct move *m)
{
	m->id = wish->id ? *wish->id : uuid_new();
	m->flags = wish->kind | memory;
	m->vm = vm->uuid;
	snprintf(m->vm_name, sizeof(m->vm_name), "%s", vm->name);
	snprintf(m->from_dc, sizeof(m->from_dc), "%s", vc->conf.dc);
	snprintf(m->from_server, sizeof(m->from_server), "%s", vm->server->name);
	snprintf(m->to_dc, sizeof(m->to_dc), "%s", dc);
	snprintf(m->to_server, sizeof(m->to_server), "%s", wish->server);
	snprintf(m->location, sizeof(m->location), "%s", wish->location);
	snprintf(m->tenant, sizeof(m->tenant), "%s", wish->tenant ?: "");
	if (wish->rtt)
		m->rtt = *wish->rtt;
	if (vm->state == NVO3__VM_STATE__VM_RUNNING)
		m->flags |= MOVE_F_WAS_RUNNING;
	if (vm->state == NVO3__VM_STATE__VM_SUSPENDED)
		m->flags |= MOVE_F_WAS_SUSPENDED;
	m->started = wall_ms();
	m->figures.began[MOVE_RESERVE] = m->started;
	make_token(m);
	move_begin(m, loop_now_ms());
}

void move_run_begin(struct vcenter *vc, struct vm *vm, const struct move_wish *wish,
		    move_begun_fn begun, void *arg)
{
	unsigned int memory = 0;
	const char *dc = *wish->dc ? wish->dc : vc->conf.dc;
	struct move_job *job = NULL;
	struct move m = { 0 };
	struct err err;
	int ret;

	ret = move_check(vc, vm, dc, wish->kind, &memory, &err);
	if (!ret && strlen(wish->server) >= VC_NAME_SIZE)
		ret = err_set(&err, ENOENT, "there is no server %.80s in %s", wish->server, dc);
	if (!ret)
		ret = store_room(vc->store, &err);
	if (!ret) {
		fill(vc, vm, dc, wish, memory, &m);
		if (persist_move(vc->store, &m, &err))
			ret = -EHOSTUNREACH;
	}
	if (ret) {
		note(vc, wish->kind & MOVE_F_COPY ? "replication-refused" : "move-refused",
		     vm->name, "%s", err.text);
		begun(vc, NULL, code_from_errno(ret), err.text, arg);
		return;
	}
	vm->move = m.id;
	count_saved(vc, &m, vm);
	job = add(vc, &m);
	job->begun = begun;
	job->begun_arg = arg;
	run(vc, job);
}

int move_run_abort(struct vcenter *vc, struct move_job *job, const char *why, struct err *err)
{
	struct move before = job->m;
	bool dirty = job->dirty;
	int ret;

	ret = move_abort(&job->m, why, err);
	if (ret)
		return ret;
	job->dirty = true;
	if (!store(vc, job)) {
		job->m = before;
		job->dirty = dirty;
		return err_set(err, EIO, "the store does not take it");
	}
	tell_abort(vc, &job->m, why);
	run(vc, job);
	return 0;
}

/* Of other servers' moves a server has nothing to say. */
static bool takes_part(const struct vcenter *vc, const struct move *m, const struct server *server)
{
	return !strcmp(m->from_server, server->name) ||
	       (!strcmp(m->to_dc, vc->conf.dc) && !strcmp(m->to_server, server->name));
}

static void take_total(struct move_job *job, const struct server *server, uint64_t total)
{
	struct move *m = &job->m;

	if (!server || !(m->flags & MOVE_F_LIVE) || strcmp(m->from_server, server->name) ||
	    m->step > MOVE_PULL || total <= move_total(m))
		return;
	m->total = total;
	job->dirty = true;
}

void move_run_progress(struct vcenter *vc, const struct uuid *id, const struct server *server,
		       uint64_t done, uint64_t total)
{
	struct move_job *job = move_run_lookup(vc, id);

	if (!job || (server && !takes_part(vc, &job->m, server)))
		return;
	take_total(job, server, total);
	if (done <= job->m.image_done || done > move_total(&job->m))
		return;
	job->m.image_done = done;
	tell_watchers(vc, job);
}

void move_run_load(struct vcenter *vc, const struct move *m)
{
	struct vm *vm = inventory_vm(vc->inv, &m->vm);
	struct move_job *job = add(vc, m);

	if (m->state == MOVE_DONE)
		job->m.image_done = move_total(m);
	job->told = is_over(job);
	/* what nobody told for so long nobody will */
	if (is_over(job) && m->ended + FIGURES_WAIT_MS < wall_ms())
		job->figures_until = 1;
	if (is_at_rest(job))
		return;
	move_resume(&job->m, loop_now_ms());
	if (vm && !is_free(m)) {
		vm->move = m->id;
		count_saved(vc, m, vm);
	}
}

void move_run_tick(struct vcenter *vc)
{
	struct move_job *job, *tmp;

	HASH_ITER(hh, vc->moves, job, tmp) {
		if (move_is_refused(&job->m))
			drop(vc, job);
		else if (!is_at_rest(job))
			run(vc, job);
		else
			poll(vc, job, loop_now_ms());
	}
}

void move_run_kick(struct vcenter *vc)
{
	struct move_job *job, *tmp;

	HASH_ITER(hh, vc->moves, job, tmp) {
		if (is_at_rest(job))
			continue;
		job->m.retry_at = 0;
		run(vc, job);
	}
	move_dest_kick(vc);
}

void move_run_free(struct vcenter *vc)
{
	struct move_job *job, *tmp;

	HASH_ITER(hh, vc->moves, job, tmp)
		drop(vc, job);
}
