// SPDX-License-Identifier: GPL-2.0
/*
 * The only file that knows SQLite. WAL with synchronous=FULL: a commit has reached the disk
 * when it returns, and a crash in the middle leaves the state before it.
 *
 * After defer(): synchronous=NORMAL. A commit is then in the log, that is, in the kernel; what
 * a crash of the machine leaves is a beginning of the log, found by its checksums. sync() writes
 * the log out through a descriptor of its own, and tidy() copies it into the database through
 * a connection of its own, which syncs whatever has to be synced before.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/statvfs.h>

#include "cleanup.h"
#include "crashpoint.h"
#include "log.h"
#include "store_backend.h"

#define BUSY_MS		5000
#define LOG_PAGES	4000	/* from here on it is copied into the database */

enum statement {
	STMT_PUT,
	STMT_DEL,
	STMT_GET,
	STMT_FROM,
	STMT_BEYOND,
	N_STMT,
};

static const char *const sql[N_STMT] = {
	[STMT_PUT] = "INSERT OR REPLACE INTO kv (key, value) VALUES (?1, ?2)",
	[STMT_DEL] = "DELETE FROM kv WHERE key = ?1",
	[STMT_GET] = "SELECT key, value FROM kv WHERE key = ?1",
	[STMT_FROM] = "SELECT key, value FROM kv WHERE key >= ?1 ORDER BY key LIMIT 1",
	[STMT_BEYOND] = "SELECT key, value FROM kv WHERE key > ?1 ORDER BY key LIMIT 1",
};

struct sqlite_store {
	struct sqlite3 *db;
	struct sqlite3_stmt *stmt[N_STMT];
	char *path;
	int lock;
	int log;			/* the worker's, as is the next one */
	struct sqlite3 *copier;
	atomic_int log_pages;
};

static int code_to_errno(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_CANTOPEN:
		return -ENOENT;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_TOOBIG:
		return -EFBIG;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EBADMSG;
	default:
		return -EIO;
	}
}

static int fail(const struct sqlite_store *s, struct err *err, const char *doing)
{
	int code = sqlite3_extended_errcode(s->db);

	if ((code & 0xff) == SQLITE_NOMEM)
		abort();
	return err_set(err, code_to_errno(code), "store %s: %s: %s", s->path, doing,
		       sqlite3_errmsg(s->db));
}

static int exec(struct sqlite_store *s, const char *statement, const char *doing, struct err *err)
{
	if (sqlite3_exec(s->db, statement, NULL, NULL, NULL) != SQLITE_OK)
		return fail(s, err, doing);
	return 0;
}

/* Ready to be used again, with nothing of the caller's referred to. */
static void reset(sqlite3_stmt **stmt)
{
	if (!*stmt)
		return;
	sqlite3_reset(*stmt);
	sqlite3_clear_bindings(*stmt);
}

#define _cleanup_reset_ _cleanup_(reset)

static int do_put(void *priv, const char *key, const void *value, size_t len, struct err *err)
{
	struct sqlite_store *s = priv;
	_cleanup_reset_ sqlite3_stmt *stmt = s->stmt[STMT_PUT];

	sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
	/* A null pointer would bind NULL, which is no value of zero bytes. */
	if (sqlite3_bind_blob64(stmt, 2, value ?: "", len, SQLITE_STATIC) != SQLITE_OK ||
	    sqlite3_step(stmt) != SQLITE_DONE)
		return fail(s, err, key);
	return 0;
}

static int do_del(void *priv, const char *key, struct err *err)
{
	struct sqlite_store *s = priv;
	_cleanup_reset_ sqlite3_stmt *stmt = s->stmt[STMT_DEL];

	sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		return fail(s, err, key);
	return 0;
}

