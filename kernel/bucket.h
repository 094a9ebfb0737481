/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bucket array inside the table: where a permuted key lies, how a reader
 * finds it while it moves, how the writer makes room.
 *
 * A slot is empty while its value is 0. A reader trusts a (tag, value) pair if the
 * bucket's sequence did not step around the reading, and a miss if the sequence
 * of the first bucket did not step over both buckets. It never waits: unlike a
 * seqcount there is no "odd" state, so a writer may be preempted anywhere, and a
 * reader retries only when the writer got on. The barriers are named A to D;
 * slot_fill() and slot_move() in bucket.c are their other side, and
 * Documentation/mapping-table.rst has the whole argument.
 *
 * Locking: one writer. The reader's side is bucket_lookup.h.
 */
#ifndef _NVO3_BUCKET_H
#define _NVO3_BUCKET_H

#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include "permute.h"
#include "table.h"

/* Bits of the index that both buckets of a key share, since the tag lacks them. */
#define NVO3_LOW_BITS		8

/* Below this a bucket would have no other with the same low bits. */
#define NVO3_BUCKETS_MIN	512
/* One GiB of buckets; one kvmalloc() gives less than two. */
#define NVO3_BUCKETS_MAX	BIT(24)

/* One cache line. */
struct nvo3_bucket {
	u64 tag[NVO3_TABLE_SLOTS];
	u32 val[NVO3_TABLE_SLOTS];
	u32 seq;
};

/*
 * The buckets are an allocation of their own, so that it is a power of two: it
 * wastes nothing and is aligned to cache lines, wherever the memory comes from.
 */
struct nvo3_buckets {
	struct nvo3_bucket *bucket;
	u32 mask;		/* number of buckets - 1 */
	u32 cold_size;		/* bytes a slot */
	u8 *cold;		/* writer only */
	struct rcu_head rcu;
};

static inline u32 nvo3_buckets_first(const struct nvo3_buckets *b, struct nvo3_permuted p)
{
	return ((u32)p.tag << NVO3_LOW_BITS | p.low) & b->mask;
}

/*
 * The other bucket of a tag, from either. The step comes from tag bits that
 * nvo3_buckets_first() does not use, and is never 0.
 */
static inline u32 nvo3_buckets_other(const struct nvo3_buckets *b, u32 index, u64 tag)
{
	u32 step = tag >> 32 & b->mask & ~(BIT(NVO3_LOW_BITS) - 1);

	return index ^ (step ? step : BIT(NVO3_LOW_BITS));
}

/*
 * Have the processor fetch both buckets of a key, the second too: to wait for it after the first
 * would cost a fifth of the lookups as much again. Always inline: gcc drops a call that does
 * nothing else.
 */
static __always_inline void nvo3_buckets_fetch(const struct nvo3_buckets *b,
					       struct nvo3_permuted p)
{
	u32 index = nvo3_buckets_first(b, p);

	prefetch(&b->bucket[index]);
	prefetch(&b->bucket[nvo3_buckets_other(b, index, p.tag)]);
}

/*
 * Have the processor fetch what a writer will look at for this key. Of the cold part only the
 * first bucket's, where most keys lie.
 */
static __always_inline void nvo3_buckets_prefetch(const struct nvo3_buckets *b,
						  struct nvo3_permuted p)
{
	u32 index = nvo3_buckets_first(b, p);

	prefetchw(&b->bucket[index]);
	prefetchw(&b->bucket[nvo3_buckets_other(b, index, p.tag)]);
	prefetchw(b->cold + (size_t)index * NVO3_TABLE_SLOTS * b->cold_size);
}

/* Zeroed arrays for @number buckets, NULL without memory. May sleep, so may _free_rcu. */
struct nvo3_buckets *nvo3_buckets_alloc(u32 number, u32 cold_size);
void nvo3_buckets_free(struct nvo3_buckets *b);
void nvo3_buckets_free_rcu(struct nvo3_buckets *b);

/* The slot of a key; false if it is not there. */
bool nvo3_buckets_find(const struct nvo3_buckets *b, struct nvo3_permuted p, u32 *slot);

/* Store a key that is not there, @cold NULL for zeroes. Its cold part, NULL if full. */
void *nvo3_buckets_place(struct nvo3_buckets *b, struct nvo3_permuted p, u32 value,
			 const void *cold);

void nvo3_buckets_clear(struct nvo3_buckets *b, u32 slot);

static inline struct nvo3_bucket *nvo3_slot_bucket(const struct nvo3_buckets *b, u32 slot)
{
	return &b->bucket[slot / NVO3_TABLE_SLOTS];
}

static inline void *nvo3_slot_cold(const struct nvo3_buckets *b, u32 slot)
{
	return b->cold + (size_t)slot * b->cold_size;
}

#endif /* _NVO3_BUCKET_H */
