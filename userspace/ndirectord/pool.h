/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory for what there are millions of: no header for each piece, and 30 bits to point to one.
 *
 * There is one pool in the process. It has a range of addresses to itself (8 GiB, of which only
 * what was ever used is memory), and a reference is the distance from its beginning in units of
 * 8 bytes: 30 bits, so that two are left for who keeps it. What is freed goes to a list of its
 * size, for the next one of that size; nothing is given back to the system. Of one thread; ends
 * the program when there is no memory.
 */
#ifndef NDIRECTORD_POOL_H
#define NDIRECTORD_POOL_H

#include <stddef.h>
#include <stdint.h>

#define POOL_UNIT	8u
#define POOL_SIZE_MAX	4096u		/* of one piece */
#define POOL_REF_BITS	30

/* Of the address 0, which is in no pool. */
#define POOL_NONE	0u

extern uint8_t *pool_base;

/* Zeroed, at a multiple of POOL_UNIT; 1 to POOL_SIZE_MAX bytes. */
void *pool_zalloc(size_t size);
/* @size as it was asked for. */
void pool_free(void *piece, size_t size);

/* Also of what is inside a piece, at a multiple of POOL_UNIT. */
static inline uint32_t pool_ref(const void *piece)
{
	return piece ? ((const uint8_t *)piece - pool_base) / POOL_UNIT : POOL_NONE;
}

static inline void *pool_at(uint32_t ref)
{
	return ref != POOL_NONE ? pool_base + (size_t)ref * POOL_UNIT : NULL;
}

#endif /* NDIRECTORD_POOL_H */
