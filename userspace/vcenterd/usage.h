/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What something uses, now and before: reports of counters become rates, and these are kept
 * (Documentation/monitoring.rst). Pure; time comes as an argument.
 */
#ifndef VCENTERD_USAGE_H
#define VCENTERD_USAGE_H

#include <stdbool.h>
#include "history.h"

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

/* What the history of it has */
enum usage_value {
	USAGE_CPU,			/* permille of one processor */
	USAGE_MEMORY,			/* KiB; of a sum MiB */
	USAGE_SIZE,			/* of its disks, MiB */
	USAGE_DISK,			/* KiB a second, as are the next two */
	USAGE_NET,
	USAGE_STORE,
};

struct usage {
	struct vm_use last;		/* time 0: none yet */
	struct usage_rate now;
	struct history history;
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
/* Of a server's or a group's VMs together */
void usage_keep_sum(struct history *h, const struct usage_rate *sum, uint64_t wall);

void usage_add(struct usage_rate *sum, const struct usage_rate *rate);
void usage_sub(struct usage_rate *sum, const struct usage_rate *rate);

#endif
