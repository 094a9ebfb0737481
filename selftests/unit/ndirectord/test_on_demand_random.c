// SPDX-License-Identifier: GPL-2.0
/*
 * Random joins, leaves, questions, moves, lost sessions and changes of the mode, against a plain
 * model: at every rest each NVE has been told all that concerns it as it is then, and nothing else.
 */
#include "lab.c"

#define PUSH		NVO3__DISTRIBUTION__DISTRIBUTION_PUSH
#define ON_DEMAND	NVO3__DISTRIBUTION__DISTRIBUTION_ON_DEMAND

/* The first ones ask; one has no capabilities, one is a relay */
enum { ASKERS = 3, OLD = ASKERS, RELAY, HOSTS, ADDRS = 30, STEPS = 1200, REST = 12 };

static struct proc d;
static struct peer center, host[HOSTS];

/* --- the model */

static int owner[ADDRS + 1];			/* host, or -1; addresses begin at 1 */
static uint64_t epoch[ADDRS + 1];
static bool joined[HOSTS], choosy[HOSTS];
static bool away[HOSTS];	/* joined, and its new session has not said so yet */
static bool interest[HOSTS][ADDRS + 1];		/* of the choosy ones */

static bool should_have(int h, uint32_t addr)
{
	return joined[h] && owner[addr] >= 0 && owner[addr] != h &&
	       (!choosy[h] || interest[h][addr]);
}

/* --- what happens */

static void forget_told(int h, uint32_t addr)
{
	struct mac_addr mac = { { 2, 0, 0, 0, addr >> 8, addr } };

	told_del(&host[h].maps, map_key(1, &mac));
}

static void join_all_of_it(int h, bool resume)
{
	const uint8_t *store = resume && !choosy[h] && host[h].revision ? host[h].store : NULL;

	assert_int_equal(say_join(&host[h], 1, store, host[h].revision), CODE(OK));
	choosy[h] = false;
}

/* As an NVE does: what it holds, and what is its own. */
static void join_for_what_is_held(int h, bool resume)
{
	const uint8_t *store = resume && host[h].revision ? host[h].store : NULL;
	uint32_t addrs[ADDRS], addr;
	size_t n = 0;

	memset(interest[h], 0, sizeof(interest[h]));
	for (addr = 1; addr <= ADDRS; addr++) {
		interest[h][addr] = owner[addr] == h || peer_map(&host[h], 1, addr);
		if (interest[h][addr])
			addrs[n++] = addr;
	}
	assert_int_equal(say_join_for(&host[h], 1, store, host[h].revision, addrs, n), CODE(OK));
	choosy[h] = host[h].distribution == ON_DEMAND;
}

static void join(int h, bool resume)
{
	if (h < ASKERS && host[h].distribution == ON_DEMAND)
		join_for_what_is_held(h, resume);
	else
		join_all_of_it(h, resume);
	joined[h] = true;
}

static void leave(int h)
{
	uint32_t addr;

	assert_int_equal(say_leave(&host[h], 1), CODE(OK));
	joined[h] = false;
	choosy[h] = false;
	peer_forget(&host[h]);
	for (addr = 1; addr <= ADDRS; addr++)
		if (owner[addr] == h)
			owner[addr] = -1;
}

static void appear(int h, uint32_t addr)
{
	struct place p = { .vn = 1, .vm = addr, .addr = addr, .nve = host[h].self };

	assert_int_equal(say_place(&center, &p), CODE(OK));
	epoch[addr] = center.epoch;
	assert_int_equal(say_advertise(&host[h], 1, addr, 0, epoch[addr]), CODE(OK));
	owner[addr] = h;
	forget_told(h, addr);
	interest[h][addr] |= choosy[h];
}

static void disappear(uint32_t addr)
{
	if (owner[addr] < 0 || away[owner[addr]])
		return;
	assert_int_equal(say_withdraw(&host[owner[addr]], 1, addr, epoch[addr]), CODE(OK));
	owner[addr] = -1;
}

static uint32_t some_own(int h)
{
	uint32_t addr;

	for (addr = 1 + rand() % ADDRS; addr <= ADDRS; addr++)
		if (owner[addr] == h)
			return addr;
	return 0;
}

static void ask(int h, uint32_t addr)
{
	uint32_t asker = some_own(h), code;

	code = say_query(&host[h], 1, addr, asker);
	assert_int_equal(code, owner[addr] < 0 ? CODE(NOT_FOUND) : CODE(OK));
	interest[h][addr] |= choosy[h];
	if (owner[addr] < 0 || owner[addr] == h)
		return;
	/* told before the answer */
	assert_string_equal(peer_map(&host[h], 1, addr)->nve, host[owner[addr]].self);
	if (asker && choosy[owner[addr]] && !away[owner[addr]])
		interest[owner[addr]][asker] = true;
}

static void forget(int h, uint32_t addr)
{
	assert_int_equal(say_forget(&host[h], 1, addr), CODE(OK));
	if (!choosy[h] || owner[addr] == h)
		return;
	interest[h][addr] = false;
	forget_told(h, addr);
}

static void lose_session(int h)
{
	unsigned int ups = host[h].ups;

	chan_drop(host[h].chan, "as the test wishes");
	LAB_WAIT(d.lab, host[h].ups > ups);
	if (h == RELAY)
		assert_int_equal(say_relay(&host[h], 1 + h), CODE(OK));
	else
		assert_int_equal(say_register(&host[h], 1 + h), CODE(OK));
	away[h] = joined[h];
}

