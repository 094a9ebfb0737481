/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A transaction of any size into etcd, whole or not at all.
 *
 * etcd takes 128 operations and 1.5 MiB at a time. What fits goes as one transaction of its own.
 * What does not is written down first, under PREFIX/journal/N, in pieces that nobody looks at; the
 * last piece comes in one transaction with PREFIX/journal, which says how many there are. With that
 * the transaction is committed. Then its writes are carried out, in as many steps as it takes, and
 * the journal is removed. Who opens the store and finds PREFIX/journal carries it out (again:
 * nothing else has been written since, so it does no harm); without it the pieces are removed. So
 * whoever reads through store.h sees all of it or nothing, wherever the writer died. A person with
 * etcdctl may see it half done, while PREFIX/journal is there.
 *
 * The alternatives: a pointer to the valid copy of everything would write everything anew; a
 * version in each key would make every reader choose; a larger --max-txn-ops is the operator's to
 * set, and the bytes would still be limited.
 *
 * One thread at a time.
 */
#ifndef ETCD_COMMIT_H
#define ETCD_COMMIT_H

#include <stdbool.h>
#include "errs.h"
#include "etcd_owner.h"
#include "writes.h"

#define ETCD_KEY_MAX	1024u
#define ETCD_VALUE_MAX	(1024u * 1024)

struct etcd_commit;

/* References are kept. */
struct etcd_commit *etcd_commit_new(const struct etcd_url *url, struct etcd_client *client,
				    struct etcd_owner *owner);
void etcd_commit_free(struct etcd_commit *commit);	/* the journal stays, if there is one */

/* Both together would be one transaction of etcd. */
bool etcd_commit_fits(const struct writes *one, const struct writes *two);
/* Takes @writes. 0: they are committed; else as etcd_owner_write() */
int etcd_commit_write(struct etcd_commit *commit, struct writes *writes, struct err *err);
/* Carry out what has been committed; the next write does so, too. */
int etcd_commit_finish(struct etcd_commit *commit, struct err *err);
/* What a predecessor has left. */
int etcd_commit_recover(struct etcd_commit *commit, struct err *err);

#endif /* ETCD_COMMIT_H */
