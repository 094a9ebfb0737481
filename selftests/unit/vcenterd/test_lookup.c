// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include "fixture.h"
#include "lookup.h"

#define NOT_FOUND	NVO3__VM_LOOKUP_REPLY__RESULT__NOT_FOUND
#define FOUND		NVO3__VM_LOOKUP_REPLY__RESULT__FOUND
#define MOVING		NVO3__VM_LOOKUP_REPLY__RESULT__MOVING

static uint32_t ask(struct inventory *inv, const struct lookup_key *key)
{
	struct lookup_result res;

	lookup_local(inv, key, &res);
	return res.result;
}

static void test_local(void **state)
{
	struct inventory *inv = inventory_new("dc1");
	struct vn *blue = fix_vn(inv, "blue", 1), *red = fix_vn(inv, "red", 2);
	struct vm *web = fix_add(inv, fix_vm(blue, "web", 1), fix_server(inv, "host1", 4));
	struct lookup_key key = { .by = LOOKUP_ID, .id = web->uuid };
	struct lookup_result res;

	lookup_local(inv, &key, &res);
	assert_int_equal(res.result, FOUND);
	assert_string_equal(res.name, "web");
	assert_string_equal(res.dc, "dc1");
	assert_string_equal(res.server, "host1");
	assert_string_equal(res.server_addr, "192.0.2.1");
	key = (struct lookup_key){ .by = LOOKUP_NAME, .name = "web" };
	assert_int_equal(ask(inv, &key), FOUND);
	key.vn = blue->uuid;
	assert_int_equal(ask(inv, &key), FOUND);
	key.vn = red->uuid;
	assert_int_equal(ask(inv, &key), NOT_FOUND);
	key.vn = uuid_new();
	assert_int_equal(ask(inv, &key), NOT_FOUND);
	key = (struct lookup_key){ .by = LOOKUP_MAC, .vn = blue->uuid, .mac = web->nics[0].mac };
	assert_int_equal(ask(inv, &key), FOUND);
	key.vn = red->uuid;
	assert_int_equal(ask(inv, &key), NOT_FOUND);
	key = (struct lookup_key){ .by = LOOKUP_IP, .vn = blue->uuid,
				   .ip = web->nics[0].ips[0].addr };
	assert_int_equal(ask(inv, &key), FOUND);
	web->state = NVO3__VM_STATE__VM_MOVING;
	assert_int_equal(ask(inv, &key), MOVING);
	/* who owns it answers, nobody else */
	web->left = true;
	assert_int_equal(ask(inv, &key), NOT_FOUND);
	web->left = false;
	web->incoming = true;
	assert_int_equal(ask(inv, &key), NOT_FOUND);
	inventory_free(inv);
}

static void test_key_messages(void **state)
{
	struct lookup_key keys[] = {
		{ .by = LOOKUP_ID, .id = uuid_new() },
		{ .by = LOOKUP_NAME, .name = "web", .vn = uuid_new() },
		{ .by = LOOKUP_MAC, .vn = uuid_new(), .mac = { { 2, 1, 2, 3, 4, 5 } } },
		{ .by = LOOKUP_IP, .vn = uuid_new() },
	};
	Nvo3__VmLookup msg;
	struct lookup_key key;
	struct err err;

	ip_addr_parse(&keys[3].ip, "fd00::1", NULL);
	for (int i = 0; i < 4; i++) {
		msg = lookup_key_to_msg(&keys[i]);
		assert_int_equal(lookup_key_from_msg(&msg, &key, &err), 0);
		assert_memory_equal(&key, &keys[i], sizeof(key));
	}
	msg = lookup_key_to_msg(&keys[2]);
	msg.name = "web";
	assert_int_equal(lookup_key_from_msg(&msg, &key, &err), -EINVAL);
	msg.name = "";
	msg.vn.len = 0;
	assert_int_equal(lookup_key_from_msg(&msg, &key, &err), -EINVAL);
	msg = lookup_key_to_msg(&keys[0]);
	msg.id.len = 15;
	assert_int_equal(lookup_key_from_msg(&msg, &key, &err), -EINVAL);
	nvo3__vm_lookup__init(&msg);
	assert_int_equal(lookup_key_from_msg(&msg, &key, &err), -EINVAL);
}

static void test_result_messages(void **state)
{
	struct lookup_result res = { .result = MOVING, .vm = uuid_new(), .name = "web",
				     .dc = "dc2", .server = "host3", .server_addr = "192.0.2.9",
				     .state = NVO3__VM_STATE__VM_MOVING };
	Nvo3__VmLookupReply msg = lookup_result_to_msg(&res);
	struct lookup_result back;

	lookup_result_from_msg(&msg, &back);
	assert_memory_equal(&back, &res, sizeof(res));
	/* a peer that claims to have found what it cannot name */
	msg.vm.len = 3;
	lookup_result_from_msg(&msg, &back);
	assert_int_equal(back.result, NOT_FOUND);
}

static void test_peers(void **state)
{
	struct lookup_result none = { .result = NOT_FOUND }, some = { .result = MOVING };
	struct lookup_wait w;

	lookup_wait_init(&w, 3);
	assert_false(lookup_wait_answer(&w, "dc2", &none));
	assert_true(lookup_wait_answer(&w, "dc3", &some));
	assert_int_equal(w.best.result, MOVING);
	some.result = FOUND;
	assert_false(lookup_wait_answer(&w, "dc4", &some));
	assert_int_equal(w.best.result, MOVING);
	assert_int_equal(w.waiting, 0);

	lookup_wait_init(&w, 3);
	assert_false(lookup_wait_answer(&w, "dc2", NULL));
	assert_false(lookup_wait_answer(&w, "dc3", &none));
	assert_true(lookup_wait_answer(&w, "dc4", NULL));
	assert_int_equal(w.best.result, NOT_FOUND);
	assert_string_equal(w.silent, "dc2, dc4");

	lookup_wait_init(&w, 0);
	assert_true(w.decided);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_key_messages),
		cmocka_unit_test(test_result_messages),
		cmocka_unit_test(test_peers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
