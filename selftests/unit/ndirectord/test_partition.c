// SPDX-License-Identifier: GPL-2.0
/*
 * Two directors on three members of etcd, each a host of its own, under a load that never pauses;
 * and the network between them is cut, in one way after the other in random order. What everybody
 * saw must be what a director that never fails could have shown (tools/check/history.py).
 *
 *	[0] vCenter, NVEs ---+--- [1] [2] [3] etcd
 *	                     +--- [4] [5] directors
 */
#include <inttypes.h>
#include <signal.h>
#include "lab.c"
#include "lab_load.c"
#include "../lib/etcd_lab.h"
#include "../lib/nets_lab.h"

#define CONVERGE_MS	1000
#define LEASE_S		5	/* longer than an election takes on a busy machine */
#define ALONE_S		6	/* and longer than the lease, for whom nobody hears at all */
#define DIRECTOR	(1 + ETCD_LAB_MEMBERS)	/* host of the first one */

static struct nets_lab nets;
static struct etcd_lab cluster;
static struct proc procs[2];
static unsigned int ends[2];	/* how often it has ended, and was started again */
static struct load load;
static char store[600];
static unsigned int slowest, slow, judged, seed;
static const char *slowest_by = "";
static unsigned int back;	/* ms from when it was noticed until all goes on */

static int host_of(const struct proc *d)
{
	return DIRECTOR + (d == &procs[1]);
}

static struct proc *other_of(const struct proc *d)
{
	return d == procs ? &procs[1] : &procs[0];
}

static unsigned int ends_of(const struct proc *d)
{
	return ends[d - procs];
}

/* As whoever runs daemons does: one that ends is started again. It ends for one reason only. */
static void tend(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		if (proc_alive(&procs[i]))
			continue;
		proc_end(&procs[i], 0, 1);
		ends[i]++;
		proc_launch(&procs[i]);
	}
}

static struct proc *serving(void)
{
	struct proc *d = NULL;

	LOAD_WAIT(&load, (d = proc_serves(&procs[0]) ? &procs[0] :
			      proc_serves(&procs[1]) ? &procs[1] : NULL));
	return d;
}

/* From all of etcd but perhaps one member */
static void cut_from_etcd(int host, int but)
{
	int i;

	for (i = 0; i < cluster.n; i++)
		if (i != but && 1 + i != host)
			nets_lab_cut(&nets, host, 1 + i, true);
}

static void load_for(unsigned int ms)
{
	uint64_t end = loop_now_ms() + ms;

	while (loop_now_ms() < end)
		load_turn(&load);
}

static void heal(void)
{
	int i;

	nets_lab_heal(&nets);
	for (i = 0; i < cluster.n; i++)
		LOAD_WAIT(&load, etcd_lab_healthy(&cluster, i));
}

/* --- between members */

static void one_member_alone(int i)
{
	cut_from_etcd(1 + i, -1);
	load_for(2500);		/* longer than an election takes */
	heal();
	back = load_recovered(&load, loop_now_ms());
}

static void fault_the_leader_alone(void)
{
	int leader = etcd_lab_leader(&cluster);

	one_member_alone(leader < 0 ? 0 : leader);
}

static void fault_a_follower_alone(void)
{
	one_member_alone((etcd_lab_leader(&cluster) + 1) % cluster.n);
}

/* Shorter than the lease: everybody waits, and nobody notices. */
static void fault_all_apart_for_a_moment(void)
{
	int i;

	for (i = 0; i < cluster.n; i++)
		cut_from_etcd(1 + i, -1);
	load_for(400);
	heal();
	back = load_recovered(&load, loop_now_ms());
}

/* --- a director: whose lease ends is not the owner any more, and must end before it says more */

/* @loser is cut off: the other one has it then, and works while the loser still is cut off. */
static void taken_over_from(struct proc *loser, unsigned int had_ended)
{
	struct proc *winner = other_of(loser);
	uint64_t since;

	LOAD_WAIT(&load, proc_serves(winner));
	since = loop_now_ms();
	back = load_recovered(&load, since);
	LOAD_WAIT(&load, ends_of(loser) > had_ended);
	assert_false(proc_serves(loser));
	heal();
}

static void fault_the_active_without_etcd(void)
{
	struct proc *active = serving();
	unsigned int had_ended = ends_of(active);

	cut_from_etcd(host_of(active), -1);
	taken_over_from(active, had_ended);
}

/* With one member on its side, which is of no use without the others. */
static void fault_the_active_with_the_minority(void)
{
	struct proc *active = serving();
	unsigned int had_ended = ends_of(active);
	int member = random() % cluster.n;

	cut_from_etcd(1 + member, -1);
	cut_from_etcd(host_of(active), member);
	nets_lab_cut(&nets, host_of(other_of(active)), 1 + member, true);
	taken_over_from(active, had_ended);
}

static unsigned int all_ups(void)
{
	unsigned int ups = load.center.ups;
	int h;

	for (h = 0; h < LOAD_HOSTS; h++)
		ups += load.hosts[h].peer.ups;
	return ups;
}

/* Its whole host: no NVE hears that it ends. They notice by its silence. */
static void fault_the_host_of_the_active(void)
{
	struct proc *active = serving();
	unsigned int had_ended = ends_of(active), ups = all_ups();
	int host = host_of(active), i;

	for (i = 0; i < nets.n; i++)
		if (i != host)
			nets_lab_cut(&nets, host, i, true);
	/* each has a session that it had not before */
	LOAD_WAIT(&load, all_ups() >= ups + LOAD_HOSTS + 1);
	taken_over_from(active, had_ended);
}

