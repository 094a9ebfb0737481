/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How some values went: as they came, and as averages of half an hour, in two rings, so that a
 * history takes the same memory after a minute and after a year (Documentation/monitoring.rst).
 * What the values are is known by who keeps them. Pure; time comes as an argument.
 */
#ifndef VCENTERD_HISTORY_H
#define VCENTERD_HISTORY_H

#include <stdint.h>

#define HISTORY_RECENT		60	/* as they came */
#define HISTORY_PERIODS		48	/* averages of HISTORY_PERIOD_S each: a day */
#define HISTORY_PERIOD_S	1800u
#define HISTORY_VALUES		6

struct history_sample {
	uint32_t time;			/* s since 1970, of this vCenter */
	uint32_t v[HISTORY_VALUES];
};

struct history {
	struct history_sample recent[HISTORY_RECENT], periods[HISTORY_PERIODS];
	uint16_t n_recent, n_periods;	/* that were begun; beyond the size it goes in a circle */
	uint64_t period;		/* number of the one that goes on */
	uint64_t sum[HISTORY_VALUES];	/* of this one */
	uint32_t summed;
};

/* What is more than 32 bits is cut to them. @wall: ms since 1970 */
void history_keep(struct history *h, const uint64_t v[HISTORY_VALUES], uint64_t wall);

/* The oldest first: @n from 0 on. NULL at the end. */
const struct history_sample *history_recent(const struct history *h, unsigned int n);
const struct history_sample *history_period(const struct history *h, unsigned int n);

#endif
