// SPDX-License-Identifier: GPL-2.0
/*
 * Real directors on three real members of etcd, one works and one stands by. The one or the other
 * is killed at each crash point that it passes.
 */
#include <inttypes.h>
#include <signal.h>
#include "lab.c"
#include "lab_load.c"
#include "../lib/etcd_lab.h"

#define CONVERGE_MS	1000

enum { AT_WORK, AT_START, AT_LARGE, AT_LOST, AT_STANDBY };

static const struct point {
	const char *name;
	int when;
	unsigned int at;
} points[] = {
	{ "etcd-sending", AT_WORK, 8 },
	{ "etcd-sent", AT_WORK, 8 },
	{ "store-committed", AT_WORK, 8 },
	{ "gate-handed", AT_WORK, 8 },
	{ "gate-syncing", AT_WORK, 8 },
	{ "gate-synced", AT_WORK, 8 },
	{ "gate-durable", AT_WORK, 8 },
	{ "etcd-claimed", AT_START, 1 },
	{ "director-loaded", AT_START, 1 },
	{ "etcd-journal-piece", AT_LARGE, 1 },
	{ "etcd-journal-whole", AT_LARGE, 1 },
	{ "etcd-journal-step", AT_LARGE, 3 },
	{ "etcd-journal-done", AT_LARGE, 1 },
	{ "etcd-compacting", AT_WORK, 1 },
	{ "etcd-lease-lost", AT_LOST, 1 },
	{ "etcd-standby", AT_STANDBY, 1 },
};

#define N_POINTS (sizeof(points) / sizeof(points[0]))
#define LARGE_VN	2
#define LARGE		2000	/* addresses: more than etcd takes at once */
#define LARGE_FIRST	1000

static struct etcd_lab cluster;
static char store[600], prefix[32];
static struct proc procs[2], *active = &procs[0], *standby = &procs[1];
static struct faults *faults[2];
static struct load load;
static unsigned int slowest, slow, kills;
static uint64_t epochs[LARGE];

static struct faults *faults_of(struct proc *d)
{
	return faults[d == &procs[1]];
}

static int set_up(void **state)
{
	static int n;

	if (!n)
		etcd_lab_start(&cluster, ETCD_LAB_MEMBERS, 0);
	snprintf(prefix, sizeof(prefix), "/crash/%d", ++n);
	return lab_setup(state);
}

static void begin(void **state)
{
	char params[80], file[32];
	int i;

	snprintf(params, sizeof(params), "prefix=%s&lease=60&keep=200", prefix);
	snprintf(store, sizeof(store), "etcd:%s", etcd_lab_url(&cluster, -1, params));
	for (i = 0; i < 2; i++) {
		proc_init(&procs[i], *state, 1);
		snprintf(file, sizeof(file), "faults%d", i);
		procs[i].store = store;
		procs[i].faults = strdup(lab_path(procs[i].lab, "%s", file));
		faults[i] = faults_new(procs[i].faults, "");
	}
	/* either, after the test before */
	active->standby = standby;
	proc_start(active);
	load_open(&load, active);
	load_run(&load, 20);
	assert_int_equal(say_vn_set(&load.center, LARGE_VN, 200, "red"), CODE(OK));
	say_place_many(&load.center, LARGE_VN, LARGE_FIRST, LARGE, "dc1/host1", epochs);
	proc_launch(standby);
}

static void end(void)
{
	int i;

	load.director = active;
	load_close(&load);
	for (i = 0; i < 2; i++) {
		proc_end(&procs[i], SIGTERM, 0);
		free((char *)procs[i].faults);
		faults_free(faults[i]);
	}
}

/* When it leaves a VN all that it had there goes, in one transaction. */
static void much(void)
{
	struct peer *p = &load.hosts[0].peer;
	Nvo3__VnLeave leave = NVO3__VN_LEAVE__INIT;
	Nvo3__VnJoin join = NVO3__VN_JOIN__INIT;

	join.vn = uuid(LARGE_VN);
	leave.vn = uuid(LARGE_VN);
	chan_request(p->chan, MSG(VN_JOIN), &join.base, 0, answered, p);
	load_claim(&load, MSG(MAP_ADVERTISE), LARGE_VN, LARGE_FIRST, LARGE, epochs);
	chan_request(p->chan, MSG(VN_LEAVE), &leave.base, 0, answered, p);
}

static void until_dead(struct proc *d, const struct point *p)
{
	uint64_t until = loop_now_ms() + LAB_DEADLINE_MS;
	struct peer *host = &load.hosts[0].peer;
	unsigned int asked = 0;

	if (p->when == AT_LOST)
		etcd_lab_end_lease(&cluster, prefix);
	while (proc_alive(d) && loop_now_ms() < until) {
		if (p->when == AT_LARGE && load.hosts[0].ready && host->answers >= asked) {
			much();
			asked = host->answers + 3;
		}
		load_turn(&load);
	}
	if (proc_alive(d))
		fail_msg("nobody passes %s", p->name);
	proc_end(d, 0, -1);
	if (!faults_passed(faults_of(d), p->name))
		fail_msg("it was killed, but not at %s", p->name);
	kills++;
}

static void take_over(void)
{
	struct proc *next = standby;
	uint64_t since;
	unsigned int ms;

	etcd_lab_end_lease(&cluster, prefix);
	LOAD_WAIT(&load, proc_serves(next));
	since = loop_now_ms();
	standby = active;
	active = next;
	load.director = active;
	ms = load_recovered(&load, since);
	if (ms > slowest)
		slowest = ms;
	slow += ms > CONVERGE_MS;
	proc_launch(standby);
}

static void kill_at(const struct point *p)
{
	struct proc *victim = p->when == AT_START || p->when == AT_STANDBY ? standby : active;

	faults_kill(faults_of(victim), p->name, 1 + random() % p->at);
	if (p->when == AT_START) {
		/* it dies while it takes over, and then is started once more */
		proc_end(active, SIGKILL, -1);
		etcd_lab_end_lease(&cluster, prefix);
	}
	until_dead(victim, p);
	faults_none(faults_of(victim));
	if (p->when == AT_START || p->when == AT_STANDBY)
		proc_launch(standby);
	if (p->when != AT_STANDBY)
		take_over();
	load_run(&load, 5);
	load_settle(&load);
}

static void test_each_point(void **state)
{
	unsigned int i;

	begin(state);
	for (i = 0; i < N_POINTS; i++)
		kill_at(&points[i]);
	print_message("%u kills, %lu answers, %lu unknown; back after %u ms at most\n", kills,
		      load.acked, load.unknown, slowest);
	load_judge(&load);
	/* others use the processor, too */
	assert_true(slow <= kills / 4);
	end();
}

static void test_random_points(void **state)
{
	unsigned int n = faults_many(3, 300), seed = getpid(), i;

	print_message("seed %u\n", seed);
	srandom(seed);
	begin(state);
	for (i = 0; i < n; i++) {
		kill_at(&points[random() % N_POINTS]);
		if (i % 100 == 99 && i + 1 < n)
			load_judge(&load);
	}
	load_judge(&load);
	end();
}

int main(int argc, char **argv)
{
#define ETCD_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, lab_teardown)
	const struct CMUnitTest tests[] = {
		ETCD_TEST(test_each_point),
		ETCD_TEST(test_random_points),
	};
	int r = LAB_MAIN(argc, argv, "crash-etcd", tests);

	/* a director that is one of its own processes has none */
	return cluster.n && etcd_lab_stop(&cluster) ? -1 : r;
}
