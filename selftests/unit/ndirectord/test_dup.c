// SPDX-License-Identifier: GPL-2.0
/* When an address that moves is frozen, and for how long. */
#include "fixture.h"
#include "ndirectord/dup.h"

static struct db db;
static struct db_vn *vn;
static struct mac_addr mac, other;

static int setup(void **state)
{
	vn = fix_db(&db);
	mac = fix_mac(1);
	other = fix_mac(2);
	return 0;
}

static int teardown(void **state)
{
	db_uninit(&db);
	return 0;
}

static void test_so_many_moves_in_so_long_a_time(void **state)
{
	static const struct dup_limits limits = { .moves = 3, .window_ms = 1000 };

	assert_false(dup_moved(vn, &mac, 1, &limits));
	assert_false(dup_moved(vn, &mac, 600, &limits));
	assert_false(dup_moved(vn, &other, 700, &limits));
	/* the first one is out of the window by then */
	assert_false(dup_moved(vn, &mac, 1100, &limits));
	assert_false(dup_is_frozen(vn, &mac, 1100));
	assert_true(dup_moved(vn, &mac, 1200, &limits));
	assert_true(dup_is_frozen(vn, &mac, UINT64_MAX));
	assert_false(dup_is_frozen(vn, &other, 1200));
	assert_int_equal(dup_until(vn, &mac), 0);
	/* and then all begins anew */
	assert_true(dup_thaw(vn, &mac, 1300));
	assert_false(dup_thaw(vn, &mac, 1300));
	assert_false(dup_moved(vn, &mac, 1301, &limits));
	assert_false(dup_moved(vn, &mac, 1302, &limits));
	assert_true(dup_moved(vn, &mac, 1303, &limits));
}

static void test_it_ends_with_its_time(void **state)
{
	static const struct dup_limits limits = { .moves = 2, .window_ms = 1000, .freeze_ms = 50 };

	dup_moved(vn, &mac, 100, &limits);
	assert_true(dup_moved(vn, &mac, 101, &limits));
	assert_int_equal(dup_until(vn, &mac), 151);
	assert_true(dup_is_frozen(vn, &mac, 150));
	assert_false(dup_is_frozen(vn, &mac, 151));
	/* what it did before counts no more, though all of it was within the window */
	assert_false(dup_moved(vn, &mac, 152, &limits));
	assert_true(dup_moved(vn, &mac, 153, &limits));
	/* one whose time is over was not thawed by anybody, and is forgotten all the same */
	assert_false(dup_thaw(vn, &mac, 1000));
	assert_int_equal(dup_until(vn, &mac), 0);
}

static void count(const struct mac_addr *one, uint64_t until, void *arg)
{
	unsigned int *n = arg;

	assert_true(mac_addr_equal(one, &mac));
	assert_int_equal(until, 77);
	++*n;
}

static void test_restored_as_it_was(void **state)
{
	static const struct dup_limits limits = { .moves = 5, .window_ms = 1000 };
	unsigned int n = 0;

	dup_moved(vn, &other, 1, &limits);
	dup_freeze(vn, &mac, 77);
	assert_true(dup_is_frozen(vn, &mac, 76));
	assert_false(dup_is_frozen(vn, &mac, 77));
	dup_each(vn, count, &n);
	assert_int_equal(n, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_so_many_moves_in_so_long_a_time),
		TEST(test_it_ends_with_its_time),
		TEST(test_restored_as_it_was),
	};

	return cmocka_run_group_tests_name("dup", tests, NULL, NULL);
}
