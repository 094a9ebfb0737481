/* SPDX-License-Identifier: GPL-2.0 */
/*
 * For how much of the last day something was up that was to be up: two sums of seconds for each
 * half-hour, in a ring. What it is when somebody looks, it was since the look before; if
 * nobody has looked for long, that time is not known, and counts for nothing. Pure.
 */
#ifndef VCENTERD_UPTIME_H
#define VCENTERD_UPTIME_H

#include <stdbool.h>
#include "history.h"

#define UPTIME_GAP_MS	60000u		/* from one look to the next; more is not known */

/* Of several: theirs together */
struct uptime_sum {
	uint64_t wanted_s, up_s;
};

struct uptime {
	struct {
		uint32_t wanted_s, up_s;
	} parts[HISTORY_PERIODS];
	uint64_t period;		/* number of the newest */
	uint64_t seen;			/* ms since 1970: until then it is counted */
};

/* Whole seconds since it was asked last; what is over comes with the next. @wall: ms since 1970 */
uint32_t uptime_since(struct uptime *u, uint64_t wall);
/* For so long until now it was to be up; was it? */
void uptime_add(struct uptime *u, uint32_t seconds, bool up, uint64_t wall);

/* Of the last day, until now */
struct uptime_sum uptime_day(const struct uptime *u, uint64_t wall);
/*
 * Of the half-hours of the last day the one with number @n, from 0, the oldest, to
 * HISTORY_PERIODS - 1, which goes on. False: it was not to be up in it. @time: its begin, s
 */
bool uptime_period(const struct uptime *u, unsigned int n, uint64_t wall, uint64_t *time,
		   struct uptime_sum *ret);

#endif
