// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/random.h>
#include "vouch.h"

void nvo3_vouch_add(struct nvo3_vouch *vouch, const struct nvo3_vouch_key *key)
{
	struct nvo3_vouch_entry *e = &vouch->entries[nvo3_vouch_slot(vouch, key)];
	u32 seq = READ_ONCE(e->seq);
	int i;

	/* Another CPU is writing: then this answer is asked for once more. */
	if (seq & 1 || cmpxchg(&e->seq, seq, seq + 1) != seq)
		return;
	/* The odd sequence before the words; pairs with smp_rmb() in nvo3_vouch_has(). */
	smp_wmb();
	for (i = 0; i < NVO3_VOUCH_WORDS; i++)
		WRITE_ONCE(e->word[i], key->word[i]);
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
