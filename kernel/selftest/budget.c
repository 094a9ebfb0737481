// SPDX-License-Identifier: GPL-2.0

/* Ask @times at @now: how many were granted; @held sums what was told as held back. */
static u32 __init ask(struct nvo3_budget *budget, unsigned long now, u32 times, u32 *held)
{
	u32 granted = 0, suppressed;

	while (times--) {
		if (!nvo3_budget_take(budget, now, &suppressed))
			continue;
		granted++;
		*held += suppressed;
	}
	return granted;
}

bool __init nvo3_budget_selftest(void)
{
	unsigned long now = -5UL;	/* wraps on the way */
	struct nvo3_budget budget;
	u32 held = 0, granted, i;
	bool ok = true;

	nvo3_budget_init(&budget, 100, now);
	ok &= ask(&budget, now, 150, &held) == 100 && held == 0;
	ok &= ask(&budget, now + HZ / 2, 80, &held) == 50 && held == 50;
	ok &= ask(&budget, now + 10 * HZ, 1000, &held) == 100 && held == 80;
	ok &= nvo3_budget_denied(&budget) == 980;

	/* What came to nothing counts with the next one. */
	nvo3_budget_return(&budget, 7, false);
	nvo3_budget_return(&budget, 0, true);
	held = 0;
	ok &= ask(&budget, now + 11 * HZ, 1, &held) == 1 && held == 908;
	ok &= nvo3_budget_denied(&budget) == 981;

	/* A clock that was read before another one's neither fills the bucket nor shuts it. */
	nvo3_budget_init(&budget, 100, now);
	ok &= ask(&budget, now, 150, &held) == 100 && ask(&budget, now - 1, 150, &held) == 0;
	ok &= ask(&budget, now + HZ / 2, 30, &held) == 30 && ask(&budget, now - 1, 30, &held) == 0;
	ok &= ask(&budget, now + HZ / 2, 30, &held) == 20;
	ok &= ask(&budget, now + HZ, 60, &held) == 50;
	ok &= nvo3_budget_denied(&budget) == 50 + 150 + 30 + 10 + 10;

	/* Of more than can be told at once, the rest is told the next time. */
	nvo3_budget_init(&budget, 2, now);
	atomic64_set(&budget.denied, 10 + (u64)U32_MAX);
	ok &= nvo3_budget_take(&budget, now, &held) && held == U32_MAX;
	ok &= nvo3_budget_take(&budget, now, &held) && held == 10;

	/* A steady stream above the rate gets the rate: no rounding loss. */
	nvo3_budget_init(&budget, 100, now);
	ask(&budget, now, 100, &held);
	for (granted = 0, i = 1; i <= 10 * HZ; i++)
		granted += ask(&budget, now + i, 2, &held);
	ok &= granted >= 990 && granted <= 1000;
	if (!ok)
		pr_err("budget selftest failed (granted %u, held %u)\n", granted, held);
	return ok;
}
