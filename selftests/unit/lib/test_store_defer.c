// SPDX-License-Identifier: GPL-2.0
/* A store whose sync is a worker's: who waits for the disk, and what a failing disk does. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gate.h"
#include "store.h"
#include "own_dir.h"

/*
 * Instead of the C library's, for SQLite too: who waits for the disk, and a disk that fails, or is
 * full. Waiting for a new log's header (and its folder) is what the loop may do.
 */
static atomic_int syncs_here, syncs_there;
static atomic_bool sync_fails, is_full;
static pthread_t here;

static int count_sync(int fd)
{
	if (pthread_equal(pthread_self(), here))
		syncs_here++;
	else
		syncs_there++;
	if (!sync_fails)
		return 0;
	errno = EIO;
	return -1;
}

int fdatasync(int fd)
{
	return count_sync(fd);
}

int fsync(int fd)
{
	return count_sync(fd);
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off64_t at)
{
	if (!is_full)
		return syscall(SYS_pwrite64, fd, buf, len, at);
	errno = ENOSPC;
	return -1;
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t at)
{
	return pwrite64(fd, buf, len, at);
}

#define URL "sqlite:test.db"
#define OWNER "test"

static void put(struct store *store, const char *key, const char *text)
{
	struct err err;

	if (store_put(store, key, text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
}

/* @text NULL: it is not there */
static void expect(struct store *store, const char *key, const char *text)
{
	uint8_t *value;
	size_t len;

	if (store_get(store, key, &value, &len, NULL)) {
		assert_null(text);
		return;
	}
	assert_int_equal(len, strlen(text));
	assert_memory_equal(value, text, len);
	free(value);
}

static int n_lost;
static char lost_why[256];

static void lost(const struct err *why, void *arg)
{
	n_lost++;
	snprintf(lost_why, sizeof(lost_why), "%s", why->text);
	loop_stop(arg);
}

struct go_on {
	struct gate_wait wait;
	struct loop *loop;
	struct err why;
};

static void go_on(struct gate_wait *wait, const struct err *why)
{
	struct go_on *g = (struct go_on *)wait;

	if (why)
		g->why = *why;
	loop_stop(g->loop);
}

static struct store *deferring(struct loop *loop)
{
	struct store *store = store_open(URL, OWNER, NULL);

	assert_non_null(store);
	here = pthread_self();
	n_lost = 0;
	assert_int_equal(store_defer(store, loop, lost, loop, NULL), 0);
	put(store, "first", "has the header of the log synced");
	syncs_here = 0;
	syncs_there = 0;
	return store;
}

static void test_the_disk_is_a_workers(void **state)
{
	struct loop *loop = loop_new();
	struct store *store = deferring(loop);
	char value[4000] = "x";
	struct go_on g = { { go_on }, loop };

	for (int i = 0; i < 200; i++) {
		snprintf(value, 9, "%d", i);
		put(store, value, "small");
	}
	expect(store, "199", "small");
	assert_int_equal(syncs_there, 0);
	assert_int_equal(gate_wait(loop_gate(loop), &g.wait), 1);
	loop_run(loop);
	assert_string_equal(g.why.text, "");
	assert_int_equal(syncs_here, 0);
	assert_int_equal(syncs_there, 1);
	/* the log gets long, and is copied by the worker as well */
	for (int turn = 0; turn < 20; turn++) {
		for (int i = 0; i < 100; i++) {
			snprintf(value, 9, "%d", i);
			assert_int_equal(store_put(store, value, value, sizeof(value), NULL), 0);
		}
		assert_int_equal(gate_wait(loop_gate(loop), &g.wait), 1);
		loop_run(loop);
	}
	assert_true(syncs_there > 21);
	/* of some thousand writes: the header of a log that begins anew */
	assert_true(syncs_here <= 3);
	store_close(store);
	loop_free(loop);
	store = store_open(URL, OWNER, NULL);
	expect(store, "first", "has the header of the log synced");
	store_close(store);
}

static void test_a_sync_fails(void **state)
{
	struct loop *loop = loop_new();
	struct store *store = deferring(loop);
	struct go_on g = { { go_on }, loop };
	struct err err;

	sync_fails = true;
	put(store, "a", "1");
	assert_int_equal(gate_wait(loop_gate(loop), &g.wait), 1);
	loop_run(loop);
	sync_fails = false;
	assert_string_equal(g.why.text, "store test.db: sync: Input/output error");
	assert_int_equal(store_put(store, "b", "1", 1, &err), -EIO);
	assert_string_equal(err.text,
			    "an earlier write failed: store test.db: sync: Input/output error");
	expect(store, "b", NULL);
	loop_run(loop);
	assert_int_equal(n_lost, 1);
	assert_string_equal(lost_why, "store test.db: sync: Input/output error");
	store_close(store);
	loop_free(loop);
}

/* Keys that anybody else would find, were this process killed now */
static int n_committed(void)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int n;

	assert_int_equal(sqlite3_open("test.db", &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT COUNT(*) FROM kv", -1, &stmt, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return n;
}

static void wait_for_disk(struct loop *loop, struct err *why)
{
	struct go_on g = { { go_on }, loop };

	assert_int_equal(gate_wait(loop_gate(loop), &g.wait), 1);
	loop_run(loop);
	*why = g.why;
}

static void test_a_turn_is_one_transaction(void **state)
{
	struct loop *loop = loop_new();
	struct store *store = deferring(loop);
	int before = n_committed();
	struct err why;

	store_gather(store, loop);
	put(store, "g1", "one");
	put(store, "g2", "two");
	assert_int_equal(store_del(store, "g1", NULL), 0);
	expect(store, "g1", NULL);
	expect(store, "g2", "two");
	assert_int_equal(n_committed(), before);
	wait_for_disk(loop, &why);
	assert_string_equal(why.text, "");
	assert_int_equal(n_committed(), before + 1);
	/* What is undone is not what came before it, nor after it */
	put(store, "g3", "three");
	assert_int_equal(store_begin(store, NULL), 0);
	assert_int_equal(n_committed(), before + 2);
	put(store, "g4", "four");
	store_rollback(store);
	put(store, "g5", "five");
	wait_for_disk(loop, &why);
	assert_int_equal(n_committed(), before + 3);
	put(store, "g6", "six");
	store_close(store);
	loop_free(loop);
	store = store_open(URL, OWNER, NULL);
	expect(store, "g4", NULL);
	expect(store, "g6", "six");
	store_close(store);
}

static void test_a_turn_cannot_be_written(void **state)
{
	struct loop *loop = loop_new();
	struct store *store = deferring(loop);
	struct err err, why;

	store_gather(store, loop);
	put(store, "kept", "1");
	wait_for_disk(loop, &why);
	put(store, "f1", "1");
	put(store, "f2", "2");
	is_full = true;
	wait_for_disk(loop, &why);
	is_full = false;
	assert_non_null(strstr(why.text, "store test.db: commit: "));
	assert_int_equal(store_put(store, "f3", "1", 1, &err), -EIO);
	loop_run(loop);
	assert_int_equal(n_lost, 1);
	store_close(store);
	loop_free(loop);
	store = store_open(URL, OWNER, NULL);
	expect(store, "kept", "1");
	expect(store, "f1", NULL);
	expect(store, "f2", NULL);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_disk_is_a_workers),
		cmocka_unit_test(test_a_sync_fails),
		cmocka_unit_test(test_a_turn_is_one_transaction),
		cmocka_unit_test(test_a_turn_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, enter_dir, leave_dir);
}
