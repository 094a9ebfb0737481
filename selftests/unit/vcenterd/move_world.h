/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A small world for both ends of a move: two vServers, two nDirectors, and messages whose
 * request or answer gets lost, refusals, servers that are away, an operator who gives up, and
 * crashes of either vCenter at every single point.
 */
#ifndef VCENTERD_UNIT_MOVE_WORLD_H
#define VCENTERD_UNIT_MOVE_WORLD_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "incoming.h"
#include "lib/msg.h"
#include "move.h"
#include "proto/peering.pb-c.h"

#define N_NICS 2

enum fate { FATE_OK, FATE_LOSE_REQUEST, FATE_LOSE_ANSWER, FATE_REFUSE, FATES };
enum crash { CRASH_NONE, CRASH_SOURCE, CRASH_DEST, CRASH_BOTH, CRASHES };

struct world {
	/* what the vCenters hold, and what they have on disk */
	struct move m, m_disk;
	struct incoming in, in_disk;
	bool has_in, has_in_disk;
	/* what the coordinator waits for, and until when */
	enum move_act out;
	uint64_t out_until;
	/* the destination has a request of that kind to answer; a first copy is a pull, too */
	bool owes_pull, owes_commit;
	/* vServers */
	bool src_image, src_running, src_offered;
	bool dst_image, dst_running;
	bool dst_rough;		/* of a VM that ran: not to be started */
	bool was_running;
	bool issued;		/* a new epoch: the source's placement is worth nothing now */
	uint64_t now;
	/* what goes wrong: at one point, or with a random number at every one */
	int point;
	int bad_point;
	enum fate bad_fate;
	enum crash bad_crash;
	bool random;
	unsigned int seed;
	bool dest_refuses_commit;
	uint64_t director_silent_until;	/* it places, but its answers get lost */
	uint64_t director_refuses_until;	/* afterwards */
	bool crash_in_place;
	uint64_t dst_down_from, dst_down_until;	/* the server; its vCenter is there */
	uint64_t operator_at;		/* gives up */
};

static inline bool dst_up(const struct world *w)
{
	return w->now < w->dst_down_from || w->now >= w->dst_down_until;
}

static inline void crash_source(struct world *w)
{
	w->m = w->m_disk;
	move_resume(&w->m, w->now);
	w->out = MOVE_ACT_NONE;
	w->owes_pull = false;
	w->owes_commit = false;
}

static inline void crash_dest(struct world *w)
{
	w->in = w->in_disk;
	w->has_in = w->has_in_disk;
	if (w->has_in)
		incoming_resume(&w->in, w->now);
	/* the coordinator's session breaks */
	w->owes_pull = false;
	w->owes_commit = false;
	if (w->out != MOVE_ACT_NONE)
		w->out_until = w->now;
}

/* Every point at which something can go wrong passes here. */
static inline enum fate point(struct world *w)
{
	enum fate fate = FATE_OK;
	enum crash crash = CRASH_NONE;

	if (w->random && w->now < 3000000) {
		unsigned int r = rand_r(&w->seed) % 100;

		if (r < 24)
			fate = r % FATES;
		else if (r < 40)
			crash = r % CRASHES;
	} else if (w->point == w->bad_point) {
		fate = w->bad_fate;
		crash = w->bad_crash;
	}
	w->point++;
	if (crash == CRASH_SOURCE || crash == CRASH_BOTH)
		crash_source(w);
	if (crash == CRASH_DEST || crash == CRASH_BOTH)
		crash_dest(w);
	/* who crashed has sent nothing */
	return crash == CRASH_NONE ? fate : FATE_LOSE_REQUEST;
}

