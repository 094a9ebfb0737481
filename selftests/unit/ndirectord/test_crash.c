// SPDX-License-Identifier: GPL-2.0
/*
 * A real director with SQLite, as it is built for use, is killed at each crash point that it
 * passes, while it works. In every second round the machine has lost its power, too: what was not
 * synced is gone or torn.
 */
#include <inttypes.h>
#include <signal.h>
#include "lab.c"
#include "lab_load.c"

#define CONVERGE_MS	1000
#define EXTRA		2500	/* addresses that stay: a snapshot takes several messages */
#define EXTRA_FIRST	1000

enum { AT_WORK, AT_START, AT_SNAPSHOT, AT_LONG };

static const struct point {
	const char *name;
	int when;
	unsigned int at;	/* up to this passage */
} points[] = {
	{ "store-began", AT_WORK, 8 },
	{ "store-written", AT_WORK, 40 },
	{ "store-committing", AT_WORK, 8 },
	{ "store-committed", AT_WORK, 8 },
	{ "gate-handed", AT_WORK, 8 },
	{ "gate-syncing", AT_WORK, 8 },
	{ "gate-synced", AT_WORK, 8 },
	{ "gate-durable", AT_WORK, 8 },
	{ "gate-answered", AT_WORK, 20 },
	{ "place-granted", AT_WORK, 10 },
	{ "claim-taken", AT_WORK, 10 },
	{ "claim-withdrawn", AT_WORK, 4 },
	{ "claims-slice", AT_LONG, 18 },
	{ "director-loaded", AT_START, 1 },
	{ "nve-registered", AT_START, 3 },
	{ "vn-joined", AT_START, 3 },
	{ "snapshot-part", AT_SNAPSHOT, 1 },
	{ "sqlite-copying", AT_LONG, 1 },
	{ "sqlite-copied", AT_LONG, 1 },
};

#define N_POINTS (sizeof(points) / sizeof(points[0]))

static struct proc d;
static struct load load;
static struct faults *faults;
static unsigned int kills, slowest, slow;
static uint64_t torn, epochs[EXTRA];

static void prepare(void **state)
{
	proc_init(&d, *state, 1);
	d.faults = lab_path(d.lab, "faults");
	d.faults = strdup(d.faults);
	faults = faults_new(d.faults, lab_path(d.lab, "dc1.db"));
}

static void finish(void)
{
	load_close(&load);
	free((char *)d.faults);
	proc_end(&d, SIGTERM, 0);
	faults_free(faults);
}

static void begin(void **state)
{
	prepare(state);
	proc_start(&d);
	load_open(&load, &d);
	load_run(&load, 20);
	say_place_many(&load.center, LOAD_VN, EXTRA_FIRST, EXTRA, "dc1/host1", epochs);
	assert_int_equal(say_advertise_many(&load.hosts[0].peer, LOAD_VN, EXTRA_FIRST, EXTRA, 0,
					    epochs), CODE(OK));
	/* who is still being told of them would not come with nothing */
	load_settle(&load);
}

static void until_dead(const struct point *p)
{
	uint64_t until = loop_now_ms() + LAB_DEADLINE_MS;
	struct peer *host = &load.hosts[0].peer;
	unsigned int asked = 0;

	while (proc_alive(&d) && loop_now_ms() < until) {
		/* long messages; the log gets long by them, too */
		if (p->when == AT_LONG && load.hosts[0].ready && host->answers >= asked) {
			load_claim(&load, MSG(MAP_WITHDRAW), LOAD_VN, EXTRA_FIRST, EXTRA,
				   epochs);
			load_claim(&load, MSG(MAP_ADVERTISE), LOAD_VN, EXTRA_FIRST, EXTRA,
				   epochs);
			asked = host->answers + 2;
		}
		load_turn(&load);
	}
	if (proc_alive(&d))
		fail_msg("nobody passes %s", p->name);
	proc_end(&d, 0, -1);
	load_dead(&load);
	if (!faults_passed(faults, p->name))
		fail_msg("it was killed, but not at %s", p->name);
	/* at some of the odd ones most is not synced */
	if (kills++ % 2)
		torn += faults_power_cut(faults);
	else
		faults_forget_dirty(faults);
}

static void start_again(void)
{
	uint64_t since = loop_now_ms();
	unsigned int ms;

	proc_start(&d);
	ms = load_recovered(&load, since);
	if (ms > slowest)
		slowest = ms;
	slow += ms > CONVERGE_MS;
}

/* Answered, for the next kill would else end it in the middle */
static void claim_extra(void)
{
	struct peer *host = &load.hosts[0].peer;
	unsigned int asked = host->answers;

	load_claim(&load, MSG(MAP_ADVERTISE), LOAD_VN, EXTRA_FIRST, EXTRA, epochs);
	LOAD_WAIT(&load, host->answers > asked);
	assert_int_equal(host->code, CODE(OK));
}

static void kill_at(const struct point *p)
{
	if (p->when == AT_START)
		proc_end(&d, SIGKILL, -1);
	faults_kill(faults, p->name, 1 + random() % p->at);
	if (p->when == AT_START)
		proc_launch(&d);
	if (p->when == AT_SNAPSHOT) {
		/* who comes with nothing gets one */
		load.hosts[LOAD_HOSTS - 1].revision = 0;
		load.hosts[LOAD_HOSTS - 1].ups = 0;
	}
	until_dead(p);
	faults_none(faults);
	start_again();
	if (p->when == AT_LONG)
		claim_extra();
	load_run(&load, 5);
	load_settle(&load);
}

static void test_each_point(void **state)
{
	unsigned int i;

	begin(state);
	for (i = 0; i < N_POINTS; i++)
		kill_at(&points[i]);
	assert_int_equal(kills, N_POINTS);
	assert_true(proc_count(&d, "/mappings", NULL, NULL) >= EXTRA);
	print_message("%u kills, %lu answers, %lu unknown, %lu refused; %" PRIu64
		      " bytes torn; back after %u ms at most\n", kills, load.acked, load.unknown,
		      load.refused, torn, slowest);
	load_judge(&load);
	assert_true(torn > 0);
	/* others use the processor, too */
	assert_true(slow <= kills / 4);
	finish();
}

/* In make check-long: as often as it takes for 1,000 in all programs */
static void test_random_points(void **state)
{
	unsigned int n = faults_many(10, 500), seed = getpid(), i;

	print_message("seed %u\n", seed);
	srandom(seed);
	begin(state);
	for (i = 0; i < n; i++) {
		kill_at(&points[random() % N_POINTS]);
		if (i % 100 == 99 && i + 1 < n)
			load_judge(&load);
	}
	load_judge(&load);
	finish();
}

/* A store that is not there yet: it is there with its identity, or empty. */
static void test_a_new_store(void **state)
{
	prepare(state);
	faults_kill(faults, "sqlite-creating", 1);
	proc_launch(&d);
	LAB_WAIT(d.lab, !proc_alive(&d));
	proc_end(&d, 0, -1);
	faults_power_cut(faults);
	proc_start(&d);
	load_open(&load, &d);
	load_run(&load, 20);
	load_settle(&load);
	load_judge(&load);
	finish();
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_each_point),
		LAB_TEST(test_random_points),
		LAB_TEST(test_a_new_store),
	};

	return LAB_MAIN(argc, argv, "crash", tests);
}
