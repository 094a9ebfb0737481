// SPDX-License-Identifier: GPL-2.0
/*
 * A store in an etcd cluster: "etcd:http://HOST:PORT,...?prefix=/NAME" (etcd_url.h).
 *
 *	PREFIX/meta/program, format, id	whose it is, made with it
 *	PREFIX/kv/KEY			its keys
 *	PREFIX/owner, PREFIX/seq	who may write, and a count that keeps order (etcd_owner.h)
 *	PREFIX/journal...		a transaction that is too large for etcd (etcd_commit.h)
 *
 * One process has it at a time, and reads all of it when it opens it: what is there is then in
 * memory once more, and reading never waits for the network. Who has it not, stands by.
 *
 * Without defer() a write is in etcd, that is, on the disks of most members, when its call returns.
 * After defer() the call changes memory and puts the transaction into a queue; sync(), which the
 * gate's worker calls, writes the queue in order, several transactions as one where that fits. So
 * in the call there are the errors that can be known without a question: a value that is too large,
 * a cluster that has said that it has no space, a lease that has ended. What is known only after
 * asking breaks the gate.
 *
 * Threads: map, open and undo are the loop's; the queue is under the lock; client, owner and commit
 * are those of whoever writes, which is the worker after defer(). The lease has a thread of its
 * own.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "cleanup.h"
#include "crashpoint.h"
#include "etcd_commit.h"
#include "etcd_lease.h"
#include "etcd_load.h"
#include "etcd_owner.h"
#include "kvmap.h"
#include "log.h"
#include "mem.h"
#include "store_backend.h"
#include "writes.h"

#define ATTEMPT_MS	2000u

/* What was there before, newest first */
struct undo {
	struct undo *next;
	struct kv_value value;
	char key[];
};

struct etcd_store {
	struct etcd_url url;
	struct etcd_client *client;
	struct etcd_owner *owner;
	struct etcd_commit *commit;
	int64_t compacted;	/* what is older is not there any more */

	struct kvmap map;
	struct writes *open;	/* of the transaction, or NULL */
	struct undo *undo;
	bool deferred;

	pthread_mutex_t lock;
	struct writes *queue;	/* list: committed here, not yet in etcd */
};

static int named(const struct etcd_store *s, int r, struct err *err)
{
	return err_prefix(err, r, "store etcd:%s", s->url.prefix);
}

/* --- reading */

static void copy_out(const struct kv *kv, uint8_t **value, size_t *len)
{
	*value = kv_value_copy(kv->value.data, kv->value.len).data;
	*len = kv->value.len;
}

static int do_get(void *priv, const char *key, uint8_t **value, size_t *len, struct err *err)
{
	struct etcd_store *s = priv;
	const struct kv *kv = kvmap_find(&s->map, key);

	if (!kv)
		return err_set(err, ENOENT, "store etcd:%s: %s is not there", s->url.prefix, key);
	copy_out(kv, value, len);
	return 0;
}

static int do_next(void *priv, const char *from, int beyond, char **key, uint8_t **value,
		   size_t *len, struct err *err)
{
	struct etcd_store *s = priv;
	const struct kv *kv = kvmap_next(&s->map, from, beyond);

	if (!kv)
		return err_set(err, ENOENT, "store etcd:%s: nothing is behind %s", s->url.prefix,
			       from);
	*key = mem_strdup(kv->key);
	copy_out(kv, value, len);
	return 0;
}

/* --- into etcd, by whoever writes */

static void compact(struct etcd_store *s)
{
	struct etcd_patience patience = { };
	int64_t now = etcd_owner_revision(s->owner);
	json_t *body, *answer = NULL;
	struct err err;
	int r;

	if (!s->url.keep || now - s->compacted <= 2ll * s->url.keep)
		return;
	s->compacted = now - s->url.keep;
	CRASHPOINT("etcd-compacting");
	body = mem_check(json_object());
	json_object_set_new(body, "revision", etcd_number(s->compacted));
	r = etcd_post(s->client, "kv/compaction", body, &patience, &answer, &err);
	/* -ERANGE: somebody else has; what fails comes again with the next one */
	if (r && r != -ERANGE)
		log_warn("store etcd:%s: compaction: %s", s->url.prefix, err.text);
	json_decref(answer);
	json_decref(body);
}

