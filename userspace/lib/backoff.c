// SPDX-License-Identifier: GPL-2.0
#include "backoff.h"

/*
 * So many attempts before the bound grows: a server whose program is started anew is back in some
 * tenth of a second, and by then a bound that doubles at once would be longer than that.
 */
#define QUICK	6

void backoff_init(struct backoff *b, uint32_t min_ms, uint32_t max_ms)
{
	b->min_ms = min_ms;
	b->max_ms = max_ms < min_ms ? min_ms : max_ms;
	b->failures = 0;
}

/*
 * Anything between nothing and the bound: when a server comes back, its clients
 * must not all come in the same instant, and a minimum would line them up there.
 */
uint32_t backoff_next(struct backoff *b, uint32_t random)
{
	uint64_t bound = b->min_ms;
	uint32_t i;

	for (i = QUICK - 1; i < b->failures && bound < b->max_ms; i++)
		bound *= 2;
	if (bound > b->max_ms)
		bound = b->max_ms;
	if (b->failures < UINT32_MAX)
		b->failures++;
	return (uint64_t)random * (bound + 1) >> 32;
}

void backoff_reset(struct backoff *b)
{
	b->failures = 0;
}
