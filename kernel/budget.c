// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include "budget.h"

void nvo3_budget_init(struct nvo3_budget *budget, u32 rate, unsigned long now)
{
	spin_lock_init(&budget->lock);
	budget->rate = rate;
	budget->credit = (u64)rate * HZ;
	budget->suppressed = 0;
	budget->filled = now;
	budget->total = 0;
}

static void refill(struct nvo3_budget *budget, unsigned long now)
{
	u64 full = (u64)budget->rate * HZ;
	unsigned long passed = now - budget->filled;

	budget->filled = now;
	if (passed >= HZ)
		budget->credit = full;
	else
		budget->credit = min(full, budget->credit + (u64)passed * budget->rate);
}

bool nvo3_budget_take(struct nvo3_budget *budget, unsigned long now, u32 *suppressed)
{
	bool granted;

	spin_lock_bh(&budget->lock);
	budget->total++;
	refill(budget, now);
	granted = budget->credit >= HZ;
	if (granted) {
		budget->credit -= HZ;
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
