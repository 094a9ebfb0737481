/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The keyed permutation of the 72-bit key space that the table stores keys by.
 *
 * A balanced Feistel network over two halves of 36 bits, four rounds. Each round
 * multiplies by a secret odd number and folds the product, which is the cheapest
 * thing that carries every input bit to every output bit.
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

#define NVO3_HALF_BITS	36
#define NVO3_HALF_MASK	((1ULL << NVO3_HALF_BITS) - 1)

/* A permuted key: the bucket index carries @low, the slot holds @tag. */
struct nvo3_permuted {
	u64 tag;
	u8 low;
};

static inline u64 nvo3_half_round(u64 half, u64 mask, u64 factor)
{
	u64 product = (half ^ mask) * (factor | 1);

	return (product ^ product >> 32) & NVO3_HALF_MASK;
}

static inline struct nvo3_permuted nvo3_key_permute(const u64 seed[4], struct nvo3_key key)
{
	u64 left = (u64)key.hi << (64 - NVO3_HALF_BITS) | key.lo >> NVO3_HALF_BITS;
	u64 right = key.lo & NVO3_HALF_MASK;

	left ^= nvo3_half_round(right, seed[0], seed[1]);
	right ^= nvo3_half_round(left, seed[1], seed[2]);
	left ^= nvo3_half_round(right, seed[2], seed[3]);
	right ^= nvo3_half_round(left, seed[3], seed[0]);

	return (struct nvo3_permuted){
		.tag = left << (NVO3_HALF_BITS - 8) | right >> 8,
		.low = right,
	};
}

static inline struct nvo3_key nvo3_key_recover(const u64 seed[4], struct nvo3_permuted permuted)
{
	u64 right = (permuted.tag << 8 & NVO3_HALF_MASK) | permuted.low;
	u64 left = permuted.tag >> (NVO3_HALF_BITS - 8);

	right ^= nvo3_half_round(left, seed[3], seed[0]);
	left ^= nvo3_half_round(right, seed[2], seed[3]);
	right ^= nvo3_half_round(left, seed[1], seed[2]);
	left ^= nvo3_half_round(right, seed[0], seed[1]);

	return (struct nvo3_key){
		.lo = left << NVO3_HALF_BITS | right,
		.hi = left >> (64 - NVO3_HALF_BITS),
	};
}

#endif /* _NVO3_PERMUTE_H */
