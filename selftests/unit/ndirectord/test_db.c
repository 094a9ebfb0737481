// SPDX-License-Identifier: GPL-2.0
/*
 * db: VNs, NVEs, members, mappings and what the observer sees of them.
 */
#include <errno.h>
#include "db_locator.h"
#include "fixture.h"

struct seen {
	int items, nves, gone;
	const struct db_item *last;
};

static void see_item(struct db_item *item, void *arg)
{
	struct seen *seen = arg;

	seen->items++;
	seen->gone += item->gone;
	seen->last = item;
}

static void see_nve(struct db_nve *nve, void *arg)
{
	((struct seen *)arg)->nves++;
}

static void see_vn(struct db_vn *vn, bool gone, void *arg)
{
}

static void see_placement(const struct db_placed *p, bool gone, void *arg)
{
}

static void see_epoch(void *arg)
{
}

static const struct db_observer observer = {
	.item = see_item,
	.vn = see_vn,
	.nve = see_nve,
	.placement = see_placement,
	.epoch = see_epoch,
};

static struct db_vn *observed(struct db *db, struct seen *seen)
{
	struct db_vn *vn = fix_db(db);

	*seen = (struct seen){ };
	db->observer = &observer;
	db->observer_arg = seen;
	return vn;
}

static void test_epochs_climb_and_name_their_dc(void **state)
{
	struct db db;
	uint64_t a, b, c;

	db_init(&db, "dc1", 7);
	a = db_epoch_next(&db, 0);
	b = db_epoch_next(&db, 0);
	assert_true(b > a);
	assert_int_equal(a & 255, 7);
	/* another DC, ahead of us, with a higher number in the low bits */
	c = db_epoch_next(&db, (b + (1000 << 8)) | 255);
	assert_true(c > ((b + (1000 << 8)) | 255));
	assert_true(db_epoch_next(&db, 0) > c);
	/* a newer term elsewhere is taken over */
	c = db_epoch_next(&db, 5ull << 48);
	assert_true(c > 5ull << 48);
	db_epoch_seen(&db, c - 1000);
	assert_true(db_epoch_next(&db, 0) > c);
	db_epoch_seen(&db, c + 1000000);
	assert_true(db_epoch_next(&db, 0) > c + 1000000);
	/* a full counter carries into the term; at the end there is none */
	c = db_epoch_next(&db, (6ull << 48) - 1);
	assert_int_equal(c, (6ull << 48) + 7);
	assert_int_equal(db_epoch_next(&db, UINT64_MAX), 0);
	db_uninit(&db);
}

static void test_vn_conflicts_are_refused_by_name(void **state)
{
	struct db_vn_info info = { .uuid = { { 9 } }, .name = "red", .vni = 100 };
	struct err err;
	struct db db;

	fix_db(&db);
	assert_int_equal(db_vn_set(&db, &info, true, &err), -EEXIST);
	assert_string_equal(err.text, "VNI 100 belongs to VN blue");
	info.vni = 101;
	strcpy(info.name, "blue");
	assert_int_equal(db_vn_set(&db, &info, true, &err), -EEXIST);
	assert_string_equal(err.text, "another VN is named blue");
	strcpy(info.name, "red");
	assert_int_equal(db_vn_set(&db, &info, false, &err), 0);
	assert_false(db_vn_find(&db, &info.uuid)->defined);
	db_uninit(&db);
}

static void test_hearsay_does_not_change_a_vn(void **state)
{
	struct db_vn_info info;
	struct db_vn *vn;
	struct db db;

	vn = fix_db(&db);
	info = vn->info;
	info.unknown = 2;
	assert_int_equal(db_vn_set(&db, &info, false, NULL), 0);
	assert_int_equal(vn->info.unknown, 0);
	assert_int_equal(db_vn_set(&db, &info, true, NULL), 0);
	assert_int_equal(vn->info.unknown, 2);
	db_uninit(&db);
}

