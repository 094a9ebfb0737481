/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What something uses, now and before: reports of counters become rates, and these are kept in two
 * rings, so that the history of a VM takes the same memory after a minute and after a year
 * (Documentation/monitoring.rst). Pure; time comes as an argument.
 */
#ifndef VCENTERD_USAGE_H
#define VCENTERD_USAGE_H

#include <stdbool.h>
#include <stdint.h>

#define USAGE_RECENT	60		/* reports, as they came */
#define USAGE_PERIODS	48		/* averages of USAGE_PERIOD_S each */
#define USAGE_PERIOD_S	1800u
#define USAGE_SKEW_MS	3600000u	/* that a vServer's clock may be wrong by */

/* Counters since it was started, as VmUse in management.proto */
struct vm_use {
	uint64_t time;			/* ms since 1970, of the vServer */
	uint64_t cpu_ns, memory_kib, disk_kib;
	uint64_t disk_read, disk_written, net_in, net_out, store_in, store_out;
};

/* Sums of several can be made of it. */
struct usage_rate {
	uint64_t cpu_permille;		/* of one processor */
	uint64_t memory_kib, disk_kib;
	uint64_t disk, net, store;	/* bytes a second, both ways */
};

struct usage_sample {
	uint32_t time;			/* s since 1970, of this vCenter; 0: none */
	uint32_t cpu_permille;
	uint32_t memory_kib;
	uint32_t disk, net, store;	/* KiB a second */
};

struct usage {
	struct vm_use last;		/* time 0: none yet */
	struct usage_rate now;
	struct usage_sample recent[USAGE_RECENT], periods[USAGE_PERIODS];
	uint16_t n_recent, n_periods;	/* that were begun; beyond the size it goes in a circle */
	uint64_t period;		/* number of the one that goes on */
	struct usage_rate sum;		/* of this one */
	uint32_t summed;
};

enum usage_verdict {
	USAGE_FIRST,			/* no rate can be told yet */
	USAGE_TAKEN,
	USAGE_ANEW,			/* its counters began anew */
	USAGE_OLD,			/* repeated, or out of order; left out */
	USAGE_ABSURD,			/* cannot be: its time, or more than @most; left out */
};

/* @wall: ms since 1970, ours. @most: of cpu and memory; NULL: anything may be. */
enum usage_verdict usage_take(struct usage *u, const struct vm_use *use,
			      const struct usage_rate *most, uint64_t wall);
/* The same for who has rates already. */
void usage_keep(struct usage *u, const struct usage_rate *rate, uint64_t wall);

void usage_add(struct usage_rate *sum, const struct usage_rate *rate);
void usage_sub(struct usage_rate *sum, const struct usage_rate *rate);

/* The oldest first: @n from 0 on. NULL at the end. */
const struct usage_sample *usage_recent(const struct usage *u, unsigned int n);
const struct usage_sample *usage_period(const struct usage *u, unsigned int n);

#endif
