/* SPDX-License-Identifier: GPL-2.0 */
/* Has round-trip times to an address measured: by a gateway here, and by each peer's. */
#ifndef VCENTERD_RTT_ASK_H
#define VCENTERD_RTT_ASK_H

#include "rtt.h"
#include "vcenter.h"

/* vc->stopping: it is incomplete */
typedef void (*rtt_ask_fn)(struct vcenter *vc, const struct rtt *rtt, void *arg);

/*
 * Within 3 s; who has not answered by then is listed as that. @tenant: who asks himself; empty: an
 * operator. Calls @done exactly once, perhaps before it returns. -EINVAL, -EBUSY with a sentence:
 * @addr is nobody's, or the tenant has asked too often, and nothing is measured.
 */
int rtt_ask(struct vcenter *vc, const struct ip_addr *addr, const char *tenant, rtt_ask_fn done,
	    void *arg, struct err *err);
/* PEER_RTT */
void rtt_serve(struct vcenter *vc, struct chan *chan, const struct msg *msg);

#endif