/* A VN has them by itself, as many bytes as there are; most have none. */
static void test_subnets_are_kept_as_they_are(void **state)
{
	uint8_t bytes[] = { 10, 2, 8, 1 };
	struct db_vn_info info;
	struct db_vn *vn;
	struct db db;

	assert_true(sizeof(struct db_vn) < 600);
	vn = fix_db(&db);
	assert_null(vn->info.addressing);
	info = vn->info;
	info.addressing = bytes;
	info.n_addressing = sizeof(bytes);
	assert_false(db_vn_info_same(&vn->info, &info));
	assert_int_equal(db_vn_set(&db, &info, true, NULL), 0);
	assert_true(db_vn_info_same(&vn->info, &info));
	assert_ptr_not_equal(vn->info.addressing, bytes);
	/* another byte, and fewer of them */
	bytes[3] = 2;
	assert_false(db_vn_info_same(&vn->info, &info));
	info.n_addressing = 2;
	assert_false(db_vn_info_same(&vn->info, &info));
	assert_int_equal(db_vn_set(&db, &info, true, NULL), 0);
	assert_int_equal(vn->info.n_addressing, 2);
	info.n_addressing = 0;
	info.addressing = NULL;
	assert_int_equal(db_vn_set(&db, &info, true, NULL), 0);
	assert_null(vn->info.addressing);
	info.addressing = bytes;
	info.n_addressing = sizeof(bytes);
	assert_int_equal(db_vn_set(&db, &info, true, NULL), 0);
	db_uninit(&db);
}

static void test_vn_in_use_is_kept(void **state)
{
	struct db_placement p;
	struct db_vn_info info;
	struct db_nve *nve;
	struct db_vn *vn;
	struct err err;
	struct db db;

	vn = fix_db(&db);
	p = fix_placement(vn, 1, "10.0.0.1/24", "dc1/host1");
	db_placement_set(&db, &p);
	assert_int_equal(db_vn_delete(&db, vn, &err), -EBUSY);
	assert_string_equal(err.text, "VN blue still has 1 addresses placed in it");
	db_placement_del(&db, db_placement_find(vn, &p.mac));
	nve = db_nve_get(&db, "dc1/host1");
	db_member_add(&db, vn, nve);
	info = vn->info;
	info.vni = 200;
	assert_int_equal(db_vn_set(&db, &info, true, &err), -EBUSY);
	assert_string_equal(err.text, "VN blue is in use with VNI 100, it cannot become 200");
	db_member_del(&db, db_member_find(vn, nve));
	assert_int_equal(db_vn_set(&db, &info, true, &err), 0);	/* tombstones do not count */
	db_uninit(&db);
}

/* A VN that is deleted goes with its last member; hearsay does not keep its name from others. */
static void test_a_deleted_vn_goes_with_its_members(void **state)
{
	struct db_vn_info other = { .uuid = { { 9 } }, .name = "blue", .vni = 100 };
	struct db_nve *awake, *silent;
	uint64_t revision;
	struct db_vn *vn;
	struct db db;

	vn = fix_db(&db);
	awake = db_nve_get(&db, "dc1/host1");
	silent = db_nve_get(&db, "dc1/host2");
	db_member_add(&db, vn, awake);
	db_member_add(&db, vn, silent);
	db_nve_set_stale(&db, silent, DB_STALE_NVE, true);
	assert_int_equal(db_vn_delete(&db, vn, NULL), 0);
	assert_false(vn->defined);
	assert_non_null(db_member_find(vn, awake));
	assert_null(db_member_find(vn, silent));
	assert_int_equal(db_vn_set(&db, &other, true, NULL), 0);
	db_reap(&db);
	assert_int_equal(HASH_COUNT(db.vns), 2);
	db_nve_set_stale(&db, awake, DB_STALE_NVE, true);
	assert_null(db_member_first(vn));
	revision = vn->log.revision;
	db_reap(&db);
	assert_int_equal(HASH_COUNT(db.vns), 1);
	/* the peers are not to miss that its members are gone */
	assert_int_equal(db.own.floor, db.own.revision);
	/* one of the same UUID does not take up its revisions */
	vn = fix_vn(&db, 101, "red");
	assert_true(vn->log.revision > revision);
	assert_false(changelog_can_resume(&vn->log, revision));
	db_uninit(&db);
}