/* One row or -ENOENT; outputs are copies, as a row lives only until its statement is reset. */
static int fetch(struct sqlite_store *s, enum statement which, const char *key, char **ret_key,
		 uint8_t **value, size_t *len, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *stmt = s->stmt[which];
	const void *data;
	size_t size;

	sqlite3_bind_text(stmt, 1, key, -1, SQLITE_STATIC);
	switch (sqlite3_step(stmt)) {
	case SQLITE_DONE:
		return err_set(err, ENOENT, "store %s: %s is not there", s->path, key);
	case SQLITE_ROW:
		break;
	default:
		return fail(s, err, key);
	}

	data = sqlite3_column_blob(stmt, 1);
	size = sqlite3_column_bytes(stmt, 1);
	*value = malloc(size + 1);
	if (!*value)
		abort();
	if (size)
		memcpy(*value, data, size);
	*len = size;

	if (ret_key) {
		*ret_key = strdup((const char *)sqlite3_column_text(stmt, 0));
		if (!*ret_key)
			abort();
	}
	return 0;
}

static int do_get(void *priv, const char *key, uint8_t **value, size_t *len, struct err *err)
{
	return fetch(priv, STMT_GET, key, NULL, value, len, err);
}

static int do_next(void *priv, const char *from, int beyond, char **key, uint8_t **value,
		   size_t *len, struct err *err)
{
	return fetch(priv, beyond ? STMT_BEYOND : STMT_FROM, from, key, value, len, err);
}

/* IMMEDIATE: a lock held by another process is found here and not at the commit. */
static int do_begin(void *priv, struct err *err)
{
	return exec(priv, "BEGIN IMMEDIATE", "begin", err);
}

static void do_rollback(void *priv)
{
	struct sqlite_store *s = priv;

	/* After some errors SQLite has done so itself, and would complain. */
	if (!sqlite3_get_autocommit(s->db))
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

static bool do_goes_on(void *priv)
{
	struct sqlite_store *s = priv;

	return !sqlite3_get_autocommit(s->db);
}

static int do_commit(void *priv, struct err *err)
{
	int r = exec(priv, "COMMIT", "commit", err);

	if (r < 0)
		do_rollback(priv);
	return r;
}

static void do_close(void *priv)
{
	struct sqlite_store *s = priv;

	for (int i = 0; i < N_STMT; i++)
		sqlite3_finalize(s->stmt[i]);
	sqlite3_close(s->copier);
	sqlite3_close(s->db);
	if (s->log >= 0)
		close(s->log);
	/* last: who gets the lock finds all of it */
	if (s->lock >= 0)
		close(s->lock);
	free(s->path);
	free(s);
}

static int meta_get(struct sqlite_store *s, const char *name, char *ret, int size,
		    struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int n = -1;

	if (sqlite3_prepare_v2(s->db, "SELECT value FROM meta WHERE name = ?1", -1, &stmt,
			       NULL) != SQLITE_OK)
		return fail(s, err, "not a store of this system");
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		n = sqlite3_column_bytes(stmt, 0);
		if (n < size)
			memcpy(ret, sqlite3_column_blob(stmt, 0), n);
	}
	sqlite3_finalize(stmt);
	if (n < 1 || n >= size)
		return err_set(err, EBADMSG, "store %s: its %s is damaged", s->path, name);
	ret[n] = '\0';
	return n;
}

static int meta_put(struct sqlite_store *s, const char *name, const void *value, int len,
		    struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(s->db, "INSERT INTO meta (name, value) VALUES (?1, ?2)", -1, &stmt,
			       NULL) != SQLITE_OK)
		return fail(s, err, "create");
	sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_blob(stmt, 2, value, len, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_DONE)
		r = fail(s, err, "create");
	sqlite3_finalize(stmt);
	return r;
}

