// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>
#include "codes.h"
#include "group_run.h"
#include "lib/crashpoint.h"
#include "lib/http_watch.h"
#include "lib/log.h"
#include "lib/mem.h"
#include "move_run.h"
#include "persist_group.h"
#include "view_group.h"
#include "vm_ops.h"

struct group_job *group_run_lookup(struct vcenter *vc, const struct uuid *id)
{
	struct group_job *job;

	HASH_FIND(hh, vc->groups, id, sizeof(*id), job);
	return job;
}

static void tell_watchers(struct vcenter *vc, const struct group_job *job)
{
	if (http_watch_wanted(vc->watch, "operations"))
		http_watch_say(vc->watch, "operations", false, view_group_op(&job->op));
}

static const char *kind(const struct group_op *op, char buf[32])
{
	snprintf(buf, 32, "group-%s", group_action_word(op->action));
	return buf;
}

static void tell_end(struct vcenter *vc, const struct group_op *op)
{
	const uint32_t *n = op->counts;
	char buf[32];

	if (op->state == GROUP_ABORTED)
		note_alert(vc, kind(op, buf), op->group,
			   "aborted: of %u VMs of %s %u are done, %u failed, %u are as they were",
			   op->n, op->tenant, n[MEMBER_DONE], n[MEMBER_FAILED], n[MEMBER_WAITING]);
	else if (n[MEMBER_FAILED])
		note_alert(vc, kind(op, buf), op->group, "of %u VMs of %s %u failed", op->n,
			   op->tenant, n[MEMBER_FAILED]);
	else
		note(vc, kind(op, buf), op->group, "done with all %u VMs of %s", op->n, op->tenant);
}

/* --- a member */

static void end_member(struct vcenter *vc, struct group_job *job, struct group_slot *slot,
		       const char *text)
{
	uint32_t member = slot->member;
	struct err err;

	group_op_end(&job->op, slot, text);
	/* one that is not written is looked at again after a restart, and is as it is */
	if (persist_group_member(vc->store, &job->op, member, &err))
		log_err("VM %s of an operation on group %s is not stored: %s",
			job->op.members[member].name, job->op.group, err.text);
	CRASHPOINT("group-member");
	tell_watchers(vc, job);
}

/* Somebody else has it, or its server is down: for a while that is no end. */
static void later(struct vcenter *vc, struct group_job *job, struct group_slot *slot,
		  const char *text)
{
	uint64_t now = loop_now_ms();

	slot->asked = false;
	slot->retry_at = now + GROUP_RETRY_MS;
	if (job->op.state == GROUP_ABORTING)
		group_op_drop(&job->op, slot);
	else if (now >= slot->deadline)
		end_member(vc, job, slot, text);
}

/* A move that was asked for; the answer may come before the asking returns. */
struct group_asked {
	struct group_job *job;
	uint32_t member;
	struct group_asked *prev, *next;
};

static void asked_free(struct group_asked *a)
{
	DL_DELETE(a->job->asked, a);
	free(a);
}

static struct group_slot *find_slot(struct group_op *op, uint32_t member)
{
	for (uint32_t i = 0; i < op->n_slots; i++)
		if (op->slots[i].member == member)
			return &op->slots[i];
	return NULL;
}

static void move_begun(struct vcenter *vc, const struct move *m, uint32_t code, const char *text,
		       void *arg)
{
	struct group_asked *a = arg;
	struct group_job *job = a->job;
	struct group_slot *slot = find_slot(&job->op, a->member);

	asked_free(a);
	if (!slot)
		return;
	slot->out = false;
	if (code == CODE(BUSY) || code_is_silence(code))
		later(vc, job, slot, text);
	else if (code != CODE(OK))
		end_member(vc, job, slot, text);
	group_run_kick(vc);
}

static void begin_move(struct vcenter *vc, struct group_job *job, struct group_slot *slot,
		       struct vm *vm)
{
	const struct group_op *op = &job->op;
	const struct move_wish wish = { .id = &op->members[slot->member].move, .dc = op->dc,
					.server = op->server, .location = "",
					.kind = op->action == GROUP_MOBILITY ? MOVE_F_LIVE : 0 };
	struct group_asked *a = mem_zalloc(sizeof(*a));

	*a = (struct group_asked){ .job = job, .member = slot->member };
	DL_APPEND(job->asked, a);
	slot->out = true;
	move_run_begin(vc, vm, &wish, move_begun, a);
}

static void begin_member(struct vcenter *vc, struct group_job *job, struct group_slot *slot,
			 struct vm *vm)
{
	struct err err;
	int ret;

	slot->asked = true;
	if (group_op_moves(job->op.action)) {
		begin_move(vc, job, slot, vm);
		return;
	}
	ret = vm_ops_begin(vc, vm, group_op_vm_op(job->op.action), &err);
	CRASHPOINT("group-begun");
	if (ret == -EBUSY)
		later(vc, job, slot, err.text);
	else if (ret)
		end_member(vc, job, slot, err.text);
}

