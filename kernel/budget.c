// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include "budget.h"

void nvo3_budget_init(struct nvo3_budget *budget, u32 rate, unsigned long now)
{
	spin_lock_init(&budget->lock);
	budget->rate = rate;
	budget->tokens = rate;
	budget->suppressed = 0;
	budget->filled = now;
	budget->total = 0;
}

/*
 * Whole tokens only; what is left of the time stays in @filled, so that a rate
 * above HZ is kept as well as one below.
 */
static void refill(struct nvo3_budget *budget, unsigned long now)
{
	unsigned long passed = now - budget->filled;
	u64 earned;

	if (passed >= HZ) {
		budget->tokens = budget->rate;
		budget->filled = now;
		return;
	}
	earned = (u64)passed * budget->rate / HZ;
	if (!earned)
		return;
	budget->tokens = min_t(u64, budget->rate, budget->tokens + earned);
	budget->filled += (unsigned long)earned * HZ / budget->rate;
}

bool nvo3_budget_take(struct nvo3_budget *budget, unsigned long now, u32 *suppressed)
{
	bool granted;

	spin_lock_bh(&budget->lock);
	budget->total++;
	refill(budget, now);
	granted = budget->tokens;
	if (granted) {
		budget->tokens--;
		*suppressed = budget->suppressed;
		budget->suppressed = 0;
	} else {
		budget->suppressed++;
	}
	spin_unlock_bh(&budget->lock);
	return granted;
}

u64 nvo3_budget_total(struct nvo3_budget *budget)
{
	u64 total;

	spin_lock_bh(&budget->lock);
	total = budget->total;
	spin_unlock_bh(&budget->lock);
	return total;
}

#ifdef DEBUG
#include "selftest/budget.c"
#endif
