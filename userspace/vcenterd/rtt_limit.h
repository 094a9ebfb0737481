/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How often a tenant may have round-trip times measured: to an address that he gives, by our hosts.
 * Who would look for hosts with that gets nowhere. Pure.
 */
#ifndef VCENTERD_RTT_LIMIT_H
#define VCENTERD_RTT_LIMIT_H

#include <stdint.h>

#define RTT_LIMIT	6u		/* measurements */
#define RTT_LIMIT_MS	60000u		/* in this time */

struct err;
struct rtt_limits;		/* NULL: nobody has asked yet */

/* One more? -EBUSY with a sentence. @now: ms. */
int rtt_limit_take(struct rtt_limits **limits, const char *tenant, uint64_t now, struct err *err);
void rtt_limits_free(struct rtt_limits *limits);

#endif
