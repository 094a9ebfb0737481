// SPDX-License-Identifier: GPL-2.0
/*
 * More than a director can do: all sessions come back at once, many do not read, one tenant claims
 * without end. It keeps its memory within what is bounded for each session, and serves the others.
 */
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "lab.c"
#include "lab_rss.h"

#define AS_LOUD		"--as-loud"
#define CROWD		160
#define USUAL		16	/* sessions, a tenth of the crowd */
#define ADDRS		2000
#define SLOW		12
#define FULL_KIB	4096	/* of a channel's backlog (ndirectord/tell.c) */
#define SLACK_KIB	(24 << 10)
#define ASKS		200
#define MAPS		2000	/* in one message of who is loud */

static struct proc d;
static struct peer center, host1, crowd[CROWD];
static uint64_t epochs[ADDRS];

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* A tenant that does what tenants do: how long its changes take, ms, in the worst of a hundred */
static double p99(void)
{
	static double took[ASKS];
	static uint32_t n;
	int i;

	for (i = 0; i < ASKS; i++) {
		/* each is a change: the same again would not have to be written */
		struct place p = { .vn = 1, .vm = 1, .addr = 500000 + n % 50,
				   .nve = n / 50 % 2 ? "dc1/host1" : "dc1/host9" };
		double begun = now_ms();

		n++;
		assert_int_equal(say_place(&center, &p), CODE(OK));
		took[i] = center.answered_ms - begun;
	}
	qsort(took, ASKS, sizeof(took[0]), compare);
	return took[ASKS * 99 / 100 - 1];
}

static void begin(void **state)
{
	/* who does not read does not read keepalives either */
	chan_timers.silence = 3600000;
	proc_init(&d, *state, 1);
	proc_start(&d);
	peer_open(&center, &d, "dc1", "vcenter", "vc", true);
	peer_open(&host1, &d, "dc1", "nve", "host1", true);
	assert_int_equal(say_vn_set(&center, 1, 100, "blue"), CODE(OK));
	assert_int_equal(say_register(&host1, 1), CODE(OK));
	assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
	say_place_many(&center, 1, 0, ADDRS, "dc1/host1", epochs);
	assert_int_equal(say_advertise_many(&host1, 1, 0, ADDRS, 1, epochs), CODE(OK));
}

static void open_crowd(unsigned int from, unsigned int to)
{
	char name[32];
	unsigned int i;

	for (i = from; i < to; i++) {
		snprintf(name, sizeof(name), "crowd%u", i);
		peer_open(&crowd[i], &d, "dc1", "nve", name, false);
	}
	for (i = from; i < to; i++)
		LAB_WAIT(d.lab, crowd[i].up);
}

/* Each registers, joins, and is told all. */
static void all_join(unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		crowd[i].ends = 0;
		assert_int_equal(say_register(&crowd[i], 10 + i), CODE(OK));
		assert_int_equal(say_join(&crowd[i], 1, NULL, 0), CODE(OK));
	}
	for (i = 0; i < n; i++)
		LAB_WAIT(d.lab, crowd[i].ends == 1 && HASH_COUNT(crowd[i].maps) == ADDRS);
}

static void test_all_come_back_at_once(void **state)
{
	unsigned long before, usual;
	unsigned int round, i, ups;
	double quiet;

	begin(state);
	usual = rss_of(&d);
	open_crowd(0, USUAL);
	all_join(USUAL);
	quiet = p99();
	usual = rss_of(&d) - usual;
	open_crowd(USUAL, CROWD);
	all_join(CROWD);
	before = rss_of(&d);
	for (round = 0; round < 3; round++) {
		ups = crowd[0].ups;
		for (i = 0; i < CROWD; i++)
			chan_drop(crowd[i].chan, "as the test wishes");
		/* while they come back */
		p99();
		for (i = 0; i < CROWD; i++)
			LAB_WAIT(d.lab, crowd[i].up && crowd[i].ups > ups);
		all_join(CROWD);
	}
	print_message("%u sessions, three times back: %lu KiB, then %lu KiB; p99 %.1f ms with %u of them\n",
		      CROWD, before, rss_of(&d), quiet, USUAL);
	assert_true(rss_of(&d) < before + SLACK_KIB);
}

