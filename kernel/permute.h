/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keyed permutation of the 72-bit key space that the table stores keys by.
 *
 * The lower 64 bits pass three rounds: multiplied by a secret odd number, which carries each
 * bit upwards, and folded, which brings the upper half down. The upper 8 bits go in before,
 * and take up 8 bits of what comes out. All of this is undone step by step. It lies on the
 * way of every frame, so it is short: three multiplications that wait for each other.
 *
 * What it is good for: someone who sends frames or registers addresses and sees
 * neither the seed nor the table cannot aim at a bucket, so the table fills as
 * if keys were random. What it is not: a cipher. Whoever sees permuted keys, or
 * can time single lookups very finely, may work out the seed; nothing here is
 * secret from root, and no secrecy of addresses rests on it. Being invertible it
 * has no collisions at all, so the worst that a lucky guesser gets is a table
 * that refuses an insert (nvo3_table_insert() bounds the growth).
 *
 * Pure functions, no locks.
 */
#ifndef _NVO3_PERMUTE_H
#define _NVO3_PERMUTE_H

#include "table.h"

/* A permuted key: the bucket index carries @low, the slot holds @tag. */
struct nvo3_permuted {
	u64 tag;
	u8 low;
};

/* What the upper bits of a key do to the lower ones. */
static inline u64 nvo3_key_shift(const u64 seed[4], u8 hi)
{
	return seed[0] + hi * (seed[1] | 1);
}

static inline u64 nvo3_key_round(u64 x, u64 factor)
{
	x *= factor | 1;
	return x ^ x >> 32;
}

static inline struct nvo3_permuted nvo3_key_permute(const u64 seed[4], struct nvo3_key key)
{
	u64 x = key.lo ^ nvo3_key_shift(seed, key.hi);

	x = nvo3_key_round(x, seed[1]);
	x = nvo3_key_round(x, seed[2]);
	x = nvo3_key_round(x, seed[3]);
	return (struct nvo3_permuted){ .tag = x, .low = key.hi ^ x >> 56 };
}

/* By what an odd number has to be multiplied to give 1: each step doubles the bits that do. */
static inline u64 nvo3_key_inverse(u64 odd)
{
	u64 inverse = odd;	/* right in 3 bits */
	int bits;

	for (bits = 3; bits < 64; bits *= 2)
		inverse *= 2 - odd * inverse;
	return inverse;
}

static inline u64 nvo3_key_round_back(u64 x, u64 factor)
{
	return (x ^ x >> 32) * nvo3_key_inverse(factor | 1);
}

static inline struct nvo3_key nvo3_key_recover(const u64 seed[4], struct nvo3_permuted permuted)
{
	u8 hi = permuted.low ^ permuted.tag >> 56;
	u64 x = permuted.tag;

	x = nvo3_key_round_back(x, seed[3]);
	x = nvo3_key_round_back(x, seed[2]);
	x = nvo3_key_round_back(x, seed[1]);
	return (struct nvo3_key){ .lo = x ^ nvo3_key_shift(seed, hi), .hi = hi };
}

#endif /* _NVO3_PERMUTE_H */
