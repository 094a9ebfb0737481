// SPDX-License-Identifier: GPL-2.0
/*
 * Real directors of one data centre on a real etcd cluster: one works, one stands by. What was
 * answered is there with the other one, whatever ends the first.
 */
#include <signal.h>
#include "lab.c"
#include "../lib/etcd_lab.h"

static struct etcd_lab cluster;	/* of all tests, each with a prefix of its own */
static char prefix[32];
static struct proc active, standby;
static struct peer center, host1, host2;
static char store[600];

static int set_up(void **state)
{
	static int n;

	if (!n)
		etcd_lab_start(&cluster, ETCD_LAB_MEMBERS, 0);
	snprintf(prefix, sizeof(prefix), "/nvo3/%d", ++n);
	return lab_setup(state);
}

static void make_director(struct proc *d, struct lab *lab)
{
	proc_init(d, lab, 1);
	d->store = store;
}

static void begin(void **state, unsigned int lease)
{
	char params[64];

	snprintf(params, sizeof(params), "prefix=%s&lease=%u", prefix, lease);
	snprintf(store, sizeof(store), "etcd:%s", etcd_lab_url(&cluster, -1, params));
	make_director(&active, *state);
	make_director(&standby, *state);
	active.standby = &standby;
	proc_start(&active);
	peer_open(&center, &active, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &active, "dc1", "nve", "host1", true);
	peer_open(&host2, &active, "dc1", "nve", "host2", true);
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
}

static void stand_by(struct proc *d, const struct proc *owner)
{
	char text[128];

	proc_launch(d);
	snprintf(text, sizeof(text),
		 "standing by: store etcd:%s: is in use by ndirectord, process %d on ", prefix,
		 owner->pid);
	LAB_WAIT(d->lab, proc_logged(d, text));
	assert_false(proc_serves(d));
}

static void taken_over(void)
{
	LAB_WAIT(standby.lab, proc_serves(&standby));
	LAB_WAIT(standby.lab, center.up && host1.up && host2.up && center.ups == 2 &&
		 host1.ups == 2 && host2.ups == 2);
}

static uint64_t epochs[4000];

/* @n addresses from @first on, all answered */
static void live(uint32_t first, uint32_t n)
{
	say_place_many(&center, 1, first, n, "dc1/host1", epochs + first);
	assert_int_equal(say_advertise_many(&host1, 1, first, n, 0, epochs + first), CODE(OK));
}

/*
 * Killed in the middle of work. The standby has all that was answered, and its revisions go on:
 * who was up to date is told nothing but what is new.
 */
static void test_the_standby_of_one_that_is_killed_takes_over(void **state)
{
	uint64_t newest;

	begin(state, 60);
	stand_by(&standby, &active);
	live(0, 300);
	LAB_WAIT(active.lab, HASH_COUNT(host2.maps) == 300);
	newest = epochs[299];
	say_unheard(&host1, 1, 100000, 300, epochs);
	proc_end(&active, SIGKILL, -1);
	etcd_lab_end_lease(&cluster, prefix);
	taken_over();
	assert_int_equal(proc_count(&standby, "/placements", NULL, NULL), 300);
	assert_int_equal(proc_count(&standby, "/mappings", NULL, NULL), 300);
	assert_int_equal(proc_count(&standby, "/alerts", NULL, NULL), 0);

	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	host2.begins = 0;
	assert_int_equal(say_join(&host2, 1, host2.store, host2.revision), CODE(OK));
	live(1000, 1);
	assert_true(epochs[1000] > newest);
	LAB_WAIT(active.lab, peer_map(&host2, 1, 1000));
	assert_int_equal(host2.begins, 0);
	assert_int_equal(HASH_COUNT(host2.maps), 301);
}

/* Who is paused for longer than the lease finds that out and ends, and writes nothing any more. */
static void test_one_that_was_paused_ends(void **state)
{
	begin(state, 4);
	live(0, 20);
	stand_by(&standby, &active);
	kill(active.pid, SIGSTOP);
	LAB_WAIT(standby.lab, proc_serves(&standby));
	assert_int_equal(proc_count(&standby, "/mappings", NULL, NULL), 20);
	kill(active.pid, SIGCONT);
	proc_end(&active, 0, 1);
	assert_true(proc_logged(&active, "the store cannot be written, stopping: store etcd:"));
	LAB_WAIT(standby.lab, center.ups == 2 && host1.ups == 2 && host2.ups == 2);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	live(20, 1);
	assert_int_equal(proc_count(&standby, "/mappings", NULL, NULL), 21);
}

/* It hands over at once; and who stands by ends in good order when he is told to. */
static void test_one_that_is_stopped_hands_over(void **state)
{
	uint64_t begun;

	begin(state, 60);
	live(0, 20);
	stand_by(&standby, &active);
	begun = loop_now_ms();
	proc_end(&active, SIGTERM, 0);
	taken_over();
	assert_true(loop_now_ms() - begun < 60000);
	assert_int_equal(proc_count(&standby, "/mappings", NULL, NULL), 20);
	make_director(&active, *state);
	stand_by(&active, &standby);
	proc_end(&active, SIGTERM, 0);
}

/* A member less in the middle of work is no news to anybody. */
static void test_a_member_that_is_killed(void **state)
{
	int leader, round;

	begin(state, 10);
	live(0, 100);
	leader = etcd_lab_leader(&cluster);
	assert_true(leader >= 0);
	etcd_lab_kill(&cluster, leader);
	for (round = 1; round < 5; round++)
		live(100 * round, 100);
	assert_int_equal(center.downs + host1.downs + host2.downs, 0);
	LAB_WAIT(active.lab, HASH_COUNT(host2.maps) == 500);
	proc_end(&active, SIGTERM, 0);
	proc_start(&active);
	assert_int_equal(proc_count(&active, "/mappings", NULL, NULL), 500);
}

int main(int argc, char **argv)
{
#define ETCD_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_teardown)
	const struct CMUnitTest tests[] = {
		ETCD_TEST(test_the_standby_of_one_that_is_killed_takes_over),
		ETCD_TEST(test_one_that_was_paused_ends),
		ETCD_TEST(test_one_that_is_stopped_hands_over),
		ETCD_TEST(test_a_member_that_is_killed),
	};

	int r = LAB_MAIN(argc, argv, "etcd", tests);

	/* a director that is one of its own processes has none */
	return cluster.n && etcd_lab_stop(&cluster) ? -1 : r;
}
