// SPDX-License-Identifier: GPL-2.0
/*
 * A failed write may have ended the transaction underneath (a full disk does so in SQLite).
 * What follows must not then be written one by one, so a transaction remembers its first
 * failure, refuses all further writes, and fails at its commit with that reason.
 */
#include "store.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "crashpoint.h"
#include "gate.h"
#include "holes.h"
#include "log.h"
#include "store_backend.h"

#define AWAIT_MS	500	/* between two tries */
#define LOOK_MS		10	/* between two looks for room */
#define TELL_MS		60000	/* between two sentences about them */

struct store {
	const struct store_backend *backend;
	void *priv;
	uint8_t id[STORE_ID_LEN];
	bool in_transaction;
	bool gathered;		/* one of this turn's writes is open */
	struct loop_timer *turn;	/* its end; NULL: they are not gathered */
	int failed;		/* -errno of the transaction's first failed write */
	struct err why;
	uint64_t looked_at;	/* store_room(), loop_now_ms(); 0 never; and what it was then */
	int room;
	struct err no_room;
	struct gate *gate;	/* NULL: each commit syncs */
	struct holes_keeper keeper;	/* since the gate is there */
	struct loop_fd *watch;	/* for the end of our having it; may be NULL */
	void (*lost)(const struct err *why, void *arg);
	void *lost_arg;
};

static const struct kind {
	const char *prefix;
	const struct store_backend *backend;
} kinds[] = {
	{ "sqlite:", &store_sqlite },
	{ "etcd:", &store_etcd },
	{ NULL },
};

/* *again: it can be waited for */
static struct store *try_open(const char *url, const char *owner, bool *again, struct err *err)
{
	const struct kind *kind;
	struct store *store;
	size_t len;

	*again = false;
	for (kind = kinds; kind->prefix; kind++) {
		len = strlen(kind->prefix);
		if (strncmp(url, kind->prefix, len) != 0)
			continue;

		store = calloc(1, sizeof(*store));
		if (!store)
			abort();
		store->backend = kind->backend;
		store->priv = store->backend->open(url + len, owner, store->id, err);
		if (store->priv)
			return store;
		*again = store->backend->waits && errno == EAGAIN;
		free(store);
		return NULL;
	}

	err_set(err, EINVAL,
		"store \"%s\": must be sqlite:PATH or etcd:http://HOST:PORT,...?prefix=/NAME", url);
	return NULL;
}

struct store *store_open(const char *url, const char *owner, struct err *err)
{
	bool again;

	return try_open(url, owner, &again, err);
}

struct pause {
	struct loop *loop;
	bool over;
};

static void pause_over(void *arg)
{
	struct pause *pause = arg;

	pause->over = true;
	loop_stop(pause->loop);
}

/* False: the loop was stopped by somebody else. */
static bool wait_in(struct loop *loop)
{
	struct pause pause = { .loop = loop };
	struct loop_timer *timer = loop_timer_new(loop, pause_over, &pause);

	loop_timer_set(timer, AWAIT_MS);
	loop_run(loop);
	loop_timer_free(timer);
	return pause.over;
}

struct store *store_await(const char *url, const char *owner, struct loop *loop, struct err *err)
{
	struct err told = { "" }, why = { "" };
	struct store *store;
	uint64_t told_at = 0;
	bool again;

	for (;;) {
		store = try_open(url, owner, &again, &why);
		if (store)
			return store;
		if (!again) {
			err_set(err, EIO, "%s", why.text);
			return NULL;
		}
		if (!told.text[0] || (loop_now_ms() - told_at > TELL_MS &&
				      strcmp(told.text, why.text) != 0)) {
			log_info("standing by: %s", why.text);
			told = why;
			told_at = loop_now_ms();
		}
		if (!wait_in(loop)) {
			err_set(err, EINTR, "%s", "");
			return NULL;
		}
	}
}