static inline void check(const struct world *w)
{
	assert_false(w->src_running && w->dst_running);
	assert_true(w->src_image || w->dst_image);
	assert_false(w->src_running && w->issued);
	if (w->has_in && w->in.phase >= INCOMING_STARTING && w->in.phase != INCOMING_ABORTED)
		assert_false(w->src_running);
	/* a replication leaves it alone until the copy is there */
	if (w->m.step <= MOVE_COPY)
		assert_int_equal(w->src_running, w->was_running);
	if (!w->src_image)
		assert_int_equal(w->m.step, MOVE_RELEASE);
}

static inline void answer(struct world *w, uint32_t code, uint32_t phase)
{
	struct move_answer a = {
		.code = code,
		.text = code ? "refused by the test" : "",
		.server = "host3",
		.size = 16 << 20,
		.sha256 = (const uint8_t *)"0123456789abcdef0123456789abcdef",
		.was_running = w->was_running,
		.phase = phase,
	};
	enum move_act act = w->out;

	w->out = MOVE_ACT_NONE;
	if (!move_answer(&w->m, act, &a, w->now, w->now))
		return;
	/* a crash here: the change was not stored */
	point(w);
	w->m_disk = w->m;
	point(w);
}

/* The destination stores what it decided. */
static inline void store_in(struct world *w)
{
	point(w);
	w->in_disk = w->in;
	w->has_in_disk = w->has_in;
	point(w);
}

static inline uint32_t dest_reserve(struct world *w)
{
	if (w->has_in)
		return w->in.phase == INCOMING_ABORTED ? CODE(BAD_STATE) : CODE(OK);
	memset(&w->in, 0, sizeof(w->in));
	incoming_begin(&w->in, MOVE_LEASE_S, w->now);
	w->has_in = true;
	store_in(w);
	return w->has_in ? CODE(OK) : CODE(UNAVAILABLE);
}

static inline uint32_t dest_abort(struct world *w)
{
	int ret;

	if (!w->has_in)
		return CODE(NOT_FOUND);
	ret = incoming_abort(&w->in, "asked", w->now, NULL);
	if (!ret)
		store_in(w);
	return ret < 0 ? CODE(BAD_STATE) : w->in.phase == INCOMING_ABORTED ? CODE(OK) :
									    CODE(UNAVAILABLE);
}

static inline uint32_t refusal(int ret)
{
	if (ret == 1)
		return CODE(OK);
	if (ret == -EHOSTUNREACH)
		return CODE(UNAVAILABLE);
	return ret == -2 ? CODE(NOT_FOUND) : CODE(BAD_STATE);
}

/* Carry one act out where it belongs. False: no answer yet. */
static inline bool carry_out(struct world *w, enum move_act act, uint32_t *code, uint32_t *phase)
{
	int ret;

	*code = CODE(OK);
	*phase = 0;
	switch (act) {
	case MOVE_ACT_RESERVE:
		*code = dest_reserve(w);
		return true;
	case MOVE_ACT_OFFER:
		return true;
	case MOVE_ACT_COPY:
		ret = w->has_in ? incoming_pull(&w->in, true, dst_up(w), w->now, NULL) : -2;
		w->owes_pull = !ret;
		*code = refusal(ret);
		return ret != 0;
	case MOVE_ACT_STOP:
		w->src_running = false;
		w->src_offered = true;
		return true;
	case MOVE_ACT_PULL:
		ret = w->has_in ? incoming_pull(&w->in, false, dst_up(w), w->now, NULL) : -2;
		w->owes_pull = !ret;
		*code = refusal(ret);
		return ret != 0;
	case MOVE_ACT_COMMIT:
		assert_int_equal(w->m_disk.step, MOVE_COMMIT);
		ret = -2;
		if (w->has_in)
			ret = incoming_commit(&w->in, w->was_running, dst_up(w), true, w->now,
					      NULL);
		if (!ret)
			store_in(w);
		w->owes_commit = !ret;
		*code = refusal(ret);
		return ret != 0;
	case MOVE_ACT_STATUS:
		*phase = w->has_in ? incoming_status(&w->in) :
				     NVO3__MOVE_STATUS_REPLY__PHASE__NONE;
		return true;
	case MOVE_ACT_RELEASE:
		assert_int_equal(w->in_disk.phase, INCOMING_COMMITTED);
		w->src_image = false;
		w->src_running = false;
		return true;
	case MOVE_ACT_UNPLACE:
		return true;
	case MOVE_ACT_UNDO_SOURCE:
		if (w->src_offered)
			w->src_running = w->was_running;
		w->src_offered = false;
		return true;
	case MOVE_ACT_UNDO_DEST:
		*code = dest_abort(w);
		return true;
	case MOVE_ACT_NONE:
		break;
	}
	return true;
}

