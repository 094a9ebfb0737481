/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How much of something one peer may ask for: a bucket that fills with time. Pure.
 */
#ifndef NDIRECTORD_RATE_H
#define NDIRECTORD_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
	uint32_t per_s, burst;		/* tokens; at least 1 each */
	uint32_t tokens;
	uint64_t filled;		/* ms: up to when time has been turned into tokens */
};

static inline void rate_init(struct rate *r, uint32_t per_s, uint32_t burst, uint64_t now)
{
	*r = (struct rate){ .per_s = per_s, .burst = burst, .tokens = burst, .filled = now };
}

/* False: it has had enough for now. */
static inline bool rate_take(struct rate *r, uint64_t now)
{
	uint64_t new = (now - r->filled) * r->per_s / 1000;

	/* time that is not worth a token yet stays */
	if (new) {
		r->filled = now;
		r->tokens = new < r->burst - r->tokens ? r->tokens + new : r->burst;
	}
	if (!r->tokens)
		return false;
	r->tokens--;
	return true;
}

#endif /* NDIRECTORD_RATE_H */
