// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "codes.h"
#include "lib/errs.h"
#include "lib/msg.h"
#include "move.h"
#include "proto/peering.pb-c.h"

#define RETRY_MS	300u
#define RETRY_SLOW_MS	5000u
#define OFFERS_MAX	3u
#define GAP_MS		2000u	/* between silent answers that belong together */
#define SAVE_MS		600000u	/* of a stop that writes the memory to a disk */

static const uint32_t step_limit_ms[] = {
	[MOVE_RESERVE] = 15000,
	[MOVE_COPY] = 3600000,	/* the VM runs meanwhile: nothing is lost */
	[MOVE_STOP] = 60000,
	[MOVE_PULL] = 600000,
	[MOVE_COMMIT] = 60000,
	[MOVE_RELEASE] = 60000,
};

static const char *const step_names[] = {
	[MOVE_RESERVE] = "reserve",
	[MOVE_COPY] = "copy",
	[MOVE_STOP] = "stop",
	[MOVE_PULL] = "pull",
	[MOVE_COMMIT] = "commit",
	[MOVE_RELEASE] = "release",
};

const char *move_step_name(enum move_step step)
{
	return step_names[step];
}

const char *move_state_name(enum move_state state)
{
	static const char *const names[] = { "running", "done", "aborted" };

	return names[state];
}

const char *move_kind(const struct move *m)
{
	if (m->flags & MOVE_F_COPY)
		return "replication";
	return m->flags & MOVE_F_LIVE ? "mobility" : "migration";
}

const char *move_memory(const struct move *m)
{
	if (m->flags & (MOVE_F_COPY | MOVE_F_LIVE))
		return NULL;
	if (m->flags & MOVE_F_KEEP)
		return "keep";
	return m->flags & MOVE_F_WAS_RUNNING ? "drop" : NULL;
}

uint64_t move_total(const struct move *m)
{
	uint64_t known = m->size + m->saved_size;

	return m->total > known ? m->total : known;
}

bool move_is_refused(const struct move *m)
{
	return m->state == MOVE_ABORTED && m->step == MOVE_RESERVE &&
	       !(m->flags & MOVE_F_ABORTING);
}

bool move_owes(const struct move *m)
{
	return m->state == MOVE_ABORTED && (m->flags & MOVE_F_ABORTING) &&
	       !(m->flags & MOVE_F_DEST_DONE);
}

bool move_is_local(const struct move *m)
{
	return !strcmp(m->from_dc, m->to_dc);
}

static uint32_t limit_ms(const struct move *m, enum move_step step)
{
	return step == MOVE_STOP && m->flags & MOVE_F_KEEP ? SAVE_MS : step_limit_ms[step];
}

static void enter(struct move *m, enum move_step step, uint64_t now)
{
	m->step = step;
	m->retry_at = 0;
	m->late = false;
	m->silent_last = 0;
	m->deadline = now + limit_ms(m, step);
}

void move_begin(struct move *m, uint64_t now)
{
	m->state = MOVE_RUNNING;
	m->waiting = false;
	enter(m, MOVE_RESERVE, now);
}

void move_resume(struct move *m, uint64_t now)
{
	m->waiting = false;
	enter(m, m->step, now);
	if (m->step == MOVE_COMMIT)
		m->flags |= MOVE_F_UNSURE;
}

static void finish(struct move *m, enum move_state state, uint64_t wall)
{
	m->state = state;
	m->ended = wall;
}

/* @dest_clean: the destination gave it up already. */
static void give_up(struct move *m, const char *why, bool dest_clean)
{
	if (!*m->error)
		snprintf(m->error, sizeof(m->error), "%s", why);
	m->flags |= MOVE_F_ABORTING;
	m->flags &= ~(MOVE_F_SOURCE_DONE | MOVE_F_DEST_DONE | MOVE_F_UNSURE);
	if (m->step == MOVE_RESERVE)
		m->flags |= MOVE_F_SOURCE_DONE;
	if (dest_clean)
		m->flags |= MOVE_F_DEST_DONE;
	m->retry_at = 0;
	m->late = false;
}

