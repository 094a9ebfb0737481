// SPDX-License-Identifier: GPL-2.0
/*
 * Who has left: random requests, some of which fail half-way, some without memory, against a list
 * that knows what stands; while the clock goes on and through zero.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "departures.h"
#include "map.h"

#define ADDRS	300
#define KEEP	1000
#define VNI	7

static DEFINE_MUTEX(lock);

/* What stands of an address: when it left and is away since, 0 for not. */
struct truth {
	u32 left;
	u64 epoch;
};

static void mac_of(int i, u8 *mac)
{
	u64_to_ether_addr(0x020000000000ULL + i, mac);
}

static bool departed(struct nvo3_departures *d, int i, u32 now)
{
	u8 mac[ETH_ALEN];
	bool is;

	mac_of(i, mac);
	rcu_read_lock();
	is = nvo3_departed(d, VNI, mac, now, KEEP);
	rcu_read_unlock();
	return is;
}

/*
 * A request: each address of @who leaves once or several times, perhaps in the end it is back.
 * False if memory fails, and then everything is as before.
 */
static bool request(struct nvo3_departures *d, struct truth *truth, u32 now, bool stands)
{
	int who[8], n = 1 + shim_random() % 8, done, i;
	u64 epoch[8];
	u8 mac[ETH_ALEN];
	bool back[8];

	for (done = 0; done < n; done++) {
		who[done] = shim_random() % ADDRS;
		mac_of(who[done], mac);
		epoch[done] = shim_random();
		shim_alloc_fail = shim_random() % 16 == 0;
		if (nvo3_departures_note(d, VNI, mac, epoch[done], now, KEEP))
			break;
		assert_true(departed(d, who[done], now));
	}
	shim_alloc_fail = false;
	if (done < n || !stands) {
		while (done--) {
			mac_of(who[done], mac);
			nvo3_departures_undo(d, VNI, mac, epoch[done]);
		}
		return false;
	}
	for (i = 0; i < n; i++)
		back[i] = shim_random() % 4 == 0;
	for (i = 0; i < n; i++) {
		mac_of(who[i], mac);
		nvo3_departures_settle(d, VNI, mac, !back[i]);
		/* Of several mentions the first that ends at a port forgets it. */
		if (back[i])
			truth[who[i]].left = 0;
		else if (departed(d, who[i], now))
			truth[who[i]] = (struct truth){ now ?: 1, epoch[i] };
	}
	return true;
}

static void compare(struct nvo3_departures *d, const struct truth *truth, u32 now)
{
	bool is;
	int i;

	for (i = 0; i < ADDRS; i++) {
		is = truth[i].left && (s32)(now - truth[i].left) <= KEEP;
		assert_int_equal(departed(d, i, now), is);
	}
}

static void random_requests(void **state __attribute__((unused)))
{
	struct truth truth[ADDRS] = {};
	struct nvo3_departures d;
	u32 now = -300000, n, next;
	int failed = 0;

	nvo3_departures_init(&d, &lock);
	mutex_lock(&lock);
	for (n = 0; n < 20000; n++) {
		now += shim_random() % 40;
		failed += !request(&d, truth, now, shim_random() % 4);
		compare(&d, truth, now);
		if (n % 50)
			continue;
		next = nvo3_departures_purge(&d, now, KEEP);
		assert_true(next <= KEEP + 1 && !next == !nvo3_departures_count(&d));
		compare(&d, truth, now);
	}
	assert_true(failed > 1000);
	assert_int_equal(nvo3_departures_purge(&d, now + KEEP + 1, KEEP), 0);
	assert_int_equal(nvo3_departures_count(&d), 0);
	mutex_unlock(&lock);
	nvo3_departures_uninit(&d);
}

/* A reader whose clock was read just before the entry came takes it for what it is. */
static void clock_of_a_moment_ago(void **state __attribute__((unused)))
{
	struct nvo3_departures d;
	u8 mac[ETH_ALEN];

	nvo3_departures_init(&d, &lock);
	mutex_lock(&lock);
	mac_of(1, mac);
	assert_int_equal(nvo3_departures_note(&d, VNI, mac, 1, 1000, KEEP), 0);
	assert_true(departed(&d, 1, 999));
	assert_int_equal(nvo3_departures_purge(&d, 999, KEEP), KEEP + 2);
	assert_true(departed(&d, 1, 1000));
	mutex_unlock(&lock);
	nvo3_departures_uninit(&d);
}

static void selftest(void **state __attribute__((unused)))
{
	assert_true(nvo3_departures_selftest());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selftest),
		cmocka_unit_test(random_requests),
		cmocka_unit_test(clock_of_a_moment_ago),
	};

	shim_random_state = 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