bool store_is_shared(const struct store *store)
{
	return store->backend->lost_fd;
}

int store_room(struct store *store, struct err *err)
{
	uint64_t now = loop_now_ms();

	if (!store->backend->room)
		return 0;
	if (!store->looked_at || now - store->looked_at >= LOOK_MS) {
		store->looked_at = now;
		store->room = store->backend->room(store->priv, &store->no_room);
	}
	return store->room ? err_set(err, store->room, "%s", store->no_room.text) : 0;
}

const uint8_t *store_id(const struct store *store)
{
	return store->id;
}

static int do_sync(void *arg, struct err *err)
{
	struct store *store = arg;

	return store->backend->sync(store->priv, err);
}

static void do_tidy(void *arg)
{
	struct store *store = arg;

	store->backend->tidy(store->priv);
}

static void do_failed(const struct err *why, void *arg)
{
	struct store *store = arg;

	store->lost(why, store->lost_arg);
}

static void do_lost(int fd, unsigned int events, void *arg)
{
	struct store *store = arg;
	struct err why = { "" };

	store->backend->lost(store->priv, &why);
	loop_fd_free(store->watch);
	store->watch = NULL;
	gate_fail(store->gate, &why);
}

static int watch(struct store *store, struct loop *loop, struct err *err)
{
	if (!store->backend->lost_fd)
		return 0;
	store->watch = loop_fd_new(loop, store->backend->lost_fd(store->priv), LOOP_READ, do_lost,
				   store);
	return store->watch ? 0 : err_set(err, EIO, "store: its end cannot be waited for");
}

static void do_give(void *arg)
{
	struct store *store = arg;

	if (store->backend->give)
		store->backend->give(store->priv);
}

int store_defer(struct store *store, struct loop *loop,
		void (*failed)(const struct err *why, void *arg), void *arg, struct err *err)
{
	static const struct gate_ops ops = {
		.sync = do_sync,
		.tidy = do_tidy,
		.failed = do_failed,
	};
	int r = store->backend->defer(store->priv, err);

	if (r < 0)
		return r;
	store->lost = failed;
	store->lost_arg = arg;
	store->gate = gate_join(loop, &ops, store, err);
	if (!store->gate)
		return -EIO;
	store->keeper = (struct holes_keeper){ .give = do_give, .arg = store };
	holes_add(&store->keeper);
	return watch(store, loop, err);
}

void store_fail(struct store *store, const struct err *why)
{
	gate_fail(store->gate, why);
}

static void begin_write(struct store *store)
{
	if (store->gate)
		gate_begin(store->gate);
}

static void end_write(struct store *store)
{
	if (store->gate)
		gate_end(store->gate);
}

/* --- what is gathered in a turn */

static int gather(struct store *store, struct err *err)
{
	int r;

	if (store->gathered)
		return 0;
	r = store->backend->begin(store->priv, err);
	if (r < 0)
		return r;
	store->gathered = true;
	begin_write(store);
	loop_timer_set(store->turn, 0);
	return 0;
}

/* What was said of these writes waits at the gate, which then does not open any more. */
static void lose(struct store *store, const struct err *why)
{
	store->gathered = false;
	store_fail(store, why);
	end_write(store);
}

static void end_turn(void *arg)
{
	struct err why = { "" };
	struct store *store = arg;

	if (!store->gathered)
		return;
	CRASHPOINT("store-gathering");
	if (store->backend->commit(store->priv, &why)) {
		lose(store, &why);
		return;
	}
	CRASHPOINT("store-gathered");
	store->gathered = false;
	end_write(store);
}

void store_gather(struct store *store, struct loop *loop)
{
	if (store->backend->goes_on)
		store->turn = loop_timer_new(loop, end_turn, store);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	store_rollback(store);
	end_turn(store);
	loop_timer_free(store->turn);
	loop_fd_free(store->watch);
	if (store->gate)
		holes_del(&store->keeper);
	gate_leave(store->gate, store);
	store->backend->close(store->priv);
	free(store);
}

