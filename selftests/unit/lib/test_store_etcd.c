// SPDX-License-Identifier: GPL-2.0
/* A store in a real etcd cluster of three: pages, large transactions, compaction, a full quota. */
#include <errno.h>
#include <inttypes.h>
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

static const char *url_in(const struct etcd_lab *in, const char *params)
{
	static char text[600];

	snprintf(text, sizeof(text), "etcd:%s", etcd_lab_url(in, -1, params));
	return text;
}

static const char *url(const char *params)
{
	return url_in(&lab, params);
}

static int start(void **state)
{
	etcd_lab_start(&lab, 3, 0);
	return 0;
}

static int stop(void **state)
{
	return etcd_lab_stop(&lab);
}

static void begin(struct store *store)
{
	struct err err;

	if (store_begin(store, &err))
		fail_msg("%s", err.text);
}

static void commit(struct store *store)
{
	struct err err;

	if (store_commit(store, &err))
		fail_msg("%s", err.text);
}

static void put_many(struct store *store, int n, const char *text)
{
	char key[16];
	int i;

	begin(store);
	for (i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "n/%05d", i);
		put(store, key, text);
	}
	commit(store);
}

static int count_in_order(const char *key, const uint8_t *value, size_t len, void *arg)
{
	int *n = arg;

	assert_int_equal(atoi(key + 2), (*n)++);
	return 0;
}

static void has_many(struct store *store, int n)
{
	int seen = 0;

	assert_int_equal(store_walk(store, "n/", count_in_order, &seen, NULL), 0);
	assert_int_equal(seen, n);
}

static int64_t revision_of(json_t *answer)
{
	int64_t revision = 0;

	assert_non_null(answer);
	etcd_get_number(json_object_get(answer, "header"), "revision", &revision, NULL);
	json_decref(answer);
	return revision;
}

/* Somebody else of the cluster writes, and compacts up to that. */
static void compact_all(void)
{
	json_t *op = etcd_op_put("/other", "x", 1, 0), *body = json_object();
	int64_t now;

	now = revision_of(etcd_lab_ask(&lab, -1, "kv/put",
				       json_incref(json_object_get(op, "request_put")), NULL));
	json_decref(op);
	json_object_set_new(body, "revision", etcd_number(now));
	revision_of(etcd_lab_ask(&lab, -1, "kv/compaction", body, NULL));
}

static int compact_at;

static CURLcode compact_before(CURL *curl, int n)
{
	if (n == compact_at)
		compact_all();
	return etcd_real(curl);
}

/* None of the three members makes the page in time. */
static CURLcode no_page_in_time(CURL *curl, int n)
{
	if (n >= compact_at && n < compact_at + 3)
		return CURLE_OPERATION_TIMEDOUT;
	return etcd_real(curl);
}

/* Three pages at one revision, which is compacted before the second one is asked for. */
static void test_reading_all_survives_what_befalls_a_page(void **state)
{
	enum { KEYS = 100 };
	struct store *store = must_open(url("prefix=/t/pages"));
	int requests;

	put_many(store, KEYS, "x");
	put(store, "m", "in front");
	put(store, "o", "behind");
	store_close(store);

	etcd_intercept(NULL);
	store = must_open(url("prefix=/t/pages"));
	requests = etcd_requests;
	has_many(store, KEYS);
	expect(store, "m", "in front");
	expect(store, "o", "behind");
	store_close(store);

	compact_at = requests - 1;
	etcd_intercept(compact_before);
	store = must_open(url("prefix=/t/pages"));
	/* the page that was refused, and the one before once more */
	assert_int_equal(etcd_requests, requests + 2);
	has_many(store, KEYS);
	store_close(store);

	etcd_intercept(no_page_in_time);
	store = must_open(url("prefix=/t/pages"));
	/* a smaller one is asked for */
	assert_in_range(etcd_requests, requests + 3, requests + 6);
	has_many(store, KEYS);
	store_close(store);
	etcd_intercept(NULL);
}

static void test_what_etcd_takes_at_once_is_one_request(void **state)
{
	struct store *store = must_open(url("prefix=/t/ops"));
	struct err err;

	etcd_intercept(NULL);
	put_many(store, 127, "x");
	assert_int_equal(etcd_requests, 1);
	/* 128 and the counter are too many: a journal, two steps, and the journal's end */
	etcd_intercept(NULL);
	put_many(store, 128, "y");
	assert_int_equal(etcd_requests, 4);
	/* what is said twice is written once, what is taken back not at all */
	etcd_intercept(NULL);
	begin(store);
	for (int i = 0; i < 1000; i++)
		put(store, "same", i % 2 ? "odd" : "even");
	assert_int_equal(store_del(store, "never there", &err), 0);
	commit(store);
	assert_int_equal(etcd_requests, 1);
	store_close(store);

	store = must_open(url("prefix=/t/ops"));
	has_many(store, 128);
	expect(store, "n/00127", "y");
	expect(store, "same", "odd");
	store_close(store);
}

