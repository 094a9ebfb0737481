// SPDX-License-Identifier: GPL-2.0
/* What is decided in an operation on a group: group_op.h, and as it is stored. */
#include <errno.h>
#include "fixture.h"
#include "group_op.h"
#include "record_group.h"

#define N 5

struct bed {
	struct inventory *inv;
	struct server *server, *other;
	struct vm *vms[N];
	struct group_op op;
	struct group_slot slot;
};

static void bed_up(struct bed *b, enum group_action action)
{
	struct vn *vn;
	char name[8];

	memset(b, 0, sizeof(*b));
	b->inv = inventory_new("dc1");
	vn = fix_vn(b->inv, "blue", 100);
	b->server = fix_server(b->inv, "host1", 8);
	b->other = fix_server(b->inv, "host2", 8);
	b->op = (struct group_op){ .action = action, .parallel = 2 };
	strcpy(b->op.tenant, "alice");
	strcpy(b->op.group, "web");
	group_op_init(&b->op, N);
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "vm%d", i);
		b->vms[i] = fix_add(b->inv, fix_vm(vn, name, i + 1), b->server);
		b->vms[i]->made = true;
		b->op.members[i].vm = b->vms[i]->uuid;
		b->op.members[i].name = mem_strdup(name);
		if (group_op_moves(action))
			b->op.members[i].move = uuid_new();
	}
}

static void bed_down(struct bed *b)
{
	group_op_uninit(&b->op);
	inventory_free(b->inv);
}

static enum group_verdict judge(struct bed *b, bool asked, struct err *err)
{
	b->slot.asked = asked;
	return group_op_judge(&b->op, 0, b->vms[0], NULL, &b->slot, "dc1", err);
}

static void test_power(void **state)
{
	static const struct {
		enum group_action action;
		uint32_t from, to;
		enum vm_op op;
	} table[] = {
		{ GROUP_START, NVO3__VM_STATE__VM_STOPPED, NVO3__VM_STATE__VM_RUNNING,
		  VM_OP_START },
		{ GROUP_STOP, NVO3__VM_STATE__VM_RUNNING, NVO3__VM_STATE__VM_STOPPED, VM_OP_STOP },
		{ GROUP_SUSPEND, NVO3__VM_STATE__VM_RUNNING, NVO3__VM_STATE__VM_SUSPENDED,
		  VM_OP_SUSPEND },
		{ GROUP_RESUME, NVO3__VM_STATE__VM_SUSPENDED, NVO3__VM_STATE__VM_RUNNING,
		  VM_OP_RESUME },
	};
	struct err err;
	struct bed b;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		bed_up(&b, table[i].action);
		assert_int_equal(group_op_vm_op(table[i].action), table[i].op);
		b.vms[0]->state = table[i].from;
		assert_int_equal(judge(&b, false, &err), GROUP_BEGIN);
		b.vms[0]->op = table[i].op;
		assert_int_equal(judge(&b, true, &err), GROUP_WAIT);
		b.vms[0]->op = VM_OP_NONE;
		vm_set_why(b.vms[0], "no, says the server");
		assert_int_equal(judge(&b, true, &err), GROUP_FAILED);
		assert_string_equal(err.text, "no, says the server");
		b.vms[0]->state = table[i].to;
		assert_int_equal(judge(&b, true, &err), GROUP_OVER);
		/* it was so already */
		assert_int_equal(judge(&b, false, &err), GROUP_OVER);
		bed_down(&b);
	}
}

static void test_who_is_busy(void **state)
{
	struct err err;
	struct bed b;

	bed_up(&b, GROUP_STOP);
	b.vms[0]->op = VM_OP_UPDATE;
	assert_int_equal(judge(&b, false, &err), GROUP_BUSY);
	assert_string_equal(err.text, "VM vm0 is in the middle of another operation");
	b.vms[0]->op = VM_OP_NONE;
	b.vms[0]->move = uuid_new();
	assert_int_equal(judge(&b, false, &err), GROUP_BUSY);
	assert_string_equal(err.text, "VM vm0 is moving");
	b.vms[0]->move = (struct uuid){ };
	b.vms[0]->made = false;
	vm_set_why(b.vms[0], "no room");
	assert_int_equal(judge(&b, false, &err), GROUP_FAILED);
	assert_string_equal(err.text, "it was never made: no room");
	b.vms[0]->left = true;
	assert_int_equal(judge(&b, false, &err), GROUP_FAILED);
	assert_string_equal(err.text, "it is another data centre's");
	b.vms[0]->left = false;
	assert_int_equal(group_op_judge(&b.op, 0, NULL, NULL, NULL, "dc1", &err), GROUP_FAILED);
	assert_string_equal(err.text, "it is not here any more");
	bed_down(&b);
}

