// SPDX-License-Identifier: GPL-2.0
/*
 * claim: an address is had only by whom vCenter placed there, and the newer epoch wins.
 */
#include "fixture.h"
#include "ndirectord/claim.h"
#include "lib/msg.h"

static struct db db;
static struct db_vn *vn;

static int setup(void **state)
{
	vn = fix_db(&db);
	return 0;
}

static int teardown(void **state)
{
	db_uninit(&db);
	return 0;
}

static void place(uint8_t mac, const char *ip, const char *nve, uint64_t epoch)
{
	struct db_placement p = fix_placement(vn, mac, ip, nve);

	p.epoch = epoch;
	db_placement_set(&db, &p);
}

static void map(uint8_t mac, const char *ip, const char *nve, uint64_t epoch)
{
	struct db_ips ips = fix_ips(ip);
	struct mac_addr m = fix_mac(mac);

	db_map_set(&db, vn, &m, &ips, epoch, db_nve_get(&db, nve));
}

static void test_place_refuses_a_second_vm_with_the_mac(void **state)
{
	struct db_placement p = fix_placement(vn, 1, "10.0.0.1/24", "dc1/host2");
	struct err err;

	place(1, "10.0.0.1/24", "dc1/host1", 5);
	assert_int_equal(claim_place(&db, &p, 0, &err), CODE(OK));	/* the same VM moves */
	p.vm.b[5] = 9;
	assert_int_equal(claim_place(&db, &p, 0, &err), CODE(EXISTS));
	assert_string_equal(err.text, "MAC 02:00:00:00:00:01 of VN blue is placed for another VM at dc1/host1");
}

static void test_place_refuses_a_taken_ip(void **state)
{
	struct db_placement p = fix_placement(vn, 2, "10.0.0.1/16", "dc1/host2");
	struct err err;

	place(1, "10.0.0.1/24", "dc1/host1", 5);
	assert_int_equal(claim_place(&db, &p, 0, &err), CODE(EXISTS));
	assert_string_equal(err.text, "IP 10.0.0.1 of VN blue belongs to MAC 02:00:00:00:00:01 at dc1/host1");
}

static void test_place_refuses_what_lives_in_another_dc(void **state)
{
	struct db_placement p = fix_placement(vn, 1, "10.0.0.1/24", "dc1/host1");
	struct err err;

	map(1, "10.0.0.1/24", "dc2/host3", 500);
	assert_int_equal(claim_place(&db, &p, 0, &err), CODE(EXISTS));
	assert_string_equal(err.text, "MAC 02:00:00:00:00:01 of VN blue lives at dc2/host3");
	/* its vCenter hands it over and says what it knows */
	assert_int_equal(claim_place(&db, &p, 500, &err), CODE(OK));
}

static void test_place_refuses_foreign_nves_and_old_epochs(void **state)
{
	struct db_placement p = fix_placement(vn, 1, "10.0.0.1/24", "dc12/host1");
	struct err err;

	assert_int_equal(claim_place(&db, &p, 0, &err), CODE(DENIED));
	p = fix_placement(vn, 1, "10.0.0.1/24", "dc1/host1");
	place(1, "10.0.0.1/24", "dc1/host2", 9);
	p.epoch = 8;
	assert_int_equal(claim_place(&db, &p, 0, &err), CODE(STALE));
	/* one epoch, two NVEs */
	p.epoch = 9;
	assert_int_equal(claim_place(&db, &p, 0, &err), CODE(STALE));
	assert_string_equal(err.text, "MAC 02:00:00:00:00:01 of VN blue is placed at dc1/host2 with this epoch, not at dc1/host1");
	p.nve = "dc1/host2";
	assert_int_equal(claim_place(&db, &p, 0, &err), CODE(OK));
}