int move_abort(struct move *m, const char *why, struct err *err)
{
	if (m->state != MOVE_RUNNING)
		return err_set(err, EPERM, "the move of VM %s has ended", m->vm_name);
	if (m->step >= MOVE_COMMIT)
		return err_set(err, EPERM, "the move of VM %s is past the point of no return",
			       m->vm_name);
	if (m->flags & MOVE_F_ABORTING)
		return 0;
	/* whatever is out: its answer is not waited for */
	m->waiting = false;
	give_up(m, why, false);
	return 0;
}

static enum move_act next_abort(const struct move *m)
{
	/* the VM's service comes first */
	if (!(m->flags & MOVE_F_SOURCE_DONE))
		return MOVE_ACT_UNDO_SOURCE;
	return MOVE_ACT_UNDO_DEST;
}

static enum move_act next_commit(const struct move *m)
{
	if (m->flags & MOVE_F_UNSURE)
		return MOVE_ACT_STATUS;
	return m->late ? MOVE_ACT_UNDO_DEST : MOVE_ACT_COMMIT;
}

static enum move_act next_release(const struct move *m)
{
	/* a dead source does not keep the old placement alive */
	if (m->late && !(m->flags & MOVE_F_DEST_DONE))
		return MOVE_ACT_UNPLACE;
	return m->flags & MOVE_F_SOURCE_DONE ? MOVE_ACT_UNPLACE : MOVE_ACT_RELEASE;
}

enum move_act move_next(const struct move *m, uint64_t now)
{
	if (m->waiting || now < m->retry_at)
		return MOVE_ACT_NONE;
	if (move_owes(m))
		return MOVE_ACT_UNDO_DEST;
	if (m->state != MOVE_RUNNING)
		return MOVE_ACT_NONE;
	if (m->flags & MOVE_F_ABORTING)
		return next_abort(m);
	switch (m->step) {
	case MOVE_RESERVE:
		return MOVE_ACT_RESERVE;
	case MOVE_COPY:
		return m->flags & MOVE_F_OFFERED ? MOVE_ACT_COPY : MOVE_ACT_OFFER;
	case MOVE_STOP:
		return MOVE_ACT_STOP;
	case MOVE_PULL:
		return MOVE_ACT_PULL;
	case MOVE_COMMIT:
		return next_commit(m);
	case MOVE_RELEASE:
		return next_release(m);
	}
	return MOVE_ACT_NONE;
}

static bool again(struct move *m, uint64_t now, uint32_t ms)
{
	m->retry_at = now + ms;
	return false;
}

/* The VM stands still meanwhile: who waits for a destination that is gone waits in vain. */
static bool is_dead(struct move *m, uint64_t now)
{
	if (!m->silent_last || now - m->silent_last > GAP_MS)
		m->silent_since = now;
	m->silent_last = now;
	return m->step == MOVE_PULL && now - m->silent_since >= MOVE_DEAD_S * 1000ull;
}

/* Of the steps that can be given up: true if @a was an OK, else what follows is settled. */
static bool step_ok(struct move *m, const struct move_answer *a, uint64_t now, bool *changed)
{
	*changed = a->code == CODE(OK) || !code_is_silence(a->code) || now >= m->deadline ||
		   is_dead(m, now);
	if (a->code == CODE(OK))
		return true;
	if (*changed)
		give_up(m, a->text, false);
	else
		again(m, now, RETRY_MS);
	return false;
}

/* Without its memory, as far as that is fine; false: it is not, and the move was given up */
static bool settle_memory(struct move *m, const struct move_answer *a)
{
	if (!(m->flags & MOVE_F_KEEP) || a->keep)
		return true;
	m->flags &= ~MOVE_F_KEEP;
	if (!(m->flags & (MOVE_F_MUST_KEEP | MOVE_F_WAS_SUSPENDED)))
		return true;
	give_up(m, "the destination cannot keep a VM's memory", false);
	return false;
}

/* Who asked for the move waits for this answer: no second try. */
static bool reserve_answer(struct move *m, const struct move_answer *a, uint64_t now,
			   uint64_t wall)
{
	if (a->code == CODE(OK)) {
		snprintf(m->to_server, sizeof(m->to_server), "%s", a->server);
		if (settle_memory(m, a))
			enter(m, m->flags & MOVE_F_COPY ? MOVE_COPY : MOVE_STOP, now);
	} else if (code_is_silence(a->code)) {
		give_up(m, a->text, false);
	} else {
		snprintf(m->error, sizeof(m->error), "%s", a->text);
		finish(m, MOVE_ABORTED, wall);
	}
	return true;
}

