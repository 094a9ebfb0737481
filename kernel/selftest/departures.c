// SPDX-License-Identifier: GPL-2.0
/* Self test of departures; part of departures.c under DEBUG. */
#include <linux/kernel.h>

#define TEST_KEEP	100

static DEFINE_MUTEX(test_lock);

static bool test_is(const char *what, struct nvo3_departures *d, u32 now, bool wanted)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	bool got;

	rcu_read_lock();
	got = nvo3_departed(d, 100, mac, now, TEST_KEEP);
	rcu_read_unlock();
	if (got == wanted)
		return true;
	pr_err("selftest departures: %s: %s\n", what, got ? "remembered" : "not remembered");
	return false;
}

/* What one request after the other makes of an address, from 1000 on. */
static bool test_one(struct nvo3_departures *d)
{
	static const u8 mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
	bool ok = test_is("an empty table", d, 1000, false);

	ok &= !nvo3_departures_note(d, 100, mac, 5, 1000, TEST_KEEP);
	ok &= test_is("a move", d, 1000, true);
	nvo3_departures_undo(d, 100, mac, 4);
	ok &= test_is("another move taken back", d, 1000, true);
	nvo3_departures_undo(d, 100, mac, 5);
	ok &= test_is("the move taken back", d, 1000, false);

	ok &= !nvo3_departures_note(d, 100, mac, 6, 1000, TEST_KEEP);
	nvo3_departures_settle(d, 100, mac, true);
	nvo3_departures_undo(d, 100, mac, 6);
	ok &= test_is("a move that stands", d, 1000 + TEST_KEEP, true);
	ok &= test_is("a move long ago", d, 1001 + TEST_KEEP, false);

	/* To the port and away, twice in one request, of which nothing stands. */
	ok &= !nvo3_departures_note(d, 100, mac, 8, 1050, TEST_KEEP);
	ok &= !nvo3_departures_note(d, 100, mac, 10, 1050, TEST_KEEP);
	ok &= test_is("the last move", d, 1050 + TEST_KEEP, true);
	nvo3_departures_undo(d, 100, mac, 10);
	nvo3_departures_undo(d, 100, mac, 8);
	ok &= test_is("the one before", d, 1000 + TEST_KEEP, true);
	ok &= test_is("no later one", d, 1001 + TEST_KEEP, false);

	nvo3_departures_settle(d, 100, mac, false);
	ok &= test_is("back at a port", d, 1000, false);
	return ok && !nvo3_departures_count(d);
}

static int test_many(struct nvo3_departures *d, u32 first, u32 now)
{
	u8 mac[ETH_ALEN];
	u32 i;
	int err;

	for (i = 0; i < NVO3_DEPARTURES_MAX; i++) {
		u64_to_ether_addr(0x020000000000ULL + first + i, mac);
		err = nvo3_departures_note(d, 7, mac, 1, now, TEST_KEEP);
		if (err)
			return err;
		nvo3_departures_settle(d, 7, mac, true);
	}
	return 0;
}

/* So many and no more, until some are over. Time goes through zero. */
static bool test_bound(struct nvo3_departures *d)
{
	u32 now = -10;

	if (test_many(d, 0, now) || nvo3_departures_count(d) != NVO3_DEPARTURES_MAX ||
	    test_many(d, NVO3_DEPARTURES_MAX, now + TEST_KEEP) ||
	    nvo3_departures_count(d) != NVO3_DEPARTURES_MAX ||
	    nvo3_departures_purge(d, now + 20, TEST_KEEP) != TEST_KEEP - 19 ||
	    nvo3_departures_count(d) != NVO3_DEPARTURES_MAX ||
	    test_many(d, 2 * NVO3_DEPARTURES_MAX, now + TEST_KEEP + 1) ||
	    nvo3_departures_count(d) != NVO3_DEPARTURES_MAX ||
	    nvo3_departures_purge(d, now + TEST_KEEP + 1, TEST_KEEP) != TEST_KEEP + 1 ||
	    nvo3_departures_purge(d, now + 2 * TEST_KEEP + 2, TEST_KEEP) ||
	    nvo3_departures_count(d)) {
		pr_err("selftest departures: %u remembered\n", nvo3_departures_count(d));
		return false;
	}
	return true;
}

bool nvo3_departures_selftest(void)
{
	struct nvo3_departures departures;
	bool ok;

	nvo3_departures_init(&departures, &test_lock);
	mutex_lock(&test_lock);
	ok = test_one(&departures) && test_bound(&departures);
	mutex_unlock(&test_lock);
	nvo3_departures_uninit(&departures);
	if (ok)
		pr_info("selftest departures: ok\n");
	return ok;
}
