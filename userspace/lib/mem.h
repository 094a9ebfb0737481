/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory that is there or the program ends. A daemon whose state is in the
 * kernel and on disk loses nothing by a restart; half-handled shortage would
 * lose requests.
 */
#ifndef MEM_H
#define MEM_H

#include <stdlib.h>
#include <string.h>

static inline void *mem_check(void *p)
{
	if (!p)
		abort();
	return p;
}

/* Zeroed; never NULL, also for size 0. free() it. */
static inline void *mem_zalloc(size_t size)
{
	return mem_check(calloc(1, size ? size : 1));
}

static inline void *mem_calloc(size_t n, size_t size)
{
	return mem_check(calloc(n ? n : 1, size ? size : 1));
}

static inline char *mem_strdup(const char *s)
{
	return mem_check(strdup(s));
}

#endif /* MEM_H */
