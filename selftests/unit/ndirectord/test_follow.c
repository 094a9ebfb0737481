// SPDX-License-Identifier: GPL-2.0
/*
 * follow: whatever changes while somebody is told, he ends with what the database has.
 */
#include <stdlib.h>
#include "fixture.h"
#include "ndirectord/follow.h"

static struct db db;
static struct db_vn *vn;
static struct db_nve *host1, *host2;
static bool held[65536];		/* by MAC: what the follower has */
static bool named[65536];		/* by the snapshot that is coming in */

static int setup(void **state)
{
	vn = fix_db(&db);
	host1 = db_nve_get(&db, "dc1/host1");
	host2 = db_nve_get(&db, "dc1/host2");
	memset(held, 0, sizeof(held));
	return 0;
}

static int teardown(void **state)
{
	db_uninit(&db);
	return 0;
}

static struct mac_addr mac_of(uint16_t n)
{
	return (struct mac_addr){ { 2, 0, 0, 0, n >> 8, n } };
}

static void set(uint16_t n, struct db_nve *nve)
{
	struct mac_addr mac = mac_of(n);
	struct db_ips ips = { };

	db_map_set(&db, vn, &mac, &ips, db_epoch_next(&db, 0), nve);
}

static void del(uint16_t n)
{
	struct mac_addr mac = mac_of(n);

	db_map_del(&db, db_map_find(vn, &mac));
}

/* As an NVE does: what a snapshot does not name is swept at its end. */
static void apply(const struct follow_batch *b)
{
	struct db_map *map;
	uint16_t n;
	int i;

	if (b->begin)
		memset(named, 0, sizeof(named));
	for (i = 0; i < b->n; i++) {
		if (b->items[i]->kind != DB_MAP)
			continue;
		map = (struct db_map *)b->items[i];
		n = map->mac.b[4] << 8 | map->mac.b[5];
		held[n] = !map->item.gone;
		named[n] = held[n];
	}
	for (i = 0; b->end && i < 65536; i++)
		held[i] &= named[i];
}

/* One message, as to a slow one; false: there was none. */
static bool one(struct follow *f)
{
	struct follow_batch b = { };

	if (follow_next(f, &b) == FOLLOW_DONE)
		return false;
	apply(&b);
	return true;
}

static unsigned int all(struct follow *f)
{
	struct follow_batch b = { };
	enum follow_more more;
	unsigned int n = 0;

	do {
		more = follow_next(f, &b);
		if (more != FOLLOW_DONE) {
			apply(&b);
			n++;
		}
	} while (more == FOLLOW_MORE);
	return n;
}

static void assert_in_step(const struct follow *f)
{
	struct mac_addr mac;
	struct db_map *map;
	int i;

	for (i = 0; i < 65536; i++) {
		mac = mac_of(i);
		map = db_map_find(vn, &mac);
		if (held[i] != (map && db_item_nve(&map->item) != f->nve))
			fail_msg("MAC %d: follower %d, database %d", i, held[i], !!map);
	}
	assert_int_equal(f->sent, f->log->revision);
}

static struct follow of_vn(struct db_nve *nve)
{
	return (struct follow){ .log = &vn->log, .vn = vn, .nve = nve };
}

static void test_an_empty_snapshot_has_both_ends(void **state)
{
	struct follow_batch b = { };
	struct follow f = of_vn(host2);

	follow_start(&f, 0, false);
	assert_int_equal(follow_next(&f, &b), FOLLOW_LAST);
	assert_true(b.begin && b.end && !b.n);
	assert_int_equal(follow_next(&f, &b), FOLLOW_DONE);
}

static void test_messages_are_cut(void **state)
{
	struct follow f = of_vn(host2);
	int i;

	for (i = 0; i < 2 * FOLLOW_BATCH - 24; i++)
		set(i, host1);
	follow_start(&f, 0, false);
	assert_int_equal(all(&f), 2);
	assert_in_step(&f);
	assert_int_equal(f.told, 2 * FOLLOW_BATCH - 24);
	set(5, host1);
	assert_int_equal(all(&f), 1);
	assert_int_equal(all(&f), 0);
	assert_in_step(&f);
}

