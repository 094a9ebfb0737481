// SPDX-License-Identifier: GPL-2.0
/*
 * A director at work for long: 5,000 changes a second, sessions that come and go. Its memory does
 * not grow once all that there is has been there.
 */
#include <signal.h>
#include "lab.c"
#include "lab_load.c"
#include "lab_rss.h"

#define BATCH		500
#define PERIOD_MS	100
#define FIRST		1000
#define ADDRS		5000
#define NOISE_KIB	2048	/* over the whole time */

static struct proc d;
static struct load load;
static uint64_t epochs[ADDRS];

/* Each of its addresses gets another IP address, a part of them at a time. */
static void churn(unsigned int turn)
{
	unsigned int parts = ADDRS / BATCH, first = turn % parts * BATCH;
	struct peer *p = &load.hosts[0].peer;

	if (!p->up || !load.hosts[0].ready)
		return;
	send_advertise(p, 2, FIRST + first, BATCH, 1 + turn / parts % 100, epochs);
}

static void begin(void **state)
{
	proc_init(&d, *state, 1);
	proc_start(&d);
	load_open(&load, &d);
	load_run(&load, 50);
	/* a VN where who claims first has it, so that IP addresses may change */
	load.center.claims = NVO3__CLAIMS__CLAIMS_OPEN;
	assert_int_equal(say_vn_set(&load.center, 2, 200, "red"), CODE(OK));
	assert_int_equal(say_join(&load.hosts[0].peer, 2, NULL, 0), CODE(OK));
	assert_int_equal(say_join(&load.hosts[2].peer, 2, NULL, 0), CODE(OK));
	assert_int_equal(say_advertise_many(&load.hosts[0].peer, 2, FIRST, 2500, 1, epochs),
			 CODE(OK));
	assert_int_equal(say_advertise_many(&load.hosts[0].peer, 2, FIRST + 2500, 2500, 1,
					    epochs + 2500), CODE(OK));
}

static void test_its_memory_does_not_grow(void **state)
{
	uint64_t seconds = faults_many(24, 1800), start, next, sample = 0;
	struct peer *watcher = &load.hosts[2].peer;
	static struct rss rss;
	unsigned int turn = 0, told;
	double slope;

	begin(state);
	told = watcher->sets;
	start = loop_now_ms();
	next = start;
	while (loop_now_ms() - start < seconds * 1000) {
		load_turn(&load);
		if (loop_now_ms() < next)
			continue;
		next += PERIOD_MS;
		churn(turn++);
		/* one session ends, and comes back for both VNs */
		if (turn % 50 == 0 && load.hosts[1].peer.up)
			chan_drop(load.hosts[1].peer.chan, "as the test wishes");
		/* what is there has been there by a third of the time */
		if (loop_now_ms() - start > seconds * 1000 / 3 && loop_now_ms() > sample) {
			sample = loop_now_ms() + 1000;
			rss_sample(&rss, &d);
		}
	}
	slope = rss_slope(&rss);
	print_message("%u changes, %lu more requests in %lu s; %.0f KiB, and %.1f KiB a minute more\n",
		      watcher->sets - told, load.acked, (unsigned long)seconds,
		      rss.kib[rss.n - 1], slope * 60);
	assert_true(watcher->sets - told > seconds * 1000);
	assert_true(slope * (rss.seconds[rss.n - 1] - rss.seconds[0]) < NOISE_KIB);
	load_settle(&load);
	load_judge(&load);
	load_close(&load);
	proc_end(&d, SIGTERM, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_its_memory_does_not_grow),
	};

	return LAB_MAIN(argc, argv, "soak", tests);
}
