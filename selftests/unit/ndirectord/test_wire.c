// SPDX-License-Identifier: GPL-2.0
/*
 * wire: what comes from outside is checked, what goes out says the same again.
 */
#include <errno.h>
#include "fixture.h"
#include "ndirectord/wire.h"

static void test_vn_round_trip(void **state)
{
	struct db_vn_info in = { .uuid = { { 1, 2, 3 } }, .name = "blue", .tenant = "alice",
				 .home_dc = "dc1", .vni = 16777215, .unknown = 3, .bum = 1,
				 .distribution = 2, .arp = 1, .arp_unknown = 2 };
	uint8_t addressing[] = { 10, 2, 8, 1 };
	struct db_vn_info out;
	Nvo3__VnInfo m;

	wire_put_vn(&in, &m);
	assert_int_equal(wire_get_vn(&m, &out, NULL), 0);
	assert_memory_equal(&in, &out, sizeof(in));
	in.addressing = addressing;
	in.n_addressing = sizeof(addressing);
	wire_put_vn(&in, &m);
	assert_int_equal(wire_get_vn(&m, &out, NULL), 0);
	assert_true(db_vn_info_same(&in, &out));
}

static void test_bad_vns_are_refused(void **state)
{
	struct db_vn_info good = { .uuid = { { 1 } }, .name = "blue", .vni = 1 }, out;
	char name[100];
	struct err err;
	Nvo3__VnInfo m;

	wire_put_vn(&good, &m);
	m.vni = 0;
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	assert_string_equal(err.text, "VNI 0 of VN blue is not from 1 to 16777215");
	m.vni = 16777216;
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	m.vni = 1;
	m.unknown = 4;
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	m.unknown = 3;
	m.distribution = 3;
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	m.distribution = 2;
	m.arp = 2;
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	m.arp = 1;
	m.arp_unknown = 3;
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	m.arp_unknown = 2;
	m.addressing.len = SUBNETS_BYTES_MAX + 1;
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	assert_string_equal(err.text, "subnets of VN blue take 2049 bytes, at most 2048 are kept");
	m.addressing.len = 0;
	m.uuid.len = 15;
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	m.uuid.len = 16;
	m.name = "";
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = 0;
	m.name = name;
	assert_int_equal(wire_get_vn(&m, &out, &err), -EINVAL);
	assert_int_equal(wire_get_vn(NULL, &out, &err), -EINVAL);
}

static void test_locators_must_be_usable(void **state)
{
	static const char *const bad[] = { "0.0.0.0", "224.0.0.1", "127.0.0.1", "::", "ff02::1",
					   "::1", "fe80::1" };
	struct ip_addr ip, out[DB_LOCATORS];
	ProtobufCBinaryData b[DB_LOCATORS + 1];
	struct err err;
	size_t i;
	int n;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ip_addr_parse(&ip, bad[i], NULL), 0);
		b[0] = msg_put_ip(&ip);
		assert_int_equal(wire_get_locators(b, 1, out, &n, &err), -EINVAL);
		assert_non_null(strstr(err.text, "cannot be a locator"));
	}
	assert_int_equal(ip_addr_parse(&ip, "10.1.0.11", NULL), 0);
	for (i = 0; i < DB_LOCATORS + 1; i++)
		b[i] = msg_put_ip(&ip);
	assert_int_equal(wire_get_locators(b, 0, out, &n, &err), -EINVAL);
	assert_int_equal(wire_get_locators(b, DB_LOCATORS + 1, out, &n, &err), -EINVAL);
	assert_int_equal(wire_get_locators(b, DB_LOCATORS, out, &n, &err), 0);
	assert_int_equal(n, DB_LOCATORS);
	b[0].len = 5;
	assert_int_equal(wire_get_locators(b, 1, out, &n, &err), -EINVAL);
}

static void test_ips_are_counted_and_measured(void **state)
{
	struct db_ips in = { }, out;
	struct ip_prefix ip;
	Nvo3__IpPrefix *many[DB_IPS + 1];
	struct wire_item room;
	struct err err;
	int i;

	for (i = 0; i < DB_IPS; i++) {
		ip = fix_ip(i % 2 ? "10.0.0.1/24" : "fd00::1/64");
		db_ips_add(&in, &ip);
	}
	memcpy(many, wire_put_ips(&in, &room), sizeof(room.ips));
	many[DB_IPS] = many[0];
	assert_int_equal(wire_get_ips(many, DB_IPS, &out, &err), 0);
	assert_true(db_ips_equal(&in, &out));
	assert_int_equal(wire_get_ips(many, DB_IPS + 1, &out, &err), -EINVAL);
	many[1]->len = 33;
	assert_int_equal(wire_get_ips(many, DB_IPS, &out, &err), -EINVAL);
	assert_string_equal(err.text, "prefix length 33");
}

static void test_mapping_names_its_nve(void **state)
{
	struct mac_addr mac = fix_mac(1);
	struct db_ips ips = fix_ips("10.0.0.1/24");
	struct ip_addr locator = ip_addr_from(AF_INET, "\x0a\x01\x00\x0b");
	struct wire_item room;
	struct db_nve *nve;
	Nvo3__Mapping *m;
	struct db_vn *vn;
	struct db db;

	vn = fix_db(&db);
	nve = db_nve_get(&db, "dc1/host1");
	db_nve_set_locators(&db, nve, &locator, 1);
	db_nve_set_stale(&db, nve, DB_STALE_NVE, true);
	db_map_set(&db, vn, &mac, &ips, 5, nve);
	m = wire_put_map(db_map_find(vn, &mac), &room);
	assert_string_equal(m->nve, "dc1/host1");
	assert_int_equal(m->epoch, 5);
	assert_int_equal(m->n_locators, 1);
	assert_memory_equal(m->locators[0].data, locator.b, 4);
	assert_int_equal(m->n_ips, 1);
	assert_true(m->stale);
	db_uninit(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vn_round_trip),
		cmocka_unit_test(test_bad_vns_are_refused),
		cmocka_unit_test(test_locators_must_be_usable),
		cmocka_unit_test(test_ips_are_counted_and_measured),
		cmocka_unit_test(test_mapping_names_its_nve),
	};

	return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