/* etcd hears it, and nobody else does: it ends by itself. */
static void fault_the_active_without_nves(void)
{
	struct proc *active = serving();
	unsigned int had_ended = ends_of(active);

	nets_lab_cut(&nets, host_of(active), 0, true);
	taken_over_from(active, had_ended);
}

static void fault_the_standby_without_etcd(void)
{
	cut_from_etcd(host_of(other_of(serving())), -1);
	load_for(1000 * LEASE_S);
	heal();
	back = load_recovered(&load, loop_now_ms());
}

/* etcd is away from everybody for longer than the lease: then there is none until it is back. */
static void fault_all_without_etcd(void)
{
	struct proc *active = serving();
	unsigned int had_ended = ends_of(active);

	cut_from_etcd(host_of(&procs[0]), -1);
	cut_from_etcd(host_of(&procs[1]), -1);
	LOAD_WAIT(&load, ends_of(active) > had_ended);
	assert_false(proc_serves(&procs[0]) || proc_serves(&procs[1]));
	nets_lab_heal(&nets);
	serving();
	back = load_recovered(&load, loop_now_ms());
	heal();
}

/* --- all of it */

static const struct fault {
	const char *name;
	void (*strike)(void);
	bool alone;	/* not about how fast it is back: etcd may have to elect a leader */
} faults[] = {
	{ "the leader alone", fault_the_leader_alone, true },
	{ "a follower alone", fault_a_follower_alone, true },
	{ "all apart for a moment", fault_all_apart_for_a_moment, true },
	{ "the active without etcd", fault_the_active_without_etcd },
	{ "the active with the minority", fault_the_active_with_the_minority },
	{ "the host of the active", fault_the_host_of_the_active },
	{ "the active without NVEs", fault_the_active_without_nves },
	{ "the standby without etcd", fault_the_standby_without_etcd, true },
	{ "all without etcd", fault_all_without_etcd },
};

#define N_FAULTS (sizeof(faults) / sizeof(faults[0]))

static void strike(const struct fault *f)
{
	print_message("%s: ", f->name);
	f->strike();
	print_message("back after %u ms; ends until now: %u, %u\n", back, ends[0], ends[1]);
	load_run(&load, 10 + random() % 40);
	load.director = serving();
	if (random() % 2)
		load_settle(&load);
	if (f->alone)
		return;
	judged++;
	slow += back > CONVERGE_MS;
	if (back <= slowest)
		return;
	slowest = back;
	slowest_by = f->name;
}

static void begin(void **state)
{
	static char addrs[2][16];
	char params[80];
	int i;

	seed = getenv("NVO3_SEED") ? atoi(getenv("NVO3_SEED")) : time(NULL) ^ getpid();
	srandom(seed);
	print_message("seed %u\n", seed);
	chan_timers.keepalive = 300;
	chan_timers.silence = 3000;
	nets_lab_start(&nets, ETCD_LAB_MEMBERS + 2);
	etcd_lab_start_apart(&cluster, ETCD_LAB_MEMBERS, &nets.fd[1], &nets.addr[1]);
	snprintf(params, sizeof(params), "prefix=/partition&lease=%d&keep=500", LEASE_S);
	snprintf(store, sizeof(store), "etcd:%s", etcd_lab_url(&cluster, -1, params));
	for (i = 0; i < 2; i++) {
		proc_init(&procs[i], *state, 1);
		procs[i].store = store;
		procs[i].alone = ALONE_S;
		procs[i].net = &nets.fd[DIRECTOR + i];
		snprintf(addrs[i], sizeof(addrs[i]), "%s", nets.addr[DIRECTOR + i]);
		procs[i].addr = addrs[i];
	}
	procs[0].standby = &procs[1];
	proc_start(&procs[0]);
	load_open(&load, &procs[0]);
	load_run(&load, 50);
	proc_launch(&procs[1]);
	load.tend = tend;
}

static void test_what_is_cut_in_random_order(void **state)
{
	unsigned int order[N_FAULTS], rounds = faults_many(1, 20), round, i, j;

	begin(state);
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < N_FAULTS; i++) {
			j = random() % (i + 1);
			order[i] = order[j];
			order[j] = i;
		}
		for (i = 0; i < N_FAULTS; i++)
			strike(&faults[order[i]]);
		if (round % 5 == 4)
			load_judge(&load);
	}
	load.director = serving();
	load_settle(&load);
	load_judge(&load);
	print_message("seed %u: %zu cuts, %lu answers, %lu unknown, %lu refused; back after %u ms at most (%s)\n",
		      seed, N_FAULTS * rounds, load.acked, load.unknown, load.refused, slowest,
		      slowest_by);
	/* others use the processor, too */
	assert_true(slow <= judged / 4);
	load_close(&load);
	for (i = 0; i < 2; i++)
		proc_end(&procs[i], SIGTERM, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_what_is_cut_in_random_order),
	};
	int r = LAB_MAIN(argc, argv, "partition", tests);

	if (nets.n)
		nets_lab_stop(&nets);
	/* a director that is one of its own processes has none */
	return cluster.n && etcd_lab_stop(&cluster) ? -1 : r;
}
