/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers from 0 to a size, each taken or free: a bitmap, with summaries of 64 bits on top that
 * say which words are full. Finding, taking and giving back are at most four steps. Pure.
 */
#ifndef VCENTERD_POOL_H
#define VCENTERD_POOL_H

#include <stdbool.h>
#include <stdint.h>

#define POOL_SIZE_MAX	(1u << 24)

struct pool;

/* All free. @size is from 1 to POOL_SIZE_MAX. */
struct pool *pool_new(uint32_t size);
void pool_free(struct pool *pool);	/* accepts NULL */

/* False: it was so already. */
bool pool_take(struct pool *pool, uint32_t n);
bool pool_give(struct pool *pool, uint32_t n);
/* The first free one from @from on, or else from 0 on; -1 if all are taken. */
int64_t pool_find(const struct pool *pool, uint32_t from);
uint32_t pool_taken(const struct pool *pool);
uint32_t pool_size(const struct pool *pool);

#endif