/* False: it has no slot any more; another one is at its place. */
static bool step(struct vcenter *vc, struct group_job *job, struct group_slot *slot)
{
	struct group_op *op = &job->op;
	struct group_member *m = &op->members[slot->member];
	struct vm *vm = inventory_vm(vc->inv, &m->vm);
	struct move_job *move = uuid_is_zero(&m->move) ? NULL : move_run_lookup(vc, &m->move);
	uint32_t slots = op->n_slots;
	struct err err;

	if (slot->out || loop_now_ms() < slot->retry_at)
		return true;
	switch (group_op_judge(op, slot->member, vm, move ? &move->m : NULL, slot, vc->conf.dc,
			       &err)) {
	case GROUP_WAIT:
		slot->asked = true;
		slot->deadline = loop_now_ms() + GROUP_WAIT_MS;
		break;
	case GROUP_BEGIN:
		if (op->state == GROUP_ABORTING)
			group_op_drop(op, slot);
		else
			begin_member(vc, job, slot, vm);
		break;
	case GROUP_BUSY:
		later(vc, job, slot, err.text);
		break;
	case GROUP_OVER:
		end_member(vc, job, slot, NULL);
		break;
	case GROUP_FAILED:
		end_member(vc, job, slot, err.text);
		break;
	}
	return op->n_slots == slots;
}

/* --- all of it */

static void drop(struct vcenter *vc, struct group_job *job)
{
	while (job->asked)
		asked_free(job->asked);
	HASH_DEL(vc->groups, job);
	group_op_uninit(&job->op);
	free(job);
}

/* False: not on the disk. */
static bool store(struct vcenter *vc, struct group_job *job)
{
	struct err err;

	if (!job->dirty)
		return true;
	if (persist_group(vc->store, &job->op, &err)) {
		log_err("the operation on group %s is not stored: %s", job->op.group, err.text);
		return false;
	}
	job->dirty = false;
	return true;
}

static void finish(struct vcenter *vc, struct group_job *job)
{
	if (group_op_finish(&job->op, wall_ms())) {
		job->dirty = true;
		tell_end(vc, &job->op);
		tell_watchers(vc, job);
	}
	store(vc, job);
	if (group_op_is_over(&job->op))
		CRASHPOINT("group-ended");
}

/* Each member in a slot once, then as many new ones as there is room for. */
static void run(struct vcenter *vc, struct group_job *job)
{
	struct group_op *op = &job->op;
	struct group_slot *slot;
	uint32_t began = 0;

	if (job->running || (group_op_is_over(op) && !job->dirty))
		return;
	job->running = true;
	for (uint32_t i = 0; i < op->n_slots;)
		i += step(vc, job, &op->slots[i]);
	/* those that are so already take no time: the others of the loop have their turn */
	while (began++ < GROUP_PARALLEL_MAX && (slot = group_op_begin(op, loop_now_ms())))
		step(vc, job, slot);
	if (began > GROUP_PARALLEL_MAX)
		group_run_kick(vc);
	finish(vc, job);
	job->running = false;
}

void group_run_tick(struct vcenter *vc)
{
	struct group_job *job, *tmp;

	HASH_ITER(hh, vc->groups, job, tmp)
		run(vc, job);
}

static void turn(void *arg)
{
	group_run_tick(arg);
}

void group_run_kick(struct vcenter *vc)
{
	if (!vc->groups || vc->stopping)
		return;
	if (!vc->group_turn)
		vc->group_turn = loop_timer_new(vc->loop, turn, vc);
	loop_timer_set(vc->group_turn, 0);
}

/* --- begin, abort */

static int check_none(struct vcenter *vc, const struct group_wish *w, struct err *err)
{
	struct group_job *job, *tmp;
	char id[UUID_STRLEN];

	HASH_ITER(hh, vc->groups, job, tmp) {
		if (group_op_is_over(&job->op) || strcmp(job->op.tenant, w->tenant) ||
		    strcmp(job->op.group, w->group))
			continue;
		return err_set(err, EBUSY, "operation %s (%s) on group %s of %s goes on",
			       uuid_format(&job->op.id, id), group_action_word(job->op.action),
			       w->group, w->tenant);
	}
	return 0;
}

/* How many there are; they come into @op, if that is not NULL. */
static uint32_t members(struct vcenter *vc, const struct group_wish *w, struct group_op *op)
{
	struct vm_group *group = inventory_group(vc->inv, w->tenant, w->group);
	struct vm *vm = NULL;
	uint32_t n = 0;

	if (!group)
		return 0;
	while ((vm = vm_set_next(&group->vms, vm ? &vm->uuid : NULL))) {
		if (vm->incoming || vm->left)
			continue;
		if (op) {
			op->members[n].vm = vm->uuid;
			op->members[n].name = mem_strdup(vm->name);
			if (group_op_moves(w->action))
				op->members[n].move = uuid_new();
		}
		n++;
	}
	return n;
}

static struct group_job *add(struct vcenter *vc, const struct group_op *op)
{
	struct group_job *job = mem_zalloc(sizeof(*job));

