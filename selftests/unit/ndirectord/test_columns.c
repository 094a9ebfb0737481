// SPDX-License-Identifier: GPL-2.0
/*
 * Who can take mappings in columns is told in them, who cannot in rows, and both are told the same.
 */
#include "lab.c"

enum { ADDRS = 1300, FEW = 3 };

static struct proc d;
static struct peer center, host1, host2, now, before;
static uint64_t epochs[ADDRS + FEW];

static void begin(void **state)
{
	proc_init(&d, *state, 1);
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	peer_open(&now, &d, "dc1", "nve", "now", true);
	peer_is_old = true;
	peer_open(&before, &d, "dc1", "nve", "before", true);
	peer_is_old = false;
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_register(&now, 3), CODE(OK));
	assert_int_equal(say_register(&before, 4), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	say_place_many(&center, 1, 0, ADDRS / 2, "dc1/host1", epochs);
	say_place_many(&center, 1, ADDRS / 2, ADDRS - ADDRS / 2, "dc1/host2",
		       epochs + ADDRS / 2);
}

static void same(void)
{
	const struct told *a, *b;

	assert_int_equal(HASH_COUNT(now.maps), HASH_COUNT(before.maps));
	for (a = now.maps; a; a = a->hh.next) {
		b = told_find(before.maps, a->key);
		assert_non_null(b);
		assert_string_equal(a->nve, b->nve);
		assert_int_equal(a->epoch, b->epoch);
		assert_int_equal(a->n_locators, b->n_locators);
		assert_memory_equal(a->locators, b->locators,
				    a->n_locators * sizeof(a->locators[0]));
	}
}

static void test_deltas_and_snapshots(void **state)
{
	uint32_t half = ADDRS / 2;

	begin(state);
	/* the snapshot of one, and deltas for the other */
	assert_int_equal(say_join(&before, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_advertise_many(&host1, 1, 0, half, 1, epochs), CODE(OK));
	assert_int_equal(say_advertise_many(&host2, 1, half, ADDRS - half, 1, epochs + half),
			 CODE(OK));
	LAB_WAIT(d.lab, before.sets == ADDRS);
	assert_int_equal(say_join(&now, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, now.ends == 1);
	assert_int_equal(now.columns, ADDRS);
	same();
	/* withdrawn, and there again */
	assert_int_equal(say_withdraw(&host1, 1, 0, epochs[0]), CODE(OK));
	LAB_WAIT(d.lab, now.dels == 1 && before.dels == 1);
	assert_int_equal(say_leave(&host2, 1), CODE(OK));
	LAB_WAIT(d.lab, HASH_COUNT(now.maps) == half - 1);
	LAB_WAIT(d.lab, HASH_COUNT(before.maps) == half - 1);
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_advertise_many(&host2, 1, half, ADDRS - half, 1, epochs + half),
			 CODE(OK));
	LAB_WAIT(d.lab, HASH_COUNT(now.maps) == ADDRS - 1);
	LAB_WAIT(d.lab, HASH_COUNT(before.maps) == ADDRS - 1);
	assert_int_equal(now.columns, now.sets);
	assert_int_equal(before.columns, 0);
	same();
}

/* Page by page, of any size, a list is what it is as a whole: in the order of its MACs. */
static void test_pages_of_mappings(void **state)
{
	json_t *json, *whole, *page, *all = json_array();
	unsigned int offset = 0, pages = 0;
	char path[64];

	begin(state);
	assert_int_equal(say_advertise_many(&host1, 1, 0, 100, 1, epochs), CODE(OK));
	json = proc_get(&d, "/mappings");
	whole = json_object_get(json, "items");
	assert_int_equal(json_array_size(whole), 100);
	do {
		snprintf(path, sizeof(path), "/mappings?vn=blue&limit=33&offset=%u", offset);
		page = proc_get(&d, path);
		json_array_extend(all, json_object_get(page, "items"));
		offset = json_integer_value(json_object_get(page, "next"));
		pages++;
		json_decref(page);
	} while (offset);
	assert_int_equal(pages, 4);
	assert_true(json_equal(all, whole));
	for (size_t i = 1; i < 100; i++)
		assert_true(strcmp(json_string_value(json_object_get(json_array_get(all, i - 1),
								     "mac")),
				   json_string_value(json_object_get(json_array_get(all, i),
								     "mac"))) < 0);
	json_decref(all);
	json_decref(json);
}

static void test_what_does_not_fit_is_told_in_rows(void **state)
{
	begin(state);
	assert_int_equal(say_join(&before, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&now, 1, NULL, 0), CODE(OK));
	/* few */
	assert_int_equal(say_advertise_many(&host1, 1, 0, FEW, 1, epochs), CODE(OK));
	LAB_WAIT(d.lab, now.sets == FEW && before.sets == FEW);
	assert_int_equal(now.columns, 0);
	/* without an IP address */
	assert_int_equal(say_advertise_many(&host1, 1, FEW, 50, 0, epochs + FEW), CODE(OK));
	LAB_WAIT(d.lab, now.sets == FEW + 50 && before.sets == FEW + 50);
	assert_int_equal(now.columns, 0);
	assert_int_equal(say_advertise_many(&host1, 1, FEW + 50, 50, 1, epochs + FEW + 50),
			 CODE(OK));
	LAB_WAIT(d.lab, now.sets == FEW + 100 && before.sets == FEW + 100);
	assert_int_equal(now.columns, 50);
	/* both in one message */
	assert_int_equal(say_leave(&now, 1), CODE(OK));
	peer_forget(&now);
	assert_int_equal(say_join(&now, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, now.ends == 1);
	assert_int_equal(HASH_COUNT(now.maps), FEW + 100);
	same();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_deltas_and_snapshots),
		LAB_TEST(test_pages_of_mappings),
		LAB_TEST(test_what_does_not_fit_is_told_in_rows),
	};

	return LAB_MAIN(argc, argv, "columns", tests);
}
