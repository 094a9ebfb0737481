/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The reader's side of the bucket array, inline, so that the table's lookup is one
 * function. See bucket.h.
 */
#ifndef _NVO3_BUCKET_LOOKUP_H
#define _NVO3_BUCKET_LOOKUP_H

#include <linux/bitops.h>
#include "bucket.h"

static __always_inline unsigned int nvo3_slot_fits(const struct nvo3_bucket *bucket, int i, u64 tag)
{
	return (READ_ONCE(bucket->tag[i]) == tag) << i;
}

/*
 * 0, or the value of @tag in one bucket; @seq is what the bucket was seen under.
 * All tags are compared before any branch: which of them fits is random, and a
 * wrong guess of the processor costs more than the other comparisons.
 */
static __always_inline u32 nvo3_bucket_lookup(const struct nvo3_bucket *bucket, u64 tag, u32 *seq)
{
	unsigned int fits;
	u32 val;

again:
	*seq = READ_ONCE(bucket->seq);
	smp_rmb();	/* A */
	fits = nvo3_slot_fits(bucket, 0, tag) | nvo3_slot_fits(bucket, 1, tag) |
	       nvo3_slot_fits(bucket, 2, tag) | nvo3_slot_fits(bucket, 3, tag) |
	       nvo3_slot_fits(bucket, 4, tag);
	smp_rmb();	/* B */
	/* A slot that fits may be empty and keep the tag of a former key. */
	for (; fits; fits &= fits - 1) {
		val = READ_ONCE(bucket->val[__ffs(fits)]);
		if (!val)
			continue;
		smp_rmb();	/* C */
		if (unlikely(READ_ONCE(bucket->seq) != *seq))
			goto again;
		return val;
	}
	return 0;
}

/* Value of a key, 0 if there is none. Under RCU. */
static inline u32 nvo3_buckets_lookup(const struct nvo3_buckets *b, struct nvo3_permuted p)
{
	u32 index = nvo3_buckets_first(b, p), seq, unused, val;
	const struct nvo3_bucket *first = &b->bucket[index];
	const struct nvo3_bucket *second = &b->bucket[nvo3_buckets_other(b, index, p.tag)];

	do {
		val = nvo3_bucket_lookup(first, p.tag, &seq);
		if (val)
			return val;
		val = nvo3_bucket_lookup(second, p.tag, &unused);
		if (val)
			return val;
		/*
		 * The key may have moved from the second to the first bucket
		 * behind our back. Who saw it gone from the second sees that the
		 * sequence of the first has stepped.
		 */
		smp_rmb();	/* D */
	} while (unlikely(READ_ONCE(first->seq) != seq));
	return 0;
}

#endif /* _NVO3_BUCKET_LOOKUP_H */
