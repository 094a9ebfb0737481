/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who owns a prefix in etcd, and writes that only he can make.
 *
 * PREFIX/owner is bound to the owner's lease and says who he is; PREFIX/seq counts his writes, and
 * those of his predecessors. Every write is a transaction that compares both: the revision that
 * made the owner's key, and the one that last changed the counter, which it changes again. So
 *
 *   - who has lost the lease, because he was paused or cut off, writes nothing any more, though he
 *     does not know it yet and whatever is still on its way from him;
 *   - a request that was repeated because no answer came, and is then carried out twice, or long
 *     after others that came later, changes nothing the second time: no write is undone by the
 *     ghost of an earlier one. The counter also tells whether the first try was carried out.
 *
 * One thread at a time.
 */
#ifndef ETCD_OWNER_H
#define ETCD_OWNER_H

#include "errs.h"
#include "etcd_http.h"
#include "etcd_json.h"

#define ETCD_OWNER_OPS	(ETCD_OPS_MAX - 1)	/* of a write: one is the counter's */

struct etcd_owner;

/* 0; -EBUSY and who has it; or an error of etcd_post(). References are kept, @who is not. */
int etcd_owner_claim(const struct etcd_url *url, struct etcd_client *client, const char *who,
		     struct etcd_owner **ret, struct err *err);
/* Somebody else may have it, at once. */
void etcd_owner_release(struct etcd_owner *owner);

struct etcd_lease *etcd_owner_lease(const struct etcd_owner *owner);
int64_t etcd_owner_revision(const struct etcd_owner *owner);	/* of the last write */

/*
 * All of the array @ops, which it takes, or nothing. It asks as long as the lease holds, at most
 * for its length. -ESTALE: he is not the owner any more; -ENOSPC, -EFBIG: nothing was changed;
 * -EAGAIN: nobody has answered. When it cannot be known what has become of it, he stops to be the
 * owner.
 */
int etcd_owner_write(struct etcd_owner *owner, json_t *ops, struct err *err);

#endif /* ETCD_OWNER_H */