	job->op = *op;
	HASH_ADD(hh, vc->groups, op.id, sizeof(op->id), job);
	return job;
}

static bool is_older(const struct group_job *job, const struct group_job *oldest)
{
	return group_op_is_over(&job->op) && !job->dirty &&
	       (!oldest || job->op.ended < oldest->op.ended);
}

/* One that begins makes room; each is old once, so this is little work at a time. */
static void forget_old(struct vcenter *vc)
{
	struct group_job *job, *tmp, *oldest = NULL;
	struct err err;

	HASH_ITER(hh, vc->groups, job, tmp)
		if (is_older(job, oldest))
			oldest = job;
	if (!oldest || (HASH_COUNT(vc->groups) < GROUP_OPS_MAX &&
			oldest->op.ended + GROUP_MEMORY_S * 1000ull > wall_ms()))
		return;
	if (persist_group_del(vc->store, &oldest->op, &err))
		log_err("an old operation is not removed from the store: %s", err.text);
	else
		drop(vc, oldest);
}

int group_run_begin(struct vcenter *vc, const struct group_wish *w, struct group_job **ret,
		    struct err *err)
{
	struct group_op op = { .id = w->id, .action = w->action, .parallel = w->parallel };
	uint32_t n = members(vc, w, NULL);
	char buf[32];
	int res;

	if (!n)
		return err_set(err, ENOENT, "tenant %s has no VMs of group %s in %s", w->tenant,
			       w->group, vc->conf.dc);
	forget_old(vc);
	if (HASH_COUNT(vc->groups) >= GROUP_OPS_MAX)
		return err_set(err, ENOSPC, "%u operations on groups go on already",
			       HASH_COUNT(vc->groups));
	res = check_none(vc, w, err) ?: store_room(vc->store, err);
	if (res)
		return res;
	snprintf(op.tenant, sizeof(op.tenant), "%s", w->tenant);
	snprintf(op.group, sizeof(op.group), "%s", w->group);
	snprintf(op.dc, sizeof(op.dc), "%s", w->dc);
	snprintf(op.server, sizeof(op.server), "%s", w->server);
	op.started = wall_ms();
	group_op_init(&op, n);
	members(vc, w, &op);
	res = persist_group_new(vc->store, &op, err);
	if (res) {
		group_op_uninit(&op);
		return res;
	}
	CRASHPOINT("group-stored");
	*ret = add(vc, &op);
	note(vc, kind(&op, buf), op.group, "begun: %u VMs of %s, %u at a time", n, op.tenant,
	     op.parallel);
	run(vc, *ret);
	return 0;
}

int group_run_abort(struct vcenter *vc, struct group_job *job, struct err *err)
{
	enum group_state before = job->op.state;
	char buf[32];
	int ret = group_op_abort(&job->op, err);

	if (ret || before == GROUP_ABORTING)
		return ret;
	job->dirty = true;
	if (!store(vc, job)) {
		job->op.state = before;
		return err_set(err, EIO, "the store does not take it");
	}
	note(vc, kind(&job->op, buf), job->op.group, "is being aborted: %u VMs stay as they are",
	     job->op.counts[MEMBER_WAITING]);
	tell_watchers(vc, job);
	run(vc, job);
	return 0;
}

/* --- from the store */

void group_run_load(struct vcenter *vc, const struct group_op *op)
{
	add(vc, op);
}

void group_run_load_member(struct vcenter *vc, const struct uuid *id, uint32_t member,
			   const struct group_member *m)
{
	struct group_job *job = group_run_lookup(vc, id);
	struct group_member *to;

	if (!job || member >= job->op.n)
		return;
	to = &job->op.members[member];
	free(to->name);
	free(to->error);
	group_op_set(&job->op, member, m->state);
	*to = *m;
	to->name = mem_strdup(m->name);
	to->error = m->error ? mem_strdup(m->error) : NULL;
}

/* Those that the end of the program has found under way come first. */
static void resume(struct vcenter *vc, struct group_job *job)
{
	struct group_op *op = &job->op;
	struct move_job *move;
	struct err err;

	for (uint32_t i = 0; i < op->n; i++) {
		struct group_member *m = &op->members[i];

		if (!m->name)
			m->name = mem_strdup("?");
		move = uuid_is_zero(&m->move) ? NULL : move_run_lookup(vc, &m->move);
		if (m->state == MEMBER_WAITING &&
		    group_op_judge(op, i, inventory_vm(vc->inv, &m->vm), move ? &move->m : NULL,
				   NULL, vc->conf.dc, &err) == GROUP_WAIT)
			group_op_resume(op, i, loop_now_ms());
	}
}

void group_run_resume(struct vcenter *vc)
{
	struct group_job *job, *tmp;

	HASH_ITER(hh, vc->groups, job, tmp)
		if (!group_op_is_over(&job->op))
			resume(vc, job);
}

void group_run_free(struct vcenter *vc)
{
	struct group_job *job, *tmp;

	HASH_ITER(hh, vc->groups, job, tmp)
		drop(vc, job);
	if (vc->group_turn)
		loop_timer_free(vc->group_turn);
}