/* What the beginning of a snapshot named may be gone before its end. */
static void test_deletions_during_a_snapshot_are_told(void **state)
{
	struct follow f = of_vn(host2);
	int i;

	for (i = 0; i < 1000; i++)
		set(i, host1);
	del(999);
	follow_start(&f, 0, false);
	assert_true(one(&f));
	for (i = 0; i < 100; i++)
		del(i);
	assert_true(held[0]);
	all(&f);
	assert_in_step(&f);
}

static void test_a_snapshot_that_the_log_outran_begins_again(void **state)
{
	struct follow f = of_vn(host2);
	int i;

	for (i = 0; i < 1000; i++)
		set(i, host1);
	follow_start(&f, 0, false);
	assert_true(one(&f));
	del(0);
	for (i = 1000; i < 2000 + CHANGELOG_TOMBSTONES; i++) {
		set(i, host1);
		del(i);
	}
	all(&f);
	assert_in_step(&f);
}

static void test_who_is_below_the_floor_gets_a_snapshot(void **state)
{
	struct follow f = of_vn(host2);
	struct follow_batch b = { };
	int i;

	set(0, host1);
	set(1, host1);
	follow_start(&f, 0, true);
	assert_false(f.snapshot);
	all(&f);
	assert_in_step(&f);
	del(0);
	for (i = 2; i < 2 + CHANGELOG_TOMBSTONES; i++) {
		set(i, host1);
		del(i);
	}
	assert_int_equal(follow_next(&f, &b), FOLLOW_LAST);
	assert_true(b.begin && b.end);
	apply(&b);
	assert_in_step(&f);
}

static void test_nobody_is_told_of_himself(void **state)
{
	struct follow f = of_vn(host1);

	set(1, host1);
	set(2, host2);
	db_member_add(&db, vn, host1);
	follow_start(&f, 0, false);
	assert_int_equal(all(&f), 1);
	assert_in_step(&f);
	set(1, host1);
	assert_int_equal(all(&f), 0);
	/* what he held of another became his, and is gone: he must let go of it */
	set(2, host1);
	assert_int_equal(all(&f), 0);
	del(2);
	assert_int_equal(all(&f), 1);
	assert_false(held[2]);
	assert_in_step(&f);
}

/* All kinds of changes, a follower of any slowness. */
static void test_anything_at_any_time(void **state)
{
	struct follow f = of_vn(host2);
	unsigned int round, i, n;
	struct mac_addr mac;

	srand(2);
	follow_start(&f, 0, false);
	for (round = 0; round < 400; round++) {
		for (i = rand() % 600; i; i--) {
			n = rand() % 3000;
			mac = mac_of(n);
			if (rand() % 3 && db_map_find(vn, &mac))
				del(n);
			else
				set(n, host1);
		}
		if (rand() % 4)
			one(&f);
	}
	all(&f);
	assert_in_step(&f);
}

/* --- who is interested in some only */

static unsigned int total;

/* What tell.c does with a change; @f is served or was woken before. */
static bool owed;

static void wake(struct follow *f)
{
	if (!owed)
		follow_wake(f, f->log->revision);
	owed = true;
}

static void changed(struct follow *f, struct interest_index *index, uint16_t n)
{
	struct mac_addr mac = mac_of(n);
	struct interest *i = interest_first(index, &mac);

	if (!i)
		return;
	wake(f);
	interest_mark(i);
}

static void assert_interest_told(struct follow *f)
{
	struct interest *i;
	struct db_map *map;
	int n;

	for (n = 0; n < 65536; n++) {
		struct mac_addr mac = mac_of(n);

		i = interest_find(f->only, &mac);
		map = db_map_find(vn, &mac);
		if (held[n] != (i && map && db_item_nve(&map->item) != f->nve))
			fail_msg("MAC %d: held %d, interest %d, map %d", n, held[n], !!i, !!map);
	}
}