static int kill_at;

static CURLcode die_before(CURL *curl, int n)
{
	if (n == kill_at)
		raise(SIGKILL);
	return etcd_real(curl);
}

/* A child changes all and dies before its request number @n. True: there were not so many. */
static bool child_changes_all(int n, int keys, const char *text)
{
	struct store *store;
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		store = store_open(url("prefix=/t/whole"), OWNER, NULL);
		if (!store)
			_exit(1);
		kill_at = n;
		etcd_intercept(die_before);
		put_many(store, keys, text);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		assert_int_equal(WEXITSTATUS(status), 0);
	else
		assert_int_equal(WTERMSIG(status), SIGKILL);
	etcd_lab_end_lease(&lab, "/t/whole");
	return WIFEXITED(status);
}

struct same {
	uint8_t first;
	int n;
};

static int is_same(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct same *same = arg;

	if (!same->n++)
		same->first = *value;
	assert_int_equal(*value, same->first);
	return 0;
}

/* What it has under "n/": all of one letter */
static char letter_of_all(int keys)
{
	struct store *store = must_open(url("prefix=/t/whole"));
	struct same same = { };

	assert_int_equal(store_walk(store, "n/", is_same, &same, NULL), 0);
	assert_int_equal(same.n, keys);
	store_close(store);
	return same.first;
}

static void nothing_is_left_of_the_journal(void)
{
	json_t *answer = etcd_lab_ask(&lab, -1, "kv/range",
				      etcd_range("/t/whole/journal", "/t/whole/journal0", 0, 0),
				      NULL);

	assert_non_null(answer);
	assert_null(json_object_get(answer, "kvs"));
	json_decref(answer);
}

/*
 * 150 keys of 8 KiB: two pieces of journal, two steps, and the end of it. Before the second
 * request has been carried out nothing has changed, after it all has.
 */
static void test_a_large_transaction_is_whole_wherever_it_dies(void **state)
{
	enum { KEYS = 150, PIECES = 2, STEPS = 2 };
	char before[8192], after[8192];
	struct store *store = must_open(url("prefix=/t/whole"));
	int n, changed = 0;

	memset(before, 'a', sizeof(before));
	before[sizeof(before) - 1] = '\0';
	put_many(store, KEYS, before);
	store_close(store);
	for (n = 1;; n++) {
		memset(after, 'a' + n, sizeof(after));
		after[sizeof(after) - 1] = '\0';
		if (child_changes_all(n, KEYS, after))
			break;
		assert_int_equal(letter_of_all(KEYS), n <= PIECES ? 'a' : 'a' + n);
		changed += n > PIECES;
		nothing_is_left_of_the_journal();
	}
	assert_int_equal(letter_of_all(KEYS), 'a' + n);
	assert_int_equal(n, PIECES + STEPS + 1 + 1);
	assert_int_equal(changed, STEPS + 1);
}

static void test_sizes(void **state)
{
	enum { MIB = 1 << 20 };
	struct store *store = must_open(url("prefix=/t/sizes"));
	char *big = malloc(MIB + 2), key[1026];
	struct err err;

	memset(big, 'x', MIB + 1);
	big[MIB + 1] = '\0';
	memset(key, 'k', sizeof(key));
	key[1025] = '\0';
	assert_int_equal(store_put(store, "v", big, MIB + 1, &err), -EFBIG);
	assert_string_equal(err.text,
			    "store etcd:/t/sizes: v: a value of 1048577 bytes, more than 1048576");
	assert_int_equal(store_put(store, key, "x", 1, &err), -EFBIG);
	assert_non_null(strstr(err.text, "kkk...: a key of 1025 bytes, more than 1024"));
	expect(store, "v", NULL);

	big[MIB] = '\0';
	key[1024] = '\0';
	put(store, key, big);
	begin(store);
	put(store, "1", big);
	put(store, "2", big);
	put(store, "3", big);
	commit(store);
	store_close(store);
	store = must_open(url("prefix=/t/sizes"));
	expect(store, key, big);
	expect(store, "2", big);
	store_close(store);
	free(big);
}

static bool is_there_at(int64_t revision)
{
	struct err err = { "" };
	json_t *answer = etcd_lab_ask(&lab, -1, "kv/range", etcd_range("/x", NULL, 0, revision),
				      &err);

	if (!answer)
		assert_non_null(strstr(err.text, "required revision has been compacted"));
	json_decref(answer);
	return answer;
}

