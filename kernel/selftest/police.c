// SPDX-License-Identifier: GPL-2.0

/* How many of @count frames of @bytes pass, one each @gap ns from *now on. */
static u64 __init police_run(struct nvo3_police *police, const struct nvo3_limits *limits,
			     u64 *now, u32 count, u32 bytes, u64 gap)
{
	u64 passed = 0;

	for (; count; count--, *now += gap)
		passed += nvo3_police_take(police, limits, bytes, 1) ||
			  (nvo3_police_refill(police, limits, *now) &&
			   nvo3_police_take(police, limits, bytes, 1));
	return passed;
}

bool __init nvo3_police_selftest(void)
{
	u64 now = -3ULL * NSEC_PER_SEC;	/* wraps on the way */
	struct nvo3_limits limits;
	struct nvo3_police police;
	u64 passed, bound;
	bool ok = true;

	/* 8 Mbit/s offered 80 Mbit/s for 10 s: the rate, and the bursts. */
	nvo3_limits_init(&limits, 8000000, 10000, 0);
	nvo3_police_init(&police, &limits, now);
	passed = police_run(&police, &limits, &now, 100000, 1000, 100000);
	bound = 10000 + 2 * 10 + 1;
	ok &= passed >= 9990 && passed <= bound;
	/* Frames: 1,000 a second, offered 10,000 for 2 s. */
	nvo3_limits_init(&limits, 0, 0, 1000);
	nvo3_police_init(&police, &limits, now);
	passed += police_run(&police, &limits, &now, 20000, 1, 100000);
	ok &= passed >= 9990 + 1990 && passed <= bound + 2000 + 2 * 100 + 1;
	/* 64 KB frames through a smaller burst, one each ms for 10 s: still the rate. */
	nvo3_limits_init(&limits, 8000000, 10000, 0);
	nvo3_police_init(&police, &limits, now);
	passed = police_run(&police, &limits, &now, 10000, 65536, 1000000);
	ok &= passed >= 151 && passed <= 154;
	/* After a pause two bursts, here of 10 frames each, and no third. */
	now += NSEC_PER_SEC;
	police_run(&police, &limits, &now, 1, 1000, 0);
	now += NSEC_PER_SEC;
	passed = police_run(&police, &limits, &now, 100, 1000, 0);
	ok &= passed >= 18 && passed <= 21;
	if (!ok)
		pr_err("police selftest failed (%llu passed)\n", passed);
	return ok;
}
