// SPDX-License-Identifier: GPL-2.0
/* What a store in etcd does when members, the network or its owner fail, in a real cluster. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "etcd_intercept.h"
#include "etcd_lab.h"
#include "gate.h"
#include "store_bed.h"

static struct etcd_lab lab;

static const char *url(const char *params)
{
	static char text[600];

	snprintf(text, sizeof(text), "etcd:%s", etcd_lab_url(&lab, -1, params));
	return text;
}

static int start(void **state)
{
	etcd_lab_start(&lab, ETCD_LAB_MEMBERS, 0);
	return 0;
}

static int stop(void **state)
{
	return etcd_lab_stop(&lab);
}

static void pause_all(void)
{
	for (int i = 0; i < lab.n; i++)
		etcd_lab_pause(&lab, i);
}

static void resume_all(void)
{
	for (int i = 0; i < lab.n; i++)
		etcd_lab_resume(&lab, i);
}

/* Each test finds a whole cluster. */
static int whole(void **state)
{
	etcd_intercept(NULL);
	resume_all();
	etcd_lab_wait_healthy(&lab);
	return 0;
}

static void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static struct store *opened;

static bool opens(const char *params)
{
	opened = store_open(url(params), OWNER, NULL);
	return opened;
}

static void test_the_leader_is_killed(void **state)
{
	struct store *store = must_open(url("prefix=/t/killed"));
	int leader = etcd_lab_leader(&lab), i;
	char text[8];

	assert_true(leader >= 0);
	put(store, "before", "1");
	etcd_lab_kill(&lab, leader);
	for (i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "%d", i);
		put(store, "after", text);
	}
	store_close(store);
	store = must_open(url("prefix=/t/killed"));
	expect(store, "before", "1");
	expect(store, "after", "19");
	etcd_lab_run(&lab, leader);
	etcd_lab_wait_healthy(&lab);
	put(store, "all there", "again");
	store_close(store);
}

static void test_the_leader_is_paused(void **state)
{
	struct store *store = must_open(url("prefix=/t/paused"));
	int leader = etcd_lab_leader(&lab);

	assert_true(leader >= 0);
	put(store, "k", "1");
	etcd_lab_pause(&lab, leader);
	put(store, "k", "2");
	/* it comes back with what it still had to do */
	etcd_lab_resume(&lab, leader);
	etcd_lab_wait_healthy(&lab);
	put(store, "l", "3");
	store_close(store);
	store = must_open(url("prefix=/t/paused"));
	expect(store, "k", "2");
	expect(store, "l", "3");
	store_close(store);
}

struct run {
	struct gate_wait wait;
	struct loop *loop;
	struct err why;		/* of what ended it */
	int ended;
};

static void go_on(struct gate_wait *wait, const struct err *why)
{
	struct run *run = (struct run *)wait;

	if (why)
		run->why = *why;
	loop_stop(run->loop);
}

static void ended(const struct err *why, void *arg)
{
	struct run *run = arg;

	run->why = *why;
	run->ended++;
	loop_stop(run->loop);
}

static struct store *deferring(struct run *run, const char *params)
{
	struct store *store = must_open(url(params));

	*run = (struct run){ .wait.done = go_on, .loop = loop_new() };
	assert_int_equal(store_defer(store, run->loop, ended, run, NULL), 0);
	return store;
}

static bool resumed;

static void time_to_resume(void *arg)
{
	resumed = true;
	resume_all();
}

/* Less than the lease: who waits for the gate waits, and nothing else is noticed. */
static void test_all_are_away_for_a_moment(void **state)
{
	struct loop_timer *timer;
	struct store *store;
	struct run run;

	store = deferring(&run, "prefix=/t/moment&lease=30");
	timer = loop_timer_new(run.loop, time_to_resume, NULL);
	pause_all();
	put(store, "k", "1");
	expect(store, "k", "1");
	assert_int_equal(gate_wait(loop_gate(run.loop), &run.wait), 1);
	resumed = false;
	loop_timer_set(timer, 700);
	loop_run(run.loop);
	assert_true(resumed);
	assert_string_equal(run.why.text, "");
	loop_timer_free(timer);
	store_close(store);
	loop_free(run.loop);
	store = must_open(url("prefix=/t/moment"));
	expect(store, "k", "1");
	store_close(store);
}

