// SPDX-License-Identifier: GPL-2.0
/*
 * interest: who is interested in what, in step with a plain table; what fades; and the small
 * decisions beside it: which mode is in force, who asks too much.
 */
#include <stdlib.h>
#include "fixture.h"
#include "ndirectord/interest.h"
#include "ndirectord/mode.h"
#include "ndirectord/rate.h"

enum { SETS = 5, MACS = 40 };

static struct interest_index index_of_vn;
static struct interest_fading fading;
static struct interest_set sets[SETS];
static unsigned int total;

static int setup(void **state)
{
	int i;

	index_of_vn = (struct interest_index){ };
	fading = (struct interest_fading){ };
	total = 0;
	for (i = 0; i < SETS; i++)
		interest_init(&sets[i], &index_of_vn, &fading, &total, &sets[i]);
	return 0;
}

/* Nothing is left of anything. */
static int teardown(void **state)
{
	int i;

	for (i = 0; i < SETS; i++)
		interest_uninit(&sets[i]);
	assert_null(index_of_vn.addrs);
	assert_null(fading.first);
	assert_int_equal(total, 0);
	return 0;
}

static struct interest *add(int set, uint8_t mac)
{
	struct mac_addr m = fix_mac(mac);

	return interest_add(&sets[set], &m);
}

static void test_told_in_the_order_of_the_last_change(void **state)
{
	struct interest *a = add(0, 1), *b = add(0, 2), *c = add(0, 3);

	assert_ptr_equal(add(0, 1), a);
	interest_mark(a);
	interest_mark(b);
	interest_mark(c);
	interest_mark(a);
	assert_ptr_equal(sets[0].dirty, b);
	interest_told(b);
	interest_told(b);
	assert_ptr_equal(sets[0].dirty, c);
	interest_del(c);
	assert_ptr_equal(sets[0].dirty, a);
	interest_told(a);
	assert_null(sets[0].dirty);
}

static void test_fading(void **state)
{
	struct interest *a = add(0, 1), *b = add(1, 1), *c = add(2, 1);

	interest_fade(a, 10);
	interest_fade(b, 20);
	interest_fade(c, 30);
	assert_null(interest_faded(&fading, 9));
	assert_ptr_equal(interest_faded(&fading, 10), a);
	/* again is later; kept is not at all */
	interest_fade(a, 40);
	assert_ptr_equal(interest_faded(&fading, 25), b);
	interest_keep(b);
	interest_keep(b);
	assert_null(interest_faded(&fading, 25));
	assert_ptr_equal(interest_faded(&fading, 100), c);
	interest_del(c);
	assert_ptr_equal(interest_faded(&fading, 100), a);
}

static void assert_as(bool wanted[SETS][MACS])
{
	unsigned int count = 0, n, m, s;
	struct interest *i;

	for (m = 0; m < MACS; m++) {
		struct mac_addr mac = fix_mac(m);

		n = 0;
		for (s = 0; s < SETS; s++) {
			i = interest_find(&sets[s], &mac);
			assert_int_equal(!!i, wanted[s][m]);
			n += wanted[s][m];
		}
		count += n;
		for (i = interest_first(&index_of_vn, &mac); i; i = i->next_in, n--)
			assert_true(wanted[(struct interest_set *)i->set->owner - sets][m]);
		assert_int_equal(n, 0);
	}
	assert_int_equal(total, count);
}

/* Each set's sum is over what was weighed and is still wanted */
static void test_weights(void **state)
{
	uint64_t weight[SETS][MACS] = {}, hash;
	struct mac_addr mac;
	int round, s, m, i;

	srand(6);
	for (round = 0; round < 5000; round++) {
		struct digest want = {};

		s = rand() % SETS;
		m = rand() % MACS;
		mac = fix_mac(m);
		hash = rand() % 3 * 1000003ull;
		interest_weigh(interest_add(&sets[s], &mac), hash ? &hash : NULL);
		weight[s][m] = hash;
		if (rand() % 4 == 0) {
			interest_del(interest_find(&sets[s], &mac));
			weight[s][m] = 0;
		}
		for (i = 0; i < MACS; i++)
			if (weight[s][i])
				digest_add(&want, weight[s][i]);
		assert_true(digest_equal(&want, &sets[s].digest));
	}
}

static void test_against_a_table(void **state)
{
	static bool wanted[SETS][MACS];
	struct mac_addr mac;
	struct interest *i;
	int round, s, m;

	srand(5);
	for (round = 0; round < 20000; round++) {
		s = rand() % SETS;
		m = rand() % MACS;
		mac = fix_mac(m);
		i = interest_find(&sets[s], &mac);
		switch (rand() % 5) {
		case 0:
		case 1:
			interest_add(&sets[s], &mac);
			wanted[s][m] = true;
			break;
		case 2:
			if (i)
				interest_del(i);
			wanted[s][m] = false;
			break;
		case 3:
			if (i)
				interest_mark(i);
			break;
		case 4:
			if (i)
				interest_fade(i, round + 1);
			break;
		}
		if (round % 100 == 0)
			assert_as(wanted);
		if (round % 5000 == 4999) {
			interest_uninit(&sets[s]);
			memset(wanted[s], 0, sizeof(wanted[s]));
		}
	}
	assert_as(wanted);
}

static void test_mode(void **state)
{
	static const struct {
		uint32_t distribution;
		unsigned int maps;
		bool was, is;
	} rows[] = {
		{ 0, 1000000, true, false },
		{ 1, 0, false, true },
		{ 2, 0, false, false },
		{ 2, 0, true, false },
		{ 2, 1023, true, false },
		{ 2, 1024, true, true },
		{ 2, 1024, false, false },
		{ 2, 2048, true, true },
		{ 2, 2048, false, false },
		{ 2, 2049, false, true },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(mode_on_demand(rows[i].distribution, rows[i].maps, rows[i].was),
				 rows[i].is);
}

static void test_rate(void **state)
{
	struct rate r;
	int i;

	rate_init(&r, 100, 10, 1000);
	for (i = 0; i < 10; i++)
		assert_true(rate_take(&r, 1000));
	assert_false(rate_take(&r, 1000));
	/* asking in vain costs no time */
	for (i = 1001; i < 1010; i++)
		assert_false(rate_take(&r, i));
	assert_true(rate_take(&r, 1010));
	assert_false(rate_take(&r, 1010));
	/* however long it was silent, no more than a burst */
	for (i = 0; i < 10; i++)
		assert_true(rate_take(&r, 1ull << 50));
	assert_false(rate_take(&r, 1ull << 50));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_told_in_the_order_of_the_last_change),
		TEST(test_fading),
		TEST(test_weights),
		TEST(test_against_a_table),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_rate),
	};

	return cmocka_run_group_tests_name("interest", tests, NULL, NULL);
}
