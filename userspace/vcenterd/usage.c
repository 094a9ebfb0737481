// SPDX-License-Identifier: GPL-2.0
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

static void keep(struct history *h, const struct usage_rate *rate, uint64_t memory, uint64_t wall)
{
	const uint64_t v[HISTORY_VALUES] = {
		[USAGE_CPU] = rate->cpu_permille, [USAGE_MEMORY] = memory,
		[USAGE_SIZE] = rate->disk_kib / 1024, [USAGE_DISK] = rate->disk / 1024,
		[USAGE_NET] = rate->net / 1024, [USAGE_STORE] = rate->store / 1024,
	};

	history_keep(h, v, wall);
}

void usage_keep(struct usage *u, const struct usage_rate *rate, uint64_t wall)
{
	u->now = *rate;
	keep(&u->history, rate, rate->memory_kib, wall);
}

void usage_keep_sum(struct history *h, const struct usage_rate *sum, uint64_t wall)
{
	keep(h, sum, sum->memory_kib / 1024, wall);
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
