// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "history.h"

static uint32_t narrow(uint64_t value)
{
	return value < UINT32_MAX ? value : UINT32_MAX;
}

/* A ring's counter: it never comes back to a number that means "not full yet". */
static void count(uint16_t *n, uint16_t size)
{
	*n = *n + 1 < 2 * size ? *n + 1 : size;
}

/* The average of what goes on is its newest sample, which grows to the whole. */
static void keep_period(struct history *h, const uint32_t v[HISTORY_VALUES], uint64_t time_s)
{
	uint64_t period = time_s / HISTORY_PERIOD_S;
	struct history_sample *mean;

	if (!h->n_periods || period != h->period) {
		h->period = period;
		memset(h->sum, 0, sizeof(h->sum));
		h->summed = 0;
		count(&h->n_periods, HISTORY_PERIODS);
	}
	h->summed++;
	mean = &h->periods[(h->n_periods - 1) % HISTORY_PERIODS];
	mean->time = period * HISTORY_PERIOD_S;
	for (int i = 0; i < HISTORY_VALUES; i++) {
		h->sum[i] += v[i];
		mean->v[i] = h->sum[i] / h->summed;
	}
}

void history_keep(struct history *h, const uint64_t v[HISTORY_VALUES], uint64_t wall)
{
	struct history_sample *s;

	count(&h->n_recent, HISTORY_RECENT);
	s = &h->recent[(h->n_recent - 1) % HISTORY_RECENT];
	s->time = wall / 1000;
	for (int i = 0; i < HISTORY_VALUES; i++)
		s->v[i] = narrow(v[i]);
	keep_period(h, s->v, wall / 1000);
}

static const struct history_sample *at(const struct history_sample *ring, uint16_t count,
				       uint16_t size, unsigned int n)
{
	unsigned int held = count < size ? count : size;

	return n < held ? &ring[(count - held + n) % size] : NULL;
}

const struct history_sample *history_recent(const struct history *h, unsigned int n)
{
	return at(h->recent, h->n_recent, HISTORY_RECENT, n);
}

const struct history_sample *history_period(const struct history *h, unsigned int n)
{
	return at(h->periods, h->n_periods, HISTORY_PERIODS, n);
}
