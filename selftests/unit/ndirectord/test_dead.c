// SPDX-License-Identifier: GPL-2.0
/*
 * A whole NVE is gone, or is only said to be. A real director, a vCenter and four NVEs with BFD:
 * host1 is the one that it is about.
 */
#include <signal.h>
#include "lab.c"

#define UP	NVO3__SEEN__SEEN_UP
#define DOWN	NVO3__SEEN__SEEN_DOWN
#define MANY	300

static struct proc d;
static struct peer center, host1, host2, host3, host4;
static uint64_t epochs[5000];

static void join(struct peer *p, uint8_t locator)
{
	assert_int_equal(say_register(p, locator), CODE(OK));
	assert_int_equal(say_join(p, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(p, 2, NULL, 0), CODE(OK));
}

/* @n addresses, a multiple of 300, in one VN and three in the other, and one that is host2's */
static void begin_with(void **state, unsigned int lease, uint32_t n)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 9000, .nve = "dc1/host2" };
	uint32_t at;

	proc_init(&d, *state, 1);
	d.lease = lease;
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	peer_open(&host3, &d, "dc1", "nve", "host3", true);
	peer_open(&host4, &d, "dc1", "nve", "host4", true);
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_vn_set(&center, 2, 200, "red"), CODE(OK));
	join(&host1, 1);
	join(&host2, 2);
	join(&host3, 3);
	join(&host4, 4);
	say_place_many(&center, 1, 0, n, "dc1/host1", epochs);
	say_place_many(&center, 2, 0, 3, "dc1/host1", epochs + n);
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_advertise(&host2, 1, 9000, 0, center.epoch), CODE(OK));
	for (at = 0; at < n; at += 300)
		assert_int_equal(say_advertise_many(&host1, 1, at, 300, 0, epochs + at), CODE(OK));
	assert_int_equal(say_advertise_many(&host1, 2, 0, 3, 0, epochs + n), CODE(OK));
	LAB_WAIT(d.lab, HASH_COUNT(host2.maps) == n + 3 && HASH_COUNT(host3.maps) == n + 4 &&
		 HASH_COUNT(host4.maps) == n + 4);
}

static void begin(void **state, unsigned int lease)
{
	begin_with(state, lease, MANY);
}

/* The session of host1 ends, and its lease; nobody has seen anything until then. */
static void host1_is_silent(void)
{
	peer_close(&host1);
	LAB_WAIT(d.lab, proc_count(&d, "/alerts", "kind", "nve-stale") == 1);
}

static int dead(void)
{
	return proc_count(&d, "/alerts", "kind", "nve-dead");
}

static int alerted(const char *text)
{
	return proc_count(&d, "/alerts", "text", text);
}

static int disputed(void)
{
	return proc_count(&d, "/events", "kind", "nve-disputed");
}

static void nothing_has_ended(void)
{
	assert_int_equal(dead(), 0);
	assert_int_equal(proc_count(&d, "/mappings", "nve", "dc1/host1"), MANY + 3);
	assert_int_equal(proc_count(&d, "/members", "nve", "dc1/host1"), 2);
	assert_int_equal(host3.dels + host4.dels, 0);
	assert_non_null(peer_map(&host3, 1, 0));
}

static int left_of_host1(void)
{
	return proc_count(&d, "/mappings", "nve", "dc1/host1") +
	       proc_count(&d, "/members", "nve", "dc1/host1");
}

/* Of all that it had, and of nothing else; one message for each VN and one that it is stale. */
static void all_has_ended(void)
{
	LAB_WAIT(d.lab, !left_of_host1());
	peer_settle(&host2);
	peer_settle(&host3);
	peer_settle(&host4);
	assert_null(peer_member(&host4, 1, "dc1/host1"));
	assert_null(peer_member(&host4, 2, "dc1/host1"));
	assert_int_equal(HASH_COUNT(host2.maps), 0);
	assert_int_equal(HASH_COUNT(host3.maps), 1);
	assert_non_null(peer_map(&host3, 1, 9000));
	assert_int_equal(host3.begins + host4.begins, 4);
	/* what vCenter has placed stays */
	assert_int_equal(proc_count(&d, "/placements", "nve", "dc1/host1"), MANY + 3);
}

