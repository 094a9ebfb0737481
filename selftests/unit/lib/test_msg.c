// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/msg.h"
#include "proto/control.pb-c.h"

static const struct uuid vn = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 } };
static const struct mac_addr mac = { { 2, 0, 0, 0, 0, 9 } };

static uint8_t *mapping(size_t *len)
{
	uint8_t v4[4] = { 10, 0, 0, 9 };
	Nvo3__IpPrefix ip = NVO3__IP_PREFIX__INIT;
	Nvo3__Mapping m = NVO3__MAPPING__INIT;
	Nvo3__IpPrefix *ips[] = { &ip };

	ip.addr = (ProtobufCBinaryData) { .len = 4, .data = v4 };
	ip.len = 32;
	m.vn = msg_put_uuid(&vn);
	m.mac = msg_put_mac(&mac);
	m.n_ips = 1;
	m.ips = ips;
	m.epoch = 1ull << 40;
	m.nve = "dc1/host1";
	return msg_encode(&m.base, len);
}

static void test_round_trip(void **state)
{
	struct msg msg = { .type = MSG(MAP_ADVERTISE), .id = 1 };
	struct mac_addr got_mac;
	struct uuid got_vn;
	struct ip_addr ip;
	Nvo3__Mapping *m;
	uint8_t *body;

	body = mapping(&msg.len);
	msg.body = body;
	m = msg_decode(&msg, &nvo3__mapping__descriptor, NULL);
	assert_non_null(m);
	assert_true(msg_get_uuid(&m->vn, &got_vn));
	assert_memory_equal(&got_vn, &vn, sizeof(vn));
	assert_true(msg_get_mac(&m->mac, &got_mac));
	assert_memory_equal(&got_mac, &mac, sizeof(mac));
	assert_int_equal(m->n_ips, 1);
	assert_true(msg_get_ip(&m->ips[0]->addr, &ip));
	assert_int_equal(ip.family, AF_INET);
	assert_memory_equal(ip.b, "\12\0\0\11\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_true(m->epoch == 1ull << 40);
	assert_string_equal(m->nve, "dc1/host1");
	msg_free(m);
	free(body);
}

static void test_empty_body_is_all_defaults(void **state)
{
	struct msg msg = { .type = MSG(VN_LEAVE) };
	struct uuid got;
	Nvo3__VnLeave *m = msg_decode(&msg, &nvo3__vn_leave__descriptor, NULL);

	assert_non_null(m);
	assert_false(msg_get_uuid(&m->vn, &got));
	msg_free(m);
	msg_free(NULL);
}

/* Cut anywhere it either does not decode, or a field at its end is missing: never a crash. */
static void test_truncated(void **state)
{
	struct msg msg = { .type = MSG(MAP_ADVERTISE) };
	unsigned int refused = 0;
	uint8_t *body, *part;
	size_t len, n;
	void *m;

	body = mapping(&len);
	for (n = 0; n < len; n++) {
		part = malloc(n ? n : 1);
		memcpy(part, body, n);
		msg.body = part;
		msg.len = n;
		m = msg_decode(&msg, &nvo3__mapping__descriptor, NULL);
		refused += !m;
		msg_free(m);
		free(part);
	}
	assert_true(refused > len / 2);
	free(body);
}

static void test_garbage_is_named(void **state)
{
	static const uint8_t garbage[] = "GET / HTTP/1.1\r\n\r\n";
	struct msg msg = { .type = MSG(VN_JOIN), .body = garbage, .len = sizeof(garbage) };
	struct err err;

	assert_null(msg_decode(&msg, &nvo3__vn_join__descriptor, &err));
	assert_string_equal(err.text, "the body of VN_JOIN (19 bytes) is not a VnJoin");
}

static void test_random_bytes(void **state)
{
	struct msg msg = { .type = MSG(MAP_UPDATE) };
	uint8_t buf[64];
	unsigned int i;

	srandom(1);
	for (i = 0; i < 20000; i++) {
		msg.len = random() % sizeof(buf);
		for (size_t j = 0; j < msg.len; j++)
			buf[j] = random();
		msg.body = buf;
		msg_free(msg_decode(&msg, &nvo3__map_update__descriptor, NULL));
		msg_free(msg_decode(&msg, &nvo3__envelope__descriptor, NULL));
	}
}

static void test_wrong_lengths(void **state)
{
	uint8_t bytes[40] = { 0 };
	struct mac_addr m;
	struct ip_addr ip;
	struct uuid u;
	size_t n;

	for (n = 0; n < sizeof(bytes); n++) {
		ProtobufCBinaryData b = { .len = n, .data = bytes };

		assert_int_equal(msg_get_uuid(&b, &u), n == 16);
		assert_int_equal(msg_get_mac(&b, &m), n == 6);
		assert_int_equal(msg_get_ip(&b, &ip), n == 4 || n == 16);
	}
}

static void test_put_ip(void **state)
{
	struct ip_addr none = { 0 }, v6 = { .family = AF_INET6, .b = { 0xfd } };

	assert_int_equal(msg_put_ip(&none).len, 0);
	assert_int_equal(msg_put_ip(&v6).len, 16);
	assert_ptr_equal(msg_put_ip(&v6).data, v6.b);
}

static void test_names(void **state)
{
	assert_string_equal(msg_name(MSG(VM_CREATE)), "VM_CREATE");
	assert_string_equal(msg_name(999), "type 999");
	assert_string_equal(msg_name(UINT32_MAX), "type 4294967295");
	assert_string_equal(code_name(CODE(NOT_FOUND)), "NOT_FOUND");
	assert_string_equal(code_name(77), "code 77");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_empty_body_is_all_defaults),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_garbage_is_named),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_wrong_lengths),
		cmocka_unit_test(test_put_ip),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
