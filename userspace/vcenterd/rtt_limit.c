// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <uthash.h>
#include "lib/errs.h"
#include "lib/mem.h"
#include "model_vn.h"
#include "rtt_limit.h"

struct rtt_limits {
	char tenant[VC_NAME_SIZE];
	uint64_t at[RTT_LIMIT];		/* the last measurements, a ring */
	unsigned int next, n;
	UT_hash_handle hh;
};

static bool is_old(const struct rtt_limits *l, uint64_t now)
{
	uint64_t last = l->at[(l->next + RTT_LIMIT - 1) % RTT_LIMIT];

	return now - last >= RTT_LIMIT_MS;
}

/* What limits nobody is not kept: names come from outside. */
static void forget_old(struct rtt_limits **limits, uint64_t now)
{
	struct rtt_limits *l, *tmp;

	HASH_ITER(hh, *limits, l, tmp) {
		if (!is_old(l, now))
			continue;
		HASH_DEL(*limits, l);
		free(l);
	}
}

int rtt_limit_take(struct rtt_limits **limits, const char *tenant, uint64_t now, struct err *err)
{
	struct rtt_limits *l;

	forget_old(limits, now);
	HASH_FIND_STR(*limits, tenant, l);
	if (!l) {
		l = mem_zalloc(sizeof(*l));
		snprintf(l->tenant, sizeof(l->tenant), "%s", tenant);
		HASH_ADD_STR(*limits, tenant, l);
	}
	/* the oldest of so many is where the next one goes */
	if (l->n == RTT_LIMIT && now - l->at[l->next] < RTT_LIMIT_MS)
		return err_set(err, EBUSY,
			       "tenant %s has had %u round-trip times measured within %u s",
			       tenant, RTT_LIMIT, RTT_LIMIT_MS / 1000);
	l->at[l->next] = now;
	l->next = (l->next + 1) % RTT_LIMIT;
	if (l->n < RTT_LIMIT)
		l->n++;
	return 0;
}

void rtt_limits_free(struct rtt_limits *limits)
{
	struct rtt_limits *l, *tmp;

	HASH_ITER(hh, limits, l, tmp) {
		HASH_DEL(limits, l);
		free(l);
	}
}