/* We keep the last ones, and do not compact for each single one. */
static void test_old_revisions_go(void **state)
{
	struct store *store = must_open(url("prefix=/t/keep&keep=100"));
	int64_t first, now;
	char text[16];
	int i;

	first = revision_of(etcd_lab_ask(&lab, -1, "kv/range", etcd_range("/x", NULL, 0, 0), NULL));
	for (i = 0; i < 150; i++) {
		snprintf(text, sizeof(text), "%d", i);
		put(store, "k", text);
	}
	assert_true(is_there_at(first));
	for (; i < 300; i++) {
		snprintf(text, sizeof(text), "%d", i);
		put(store, "k", text);
	}
	now = revision_of(etcd_lab_ask(&lab, -1, "kv/range", etcd_range("/x", NULL, 0, 0), NULL));
	assert_true(now >= first + 300);
	assert_false(is_there_at(first));
	assert_true(is_there_at(now - 100));
	expect(store, "k", "299");
	store_close(store);
}

static void put_in(const struct etcd_lab *in, const char *key, const char *text)
{
	json_t *op = etcd_op_put(key, text, strlen(text), 0);

	revision_of(etcd_lab_ask(in, -1, "kv/put", json_incref(json_object_get(op, "request_put")),
				 NULL));
	json_decref(op);
}

static void lab_put(const char *key, const char *text)
{
	put_in(&lab, key, text);
}

static void test_refused(void **state)
{
	struct err err;

	store_close(must_open(url("prefix=/t/refused")));
	refuse_open(url("prefix=/t/refused"), "other",
		    "store etcd:/t/refused: belongs to test, not to other");
	lab_put("/t/refused/meta/format", "9");
	refuse_open(url("prefix=/t/refused"), OWNER,
		    "store etcd:/t/refused: has format 9, this program knows 1");
	lab_put("/t/refused/meta/format", "1");
	lab_put("/t/refused/meta/id", "none");
	refuse_open(url("prefix=/t/refused"), OWNER, "store etcd:/t/refused: its id is damaged");
	lab_put("/t/foreign/thing", "x");
	refuse_open(url("prefix=/t/foreign"), OWNER,
		    "store etcd:/t/foreign: not a store of this system: it has /t/foreign/thing");
	lab_put("/t/torn/meta/program", OWNER);
	lab_put("/t/torn/meta/format", "1");
	lab_put("/t/torn/meta/id", "01234567-89ab-cdef-fedc-ba9876543210");
	lab_put("/t/torn/journal", "2 9");
	lab_put("/t/torn/journal/0", "x");
	refuse_open(url("prefix=/t/torn"), OWNER,
		    "store etcd:/t/torn: /t/torn/journal is damaged");
	refuse_open("etcd:http://127.0.0.1:1", OWNER, "etcd: prefix=/NAME is missing");
	assert_null(store_open("etcd:http://127.0.0.1:1?prefix=/x", OWNER, &err));
	assert_non_null(strstr(err.text, "store etcd:/x: http://127.0.0.1:1: Failed to connect"));
}

static void lost(const struct err *why, void *arg)
{
	fail_msg("%s", why->text);
}

struct go_on {
	struct gate_wait wait;
	struct loop *loop;
};

static void go_on(struct gate_wait *wait, const struct err *why)
{
	if (why)
		fail_msg("%s", why->text);
	loop_stop(((struct go_on *)wait)->loop);
}

/* The call asks nobody, what it wrote is read at once, and in etcd when the gate lets go. */
static void test_deferred(void **state)
{
	struct loop *loop = loop_new();
	struct store *store = must_open(url("prefix=/t/defer"));
	struct go_on g = { { go_on }, loop };
	struct etcd_kv kv;
	json_t *answer;
	int i;

	assert_int_equal(store_defer(store, loop, lost, NULL, NULL), 0);
	etcd_intercept(NULL);
	for (i = 0; i < 50; i++) {
		put(store, "k", i % 2 ? "odd" : "even");
		put_many(store, 20, "x");
	}
	put_many(store, 400, "y");
	expect(store, "k", "odd");
	has_many(store, 400);
	assert_int_equal(etcd_requests, 0);
	assert_int_equal(gate_wait(loop_gate(loop), &g.wait), 1);
	loop_run(loop);
	assert_int_equal(etcd_requests, 0);
	answer = etcd_lab_ask(&lab, -1, "kv/range", etcd_range("/t/defer/kv/k", NULL, 0, 0), NULL);
	assert_int_equal(etcd_first_kv(answer, &kv, NULL), 0);
	assert_string_equal((char *)kv.value.data, "odd");
	etcd_kv_uninit(&kv);
	json_decref(answer);

	put(store, "last", "of all");
	store_close(store);
	loop_free(loop);
	store = must_open(url("prefix=/t/defer"));
	has_many(store, 400);
	expect(store, "last", "of all");
	store_close(store);
}