/* The next one in a walk is never what a deletion lets go of. */
static void test_a_walk_may_delete(void **state)
{
	struct mac_addr mac = { { 2 } };
	struct db_map *map, *next;
	struct db_ips ips = { };
	struct db_nve *nve;
	struct db_vn *vn;
	struct db db;
	int i, n = 0;

	vn = fix_db(&db);
	nve = db_nve_get(&db, "dc1/host1");
	for (i = 0; i < 3 * CHANGELOG_TOMBSTONES; i++) {
		mac.b[4] = i >> 8;
		mac.b[5] = i;
		db_map_set(&db, vn, &mac, &ips, 1, nve);
		if (i % 3)
			db_map_del(&db, db_map_find(vn, &mac));
	}
	for (map = db_map_first(vn); map; map = next, n++) {
		next = db_map_next(map);
		db_map_del(&db, map);
	}
	assert_int_equal(n, CHANGELOG_TOMBSTONES);
	assert_int_equal(vn->maps.n, CHANGELOG_TOMBSTONES);
	db_uninit(&db);
}

static void test_a_placement_told_again_is_no_change(void **state)
{
	struct db_placement p;
	struct db_vn *vn;
	struct db db;

	vn = fix_db(&db);
	p = fix_placement(vn, 1, "10.0.0.1/24", "dc1/host1");
	assert_true(db_placement_set(&db, &p));
	assert_false(db_placement_set(&db, &p));
	p.epoch = 9;
	assert_true(db_placement_set(&db, &p));
	db_uninit(&db);
}

/* As many IPs as there are: more than before, or fewer, and its place on the logs is a new one. */
static void test_ips_come_and_go(void **state)
{
	struct mac_addr mac = fix_mac(1), other = fix_mac(2);
	struct db_ips ips = fix_ips("10.0.0.1/24"), all = { };
	struct ip_prefix ip = fix_ip("10.0.0.1/24");
	struct db_placement p;
	struct db_nve *nve;
	struct db_vn *vn;
	struct db db;
	int i;

	vn = fix_db(&db);
	nve = db_nve_get(&db, "dc1/host1");
	for (i = 0; i < DB_IPS; i++) {
		ip.addr.b[3] = i + 1;
		db_ips_add(&all, &ip);
	}
	db_map_set(&db, vn, &mac, &ips, 1, nve);
	db_map_set(&db, vn, &other, &(struct db_ips){ }, 2, nve);
	assert_true(db_map_set(&db, vn, &mac, &all, 3, nve));
	assert_int_equal(db_map_find(vn, &mac)->ips.n, DB_IPS);
	assert_true(db_ips_equal(&db_map_find(vn, &mac)->ips, &all));
	assert_int_equal(db_map_find(vn, &mac)->item.in_vn.revision, vn->log.revision);
	assert_ptr_equal(changelog_after(&vn->log, vn->log.revision - 1),
			 &db_map_find(vn, &mac)->item.in_vn);
	assert_int_equal(vn->maps.n, 2);
	assert_int_equal(nve->items, 2);
	assert_non_null(db_ip_find(vn, &ip.addr));
	db_map_set(&db, vn, &mac, &(struct db_ips){ }, 4, nve);
	assert_null(db_ip_find(vn, &ip.addr));
	p = fix_placement(vn, 1, "10.0.0.1/24", "dc1/host1");
	db_placement_set(&db, &p);
	p.ips = all;
	p.nve = "dc1/a-longer-name";
	assert_true(db_placement_set(&db, &p));
	assert_string_equal(db_placed_nve(db_placement_find(vn, &mac)), "dc1/a-longer-name");
	assert_int_equal(vn->placements.n, 1);
	assert_int_equal(vn->ips.n, DB_IPS);
	db_placement_del(&db, db_placement_find(vn, &mac));
	assert_int_equal(vn->ips.n, 0);
	db_uninit(&db);
}

static void test_the_same_again_is_no_change(void **state)
{
	struct mac_addr mac = fix_mac(1);
	struct db_ips ips = fix_ips("10.0.0.1/24");
	struct db_nve *nve;
	struct db_vn *vn;
	struct seen seen;
	struct db db;

	vn = observed(&db, &seen);
	nve = db_nve_get(&db, "dc1/host1");
	db_map_set(&db, vn, &mac, &ips, 5, nve);
	db_map_set(&db, vn, &mac, &ips, 5, nve);
	db_member_add(&db, vn, nve);
	db_member_add(&db, vn, nve);
	assert_int_equal(seen.items, 2);
	assert_int_equal(vn->log.revision, 2);
	db_map_set(&db, vn, &mac, &ips, 6, nve);
	assert_int_equal(seen.items, 3);
	db_uninit(&db);
}

