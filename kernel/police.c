// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/time64.h>
#include "police.h"

#define FRAMES_BURST_MIN	32

void nvo3_limits_init(struct nvo3_limits *limits, u64 rate, u32 burst, u32 pps)
{
	limits->bytes.rate = rate / 8;
	limits->bytes.burst = burst;
	limits->frames.rate = pps;
	limits->frames.burst = max_t(u32, pps / 10, FRAMES_BURST_MIN);
}

static void bucket_init(struct nvo3_bucket *bucket, const struct nvo3_rate *rate, u64 now)
{
	atomic64_set(&bucket->tokens, rate->burst);
	atomic64_set(&bucket->filled, now);
}

void nvo3_police_init(struct nvo3_police *police, const struct nvo3_limits *limits, u64 now)
{
	bucket_init(&police->bytes, &limits->bytes, now);
	bucket_init(&police->frames, &limits->frames, now);
}

/*
 * An empty bucket earns until its debts are paid and it is full. Whoever moves the time on
 * earns what it was worth, so nothing is earned twice; time that was worth less than a token
 * stays for the next refill.
 */
static bool refill(struct nvo3_bucket *bucket, const struct nvo3_rate *rate, u64 now)
{
	u64 filled = atomic64_read(&bucket->filled), elapsed = now - filled, earned, until;
	s64 tokens = atomic64_read(&bucket->tokens);

	if (!rate->rate || tokens > 0)
		return true;
	/* Another CPU read the clock a moment later and was here first. */
	if ((s64)elapsed < 0)
		return false;
	earned = rate->burst - tokens;
	if (elapsed >= div64_u64(earned * NSEC_PER_SEC, rate->rate)) {
		until = now;
	} else {
		earned = div64_u64(elapsed * rate->rate, NSEC_PER_SEC);
		until = filled + div64_u64(earned * NSEC_PER_SEC + rate->rate - 1, rate->rate);
	}
	if (earned && atomic64_cmpxchg(&bucket->filled, filled, until) == filled)
		atomic64_add(earned, &bucket->tokens);
	return atomic64_read(&bucket->tokens) > 0;
}

bool nvo3_police_refill(struct nvo3_police *police, const struct nvo3_limits *limits, u64 now)
{
	bool bytes = refill(&police->bytes, &limits->bytes, now);

	return refill(&police->frames, &limits->frames, now) && bytes;
}

#ifdef DEBUG
#include "selftest/police.c"
#endif
