/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When to try again: a few times soon, then exponential, with full jitter. Pure; the caller gives
 * the random number.
 */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdint.h>

struct backoff {
	uint32_t min_ms;
	uint32_t max_ms;
	uint32_t failures;
};

void backoff_init(struct backoff *b, uint32_t min_ms, uint32_t max_ms);
/* Delay before the next attempt after one more failure; @random is any 32 bits. */
uint32_t backoff_next(struct backoff *b, uint32_t random);
void backoff_reset(struct backoff *b);

#endif /* BACKOFF_H */