static void test_those_who_see_it_down_end_it_with_one_message(void **state)
{
	unsigned int before;

	begin(state, 1);
	host2.sees[1] = DOWN;
	host3.sees[1] = DOWN;
	before = host3.updates;
	host1_is_silent();
	all_has_ended();
	/* in each VN: it is stale; all that it had has gone */
	assert_int_equal(host3.updates - before, 4);
	assert_int_equal(host3.dels, MANY + 3);
	assert_int_equal(dead(), 1);
	assert_int_equal(alerted("memberships end: seen down by 2 (dc1/host"), 1);
	assert_int_equal(alerted("its 305 mappings"), 1);
	assert_int_equal(host4.seen_asked, 1);
	assert_int_equal(host4.seen_locators, 1);
}

/* It has a session: that is its word against theirs. */
static void test_who_speaks_to_the_director_is_alive(void **state)
{
	begin(state, 1);
	say_down(&host2, 1);
	say_down(&host3, 1);
	say_down(&host4, 1);
	peer_settle(&host2);
	peer_settle(&host3);
	peer_settle(&host4);
	nothing_has_ended();
	assert_int_equal(proc_count(&d, "/nves", "stale", "true"), 0);
	/* and they are asked once only, when it is silent */
	host1_is_silent();
	all_has_ended();
	assert_int_equal(host2.seen_asked, 1);
}

/* It lies, again and again; others have no BFD. */
static void test_one_that_lies(void **state)
{
	begin(state, 1);
	host2.sees[1] = DOWN;
	host1_is_silent();
	LAB_WAIT(d.lab, disputed() == 1);
	say_down(&host2, 1);
	LAB_WAIT(d.lab, disputed() == 2);
	assert_int_equal(proc_count(&d, "/events", "text",
				    "nothing of it ends: seen down by 1 (dc1/host2) and up by 0"),
			 2);
	nothing_has_ended();
	/* what it says of itself, or of nobody, is nothing */
	say_down(&host2, 2);
	say_down(&host2, 77);
	peer_settle(&host2);
	assert_int_equal(proc_count(&d, "/nves", "stale", "true"), 1);
}

/* Between two of them, and between the silent one and its director; the others reach it. */
static void test_a_partition_between_two_only(void **state)
{
	begin(state, 1);
	host2.sees[1] = DOWN;
	host3.sees[1] = UP;
	host4.sees[1] = UP;
	host1_is_silent();
	LAB_WAIT(d.lab, disputed() == 1);
	nothing_has_ended();
	/* one that sees it is enough, however many do not */
	say_down(&host3, 1);
	LAB_WAIT(d.lab, disputed() == 2);
	nothing_has_ended();
	/* until it does not either */
	say_down(&host4, 1);
	all_has_ended();
	assert_int_equal(dead(), 1);
}

/* Who does not answer has seen nothing, and keeps nobody waiting for long. */
static void test_a_witness_that_is_silent(void **state)
{
	begin(state, 1);
	host2.sees[1] = DOWN;
	host3.sees[1] = DOWN;
	host4.mute = true;
	host1_is_silent();
	all_has_ended();
}

static void test_it_comes_back_with_all_that_it_has(void **state)
{
	uint64_t revision;

	begin(state, 1);
	revision = host1.revision;
	host2.sees[1] = DOWN;
	host3.sees[1] = DOWN;
	host1_is_silent();
	all_has_ended();
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, host1.store, revision), CODE(OK));
	assert_int_equal(say_join(&host1, 2, NULL, 0), CODE(OK));
	assert_int_equal(say_advertise_many(&host1, 1, 0, MANY, 0, epochs), CODE(OK));
	assert_int_equal(say_advertise_many(&host1, 2, 0, 3, 0, epochs + MANY), CODE(OK));
	LAB_WAIT(d.lab, HASH_COUNT(host3.maps) == MANY + 4 && HASH_COUNT(host4.maps) == MANY + 4);
	assert_int_equal(peer_map(&host3, 1, 7)->epoch, epochs[7]);
	assert_false(peer_member(&host3, 1, "dc1/host1")->stale);
	assert_int_equal(dead(), 1);
}

