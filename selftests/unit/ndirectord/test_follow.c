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
		if (held[i] != (map && map->item.nve != f->nve))
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

	for (i = 0; i < 1000; i++)
		set(i, host1);
	follow_start(&f, 0, false);
	assert_int_equal(all(&f), 4);
	assert_in_step(&f);
	assert_int_equal(f.told, 1000);
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
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
