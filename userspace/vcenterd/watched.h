/* SPDX-License-Identifier: GPL-2.0 */
/* What monitor.c knows of a VM or a server; part of model.h. */
#ifndef VCENTERD_WATCHED_H
#define VCENTERD_WATCHED_H

#include "alarm.h"
#include "uptime.h"
#include "usage.h"

struct watched {
	struct usage usage;
	struct alarm cpu, memory;
	uint32_t report;	/* of a server: so many; of a VM: the last one it was in */
	uint32_t missed;	/* of a VM that runs: reports in a row that it was not in */
	uint64_t heard, interval;	/* ms, of a server: the last report, since the one before */
	uint64_t looked;	/* ms, of a server: after its VMs, whether they are up */
	struct uptime uptime;	/* of a VM */
};

/* Of a group, or a tenant */
struct group_watched {
	struct history history;
	struct uptime uptime;		/* of its VMs together */
	uint64_t kept;			/* ms: the newest of history */
};

/* Of a server: its machine, whoever uses it */
struct host_use {
	uint64_t time;			/* ms since 1970, of the vServer */
	uint32_t cpus, cpu_permille;	/* of all of them */
	uint32_t load_milli;
	uint64_t memory_kib, memory_used_kib;
	uint64_t disk_kib, disk_used_kib;
};

/* What the history of it has */
enum host_value {
	HOST_CPU,			/* permille of all processors */
	HOST_LOAD,			/* processes, in thousandths */
	HOST_MEMORY,			/* MiB in use, as the next one */
	HOST_DISK,
};

struct host_watched {
	struct host_use now;		/* time 0: nothing was told in this session */
	struct alarm cpu, memory, disk;
	struct alarm busy;		/* nobody is told of this one: it is for placement.h */
	struct history *history;	/* of all sessions; NULL: nothing was told ever */
};

#endif
