// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends of a move against a small world: two vServers, two nDirectors, and messages whose
 * request or answer gets lost, refusals, and crashes of either vCenter at every single point.
 * Whatever happens: the VM never runs twice, its only image is never deleted, and in the end
 * exactly one side has it.
 */
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
	/* the destination has a request of that kind to answer */
	bool owes_pull, owes_commit;
	/* vServers */
	bool src_image, src_running, src_offered;
	bool dst_image, dst_running;
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

static bool dst_up(const struct world *w)
{
	return w->now < w->dst_down_from || w->now >= w->dst_down_until;
}

static void crash_source(struct world *w)
{
	w->m = w->m_disk;
	move_resume(&w->m, w->now);
	w->out = MOVE_ACT_NONE;
	w->owes_pull = false;
	w->owes_commit = false;
}

static void crash_dest(struct world *w)
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
static enum fate point(struct world *w)
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

static void check(const struct world *w)
{
	assert_false(w->src_running && w->dst_running);
	assert_true(w->src_image || w->dst_image);
	assert_false(w->src_running && w->issued);
	if (w->has_in && w->in.phase >= INCOMING_STARTING && w->in.phase != INCOMING_ABORTED)
		assert_false(w->src_running);
	if (!w->src_image)
		assert_int_equal(w->m.step, MOVE_RELEASE);
}

static void answer(struct world *w, uint32_t code, uint32_t phase)
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
static void store_in(struct world *w)
{
	point(w);
	w->in_disk = w->in;
	w->has_in_disk = w->has_in;
	point(w);
}

static uint32_t dest_reserve(struct world *w)
{
	if (w->has_in)
		return w->in.phase == INCOMING_ABORTED ? CODE(BAD_STATE) : CODE(OK);
	memset(&w->in, 0, sizeof(w->in));
	incoming_begin(&w->in, MOVE_LEASE_S, w->now);
	w->has_in = true;
	store_in(w);
	return w->has_in ? CODE(OK) : CODE(UNAVAILABLE);
}

static uint32_t dest_abort(struct world *w)
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

static uint32_t refusal(int ret)
{
	if (ret == 1)
		return CODE(OK);
	if (ret == -EHOSTUNREACH)
		return CODE(UNAVAILABLE);
	return ret == -2 ? CODE(NOT_FOUND) : CODE(BAD_STATE);
}