static void do_tidy(void *priv)
{
	struct etcd_store *s = priv;

	/* committed it is; if this fails, the next write says so */
	if (etcd_commit_finish(s->commit, NULL) == 0)
		compact(s);
}

/* Transactions stay whole: what is in etcd after a crash is the queue up to one of them. */
static struct writes *take_what_fits(struct writes **queue)
{
	struct writes *first = *queue, *more;

	DL_DELETE(*queue, first);
	while ((more = *queue) && etcd_commit_fits(first, more)) {
		DL_DELETE(*queue, more);
		writes_add(first, more);
	}
	return first;
}

static void free_queue(struct writes *queue)
{
	struct writes *writes, *next;

	DL_FOREACH_SAFE(queue, writes, next)
		writes_free(writes);
}

static int do_sync(void *priv, struct err *err)
{
	struct etcd_store *s = priv;
	struct writes *queue;
	int r = 0;

	pthread_mutex_lock(&s->lock);
	queue = s->queue;
	s->queue = NULL;
	pthread_mutex_unlock(&s->lock);
	while (queue && !r)
		r = etcd_commit_write(s->commit, take_what_fits(&queue), err);
	free_queue(queue);
	return r ? named(s, r, err) : 0;
}

/* --- writing, here */

static int do_begin(void *priv, struct err *err)
{
	struct etcd_store *s = priv;

	s->open = writes_new();
	return 0;
}

static void drop_undo(struct etcd_store *s, bool restore)
{
	struct undo *undo;

	while ((undo = s->undo)) {
		LL_DELETE(s->undo, undo);
		if (restore)
			undo->value = kvmap_set(&s->map, undo->key, undo->value);
		free(undo->value.data);
		free(undo);
	}
}

static void do_rollback(void *priv)
{
	struct etcd_store *s = priv;

	drop_undo(s, true);
	writes_free(s->open);
	s->open = NULL;
}

static int do_commit(void *priv, struct err *err)
{
	struct etcd_store *s = priv;
	struct writes *writes = steal_ptr(s->open);
	int r;

	if (s->deferred) {
		pthread_mutex_lock(&s->lock);
		DL_APPEND(s->queue, writes);
		pthread_mutex_unlock(&s->lock);
		drop_undo(s, false);
		return 0;
	}
	r = etcd_commit_write(s->commit, writes, err);
	drop_undo(s, r < 0);
	if (r)
		return named(s, r, err);
	do_tidy(s);
	return 0;
}

static int check_write(struct etcd_store *s, const char *key, size_t len, struct err *err)
{
	struct etcd_lease *lease = etcd_owner_lease(s->owner);
	int r;

	if (strlen(key) > ETCD_KEY_MAX)
		r = err_set(err, EFBIG, "%.32s...: a key of %zu bytes, more than %u", key,
			    strlen(key), ETCD_KEY_MAX);
	else if (len > ETCD_VALUE_MAX)
		r = err_set(err, EFBIG, "%s: a value of %zu bytes, more than %u", key, len,
			    ETCD_VALUE_MAX);
	else
		r = etcd_lease_check(lease, err);
	if (!r)
		r = etcd_lease_space(lease, err);
	return r ? named(s, r, err) : 0;
}

static void set(struct etcd_store *s, const char *key, struct kv_value value,
		struct kv_value copy)
{
	struct undo *undo = mem_zalloc(sizeof(*undo) + strlen(key) + 1);

	strcpy(undo->key, key);
	undo->value = kvmap_set(&s->map, key, value);
	LL_PREPEND(s->undo, undo);
	writes_set(s->open, key, copy);
}

static int change(struct etcd_store *s, const char *key, const void *data, size_t len, bool gone,
		  struct err *err)
{
	struct kv_value value = { }, copy = { };
	bool alone = !s->open;
	int r;

	r = check_write(s, key, len, err);
	if (r)
		return r;
	if (alone)
		do_begin(s, err);
	if (!gone) {
		value = kv_value_copy(data, len);
		copy = kv_value_copy(data, len);
	}
	set(s, key, value, copy);
	return alone ? do_commit(s, err) : 0;
}

static int do_put(void *priv, const char *key, const void *value, size_t len, struct err *err)
{
	return change(priv, key, value, len, false, err);
}