static void test_many_do_not_read(void **state)
{
	unsigned long before, most = 0;
	unsigned int round, i;

	begin(state);
	open_crowd(0, SLOW + 1);
	all_join(SLOW + 1);
	before = rss_of(&d);
	for (i = 1; i <= SLOW; i++)
		bufferevent_disable(crowd[i].chan->bev, EV_READ);
	for (round = 0; round < 60; round++) {
		/* all goes and comes back: each is a change */
		assert_int_equal(say_leave(&host1, 1), CODE(OK));
		assert_int_equal(say_join(&host1, 1, NULL, 0), CODE(OK));
		assert_int_equal(say_advertise_many(&host1, 1, 0, ADDRS, 1, epochs), CODE(OK));
		LAB_WAIT(d.lab, HASH_COUNT(crowd[0].maps) == ADDRS);
		if (rss_of(&d) > most)
			most = rss_of(&d);
	}
	print_message("%u do not read %u changes: %lu KiB, %lu KiB at most\n", SLOW, 120 * ADDRS,
		      before, most);
	assert_true(most < before + SLOW * FULL_KIB + SLACK_KIB);
	for (i = 1; i <= SLOW; i++)
		bufferevent_enable(crowd[i].chan->bev, EV_READ);
	for (i = 1; i <= SLOW; i++)
		LAB_WAIT(d.lab, crowd[i].revision == crowd[0].revision &&
			 HASH_COUNT(crowd[i].maps) == ADDRS);
}

/* --- one that claims without end, in a process of its own */

static void launch_loud(pid_t *pid)
{
	char port[16];

	issue(d.lab, "dc1", "nve", "loud");
	snprintf(port, sizeof(port), "%u", d.port);
	*pid = fork();
	assert_true(*pid >= 0);
	if (*pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execl("/proc/self/exe", "loud", AS_LOUD, d.lab->dir, port, NULL);
	_exit(127);
}

/* In its own open VN 2: each address has another IP address each time. */
static int be_loud(const char *dir, const char *port)
{
	static uint64_t none[MAPS];
	struct lab lab = { };
	struct proc at = { .lab = &lab, .port = atoi(port) };
	static struct peer loud;
	unsigned int turn;

	snprintf(lab.dir, sizeof(lab.dir), "%s", dir);
	lab.loop = loop_new();
	lab.tick = loop_timer_new(lab.loop, tick, lab.loop);
	peer_open(&loud, &at, "dc1", "nve", "loud", true);
	say_register(&loud, 250);
	say_join(&loud, 2, NULL, 0);
	for (turn = 0;; turn++)
		if (say_advertise_many(&loud, 2, 0, MAPS, 1 + turn % 200, none) != CODE(OK))
			return 1;
}

/* The value of one of its metrics */
static double series(const char *name)
{
	double value;
	char *text, *at;

	proc_metrics(&d, "");
	text = textfile_read(lab_path(d.lab, "metrics"), 1 << 24, NULL);
	assert_non_null(text);
	at = strstr(text, name);
	assert_non_null(at);
	value = strtod(at + strlen(name), NULL);
	free(text);
	return value;
}

/* What the disk takes for what is written in a turn, ms, on average since the last call */
static double sync_ms(void)
{
	static double last_sum, last_n;
	double sum = series("nvo3_store_commit_seconds_sum "), each;
	double n = series("nvo3_store_commit_seconds_count ");

	each = 1000 * (sum - last_sum) / (n - last_n);
	last_sum = sum;
	last_n = n;
	return each;
}

static void test_one_claims_without_end(void **state)
{
	double quiet, loud, begun, quiet_sync, taken;
	unsigned long before;
	pid_t pid;

	begin(state);
	center.claims = NVO3__CLAIMS__CLAIMS_OPEN;
	assert_int_equal(say_vn_set(&center, 2, 200, "red"), CODE(OK));
	p99();
	sync_ms();
	quiet = p99();
	quiet_sync = sync_ms();
	launch_loud(&pid);
	LAB_WAIT(d.lab, proc_count(&d, "/mappings", "vn", "red") == MAPS);
	p99();
	before = rss_of(&d);
	begun = now_ms();
	sync_ms();
	taken = series("nvo3_claims_total{result=\"taken\"}");
	loud = p99();
	taken = series("nvo3_claims_total{result=\"taken\"}") - taken;
	taken = taken * 1000 / (now_ms() - begun);
	print_message("p99 %.2f ms, beside %.0f changes a second %.2f ms: %.1f times; a sync %.2f ms, then %.2f ms; %lu KiB, then %lu KiB\n",
		      quiet, taken, loud, loud / quiet, quiet_sync, sync_ms(), before, rss_of(&d));
	assert_true(rss_of(&d) < before + SLACK_KIB);
	assert_true(loud < 1000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LAB_TEST(test_all_come_back_at_once),
		LAB_TEST(test_many_do_not_read),
		LAB_TEST(test_one_claims_without_end),
	};

	if (argc > 3 && !strcmp(argv[1], AS_LOUD))
		return be_loud(argv[2], argv[3]);
	return LAB_MAIN(argc, argv, "overload", tests);
}
