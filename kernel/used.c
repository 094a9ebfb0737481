// SPDX-License-Identifier: GPL-2.0
#include <linux/bitmap.h>
#include <linux/slab.h>
#include "used.h"

struct nvo3_used *nvo3_used_new(void)
{
	struct nvo3_used *used = kvzalloc(sizeof(*used), GFP_KERNEL_ACCOUNT);

	if (!used)
		return NULL;
	used->now = used->map[0];
	bitmap_fill(used->map[1], NVO3_USED_BITS);
	return used;
}

void nvo3_used_free(struct nvo3_used *used)
{
	kvfree(used);
}

void nvo3_used_free_rcu(struct nvo3_used *used)
{
	if (used)
		kvfree_rcu(used, rcu);
}

/*
 * A use belongs to the period in which its reader has read @now. Who then marks when the page has
 * been turned marks the one before, where it belongs. Who is held up until it has been turned once
 * more writes to what is being cleared, or is the present one: then a use of two periods ago is
 * forgotten, as it should be, or taken for a new one.
 */
void nvo3_used_turn(struct nvo3_used *used)
{
	unsigned long *next = used->map[used->now == used->map[0]];

	bitmap_zero(next, NVO3_USED_BITS);
	/* Pairs with the reader's READ_ONCE(), by dependency: who finds it finds it empty. */
	smp_store_release(&used->now, next);
}

bool nvo3_used_test(const struct nvo3_used *used, struct nvo3_permuted key)
{
	u32 bit = nvo3_used_bit(key);

	return test_bit(bit, used->map[0]) || test_bit(bit, used->map[1]);
}

#ifdef DEBUG
#include "selftest/used.c"
#endif
