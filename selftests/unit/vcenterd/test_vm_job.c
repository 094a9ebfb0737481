// SPDX-License-Identifier: GPL-2.0
/*
 * The jobs of a VM: what is asked in which order, and what becomes of it when an answer is lost
 * or a refusal comes, at every step and after a restart at every step.
 */
#include "fixture.h"
#include "vm_job.h"

struct world {
	struct inventory *inv;
	struct server *server;
	struct vm *vm;
	/* what the others have */
	bool placed[2], made, running;
	uint64_t now;
	char log[256];		/* one letter per act */
	bool finished;
};

static int setup(void **state)
{
	struct world *w = mem_zalloc(sizeof(*w));
	struct vn *blue, *red;

	w->inv = inventory_new("dc1");
	w->server = fix_server(w->inv, "host1", 4);
	blue = fix_vn(w->inv, "blue", 100);
	red = fix_vn(w->inv, "red", 200);
	w->vm = fix_vm(blue, "web", 1);
	w->vm->nics[1] = w->vm->nics[0];
	w->vm->nics[1].vn = red;
	w->vm->nics[1].tsi = uuid_new();
	w->vm->n_nics = 2;
	w->vm->start = true;
	w->vm->state = NVO3__VM_STATE__VM_CREATING;
	fix_add(w->inv, w->vm, w->server);
	w->now = 1000;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	inventory_free(w->inv);
	free(w);
	return 0;
}

static void begin(struct world *w, enum vm_op op)
{
	w->vm->op = op;
	w->finished = false;
	vm_job_begin(w->vm, w->now);
}

/* What a runner does before it sends, and what the other side does then. */
static void carry_out(struct world *w, struct vm_next next, struct vm_answer *a)
{
	static const char letters[] = "-PUCDSH...-ZIOG";

	w->log[strlen(w->log)] = letters[next.act];
	switch (next.act) {
	case VM_ACT_PLACE:
		w->vm->nics[next.nic].unsure = true;
		w->placed[next.nic] = a->code != CODE(EXISTS);
		a->epoch = 7 + next.nic;
		break;
	case VM_ACT_UNPLACE:
		w->placed[next.nic] = false;
		break;
	case VM_ACT_CREATE:
		assert_true(w->placed[0] && w->placed[1]);
		w->vm->made = true;
		w->made = a->code != CODE(FULL);
		a->state = NVO3__VM_STATE__VM_RUNNING;
		break;
	case VM_ACT_DELETE:
		w->made = false;
		break;
	case VM_ACT_RESIZE:
	case VM_ACT_PLUG:
	case VM_ACT_UNPLUG:
	case VM_ACT_REGROUP:
		a->state = NVO3__VM_STATE__VM_RUNNING;
		break;
	default:
		w->running = next.act == VM_ACT_START;
		a->state = w->running ? NVO3__VM_STATE__VM_RUNNING : NVO3__VM_STATE__VM_STOPPED;
	}
}

/* Until nothing is to be done now; the answer number @n is @code instead of OK. */
static enum vm_outcome run(struct world *w, int n, uint32_t code)
{
	enum vm_outcome last = VM_JOB_AGAIN;

	for (;;) {
		struct vm_next next = vm_job_next(w->vm, true, w->now);
		struct vm_answer a = { .code = CODE(OK), .text = "" };
		enum vm_outcome out;

		if (next.act == VM_ACT_NONE)
			return last;
		if (next.act == VM_ACT_FINISH) {
			w->finished = true;
			if (vm_job_finish(w->vm))
				return VM_JOB_DONE;
			continue;
		}
		if (!n--) {
			a.code = code;
			a.text = "refused by the test";
		}
		carry_out(w, next, &a);
		w->vm->waiting = true;
		out = vm_job_answer(w->vm, next, &a, w->now);
		if (out == VM_JOB_DONE || out == VM_JOB_FAILED)
			last = out;
	}
}

static void test_create(void **state)
{
	struct world *w = *state;

	begin(w, VM_OP_CREATE);
	assert_int_equal(run(w, -1, 0), VM_JOB_DONE);
	assert_string_equal(w->log, "PPC");
	assert_int_equal(w->vm->state, NVO3__VM_STATE__VM_RUNNING);
	assert_int_equal(w->vm->nics[1].epoch, 8);
	assert_false(w->vm->nics[0].unsure || w->vm->nics[1].unsure);
	assert_int_equal(w->vm->op, VM_OP_NONE);
}