/* --- writes */

/* Before a write */
static int may_write(struct store *store, const char *key, struct err *err)
{
	const struct err *broken = gate_broken(store->gate);

	if (broken)
		return err_set(err, EIO, "an earlier write failed: %s", broken->text);
	if (!*key)
		return err_set(err, EINVAL, "store: a key may not be empty");
	if (store->failed)
		return err_set(err, store->failed, "the transaction failed before: %s",
			       store->why.text);
	if (store->in_transaction)
		return 0;
	if (store->turn)
		return gather(store, err);
	begin_write(store);
	return 0;
}

/* After a write */
static int wrote(struct store *store, int r, const struct err *why, struct err *err)
{
	if (!store->in_transaction && !store->gathered)
		end_write(store);
	if (r == 0) {
		CRASHPOINT("store-written");
		return 0;
	}

	if (store->in_transaction) {
		store->failed = r;
		store->why = *why;
	} else if (store->gathered && !store->backend->goes_on(store->priv)) {
		lose(store, why);
	}
	return err_set(err, r, "%s", why->text);
}

int store_put(struct store *store, const char *key, const void *value, size_t len,
	      struct err *err)
{
	struct err why = { "" };
	int r;

	r = may_write(store, key, err);
	if (r < 0)
		return r;
	r = store->backend->put(store->priv, key, value, len, &why);
	return wrote(store, r, &why, err);
}

int store_del(struct store *store, const char *key, struct err *err)
{
	struct err why = { "" };
	int r;

	r = may_write(store, key, err);
	if (r < 0)
		return r;
	r = store->backend->del(store->priv, key, &why);
	return wrote(store, r, &why, err);
}

int store_get(struct store *store, const char *key, uint8_t **value, size_t *len,
	      struct err *err)
{
	return store->backend->get(store->priv, key, value, len, err);
}

/* One key at a time, so that no statement is open while the callback runs: it may write. */
int store_walk(struct store *store, const char *prefix,
	       int (*cb)(const char *key, const uint8_t *value, size_t len, void *arg),
	       void *arg, struct err *err)
{
	_cleanup_free_ char *at = NULL;
	size_t prefix_len = strlen(prefix);
	size_t len;
	int r;

	for (;;) {
		_cleanup_free_ uint8_t *value = NULL;
		char *key = NULL;

		r = store->backend->next(store->priv, at ?: prefix, !!at, &key, &value,
					 &len, err);
		if (r == -ENOENT)
			return 0;
		if (r < 0)
			return r;

		free(at);
		at = key;
		if (strncmp(key, prefix, prefix_len) != 0)
			return 0;
		r = cb(key, value, len, arg);
		if (r)
			return r;
	}
}

int store_begin(struct store *store, struct err *err)
{
	int r;

	if (store->in_transaction)
		return err_set(err, EALREADY, "store: a transaction is already open");

	end_turn(store);
	r = store->backend->begin(store->priv, err);
	if (r < 0)
		return r;
	store->in_transaction = true;
	begin_write(store);
	CRASHPOINT("store-began");
	return 0;
}

int store_commit(struct store *store, struct err *err)
{
	int failed = store->failed, r;

	if (!store->in_transaction)
		return err_set(err, EINVAL, "store: there is no transaction to commit");
	if (failed) {
		store_rollback(store);
		return err_set(err, failed, "%s", store->why.text);
	}

	CRASHPOINT("store-committing");
	store->in_transaction = false;
	r = store->backend->commit(store->priv, err);
	CRASHPOINT("store-committed");
	end_write(store);
	return r;
}

void store_rollback(struct store *store)
{
	if (!store->in_transaction)
		return;
	store->backend->rollback(store->priv);
	store->in_transaction = false;
	store->failed = 0;
	end_write(store);
}