static void test_delete(void **state)
{
	struct err err;
	struct bed b;

	bed_up(&b, GROUP_DELETE);
	assert_int_equal(judge(&b, false, &err), GROUP_BEGIN);
	b.vms[0]->op = VM_OP_DELETE;
	assert_int_equal(judge(&b, false, &err), GROUP_WAIT);
	b.vms[0]->op = VM_OP_UNDO;
	assert_int_equal(judge(&b, false, &err), GROUP_BEGIN);
	b.vms[0]->op = VM_OP_CREATE;
	assert_int_equal(judge(&b, false, &err), GROUP_BUSY);
	assert_int_equal(group_op_judge(&b.op, 0, NULL, NULL, NULL, "dc1", &err), GROUP_OVER);
	b.vms[0]->op = VM_OP_NONE;
	bed_down(&b);
}

static void test_moves(void **state)
{
	struct move m = { .state = MOVE_RUNNING, .step = MOVE_PULL };
	struct err err;
	struct bed b;

	bed_up(&b, GROUP_MIGRATE);
	strcpy(b.op.server, "host2");
	assert_int_equal(judge(&b, false, &err), GROUP_BEGIN);
	/* it is there */
	inventory_vm_set_server(b.vms[0], b.other);
	assert_int_equal(judge(&b, false, &err), GROUP_OVER);
	strcpy(b.op.dc, "dc2");
	assert_int_equal(judge(&b, false, &err), GROUP_BEGIN);
	/* another one's move, then its own */
	b.vms[0]->move = uuid_new();
	assert_int_equal(judge(&b, false, &err), GROUP_BUSY);
	assert_int_equal(group_op_judge(&b.op, 0, b.vms[0], &m, NULL, "dc1", &err), GROUP_WAIT);
	m.step = MOVE_RELEASE;
	assert_int_equal(group_op_judge(&b.op, 0, b.vms[0], &m, NULL, "dc1", &err), GROUP_OVER);
	m.state = MOVE_DONE;
	assert_int_equal(group_op_judge(&b.op, 0, NULL, &m, NULL, "dc1", &err), GROUP_OVER);
	m.state = MOVE_ABORTED;
	m.step = MOVE_PULL;
	m.flags = MOVE_F_ABORTING;
	strcpy(m.error, "no image");
	assert_int_equal(group_op_judge(&b.op, 0, b.vms[0], &m, NULL, "dc1", &err), GROUP_FAILED);
	assert_string_equal(err.text, "no image");
	/* refused: it is forgotten in a moment, and what was said of it is known by then */
	m.step = MOVE_RESERVE;
	m.flags = 0;
	assert_int_equal(group_op_judge(&b.op, 0, b.vms[0], &m, NULL, "dc1", &err), GROUP_BUSY);
	bed_down(&b);
}

static void test_some_at_a_time(void **state)
{
	struct group_slot *slot;
	struct err err;
	struct bed b;

	bed_up(&b, GROUP_STOP);
	assert_int_equal(group_op_begin(&b.op, 0)->member, 0);
	assert_int_equal(group_op_begin(&b.op, 0)->member, 1);
	assert_null(group_op_begin(&b.op, 0));
	assert_int_equal(b.op.counts[MEMBER_RUNNING], 2);
	group_op_end(&b.op, &b.op.slots[0], NULL);
	slot = group_op_begin(&b.op, 0);
	assert_int_equal(slot->member, 2);
	/* a slot that ends leaves its place to the last one */
	group_op_end(&b.op, &b.op.slots[0], "no");
	assert_int_equal(b.op.slots[0].member, 2);
	assert_string_equal(b.op.members[1].error, "no");
	assert_false(group_op_finish(&b.op, 7));
	group_op_begin(&b.op, 0);
	assert_int_equal(group_op_abort(&b.op, &err), 0);
	assert_null(group_op_begin(&b.op, 0));
	assert_int_equal(group_op_abort(&b.op, &err), 0);
	assert_false(group_op_finish(&b.op, 7));
	/* one that had not really begun stays as it is */
	group_op_drop(&b.op, &b.op.slots[1]);
	assert_false(group_op_finish(&b.op, 7));
	group_op_end(&b.op, &b.op.slots[0], NULL);
	assert_true(group_op_finish(&b.op, 7));
	assert_false(group_op_finish(&b.op, 8));
	assert_int_equal(b.op.state, GROUP_ABORTED);
	assert_int_equal(b.op.ended, 7);
	assert_int_equal(b.op.counts[MEMBER_DONE], 2);
	assert_int_equal(b.op.counts[MEMBER_FAILED], 1);
	assert_int_equal(b.op.counts[MEMBER_WAITING], 2);
	assert_string_equal(group_member_word(&b.op, MEMBER_WAITING), "untouched");
	assert_int_equal(group_op_abort(&b.op, &err), -EPERM);
	assert_string_equal(err.text, "the operation on group web of alice has ended");
	bed_down(&b);
}

