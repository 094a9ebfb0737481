// SPDX-License-Identifier: GPL-2.0
/* What every kind of store does the same, and what is SQLite's alone. */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "etcd_lab.h"
#include "own_dir.h"
#include "store.h"
#include "store_bed.h"

#define URL "sqlite:test.db"

/* A kind of store, as the state of its tests */
struct kind {
	char url[600];
	char name[32];		/* in sentences */
	const char *where;	/* is the process that has it */
	void (*begin)(struct kind *kind);	/* without a store */
	void (*died)(struct kind *kind);	/* who had it */
};

static struct etcd_lab lab;
static char host[96];

static void no_file(struct kind *kind)
{
	unlink("test.db");
	unlink("test.db-wal");
	unlink("test.db-shm");
}

static void nothing(struct kind *kind)
{
}

static void other_prefix(struct kind *kind)
{
	static int n;

	snprintf(kind->name, sizeof(kind->name), "etcd:/t/%d", ++n);
	snprintf(kind->url, sizeof(kind->url), "etcd:%sprefix=%s", etcd_lab_url(&lab, -1, ""),
		 kind->name + strlen("etcd:"));
}

static void end_lease(struct kind *kind)
{
	etcd_lab_end_lease(&lab, kind->name + strlen("etcd:"));
}

static struct kind sqlite = { URL, "test.db", "", no_file, nothing };
static struct kind etcd = { "", "", host, other_prefix, end_lease };

static int no_store(void **state)
{
	struct kind *kind = *state;

	kind->begin(kind);
	return 0;
}

