// SPDX-License-Identifier: GPL-2.0
/*
 * Who has which IP: at random, against a plain model of "the first one keeps it".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "fixture.h"

enum { MACS = 40, IPS = 60, STEPS = 200000, CHECK_ALL = 16 };

/* Bit n: it has IP n. */
static uint64_t has[2][MACS];		/* by enum db_ip_kind */
static int owner[IPS];			/* or -1 */

static struct ip_addr addr_of(int n)
{
	uint8_t b[16] = { 0xfd, 0, 0, n };

	/* some of 16 bytes, and of them some that begin as one of 4 does */
	return ip_addr_from(n % 3 ? AF_INET : AF_INET6, b);
}

static uint64_t some_ips(struct db_ips *ret)
{
	int n = random() % (DB_IPS + 1), ip;
	struct ip_prefix prefix;
	uint64_t bits = 0;

	memset(ret, 0, sizeof(*ret));
	for (; n; n--) {
		ip = random() % IPS;
		prefix.addr = addr_of(ip);
		prefix.len = 24 + random() % 8;
		db_ips_add(ret, &prefix);	/* perhaps twice */
		bits |= 1ull << ip;
	}
	return bits;
}

static void model_set(enum db_ip_kind kind, int mac, uint64_t bits)
{
	uint64_t lost;
	int ip;

	lost = has[kind][mac] & ~bits & ~has[!kind][mac];
	has[kind][mac] = bits;
	for (ip = 0; ip < IPS; ip++) {
		if (owner[ip] == mac && lost >> ip & 1)
			owner[ip] = -1;
		if (owner[ip] < 0 && bits >> ip & 1)
			owner[ip] = mac;
	}
}

static void check(struct db_vn *vn, int ip)
{
	const struct ip_addr addr = addr_of(ip);
	const struct mac_addr *found = db_ip_find(vn, &addr);

	if (owner[ip] < 0)
		assert_null(found);
	else
		assert_int_equal(found->b[5], owner[ip]);
}

static void check_all(struct db_vn *vn)
{
	unsigned int n = 0;
	int ip;

	for (ip = 0; ip < IPS; ip++) {
		check(vn, ip);
		n += owner[ip] >= 0;
	}
	assert_int_equal(vn->ips.n, n);
}

static void change_map(struct db *db, struct db_vn *vn, int mac, uint64_t epoch)
{
	struct mac_addr addr = fix_mac(mac);
	struct db_map *map = db_map_find(vn, &addr);
	struct db_nve *nve = db_nve_get(db, random() % 2 ? "dc1/host1" : "dc2/host2");
	struct db_ips ips;

	if (map && !(random() % 3)) {
		db_map_del(db, map);
		model_set(DB_IP_MAP, mac, 0);
	} else if (map && !(random() % 3)) {
		ips = (struct db_ips){ };
		memcpy(&ips, &map->ips, db_ips_size(&map->ips));
		db_map_set(db, vn, &addr, &ips, epoch, nve);
	} else {
		model_set(DB_IP_MAP, mac, some_ips(&ips));
		db_map_set(db, vn, &addr, &ips, epoch, nve);
	}
}

static void change_placement(struct db *db, struct db_vn *vn, int mac, uint64_t epoch)
{
	struct db_placement p = fix_placement(vn, mac, "10.0.0.1/24", "dc1/host1");
	struct db_placed *placed = db_placement_find(vn, &p.mac);

	if (placed && !(random() % 3)) {
		db_placement_del(db, placed);
		model_set(DB_IP_PLACED, mac, 0);
		return;
	}
	p.epoch = epoch;
	if (random() % 2)
		p.nve = "dc1/another";
	model_set(DB_IP_PLACED, mac, some_ips(&p.ips));
	db_placement_set(db, &p);
}

static void test_random_changes(void **state)
{
	struct db_vn *vn;
	struct db db;
	int i, mac;

	srandom(1);
	for (i = 0; i < IPS; i++)
		owner[i] = -1;
	vn = fix_db(&db);
	for (i = 0; i < STEPS; i++) {
		/* few, so that it shrinks, and many, so that they are in each other's way */
		mac = random() % (i / (STEPS / 4) % 2 ? 4 : MACS);
		if (random() % 2)
			change_map(&db, vn, mac, i + 1);
		else
			change_placement(&db, vn, mac, i + 1);
		check(vn, random() % IPS);
		if (i % CHECK_ALL == 0)
			check_all(vn);
	}
	for (mac = 0; mac < MACS; mac++) {
		struct mac_addr addr = fix_mac(mac);

		if (db_map_find(vn, &addr))
			db_map_del(&db, db_map_find(vn, &addr));
		if (db_placement_find(vn, &addr))
			db_placement_del(&db, db_placement_find(vn, &addr));
		model_set(DB_IP_MAP, mac, 0);
		model_set(DB_IP_PLACED, mac, 0);
	}
	check_all(vn);
	assert_null(vn->ips.slots);
	db_uninit(&db);
}

/* The placement goes first, then the mapping: between them the mapping has it. */
static void test_the_other_one_of_the_same_mac_has_it_on(void **state)
{
	struct ip_addr ip = fix_ip("10.0.0.1/24").addr;
	struct db_ips ips = fix_ips("10.0.0.1/24");
	struct mac_addr a = fix_mac(1), b = fix_mac(2);
	struct db_placement p;
	struct db_nve *nve;
	struct db_vn *vn;
	struct db db;

	vn = fix_db(&db);
	nve = db_nve_get(&db, "dc1/host1");
	p = fix_placement(vn, 1, "10.0.0.1/24", "dc1/host1");
	db_placement_set(&db, &p);
	db_map_set(&db, vn, &a, &ips, 1, nve);
	db_map_set(&db, vn, &b, &ips, 1, nve);
	db_placement_del(&db, db_placement_find(vn, &a));
	assert_true(mac_addr_equal(db_ip_find(vn, &ip), &a));
	db_map_del(&db, db_map_find(vn, &a));
	assert_null(db_ip_find(vn, &ip));
	db_uninit(&db);
}

static void test_many_are_found(void **state)
{
	enum { MANY = 50000 };
	struct ip_prefix ip = fix_ip("10.0.0.0/8");
	struct mac_addr mac = fix_mac(1);
	struct db_nve *nve;
	struct db_ips ips;
	struct db_vn *vn;
	struct db db;
	uint32_t i;

	vn = fix_db(&db);
	nve = db_nve_get(&db, "dc1/host1");
	for (i = 0; i < MANY; i++) {
		memcpy(mac.b + 2, &i, 4);
		memcpy(ip.addr.b + 1, &i, 3);
		ips = (struct db_ips){ };
		db_ips_add(&ips, &ip);
		db_map_set(&db, vn, &mac, &ips, 1, nve);
	}
	for (i = 0; i < 2 * MANY; i++) {
		memcpy(mac.b + 2, &i, 4);
		memcpy(ip.addr.b + 1, &i, 3);
		if (i < MANY)
			assert_true(mac_addr_equal(db_ip_find(vn, &ip.addr), &mac));
		else
			assert_null(db_ip_find(vn, &ip.addr));
	}
	assert_true((uint64_t)vn->ips.size * 64 <= (uint64_t)vn->ips.n * 101);
	db_uninit(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_changes),
		cmocka_unit_test(test_the_other_one_of_the_same_mac_has_it_on),
		cmocka_unit_test(test_many_are_found),
	};

	return cmocka_run_group_tests_name("db_ip", tests, NULL, NULL);
}