/* What was placed elsewhere meanwhile is not its own any more. */
static void test_it_comes_back_too_late(void **state)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 0, .nve = "dc1/host3" };

	begin(state, 1);
	host2.sees[1] = DOWN;
	host3.sees[1] = DOWN;
	host1_is_silent();
	all_has_ended();
	assert_int_equal(say_unplace(&center, 1, 0, epochs[0]), CODE(OK));
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_advertise(&host3, 1, 0, 0, center.epoch), CODE(OK));
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	join(&host1, 1);
	assert_int_not_equal(say_advertise(&host1, 1, 0, 0, epochs[0]), CODE(OK));
	assert_int_equal(say_advertise(&host1, 1, 1, 0, epochs[1]), CODE(OK));
	LAB_WAIT(d.lab, peer_map(&host4, 1, 1));
	assert_string_equal(peer_map(&host4, 1, 0)->nve, "dc1/host3");
}

/* More than one part, more than a VN's log remembers of what has gone: nobody gets a snapshot. */
static void test_more_than_the_log_remembers(void **state)
{
	begin_with(state, 1, 4500);
	host2.sees[1] = DOWN;
	host3.sees[1] = DOWN;
	host1_is_silent();
	LAB_WAIT(d.lab, !left_of_host1());
	peer_settle(&host3);
	assert_int_equal(host3.dels, 4503);
	assert_int_equal(HASH_COUNT(host3.maps), 1);
	assert_int_equal(host3.begins, 2);
}

static void test_vcenters_verdict(void **state)
{
	begin(state, 3600);
	host4.sees[1] = UP;
	assert_int_equal(say_dead(&center, "dc1/host1"), CODE(BUSY));
	assert_string_equal(center.text, "NVE dc1/host1 has a session: it is not dead");
	assert_int_equal(say_dead(&center, "dc2/host1"), CODE(DENIED));
	assert_string_equal(center.text, "NVE dc2/host1 is not of data centre dc1");
	assert_int_equal(say_dead(&center, "dc1/nobody"), CODE(OK));
	nothing_has_ended();
	/* its word counts before the lease is over, and more than what is seen */
	peer_close(&host1);
	LAB_WAIT(d.lab, say_dead(&center, "dc1/host1") == CODE(OK));
	all_has_ended();
	assert_int_equal(alerted("memberships end: vCenter dc1/vc says that it is dead"), 1);
	/* once more: there is nothing left */
	assert_int_equal(say_dead(&center, "dc1/host1"), CODE(OK));
	assert_int_equal(dead(), 1);
	assert_int_equal(say_dead(&host2, "dc1/host3"), CODE(UNKNOWN_TYPE));
	assert_int_equal(proc_count(&d, "/alerts", "text", "NVE_DEAD is not for a nve"), 1);
}

/* A director that starts again asks when the time of grace is over. */
static void test_the_director_dies_in_between(void **state)
{
	begin(state, 3600);
	d.grace = 1;
	host2.sees[1] = DOWN;
	host3.sees[1] = DOWN;
	peer_close(&host1);
	proc_end(&d, SIGKILL, -1);
	LAB_WAIT(d.lab, host2.downs && host3.downs && host4.downs);
	proc_start(&d);
	LAB_WAIT(d.lab, host2.up && host3.up && host4.up);
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_register(&host3, 3), CODE(OK));
	LAB_WAIT(d.lab, dead() == 1);
	LAB_WAIT(d.lab, proc_count(&d, "/mappings", "nve", "dc1/host1") == 0);
}

/* One that speaks the protocol as it was is neither asked nor heard. */
static void test_a_witness_of_old(void **state)
{
	begin(state, 1);
	peer_close(&host2);
	peer_is_old = true;
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	peer_is_old = false;
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	host2.sees[1] = DOWN;
	host3.sees[1] = DOWN;
	host1_is_silent();
	LAB_WAIT(d.lab, disputed() == 1);
	assert_int_equal(host2.seen_asked, 0);
	nothing_has_ended();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_those_who_see_it_down_end_it_with_one_message),
		LAB_TEST(test_who_speaks_to_the_director_is_alive),
		LAB_TEST(test_one_that_lies),
		LAB_TEST(test_a_partition_between_two_only),
		LAB_TEST(test_a_witness_that_is_silent),
		LAB_TEST(test_it_comes_back_with_all_that_it_has),
		LAB_TEST(test_it_comes_back_too_late),
		LAB_TEST(test_more_than_the_log_remembers),
		LAB_TEST(test_vcenters_verdict),
		LAB_TEST(test_the_director_dies_in_between),
		LAB_TEST(test_a_witness_of_old),
	};

	return LAB_MAIN(argc, argv, "dead", tests);
}