static bool offer_answer(struct move *m, const struct move_answer *a, uint64_t now)
{
	bool changed;

	if (step_ok(m, a, now, &changed)) {
		m->size = a->size;
		m->flags |= MOVE_F_OFFERED;
		m->offers++;
	}
	return changed;
}

/* It is at it already, asked by the vCenter that was before us: who asks again learns the end. */
static bool is_at_it(const struct move *m, const struct move_answer *a, uint64_t now)
{
	return a->code == CODE(BUSY) && now < m->deadline;
}

/* A token is worth one session: when that broke, the image is offered anew, with another one. */
static bool copy_answer(struct move *m, const struct move_answer *a, uint64_t now)
{
	bool changed;

	if (a->code == CODE(DENIED) && m->offers < OFFERS_MAX) {
		m->flags &= ~MOVE_F_OFFERED;
		m->flags |= MOVE_F_NEW_TOKEN;
		again(m, now, RETRY_MS);
		return true;
	}
	if (is_at_it(m, a, now))
		return again(m, now, RETRY_MS);
	if (step_ok(m, a, now, &changed)) {
		m->image_done = 0;
		m->flags |= MOVE_F_NEW_TOKEN;
		enter(m, MOVE_STOP, now);
	}
	return changed;
}

static void take_state(struct move *m, const struct move_answer *a)
{
	m->flags &= ~(MOVE_F_WAS_RUNNING | MOVE_F_WAS_SUSPENDED);
	if (a->was_running)
		m->flags |= MOVE_F_WAS_RUNNING;
	if (a->was_suspended)
		m->flags |= MOVE_F_WAS_SUSPENDED;
	m->saved_size = a->saved_size;
	if (a->saved_size)
		memcpy(m->saved_sha256, a->saved_sha256, sizeof(m->saved_sha256));
	else if (!a->was_running && !a->was_suspended)
		m->flags &= ~MOVE_F_KEEP;
}

static bool stop_answer(struct move *m, const struct move_answer *a, uint64_t now)
{
	bool changed;

	if (step_ok(m, a, now, &changed)) {
		m->size = a->size;
		memcpy(m->sha256, a->sha256, sizeof(m->sha256));
		take_state(m, a);
		/* it was asked to, and would have refused */
		if (m->flags & MOVE_F_KEEP && !m->saved_size) {
			give_up(m, "the source has not saved the VM's memory", false);
			return true;
		}
		m->figures.silent = a->silent;
		m->figures.last_out = a->last_out;
		m->figures.source_error = a->clock_error;
		enter(m, MOVE_PULL, now);
	}
	return changed;
}

static bool pull_answer(struct move *m, const struct move_answer *a, uint64_t now,
			uint64_t wall)
{
	bool changed;

	if (is_at_it(m, a, now))
		return again(m, now, RETRY_MS);
	if (step_ok(m, a, now, &changed)) {
		m->image_done = move_total(m);
		m->decided = wall;
		enter(m, MOVE_COMMIT, now);
	}
	return changed;
}

static bool committed(struct move *m, uint64_t now)
{
	m->flags &= ~(MOVE_F_UNSURE | MOVE_F_SOURCE_DONE | MOVE_F_DEST_DONE);
	m->error[0] = '\0';
	/* the new placement took the place of the old one */
	if (move_is_local(m))
		m->flags |= MOVE_F_DEST_DONE;
	enter(m, MOVE_RELEASE, now);
	return true;
}

static bool commit_answer(struct move *m, const struct move_answer *a, uint64_t now)
{
	if (a->code == CODE(OK))
		return committed(m, now);
	/* no other answer tells for sure: a refusal may be about a second commit */
	snprintf(m->error, sizeof(m->error), "%s", a->text);
	m->flags |= MOVE_F_UNSURE;
	return again(m, now, RETRY_MS);
}

static bool status_answer(struct move *m, const struct move_answer *a, uint64_t now,
			  uint64_t wall)
{
	if (a->code != CODE(OK))
		return again(m, now, RETRY_MS);
	switch (a->phase) {
	case NVO3__MOVE_STATUS_REPLY__PHASE__COMMITTED:
		return committed(m, now);
	case NVO3__MOVE_STATUS_REPLY__PHASE__NONE:
		/* too old to be remembered there: nobody can say, so nobody may start it */
		if (wall - m->decided > MOVE_MEMORY_S * 1000ull)
			return again(m, now, RETRY_SLOW_MS);
		/* fall through */
	case NVO3__MOVE_STATUS_REPLY__PHASE__ABORTED:
		give_up(m, "the destination gave the move up", true);
		return true;
	default:
		m->flags &= ~MOVE_F_UNSURE;
		return again(m, now, RETRY_MS);
	}
}