static void test_staleness_is_one_item_per_vn(void **state)
{
	struct ip_addr locator = ip_addr_from(AF_INET, "\x0a\x01\x00\x0b");
	struct db_ips ips = { };
	struct mac_addr mac;
	struct db_nve *nve;
	struct db_vn *vn;
	struct seen seen;
	struct db db;
	int i;

	vn = observed(&db, &seen);
	nve = db_nve_get(&db, "dc1/host1");
	db_member_add(&db, vn, nve);
	for (i = 1; i < 100; i++) {
		mac = fix_mac(i);
		db_map_set(&db, vn, &mac, &ips, i, nve);
	}
	seen.items = 0;
	db_nve_set_stale(&db, nve, DB_STALE_NVE, true);
	assert_int_equal(seen.items, 1);
	assert_int_equal(seen.last->kind, DB_MEMBER);
	/* a second reason changes nothing that is told, nor does the end of the first */
	db_nve_set_stale(&db, nve, DB_STALE_DC, true);
	db_nve_set_stale(&db, nve, DB_STALE_NVE, false);
	assert_int_equal(seen.items, 1);
	db_nve_set_stale(&db, nve, DB_STALE_DC, false);
	assert_int_equal(seen.items, 2);
	db_nve_set_locators(&db, nve, &locator, 1);
	db_nve_set_locators(&db, nve, &locator, 1);
	assert_int_equal(seen.items, 3);
	db_uninit(&db);
}

/* What leaves for another DC is gone from the log of own items, and changed on the VN's. */
static void test_an_address_that_left_is_gone_for_the_peers(void **state)
{
	struct mac_addr mac = fix_mac(1);
	struct db_nve *here, *there;
	struct db_ips ips = { };
	struct db_map *map;
	struct db_vn *vn;
	struct db db;

	vn = fix_db(&db);
	here = db_nve_get(&db, "dc1/host1");
	there = db_nve_get(&db, "dc2/host3");
	assert_true(here->own);
	assert_false(there->own);
	db_map_set(&db, vn, &mac, &ips, 1, here);
	map = db_map_find(vn, &mac);
	assert_false(map->item.in_own.gone);
	db_map_set(&db, vn, &mac, &ips, 2, there);
	assert_true(map->item.in_own.gone);
	assert_false(map->item.in_vn.gone);
	assert_int_equal(db.own.revision, 2);
	/* and back */
	db_map_set(&db, vn, &mac, &ips, 3, here);
	assert_false(map->item.in_own.gone);
	assert_int_equal(db.own.tombstones, 0);
	db_map_del(&db, map);
	assert_null(db_map_find(vn, &mac));
	assert_true(map->item.in_own.gone && map->item.in_vn.gone);
	db_uninit(&db);
}

/* Tombstones fall off both logs at once; each object is freed exactly once (run under ASan). */
static void test_an_nve_without_anything_is_idle(void **state)
{
	struct db_ips ips = fix_ips("10.0.0.1/24");
	struct mac_addr mac = fix_mac(1);
	struct db_nve *nve, *other;
	struct seen seen;
	struct db_vn *vn;
	struct db db;

	vn = observed(&db, &seen);
	nve = db_nve_get(&db, "dc1/host1");
	other = db_nve_get(&db, "dc1/host2");
	/* its session is something, too */
	assert_int_equal(db_nve_idle(&db, nve, true, 100), 0);
	assert_int_equal(seen.nves, 0);
	assert_int_equal(db_nve_idle(&db, nve, false, 100), 0);
	assert_int_equal(db_nve_idle(&db, nve, false, 160), 60);
	assert_int_equal(seen.nves, 1);
	/* a clock that was set back counts anew */
	assert_int_equal(db_nve_idle(&db, nve, false, 50), 0);
	db_member_add(&db, vn, nve);
	db_map_set(&db, vn, &mac, &ips, 5, nve);
	assert_int_equal(nve->items, 2);
	assert_int_equal(db_nve_idle(&db, nve, false, 999), 0);
	/* what moves away is not in its name any more, nor what is told twice there twice */
	db_map_set(&db, vn, &mac, &ips, 6, other);
	db_map_set(&db, vn, &mac, &ips, 6, other);
	db_member_add(&db, vn, nve);
	assert_int_equal(nve->items, 1);
	assert_int_equal(other->items, 1);
	db_member_del(&db, db_member_find(vn, nve));
	assert_int_equal(nve->items, 0);
	assert_int_equal(db_nve_idle(&db, nve, false, 1000), 0);
	assert_int_equal(db_nve_idle(&db, nve, false, 1001), 1);
	db_uninit(&db);
}