/* A refusal at any step leaves nothing behind but the failed VM and its sentence. */
static void test_create_refused(void **state)
{
	static const uint32_t codes[] = { CODE(EXISTS), CODE(EXISTS), CODE(FULL) };
	static const char *const logs[] = { "P", "PPU", "PPCUU" };

	for (int n = 0; n < 3; n++) {
		struct world *w = *state;

		begin(w, VM_OP_CREATE);
		assert_int_equal(run(w, n, codes[n]), VM_JOB_FAILED);
		assert_string_equal(w->log, logs[n]);
		assert_int_equal(w->vm->state, NVO3__VM_STATE__VM_FAILED);
		assert_string_equal(vm_why(w->vm), "refused by the test");
		assert_false(w->placed[0] || w->placed[1] || w->made);
		assert_int_equal(w->vm->op, VM_OP_NONE);
		/* and it can be deleted */
		begin(w, VM_OP_DELETE);
		assert_int_equal(run(w, -1, 0), VM_JOB_DONE);
		assert_true(w->finished);
		teardown(state);
		setup(state);
	}
}

/* A lost answer is asked for again, also by who has just started. */
static void test_create_silence(void **state)
{
	for (int n = 0; n < 3; n++) {
		struct world *w = *state;

		begin(w, VM_OP_CREATE);
		assert_int_equal(run(w, n, CODE(TIMEOUT)), VM_JOB_AGAIN);
		assert_int_equal(strlen(w->log), n + 1);
		assert_int_equal(w->vm->op, VM_OP_CREATE);
		vm_job_begin(w->vm, w->now += 1);
		assert_int_equal(run(w, -1, 0), VM_JOB_DONE);
		assert_int_equal(strlen(w->log), 4);
		assert_true(w->placed[0] && w->placed[1] && w->made);
		teardown(state);
		setup(state);
	}
}

/* What was perhaps placed and perhaps made is undone when the time is over. */
static void test_create_times_out(void **state)
{
	struct world *w = *state;

	begin(w, VM_OP_CREATE);
	run(w, 2, CODE(UNAVAILABLE));
	w->now += VM_JOB_LIMIT_MS - 1;
	assert_int_equal(vm_job_tick(w->vm, w->now), VM_JOB_AGAIN);
	w->now++;
	assert_int_equal(vm_job_tick(w->vm, w->now), VM_JOB_FAILED);
	assert_non_null(strstr(vm_why(w->vm), "host1"));
	run(w, -1, 0);
	assert_string_equal(w->log, "PPCDUU");
	assert_false(w->made || w->placed[0] || w->placed[1]);
	assert_int_equal(w->vm->state, NVO3__VM_STATE__VM_FAILED);

	teardown(state);
	setup(state);
	w = *state;
	begin(w, VM_OP_CREATE);
	run(w, 0, CODE(TIMEOUT));
	w->now += VM_JOB_LIMIT_MS;
	assert_int_equal(vm_job_tick(w->vm, w->now), VM_JOB_FAILED);
	assert_non_null(strstr(vm_why(w->vm), "nDirector"));
	run(w, -1, 0);
	assert_string_equal(w->log, "PU");
}

static void test_waits_for_sessions(void **state)
{
	struct world *w = *state;

	begin(w, VM_OP_CREATE);
	assert_int_equal(vm_job_next(w->vm, false, w->now).act, VM_ACT_NONE);
	w->server->session = NULL;
	assert_int_equal(vm_job_next(w->vm, true, w->now).act, VM_ACT_PLACE);
	run(w, -1, 0);
	assert_string_equal(w->log, "PP");
	w->server->session = (struct chan *)w;
	w->vm->waiting = true;
	assert_int_equal(vm_job_next(w->vm, true, w->now).act, VM_ACT_NONE);
}

/* A deletion goes on for ever, and takes the addresses back last. */
static void test_delete(void **state)
{
	struct world *w = *state;

	begin(w, VM_OP_CREATE);
	run(w, -1, 0);
	memset(w->log, 0, sizeof(w->log));
	begin(w, VM_OP_DELETE);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(run(w, 0, i & 1 ? CODE(FAILED) : CODE(UNAVAILABLE)), VM_JOB_AGAIN);
		w->now += VM_JOB_LIMIT_MS;
		assert_int_equal(vm_job_tick(w->vm, w->now), VM_JOB_AGAIN);
		assert_true(w->placed[0]);
	}
	assert_int_equal(run(w, 0, CODE(NOT_FOUND)), VM_JOB_DONE);
	assert_string_equal(w->log, "DDDDDDUU");
	assert_true(w->finished);
}

static void test_power(void **state)
{
	struct world *w = *state;

	begin(w, VM_OP_CREATE);
	run(w, -1, 0);
	begin(w, VM_OP_STOP);
	assert_int_equal(run(w, -1, 0), VM_JOB_DONE);
	assert_int_equal(w->vm->state, NVO3__VM_STATE__VM_STOPPED);
	begin(w, VM_OP_START);
	assert_int_equal(run(w, 0, CODE(FAILED)), VM_JOB_FAILED);
	assert_int_equal(w->vm->state, NVO3__VM_STATE__VM_STOPPED);
	assert_string_equal(vm_why(w->vm), "refused by the test");
	assert_int_equal(w->vm->op, VM_OP_NONE);
}

