// SPDX-License-Identifier: GPL-2.0
/* What is stored comes back as it was; what cannot be a record is refused with a sentence. */
#include <errno.h>
#include "fixture.h"
#include "lib/msg.h"
#include "proto/vcenter_store.pb-c.h"
#include "record.h"

static void test_vn_server_vm(void **state)
{
	struct inventory *a = inventory_new("dc1"), *b = inventory_new("dc1");
	struct vn *blue = fix_vn(a, "blue", 100), vn;
	struct server *s = fix_server(a, "host1", 4), *s2;
	struct vm *vm = fix_add(a, fix_vm(blue, "web", 1), s), *vm2;
	uint8_t *data[3];
	struct err err;
	size_t len[3];
	struct nic nic;

	vm->op = VM_OP_CREATE;
	vm->start = true;
	vm->made = true;
	vm->left = true;
	vm->nics[0].unsure = true;
	vm->nics[0].epoch = 0xfedcba9876543210;
	strcpy(vm->nics[0].port, "tap0");
	vm->nics[0].vid = 7;
	vm_set_why(vm, "why");
	data[0] = vn_pack(blue, &len[0]);
	data[1] = server_pack(s, &len[1]);
	data[2] = vm_pack(vm, &len[2]);
	/* a VM whose VN is not there is not taken */
	assert_int_equal(vm_unpack(b, data[2], len[2], &err), -ENOENT);
	assert_int_equal(vn_unpack(data[0], len[0], &vn, &err), 0);
	assert_non_null(inventory_vn_add(b, &vn, &err));
	assert_int_equal(server_unpack(b, data[1], len[1], &err), 0);
	assert_int_equal(vm_unpack(b, data[2], len[2], &err), 0);
	s2 = inventory_server(b, "host1");
	assert_string_equal(s2->nve, "dc1/host1");
	assert_memory_equal(&s2->total, &s->total, sizeof(s->total));
	assert_null(s2->session);
	vm2 = inventory_vm(b, &vm->uuid);
	assert_ptr_equal(vm2->server, s2);
	assert_int_equal(vm2->op, VM_OP_CREATE);
	assert_ptr_equal(b->jobs, vm2);
	assert_true(vm2->start && vm2->made && vm2->left && !vm2->incoming);
	assert_string_equal(vm_why(vm2), "why");
	assert_int_equal(vm2->n_nics, 1);
	nic = vm2->nics[0];
	/* where it stands in each inventory */
	nic.vn = blue;
	nic.of_vn = vm->nics[0].of_vn;
	assert_memory_equal(&nic, &vm->nics[0], sizeof(nic));
	/* twice is once too often */
	assert_int_equal(vm_unpack(b, data[2], len[2], &err), -EEXIST);
	for (int i = 0; i < 3; i++)
		free(data[i]);
	inventory_free(a);
	inventory_free(b);
}

/* Whatever was being done to a VM when the program ended, the next one can read it */
static void test_every_operation(void **state)
{
	for (enum vm_op op = VM_OP_NONE; op <= VM_OP_LAST; op++) {
		struct inventory *a = inventory_new("dc1"), *b = inventory_new("dc1");
		struct vn *blue = fix_vn(a, "blue", 100);
		struct server *server = fix_server(a, "host1", 4);
		struct vm *vm = fix_add(a, fix_vm(blue, "web", 1), server), *back;
		struct err err;
		uint8_t *data;
		size_t len;

		vm->op = op;
		vm->changing = vm->nics[0].tsi;
		vm->unplugged = op & 1;
		vm->want_cpus = op;
		vm->want_memory_mib = 7;
		vm->want_disk_mib = 9;
		if (op == VM_OP_REGROUP)
			vm_set_want_group(vm, "db");
		assert_non_null(inventory_vn_add(b, blue, &err));
		data = vm_pack(vm, &len);
		if (vm_unpack(b, data, len, &err))
			fail_msg("operation %u: %s", op, err.text);
		back = inventory_vm(b, &vm->uuid);
		assert_int_equal(back->op, op);
		assert_true(uuid_equal(&back->changing, &vm->changing));
		assert_int_equal(back->unplugged, op & 1);
		assert_int_equal(back->want_cpus, op);
		assert_int_equal(back->want_memory_mib, 7);
		assert_int_equal(back->want_disk_mib, 9);
		assert_int_equal(!!back->want_group, op == VM_OP_REGROUP);
		if (op == VM_OP_REGROUP)
			assert_string_equal(back->want_group, "db");
		free(data);
		inventory_free(a);
		inventory_free(b);
	}
}

static void test_move(void **state)
{
	struct move m = { .id = uuid_new(), .vm = uuid_new(), .vm_name = "web", .from_dc = "dc1",
			  .from_server = "host1", .to_dc = "dc2", .to_server = "host3",
			  .step = MOVE_COMMIT, .state = MOVE_RUNNING,
			  .flags = MOVE_F_WAS_RUNNING | MOVE_F_UNSURE, .error = "late",
			  .size = 1 << 24, .decided = 11, .started = 10, .ended = 12,
			  .location = "row1", .tenant = "alice",
			  .figures = { { 1, 2, 3, 4, 5, 6 }, 6, 7, 8, 9, 10, 11, 12, true, 13 },
			  .rtt = { "192.0.2.7", 2, { { "dc2", 5000 }, { "dc1", 0 } } } };
	struct err err;
	struct move back;
	uint8_t *data;
	size_t len;

	memset(m.token, 3, sizeof(m.token));
	memset(m.sha256, 4, sizeof(m.sha256));
	data = move_pack(&m, &len);
	assert_int_equal(move_unpack(data, len, &back, &err), 0);
	assert_memory_equal(&back, &m, sizeof(m));
	free(data);
	m.state = 99;
	data = move_pack(&m, &len);
	assert_int_equal(move_unpack(data, len, &back, &err), -EINVAL);
	assert_non_null(strstr(err.text, "web"));
	free(data);
}

