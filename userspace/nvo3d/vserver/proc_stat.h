/* SPDX-License-Identifier: GPL-2.0 */
/* A line of /proc/PID/stat. Pure. */
#ifndef NVO3D_VSERVER_PROC_STAT_H
#define NVO3D_VSERVER_PROC_STAT_H

#include <stdbool.h>
#include <stdint.h>

struct proc_stat {
	char state;		/* 'Z': it has ended, and nobody has waited for it */
	uint64_t start;		/* clock ticks from boot to its begin */
	uint64_t cpu_ticks;	/* its own, and of the children that it has waited for */
	uint64_t rss_pages;
};

/* False: it is not such a line, or not all of it */
bool proc_stat_parse(const char *text, struct proc_stat *ret);

#endif
