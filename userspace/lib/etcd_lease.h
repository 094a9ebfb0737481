/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A lease in etcd, and the thread that keeps it alive. What is bound to it in etcd goes when
 * it ends, which is when nobody has asked for its life for its time: we are dead, paused, or cut
 * off. The same clock runs here, from before each question that was answered, so that we stop to
 * believe in it before anybody else does, also when the machine was suspended.
 *
 * The thread also looks whether the cluster has space, which it tells by an alarm.
 *
 * All may be called from any thread, but for the first and the last.
 */
#ifndef ETCD_LEASE_H
#define ETCD_LEASE_H

#include <stdint.h>
#include "errs.h"
#include "etcd_http.h"

struct etcd_lease;

/*
 * @client asks for it; the thread has one of its own. @url is kept by reference. -errno as there.
 */
int etcd_lease_new(const struct etcd_url *url, struct etcd_client *client,
		   struct etcd_lease **ret, struct err *err);
/* With what is bound to it, by @client, unless it is lost or @client NULL; then it runs out. */
void etcd_lease_free(struct etcd_lease *lease, struct etcd_client *client);

int64_t etcd_lease_id(const struct etcd_lease *lease);
unsigned int etcd_lease_ms(const struct etcd_lease *lease);	/* how long it is */
uint64_t etcd_lease_now_ms(void);				/* CLOCK_BOOTTIME */

/* 0, or -ESTALE and why: for good */
int etcd_lease_check(struct etcd_lease *lease, struct err *err);
/* It may be alive, but is of no use any more. Only the first reason counts. */
void etcd_lease_lose(struct etcd_lease *lease, const struct err *why);
/* Readable from when it is lost. */
int etcd_lease_fd(const struct etcd_lease *lease);

/*
 * 0, or -ENOSPC: what is left of the quota is the reserve (store_backend.h), or nothing. As it
 * was up to a second ago.
 */
int etcd_lease_room(struct etcd_lease *lease, struct err *err);
/* 0, or -ENOSPC and what the cluster said, until the alarm is gone */
int etcd_lease_space(struct etcd_lease *lease, struct err *err);
void etcd_lease_no_space(struct etcd_lease *lease, const struct err *why);

#endif /* ETCD_LEASE_H */
