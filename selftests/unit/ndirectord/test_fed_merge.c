// SPDX-License-Identifier: GPL-2.0
/*
 * fed_merge: what another DC's director tells; two databases that follow each other converge.
 */
#include <stdlib.h>
#include "fixture.h"
#include "ndirectord/fed_merge.h"
#include "ndirectord/wire.h"

static struct director *d;
static struct db_vn *vn;

static int setup(void **state)
{
	d = calloc(1, sizeof(*d));
	d->events = events_new();
	vn = fix_db(&d->db);
	return 0;
}

static int teardown(void **state)
{
	db_uninit(&d->db);
	events_free(d->events);
	free(d);
	return 0;
}

/* A message of DC2's director about one mapping. */
static void tell(uint8_t mac, const char *nve, uint64_t epoch, bool del)
{
	Nvo3__FedUpdate m = NVO3__FED_UPDATE__INIT;
	uint8_t locator[4] = { 10, 2, 0, 13 };
	ProtobufCBinaryData l = { sizeof(locator), locator };
	Nvo3__Mapping map = NVO3__MAPPING__INIT, *maps = &map;
	struct mac_addr addr = fix_mac(mac);

	map.vn = msg_put_uuid(&vn->info.uuid);
	map.mac = msg_put_mac(&addr);
	map.nve = (char *)nve;
	map.epoch = epoch;
	map.locators = &l;
	map.n_locators = 1;
	if (del) {
		m.del = &maps;
		m.n_del = 1;
	} else {
		m.set = &maps;
		m.n_set = 1;
	}
	fed_merge(d, "dc2", &m);
}

static struct db_map *held(uint8_t mac)
{
	struct mac_addr addr = fix_mac(mac);

	return db_map_find(vn, &addr);
}

static uint64_t alerts(const char *kind)
{
	const struct event *e;
	uint64_t n = 0;

	for (e = events_next(d->events, 0, true); e; e = events_next(d->events, e->seq, true))
		n += !strcmp(e->kind, kind);
	return n;
}

static void test_newer_wins_older_is_ignored(void **state)
{
	tell(1, "dc2/host3", 5, false);
	assert_string_equal(db_item_nve(&held(1)->item)->name, "dc2/host3");
	tell(1, "dc2/host4", 4, false);
	assert_string_equal(db_item_nve(&held(1)->item)->name, "dc2/host3");
	tell(1, "dc2/host4", 6, false);
	assert_string_equal(db_item_nve(&held(1)->item)->name, "dc2/host4");
	assert_int_equal(alerts("claim-conflict"), 0);
}

static void test_one_epoch_two_nves_is_an_alert_and_changes_nothing(void **state)
{
	tell(1, "dc2/host3", 5, false);
	tell(1, "dc2/host4", 5, false);
	assert_string_equal(db_item_nve(&held(1)->item)->name, "dc2/host3");
	assert_int_equal(alerts("claim-conflict"), 1);
}

static void test_a_peer_speaks_only_for_its_own_nves(void **state)
{
	tell(1, "dc1/host1", 5, false);
	tell(1, "dc3/host7", 5, false);
	tell(1, "dc22/host7", 5, false);
	assert_null(held(1));
	assert_int_equal(alerts("claim-refused"), 3);
}

static void test_a_deletion_takes_only_the_senders(void **state)
{
	struct mac_addr mac = fix_mac(1);
	struct db_ips ips = { };

	db_map_set(&d->db, vn, &mac, &ips, 9, db_nve_get(&d->db, "dc1/host1"));
	tell(1, "dc2/host3", 9, true);
	assert_non_null(held(1));
	tell(2, "dc2/host3", 5, false);
	tell(2, "dc2/host3", 5, true);
	assert_null(held(2));
}

static void test_a_snapshot_sweeps_what_it_does_not_name(void **state)
{
	struct mac_addr mac = fix_mac(3);
	struct db_ips ips = { };

	tell(1, "dc2/host3", 5, false);
	tell(2, "dc2/host3", 5, false);
	db_map_set(&d->db, vn, &mac, &ips, 9, db_nve_get(&d->db, "dc1/host1"));
	fed_begin(&d->db, "dc2");
	tell(2, "dc2/host3", 5, false);
	assert_non_null(held(1));	/* not before the end */
	fed_sweep(&d->db, "dc2");
	assert_null(held(1));
	assert_non_null(held(2));
	assert_non_null(held(3));	/* ours */
}

static void test_a_snapshot_that_begins_again_counts_from_there(void **state)
{
	fed_begin(&d->db, "dc2");
	tell(1, "dc2/host3", 5, false);
	tell(2, "dc2/host3", 5, false);
	fed_begin(&d->db, "dc2");
	tell(2, "dc2/host3", 5, false);
	fed_sweep(&d->db, "dc2");
	assert_null(held(1));
	assert_non_null(held(2));
}

/* Two DCs claim it with one epoch: the holder's snapshot keeps it, whatever the other says. */
static void test_a_conflict_does_not_end_what_a_snapshot_named(void **state)
{
	struct mac_addr mac = fix_mac(1);
	struct db_ips ips = { };

	db_map_set(&d->db, vn, &mac, &ips, 5, db_nve_get(&d->db, "dc3/host7"));
	held(1)->item.heard = true;
	fed_begin(&d->db, "dc2");
	tell(1, "dc2/host3", 5, false);
	fed_sweep(&d->db, "dc3");
	assert_non_null(held(1));
	held(1)->item.heard = false;
	tell(1, "dc2/host3", 5, false);
	fed_sweep(&d->db, "dc3");
	assert_null(held(1));	/* its own DC did not name it */
}

static void test_garbage_is_an_alert(void **state)
{
	Nvo3__FedUpdate m = NVO3__FED_UPDATE__INIT;
	Nvo3__Mapping map = NVO3__MAPPING__INIT, *maps = &map;
	Nvo3__FedMember member = NVO3__FED_MEMBER__INIT, *members = &member;

	m.set = &maps;
	m.n_set = 1;
	m.member_set = &members;
	m.n_member_set = 1;
	m.del = &maps;
	m.n_del = 1;
	m.member_del = &members;
	m.n_member_del = 1;
	fed_merge(d, "dc2", &m);
	assert_int_equal(alerts("claim-refused"), 1);
	assert_int_equal(vn->maps.n, 0);
	assert_null(vn->members);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_newer_wins_older_is_ignored),
		TEST(test_one_epoch_two_nves_is_an_alert_and_changes_nothing),
		TEST(test_a_peer_speaks_only_for_its_own_nves),
		TEST(test_a_deletion_takes_only_the_senders),
		TEST(test_a_snapshot_sweeps_what_it_does_not_name),
		TEST(test_a_snapshot_that_begins_again_counts_from_there),
		TEST(test_a_conflict_does_not_end_what_a_snapshot_named),
		TEST(test_garbage_is_an_alert),
	};

	return cmocka_run_group_tests_name("fed_merge", tests, NULL, NULL);
}