/* More than the lease, without deferral: the write fails, and reading goes on. */
static void test_all_are_away_for_long(void **state)
{
	struct store *store = must_open(url("prefix=/t/long&lease=3"));
	struct err err;
	int r;

	put(store, "k", "1");
	pause_all();
	r = store_put(store, "k", "2", 1, &err);
	assert_true(r == -EAGAIN || r == -ESTALE);
	contains(err.text, "store etcd:/t/long: ");
	expect(store, "k", "1");
	assert_int_equal(store_put(store, "k", "3", 1, &err), -ESTALE);
	resume_all();
	assert_int_equal(store_put(store, "k", "3", 1, &err), -ESTALE);
	expect(store, "k", "1");
	store_close(store);
	ETCD_LAB_WAIT(opens("prefix=/t/long"));
	/* the first one may have been on its way, the later ones never left */
	assert_in_range(number_at(opened, "k"), 1, 2);
	put(opened, "k", "4");
	store_close(opened);
}

/* Nothing to write, and yet it must end: somebody else may have the store by then. */
static void test_an_idle_owner_is_cut_off(void **state)
{
	struct store *store;
	struct run run;

	store = deferring(&run, "prefix=/t/idle&lease=3");
	pause_all();
	loop_run(run.loop);
	assert_int_equal(run.ended, 1);
	assert_string_equal(run.why.text,
			    "store etcd:/t/idle: no member has answered for 3 s, somebody else may have the store now");
	resume_all();
	store_close(store);
	loop_free(run.loop);
}

static void test_an_idle_owner_loses_its_lease(void **state)
{
	struct store *store;
	struct run run;
	struct err err;

	store = deferring(&run, "prefix=/t/ends&lease=3");
	etcd_lab_end_lease(&lab, "/t/ends");
	loop_run(run.loop);
	assert_int_equal(run.ended, 1);
	assert_string_equal(run.why.text, "store etcd:/t/ends: its lease has ended");
	assert_int_equal(store_put(store, "k", "1", 1, &err), -EIO);
	contains(err.text, "an earlier write failed: store etcd:/t/ends: its lease has ended");
	store_close(store);
	loop_free(run.loop);
}

static CURLcode stop_before_the_first(CURL *curl, int n)
{
	if (n == 1)
		raise(SIGSTOP);
	return etcd_real(curl);
}

/* What a child's write said, through a pipe */
struct told {
	int r;
	struct err err;
};

/* A child that has the store and is stopped: before it writes, or when the request is to leave. */
static pid_t stopped_owner(const char *params, bool in_request, int *from)
{
	struct told told = { };
	struct store *store;
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		store = store_open(url(params), OWNER, NULL);
		if (!store || store_put(store, "k", "1", 1, NULL))
			_exit(1);
		if (in_request)
			etcd_intercept(stop_before_the_first);
		else
			raise(SIGSTOP);
		told.r = store_put(store, "k", "child", 5, &told.err);
		_exit(write(fds[1], &told, sizeof(told)) != sizeof(told));
	}
	close(fds[1]);
	*from = fds[0];
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	return pid;
}

