// SPDX-License-Identifier: GPL-2.0
/* How long an NVE may be away until others hear that it is silent. */
#include "lab.c"

static struct proc d;
static struct peer center, host1, host2;

static void begin(void **state, unsigned int lease)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .ip = 1, .nve = "dc1/host1" };

	proc_init(&d, *state, 1);
	d.lease = lease;
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_advertise(&host1, 1, 1, 1, center.epoch), CODE(OK));
	LAB_WAIT(d.lab, peer_map(&host2, 1, 1) && peer_member(&host2, 1, "dc1/host1"));
	host2.member_sets = 0;
}

/* Members that have one, for only those have been told anything */
static int sessions(void)
{
	return proc_count(&d, "/members", "digest", "");
}

static void comes_back(void)
{
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
}

static void test_who_comes_back_in_time_was_never_away(void **state)
{
	unsigned int updates;

	begin(state, 3600);
	updates = host2.updates;
	peer_close(&host1);
	LAB_WAIT(d.lab, sessions() == 1);
	comes_back();
	peer_settle(&host2);
	assert_int_equal(host2.updates, updates);
	assert_int_equal(proc_count(&d, "/nves", "stale", "true"), 0);
	assert_int_equal(proc_count(&d, "/alerts", "kind", "nve-stale"), 0);
	/* nor is it, when the director ends and is started again within the time */
	peer_close(&host1);
	proc_end(&d, SIGTERM, 0);
}

static void test_who_does_not_is_stale_and_told_once(void **state)
{
	uint64_t left;

	begin(state, 2);
	left = loop_now_ms();
	peer_close(&host1);
	LAB_WAIT(d.lab, host2.member_sets == 1);
	/* not before its time; the last word came a little before the end of the session */
	assert_true(loop_now_ms() - left > 1000);
	assert_true(peer_member(&host2, 1, "dc1/host1")->stale);
	assert_non_null(peer_map(&host2, 1, 1));
	assert_int_equal(host2.dels, 0);
	assert_int_equal(proc_count(&d, "/alerts", "kind", "nve-stale"), 1);
	comes_back();
	LAB_WAIT(d.lab, !peer_member(&host2, 1, "dc1/host1")->stale);
}

/* Each session's end begins the time anew: the first end must not count for the second. */
static void test_each_end_has_its_time(void **state)
{
	uint64_t left;

	begin(state, 3);
	peer_close(&host1);
	LAB_WAIT(d.lab, sessions() == 1);
	left = loop_now_ms();
	LAB_WAIT(d.lab, loop_now_ms() - left > 1500);
	comes_back();
	left = loop_now_ms();
	peer_close(&host1);
	LAB_WAIT(d.lab, host2.member_sets == 1);
	assert_true(loop_now_ms() - left > 2000);
}

/* An operator may remove it all the same; then there is nobody who could be silent. */
static void test_forgotten_while_it_lasts(void **state)
{
	begin(state, 1);
	peer_close(&host1);
	LAB_WAIT(d.lab, sessions() == 1);
	proc_delete(&d, "/nves/dc1/host1?force=true", 200, NULL);
	LAB_WAIT(d.lab, !peer_map(&host2, 1, 1));
	comes_back();
	peer_close(&host1);
	LAB_WAIT(d.lab, proc_count(&d, "/alerts", "kind", "nve-stale") == 1);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_who_comes_back_in_time_was_never_away),
		LAB_TEST(test_who_does_not_is_stale_and_told_once),
		LAB_TEST(test_each_end_has_its_time),
		LAB_TEST(test_forgotten_while_it_lasts),
	};

	return LAB_MAIN(argc, argv, "lease", tests);
}