static void test_advertise_only_what_is_placed_there_with_its_epoch(void **state)
{
	struct db_nve *host1 = db_nve_get(&db, "dc1/host1"), *host2 = db_nve_get(&db, "dc1/host2");
	struct db_ips ips = fix_ips("10.0.0.1/24");
	struct mac_addr mac = fix_mac(1);
	struct err err;

	assert_int_equal(claim_advertise(vn, &mac, &ips, 5, host1, &err), CODE(DENIED));
	place(1, "10.0.0.1/24", "dc1/host1", 5);
	assert_int_equal(claim_advertise(vn, &mac, &ips, 5, host1, &err), CODE(OK));
	assert_int_equal(claim_advertise(vn, &mac, &ips, 4, host1, &err), CODE(STALE));
	/* newer than what is known here: not reason enough for the NVE to give it up */
	assert_int_equal(claim_advertise(vn, &mac, &ips, 6, host1, &err), CODE(DENIED));
	assert_string_equal(err.text, "MAC 02:00:00:00:00:01 of VN blue is claimed with epoch 0x6, which was not issued here");
	assert_int_equal(claim_advertise(vn, &mac, &ips, 5, host2, &err), CODE(DENIED));
	assert_string_equal(err.text, "MAC 02:00:00:00:00:01 of VN blue is placed at dc1/host1, not at dc1/host2");
	map(1, "10.0.0.1/24", "dc2/host3", 7);
	assert_int_equal(claim_advertise(vn, &mac, &ips, 5, host1, &err), CODE(STALE));
	assert_string_equal(err.text, "MAC 02:00:00:00:00:01 of VN blue is claimed with epoch 0x5, the newest is 0x7 at dc2/host3");
}

static void test_advertise_refuses_the_ip_of_another(void **state)
{
	struct db_nve *host1 = db_nve_get(&db, "dc1/host1");
	struct db_ips ips = fix_ips("10.0.0.2/24");
	struct mac_addr mac = fix_mac(1);
	struct err err;

	place(1, "10.0.0.1/24", "dc1/host1", 5);
	assert_int_equal(claim_advertise(vn, &mac, &ips, 5, host1, &err), CODE(OK));
	place(2, "10.0.0.2/24", "dc1/host2", 6);
	assert_int_equal(claim_advertise(vn, &mac, &ips, 5, host1, &err), CODE(DENIED));
	assert_string_equal(err.text, "IP 10.0.0.2 of VN blue belongs to MAC 02:00:00:00:00:02 at dc1/host2");
}

/* A name is not a format. */
static void test_sentences_with_percent_signs(void **state)
{
	struct db_placement p = fix_placement(vn, 2, "10.0.0.1/24", "dc1/host2");
	struct err err;

	strcpy(vn->info.name, "%s%n100%");
	place(1, "10.0.0.1/24", "dc1/host1", 5);
	assert_int_equal(claim_place(&db, &p, 0, &err), CODE(EXISTS));
	assert_string_equal(err.text, "IP 10.0.0.1 of VN %s%n100% belongs to MAC 02:00:00:00:00:01 at dc1/host1");
}

static void test_withdraw_only_ones_own_and_nothing_newer(void **state)
{
	struct db_nve *host1 = db_nve_get(&db, "dc1/host1"), *host2 = db_nve_get(&db, "dc1/host2");
	struct mac_addr mac = fix_mac(1);
	struct db_map *held;

	assert_false(claim_withdraw(NULL, 5, host1));
	map(1, "10.0.0.1/24", "dc1/host1", 5);
	held = db_map_find(vn, &mac);
	assert_true(claim_withdraw(held, 5, host1));
	assert_false(claim_withdraw(held, 4, host1));
	assert_false(claim_withdraw(held, 5, host2));
}

static void test_merge_takes_the_newer_whatever_comes_first(void **state)
{
	struct db_nve *host1 = db_nve_get(&db, "dc1/host1"), *host3 = db_nve_get(&db, "dc2/host3");
	struct mac_addr mac = fix_mac(1);
	struct db_map *held;

	assert_int_equal(claim_merge(NULL, 1, host3), CLAIM_TAKE);
	map(1, "10.0.0.1/24", "dc1/host1", 5);
	held = db_map_find(vn, &mac);
	assert_int_equal(claim_merge(held, 6, host3), CLAIM_TAKE);
	assert_int_equal(claim_merge(held, 4, host3), CLAIM_IGNORE);
	assert_int_equal(claim_merge(held, 5, host3), CLAIM_CONFLICT);
	assert_int_equal(claim_merge(held, 5, host1), CLAIM_TAKE);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_place_refuses_a_second_vm_with_the_mac),
		TEST(test_place_refuses_a_taken_ip),
		TEST(test_place_refuses_what_lives_in_another_dc),
		TEST(test_place_refuses_foreign_nves_and_old_epochs),
		TEST(test_advertise_only_what_is_placed_there_with_its_epoch),
		TEST(test_advertise_refuses_the_ip_of_another),
		TEST(test_sentences_with_percent_signs),
		TEST(test_withdraw_only_ones_own_and_nothing_newer),
		TEST(test_merge_takes_the_newer_whatever_comes_first),
	};

	return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