static int fill_new(struct sqlite_store *s, const char *owner, struct err *err)
{
	uint8_t id[STORE_ID_LEN];
	char format[16];
	int r;

	if (getrandom(id, sizeof(id), 0) != sizeof(id))
		return err_sys(err, errno, "store %s: getrandom", s->path);
	snprintf(format, sizeof(format), "%d", STORE_FORMAT);

	r = exec(s,
		 "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
		 "CREATE TABLE kv (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID",
		 "create", err);
	if (r == 0)
		r = meta_put(s, "owner", owner, strlen(owner), err);
	if (r == 0)
		r = meta_put(s, "format", format, strlen(format), err);
	if (r == 0)
		r = meta_put(s, "id", id, sizeof(id), err);
	return r;
}

/* In one transaction: a store is there with its identity, or it is an empty file. */
static int create_if_empty(struct sqlite_store *s, const char *owner, struct err *err)
{
	sqlite3_stmt *stmt = NULL;
	bool empty;
	int r;

	r = do_begin(s, err);
	if (r < 0)
		return r;
	if (sqlite3_prepare_v2(s->db, "SELECT 1 FROM sqlite_schema", -1, &stmt, NULL) !=
	    SQLITE_OK) {
		r = fail(s, err, "open");
		goto rollback;
	}
	empty = sqlite3_step(stmt) == SQLITE_DONE;
	sqlite3_finalize(stmt);

	if (empty)
		r = fill_new(s, owner, err);
	if (r == 0) {
		CRASHPOINT("sqlite-creating");
		return do_commit(s, err);
	}
rollback:
	do_rollback(s);
	return r;
}

static int check_meta(struct sqlite_store *s, const char *owner, uint8_t id[STORE_ID_LEN],
		      struct err *err)
{
	char text[64];
	int r;

	r = meta_get(s, "owner", text, sizeof(text), err);
	if (r < 0)
		return r;
	if (strcmp(text, owner) != 0)
		return err_set(err, EINVAL, "store %s: belongs to %s, not to %s", s->path, text,
			       owner);

	r = meta_get(s, "format", text, sizeof(text), err);
	if (r < 0)
		return r;
	if (atoi(text) != STORE_FORMAT)
		return err_set(err, EINVAL, "store %s: has format %s, this program knows %d",
			       s->path, text, STORE_FORMAT);

	r = meta_get(s, "id", text, sizeof(text), err);
	if (r < 0)
		return r;
	if (r != STORE_ID_LEN)
		return err_set(err, EBADMSG, "store %s: its id is damaged", s->path);
	memcpy(id, text, STORE_ID_LEN);
	return 0;
}

/* As flock() has it, so never stale; what is in the file is only for people. */
static int taken(struct sqlite_store *s, int fd, struct err *err)
{
	char text[96] = "another process";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n > 0)
		text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return err_set(err, EBUSY, "store %s: is in use by %s", s->path, text);
}

/* Two processes that believe to have it would each undo what the other one knows. */
static int lock_file(struct sqlite_store *s, const char *owner, struct err *err)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_close_ int fd = -1;

	if (asprintf(&path, "%s.lock", s->path) < 0)
		abort();
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, errno, "store %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? taken(s, fd, err) :
					      err_sys(err, errno, "store %s", path);
	if (ftruncate(fd, 0) < 0 || dprintf(fd, "%s, process %d\n", owner, getpid()) < 0)
		return err_sys(err, errno, "store %s", path);
	s->lock = steal_fd(&fd);
	return 0;
}

/* The file is made here because SQLite would make it readable for all; -wal and -shm follow. */
static int open_file(struct sqlite_store *s, const char *owner, struct err *err)
{
	_cleanup_close_ int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return err_sys(err, errno, "store %s", s->path);
	r = lock_file(s, owner, err);
	if (r < 0)
		return r;
	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		return fail(s, err, "open");
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	return 0;
}

static int set_up(struct sqlite_store *s, const char *owner, uint8_t id[STORE_ID_LEN],
		  struct err *err)
{
	int r;

