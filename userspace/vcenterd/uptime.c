// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "uptime.h"

static uint64_t period_of(uint64_t wall)
{
	return wall / 1000 / HISTORY_PERIOD_S;
}

uint32_t uptime_since(struct uptime *u, uint64_t wall)
{
	uint64_t s;

	/* the first look, a clock that was set, or a vCenter that stood still */
	if (!u->seen || wall < u->seen || wall - u->seen > UPTIME_GAP_MS) {
		u->seen = wall;
		return 0;
	}
	s = (wall - u->seen) / 1000;
	u->seen += s * 1000;
	return s;
}

/* What lies between the last part and this one is empty, not what it was a day ago. */
static void advance(struct uptime *u, uint64_t period)
{
	uint64_t from = u->period + 1;

	if (period <= u->period)
		return;
	if (period - u->period > HISTORY_PERIODS)
		from = period - HISTORY_PERIODS + 1;
	for (uint64_t p = from; p <= period; p++)
		memset(&u->parts[p % HISTORY_PERIODS], 0, sizeof(u->parts[0]));
	u->period = period;
}

void uptime_add(struct uptime *u, uint32_t seconds, bool up, uint64_t wall)
{
	unsigned int n;

	advance(u, period_of(wall));
	n = u->period % HISTORY_PERIODS;
	u->parts[n].wanted_s += seconds;
	if (up)
		u->parts[n].up_s += seconds;
}

bool uptime_period(const struct uptime *u, unsigned int n, uint64_t wall, uint64_t *time,
		   struct uptime_sum *ret)
{
	uint64_t period = period_of(wall) + n + 1 - HISTORY_PERIODS;

	if (period > u->period || period + HISTORY_PERIODS <= u->period)
		return false;
	ret->wanted_s = u->parts[period % HISTORY_PERIODS].wanted_s;
	ret->up_s = u->parts[period % HISTORY_PERIODS].up_s;
	*time = period * HISTORY_PERIOD_S;
	return ret->wanted_s > 0;
}

struct uptime_sum uptime_day(const struct uptime *u, uint64_t wall)
{
	struct uptime_sum day = { 0 }, part;
	uint64_t time;

	for (unsigned int n = 0; n < HISTORY_PERIODS; n++) {
		if (!uptime_period(u, n, wall, &time, &part))
			continue;
		day.wanted_s += part.wanted_s;
		day.up_s += part.up_s;
	}
	return day;
}
