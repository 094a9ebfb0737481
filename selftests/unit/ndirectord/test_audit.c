// SPDX-License-Identifier: GPL-2.0
/*
 * NVEs that say what they hold, to a real director: who is right is left alone, who is not is told
 * so, and what he lacks.
 */
#include <signal.h>
#include "follow.h"
#include "lab.c"

#define PUSH		NVO3__DISTRIBUTION__DISTRIBUTION_PUSH
#define ON_DEMAND	NVO3__DISTRIBUTION__DISTRIBUTION_ON_DEMAND

static struct proc d;
static struct peer center, host1, host2;
static uint64_t epochs[20000];

/* host1 has addresses 1 to @n, and host2 will have 30002 */
static void begin(void **state, uint32_t distribution, uint32_t n)
{
	proc_init(&d, *state, 1);
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	center.distribution = distribution;
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	say_place_many(&center, 1, 30002, 1, "dc1/host2", epochs);
	say_place_many(&center, 1, 1, n, "dc1/host1", epochs + 1);
	for (uint32_t i = 0; i < n; i += 4000)
		assert_int_equal(say_advertise_many(&host1, 1, 1 + i, n - i < 4000 ? n - i : 4000,
						    0, epochs + 1 + i), CODE(OK));
}

static void join_all(void)
{
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 1);
	assert_int_equal(say_advertise(&host2, 1, 30002, 0, epochs[0]), CODE(OK));
	peer_settle(&host2);
}

static int drifts(void)
{
	return proc_count(&d, "/alerts", "kind", "drift");
}

static void test_who_is_right_is_left_alone(void **state)
{
	begin(state, PUSH, 1000);
	join_all();
	say_digest(&host2, 1, 0);
	peer_settle(&host2);
	assert_int_equal(host2.digests, 0);
	/* its own is nothing that it is told of; the other one has that only */
	assert_int_equal(peer_digest(&host2, 1).n, 1000);
	assert_int_equal(peer_digest(&host1, 1).n, 1);
	say_digest(&host1, 1, 0);
	/* of another moment, of another store, and of no VN: nothing is said of that */
	host2.since_join--;
	say_digest(&host2, 1, 1);
	host2.since_join += 2;
	say_digest(&host2, 1, 1);
	host2.since_join--;
	host2.store[0]++;
	say_digest(&host2, 1, 1);
	say_digest(&host2, 7, 1);
	peer_settle(&host2);
	peer_settle(&host1);
	assert_int_equal(host2.digests + host1.digests, 0);
	assert_int_equal(drifts(), 0);
}

static void test_who_is_wrong_is_told_by_buckets(void **state)
{
	uint8_t bucket, bad[300] = {};
	unsigned int sets, in_it = 0;
	uint64_t sum = 0;
	struct told *t;
	int i;

	begin(state, PUSH, 1000);
	join_all();
	say_digest(&host2, 1, 1);
	LAB_WAIT(d.lab, host2.digests == 1);
	assert_int_equal(host2.want_n, 1000);
	assert_true(host2.want_sum == peer_digest(&host2, 1).sum);
	for (i = 0; i < DIGEST_BUCKETS; i++)
		sum += host2.buckets[i];
	assert_true(sum == host2.want_sum);
	assert_int_equal(drifts(), 1);

	bucket = digest_bucket(&peer_map(&host2, 1, 5)->mac);
	for (t = host2.maps; t; t = t->hh.next)
		in_it += digest_bucket(&t->mac) == bucket;
	sets = host2.sets;
	say_resend(&host2, 1, &bucket, 1);
	LAB_WAIT(d.lab, host2.again_ends == 1);
	assert_int_equal(host2.agains, 1);
	assert_int_equal(host2.sets - sets, in_it);
	/* all that is told is counted, so the next word is of this moment again */
	say_digest(&host2, 1, 0);
	peer_settle(&host2);
	assert_int_equal(host2.digests, 1);
	say_digest(&host2, 1, 2);
	LAB_WAIT(d.lab, host2.digests == 2);
	/* nonsense: none, too many, of a VN that it has not joined */
	say_resend(&host2, 1, bad, 0);
	say_resend(&host2, 1, bad, 257);
	say_resend(&host2, 7, bad, 1);
	peer_settle(&host2);
	assert_int_equal(host2.again_ends, 1);
}

/* Who is told of his interest is compared by that, which changes as he asks and others move. */
static void test_on_demand(void **state)
{
	uint8_t all[256];
	int i;

	for (i = 0; i < 256; i++)
		all[i] = i;
	begin(state, ON_DEMAND, 1000);
	assert_int_equal(say_join_for(&host2, 1, NULL, 0, (uint32_t[]){ 1, 2, 3000 }, 3), CODE(OK));
	peer_settle(&host2);
	assert_int_equal(say_advertise(&host2, 1, 30002, 0, epochs[0]), CODE(OK));
	assert_int_equal(say_query(&host2, 1, 7, 30002), CODE(OK));
	assert_int_equal(peer_digest(&host2, 1).n, 3);
	say_digest(&host2, 1, 0);
	peer_settle(&host2);
	assert_int_equal(host2.digests, 0);
	say_digest(&host2, 1, 1);
	LAB_WAIT(d.lab, host2.digests == 1);
	assert_int_equal(host2.want_n, 3);
	say_resend(&host2, 1, all, 256);
	LAB_WAIT(d.lab, host2.again_ends == 1);
	assert_int_equal(peer_digest(&host2, 1).n, 3);
	assert_int_equal(say_forget(&host2, 1, 7), CODE(OK));
	assert_int_equal(say_withdraw(&host1, 1, 2, epochs[2]), CODE(OK));
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 2));
	say_digest(&host2, 1, 0);
	LAB_WAIT(d.lab, host2.digests == 2);
	assert_int_equal(host2.want_n, 1);
}

