/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a kind of store has to do for store.c, which checks keys and keeps transactions honest.
 */
#ifndef STORE_BACKEND_H
#define STORE_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "errs.h"

#define STORE_FORMAT	1	/* of what is in a store; a higher one is refused */
#define STORE_ID_LEN	16
#define STORE_RESERVE	(16ull << 20)	/* bytes */

struct store_backend {
	/* @where is what follows "KIND:". *id and the value are set on success. */
	void *(*open)(const char *where, const char *owner, uint8_t id[STORE_ID_LEN],
		      struct err *err);
	bool waits;	/* open() may fail with errno EAGAIN: somebody else has it, or is silent */
	void (*close)(void *priv);

	int (*put)(void *priv, const char *key, const void *value, size_t len, struct err *err);
	int (*del)(void *priv, const char *key, struct err *err);
	int (*get)(void *priv, const char *key, uint8_t **value, size_t *len, struct err *err);
	/* The first key that is @from or after it (after it: @beyond); -ENOENT if none is. */
	int (*next)(void *priv, const char *from, int beyond, char **key, uint8_t **value,
		    size_t *len, struct err *err);

	int (*begin)(void *priv, struct err *err);
	int (*commit)(void *priv, struct err *err);	/* has rolled back when it fails */
	void (*rollback)(void *priv);
	/*
	 * A write in it has failed: the transaction is still there, with all before. NULL: turns
	 * are not gathered into one (store_gather()).
	 */
	bool (*goes_on)(void *priv);

	/* From now on a commit need not be on the disk, until sync() has returned. */
	int (*defer)(void *priv, struct err *err);
	/* From another thread than all others, also while they run. tidy() may take its time. */
	int (*sync)(void *priv, struct err *err);
	void (*tidy)(void *priv);

	/* Memory that it can do without for a while goes (holes.h). NULL: there is none. */
	void (*give)(void *priv);

	/* -ENOSPC and why, when only the reserve is left (store_room()). NULL: not known */
	int (*room)(void *priv, struct err *err);

	/* Readable from when it is not ours any more, and why. NULL: that cannot happen. */
	int (*lost_fd)(void *priv);
	void (*lost)(void *priv, struct err *why);
};

extern const struct store_backend store_sqlite, store_etcd;

#endif /* STORE_BACKEND_H */
