// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include "clock_offset.h"

static uint64_t error_at(const struct clock_sample *s, uint64_t now)
{
	return s->half + (now - s->at) / (1000000 / CLOCK_OFFSET_PPM);
}

static const struct clock_sample *best(const struct clock_offset *c, uint64_t now)
{
	unsigned int n = c->n < CLOCK_OFFSET_SAMPLES ? c->n : CLOCK_OFFSET_SAMPLES;
	const struct clock_sample *found = NULL;

	for (unsigned int i = 0; i < n; i++)
		if (!found || error_at(&c->samples[i], now) < error_at(found, now))
			found = &c->samples[i];
	return found;
}

static uint64_t distance(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

void clock_offset_add(struct clock_offset *c, uint64_t sent, uint64_t now, uint64_t clock)
{
	const struct clock_sample *known = best(c, now);
	struct clock_sample s;

	if (now < sent)
		return;
	s.half = (now - sent + 1) / 2;
	s.ahead = (int64_t)(clock - (sent + (now - sent) / 2));
	s.at = now;
	if (known && distance(known->ahead, s.ahead) > error_at(known, now) + s.half)
		c->n = 0;
	c->samples[c->n++ % CLOCK_OFFSET_SAMPLES] = s;
	/* it counts on, and must not begin anew */
	if (c->n == 2 * CLOCK_OFFSET_SAMPLES)
		c->n = CLOCK_OFFSET_SAMPLES;
}

bool clock_offset_get(const struct clock_offset *c, uint64_t now, uint64_t wall, int64_t *ret,
		      uint64_t *ret_error)
{
	const struct clock_sample *s = best(c, now);

	if (!s)
		return false;
	*ret = s->ahead - (int64_t)(wall - now);
	*ret_error = error_at(s, now);
	return true;
}
