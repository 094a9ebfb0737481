// SPDX-License-Identifier: GPL-2.0
/*
 * Mappings that a director tells in columns are in the kernel as if they had come in rows.
 */
#include "nve_bed.h"
#include "lib/map_columns.h"

static struct nve_bed b;

enum { FIRST = 20, N = 5 };

/* Mappings FIRST and on with one IP address each; @spoilt: the last one's NVE is not there. */
static void send_columns(bool spoilt, uint64_t revision)
{
	struct map_columns *c = map_columns_new(N);
	ProtobufCBinaryData locator = { 4, far_addr };
	uint8_t mac[6] = { 2 }, addr[4] = { 10, 0, 0 };
	Nvo3__MapUpdate u = NVO3__MAP_UPDATE__INIT;
	Nvo3__Mapping map = NVO3__MAPPING__INIT;
	Nvo3__IpPrefix ip = NVO3__IP_PREFIX__INIT, *ips = &ip;
	Nvo3__Member nve = NVO3__MEMBER__INIT;

	nve.nve = "dc1/far";
	nve.locators = &locator;
	nve.n_locators = 1;
	ip.addr = (ProtobufCBinaryData){ 4, addr };
	ip.len = 24;
	map.mac = (ProtobufCBinaryData){ 6, mac };
	map.ips = &ips;
	map.n_ips = 1;
	map_columns_nve(c, &nve);
	for (int i = 0; i < N; i++) {
		mac[5] = FIRST + i;
		addr[3] = FIRST + i;
		map.epoch = 9 + i;
		map_columns_add(c, &map, spoilt && i == N - 1);
	}
	u.vn = (ProtobufCBinaryData){ 16, vn_id };
	u.store = (ProtobufCBinaryData){ 16, at_store };
	u.revision = revision;
	u.columns = &c->m;
	chan_event(b.d.chan, MSG(MAP_UPDATE), &u.base);
	map_columns_free(c);
}

static void test_columns_are_mappings(void **state)
{
	struct mac_addr mac = { { 2, 0, 0, 0, 0, FIRST + N - 1 } };
	struct nvo3_map map;
	int acks;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	acks = b.d.acks;
	send_columns(false, 8);
	BED_WAIT(b.bed, b.d.acks == acks + 1);
	for (int i = 0; i < N; i++)
		assert_true(mapped(&b, FIRST + i));
	assert_int_equal(b.kern->ops->map_get(b.kern, VNI, &mac, &map, NULL), 0);
	assert_true(map.epoch == 9 + N - 1);
	assert_memory_equal(map.addr.b, far_addr, 4);
	teardown(&b);
}

static void test_columns_that_make_no_sense_are_told_anew(void **state)
{
	int joins;

	setup(&b, state);
	assert_int_equal(associate(&b, 1, 3).code, CODE(OK));
	joins = b.d.joins;
	send_columns(true, 8);
	BED_WAIT(b.bed, b.d.joins > joins);
	/* from the beginning, and of what was wrong nothing was taken */
	assert_int_equal(b.d.resumed, 0);
	for (int i = 0; i < N; i++)
		assert_false(mapped(&b, FIRST + i));
	teardown(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_columns_are_mappings),
		BED_TEST(test_columns_that_make_no_sense_are_told_anew),
	};

	return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