/* The vServer made it: it is placed, or forgotten without touching it there. */
static void test_adopt(void **state)
{
	struct world *w = *state;

	w->vm->made = true;
	w->made = true;
	begin(w, VM_OP_ADOPT);
	run(w, -1, 0);
	assert_string_equal(w->log, "PP");
	assert_true(w->finished);
	assert_int_equal(w->vm->op, VM_OP_NONE);

	teardown(state);
	setup(state);
	w = *state;
	w->vm->made = true;
	w->made = true;
	begin(w, VM_OP_ADOPT);
	run(w, 1, CODE(EXISTS));
	assert_string_equal(w->log, "PPU");
	assert_true(w->made && w->finished);
}

/*
 * The vServer is at something else with the VM, as after a restart in the middle of what was asked:
 * that is for later, until the time is over, and then its sentence is told.
 */
static void test_busy_is_for_later(void **state)
{
	static const enum vm_op ops[] = { VM_OP_START, VM_OP_STOP, VM_OP_SUSPEND, VM_OP_RESUME,
					  VM_OP_REBOOT };
	struct world *w = *state;

	begin(w, VM_OP_CREATE);
	assert_int_equal(run(w, 2, CODE(BUSY)), VM_JOB_AGAIN);
	assert_int_equal(w->vm->op, VM_OP_CREATE);
	assert_true(w->vm->made);
	assert_int_equal(vm_job_next(w->vm, true, w->now).act, VM_ACT_NONE);
	w->now += VM_JOB_RETRY_MS;
	assert_int_equal(run(w, -1, 0), VM_JOB_DONE);
	assert_string_equal(w->log, "PPCC");
	assert_string_equal(vm_why(w->vm), "");
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		struct vm_answer a = { .code = CODE(BUSY), .text = "in the middle of its stop" };
		struct vm_next next;

		begin(w, ops[i]);
		next = vm_job_next(w->vm, true, w->now);
		w->vm->waiting = true;
		assert_int_equal(vm_job_answer(w->vm, next, &a, w->now), VM_JOB_AGAIN);
		assert_int_equal(w->vm->op, ops[i]);
		w->now += VM_JOB_LIMIT_MS;
		assert_int_equal(vm_job_tick(w->vm, w->now), VM_JOB_FAILED);
		assert_string_equal(vm_why(w->vm), "in the middle of its stop");
		vm_set_why(w->vm, "");
	}
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

static void test_suspension(void **state)
{
	static const struct {
		enum vm_op op;
		enum vm_act act;
		uint32_t after;
	} table[] = {
		{ VM_OP_SUSPEND, VM_ACT_SUSPEND, NVO3__VM_STATE__VM_SUSPENDED },
		{ VM_OP_RESUME, VM_ACT_RESUME, NVO3__VM_STATE__VM_RUNNING },
		{ VM_OP_REBOOT, VM_ACT_REBOOT, NVO3__VM_STATE__VM_RUNNING },
	};
	struct world *w = *state;

	w->server->session = (struct chan *)w;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct vm_answer a = { .code = CODE(OK), .text = "", .state = table[i].after };
		struct vm_next next;

		begin(w, table[i].op);
		next = vm_job_next(w->vm, false, w->now);
		assert_int_equal(next.act, table[i].act);
		assert_int_equal(vm_job_answer(w->vm, next, &a, w->now), VM_JOB_DONE);
		assert_int_equal(w->vm->state, table[i].after);
		assert_int_equal(w->vm->op, VM_OP_NONE);
		/* A driver that cannot: the VM stays, and the sentence is told */
		begin(w, table[i].op);
		a = (struct vm_answer){ .code = CODE(FAILED), .text = "cannot suspend" };
		assert_int_equal(vm_job_answer(w->vm, next, &a, w->now), VM_JOB_FAILED);
		assert_string_equal(vm_why(w->vm), "cannot suspend");
		assert_int_equal(w->vm->state, table[i].after);
		/* Nobody answers for long */
		begin(w, table[i].op);
		assert_int_equal(vm_job_tick(w->vm, w->now + VM_JOB_LIMIT_MS), VM_JOB_FAILED);
	}
}

/* A VM that runs, with two interfaces that are placed. */
static struct world *running(void **state)
{
	struct world *w = *state;

	begin(w, VM_OP_CREATE);
	run(w, -1, 0);
	memset(w->log, 0, sizeof(w->log));
	return w;
}