/* Much may have changed meanwhile, and the mode, too. */
static void come_back(int h)
{
	uint32_t addr;

	if (!away[h])
		return;
	away[h] = false;
	join(h, rand() % 3);
	for (addr = 1; addr <= ADDRS; addr++)
		if (owner[addr] == h)
			assert_int_equal(say_advertise(&host[h], 1, addr, 0, epoch[addr]),
					 CODE(OK));
}

static void turn_mode(void)
{
	center.distribution = rand() % 2 ? ON_DEMAND : PUSH;
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
}

/* Each follows in its own time. */
static void follow_mode(int h)
{
	bool wish = host[h].distribution == ON_DEMAND;

	if (joined[h] && wish != choosy[h] && h < ASKERS)
		join(h, rand() % 3);
}

static void step(void)
{
	uint32_t addr = 1 + rand() % ADDRS;
	int h = rand() % HOSTS;

	if (away[h] && rand() % 3)
		return;
	come_back(h);
	switch (rand() % 20) {
	case 0:
		if (joined[h])
			leave(h);
		break;
	case 1:
		lose_session(h);
		break;
	case 2:
		turn_mode();
		break;
	case 3:
	case 4:
		disappear(addr);
		break;
	case 5:
	case 6:
		if (joined[h])
			forget(h, addr);
		break;
	case 7:
		follow_mode(h);
		break;
	case 8 ... 12:
		if (joined[h])
			ask(h, addr);
		break;
	default:
		if (!joined[h])
			join(h, false);
		appear(h, addr);
	}
}

/* Everybody knows the members, in any mode. */
static void check_members(unsigned int n, int h)
{
	int o;

	for (o = 0; o < HOSTS && joined[h]; o++)
		if (!!peer_member(&host[h], 1, host[o].self) != (joined[o] && o != h))
			fail_msg("step %u, host%d: of host%d as a member it has the wrong idea",
				 n, h, o);
}

/* What the director would have it hold is what it was told; and it says so, without an alarm. */
static void check_digest(json_t *members, unsigned int n, int h)
{
	struct digest digest = peer_digest(&host[h], 1);
	json_t *item;
	char sum[17];
	size_t i;

	if (!joined[h])
		return;
	snprintf(sum, sizeof(sum), "%016llx", (unsigned long long)digest.sum);
	json_array_foreach(json_object_get(members, "items"), i, item) {
		if (strcmp(json_string_value(json_object_get(item, "nve")), host[h].self))
			continue;
		if (strcmp(json_string_value(json_object_get(item, "digest")), sum) ||
		    json_integer_value(json_object_get(item, "digest_maps")) !=
		    (json_int_t)digest.n)
			fail_msg("step %u, host%d: should hold %s, holds %s", n, h,
				 json_string_value(json_object_get(item, "digest")), sum);
	}
	say_digest(&host[h], 1, 0);
}

static void rest(unsigned int n)
{
	json_t *members;
	struct told *t;
	uint32_t addr;
	int h;

	for (h = 0; h < HOSTS; h++)
		come_back(h);
	for (h = 0; h < HOSTS; h++)
		peer_settle(&host[h]);
	for (h = 0; h < HOSTS; h++)
		follow_mode(h);
	for (h = 0; h < HOSTS; h++) {
		peer_settle(&host[h]);
		check_members(n, h);
		for (addr = 1; addr <= ADDRS; addr++) {
			t = peer_map(&host[h], 1, addr);
			if (!!t != should_have(h, addr) ||
			    (t && strcmp(t->nve, host[owner[addr]].self)))
				fail_msg("step %u, host%d, address %u: told %s, owner %d, %d %d", n,
					 h, addr, t ? t->nve : "nothing", owner[addr], choosy[h],
					 interest[h][addr]);
		}
	}
	members = proc_get(&d, "/members?vn=blue");
	for (h = 0; h < HOSTS; h++)
		check_digest(members, n, h);
	json_decref(members);
}

static void test_against_a_plain_model(void **state)
{
	const char *seed = getenv("SEED");
	unsigned int n;
	char name[16];
	int h;

	srand(seed ? atoi(seed) : 7);
	proc_init(&d, *state, 1);
	d.absent = 3600;	/* of what fades test_on_demand.c tells */
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	for (h = 0; h < HOSTS; h++) {
		snprintf(name, sizeof(name), "host%d", h);
		peer_is_old = h == OLD;
		peer_open(&host[h], &d, "dc1", "nve", name, true);
		if (h == RELAY)
			assert_int_equal(say_relay(&host[h], 1 + h), CODE(OK));
		else
			assert_int_equal(say_register(&host[h], 1 + h), CODE(OK));
	}
	peer_is_old = false;
	memset(owner, -1, sizeof(owner));
	turn_mode();
	for (n = 1; n <= STEPS; n++) {
		step();
		if (n % REST == 0)
			rest(n);
	}
	assert_int_equal(proc_count(&d, "/alerts", "kind", "query-refused"), 0);
	peer_settle(&host[0]);
	assert_int_equal(proc_count(&d, "/alerts", "kind", "drift"), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_against_a_plain_model),
	};

	return LAB_MAIN(argc, argv, "on_demand_random", tests);
}
