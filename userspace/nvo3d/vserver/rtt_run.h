/* SPDX-License-Identifier: GPL-2.0 */
/* Measures round-trip times to addresses outside, for vCenter (RTT_MEASURE), as rtt.h says. */
#ifndef NVO3D_VSERVER_RTT_RUN_H
#define NVO3D_VSERVER_RTT_RUN_H

#include "addr.h"
#include "loop.h"

#define RTT_AT_ONCE	8u	/* measurements; one more is BUSY */

struct rtt_runs;

/* @us: when @code is OK. Called exactly once, perhaps before rtt_measure() returns. */
typedef void (*rtt_fn)(uint32_t code, const char *text, uint64_t us, void *arg);

struct rtt_runs *rtt_runs_new(struct loop *loop);
void rtt_runs_free(struct rtt_runs *runs);	/* who waits is told UNAVAILABLE; accepts NULL */
void rtt_measure(struct rtt_runs *runs, const struct ip_addr *addr, rtt_fn done, void *arg);

#endif
