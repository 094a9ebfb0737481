/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Token buckets: so many bytes and so many frames a second, without a lock.
 *
 * The clock is read only when a bucket has run empty: nvo3_police_take() spends what is there,
 * and nvo3_police_refill() earns what the time since the last refill was worth, at most a
 * burst. So after a pause up to two bursts may pass at once, and over any longer time never
 * more than the rate and two bursts. A bucket with anything in it lets any frame pass and
 * goes into debt, for a GSO frame may be larger than the burst.
 *
 * All CPUs share a port's buckets. Times are nanoseconds of any clock that does not go back.
 */
#ifndef _NVO3_POLICE_H
#define _NVO3_POLICE_H

#include <linux/atomic.h>
#include <linux/types.h>

/* One limit: immutable. A rate of 0 is none. */
struct nvo3_rate {
	u64 rate;		/* tokens a second */
	u32 burst;		/* tokens */
};

struct nvo3_bucket {
	atomic64_t tokens;	/* below 0: debt */
	atomic64_t filled;	/* the time up to which it has earned */
};

struct nvo3_limits {
	struct nvo3_rate bytes, frames;
};

struct nvo3_police {
	struct nvo3_bucket bytes, frames;
};

/* @rate in bits and frames a second, 0 for none; @burst in bytes, for frames a tenth second. */
void nvo3_limits_init(struct nvo3_limits *limits, u64 rate, u32 burst, u32 pps);

/* Full buckets. Packets may be passing. */
void nvo3_police_init(struct nvo3_police *police, const struct nvo3_limits *limits, u64 now);

/* Earn; true if it is worth another try. */
bool nvo3_police_refill(struct nvo3_police *police, const struct nvo3_limits *limits, u64 now);

static inline bool nvo3_bucket_take(struct nvo3_bucket *bucket, u32 cost)
{
	if (likely(atomic64_sub_return(cost, &bucket->tokens) + cost > 0))
		return true;
	atomic64_add(cost, &bucket->tokens);
	return false;
}

/* May a frame that stands for @frames with @bytes in all pass? Takes all or nothing. */
static inline bool nvo3_police_take(struct nvo3_police *police, const struct nvo3_limits *limits,
				    u32 bytes, u32 frames)
{
	if (limits->frames.rate && !nvo3_bucket_take(&police->frames, frames))
		return false;
	if (!limits->bytes.rate || nvo3_bucket_take(&police->bytes, bytes))
		return true;
	if (limits->frames.rate)
		atomic64_add(frames, &police->frames.tokens);
	return false;
}

#ifdef DEBUG
bool nvo3_police_selftest(void);
#endif

#endif /* _NVO3_POLICE_H */