/* The commit's time is over: only the destination's word that it never commits frees us. */
static bool revoke_answer(struct move *m, const struct move_answer *a, uint64_t now)
{
	if (a->code == CODE(OK)) {
		give_up(m, "the destination did not commit in time", true);
		return true;
	}
	m->flags |= MOVE_F_UNSURE;
	return again(m, now, RETRY_MS);
}

static bool release_answer(struct move *m, enum move_act act, const struct move_answer *a,
			   uint64_t now, uint64_t wall)
{
	if (a->code != CODE(OK) && a->code != CODE(NOT_FOUND))
		return again(m, now, code_is_silence(a->code) ? RETRY_MS : RETRY_SLOW_MS);
	m->flags |= act == MOVE_ACT_RELEASE ? MOVE_F_SOURCE_DONE : MOVE_F_DEST_DONE;
	if ((m->flags & MOVE_F_SOURCE_DONE) && (m->flags & MOVE_F_DEST_DONE))
		finish(m, MOVE_DONE, wall);
	return true;
}

static bool undo_answer(struct move *m, enum move_act act, const struct move_answer *a,
			uint64_t now, uint64_t wall)
{
	bool silent = code_is_silence(a->code), ended = m->state != MOVE_RUNNING;

	if (act == MOVE_ACT_UNDO_SOURCE) {
		if (a->code != CODE(OK) && a->code != CODE(NOT_FOUND))
			return again(m, now, silent ? RETRY_MS : RETRY_SLOW_MS);
		m->flags |= MOVE_F_SOURCE_DONE;
	} else if (silent) {
		/* it hears of it when it is there again, or its lease frees it */
		again(m, now, RETRY_SLOW_MS);
	} else {
		m->flags |= MOVE_F_DEST_DONE;
	}
	if (!ended)
		finish(m, MOVE_ABORTED, wall);
	return !ended || !silent;
}

bool move_answer(struct move *m, enum move_act act, const struct move_answer *a, uint64_t now,
		 uint64_t wall)
{
	bool aborting = m->flags & MOVE_F_ABORTING;

	/* given up while this was out: it changes nothing any more */
	if (aborting && act != MOVE_ACT_UNDO_SOURCE && act != MOVE_ACT_UNDO_DEST)
		return false;
	m->waiting = false;
	switch (act) {
	case MOVE_ACT_RESERVE:
		return reserve_answer(m, a, now, wall);
	case MOVE_ACT_OFFER:
		return offer_answer(m, a, now);
	case MOVE_ACT_COPY:
		return copy_answer(m, a, now);
	case MOVE_ACT_STOP:
		return stop_answer(m, a, now);
	case MOVE_ACT_PULL:
		return pull_answer(m, a, now, wall);
	case MOVE_ACT_COMMIT:
		return commit_answer(m, a, now);
	case MOVE_ACT_STATUS:
		return status_answer(m, a, now, wall);
	case MOVE_ACT_RELEASE:
	case MOVE_ACT_UNPLACE:
		return release_answer(m, act, a, now, wall);
	case MOVE_ACT_UNDO_DEST:
		if (!aborting)
			return revoke_answer(m, a, now);
		/* fall through */
	case MOVE_ACT_UNDO_SOURCE:
		return undo_answer(m, act, a, now, wall);
	case MOVE_ACT_NONE:
		break;
	}
	return false;
}

bool move_tick(struct move *m, uint64_t now)
{
	char why[VC_TEXT_SIZE];

	if (m->state != MOVE_RUNNING || (m->flags & MOVE_F_ABORTING) || now < m->deadline)
		return false;
	if (m->step >= MOVE_COMMIT) {
		m->late = true;
		return false;
	}
	if (m->waiting)
		return false;
	snprintf(why, sizeof(why), "step %s took longer than %u s", move_step_name(m->step),
		 limit_ms(m, m->step) / 1000);
	give_up(m, why, false);
	return true;
}