static void test_whose_a_locator_is(void **state)
{
	struct db_nve *first, *second;
	struct ip_addr locators[2];
	struct db db;

	db_init(&db, "dc1", 1);
	ip_addr_parse(&locators[0], "10.1.0.11", NULL);
	ip_addr_parse(&locators[1], "2001:db8::11", NULL);
	first = db_nve_get(&db, "dc1/host1");
	second = db_nve_get(&db, "dc1/host2");
	db_nve_set_locators(&db, db_nve_get(&db, "dc2/host1"), locators, 2);
	assert_null(db_locator_owner(&db, &locators[0], second));
	db_nve_set_locators(&db, first, locators, 2);
	assert_ptr_equal(db_locator_owner(&db, &locators[0], second), first);
	assert_ptr_equal(db_locator_owner(&db, &locators[1], second), first);
	/* the same host under another name, while the old one is silent; and both of them */
	db_nve_set_stale(&db, first, DB_STALE_NVE, true);
	assert_null(db_locator_owner(&db, &locators[0], second));
	db_nve_set_locators(&db, second, locators, 1);
	assert_ptr_equal(db_locator_owner(&db, &locators[0], first), second);
	db_nve_set_stale(&db, first, DB_STALE_NVE, false);
	assert_ptr_equal(db_locator_owner(&db, &locators[0], second), first);
	/* it has another one now, and the other goes */
	db_nve_set_locators(&db, first, &locators[1], 1);
	assert_null(db_locator_owner(&db, &locators[0], second));
	assert_ptr_equal(db_locator_owner(&db, &locators[0], first), second);
	db_nve_forget(&db, second);
	assert_null(db_locator_owner(&db, &locators[0], NULL));
	db_uninit(&db);
}

static void test_a_forgotten_nve(void **state)
{
	struct db_ips ips = fix_ips("10.0.0.1/24");
	struct mac_addr mac = fix_mac(1);
	struct ip_addr locator;
	struct db_nve *nve;
	struct seen seen;
	struct db_vn *vn;
	struct db db;

	vn = observed(&db, &seen);
	nve = db_nve_get(&db, "dc1/host1");
	ip_addr_parse(&locator, "10.1.0.11", NULL);
	db_nve_set_locators(&db, nve, &locator, 1);
	db_member_add(&db, vn, nve);
	db_map_set(&db, vn, &mac, &ips, 5, nve);
	db_nve_forget(&db, nve);
	assert_null(db_nve_find(&db, "dc1/host1"));
	assert_null(db_nve_first(&db));
	assert_null(db_map_find(vn, &mac));
	assert_null(db_member_first(vn));
	assert_int_equal(seen.gone, 2);
	assert_null(db_locator_owner(&db, &locator, NULL));
	/* who comes again begins with nothing */
	nve = db_nve_get(&db, "dc1/host1");
	assert_int_equal(nve->n_locators, 0);
	assert_int_equal(nve->items, 0);
	db_member_add(&db, vn, nve);
	assert_non_null(db_member_find(vn, nve));
	assert_ptr_equal(db_nve_first(&db), nve);
	db_uninit(&db);
}

