// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include "usage.h"

void usage_add(struct usage_rate *sum, const struct usage_rate *rate)
{
	sum->cpu_permille += rate->cpu_permille;
	sum->memory_kib += rate->memory_kib;
	sum->disk_kib += rate->disk_kib;
	sum->disk += rate->disk;
	sum->net += rate->net;
	sum->store += rate->store;
}

void usage_sub(struct usage_rate *sum, const struct usage_rate *rate)
{
	sum->cpu_permille -= rate->cpu_permille;
	sum->memory_kib -= rate->memory_kib;
	sum->disk_kib -= rate->disk_kib;
	sum->disk -= rate->disk;
	sum->net -= rate->net;
	sum->store -= rate->store;
}

static uint32_t narrow(uint64_t value)
{
	return value < UINT32_MAX ? value : UINT32_MAX;
}

static struct usage_sample sample(const struct usage_rate *rate, uint64_t time_s)
{
	return (struct usage_sample){
		.time = time_s, .cpu_permille = narrow(rate->cpu_permille),
		.memory_kib = narrow(rate->memory_kib), .disk = narrow(rate->disk / 1024),
		.net = narrow(rate->net / 1024), .store = narrow(rate->store / 1024),
	};
}

/* A ring's counter: it never comes back to a number that means "not full yet". */
static void count(uint16_t *n, uint16_t size)
{
	*n = *n + 1 < 2 * size ? *n + 1 : size;
}

/* The average of what goes on is its newest sample, which grows to the whole. */
static void keep_period(struct usage *u, const struct usage_rate *rate, uint64_t time_s)
{
	uint64_t period = time_s / USAGE_PERIOD_S;
	struct usage_rate mean;

	if (!u->n_periods || period != u->period) {
		u->period = period;
		u->sum = (struct usage_rate){ };
		u->summed = 0;
		count(&u->n_periods, USAGE_PERIODS);
	}
	usage_add(&u->sum, rate);
	u->summed++;
	mean = (struct usage_rate){
		.cpu_permille = u->sum.cpu_permille / u->summed,
		.memory_kib = u->sum.memory_kib / u->summed,
		.disk = u->sum.disk / u->summed, .net = u->sum.net / u->summed,
		.store = u->sum.store / u->summed,
	};
	u->periods[(u->n_periods - 1) % USAGE_PERIODS] =
		sample(&mean, period * USAGE_PERIOD_S);
}

void usage_keep(struct usage *u, const struct usage_rate *rate, uint64_t wall)
{
	u->now = *rate;
	count(&u->n_recent, USAGE_RECENT);
	u->recent[(u->n_recent - 1) % USAGE_RECENT] = sample(rate, wall / 1000);
	keep_period(u, rate, wall / 1000);
}

static bool went_back(const struct vm_use *a, const struct vm_use *b)
{
	return b->cpu_ns < a->cpu_ns || b->disk_read < a->disk_read ||
	       b->disk_written < a->disk_written || b->net_in < a->net_in ||
	       b->net_out < a->net_out || b->store_in < a->store_in ||
	       b->store_out < a->store_out;
}

/* Counters are a peer's: no sum and no product of them may wrap to something harmless. */
static uint64_t per_second(uint64_t before, uint64_t now, uint64_t ms)
{
	long double rate = (long double)(now - before) * 1000 / ms;

	return rate < UINT32_MAX * 1024.0L ? rate : UINT32_MAX * 1024ull;
}

static struct usage_rate rate_of(const struct vm_use *a, const struct vm_use *b)
{
	uint64_t ms = b->time - a->time;
	long double cpu = (long double)(b->cpu_ns - a->cpu_ns) / 1000 / ms;

	return (struct usage_rate){
		.cpu_permille = cpu < UINT32_MAX ? cpu : UINT32_MAX,
		.memory_kib = narrow(b->memory_kib), .disk_kib = narrow(b->disk_kib),
		.disk = per_second(a->disk_read, b->disk_read, ms) +
			per_second(a->disk_written, b->disk_written, ms),
		.net = per_second(a->net_in, b->net_in, ms) +
		       per_second(a->net_out, b->net_out, ms),
		.store = per_second(a->store_in, b->store_in, ms) +
			 per_second(a->store_out, b->store_out, ms),
	};
}

enum usage_verdict usage_take(struct usage *u, const struct vm_use *use,
			      const struct usage_rate *most, uint64_t wall)
{
	struct vm_use last = u->last;
	struct usage_rate rate;

	if (use->time + USAGE_SKEW_MS < wall || use->time > wall + USAGE_SKEW_MS)
		return USAGE_ABSURD;
	if (last.time && use->time <= last.time)
		return USAGE_OLD;
	if (most && use->memory_kib > most->memory_kib)
		return USAGE_ABSURD;
	u->last = *use;
	if (!last.time)
		return USAGE_FIRST;
	if (went_back(&last, use))
		return USAGE_ANEW;
	rate = rate_of(&last, use);
	if (most && rate.cpu_permille > most->cpu_permille) {
		u->last = last;
		return USAGE_ABSURD;
	}
	usage_keep(u, &rate, wall);
	return USAGE_TAKEN;
}

static const struct usage_sample *at(const struct usage_sample *ring, uint16_t count,
				     uint16_t size, unsigned int n)
{
	unsigned int held = count < size ? count : size;

	return n < held ? &ring[(count - held + n) % size] : NULL;
}

const struct usage_sample *usage_recent(const struct usage *u, unsigned int n)
{
	return at(u->recent, u->n_recent, USAGE_RECENT, n);
}

const struct usage_sample *usage_period(const struct usage *u, unsigned int n)
{
	return at(u->periods, u->n_periods, USAGE_PERIODS, n);
}