static inline bool refusable(enum move_act act)
{
	return act <= MOVE_ACT_PULL;
}

static inline void step_source(struct world *w)
{
	uint32_t code, phase;
	enum move_act act;
	enum fate fate;

	if (w->out != MOVE_ACT_NONE && w->now >= w->out_until)
		answer(w, CODE(TIMEOUT), 0);
	if (move_tick(&w->m, w->now))
		w->m_disk = w->m;
	if (w->operator_at && w->now >= w->operator_at) {
		w->operator_at = 0;
		if (!(w->m.flags & MOVE_F_ABORTING) &&
		    !move_abort(&w->m, "by the operator", NULL)) {
			w->out = MOVE_ACT_NONE;
			w->m_disk = w->m;
		}
	}
	act = move_next(&w->m, w->now);
	if (act == MOVE_ACT_NONE)
		return;
	w->m.flags &= ~MOVE_F_NEW_TOKEN;
	w->m_disk = w->m;
	w->m.waiting = true;
	w->out = act;
	w->out_until = w->now + 20000;
	fate = point(w);
	if (w->out == MOVE_ACT_NONE)
		return;
	if (fate == FATE_LOSE_REQUEST)
		return;
	if (fate == FATE_REFUSE && refusable(act)) {
		answer(w, CODE(FULL), 0);
		return;
	}
	if (!carry_out(w, act, &code, &phase))
		return;
	check(w);
	if (fate != FATE_LOSE_ANSWER && w->out == act)
		answer(w, code, phase);
}

/* The vServer at the destination, and the nDirector there. */
static inline void dest_act(struct world *w, enum incoming_act act, int nic)
{
	enum fate fate;
	bool changed = false;

	w->in.waiting = true;
	fate = point(w);
	if (!w->in.waiting) {
		/* the worst case: it was carried out, and the asker knows nothing */
		w->issued |= act == INCOMING_ACT_PLACE;
		return;
	}
	if (act == INCOMING_ACT_PLACE) {
		uint32_t code = fate == FATE_OK ? CODE(OK) : CODE(TIMEOUT);

		if (w->now < w->director_silent_until)
			code = CODE(TIMEOUT);
		else if (fate == FATE_REFUSE || w->dest_refuses_commit ||
			 w->now < w->director_refuses_until)
			code = CODE(EXISTS);
		w->issued |= code != CODE(EXISTS) && fate != FATE_LOSE_REQUEST;
		if (w->crash_in_place) {
			w->crash_in_place = false;
			crash_dest(w);
			return;
		}
		changed = incoming_placed(&w->in, nic, N_NICS, code, "refused", w->now);
	} else if (act == INCOMING_ACT_START) {
		assert_int_equal(w->in_disk.phase, INCOMING_STARTING);
		if (fate != FATE_LOSE_REQUEST) {
			assert_true(w->dst_image && !w->dst_rough);
			w->dst_running = w->in.start;
		}
		changed = incoming_started(&w->in,
					   fate == FATE_OK || fate == FATE_REFUSE ?
						   CODE(OK) : CODE(TIMEOUT),
					   "", w->now, w->now);
	} else {
		w->in.waiting = false;
		if (fate == FATE_OK) {
			w->dst_image = false;
			w->in.cleanup = false;
		}
	}
	if (changed)
		store_in(w);
}

