// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include "budget.h"

void nvo3_budget_init(struct nvo3_budget *budget, u32 rate, unsigned long now)
{
	atomic64_set(&budget->denied, 0);
	budget->spent = now + LONG_MAX;		/* as far from now as can be */
	spin_lock_init(&budget->lock);
	budget->rate = rate;
	budget->credit = (u64)rate * HZ;
	budget->filled = now;
	budget->told = 0;
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

/* What nobody has been told of yet; what does not fit is left for the next one. */
static u32 tell(struct nvo3_budget *budget)
{
	u64 untold = atomic64_read(&budget->denied) - budget->told;
	u32 suppressed = min_t(u64, untold, U32_MAX);

	budget->told += suppressed;
	return suppressed;
}

static bool take(struct nvo3_budget *budget, unsigned long now, u32 *suppressed)
{
	refill(budget, now);
	if (budget->credit < HZ) {
		WRITE_ONCE(budget->spent, now);
		return false;
	}
	budget->credit -= HZ;
	*suppressed = tell(budget);
	return true;
}

bool nvo3_budget_take(struct nvo3_budget *budget, unsigned long now, u32 *suppressed)
{
	bool granted = false;

	/*
	 * Within a tick nothing is earned, so what was empty in it stays so. (Where jiffies have
	 * 32 bits they come round, and who has not asked for so long may wait for a tick.)
	 */
	if (READ_ONCE(budget->spent) != now) {
		spin_lock_bh(&budget->lock);
		granted = take(budget, now, suppressed);
		spin_unlock_bh(&budget->lock);
	}
	if (!granted)
		atomic64_inc(&budget->denied);
	return granted;
}

void nvo3_budget_return(struct nvo3_budget *budget, u32 suppressed, bool denied)
{
	spin_lock_bh(&budget->lock);
	budget->told -= suppressed;
	spin_unlock_bh(&budget->lock);
	if (denied)
		atomic64_inc(&budget->denied);
}

#ifdef DEBUG
#include "selftest/budget.c"
#endif