static void goes_on(pid_t pid, int from, struct told *told)
{
	int status;

	kill(pid, SIGCONT);
	assert_int_equal(read(from, told, sizeof(*told)), sizeof(*told));
	close(from);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

static void in_use_by(char *text, size_t size, const char *prefix, const char *how, pid_t pid)
{
	char host[65] = "";

	gethostname(host, sizeof(host) - 1);
	snprintf(text, size, "store etcd:%s: %s by test, process %d on %s", prefix, how, pid,
		 host);
}

static void test_who_was_paused_notices_by_his_clock(void **state)
{
	char text[256];
	struct told told;
	pid_t pid;
	int from;

	pid = stopped_owner("prefix=/t/clock&lease=3", false, &from);
	in_use_by(text, sizeof(text), "/t/clock", "is in use", pid);
	refuse_open(url("prefix=/t/clock"), OWNER, text);
	ETCD_LAB_WAIT(opens("prefix=/t/clock"));
	expect(opened, "k", "1");
	put(opened, "k", "parent");
	goes_on(pid, from, &told);
	assert_int_equal(told.r, -ESTALE);
	store_close(opened);
	opened = must_open(url("prefix=/t/clock"));
	expect(opened, "k", "parent");
	store_close(opened);
}

/* No look at a clock helps there: etcd refuses it. */
static void test_who_was_paused_in_a_write_is_refused(void **state)
{
	char text[256];
	struct told told;
	pid_t pid;
	int from;

	pid = stopped_owner("prefix=/t/fence", true, &from);
	etcd_lab_end_lease(&lab, "/t/fence");
	ETCD_LAB_WAIT(opens("prefix=/t/fence"));
	expect(opened, "k", "1");
	goes_on(pid, from, &told);
	assert_int_equal(told.r, -ESTALE);
	in_use_by(text, sizeof(text), "/t/fence",
		  "is not ours any more, since our lease ended it has been taken", getpid());
	assert_string_equal(told.err.text, text);
	store_close(opened);
	opened = must_open(url("prefix=/t/fence"));
	expect(opened, "k", "1");
	store_close(opened);
}

static int lose_at;

static CURLcode lose_answer(CURL *curl, int n)
{
	CURLcode code = etcd_real(curl);

	return n == lose_at ? CURLE_OPERATION_TIMEDOUT : code;
}

/* Whichever it is, of those that open a new store, and of a write */
static void test_an_answer_is_lost(void **state)
{
	char params[32], text[16];
	struct store *store;
	int n, requests;

	for (n = 1;; n++) {
		snprintf(params, sizeof(params), "prefix=/t/answer/%d", n);
		lose_at = n;
		etcd_intercept(lose_answer);
		store = must_open(url(params));
		requests = etcd_requests;
		store_close(store);
		if (requests < n)
			break;
	}
	assert_in_range(n, 8, 30);

	etcd_intercept(NULL);
	store = must_open(url("prefix=/t/answers"));
	for (n = 0; n < 6; n++) {
		lose_at = 1;
		etcd_intercept(n % 2 ? lose_answer : NULL);
		snprintf(text, sizeof(text), "%d", n);
		put(store, "k", text);
		assert_int_equal(etcd_requests, 1 + n % 2);
	}
	store_close(store);
	etcd_intercept(NULL);
	store = must_open(url("prefix=/t/answers"));
	expect(store, "k", "5");
	store_close(store);
}

static pid_t ghost;

/* The first one stays on its way: a process of its own sends it when it is continued. */
static CURLcode delay_the_first(CURL *curl, int n)
{
	int status;

	if (n != 1)
		return etcd_real(curl);
	ghost = fork();
	if (ghost == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		raise(SIGSTOP);
		curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
		_exit(etcd_real(curl) != CURLE_OK);
	}
	waitpid(ghost, &status, WUNTRACED);
	return CURLE_OPERATION_TIMEDOUT;
}

static void in_etcd(const char *key, const char *text)
{
	struct etcd_kv kv = { };
	json_t *answer = etcd_lab_ask(&lab, -1, "kv/range", etcd_range(key, NULL, 0, 0), NULL);

	assert_int_equal(etcd_first_kv(answer, &kv, NULL), 0);
	assert_string_equal((char *)kv.value.data, text);
	etcd_kv_uninit(&kv);
	json_decref(answer);
}

static void test_a_request_comes_after_its_successors(void **state)
{
	struct store *store = must_open(url("prefix=/t/ghost"));
	int status;

	etcd_intercept(delay_the_first);
	put(store, "k", "1");
	put(store, "k", "2");
	in_etcd("/t/ghost/kv/k", "2");
	kill(ghost, SIGCONT);
	assert_int_equal(waitpid(ghost, &status, 0), ghost);
	/* etcd has answered it */
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
	in_etcd("/t/ghost/kv/k", "2");
	put(store, "k", "3");
	in_etcd("/t/ghost/kv/k", "3");
	store_close(store);
}

/* What a member says that cannot answer now, or will not ever, as etcd 3.4 words it */
static const struct saying {
	const char *json;
	int r;			/* of the write; 0: another member is asked */
	const char *sentence;
} sayings[] = {
	{ "{\"error\":\"etcdserver: no leader\",\"code\":14}", 0, NULL },
	{ "{\"error\":\"etcdserver: request timed out\",\"code\":14}", 0, NULL },
	{ "{\"error\":\"etcdserver: too many requests\",\"code\":8}", 0, NULL },
	{ "{\"error\":{\"grpc_code\":14,\"message\":\"transport is closing\"}}", 0, NULL },
	{ "<html>502 Bad Gateway</html>", 0, NULL },
	{ "", 0, NULL },
	{ "{\"error\":\"etcdserver: request is too large\",\"code\":3}", -EFBIG,
	  ": etcdserver: request is too large" },
	{ "{\"error\":\"etcdserver: too many operations in txn request\",\"code\":3}", -EFBIG,
	  ": etcdserver: too many operations in txn request" },
	{ "{\"error\":\"etcdserver: permission denied\",\"code\":7}", -EACCES,
	  ": etcdserver: permission denied" },
};

static const struct saying *said;

static CURLcode say_first(CURL *curl, int n)
{
	return n == 1 ? etcd_answer(said->json) : etcd_real(curl);
}

static void test_what_a_member_says(void **state)
{
	struct store *store = must_open(url("prefix=/t/says"));
	struct err err = { "" };
	char text[8];
	size_t i;

	for (i = 0; i < sizeof(sayings) / sizeof(sayings[0]); i++) {
		said = &sayings[i];
		snprintf(text, sizeof(text), "%zu", i);
		put(store, "k", "before");
		etcd_intercept(say_first);
		assert_int_equal(store_put(store, "k", text, strlen(text), &err), said->r);
		assert_int_equal(etcd_requests, said->r ? 1 : 2);
		expect(store, "k", said->r ? "before" : text);
		in_etcd("/t/says/kv/k", said->r ? "before" : text);
		if (!said->r)
			continue;
		contains(err.text, "store etcd:/t/says: http://127.0.0.1:");
		contains(err.text, said->sentence);
	}
	put(store, "k", "after");
	store_close(store);
}

static CURLcode refuse_what_was_done(CURL *curl, int n)
{
	if (n > 1)
		return etcd_real(curl);
	return etcd_answer_wrong(curl, "{\"error\":\"etcdserver: mvcc: database space exceeded\",\"code\":8}");
}

/* etcd does that with the request that takes it above its quota. */
static void test_a_refused_write_was_carried_out(void **state)
{
	struct store *store = must_open(url("prefix=/t/over&lease=3"));

	etcd_intercept(refuse_what_was_done);
	put(store, "k", "1");
	in_etcd("/t/over/kv/k", "1");
	/* once the cluster has been seen without an alarm */
	ETCD_LAB_WAIT(!store_put(store, "l", "2", 1, NULL));
	in_etcd("/t/over/kv/l", "2");
	store_close(store);
}

static void stop_loop(void *arg)
{
	loop_stop(arg);
}

/* A standby reads what the one who was killed has acknowledged, and can be told to end. */
static void test_who_stands_by_takes_over(void **state)
{
	struct loop *loop = loop_new();
	struct loop_timer *timer = loop_timer_new(loop, stop_loop, loop);
	struct store *store;
	struct err err;
	pid_t pid;
	int from;

	pid = stopped_owner("prefix=/t/standby", false, &from);
	loop_timer_set(timer, 100);
	assert_null(store_await(url("prefix=/t/standby"), OWNER, loop, &err));
	assert_string_equal(err.text, "");
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(from);
	etcd_lab_end_lease(&lab, "/t/standby");
	store = store_await(url("prefix=/t/standby"), OWNER, loop, &err);
	assert_non_null(store);
	expect(store, "k", "1");
	put(store, "k", "2");
	/* what cannot become true is not waited for */
	assert_null(store_await(url("prefix=/t/standby"), "other", loop, &err));
	contains(err.text, "belongs to test, not to other");
	store_close(store);
	loop_timer_free(timer);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_the_leader_is_killed, whole),
		cmocka_unit_test_setup(test_the_leader_is_paused, whole),
		cmocka_unit_test_setup(test_all_are_away_for_a_moment, whole),
		cmocka_unit_test_setup(test_all_are_away_for_long, whole),
		cmocka_unit_test_setup(test_an_idle_owner_is_cut_off, whole),
		cmocka_unit_test_setup(test_an_idle_owner_loses_its_lease, whole),
		cmocka_unit_test_setup(test_who_was_paused_notices_by_his_clock, whole),
		cmocka_unit_test_setup(test_who_was_paused_in_a_write_is_refused, whole),
		cmocka_unit_test_setup(test_an_answer_is_lost, whole),
		cmocka_unit_test_setup(test_a_request_comes_after_its_successors, whole),
		cmocka_unit_test_setup(test_what_a_member_says, whole),
		cmocka_unit_test_setup(test_a_refused_write_was_carried_out, whole),
		cmocka_unit_test_setup(test_who_stands_by_takes_over, whole),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