	r = open_file(s, owner, err);
	if (r == 0)
		r = exec(s, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL", "open", err);
	if (r == 0)
		r = create_if_empty(s, owner, err);
	if (r == 0)
		r = check_meta(s, owner, id, err);
	for (int i = 0; r == 0 && i < N_STMT; i++)
		if (sqlite3_prepare_v3(s->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &s->stmt[i],
				       NULL) != SQLITE_OK)
			r = fail(s, err, "open");
	return r;
}

static void *do_open(const char *where, const char *owner, uint8_t id[STORE_ID_LEN],
		     struct err *err)
{
	struct sqlite_store *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->lock = -1;
	s->log = -1;
	s->path = strdup(where);
	if (!s->path)
		abort();
	if (set_up(s, owner, id, err) == 0)
		return s;
	do_close(s);
	return NULL;
}

static int count_pages(void *arg, struct sqlite3 *db, const char *name, int pages)
{
	struct sqlite_store *s = arg;

	atomic_store(&s->log_pages, pages);
	return SQLITE_OK;
}

/* What the log grows by, and then the database. */
static int do_room(void *priv, struct err *err)
{
	struct sqlite_store *s = priv;
	unsigned long long left;
	struct statvfs st;

	if (statvfs(s->path, &st) < 0)
		return err_sys(err, errno, "store %s", s->path);
	left = (unsigned long long)st.f_bavail * st.f_frsize;
	if (left >= STORE_RESERVE)
		return 0;
	return err_set(err, ENOSPC,
		       "store %s: its disk is full: %llu KiB are left, %llu are kept for what goes on",
		       s->path, left >> 10, STORE_RESERVE >> 10);
}

/*
 * Never opened or closed while in use but here: of the database itself that would cost SQLite its
 * locks (POSIX), of the log it does not.
 */
static int do_defer(void *priv, struct err *err)
{
	_cleanup_free_ char *path = NULL;
	struct sqlite_store *s = priv;
	int r;

	r = exec(s, "PRAGMA synchronous = NORMAL", "open", err);
	if (r < 0)
		return r;
	if (asprintf(&path, "%s-wal", s->path) < 0)
		abort();
	s->log = open(path, O_RDWR | O_CLOEXEC);
	if (s->log < 0)
		return err_sys(err, errno, "store %s", path);
	/* takes the place of the copying in the middle of a commit */
	sqlite3_wal_hook(s->db, count_pages, s);
	return 0;
}

static int do_sync(void *priv, struct err *err)
{
	struct sqlite_store *s = priv;

	if (fdatasync(s->log) < 0)
		return err_sys(err, errno, "store %s: sync", s->path);
	return 0;
}

/* Whatever fails here is tried again later; the log only grows meanwhile. */
static void do_tidy(void *priv)
{
	struct sqlite_store *s = priv;
	int code = SQLITE_OK;

	if (atomic_load(&s->log_pages) < LOG_PAGES)
		return;
	CRASHPOINT("sqlite-copying");
	if (!s->copier)
		code = sqlite3_open_v2(s->path, &s->copier, SQLITE_OPEN_READWRITE, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_exec(s->copier, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_wal_checkpoint_v2(s->copier, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
						 NULL);
	CRASHPOINT("sqlite-copied");
	if (code != SQLITE_OK && code != SQLITE_BUSY)
		log_warn("store %s: its log of %d pages is not copied: %s", s->path,
			 atomic_load(&s->log_pages), sqlite3_errstr(code));
}

/* Pages of the database that were read last: some bytes of each mapping in a large one. */
static void do_give(void *priv)
{
	struct sqlite_store *s = priv;

	sqlite3_db_release_memory(s->db);
}

const struct store_backend store_sqlite = {
	.open = do_open,
	.close = do_close,
	.put = do_put,
	.del = do_del,
	.get = do_get,
	.next = do_next,
	.begin = do_begin,
	.commit = do_commit,
	.rollback = do_rollback,
	.goes_on = do_goes_on,
	.defer = do_defer,
	.sync = do_sync,
	.tidy = do_tidy,
	.give = do_give,
	.room = do_room,
};