static inline void step_pull(struct world *w)
{
	enum move_act act = w->in.copying ? MOVE_ACT_COPY : MOVE_ACT_PULL;
	enum fate fate;

	if (w->in.phase != INCOMING_PULLING || !w->owes_pull)
		return;
	fate = dst_up(w) ? point(w) : FATE_LOSE_REQUEST;
	if (w->in.phase != INCOMING_PULLING)
		return;
	if (fate == FATE_OK) {
		assert_true(w->src_image);
		w->dst_image = true;
		w->dst_rough = w->in.copying;
	}
	if (incoming_pulled(&w->in, fate == FATE_OK ? CODE(OK) : CODE(FAILED), "lost", w->now))
		store_in(w);
	if (!w->owes_pull)
		return;
	w->owes_pull = false;
	if (w->out == act && point(w) == FATE_OK && w->out == act)
		answer(w, fate == FATE_OK && w->in.phase <= INCOMING_PULLED ? CODE(OK) :
									    CODE(FAILED), 0);
}

static inline void step_dest(struct world *w)
{
	enum incoming_act act;
	int nic = 0;

	if (!w->has_in)
		return;
	if (incoming_tick(&w->in, dst_up(w), w->now, w->now))
		store_in(w);
	step_pull(w);
	act = w->has_in ? incoming_next(&w->in, N_NICS, dst_up(w), true, w->now, &nic) :
			  INCOMING_ACT_NONE;
	if (act != INCOMING_ACT_NONE)
		dest_act(w, act, nic);
	if (!w->has_in || !w->owes_commit)
		return;
	if (w->in.phase == INCOMING_COMMITTED || w->in.phase == INCOMING_PULLED) {
		w->owes_commit = false;
		if (w->out == MOVE_ACT_COMMIT)
			answer(w, w->in.phase == INCOMING_COMMITTED ? CODE(OK) : CODE(EXISTS), 0);
	}
}

static inline void world_init(struct world *w, bool local)
{
	*w = (struct world){ .now = 1000, .bad_point = -1, .src_image = true,
			     .src_running = true, .was_running = true };
	strcpy(w->m.vm_name, "web");
	strcpy(w->m.from_dc, "dc1");
	strcpy(w->m.to_dc, local ? "dc1" : "dc2");
	move_begin(&w->m, w->now);
	w->m_disk = w->m;
}

static inline void world_replication(struct world *w, bool local)
{
	world_init(w, local);
	w->m.flags |= MOVE_F_COPY;
	w->m_disk = w->m;
}

/* Until both ends are at rest; a lease may have to run out meanwhile. */
static inline void run(struct world *w)
{
	for (; w->now < 20000000; w->now += 500) {
		step_source(w);
		step_dest(w);
		check(w);
		if (w->m.state != MOVE_RUNNING && !w->m.waiting && !move_owes(&w->m) &&
		    (!w->has_in || (incoming_is_over(&w->in) && !w->in.cleanup)))
			return;
	}
	fail_msg("the move did not end: step %d flags %x phase %d", w->m.step, w->m.flags,
		 w->has_in ? (int)w->in.phase : -1);
}

static inline void check_end(const struct world *w)
{
	if (w->m.state == MOVE_DONE) {
		assert_false(w->src_image);
		assert_true(w->dst_image);
		assert_int_equal(w->dst_running, w->was_running);
		assert_int_equal(w->in.phase, INCOMING_COMMITTED);
	} else {
		assert_int_equal(w->m.state, MOVE_ABORTED);
		assert_true(w->src_image);
		assert_false(w->dst_image);
		assert_int_equal(w->src_running, w->was_running);
		assert_true(!w->has_in || w->in.phase == INCOMING_ABORTED);
		assert_int_not_equal(w->m.error[0], '\0');
	}
	assert_int_not_equal(w->m.ended, 0);
}

#endif
