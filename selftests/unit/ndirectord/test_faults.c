// SPDX-License-Identifier: GPL-2.0
/*
 * Real directors under a load that never pauses, and one fault after the other in random order.
 * What everybody saw must be what directors that never fail could have shown
 * (tools/check/history.py).
 */
#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <inttypes.h>
#include <signal.h>
#include "lab.c"
#include "lab_load.c"
#include "../lib/etcd_lab.h"

#define CONVERGE_MS	1000
#define HOUR_NS		3600000000000ll
#define LEASE_S		2

static struct proc procs[2], *active, *standby;	/* standby: with etcd only */
static struct faults *faults[2];
static struct load load;
static struct etcd_lab cluster;
static char store[600], prefix[32];
static unsigned int slowest, slow, seed;
static const char *slowest_after = "";
static uint64_t fault_since;

static struct faults *faults_of(struct proc *d)
{
	return faults[d == &procs[1]];
}

static void load_for(unsigned int ms)
{
	uint64_t end = loop_now_ms() + ms;

	while (loop_now_ms() < end)
		load_turn(&load);
}

/* --- with SQLite: it dies, and is started again */

static void restart(void)
{
	faults_none(faults_of(active));
	fault_since = loop_now_ms();
	proc_start(active);
}

static void fault_kill(void)
{
	proc_end(active, SIGKILL, -1);
	faults_forget_dirty(faults_of(active));
	restart();
}

static void fault_power_cut(void)
{
	proc_end(active, SIGKILL, -1);
	faults_power_cut(faults_of(active));
	restart();
}

static void fault_stop(void)
{
	proc_end(active, SIGTERM, 0);
	faults_forget_dirty(faults_of(active));
	restart();
}

/* It must say so and end; what is on the disk then, nobody knows: so a part of it goes. */
static void until_it_ends(void)
{
	LOAD_WAIT(&load, !proc_alive(active));
	proc_end(active, 0, 1);
	assert_true(proc_logged(active, "the store cannot be written, stopping: "));
	faults_power_cut(faults_of(active));
	restart();
}

static void fault_sync(void)
{
	struct faults *f = faults_of(active);

	atomic_store(&f->sync_errno, EIO);
	atomic_store(&f->sync_at, 1 + random() % 5);
	until_it_ends();
}

static void fault_disk_full(void)
{
	struct faults *f = faults_of(active);

	atomic_store(&f->write_errno, random() % 2 ? ENOSPC : EIO);
	atomic_store(&f->write_at, 1 + random() % 30);
	until_it_ends();
}

/* Half of what is written, and half of the rest, and so on */
static void fault_torn_write(void)
{
	struct faults *f = faults_of(active);

	atomic_store(&f->write_errno, 0);
	atomic_store(&f->write_at, 1 + random() % 30);
	until_it_ends();
}

/* --- with either */

static void fault_pause(void)
{
	kill(active->pid, SIGSTOP);
	load_for(200);
	kill(active->pid, SIGCONT);
	fault_since = loop_now_ms();
}

static struct peer *somebody(void)
{
	unsigned int i = random() % (LOAD_HOSTS + 1);

	return i < LOAD_HOSTS ? &load.hosts[i].peer : &load.center;
}

/* Nothing comes through, either way, and nobody is told. */
static void fault_cut_off(void)
{
	struct peer *p = somebody();
	struct bufferevent *bev = p->chan->bev;

	if (!p->up)
		return;
	bufferevent_disable(bev, EV_READ | EV_WRITE);
	load_for(200);
	if (p->up && p->chan->bev == bev)
		bufferevent_enable(bev, EV_READ | EV_WRITE);
	fault_since = loop_now_ms();
}

static void fault_session_ends(void)
{
	struct peer *p = somebody();

	if (p->up)
		chan_drop(p->chan, "as the test wishes");
	fault_since = loop_now_ms();
}

/* It keeps the new time until it jumps again. Certificates are valid for a day, and an hour. */
static void fault_clock(void)
{
	long long hours = random() % 14;

	atomic_store(&faults_of(active)->clock_ns, hours ? hours * HOUR_NS - HOUR_NS / 2 : 0);
	fault_since = loop_now_ms();
}

/* --- with etcd: the other one takes over */

static void swap(void)
{
	struct proc *was = active;

	LOAD_WAIT(&load, proc_serves(standby));
	fault_since = loop_now_ms();
	active = standby;
	standby = was;
	load.director = active;
	faults_none(faults_of(standby));
}

static void fault_active_dies(void)
{
	proc_end(active, SIGKILL, -1);
	swap();
	proc_launch(standby);
}

static void fault_active_stops(void)
{
	proc_end(active, SIGTERM, 0);
	swap();
	proc_launch(standby);
}

static void fault_standby_dies(void)
{
	proc_end(standby, SIGKILL, -1);
	proc_launch(standby);
	fault_since = loop_now_ms();
}

/* For longer than the lease: it is not the owner any more, and does not know it. */
static void fault_long_pause(void)
{
	kill(active->pid, SIGSTOP);
	swap();
	kill(standby->pid, SIGCONT);
	LOAD_WAIT(&load, !proc_alive(standby));
	proc_end(standby, 0, 1);
	proc_launch(standby);
}