static void test_put_get_del(void **state)
{
	struct kind *kind = *state;
	struct store *store = must_open(kind->url);
	_cleanup_free_ uint8_t *value = NULL;
	struct err err;
	size_t len;

	put(store, "vm/1", "one");
	put(store, "vm/1", "uno");
	expect(store, "vm/1", "uno");
	expect(store, "vm/2", NULL);
	assert_int_equal(store_del(store, "vm/1", &err), 0);
	assert_int_equal(store_del(store, "vm/1", &err), 0);
	expect(store, "vm/1", NULL);

	assert_int_equal(store_put(store, "nothing", NULL, 0, &err), 0);
	assert_int_equal(store_get(store, "nothing", &value, &len, &err), 0);
	assert_int_equal(len, 0);
	assert_int_equal(store_put(store, "", "x", 1, &err), -EINVAL);

	assert_int_equal(store_put(store, "zeroes", "a\0b", 3, &err), 0);
	free(steal_ptr(value));
	assert_int_equal(store_get(store, "zeroes", &value, &len, &err), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(value, "a\0b", 3);
	store_close(store);
}

static void test_persists(void **state)
{
	struct kind *kind = *state;
	struct store *store = must_open(kind->url);
	uint8_t id[16], none[16] = { 0 };

	put(store, "key", "value");
	memcpy(id, store_id(store), sizeof(id));
	assert_memory_not_equal(id, none, sizeof(id));
	store_close(store);

	store = must_open(kind->url);
	expect(store, "key", "value");
	assert_memory_equal(id, store_id(store), sizeof(id));
	store_close(store);
}

static void test_nobody_else_may_read_it(void **state)
{
	struct store *store = must_open(URL);
	struct stat st;

	put(store, "key", "value");
	assert_int_equal(stat("test.db", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat("test.db-wal", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	store_close(store);
}

static int append_key(const char *key, const uint8_t *value, size_t len, void *arg)
{
	char *all = arg;

	assert_int_equal(len, 1);
	sprintf(all + strlen(all), "%s=%c ", key, *value);
	return 0;
}

static int stop_at_first(const char *key, const uint8_t *value, size_t len, void *arg)
{
	*(int *)arg += 1;
	return 42;
}

static void walk(struct store *store, const char *prefix, const char *expected)
{
	char all[256] = "";
	struct err err;

	assert_int_equal(store_walk(store, prefix, append_key, all, &err), 0);
	assert_string_equal(all, expected);
}

static void test_walk(void **state)
{
	struct kind *kind = *state;
	struct store *store = must_open(kind->url);
	struct err err;
	int calls = 0;

	walk(store, "", "");
	put(store, "vm/b", "2");
	put(store, "vm/a", "1");
	put(store, "vm", "0");
	put(store, "vm0", "x");
	put(store, "vn/a", "y");
	put(store, "a_b/1", "p");
	put(store, "axb/1", "q");
	put(store, "a%/1", "r");
	put(store, "VM/a", "s");

	walk(store, "vm/", "vm/a=1 vm/b=2 ");
	walk(store, "vm", "vm=0 vm/a=1 vm/b=2 vm0=x ");
	walk(store, "a_b/", "a_b/1=p ");
	walk(store, "a%", "a%/1=r ");
	walk(store, "vn/", "vn/a=y ");
	walk(store, "zz", "");
	walk(store, "", "VM/a=s a%/1=r a_b/1=p axb/1=q vm=0 vm/a=1 vm/b=2 vm0=x vn/a=y ");

	assert_int_equal(store_walk(store, "vm/", stop_at_first, &calls, &err), 42);
	assert_int_equal(calls, 1);
	store_close(store);
}

struct rewrite {
	struct store *store;
	int seen;
};

/* Deletes what it is shown, puts one key behind and one in front of it. */
static int rewrite_one(const char *key, const uint8_t *value, size_t len, void *arg)
{
	struct rewrite *rw = arg;
	struct err err;

	rw->seen++;
	assert_int_equal(store_del(rw->store, key, &err), 0);
	put(rw->store, "k/0", "front");
	if (strcmp(key, "k/9") != 0)
		put(rw->store, "k/9", "behind");
	return 0;
}

static void test_write_in_walk(void **state)
{
	struct kind *kind = *state;
	struct rewrite rw = { must_open(kind->url) };
	struct err err;

	put(rw.store, "k/1", "1");
	put(rw.store, "k/2", "2");
	assert_int_equal(store_walk(rw.store, "k/", rewrite_one, &rw, &err), 0);
	assert_int_equal(rw.seen, 3);
	expect(rw.store, "k/0", "front");
	expect(rw.store, "k/1", NULL);
	expect(rw.store, "k/9", NULL);
	store_close(rw.store);
}

static void test_transaction(void **state)
{
	struct kind *kind = *state;
	struct store *store = must_open(kind->url);
	struct err err;

	put(store, "a", "old");
	assert_int_equal(store_begin(store, &err), 0);
	assert_int_equal(store_begin(store, &err), -EALREADY);
	put(store, "a", "new");
	put(store, "b", "new");
	expect(store, "a", "new");
	store_rollback(store);
	expect(store, "a", "old");
	expect(store, "b", NULL);

	assert_int_equal(store_begin(store, &err), 0);
	put(store, "a", "new");
	assert_int_equal(store_commit(store, &err), 0);
	store_rollback(store);
	expect(store, "a", "new");
	assert_int_equal(store_commit(store, &err), -EINVAL);

	assert_int_equal(store_begin(store, &err), 0);
	put(store, "a", "lost");
	store_close(store);
	store = must_open(kind->url);
	expect(store, "a", "new");
	store_close(store);
}

static void test_failed_write(void **state)
{
	struct kind *kind = *state;
	struct store *store = must_open(kind->url);
	char text[96];
	struct err err;

	assert_int_equal(store_begin(store, &err), 0);
	put(store, "a", "1");
	/* Longer than any takes; they do not look at the bytes. */
	assert_int_equal(store_put(store, "b", "x", (size_t)3 << 30, &err), -EFBIG);
	assert_int_equal(store_put(store, "c", "1", 1, &err), -EFBIG);
	snprintf(text, sizeof(text), "the transaction failed before: store %s: b: ", kind->name);
	assert_non_null(strstr(err.text, text));
	assert_int_equal(store_commit(store, &err), -EFBIG);
	expect(store, "a", NULL);
	expect(store, "c", NULL);

	put(store, "a", "2");
	expect(store, "a", "2");
	store_close(store);
}

static void test_refused(void **state)
{
	sqlite3 *db;
	FILE *f;

	store_close(must_open(URL));
	refuse_open(URL, "other", "store test.db: belongs to test, not to other");
	refuse_open("test.db", OWNER,
		    "store \"test.db\": must be sqlite:PATH or etcd:http://HOST:PORT,...?prefix=/NAME");
	refuse_open("sqlite:no/such/dir", OWNER, "store no/such/dir: No such file or directory");
	refuse_open("sqlite:.", OWNER, "store .: Is a directory");

	assert_int_equal(sqlite3_open("test.db", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "UPDATE meta SET value = '9' WHERE name = 'format'",
				      NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	refuse_open(URL, OWNER, "store test.db: has format 9, this program knows 1");

	assert_int_equal(sqlite3_open("foreign.db", &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	refuse_open("sqlite:foreign.db", OWNER,
		    "store foreign.db: not a store of this system: no such table: meta");

	f = fopen("text.db", "w");
	assert_non_null(f);
	for (int i = 0; i < 1000; i++)
		fputs("this is no database\n", f);
	assert_int_equal(fclose(f), 0);
	refuse_open("sqlite:text.db", OWNER, "store text.db: open: file is not a database");
}

/*
 * A child commits pairs and says so by a byte each; it is killed after @commits of them, most
 * likely in the middle of the next.
 */
static void child_writes(const char *url, int fd)
{
	struct store *store = store_open(url, OWNER, NULL);
	char text[16];

	for (int i = 1;; i++) {
		snprintf(text, sizeof(text), "%d", i);
		if (store_begin(store, NULL) < 0 ||
		    store_put(store, "a", text, strlen(text), NULL) < 0 ||
		    store_put(store, "b", text, strlen(text), NULL) < 0 ||
		    store_commit(store, NULL) < 0 || write(fd, "", 1) != 1)
			_exit(1);
	}
}

static void kill_after(struct kind *kind, int commits)
{
	struct store *store;
	int fds[2], status;
	pid_t pid;
	char c;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child_writes(kind->url, fds[1]);
	close(fds[1]);
	for (int i = 0; i < commits; i++)
		assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(fds[0]);
	kind->died(kind);

	store = must_open(kind->url);
	assert_true(number_at(store, "a") >= commits);
	assert_int_equal(number_at(store, "a"), number_at(store, "b"));
	store_close(store);
}

static void test_killed(void **state)
{
	struct kind *kind = *state;

	for (int commits = 1; commits <= 20; commits++)
		kill_after(kind, commits);
}

/* Killed while a transaction is open, for certain. */
static void test_killed_inside(void **state)
{
	struct kind *kind = *state;
	int fds[2], status;
	struct store *store;
	pid_t pid;
	char c;

	store = must_open(kind->url);
	put(store, "a", "old");
	store_close(store);

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		store = store_open(kind->url, OWNER, NULL);
		store_begin(store, NULL);
		store_put(store, "a", "new", 3, NULL);
		if (write(fds[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(fds[0]);
	close(fds[1]);
	kind->died(kind);

	store = must_open(kind->url);
	expect(store, "a", "old");
	store_close(store);
}

/*
 * Fill the store until it refuses, in a child that has arranged for that. Its exit status is
 * the errno of the refusal, or 0 if anything was not as it should be.
 */
static int fill(struct store *store)
{
	char block[4096], key[16];
	uint8_t *value;
	int r = 0, n;
	size_t len;

	memset(block, 'x', sizeof(block));
	for (n = 0; r == 0 && n < 10000; n++) {
		snprintf(key, sizeof(key), "%d", n);
		if (store_begin(store, NULL) < 0)
			return 0;
		store_put(store, "last", key, strlen(key), NULL);
		store_put(store, key, block, sizeof(block), NULL);
		r = store_commit(store, NULL);
	}
	n--;

	/* The last one is not there, half of it neither, and reading goes on. */
	if (store_get(store, key, &value, &len, NULL) != -ENOENT ||
	    store_get(store, "last", &value, &len, NULL) < 0)
		return 0;
	memset(key, 0, sizeof(key));
	memcpy(key, value, len);
	free(value);
	return atoi(key) == n - 1 ? -r : 0;
}

static int in_child(int (*arrange)(void))
{
	struct store *store;
	int status;
	pid_t pid;

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (arrange() < 0)
			_exit(255);
		store = store_open(URL, OWNER, NULL);
		_exit(store ? fill(store) : 254);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A file system of 256 KiB; who is not root needs a user namespace for that. */
static int small_disk(void)
{
	if (unshare(CLONE_NEWNS | (geteuid() ? CLONE_NEWUSER : 0)) < 0)
		return -1;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", dir, "tmpfs", 0, "size=256k") < 0)
		return -1;
	return chdir(dir);
}

static void test_disk_full(void **state)
{
	assert_int_equal(in_child(small_disk), ENOSPC);
}

static int small_files(void)
{
	const struct rlimit limit = { 256 * 1024, 256 * 1024 };

	signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &limit);
}

static void test_write_error(void **state)
{
	struct store *store;

	assert_int_equal(in_child(small_files), EIO);

	/* What was committed before is there once it can be written again. */
	store = must_open(URL);
	put(store, "after", "1");
	assert_true(number_at(store, "last") > 10);
	store_close(store);
}

/* Of two processes with one store each would undo what the other one knows. */
static void test_only_one_has_it(void **state)
{
	struct kind *kind = *state;
	struct store *store = must_open(kind->url);
	char text[256];

	snprintf(text, sizeof(text), "store %s: is in use by test, process %d%s", kind->name,
		 getpid(), kind->where);
	refuse_open(kind->url, OWNER, text);
	put(store, "still", "mine");
	store_close(store);
	store_close(must_open(kind->url));
}

static int enter(void **state)
{
	strcpy(host, " on ");
	gethostname(host + strlen(host), sizeof(host) - strlen(host) - 1);
	if (enter_dir(state))
		return -1;
	etcd_lab_start(&lab, 1, 0);
	return 0;
}

static int leave(void **state)
{
	return etcd_lab_stop(&lab) || leave_dir(state) ? -1 : 0;
}

#define ON_SQLITE(f) { #f ", sqlite", f, no_store, NULL, &sqlite }
#define ON_ETCD(f) { #f ", etcd", f, no_store, NULL, &etcd }

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SQLITE(test_put_get_del),
		ON_ETCD(test_put_get_del),
		ON_SQLITE(test_persists),
		ON_ETCD(test_persists),
		ON_SQLITE(test_walk),
		ON_ETCD(test_walk),
		ON_SQLITE(test_write_in_walk),
		ON_ETCD(test_write_in_walk),
		ON_SQLITE(test_transaction),
		ON_ETCD(test_transaction),
		ON_SQLITE(test_failed_write),
		ON_ETCD(test_failed_write),
		ON_SQLITE(test_killed),
		ON_ETCD(test_killed),
		ON_SQLITE(test_killed_inside),
		ON_ETCD(test_killed_inside),
		ON_SQLITE(test_only_one_has_it),
		ON_ETCD(test_only_one_has_it),
		ON_SQLITE(test_nobody_else_may_read_it),
		ON_SQLITE(test_refused),
		ON_SQLITE(test_disk_full),
		ON_SQLITE(test_write_error),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
