// SPDX-License-Identifier: GPL-2.0
/*
 * An NVE that does not read: the others notice nothing, and it is told the outcome afterwards
 * instead of all that happened.
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include "lab.c"

/* More than all buffers on the way can hold */
enum { ADDRS = 2000, ROUNDS = 100 };
#define LONG_NAME "a-host-with-a-long-name-makes-long-messages.example.org"

static struct proc d;
static struct peer center, host1, fast, slow;
static uint64_t epochs[ADDRS];

static void begin(void **state)
{
	/* it does not read our keepalives either */
	chan_timers.silence = 3600000;
	proc_init(&d, *state, 1);
	proc_start(&d);
	peer_is_old = true;	/* told in rows, which are longer */
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", LONG_NAME, true);
	peer_open(&fast, &d, "dc1", "nve", "host2", true);
	peer_open(&slow, &d, "dc1", "nve", "host3", true);
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&fast, 2), CODE(OK));
	assert_int_equal(say_register(&slow, 3), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&fast, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&slow, 1, NULL, 0), CODE(OK));
	LAB_WAIT(d.lab, fast.ends == 1 && slow.ends == 1);
}

/* Every mapping changes in every round: its IP is another one. */
static void change_all(unsigned int round)
{
	assert_int_equal(say_advertise_many(&host1, 1, 0, ADDRS, 1 + round % 2, epochs), CODE(OK));
	LAB_WAIT(d.lab, fast.sets >= (round + 1) * ADDRS);
}

static void test_a_slow_reader(void **state)
{
	unsigned int round;

	begin(state);
	say_place_many(&center, 1, 0, ADDRS, "dc1/" LONG_NAME, epochs);
	bufferevent_disable(slow.chan->bev, EV_READ);
	for (round = 0; round < ROUNDS; round++)
		change_all(round);
	/* the last word is that the first half of them is gone */
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_advertise_many(&host1, 1, ADDRS / 2, ADDRS / 2, 1, epochs + ADDRS / 2),
			 CODE(OK));
	LAB_WAIT(d.lab, HASH_COUNT(fast.maps) == ADDRS / 2 && peer_map(&fast, 1, ADDRS - 1));
	assert_int_equal(slow.sets, 0);
	assert_true(slow.up);

	bufferevent_enable(slow.chan->bev, EV_READ);
	LAB_WAIT(d.lab, slow.revision == fast.revision);
	assert_int_equal(HASH_COUNT(slow.maps), ADDRS / 2);
	assert_null(peer_map(&slow, 1, 0));
	assert_non_null(peer_map(&slow, 1, ADDRS - 1));
	assert_int_equal(slow.downs, 0);
	print_message("%u changes: %u told to the fast one, %u to the slow one\n",
		      ROUNDS * ADDRS, fast.sets, slow.sets);
	assert_true(slow.sets < fast.sets);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_a_slow_reader),
	};

	return LAB_MAIN(argc, argv, "slow", tests);
}