static void change_one(struct follow *f, struct interest_index *index, uint16_t n)
{
	struct mac_addr mac = mac_of(n);

	if (rand() % 3 && db_map_find(vn, &mac))
		del(n);
	else
		set(n, host1);
	changed(f, index, n);
}

/* A new interest starts with what there is, a lost one with nothing. */
static void turn_interest(struct follow *f, uint16_t n)
{
	struct mac_addr mac = mac_of(n);
	struct interest *i = interest_find(f->only, &mac);

	if (i) {
		interest_del(i);
		held[n] = false;
		return;
	}
	while (owed)
		owed = one(f);
	interest_add(f->only, &mac);
	held[n] = db_map_find(vn, &mac);
	named[n] = held[n];
}

/* The session is another one: from where he is, or from nothing. */
static void come_back(struct follow *f)
{
	uint64_t at = f->told;
	bool resume = rand() % 2 && !f->snapshot && at;

	while (f->only->dirty)
		interest_told(f->only->dirty);
	follow_start(f, at, resume);
	owed = true;
}

static void test_an_interest_against_the_database(void **state)
{
	struct interest_fading fading = { };
	struct interest_index index = { };
	struct interest_set only;
	struct follow f = of_vn(host2);
	unsigned int round, i;

	srand(3);
	interest_init(&only, &index, &fading, &total, NULL);
	f.only = &only;
	follow_start(&f, 0, false);
	owed = true;
	for (round = 0; round < 600; round++) {
		for (i = rand() % 300; i; i--)
			change_one(&f, &index, rand() % 10000);
		if (rand() % 10 == 0) {
			if (rand() % 2)
				db_member_add(&db, vn, host1);
			else if (db_member_find(vn, host1))
				db_member_del(&db, db_member_find(vn, host1));
			wake(&f);
		}
		for (i = rand() % 40; i; i--)
			turn_interest(&f, rand() % 10000);
		if (rand() % 20 == 0)
			come_back(&f);
		if (rand() % 3 == 0 && owed)
			owed = one(&f);
		if (rand() % 3 == 0) {
			all(&f);
			owed = false;
			assert_interest_told(&f);
		}
	}
	interest_uninit(&only);
	assert_null(index.addrs);
}

/* What concerns nobody costs him nothing: he is not even looked at. */
static void test_changes_of_others_do_not_move_him(void **state)
{
	struct interest_fading fading = { };
	struct interest_index index = { };
	struct follow_batch b = { };
	struct interest_set only;
	struct follow f = of_vn(host2);
	struct mac_addr mac = mac_of(1);
	int i;

	interest_init(&only, &index, &fading, &total, NULL);
	f.only = &only;
	interest_add(&only, &mac);
	follow_start(&f, 0, false);
	assert_int_equal(follow_next(&f, &b), FOLLOW_LAST);
	assert_true(b.begin && b.end && !b.n);
	owed = false;
	/* more deletions than the log remembers */
	for (i = 2; i < 2 + 2 * CHANGELOG_TOMBSTONES; i++) {
		set(i, host1);
		del(i);
	}
	set(1, host1);
	changed(&f, &index, 1);
	assert_int_equal(follow_next(&f, &b), FOLLOW_LAST);
	assert_int_equal(b.n, 1);
	assert_false(b.begin || b.end);
	assert_int_equal(b.revision, vn->log.revision);
	interest_uninit(&only);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_empty_snapshot_has_both_ends),
		TEST(test_messages_are_cut),
		TEST(test_deletions_during_a_snapshot_are_told),
		TEST(test_a_snapshot_that_the_log_outran_begins_again),
		TEST(test_who_is_below_the_floor_gets_a_snapshot),
		TEST(test_nobody_is_told_of_himself),
		TEST(test_anything_at_any_time),
		TEST(test_an_interest_against_the_database),
		TEST(test_changes_of_others_do_not_move_him),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