/* The numbers of steps in a store, which no version may change: what an older one wrote is read. */
static void test_steps_of_a_store(void **state)
{
	static const enum move_step steps[] = { MOVE_RESERVE, MOVE_STOP, MOVE_PULL, MOVE_COMMIT,
						MOVE_RELEASE, MOVE_COPY };
	uint64_t began[] = { 10, 11, 12, 13, 14, 15 };
	uint8_t bytes[32] = { 7 };
	struct move m;
	struct err err;
	uint8_t *data;
	size_t len;

	for (unsigned int i = 0; i <= 6; i++) {
		Nvo3__StoredMove msg = NVO3__STORED_MOVE__INIT;

		msg.move = (ProtobufCBinaryData){ 16, bytes };
		msg.vm = msg.move;
		msg.token = (ProtobufCBinaryData){ 32, bytes };
		msg.sha256 = msg.token;
		msg.step = i;
		msg.began = began;
		/* before there was MOVE_COPY they were five */
		msg.n_began = i == 5 ? 6 : 5;
		data = msg_encode(&msg.base, &len);
		assert_int_equal(move_unpack(data, len, &m, &err), i < 6 ? 0 : -EINVAL);
		if (i < 6) {
			assert_int_equal(m.step, steps[i]);
			assert_int_equal(m.figures.began[steps[i]], 10 + i);
			assert_int_equal(m.figures.began[MOVE_COPY], i == 5 ? 15 : 0);
		}
		free(data);
	}
}

/* Whatever a vcenterd was killed in, the next one can read. */
static void test_each_operation(void **state)
{
	struct err err;
	uint8_t *data;
	size_t len;

	for (int op = VM_OP_NONE; op <= VM_OP_LAST + 1; op++) {
		struct inventory *inv = inventory_new("dc1");
		struct server *server = fix_server(inv, "host1", 4);
		struct vm *vm = fix_vm(fix_vn(inv, "blue", 100), "web", 1);
		struct uuid uuid = vm->uuid;

		fix_add(inv, vm, server);
		vm->op = op;
		data = vm_pack(vm, &len);
		vm->op = VM_OP_NONE;
		inventory_vm_del(inv, vm);
		assert_int_equal(vm_unpack(inv, data, len, &err), op > VM_OP_LAST ? -EINVAL : 0);
		if (op <= VM_OP_LAST)
			assert_int_equal(inventory_vm(inv, &uuid)->op, op);
		free(data);
		inventory_free(inv);
	}
}

static void test_incoming(void **state)
{
	struct incoming in = { .move = uuid_new(), .vm = uuid_new(), .peer = "dc1",
			       .server = "host3", .phase = INCOMING_STARTING, .lease_s = 900,
			       .start = true, .text = "t", .ended = 5, .active = 6,
			       .first_in = 7, .clock_error = 8 };
	struct incoming back;
	struct err err;
	uint8_t *data;
	size_t len;

	data = incoming_pack(&in, &len);
	assert_int_equal(incoming_unpack(data, len, &back, &err), 0);
	assert_memory_equal(&back, &in, sizeof(in));
	free(data);
}

static void test_event_and_gone(void **state)
{
	struct event e = { .seq = 1ull << 40, .time = 9, .kind = "k", .subject = "s", .text = "t",
			   .alert = true }, back;
	struct err err;
	uint64_t time;
	uint8_t *data;
	size_t len;

	data = event_pack(&e, &len);
	assert_int_equal(event_unpack(data, len, &back, &err), 0);
	assert_memory_equal(&back, &e, sizeof(e));
	free(data);
	data = gone_pack(77, &len);
	assert_int_equal(gone_unpack(data, len, &time, &err), 0);
	assert_int_equal(time, 77);
	free(data);
}

/* Broken in every single byte: a sentence or a valid record, never a crash. */
static void test_broken(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct vn *blue = fix_vn(inv, "blue", 100), vn;
	struct vm *vm = fix_vm(blue, "web", 1);
	int refused = 0;
	uint8_t *data;
	struct move m;
	struct err err;
	size_t len;

	vm->server = fix_server(inv, "host1", 4);
	data = vm_pack(vm, &len);
	vm->server = NULL;
	for (size_t i = 0; i < len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			data[i] ^= 1 << bit;
			if (vm_unpack(inv, data, len, &err))
				refused++;
			else
				inventory_vm_del(inv, inv->vms);
			data[i] ^= 1 << bit;
		}
		if (vm_unpack(inv, data, i, &err))
			refused++;
		else
			inventory_vm_del(inv, inv->vms);
	}
	assert_true(refused > 100);
	assert_true(move_unpack((const uint8_t *)"\xff\xff", 2, &m, &err) < 0);
	assert_true(vn_unpack((const uint8_t *)"", 0, &vn, &err) < 0);
	free(data);
	vm_free(vm);
	inventory_free(inv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vn_server_vm),
		cmocka_unit_test(test_every_operation),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_steps_of_a_store),
		cmocka_unit_test(test_each_operation),
		cmocka_unit_test(test_incoming),
		cmocka_unit_test(test_event_and_gone),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
