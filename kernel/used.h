/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which keys were used lately: two bitmaps, of the present period and of the one before it.
 *
 * A key has one bit of each, chosen by its permuted form, so that strangers cannot aim. Several
 * keys may share a bit: what is not used may seem to be, never the other way round.
 *
 * Marking wants RCU or the mutex, everything else the mutex.
 */
#ifndef _NVO3_USED_H
#define _NVO3_USED_H

#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include "permute.h"

#define NVO3_USED_BITS	65536

struct nvo3_used {
	struct rcu_head rcu;
	unsigned long *now;	/* one of the two; see nvo3_used_turn() */
	unsigned long map[2][BITS_TO_LONGS(NVO3_USED_BITS)];
};

/* As if every key had been used in the period before. NULL: no memory. */
struct nvo3_used *nvo3_used_new(void);

/* Nobody finds it any more; readers may be left with _free_rcu. NULL is fine. */
void nvo3_used_free(struct nvo3_used *used);
void nvo3_used_free_rcu(struct nvo3_used *used);

/* The present period is the one before, an empty one begins. */
void nvo3_used_turn(struct nvo3_used *used);

/* In either period? */
bool nvo3_used_test(const struct nvo3_used *used, struct nvo3_permuted key);

static inline u32 nvo3_used_bit(struct nvo3_permuted key)
{
	return (key.tag >> 32 ^ key.tag) % NVO3_USED_BITS;
}

/* What is set already is only read: its cache line stays with all who use it. */
static inline void nvo3_used_mark(struct nvo3_used *used, struct nvo3_permuted key)
{
	unsigned long *now = READ_ONCE(used->now);
	u32 bit = nvo3_used_bit(key);

	if (!test_bit(bit, now))
		set_bit(bit, now);
}

#ifdef DEBUG
bool nvo3_used_selftest(void);
#endif

#endif /* _NVO3_USED_H */