static void fault_member_dies(void)
{
	int i = random() % cluster.n;

	etcd_lab_kill(&cluster, i);
	load_for(300);
	etcd_lab_run(&cluster, i);
	LOAD_WAIT(&load, etcd_lab_healthy(&cluster, i));
	fault_since = loop_now_ms();
}

static void fault_member_pauses(void)
{
	int i = random() % cluster.n;

	etcd_lab_pause(&cluster, i);
	load_for(600);
	etcd_lab_resume(&cluster, i);
	LOAD_WAIT(&load, etcd_lab_healthy(&cluster, i));
	fault_since = loop_now_ms();
}

/* --- the tests */

struct fault {
	const char *name;
	void (*strike)(void);
	bool alone;	/* what follows is not about how fast it is back */
};

static const struct fault with_sqlite[] = {
	{ "kill", fault_kill },
	{ "power cut", fault_power_cut },
	{ "stop", fault_stop },
	{ "sync fails", fault_sync },
	{ "disk full", fault_disk_full },
	{ "torn write", fault_torn_write },
	{ "pause", fault_pause },
	{ "cut off", fault_cut_off },
	{ "session ends", fault_session_ends },
	{ "clock", fault_clock },
};

static const struct fault with_etcd[] = {
	{ "kill", fault_active_dies },
	{ "stop", fault_active_stops },
	{ "kill the standby", fault_standby_dies },
	{ "long pause", fault_long_pause },
	{ "member dies", fault_member_dies, true },
	{ "member pauses", fault_member_pauses, true },
	{ "pause", fault_pause },
	{ "cut off", fault_cut_off },
	{ "session ends", fault_session_ends },
	{ "clock", fault_clock },
};

static void strike(const struct fault *f)
{
	unsigned int ms;

	f->strike();
	ms = load_recovered(&load, fault_since);
	slow += ms > CONVERGE_MS && !f->alone;
	if (ms > slowest && !f->alone) {
		slowest = ms;
		slowest_after = f->name;
	}
	load_run(&load, 10 + random() % 40);
	if (random() % 2)
		load_settle(&load);
}

/* Each of them so many times, in random order */
static void storm(const struct fault *all, unsigned int n, unsigned int rounds)
{
	unsigned int order[16], i, j, round, was;

	for (round = 0; round < rounds; round++) {
		for (i = 0; i < n; i++) {
			j = random() % (i + 1);
			order[i] = i;
			was = order[j];
			order[j] = i;
			order[i] = j == i ? i : was;
		}
		for (i = 0; i < n; i++)
			strike(&all[order[i]]);
		if (round % 10 == 9)
			load_judge(&load);
	}
	load_settle(&load);
	load_judge(&load);
	print_message("seed %u: %u faults, %lu answers, %lu unknown, %lu refused; back after %u ms at most (%s)\n",
		      seed, n * rounds, load.acked, load.unknown, load.refused, slowest,
		      slowest_after);
	/* others use the processor, too */
	assert_true(slow <= n * rounds / 4);
	load_close(&load);
}

static void begin(void **state, int n)
{
	char file[32];
	int i;

	seed = getenv("NVO3_SEED") ? atoi(getenv("NVO3_SEED")) : time(NULL) ^ getpid();
	srandom(seed);
	print_message("seed %u\n", seed);
	slowest = 0;
	slow = 0;
	for (i = 0; i < n; i++) {
		proc_init(&procs[i], *state, 1);
		snprintf(file, sizeof(file), "faults%d", i);
		procs[i].faults = strdup(lab_path(procs[i].lab, "%s", file));
		procs[i].store = n > 1 ? store : NULL;
		faults[i] = faults_new(procs[i].faults, lab_path(procs[i].lab, "dc1.db"));
	}
	active = &procs[0];
	standby = n > 1 ? &procs[1] : NULL;
	active->standby = standby;
	proc_start(active);
	load_open(&load, active);
	load_run(&load, 50);
}

static void end(int n)
{
	int i;

	for (i = 0; i < n; i++) {
		proc_end(&procs[i], SIGTERM, 0);
		free((char *)procs[i].faults);
		faults_free(faults[i]);
	}
}

static void test_with_sqlite(void **state)
{
	begin(state, 1);
	storm(with_sqlite, sizeof(with_sqlite) / sizeof(with_sqlite[0]), faults_many(2, 60));
	end(1);
}

static void test_with_etcd(void **state)
{
	char params[80];

	etcd_lab_start(&cluster, ETCD_LAB_MEMBERS, 0);
	snprintf(prefix, sizeof(prefix), "/faults");
	snprintf(params, sizeof(params), "prefix=%s&lease=%d&keep=500", prefix, LEASE_S);
	snprintf(store, sizeof(store), "etcd:%s", etcd_lab_url(&cluster, -1, params));
	begin(state, 2);
	proc_launch(standby);
	storm(with_etcd, sizeof(with_etcd) / sizeof(with_etcd[0]), faults_many(1, 30));
	end(2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_with_sqlite),
		LAB_TEST(test_with_etcd),
	};
	int r = LAB_MAIN(argc, argv, "faults", tests);

	/* a director that is one of its own processes has none */
	return cluster.n && etcd_lab_stop(&cluster) ? -1 : r;
}