static int do_del(void *priv, const char *key, struct err *err)
{
	struct etcd_store *s = priv;

	if (!kvmap_find(&s->map, key))
		return 0;
	return change(s, key, NULL, 0, true, err);
}

static int do_defer(void *priv, struct err *err)
{
	struct etcd_store *s = priv;

	s->deferred = true;
	return 0;
}

static int do_room(void *priv, struct err *err)
{
	struct etcd_store *s = priv;
	int r = etcd_lease_room(etcd_owner_lease(s->owner), err);

	return r ? named(s, r, err) : 0;
}

static int do_lost_fd(void *priv)
{
	struct etcd_store *s = priv;

	return etcd_lease_fd(etcd_owner_lease(s->owner));
}

static void do_lost(void *priv, struct err *why)
{
	struct etcd_store *s = priv;

	named(s, etcd_lease_check(etcd_owner_lease(s->owner), why), why);
}

/* --- opening */

static void do_close(void *priv)
{
	struct etcd_store *s = priv;

	if (s->commit)
		etcd_commit_finish(s->commit, NULL);
	etcd_commit_free(s->commit);
	etcd_owner_release(s->owner);
	etcd_client_free(s->client);
	free_queue(s->queue);
	kvmap_uninit(&s->map);
	pthread_mutex_destroy(&s->lock);
	etcd_url_uninit(&s->url);
	free(s);
}

static int claim(struct etcd_store *s, const char *program, struct err *err)
{
	char host[65] = "?", who[160];

	gethostname(host, sizeof(host) - 1);
	snprintf(who, sizeof(who), "%s, process %d on %s", program, getpid(), host);
	return etcd_owner_claim(&s->url, s->client, who, &s->owner, err);
}

/* Whose it is comes first, so that nobody's lease is in the way of the right one. */
static int set_up(struct etcd_store *s, const char *program, uint8_t id[STORE_ID_LEN],
		  struct err *err)
{
	int r;

	r = etcd_load_meta(s->client, s->url.prefix, program, id, err);
	if (!r || r == -ENOENT)
		r = claim(s, program, err);
	if (r)
		return r;
	CRASHPOINT("etcd-claimed");
	s->commit = etcd_commit_new(&s->url, s->client, s->owner);
	r = etcd_commit_recover(s->commit, err);
	if (r)
		return r;
	r = etcd_load_meta(s->client, s->url.prefix, program, id, err);
	if (r == -ENOENT) {
		r = etcd_make_meta(s->client, s->owner, s->url.prefix, program, err);
		if (!r)
			r = etcd_load_meta(s->client, s->url.prefix, program, id, err);
	}
	if (!r)
		r = etcd_load_all(s->client, s->url.prefix, &s->map, &s->compacted, err);
	return r ?: etcd_lease_check(etcd_owner_lease(s->owner), err);
}

static void *do_open(const char *where, const char *owner, uint8_t id[STORE_ID_LEN],
		     struct err *err)
{
	struct etcd_store *s = mem_zalloc(sizeof(*s));
	unsigned int attempt_ms;
	int r;

	if (etcd_url_parse(&s->url, where, err) < 0) {
		free(s);
		errno = EINVAL;
		return NULL;
	}
	attempt_ms = s->url.lease_s * 250;
	s->client = etcd_client_new(&s->url, attempt_ms < ATTEMPT_MS ? attempt_ms : ATTEMPT_MS);
	kvmap_init(&s->map);
	pthread_mutex_init(&s->lock, NULL);
	r = set_up(s, owner, id, err);
	if (!r)
		return s;
	named(s, r, err);
	do_close(s);
	errno = r == -EBUSY || r == -ENOSPC || r == -ESTALE || r == -ERANGE ? EAGAIN : -r;
	return NULL;
}

const struct store_backend store_etcd = {
	.open = do_open,
	.waits = true,
	.close = do_close,
	.put = do_put,
	.del = do_del,
	.get = do_get,
	.next = do_next,
	.begin = do_begin,
	.commit = do_commit,
	.rollback = do_rollback,
	.defer = do_defer,
	.sync = do_sync,
	.tidy = do_tidy,
	.room = do_room,
	.lost_fd = do_lost_fd,
	.lost = do_lost,
};
