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
	budget->denied = 0;
}

static void refill(struct nvo3_budget *budget, unsigned long now)
{
	u64 full = (u64)budget->rate * HZ;
	unsigned long passed = now - budget->filled;

	/* Who had the lock before may have read the clock a tick later. */
	if (passed > -(unsigned long)HZ)
		return;
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
	refill(budget, now);
	granted = budget->credit >= HZ;
	if (granted) {
		budget->credit -= HZ;
		*suppressed = budget->suppressed;
		budget->suppressed = 0;
	} else {
		budget->suppressed++;
		budget->denied++;
	}
	spin_unlock_bh(&budget->lock);
	return granted;
}

void nvo3_budget_return(struct nvo3_budget *budget, u32 suppressed, bool denied)
{
	spin_lock_bh(&budget->lock);
	budget->suppressed += suppressed + denied;
	budget->denied += denied;
	spin_unlock_bh(&budget->lock);
}

u64 nvo3_budget_denied(struct nvo3_budget *budget)
{
	u64 denied;

	spin_lock_bh(&budget->lock);
	denied = budget->denied;
	spin_unlock_bh(&budget->lock);
	return denied;
}

#ifdef DEBUG
#include "selftest/budget.c"
#endif
