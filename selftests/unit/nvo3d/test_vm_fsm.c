// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "msg.h"
#include "vserver/vm_fsm.h"

#define STATE(name) NVO3__VM_STATE__VM_##name

static enum vm_answer ask(struct vm_fsm *f, enum vm_op op, uint32_t want_code)
{
	struct err err = {};
	uint32_t code = CODE(OK);
	enum vm_answer a = vm_fsm_ask(f, op, &code, &err);

	assert_int_equal(code, want_code);
	assert_true((a == VM_REFUSE) == (*err.text != '\0'));
	return a;
}

/* An operation from a state: may it begin, the state meanwhile, and after a good and a bad end */
static void test_operations(void **state)
{
	enum { RUN = STATE(RUNNING), STOP = STATE(STOPPED), FAIL = STATE(FAILED),
	       MOVE = STATE(MOVING), DEL = STATE(DELETING), NONE = STATE(UNKNOWN) };
	static const struct {
		unsigned int from;
		enum vm_op op;
		bool run;
		unsigned int during, good, bad;
	} table[] = {
		{ RUN, VM_OP_STOP, false, RUN, STOP, STOP },
		{ FAIL, VM_OP_STOP, false, FAIL, STOP, STOP },
		{ STOP, VM_OP_START, true, STOP, RUN, STOP },
		{ FAIL, VM_OP_START, true, FAIL, RUN, FAIL },
		{ RUN, VM_OP_DELETE, false, DEL, NONE, FAIL },
		{ STOP, VM_OP_DELETE, false, DEL, NONE, FAIL },
		{ RUN, VM_OP_SOURCE, false, MOVE, MOVE, RUN },
		{ STOP, VM_OP_SOURCE, false, MOVE, MOVE, STOP },
		{ MOVE, VM_OP_ABORT, true, MOVE, RUN, FAIL },
		{ MOVE, VM_OP_ABORT, false, MOVE, STOP, FAIL },
		{ MOVE, VM_OP_COMMIT, true, MOVE, RUN, MOVE },
		{ MOVE, VM_OP_COMMIT, false, MOVE, STOP, MOVE },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		for (int ok = 0; ok < 2; ok++) {
			struct vm_fsm f = { .state = table[i].from, .since = 5 };
			enum vm_op other;

			assert_int_equal(ask(&f, table[i].op, CODE(OK)), VM_GO);
			vm_fsm_begin(&f, table[i].op, table[i].run, 10);
			assert_int_equal(f.state, table[i].during);
			assert_int_equal(f.since, f.state == table[i].from ? 5 : 10);
			/* Asked again it is waited for, anything else has to come later */
			assert_int_equal(ask(&f, table[i].op, CODE(OK)), VM_WAIT);
			other = table[i].op == VM_OP_STOP ? VM_OP_START : VM_OP_STOP;
			assert_int_equal(ask(&f, other, CODE(BUSY)), VM_REFUSE);
			vm_fsm_end(&f, ok, 20);
			assert_int_equal(f.state, ok ? table[i].good : table[i].bad);
			assert_int_equal(f.op, VM_OP_NONE);
		}
	}
}

static void test_new_ones(void **state)
{
	struct vm_fsm f = {};

	vm_fsm_begin(&f, VM_OP_CREATE, true, 10);
	assert_int_equal(f.state, STATE(CREATING));
	vm_fsm_end(&f, true, 20);
	assert_int_equal(f.state, STATE(RUNNING));
	assert_int_equal(ask(&f, VM_OP_CREATE, CODE(OK)), VM_SAME);
	f = (struct vm_fsm){};
	vm_fsm_begin(&f, VM_OP_CREATE, false, 10);
	vm_fsm_end(&f, true, 20);
	assert_int_equal(f.state, STATE(STOPPED));
	f = (struct vm_fsm){};
	vm_fsm_begin(&f, VM_OP_CREATE, true, 10);
	vm_fsm_end(&f, false, 20);
	assert_int_equal(f.state, STATE(UNKNOWN));
	f = (struct vm_fsm){};
	vm_fsm_begin(&f, VM_OP_DEST, false, 10);
	assert_int_equal(f.state, STATE(MOVING));
	vm_fsm_end(&f, false, 20);
	assert_int_equal(f.state, STATE(UNKNOWN));
}

static void test_same_already(void **state)
{
	struct vm_fsm f = { .state = STATE(RUNNING) };

	assert_int_equal(ask(&f, VM_OP_START, CODE(OK)), VM_SAME);
	f.state = STATE(STOPPED);
	assert_int_equal(ask(&f, VM_OP_STOP, CODE(OK)), VM_SAME);
}

