/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A budget of events a second, with a count of those that it held back.
 *
 * The time is passed in (jiffies). Locking: its own, for bottom halves, and taken once a tick when
 * nothing is left: who asks more often than that is held back by a comparison and a counter.
 */
#ifndef _NVO3_BUDGET_H
#define _NVO3_BUDGET_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct nvo3_budget {
	atomic64_t denied;	/* held back, ever; without the lock */
	unsigned long spent;	/* the tick in which nothing was left; read without the lock */
	spinlock_t lock;
	u32 rate;		/* a second, and the burst */
	u64 credit;		/* an event costs HZ, a jiffy earns the rate */
	unsigned long filled;	/* jiffies, when the credit was right */
	u64 told;		/* of those held back: what somebody has been told of */
};

void nvo3_budget_init(struct nvo3_budget *budget, u32 rate, unsigned long now);

/*
 * May one more event happen? If so @suppressed gets how many were held back
 * since the last one that might.
 */
bool nvo3_budget_take(struct nvo3_budget *budget, unsigned long now, u32 *suppressed);

/*
 * What was granted did not happen: the @suppressed that it took along are for the next one, and so
 * is itself, if it was @denied by somebody else. What it cost is not given back.
 */
void nvo3_budget_return(struct nvo3_budget *budget, u32 suppressed, bool denied);

static inline u64 nvo3_budget_denied(const struct nvo3_budget *budget)
{
	return atomic64_read(&budget->denied);
}

#ifdef DEBUG
bool nvo3_budget_selftest(void);
#endif

#endif /* _NVO3_BUDGET_H */