/* Carry one act out where it belongs. False: no answer yet. */
static bool carry_out(struct world *w, enum move_act act, uint32_t *code, uint32_t *phase)
{
	int ret;

	*code = CODE(OK);
	*phase = 0;
	switch (act) {
	case MOVE_ACT_RESERVE:
		*code = dest_reserve(w);
		return true;
	case MOVE_ACT_STOP:
		w->src_running = false;
		w->src_offered = true;
		return true;
	case MOVE_ACT_PULL:
		ret = w->has_in ? incoming_pull(&w->in, dst_up(w), w->now, NULL) : -2;
		w->owes_pull = !ret;
		*code = refusal(ret);
		return ret != 0;
	case MOVE_ACT_COMMIT:
		assert_int_equal(w->m_disk.step, MOVE_COMMIT);
		ret = w->has_in ? incoming_commit(&w->in, w->was_running, dst_up(w), true, w->now, NULL) : -2;
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

static bool refusable(enum move_act act)
{
	return act == MOVE_ACT_RESERVE || act == MOVE_ACT_STOP || act == MOVE_ACT_PULL;
}

static void step_source(struct world *w)
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
static void dest_act(struct world *w, enum incoming_act act, int nic)
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
			assert_true(w->dst_image);
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

static void step_pull(struct world *w)
{
	enum fate fate;

	if (w->in.phase != INCOMING_PULLING || !w->owes_pull)
		return;
	fate = dst_up(w) ? point(w) : FATE_LOSE_REQUEST;
	if (w->in.phase != INCOMING_PULLING)
		return;
	if (fate == FATE_OK) {
		assert_true(w->src_image);
		w->dst_image = true;
	}
	if (incoming_pulled(&w->in, fate == FATE_OK ? CODE(OK) : CODE(FAILED), "lost", w->now))
		store_in(w);
	if (!w->owes_pull)
		return;
	w->owes_pull = false;
	if (w->out == MOVE_ACT_PULL && point(w) == FATE_OK && w->out == MOVE_ACT_PULL)
		answer(w, fate == FATE_OK && w->in.phase == INCOMING_PULLED ? CODE(OK) :
									    CODE(FAILED), 0);
}

static void step_dest(struct world *w)
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

static void world_init(struct world *w, bool local)
{
	*w = (struct world){ .now = 1000, .bad_point = -1, .src_image = true,
			     .src_running = true, .was_running = true };
	strcpy(w->m.vm_name, "web");
	strcpy(w->m.from_dc, "dc1");
	strcpy(w->m.to_dc, local ? "dc1" : "dc2");
	move_begin(&w->m, w->now);
	w->m_disk = w->m;
}

/* Until both ends are at rest; a lease may have to run out meanwhile. */
static void run(struct world *w)
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

static void check_end(const struct world *w)
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

static void test_done(void **state)
{
	struct world w;

	for (int local = 0; local < 2; local++) {
		world_init(&w, local);
		run(&w);
		assert_int_equal(w.m.state, MOVE_DONE);
		check_end(&w);
		assert_string_equal(w.m.to_server, "host3");
	}
}

static void test_stopped_stays_stopped(void **state)
{
	struct world w;

	world_init(&w, false);
	w.was_running = false;
	w.src_running = false;
	run(&w);
	assert_int_equal(w.m.state, MOVE_DONE);
	check_end(&w);
}

/* One thing goes wrong at one point, for all of both. */
static void test_every_point(void **state)
{
	int points, done = 0, aborted = 0;
	struct world w;

	world_init(&w, false);
	run(&w);
	points = w.point;
	assert_true(points > 20);
	for (int p = 0; p < points; p++) {
		for (int kind = 0; kind < FATES + CRASHES; kind++) {
			world_init(&w, false);
			w.bad_point = p;
			if (kind < FATES)
				w.bad_fate = kind;
			else
				w.bad_crash = kind - FATES;
			run(&w);
			check_end(&w);
			if (w.m.state == MOVE_DONE)
				done++;
			else
				aborted++;
		}
	}
	assert_true(done > points && aborted > 0);
}

static void test_random(void **state)
{
	int done = 0, aborted = 0;
	struct world w;

	for (unsigned int seed = 1; seed <= 3000; seed++) {
		world_init(&w, seed & 1);
		w.random = true;
		w.seed = seed;
		w.was_running = seed & 2;
		w.src_running = w.was_running;
		w.operator_at = seed & 4 ? rand_r(&w.seed) % 60000 : 0;
		if (seed & 8) {
			w.dst_down_from = rand_r(&w.seed) % 30000;
			w.dst_down_until = w.dst_down_from + rand_r(&w.seed) % 60000;
		}
		run(&w);
		check_end(&w);
		if (w.m.state == MOVE_DONE)
			done++;
		else
			aborted++;
	}
	assert_true(done > 100 && aborted > 100);
}

/* The nDirector refuses the new placement: nothing was issued, so the source gets its VM back. */
static void test_commit_refused(void **state)
{
	struct world w;

	world_init(&w, false);
	w.dest_refuses_commit = true;
	run(&w);
	assert_int_equal(w.m.state, MOVE_ABORTED);
	assert_int_equal(w.m.step, MOVE_COMMIT);
	check_end(&w);
}

/*
 * The nDirector places, its answer is lost, and then it refuses for longer than the commit may
 * take: the epoch may be out, so the source must not have its VM back.
 */
static void test_commit_refused_late(void **state)
{
	struct world w;

	for (int crash = 0; crash < 2; crash++) {
		world_init(&w, false);
		w.director_silent_until = crash ? 0 : 30000;
		w.crash_in_place = crash;
		for (; w.crash_in_place; w.now += 500) {
			step_source(&w);
			step_dest(&w);
		}
		w.director_refuses_until = w.now + 300000;
		run(&w);
		assert_true(w.now >= 300000);
		assert_int_equal(w.m.state, MOVE_DONE);
		check_end(&w);
	}
}

static void test_refused_before_touched(void **state)
{
	struct world w;

	world_init(&w, false);
	w.bad_point = 0;
	w.bad_fate = FATE_REFUSE;
	step_source(&w);
	assert_int_equal(w.m.state, MOVE_ABORTED);
	assert_int_equal(w.m.step, MOVE_RESERVE);
	assert_true(w.src_running);
	assert_false(w.src_offered);
	assert_string_equal(w.m.error, "refused by the test");
}

static void test_abort_until_commit(void **state)
{
	struct move_answer ok = { .code = CODE(OK), .text = "", .server = "host3",
				  .sha256 = (const uint8_t *)"0123456789abcdef0123456789abcdef" };
	struct move m = { .vm_name = "web", .from_dc = "dc1", .to_dc = "dc2" };
	struct err err;

	move_begin(&m, 0);
	move_answer(&m, MOVE_ACT_RESERVE, &ok, 0, 0);
	move_answer(&m, MOVE_ACT_STOP, &ok, 0, 0);
	m.waiting = true;	/* the pull is out */
	assert_int_equal(move_abort(&m, "by the operator", &err), 0);
	assert_int_equal(move_next(&m, 0), MOVE_ACT_UNDO_SOURCE);
	move_answer(&m, MOVE_ACT_UNDO_SOURCE, &ok, 0, 0);
	assert_int_equal(m.state, MOVE_ABORTED);
	/* the pull's answer changes nothing any more */
	m.waiting = true;
	assert_false(move_answer(&m, MOVE_ACT_PULL, &ok, 0, 0));
	assert_true(m.waiting);
	m.waiting = false;
	assert_true(move_owes(&m));
	assert_int_equal(move_next(&m, 0), MOVE_ACT_UNDO_DEST);
	move_answer(&m, MOVE_ACT_UNDO_DEST, &ok, 0, 0);
	assert_false(move_owes(&m));
	assert_string_equal(m.error, "by the operator");

	memset(m.error, 0, sizeof(m.error));
	m.flags = 0;
	move_begin(&m, 0);
	move_answer(&m, MOVE_ACT_RESERVE, &ok, 0, 0);
	move_answer(&m, MOVE_ACT_STOP, &ok, 0, 0);
	move_answer(&m, MOVE_ACT_PULL, &ok, 0, 0);
	assert_int_equal(m.step, MOVE_COMMIT);
	assert_true(move_abort(&m, "by the operator", &err) < 0);
	assert_non_null(strstr(err.text, "web"));
	assert_int_equal(move_next(&m, 0), MOVE_ACT_COMMIT);
}

/* At each moment before the commit: the source has its VM back while the server is still away. */
static void test_dead_server(void **state)
{
	struct world w;
	int aborted = 0;

	for (uint64_t from = 1000; from < 8000; from += 250) {
		world_init(&w, from & 256);
		w.dst_down_from = from;
		w.dst_down_until = 2000000;
		for (; w.now < 100000 && w.m.state == MOVE_RUNNING; w.now += 500) {
			step_source(&w);
			step_dest(&w);
			check(&w);
		}
		/* it had the commit: nobody can take it back */
		if (w.in.phase >= INCOMING_PLACING && w.in.phase != INCOMING_ABORTED)
			continue;
		aborted++;
		assert_int_equal(w.m.state, MOVE_ABORTED);
		assert_true(w.src_running);
		assert_true(w.now < from + 20000);
		/* and when it is back nothing is left there */
		run(&w);
		assert_true(w.now < 2002000);
		check_end(&w);
	}
	assert_true(aborted > 2);
}

/* The whole destination is silent from the pull on, for longer than its lease. */
static void test_dead_destination(void **state)
{
	struct move_answer ok = { .code = CODE(OK), .text = "", .server = "host3",
				  .sha256 = (const uint8_t *)"0123456789abcdef0123456789abcdef" };
	struct move_answer silence = { .code = CODE(UNAVAILABLE), .text = "session lost" };
	struct move m = { .vm_name = "web", .from_dc = "dc1", .to_dc = "dc2" };
	uint64_t now = 60000, gave_up = 0;
	int asked = 0;

	move_begin(&m, 0);
	move_answer(&m, MOVE_ACT_RESERVE, &ok, 0, 0);
	move_answer(&m, MOVE_ACT_STOP, &ok, 0, 0);
	/* one session that breaks is no death */
	move_answer(&m, MOVE_ACT_PULL, &silence, 10000, 10000);
	for (; m.state == MOVE_RUNNING && now < 200000; now += 250) {
		enum move_act act = move_next(&m, now);

		if (act == MOVE_ACT_UNDO_SOURCE)
			gave_up = now;
		if (act != MOVE_ACT_NONE)
			move_answer(&m, act, act == MOVE_ACT_UNDO_SOURCE ? &ok : &silence, now, now);
	}
	assert_in_range(gave_up, 75000, 76000);
	assert_int_equal(m.state, MOVE_ABORTED);
	assert_string_equal(m.error, "session lost");
	/* what it still has to hear is not forgotten, nor asked all the time */
	for (; now < 86400000; now += 250) {
		enum move_act act = move_next(&m, now);

		if (act == MOVE_ACT_NONE)
			continue;
		assert_int_equal(act, MOVE_ACT_UNDO_DEST);
		assert_false(move_answer(&m, act, &silence, now, now) && asked);
		asked++;
	}
	assert_in_range(asked, 10000, 20000);
	assert_true(move_answer(&m, MOVE_ACT_UNDO_DEST, &ok, now, now));
	assert_false(move_owes(&m));
	assert_int_equal(move_next(&m, now), MOVE_ACT_NONE);
	assert_int_equal(m.state, MOVE_ABORTED);
}

/* A destination that is silent at the commit is asked for ever, and nothing starts meanwhile. */
static void test_silent_commit(void **state)
{
	struct move_answer ok = { .code = CODE(OK), .text = "", .server = "host3",
				  .sha256 = (const uint8_t *)"0123456789abcdef0123456789abcdef" };
	struct move_answer silence = { .code = CODE(UNAVAILABLE), .text = "session lost" };
	struct move m = { .vm_name = "web", .from_dc = "dc1", .to_dc = "dc2" };
	uint64_t now = 0;

	move_begin(&m, 0);
	move_answer(&m, MOVE_ACT_RESERVE, &ok, 0, 0);
	move_answer(&m, MOVE_ACT_STOP, &ok, 0, 0);
	move_answer(&m, MOVE_ACT_PULL, &ok, 0, 0);
	move_answer(&m, MOVE_ACT_COMMIT, &silence, 0, 0);
	for (; now < 86400000; now += 1000) {
		enum move_act act;

		move_tick(&m, now);
		act = move_next(&m, now);
		if (act == MOVE_ACT_NONE)
			continue;
		assert_int_equal(act, MOVE_ACT_STATUS);
		move_answer(&m, act, &silence, now, now);
	}
	assert_true(m.late);
	ok.phase = NVO3__MOVE_STATUS_REPLY__PHASE__COMMITTED;
	move_answer(&m, MOVE_ACT_STATUS, &ok, now, now);
	assert_int_equal(m.step, MOVE_RELEASE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_stopped_stays_stopped),
		cmocka_unit_test(test_every_point),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_commit_refused),
		cmocka_unit_test(test_commit_refused_late),
		cmocka_unit_test(test_refused_before_touched),
		cmocka_unit_test(test_abort_until_commit),
		cmocka_unit_test(test_dead_server),
		cmocka_unit_test(test_dead_destination),
		cmocka_unit_test(test_silent_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