static void test_wrong_state(void **state)
{
	static const enum vm_op ops[] = { VM_OP_START, VM_OP_STOP, VM_OP_DELETE, VM_OP_SOURCE };
	struct vm_fsm f = { .state = STATE(MOVING) };
	struct err err;
	uint32_t code;

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		assert_int_equal(ask(&f, ops[i], CODE(BAD_STATE)), VM_REFUSE);
	f.state = STATE(RUNNING);
	assert_int_equal(ask(&f, VM_OP_COMMIT, CODE(BAD_STATE)), VM_REFUSE);
	assert_int_equal(ask(&f, VM_OP_ABORT, CODE(BAD_STATE)), VM_REFUSE);
	assert_int_equal(vm_fsm_ask(&f, VM_OP_COMMIT, &code, &err), VM_REFUSE);
	assert_string_equal(err.text, "the VM is running: no commit of a move is possible");
}

static void test_guest_ends(void **state)
{
	struct vm_fsm f = { .state = STATE(RUNNING) };

	/* While it is being stopped that is no surprise */
	vm_fsm_begin(&f, VM_OP_STOP, false, 10);
	assert_false(vm_fsm_guest_ended(&f, true, 11));
	assert_int_equal(f.state, STATE(RUNNING));
	f = (struct vm_fsm){ .state = STATE(STOPPED) };
	assert_false(vm_fsm_guest_ended(&f, true, 11));
	f = (struct vm_fsm){ .state = STATE(RUNNING) };
	assert_true(vm_fsm_guest_ended(&f, true, 12));
	assert_int_equal(f.state, STATE(FAILED));
	assert_int_equal(f.since, 12);
	/* One that was shut down has not failed, nor has one that stood still */
	f = (struct vm_fsm){ .state = STATE(SUSPENDED) };
	assert_true(vm_fsm_guest_ended(&f, false, 12));
	assert_int_equal(f.state, STATE(STOPPED));
}

static void test_suspension(void **state)
{
	struct vm_fsm f = { .state = STATE(RUNNING) };
	uint32_t code;

	assert_int_equal(vm_fsm_ask(&f, VM_OP_RESUME, &code, NULL), VM_SAME);
	assert_int_equal(vm_fsm_ask(&f, VM_OP_SUSPEND, &code, NULL), VM_GO);
	vm_fsm_begin(&f, VM_OP_SUSPEND, false, 1);
	vm_fsm_end(&f, false, 2);
	assert_int_equal(f.state, STATE(RUNNING));
	vm_fsm_begin(&f, VM_OP_SUSPEND, false, 3);
	vm_fsm_end(&f, true, 4);
	assert_int_equal(f.state, STATE(SUSPENDED));
	assert_int_equal(vm_fsm_ask(&f, VM_OP_SUSPEND, &code, NULL), VM_SAME);
	assert_int_equal(vm_fsm_ask(&f, VM_OP_STOP, &code, NULL), VM_GO);
	assert_int_equal(ask(&f, VM_OP_START, CODE(BAD_STATE)), VM_REFUSE);
	assert_int_equal(ask(&f, VM_OP_REBOOT, CODE(BAD_STATE)), VM_REFUSE);
	assert_int_equal(vm_fsm_ask(&f, VM_OP_SOURCE, &code, NULL), VM_GO);
	vm_fsm_begin(&f, VM_OP_RESUME, false, 5);
	vm_fsm_end(&f, true, 6);
	assert_int_equal(f.state, STATE(RUNNING));
	/* By somebody else: news only once */
	assert_false(vm_fsm_guest_paused(&f, false, 7));
	assert_true(vm_fsm_guest_paused(&f, true, 7));
	assert_int_equal(f.state, STATE(SUSPENDED));
	assert_false(vm_fsm_guest_paused(&f, true, 8));
	assert_true(vm_fsm_guest_paused(&f, false, 8));
}

/* One that stands still moves, and stands still again, wherever that is */
static void test_suspended_it_moves(void **state)
{
	struct vm_fsm f = { .state = STATE(SUSPENDED) };

	vm_fsm_begin(&f, VM_OP_SOURCE, false, 1);
	assert_int_equal(f.state, STATE(MOVING));
	vm_fsm_end(&f, false, 2);
	assert_int_equal(f.state, STATE(SUSPENDED));
	for (enum vm_op op = VM_OP_COMMIT; op <= VM_OP_ABORT; op++) {
		f.state = STATE(MOVING);
		f.paused = true;
		vm_fsm_begin(&f, op, true, 3);
		vm_fsm_end(&f, true, 4);
		assert_int_equal(f.state, STATE(SUSPENDED));
		/* That was about this one only */
		f.state = STATE(MOVING);
		vm_fsm_begin(&f, op, true, 5);
		vm_fsm_end(&f, true, 6);
		assert_int_equal(f.state, STATE(RUNNING));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_new_ones),
		cmocka_unit_test(test_same_already),
		cmocka_unit_test(test_wrong_state),
		cmocka_unit_test(test_guest_ends),
		cmocka_unit_test(test_suspension),
		cmocka_unit_test(test_suspended_it_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
