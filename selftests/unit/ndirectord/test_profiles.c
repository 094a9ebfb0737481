// SPDX-License-Identifier: GPL-2.0
/* Profiles: who is given one, who hears of its changes, and what outlives a director. */
#include "lab.c"

static struct proc d;
static struct peer center, host1, host2;

static void connect_all(void)
{
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	peer_open(&host2, &d, "dc1", "nve", "host2", true);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
}

static void begin(void **state)
{
	proc_init(&d, *state, 1);
	proc_start(&d);
	connect_all();
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_profile_set(&center, 9, 5, 2), CODE(OK));
}

static uint32_t place_at(const char *nve, uint32_t addr, uint8_t profile)
{
	struct place p = { .vn = 1, .vm = addr, .addr = addr, .nve = nve, .profile = profile };

	return say_place(&center, &p);
}

static void test_given_where_a_placement_names_it(void **state)
{
	begin(state);
	assert_int_equal(say_profile_get(&host1, 9, 0), CODE(DENIED));
	assert_int_equal(place_at("dc1/host1", 1, 9), CODE(OK));
	assert_int_equal(say_profile_get(&host1, 9, 0), CODE(OK));
	assert_int_equal(host1.version, 5);
	assert_int_equal(host1.rules, 2);
	/* the same version is not sent again, any other is */
	assert_int_equal(say_profile_get(&host1, 9, 5), CODE(OK));
	assert_int_equal(host1.version, 0);
	assert_int_equal(say_profile_get(&host1, 9, 7), CODE(OK));
	assert_int_equal(host1.version, 5);
	/* two placements, one of which goes */
	assert_int_equal(place_at("dc1/host1", 2, 9), CODE(OK));
	assert_int_equal(say_unplace(&center, 1, 2, center.epoch), CODE(OK));
	assert_int_equal(say_profile_get(&host1, 9, 0), CODE(OK));
	/* the last one moves on */
	assert_int_equal(place_at("dc1/host2", 1, 9), CODE(OK));
	assert_int_equal(say_profile_get(&host1, 9, 0), CODE(DENIED));
	assert_int_equal(say_profile_get(&host2, 9, 0), CODE(OK));
	/* or has none any more; the epoch stays */
	assert_int_equal(place_at("dc1/host2", 1, 0), CODE(OK));
	assert_int_equal(say_profile_get(&host2, 9, 0), CODE(DENIED));
}

static void test_changes_are_told_to_those_who_have_it(void **state)
{
	begin(state);
	assert_int_equal(place_at("dc1/host1", 1, 9), CODE(OK));
	assert_int_equal(place_at("dc1/host2", 2, 9), CODE(OK));
	assert_int_equal(say_profile_get(&host1, 9, 0), CODE(OK));
	assert_int_equal(say_profile_set(&center, 9, 6, 4), CODE(OK));
	LAB_WAIT(d.lab, host1.profile_updates == 1);
	assert_int_equal(host1.version, 6);
	assert_int_equal(host1.rules, 4);
	/* the same again is no news, an older one is refused */
	assert_int_equal(say_profile_set(&center, 9, 6, 4), CODE(OK));
	assert_int_equal(say_profile_set(&center, 9, 4, 1), CODE(STALE));
	assert_string_equal(center.text, "profile web is known with version 6, this is 4");
	assert_int_equal(say_profile_get(&host2, 9, 0), CODE(OK));
	assert_int_equal(host2.rules, 4);
	assert_int_equal(host1.profile_updates, 1);
	assert_int_equal(host2.profile_updates, 0);
}

static void test_deleting(void **state)
{
	begin(state);
	assert_int_equal(place_at("dc1/host1", 1, 9), CODE(OK));
	assert_int_equal(say_profile_get(&host1, 9, 0), CODE(OK));
	assert_int_equal(say_profile_delete(&center, 9), CODE(BUSY));
	assert_string_equal(center.text, "profile web is in use at dc1/host1");
	assert_int_equal(say_unplace(&center, 1, 1, center.epoch), CODE(OK));
	assert_int_equal(say_profile_delete(&center, 9), CODE(OK));
	LAB_WAIT(d.lab, host1.profiles_gone == 1);
	assert_int_equal(say_profile_delete(&center, 9), CODE(OK));
	assert_int_equal(place_at("dc1/host1", 1, 9), CODE(NOT_FOUND));
	assert_string_equal(center.text, "profile 09000000-0000-0000-0000-000000000001 is not known in dc1");
}

/* The destination of a move asks before anything is placed there. */
static void test_grant(void **state)
{
	begin(state);
	assert_int_equal(say_profile_grant(&center, 9, "dc1/host2", 60), CODE(OK));
	assert_int_equal(say_profile_get(&host2, 9, 0), CODE(OK));
	assert_int_equal(say_profile_get(&host1, 9, 0), CODE(DENIED));
	assert_int_equal(say_profile_grant(&center, 9, "dc1/host2", 0), CODE(OK));
	assert_int_equal(say_profile_get(&host2, 9, 0), CODE(DENIED));
	assert_int_equal(say_profile_grant(&center, 8, "dc1/host2", 60), CODE(NOT_FOUND));
	assert_int_equal(say_profile_grant(&center, 9, "", 60), CODE(BAD_MESSAGE));
	assert_int_equal(say_profile_grant(&center, 9, "dc1/host2", 86401), CODE(BAD_MESSAGE));
}

static void test_a_killed_director_has_them_still(void **state)
{
	begin(state);
	assert_int_equal(place_at("dc1/host1", 1, 9), CODE(OK));
	assert_int_equal(say_profile_set(&center, 9, 6, 4), CODE(OK));
	proc_end(&d, SIGKILL, -1);
	LAB_WAIT(d.lab, host1.downs && center.downs);
	proc_start(&d);
	LAB_WAIT(d.lab, host1.up && center.up && host2.up);
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_register(&host2, 2), CODE(OK));
	assert_int_equal(say_profile_get(&host1, 9, 5), CODE(OK));
	assert_int_equal(host1.version, 6);
	assert_int_equal(host1.rules, 4);
	assert_int_equal(say_profile_get(&host2, 9, 0), CODE(DENIED));
}

static void test_bad_requests(void **state)
{
	begin(state);
	assert_int_equal(peer_ask(&center, MSG(PROFILE_SET), NULL), CODE(BAD_MESSAGE));
	assert_string_equal(center.text, "the profile is missing");
	assert_int_equal(peer_ask(&center, MSG(PROFILE_DELETE), NULL), CODE(BAD_MESSAGE));
	assert_int_equal(peer_ask(&center, MSG(PROFILE_GRANT), NULL), CODE(BAD_MESSAGE));
	assert_int_equal(peer_ask(&host1, MSG(PROFILE_GET), NULL), CODE(BAD_MESSAGE));
	assert_string_equal(host1.text, "the profile's UUID has 0 bytes");
	assert_true(proc_count(&d, "/alerts", "kind", "profile-refused") >= 4);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_given_where_a_placement_names_it),
		LAB_TEST(test_changes_are_told_to_those_who_have_it),
		LAB_TEST(test_deleting),
		LAB_TEST(test_grant),
		LAB_TEST(test_a_killed_director_has_them_still),
		LAB_TEST(test_bad_requests),
	};

	return LAB_MAIN(argc, argv, "profiles", tests);
}
