// SPDX-License-Identifier: GPL-2.0
#include <linux/netdevice.h>
#include "stats.h"

void nvo3_stats_drop(struct nvo3_stats __percpu *stats)
{
	struct nvo3_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_inc(&s->dropped);
	u64_stats_update_end(&s->syncp);
}

void nvo3_drops_count(struct nvo3_drops __percpu *drops, enum nvo3_drop reason)
{
	struct nvo3_drops *d = this_cpu_ptr(drops);

	u64_stats_update_begin(&d->syncp);
	u64_stats_inc(&d->count[reason]);
	u64_stats_update_end(&d->syncp);
}

struct nvo3_stats __percpu *nvo3_stats_alloc(void)
{
	return netdev_alloc_pcpu_stats(struct nvo3_stats);
}

struct nvo3_drops __percpu *nvo3_drops_alloc(void)
{
	return netdev_alloc_pcpu_stats(struct nvo3_drops);
}

static void stats_read(const struct nvo3_stats *s, struct nvo3_totals *out)
{
	unsigned int start;
	int i;

	do {
		start = u64_stats_fetch_begin(&s->syncp);
		for (i = 0; i < NVO3_COUNTS; i++) {
			out->packets[i] = u64_stats_read(&s->packets[i]);
			out->bytes[i] = u64_stats_read(&s->bytes[i]);
		}
		out->dropped = u64_stats_read(&s->dropped);
	} while (u64_stats_fetch_retry(&s->syncp, start));
}

void nvo3_stats_sum(struct nvo3_stats __percpu *stats, struct nvo3_totals *sum)
{
	struct nvo3_totals one;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		stats_read(per_cpu_ptr(stats, cpu), &one);
		for (i = 0; i < NVO3_COUNTS; i++) {
			sum->packets[i] += one.packets[i];
			sum->bytes[i] += one.bytes[i];
		}
		sum->dropped += one.dropped;
	}
}

u64 nvo3_drops_sum(struct nvo3_drops __percpu *drops, enum nvo3_drop reason)
{
	unsigned int start;
	u64 sum = 0, one;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct nvo3_drops *d = per_cpu_ptr(drops, cpu);

		do {
			start = u64_stats_fetch_begin(&d->syncp);
			one = u64_stats_read(&d->count[reason]);
		} while (u64_stats_fetch_retry(&d->syncp, start));
		sum += one;
	}
	return sum;
}

void nvo3_ways_compat(struct nvo3_ways __percpu *ways, u32 packets)
{
	struct nvo3_ways *w = this_cpu_ptr(ways);

	u64_stats_update_begin(&w->syncp);
	u64_stats_add(&w->rx_compat, packets);
	u64_stats_update_end(&w->syncp);
}

void nvo3_ways_redirected(struct nvo3_ways __percpu *ways, u32 packets)
{
	struct nvo3_ways *w = this_cpu_ptr(ways);

	u64_stats_update_begin(&w->syncp);
	u64_stats_add(&w->redirected, packets);
	u64_stats_update_end(&w->syncp);
}

void nvo3_ways_relayed(struct nvo3_ways __percpu *ways, u32 packets)
{
	struct nvo3_ways *w = this_cpu_ptr(ways);

	u64_stats_update_begin(&w->syncp);
	u64_stats_add(&w->relayed, packets);
	u64_stats_update_end(&w->syncp);
}

struct nvo3_ways __percpu *nvo3_ways_alloc(void)
{
	return netdev_alloc_pcpu_stats(struct nvo3_ways);
}

static void ways_read(const struct nvo3_ways *w, struct nvo3_way_totals *out)
{
	unsigned int start;
	int way, why;

	do {
		start = u64_stats_fetch_begin(&w->syncp);
		for (way = 0; way < NVO3_WAYS; way++)
			for (why = 0; why <= NVO3_BYPASS_MAX; why++)
				out->count[way][why] = u64_stats_read(&w->count[way][why]);
		out->rx_compat = u64_stats_read(&w->rx_compat);
		out->redirected = u64_stats_read(&w->redirected);
		out->relayed = u64_stats_read(&w->relayed);
	} while (u64_stats_fetch_retry(&w->syncp, start));
}

void nvo3_ways_sum(struct nvo3_ways __percpu *ways, struct nvo3_way_totals *sum)
{
	struct nvo3_way_totals one;
	int cpu, way, why;

	*sum = (struct nvo3_way_totals){};
	for_each_possible_cpu(cpu) {
		ways_read(per_cpu_ptr(ways, cpu), &one);
		for (way = 0; way < NVO3_WAYS; way++)
			for (why = 0; why <= NVO3_BYPASS_MAX; why++)
				sum->count[way][why] += one.count[way][why];
		sum->rx_compat += one.rx_compat;
		sum->redirected += one.redirected;
		sum->relayed += one.relayed;
	}
}