/* Each has its end, in whatever order */
static void test_all_come_to_an_end(void **state)
{
	struct bed b;

	bed_up(&b, GROUP_STOP);
	b.op.parallel = 3;
	for (int ended = 0; ended < N; ended++) {
		while (group_op_begin(&b.op, 0))
			;
		assert_true(b.op.n_slots <= 3);
		assert_false(group_op_finish(&b.op, 7));
		group_op_end(&b.op, &b.op.slots[random() % b.op.n_slots], NULL);
	}
	assert_true(group_op_finish(&b.op, 7));
	assert_int_equal(b.op.state, GROUP_DONE);
	assert_int_equal(b.op.counts[MEMBER_DONE], N);
	bed_down(&b);
}

static void test_as_it_is_stored(void **state)
{
	struct group_member m;
	struct group_op op;
	struct err err;
	uint8_t *data;
	struct bed b;
	size_t len;

	bed_up(&b, GROUP_MOBILITY);
	b.op.id = uuid_new();
	strcpy(b.op.dc, "dc2");
	strcpy(b.op.server, "host3");
	b.op.state = GROUP_ABORTING;
	b.op.started = 12;
	data = group_op_pack(&b.op, &len);
	assert_int_equal(group_op_unpack(data, len, &op, &err), 0);
	free(data);
	assert_true(uuid_equal(&op.id, &b.op.id));
	assert_string_equal(op.tenant, "alice");
	assert_string_equal(op.group, "web");
	assert_string_equal(op.dc, "dc2");
	assert_string_equal(op.server, "host3");
	assert_int_equal(op.action, GROUP_MOBILITY);
	assert_int_equal(op.state, GROUP_ABORTING);
	assert_int_equal(op.parallel, 2);
	assert_int_equal(op.started, 12);
	assert_int_equal(op.n, N);
	assert_int_equal(op.counts[MEMBER_WAITING], N);
	group_op_uninit(&op);
	/* who is under way is not: that is told by its VM */
	group_op_begin(&b.op, 0);
	b.op.state = GROUP_RUNNING;
	assert_non_null(group_op_begin(&b.op, 0));
	data = group_member_pack(&b.op.members[0], &len);
	assert_int_equal(group_member_unpack(data, len, &m, &err), 0);
	assert_int_equal(m.state, MEMBER_WAITING);
	assert_true(uuid_equal(&m.vm, &b.op.members[0].vm));
	assert_true(uuid_equal(&m.move, &b.op.members[0].move));
	assert_null(m.error);
	group_member_uninit(&m);
	free(data);
	group_op_end(&b.op, &b.op.slots[0], "no");
	data = group_member_pack(&b.op.members[0], &len);
	assert_int_equal(group_member_unpack(data, len, &m, &err), 0);
	assert_int_equal(m.state, MEMBER_FAILED);
	assert_string_equal(m.name, "vm0");
	assert_string_equal(m.error, "no");
	group_member_uninit(&m);
	data[0] ^= 0xff;
	assert_int_equal(group_member_unpack(data, len, &m, &err), -EINVAL);
	assert_int_equal(group_op_unpack(data, len, &op, &err), -EINVAL);
	free(data);
	bed_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_who_is_busy),
		cmocka_unit_test(test_delete),
		cmocka_unit_test(test_moves),
		cmocka_unit_test(test_some_at_a_time),
		cmocka_unit_test(test_all_come_to_an_end),
		cmocka_unit_test(test_as_it_is_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
