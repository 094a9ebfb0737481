/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A persistent key-value store: what a daemon must not forget. "sqlite:PATH", or
 * "etcd:http://HOST:PORT,...?prefix=/NAME" (etcd_url.h).
 *
 * Keys are text with slashes ("vm/6ba7..."), values are bytes. Every write outside a
 * transaction is one of its own.
 *
 * A write that fails says so in the call and has changed nothing. One that succeeds is on the disk
 * when it returns; after store_defer() it is read back at once, and survives the process, but is on
 * the disk only when the loop's gate lets go (gate.h).
 *
 * In etcd it then does not survive the process before the gate lets go; keys have at most 1024
 * bytes and values 1 MiB. A cluster that has no space is -ENOSPC, and a store that somebody else
 * has taken over, because we could not be heard of, -ESTALE for good; it ends as by store_fail().
 */
#ifndef STORE_H
#define STORE_H

#include <stddef.h>
#include <stdint.h>
#include "errs.h"
#include "loop.h"

struct store;

/* Opens or creates; refuses a store of another program (@owner) or a newer format. */
struct store *store_open(const char *url, const char *owner, struct err *err);
/*
 * The same for who stands by: as long as somebody else has a store in etcd, or etcd does not
 * answer, it runs @loop and tries again. Who is stopped in that gets NULL with an empty sentence.
 */
struct store *store_await(const char *url, const char *owner, struct loop *loop, struct err *err);
void store_close(struct store *store);	/* when all of it is on the disk */

/* The sync is a worker's: @loop gets a gate. @failed: it did not reach the disk; end now. */
int store_defer(struct store *store, struct loop *loop,
		void (*failed)(const struct err *why, void *arg), void *arg, struct err *err);
/*
 * After store_defer(), for who writes much in a turn of @loop: what is written outside a
 * transaction becomes one with the rest of the turn's, which shares its pages and its commit. It
 * does not survive the process before the turn ends, and a commit that fails ends as a sync does.
 * In etcd it is so anyway.
 */
void store_gather(struct store *store, struct loop *loop);
/* After store_defer(): what was written in the call and cannot be, was told already. */
void store_fail(struct store *store, const struct err *why);

/*
 * To be asked before something new is taken up: 0, or -ENOSPC and why. A reserve is kept for what
 * has to be written all the same, so that it need not fail: what goes on, and what is taken back.
 * Who counts on that writes little without asking. Asks the system a hundred times a second at
 * most.
 */
int store_room(struct store *store, struct err *err);

/* Others stand by for it, or may: it can be handed over by ending. */
bool store_is_shared(const struct store *store);
const uint8_t *store_id(const struct store *store);	/* 16 bytes, made at creation */

int store_put(struct store *store, const char *key, const void *value, size_t len,
	      struct err *err);
int store_del(struct store *store, const char *key, struct err *err);	/* absent is fine */
/* 0, -ENOENT, or an error; *value is malloc()ed. */
int store_get(struct store *store, const char *key, uint8_t **value, size_t *len,
	      struct err *err);
/*
 * All keys with @prefix in order; a callback that returns non-zero ends the walk with it. It
 * may write: keys put in front of the present one are not visited, those behind it are.
 */
int store_walk(struct store *store, const char *prefix,
	       int (*cb)(const char *key, const uint8_t *value, size_t len, void *arg),
	       void *arg, struct err *err);

/*
 * No nesting. After a failed write the transaction can only be rolled back: further writes
 * and the commit fail, and the commit rolls back whenever it fails.
 */
int store_begin(struct store *store, struct err *err);
int store_commit(struct store *store, struct err *err);
void store_rollback(struct store *store);

#endif /* STORE_H */
