// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include "vouch.h"

static_assert(sizeof_field(union nvo3_vouch_key, words) == sizeof(union nvo3_vouch_key));

/*
 * By source and device: the rest hardly varies. Seeded, so that nobody can choose
 * addresses that all fall on one entry; who guesses gets the compatible way.
 */
static u32 slot(const struct nvo3_vouch *vouch, const union nvo3_vouch_key *key)
{
	u64 hash = (key->words[0] ^ vouch->seed) * GOLDEN_RATIO_64;

	hash = (hash ^ key->words[1] ^ key->ifindex ^ key->dscp) * GOLDEN_RATIO_64;
	return hash >> (64 - NVO3_VOUCH_BITS);
}

bool nvo3_vouch_has(const struct nvo3_vouch *vouch, const union nvo3_vouch_key *key)
{
	const struct nvo3_vouch_entry *e = &vouch->entries[slot(vouch, key)];
	u64 differs;
	u32 seq;
	int i;

	/* Pairs with the release in nvo3_vouch_add(). */
	seq = smp_load_acquire(&e->seq);
	differs = seq & 1;
	for (i = 0; i < NVO3_VOUCH_WORDS; i++)
		differs |= READ_ONCE(e->words[i]) ^ key->words[i];
	/* The words before the sequence, against a writer who does it the other way. */
	smp_rmb();
	return !differs && READ_ONCE(e->seq) == seq;
}

void nvo3_vouch_add(struct nvo3_vouch *vouch, const union nvo3_vouch_key *key)
{
	struct nvo3_vouch_entry *e = &vouch->entries[slot(vouch, key)];
	u32 seq = READ_ONCE(e->seq);
	int i;

	/* Another CPU is writing: then this answer is asked for once more. */
	if (seq & 1 || cmpxchg(&e->seq, seq, seq + 1) != seq)
		return;
	/* The odd sequence before the words; pairs with smp_rmb() in nvo3_vouch_has(). */
	smp_wmb();
	for (i = 0; i < NVO3_VOUCH_WORDS; i++)
		WRITE_ONCE(e->words[i], key->words[i]);
	/* The words before the even sequence. */
	smp_store_release(&e->seq, seq + 2);
}

struct nvo3_vouch *nvo3_vouch_new(void)
{
	struct nvo3_vouch *vouch = kvzalloc(sizeof(*vouch), GFP_KERNEL);

	if (vouch)
		get_random_bytes(&vouch->seed, sizeof(vouch->seed));
	return vouch;
}

void nvo3_vouch_free(struct nvo3_vouch *vouch)
{
	kvfree(vouch);
}

#ifdef DEBUG
#include "selftest/vouch.c"
#endif
