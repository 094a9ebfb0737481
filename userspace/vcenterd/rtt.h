/* SPDX-License-Identifier: GPL-2.0 */
/* Round-trip times from data centres to where a tenant is, and which is the nearest (V10). Pure. */
#ifndef VCENTERD_RTT_H
#define VCENTERD_RTT_H

#include "lib/addr.h"
#include "model_vn.h"

#define RTT_DCS		16	/* the nearest of more */
#define RTT_GAIN_US	1000u	/* what a move must gain, */
#define RTT_GAIN_PERCENT 10u	/* both */

struct rtt_dc {
	char dc[VC_DC_SIZE];
	uint32_t us;			/* 0: it did not answer */
};

/* The nearest first, who did not answer last */
struct rtt {
	char client[IP_ADDR_STRLEN];	/* to whom; empty: nothing was measured */
	unsigned int n;
	struct rtt_dc dcs[RTT_DCS];
};

struct err;

void rtt_add(struct rtt *r, const char *dc, uint64_t us);
/*
 * The data centre that is nearer than @home, and worth a move. -EPERM: none is; -EHOSTUNREACH: none
 * has answered; with a sentence that has what was measured.
 */
int rtt_choose(const struct rtt *r, const char *home, const char **dc, struct err *err);

#endif
