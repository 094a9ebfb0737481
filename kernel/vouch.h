/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whom routing has vouched for: a small cache of its answers to "may a packet from
 * here, to there, by this device, be delivered on this host?"
 *
 * The key has all that the answer was derived from, the generation of routing
 * among it. So nothing is ever taken out: an answer that is no longer true is not
 * found any more. Readers and writers are in softirqs of all CPUs; an entry is
 * read whole or not at all.
 */
#ifndef _NVO3_VOUCH_H
#define _NVO3_VOUCH_H

#include <linux/compiler.h>
#include <linux/hash.h>
#include <linux/in6.h>
#include <linux/types.h>
#include <asm/barrier.h>

#define NVO3_VOUCH_BITS		10
#define NVO3_VOUCH_WORDS	6

/*
 * Source, destination, where and how it came in, and the state of routing, packed into words
 * that are made and compared in registers. Never all zero, as an empty entry is.
 */
struct nvo3_vouch_key {
	u64 word[NVO3_VOUCH_WORDS];	/* [0] and [1] are the source */
};

struct nvo3_vouch_entry {
	u32 seq;		/* odd: being written */
	u32 unused;
	u64 word[NVO3_VOUCH_WORDS];
};

struct nvo3_vouch {
	u64 seed;
	struct nvo3_vouch_entry entries[1 << NVO3_VOUCH_BITS];
};

struct nvo3_vouch *nvo3_vouch_new(void);
void nvo3_vouch_free(struct nvo3_vouch *vouch);

static inline void nvo3_vouch_key4(struct nvo3_vouch_key *key, __be32 saddr, __be32 daddr)
{
	key->word[0] = (__force u32)saddr;
	key->word[1] = 0;
	key->word[2] = (__force u32)daddr;
	key->word[3] = 0;
}

static inline void nvo3_vouch_key6(struct nvo3_vouch_key *key, const struct in6_addr *saddr,
				   const struct in6_addr *daddr)
{
	const __be32 *s = saddr->s6_addr32, *d = daddr->s6_addr32;

	key->word[0] = (__force u32)s[0] | (u64)(__force u32)s[1] << 32;
	key->word[1] = (__force u32)s[2] | (u64)(__force u32)s[3] << 32;
	key->word[2] = (__force u32)d[0] | (u64)(__force u32)d[1] << 32;
	key->word[3] = (__force u32)d[2] | (u64)(__force u32)d[3] << 32;
}

/*
 * By source and where it came in: the rest hardly varies. Seeded, so that nobody can choose
 * addresses that all fall on one entry; who guesses gets the compatible way.
 */
static inline u32 nvo3_vouch_slot(const struct nvo3_vouch *vouch, const struct nvo3_vouch_key *key)
{
	u64 hash = (key->word[0] ^ vouch->seed) * GOLDEN_RATIO_64;

	hash = (hash ^ key->word[1] ^ key->word[4] ^ key->word[5]) * GOLDEN_RATIO_64;
	return hash >> (64 - NVO3_VOUCH_BITS);
}

/* With bottom halves off, as the next. */
static inline bool nvo3_vouch_has(const struct nvo3_vouch *vouch,
				  const struct nvo3_vouch_key *key)
{
	const struct nvo3_vouch_entry *e = &vouch->entries[nvo3_vouch_slot(vouch, key)];
	u64 differs;
	u32 seq;

	/* Pairs with the release in nvo3_vouch_add(). */
	seq = smp_load_acquire(&e->seq);
	differs = seq & 1;
	/* One by one, so that they are compared in registers; gcc does not unroll the loop. */
	static_assert(NVO3_VOUCH_WORDS == 6);
	differs |= READ_ONCE(e->word[0]) ^ key->word[0];
	differs |= READ_ONCE(e->word[1]) ^ key->word[1];
	differs |= READ_ONCE(e->word[2]) ^ key->word[2];
	differs |= READ_ONCE(e->word[3]) ^ key->word[3];
	differs |= READ_ONCE(e->word[4]) ^ key->word[4];
	differs |= READ_ONCE(e->word[5]) ^ key->word[5];
	/* The words before the sequence, against a writer who does it the other way. */
	smp_rmb();
	return !differs && READ_ONCE(e->seq) == seq;
}

void nvo3_vouch_add(struct nvo3_vouch *vouch, const struct nvo3_vouch_key *key);

#ifdef DEBUG
bool nvo3_vouch_selftest(void);
#endif

#endif /* _NVO3_VOUCH_H */
