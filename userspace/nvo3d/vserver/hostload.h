/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What this machine has and uses, whoever uses it, as its kernel tells (V11). The parsers are pure:
 * 0, or -EINVAL with a sentence, and then nothing is filled in.
 */
#ifndef NVO3D_VSERVER_HOSTLOAD_H
#define NVO3D_VSERVER_HOSTLOAD_H

#include <stdint.h>

#include "errs.h"

/* Of all processors together since the machine began, in clock ticks */
struct host_ticks {
	uint64_t busy, all;
	uint32_t cpus;
};

struct host_load {
	struct host_ticks ticks;
	uint32_t load_milli;
	uint64_t memory_kib, memory_used_kib;
	uint64_t disk_kib, disk_used_kib;
};

/* /proc/stat, /proc/meminfo, /proc/loadavg */
int host_ticks_parse(const char *text, struct host_ticks *ret, struct err *err);
int host_memory_parse(const char *text, struct host_load *ret, struct err *err);
int host_loadavg_parse(const char *text, uint32_t *ret_milli, struct err *err);
/* From @a to @b, 0 to 1000; counters of the kernel's do go back a little */
uint32_t host_busy_permille(const struct host_ticks *a, const struct host_ticks *b);

/* All of it; the disk is the one that has @dir. Blocks as long as that file system does. */
int host_load_read(const char *dir, struct host_load *ret, struct err *err);

#endif
