// SPDX-License-Identifier: GPL-2.0
/*
 * Versions one minor apart in the conversations of a director: the newer one says fields and
 * messages that the
 * older one does not know, and all works as far as both know it.
 */
#include "lab.c"

static struct proc d;
static struct peer center, host1, host2, peer;

/* Everything that the conversations have, with 1.@ours against 1.@theirs */
static void converse(void **state, uint32_t ours, const char *theirs)
{
	struct place p = { .vn = 1, .vm = 1, .addr = 1, .ip = 1, .nve = "dc1/host1", .profile = 9 };
	struct proc other;

	setenv("LAB_MINOR", theirs, 1);
	chan_our_minor = ours;
	peer_is_new = true;
	proc_init(&d, *state, 1);
	proc_init(&other, *state, 2);	/* never started: only its certificate is of use */
	d.with[0] = &other;
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	peer_open(&peer, &d, "dc2", "director", "d", true);
	assert_int_equal(chan_minor(host1.chan), 0);	/* the lower one is spoken */

	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_profile_set(&center, 9, 1, 2), CODE(OK));
	assert_int_equal(say_place(&center, &p), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&host2, 1, NULL, 0), CODE(OK));
	assert_int_equal(say_profile_get(&host1, 9, 0), CODE(OK));
	assert_int_equal(host1.rules, 2);
	assert_int_equal(say_advertise(&host1, 1, 1, 1, center.epoch), CODE(OK));
	LAB_WAIT(d.lab, peer_map(&host2, 1, 1));
	assert_int_equal(say_query(&host2, 1, 1, 0), CODE(OK));
	assert_int_equal(say_forget(&host2, 1, 1), CODE(OK));
	assert_int_equal(peer_ask(&peer, MSG(FED_SUBSCRIBE), NULL), CODE(OK));
	LAB_WAIT(d.lab, peer.ends == 1);

	/* requests that nobody knows yet, and events */
	assert_int_equal(peer_ask(&host1, 599, NULL), CODE(UNKNOWN_TYPE));
	assert_int_equal(peer_ask(&center, 299, NULL), CODE(UNKNOWN_TYPE));
	assert_int_equal(peer_ask(&peer, 799, NULL), CODE(UNKNOWN_TYPE));
	chan_event(host1.chan, 598, NULL);
	chan_event(center.chan, 298, NULL);
	chan_event(peer.chan, 798, NULL);
	assert_int_equal(say_withdraw(&host1, 1, 1, center.epoch), CODE(OK));
	assert_int_equal(say_leave(&host1, 1), CODE(OK));
	assert_int_equal(say_unplace(&center, 1, 1, center.epoch), CODE(OK));
	assert_int_equal(say_profile_delete(&center, 9), CODE(OK));
	assert_int_equal(host1.downs + host2.downs + center.downs + peer.downs, 0);
	chan_our_minor = PROTO_MINOR;
	peer_is_new = false;
	unsetenv("LAB_MINOR");
}

static void test_newer_peers(void **state)
{
	converse(state, 1, "0");
}

static void test_older_peers(void **state)
{
	converse(state, 0, "1");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_newer_peers),
		LAB_TEST(test_older_peers),
	};

	return LAB_MAIN(argc, argv, "mixed", tests);
}