/* Until it is refused, which has changed nothing. */
static int fill(struct store *store, const char *block, struct err *err)
{
	char key[16];
	int n, r = 0;

	for (n = 0; !r && n < 1000; n++) {
		snprintf(key, sizeof(key), "f/%d", n);
		r = store_put(store, key, block, strlen(block), err);
	}
	assert_int_equal(r, -ENOSPC);
	expect(store, key, NULL);
	return n - 1;
}

static bool can_put(struct store *store)
{
	return !store_put(store, "again", "1", 1, NULL);
}

static void operator_makes_space(struct etcd_lab *in)
{
	char compact[32];
	int64_t now;

	assert_int_equal(etcd_lab_ctl(in, "del --prefix /others/"), 0);
	now = revision_of(etcd_lab_ask(in, -1, "kv/range", etcd_range("/x", NULL, 0, 0), NULL));
	snprintf(compact, sizeof(compact), "compact --physical %" PRId64, now);
	assert_int_equal(etcd_lab_ctl(in, compact), 0);
	assert_int_equal(etcd_lab_ctl(in, "defrag"), 0);
	assert_int_equal(etcd_lab_ctl(in, "alarm disarm"), 0);
}

static void test_a_full_cluster(void **state)
{
	struct etcd_lab small;
	struct store *store;
	char block[32769], key[16];
	struct err err;
	int n, i;

	memset(block, 'x', 32768);
	block[32768] = '\0';
	etcd_lab_start(&small, 1, 2 << 20);
	for (i = 0; i < 30; i++) {
		snprintf(key, sizeof(key), "/others/%d", i);
		put_in(&small, key, block);
	}
	store = must_open(url_in(&small, "prefix=/t/full&lease=2"));
	n = fill(store, block, &err);
	assert_true(n > 10);
	assert_non_null(strstr(err.text, "store etcd:/t/full: http://127.0.0.1:"));
	assert_non_null(strstr(err.text, ": etcdserver: mvcc: database space exceeded"));

	/* reading goes on, writing is refused without a question, and nobody new can have it */
	expect(store, "f/0", block);
	etcd_intercept(NULL);
	assert_int_equal(store_del(store, "f/0", &err), -ENOSPC);
	assert_int_equal(etcd_requests, 0);
	expect(store, "f/0", block);
	assert_null(store_open(url_in(&small, "prefix=/t/new"), OWNER, &err));
	assert_non_null(strstr(err.text, "database space exceeded"));

	operator_makes_space(&small);
	ETCD_LAB_WAIT(can_put(store));
	store_close(store);
	store = must_open(url_in(&small, "prefix=/t/full"));
	expect(store, "again", "1");
	expect(store, "f/0", block);
	store_close(store);
	assert_int_equal(etcd_lab_stop(&small), 0);
}

static void contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

/* With certificates on both sides; without them nothing is said, and the sentence tells why. */
static void test_https(void **state)
{
	char params[512], ours[320], stranger[64];
	struct etcd_lab safe;
	struct store *store;
	struct err err;

	etcd_lab_start_tls(&safe, 1);
	snprintf(ours, sizeof(ours), "prefix=/t/tls%s", safe.tls);
	store = must_open(url_in(&safe, ours));
	put(store, "k", "1");
	store_close(store);
	store = must_open(url_in(&safe, ours));
	expect(store, "k", "1");
	store_close(store);

	/* not one of those that the machine trusts */
	assert_null(store_open(url_in(&safe, "prefix=/t/tls"), OWNER, &err));
	assert_non_null(strstr(err.text, "store etcd:/t/tls: https://127.0.0.1:"));
	contains(err.text, "SSL certificate problem");
	snprintf(params, sizeof(params), "prefix=/t/tls&ca=%s/tls.pem", safe.dir);
	assert_null(store_open(url_in(&safe, params), OWNER, &err));
	contains(err.text, "store etcd:/t/tls: https://127.0.0.1:");
	/* the right certificate at another name */
	snprintf(stranger, sizeof(stranger), "etcd:https://localhost:%u?", safe.members[0].port);
	snprintf(params, sizeof(params), "%s%s", stranger, ours);
	assert_null(store_open(params, OWNER, &err));
	contains(err.text, "SSL: no alternative certificate subject name matches");
	assert_int_equal(etcd_lab_stop(&safe), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading_all_survives_what_befalls_a_page),
		cmocka_unit_test(test_what_etcd_takes_at_once_is_one_request),
		cmocka_unit_test(test_a_large_transaction_is_whole_wherever_it_dies),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_old_revisions_go),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_deferred),
		cmocka_unit_test(test_a_full_cluster),
		cmocka_unit_test(test_https),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