/* An NVE with other locators: all its mappings are others, by one word for each VN. */
static void other_locators(void **state, uint32_t distribution)
{
	struct digest before;
	unsigned int sets;

	begin(state, distribution, 100);
	if (distribution == PUSH)
		assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	else
		assert_int_equal(say_join_for(&host2, 1, NULL, 0, (uint32_t[]){ 1, 2 }, 2),
				 CODE(OK));
	LAB_WAIT(d.lab, host2.ends == 1);
	before = peer_digest(&host2, 1);
	sets = host2.sets;
	assert_int_equal(say_register(&host1, 77), CODE(OK));
	LAB_WAIT(d.lab, peer_digest(&host2, 1).sum != before.sum);
	assert_int_equal(host2.sets, sets);
	say_digest(&host2, 1, 0);
	peer_settle(&host2);
	assert_int_equal(host2.digests, 0);
	say_digest(&host2, 1, 1);
	LAB_WAIT(d.lab, host2.digests == 1);
	assert_int_equal(host2.want_n, before.n);
}

static void test_other_locators_in_push(void **state)
{
	other_locators(state, PUSH);
}

static void test_other_locators_on_demand(void **state)
{
	other_locators(state, ON_DEMAND);
}

/* What is loaded counts as what was told. */
static void test_after_a_restart(void **state)
{
	unsigned int ups;

	begin(state, PUSH, 500);
	join_all();
	ups = host2.ups;
	proc_end(&d, SIGKILL, -1);
	proc_start(&d);
	LAB_WAIT(d.lab, host2.up && host2.ups > ups);
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host2, 1, host2.store, host2.revision), CODE(OK));
	peer_settle(&host2);
	assert_int_equal(host2.ends, 1);
	say_digest(&host2, 1, 0);
	peer_settle(&host2);
	assert_int_equal(host2.digests, 0);
	say_digest(&host2, 1, 1);
	LAB_WAIT(d.lab, host2.digests == 1);
	assert_int_equal(host2.want_n, 500);
}

static void test_much_that_is_wrong_is_a_snapshot(void **state)
{
	uint8_t all[256];
	int i;

	for (i = 0; i < 256; i++)
		all[i] = i;
	begin(state, PUSH, 17000);
	join_all();
	say_resend(&host2, 1, all, 256);
	LAB_WAIT(d.lab, host2.ends == 2);
	assert_int_equal(host2.agains, 0);
	/* a part of it is not */
	say_resend(&host2, 1, all, 128);
	LAB_WAIT(d.lab, host2.again_ends == 1);
	assert_int_equal(host2.ends, 2);
	assert_true(host2.agains > 17000 / 2 / FOLLOW_BATCH - 5);
	assert_true(host2.largest <= FOLLOW_BATCH);
	say_digest(&host2, 1, 0);
	peer_settle(&host2);
	assert_int_equal(host2.digests, 0);
}

static void test_who_asks_for_too_much(void **state)
{
	int i;

	begin(state, PUSH, 1);
	join_all();
	for (i = 1; i < 500; i++)
		say_digest(&host2, 1, i);
	peer_settle(&host2);
	/* a burst, and what the time until now allows */
	assert_in_range(host2.digests, 64, 200);
}

static void test_what_the_agent_has_mended(void **state)
{
	begin(state, PUSH, 1);
	join_all();
	say_alert(&host2, "drift", "VNI 100: 1 mapping\n of the kernel's table differed");
	say_alert(&host2, "nve-stale", "of somebody else");
	peer_settle(&host2);
	assert_int_equal(drifts(), 1);
	assert_int_equal(proc_count(&d, "/alerts", NULL, NULL), 1);
	assert_int_equal(proc_count(&d, "/alerts", "subject", "dc1/host2"), 1);
	assert_int_equal(proc_count(&d, "/alerts", "text",
				    "VNI 100: 1 mapping? of the kernel's table differed"), 1);
}

/* Without the word in its HELLO nothing of it is said, nor listened to. */
static void test_an_old_nve(void **state)
{
	uint8_t bucket = 0;

	peer_is_old = true;
	begin(state, PUSH, 10);
	peer_is_old = false;
	join_all();
	say_digest(&host2, 1, 1);
	say_resend(&host2, 1, &bucket, 1);
	say_alert(&host2, "drift", "nothing");
	peer_settle(&host2);
	assert_int_equal(host2.digests + host2.again_ends, 0);
	assert_int_equal(drifts(), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_who_is_right_is_left_alone),
		LAB_TEST(test_who_is_wrong_is_told_by_buckets),
		LAB_TEST(test_on_demand),
		LAB_TEST(test_other_locators_in_push),
		LAB_TEST(test_other_locators_on_demand),
		LAB_TEST(test_after_a_restart),
		LAB_TEST(test_much_that_is_wrong_is_a_snapshot),
		LAB_TEST(test_who_asks_for_too_much),
		LAB_TEST(test_what_the_agent_has_mended),
		LAB_TEST(test_an_old_nve),
	};

	return LAB_MAIN(argc, argv, "audit", tests);
}