static void test_resize(void **state)
{
	struct world *w = running(state);
	uint32_t used = w->server->used.cpus;

	w->vm->want_cpus = 3;
	w->vm->want_memory_mib = 512;
	begin(w, VM_OP_RESIZE);
	assert_int_equal(run(w, 0, CODE(FAILED)), VM_JOB_FAILED);
	assert_string_equal(vm_why(w->vm), "refused by the test");
	assert_int_equal(w->server->used.cpus, used);
	begin(w, VM_OP_RESIZE);
	assert_int_equal(run(w, 0, CODE(TIMEOUT)), VM_JOB_AGAIN);
	vm_job_begin(w->vm, w->now += 1);
	assert_int_equal(run(w, -1, 0), VM_JOB_DONE);
	assert_string_equal(w->log, "ZZZ");
	assert_int_equal(w->vm->size.cpus, 3);
	assert_int_equal(w->vm->size.memory_mib, 512);
	assert_int_equal(w->server->used.cpus, used + 2);
}

/* Its second interface is the one that comes: not placed yet */
static void new_nic(struct world *w)
{
	w->vm->nics[1].epoch = 0;
	w->vm->changing = w->vm->nics[1].tsi;
	w->vm->unplugged = false;
	w->placed[1] = false;
}

static void test_plug(void **state)
{
	struct world *w = running(state);

	new_nic(w);
	begin(w, VM_OP_PLUG);
	assert_int_equal(run(w, 1, CODE(TIMEOUT)), VM_JOB_AGAIN);
	vm_job_begin(w->vm, w->now += 1);
	assert_int_equal(run(w, -1, 0), VM_JOB_DONE);
	assert_string_equal(w->log, "PII");
	assert_int_equal(w->vm->nics[1].epoch, 8);
}

/* Whoever refuses it: its placement ends, it goes, and the sentence stays. */
static void test_plug_refused(void **state)
{
	static const char *const logs[] = { "P", "PIU" };

	for (int n = 0; n < 2; n++) {
		struct world *w = running(state);

		new_nic(w);
		begin(w, VM_OP_PLUG);
		assert_int_equal(run(w, n, CODE(FAILED)), VM_JOB_FAILED);
		assert_string_equal(w->log, logs[n]);
		assert_true(w->finished);
		assert_false(w->vm->nics[1].epoch || w->vm->nics[1].unsure);
		assert_string_equal(vm_why(w->vm), "refused by the test");
		assert_int_equal(w->vm->op, VM_OP_NONE);
		teardown(state);
		setup(state);
	}
}

/* The guest first, then the address; a guest that does not let go keeps it. */
static void test_unplug(void **state)
{
	struct world *w = running(state);

	w->vm->changing = w->vm->nics[1].tsi;
	begin(w, VM_OP_UNPLUG);
	assert_int_equal(run(w, 0, CODE(FAILED)), VM_JOB_FAILED);
	assert_true(w->placed[1] && !w->finished);
	begin(w, VM_OP_UNPLUG);
	assert_int_equal(run(w, 1, CODE(UNAVAILABLE)), VM_JOB_AGAIN);
	assert_true(w->vm->unplugged);
	vm_job_begin(w->vm, w->now += 1);
	run(w, -1, 0);
	assert_string_equal(w->log, "OOUU");
	assert_true(w->finished && !w->placed[1]);
	assert_int_equal(w->vm->op, VM_OP_NONE);
}

/* Of the other group when its server has said so, and not before; refused, of the old one. */
static void test_regroup(void **state)
{
	struct world *w = running(state);

	vm_set_want_group(w->vm, "db");
	begin(w, VM_OP_REGROUP);
	assert_int_equal(run(w, 0, CODE(UNAVAILABLE)), VM_JOB_AGAIN);
	assert_string_equal(w->vm->group, "");
	assert_string_equal(w->vm->want_group, "db");
	vm_job_begin(w->vm, w->now += 1);
	assert_int_equal(run(w, -1, 0), VM_JOB_DONE);
	assert_string_equal(w->log, "GG");
	assert_string_equal(w->vm->group, "db");
	assert_null(w->vm->want_group);
	assert_int_equal(w->vm->op, VM_OP_NONE);
	vm_set_want_group(w->vm, "");
	begin(w, VM_OP_REGROUP);
	assert_int_equal(run(w, 0, CODE(FAILED)), VM_JOB_FAILED);
	assert_string_equal(w->vm->group, "db");
	assert_null(w->vm->want_group);
	assert_string_equal(vm_why(w->vm), "refused by the test");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_create),	    TEST(test_create_refused),
		TEST(test_create_silence),  TEST(test_create_times_out),
		TEST(test_waits_for_sessions), TEST(test_delete),
		TEST(test_power),	    TEST(test_adopt),
		TEST(test_suspension),	    TEST(test_resize),
		TEST(test_plug),	    TEST(test_plug_refused),
		TEST(test_unplug),	    TEST(test_regroup),
		TEST(test_suspension),	    TEST(test_busy_is_for_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
