// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends of a move against the small world of move_world.h. Whatever happens: the VM never runs
 * twice, its only image is never deleted, and in the end exactly one side has it.
 */
#include "move_world.h"

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

/* The VM runs until its image has been copied. */
static void test_replication(void **state)
{
	struct world w;

	for (int local = 0; local < 2; local++) {
		world_replication(&w, local);
		while (w.m.step <= MOVE_COPY) {
			assert_true(w.src_running);
			step_source(&w);
			step_dest(&w);
			w.now += 500;
		}
		assert_true(w.dst_image && w.dst_rough);
		run(&w);
		assert_int_equal(w.m.state, MOVE_DONE);
		check_end(&w);
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
static void every_point(void (*init)(struct world *w, bool local))
{
	int points, done = 0, aborted = 0;
	struct world w;

	init(&w, false);
	run(&w);
	points = w.point;
	assert_true(points > 20);
	for (int p = 0; p < points; p++) {
		for (int kind = 0; kind < FATES + CRASHES; kind++) {
			init(&w, false);
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

static void test_every_point(void **state)
{
	every_point(world_init);
}

static void test_every_point_of_a_replication(void **state)
{
	every_point(world_replication);
}

static void random_trouble(bool copy)
{
	int done = 0, aborted = 0;
	struct world w;

	for (unsigned int seed = 1; seed <= 3000; seed++) {
		if (copy)
			world_replication(&w, seed & 1);
		else
			world_init(&w, seed & 1);
		w.random = true;
		w.seed = seed;
		/* one that is stopped is not replicated */
		w.was_running = copy || seed & 2;
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

static void test_random(void **state)
{
	random_trouble(false);
}

static void test_random_replication(void **state)
{
	random_trouble(true);
}

/* A session of the image that broke has used up its token: another one, but not for ever. */
static void test_a_copy_begins_anew(void **state)
{
	struct move_answer ok = { .code = CODE(OK), .text = "", .server = "host3", .size = 1 };
	struct move_answer denied = { .code = CODE(DENIED), .text = "the token has been used up" };
	struct move m = { .vm_name = "web", .from_dc = "dc1", .to_dc = "dc2",
			  .flags = MOVE_F_COPY };
	uint64_t now = 1;

	move_begin(&m, now);
	assert_true(move_answer(&m, MOVE_ACT_RESERVE, &ok, now, now));
	for (int i = 1;; i++) {
		assert_int_equal(move_next(&m, now), MOVE_ACT_OFFER);
		assert_true(move_answer(&m, MOVE_ACT_OFFER, &ok, now, now));
		assert_int_equal(move_next(&m, now), MOVE_ACT_COPY);
		m.flags &= ~MOVE_F_NEW_TOKEN;
		assert_true(move_answer(&m, MOVE_ACT_COPY, &denied, now, now));
		if (m.flags & MOVE_F_ABORTING) {
			assert_int_equal(i, 3);
			break;
		}
		assert_true(m.flags & MOVE_F_NEW_TOKEN);
		assert_int_equal(move_next(&m, now), MOVE_ACT_NONE);
		now = m.retry_at;
	}
	assert_int_equal(move_next(&m, now), MOVE_ACT_UNDO_SOURCE);
	assert_string_equal(m.error, "the token has been used up");
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

static const struct move_answer done = {
	.code = CODE(OK), .text = "", .server = "host3",
	.sha256 = (const uint8_t *)"0123456789abcdef0123456789abcdef",
};

static void begin_pull(struct move *m)
{
	move_begin(m, 0);
	move_answer(m, MOVE_ACT_RESERVE, &done, 0, 0);
	move_answer(m, MOVE_ACT_STOP, &done, 0, 0);
}

/* A vCenter that starts again in the middle of a pull asks for it again: it is not given up. */
static void test_pull_asked_again(void **state)
{
	struct move_answer busy = { .code = CODE(BUSY), .text = "it is being pulled already" };
	struct move m = { .vm_name = "web", .from_dc = "dc1", .to_dc = "dc2" };
	uint64_t now = 1000;

	begin_pull(&m);
	move_resume(&m, now);
	for (; now < 30000; now += 250) {
		if (move_next(&m, now) == MOVE_ACT_NONE)
			continue;
		assert_int_equal(move_next(&m, now), MOVE_ACT_PULL);
		move_answer(&m, MOVE_ACT_PULL, &busy, now, now);
	}
	assert_int_equal(m.state, MOVE_RUNNING);
	assert_string_equal(m.error, "");
	move_answer(&m, MOVE_ACT_PULL, &done, now, now);
	assert_int_equal(m.step, MOVE_COMMIT);
	/* but not for ever */
	begin_pull(&m);
	move_answer(&m, MOVE_ACT_PULL, &busy, m.deadline, m.deadline);
	assert_int_equal(move_next(&m, m.deadline), MOVE_ACT_UNDO_SOURCE);
}

/* The whole destination is silent from the pull on, for longer than its lease. */
static void test_dead_destination(void **state)
{
	struct move_answer silence = { .code = CODE(UNAVAILABLE), .text = "session lost" };
	struct move m = { .vm_name = "web", .from_dc = "dc1", .to_dc = "dc2" };
	uint64_t now = 60000, gave_up = 0;
	int asked = 0;

	begin_pull(&m);
	/* one session that breaks is no death */
	move_answer(&m, MOVE_ACT_PULL, &silence, 10000, 10000);
	for (; m.state == MOVE_RUNNING && now < 200000; now += 250) {
		enum move_act act = move_next(&m, now);

		if (act == MOVE_ACT_UNDO_SOURCE)
			gave_up = now;
		if (act != MOVE_ACT_NONE)
			move_answer(&m, act, gave_up ? &done : &silence, now, now);
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
	assert_true(move_answer(&m, MOVE_ACT_UNDO_DEST, &done, now, now));
	assert_false(move_owes(&m));
	assert_int_equal(move_next(&m, now), MOVE_ACT_NONE);
	assert_int_equal(m.state, MOVE_ABORTED);
}

/* A destination that is silent at the commit is asked for ever, and nothing starts meanwhile. */
static void test_silent_commit(void **state)
{
	struct move_answer silence = { .code = CODE(UNAVAILABLE), .text = "session lost" };
	struct move m = { .vm_name = "web", .from_dc = "dc1", .to_dc = "dc2" };
	struct move_answer committed = done;
	uint64_t now = 0;

	begin_pull(&m);
	move_answer(&m, MOVE_ACT_PULL, &done, 0, 0);
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
	committed.phase = NVO3__MOVE_STATUS_REPLY__PHASE__COMMITTED;
	move_answer(&m, MOVE_ACT_STATUS, &committed, now, now);
	assert_int_equal(m.step, MOVE_RELEASE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_replication),
		cmocka_unit_test(test_every_point_of_a_replication),
		cmocka_unit_test(test_random_replication),
		cmocka_unit_test(test_a_copy_begins_anew),
		cmocka_unit_test(test_stopped_stays_stopped),
		cmocka_unit_test(test_every_point),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_commit_refused),
		cmocka_unit_test(test_commit_refused_late),
		cmocka_unit_test(test_refused_before_touched),
		cmocka_unit_test(test_abort_until_commit),
		cmocka_unit_test(test_dead_server),
		cmocka_unit_test(test_pull_asked_again),
		cmocka_unit_test(test_dead_destination),
		cmocka_unit_test(test_silent_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