/* Not before what still has to be told of it has been, or has worn out. */
static void test_a_forgotten_nve_goes_with_its_tombstones(void **state)
{
	struct mac_addr mac = { { 2, 1 } }, kept = fix_mac(1);
	struct db_ips ips = { };
	struct db_nve *other;
	struct db_vn *vn;
	struct db db;
	int i;

	vn = fix_db(&db);
	db_nve_forget(&db, db_nve_get(&db, "dc1/never"));
	db_reap(&db);
	assert_int_equal(HASH_COUNT(db.nves), 0);
	/* one that had a mapping, and one that took it over */
	other = db_nve_get(&db, "dc1/host2");
	db_map_set(&db, vn, &kept, &ips, 1, db_nve_get(&db, "dc1/host1"));
	db_map_set(&db, vn, &kept, &ips, 2, other);
	db_nve_forget(&db, db_nve_find(&db, "dc1/host1"));
	db_reap(&db);
	assert_int_equal(HASH_COUNT(db.nves), 1);
	/* its own tombstones keep it, until newer ones push them out */
	db_member_add(&db, vn, db_nve_get(&db, "dc1/host3"));
	db_nve_forget(&db, db_nve_find(&db, "dc1/host3"));
	db_reap(&db);
	assert_int_equal(HASH_COUNT(db.nves), 2);
	for (i = 0; i <= CHANGELOG_TOMBSTONES; i++) {
		mac.b[4] = i >> 8;
		mac.b[5] = i;
		db_map_set(&db, vn, &mac, &ips, 1, other);
		db_map_del(&db, db_map_find(vn, &mac));
	}
	db_reap(&db);
	assert_int_equal(HASH_COUNT(db.nves), 1);
	assert_ptr_equal(db_nve_first(&db), other);
	db_uninit(&db);
}

static void test_worn_out_tombstones_are_freed(void **state)
{
	struct mac_addr mac = { { 2 } };
	struct db_ips ips = { };
	struct db_nve *nve;
	struct db_vn *vn;
	struct db db;
	int i;

	vn = fix_db(&db);
	nve = db_nve_get(&db, "dc1/host1");
	for (i = 0; i < 3 * CHANGELOG_TOMBSTONES; i++) {
		mac.b[4] = i >> 8;
		mac.b[5] = i;
		db_map_set(&db, vn, &mac, &ips, 1, nve);
		db_map_del(&db, db_map_find(vn, &mac));
	}
	assert_int_equal(vn->maps.n, CHANGELOG_TOMBSTONES);
	assert_int_equal(db.own.tombstones, CHANGELOG_TOMBSTONES);
	db_uninit(&db);
}

static void test_ips_belong_to_the_first_that_has_them(void **state)
{
	struct mac_addr a = fix_mac(1), b = fix_mac(2);
	struct db_ips ips = fix_ips("10.0.0.1/24");
	struct ip_addr addr = fix_ip("10.0.0.1/24").addr, *ip = &addr;
	struct db_nve *nve;
	struct db_vn *vn;
	struct db db;

	vn = fix_db(&db);
	nve = db_nve_get(&db, "dc1/host1");
	db_map_set(&db, vn, &a, &ips, 1, nve);
	db_map_set(&db, vn, &b, &ips, 1, nve);
	assert_true(mac_addr_equal(db_ip_find(vn, ip), &a));
	db_map_del(&db, db_map_find(vn, &a));
	assert_null(db_ip_find(vn, ip));
	db_uninit(&db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_epochs_climb_and_name_their_dc),
		cmocka_unit_test(test_vn_conflicts_are_refused_by_name),
		cmocka_unit_test(test_hearsay_does_not_change_a_vn),
		cmocka_unit_test(test_subnets_are_kept_as_they_are),
		cmocka_unit_test(test_vn_in_use_is_kept),
		cmocka_unit_test(test_a_deleted_vn_goes_with_its_members),
		cmocka_unit_test(test_a_walk_may_delete),
		cmocka_unit_test(test_a_placement_told_again_is_no_change),
		cmocka_unit_test(test_ips_come_and_go),
		cmocka_unit_test(test_the_same_again_is_no_change),
		cmocka_unit_test(test_staleness_is_one_item_per_vn),
		cmocka_unit_test(test_an_address_that_left_is_gone_for_the_peers),
		cmocka_unit_test(test_an_nve_without_anything_is_idle),
		cmocka_unit_test(test_whose_a_locator_is),
		cmocka_unit_test(test_a_forgotten_nve),
		cmocka_unit_test(test_a_forgotten_nve_goes_with_its_tombstones),
		cmocka_unit_test(test_worn_out_tombstones_are_freed),
		cmocka_unit_test(test_ips_belong_to_the_first_that_has_them),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
