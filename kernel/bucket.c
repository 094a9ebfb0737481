// SPDX-License-Identifier: GPL-2.0
/* Bucket arrays: readers beside one writer that moves keys. See bucket.h. */

#include <linux/bitops.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "bucket.h"

/* Buckets that the search for room looks at; eight bytes of stack each. */
#define SEARCH_MAX	96

static_assert(sizeof(struct nvo3_bucket) == 64);
static_assert(NVO3_TABLE_SLOTS == 5);

/*
 * Fill an empty slot. In brackets the reader's side.
 *
 * The old value is gone before the new tag shows [B]: who sees the new tag cannot
 * take the old value. The new tag shows before the sequence steps [A], and that
 * before the new value [C]: who took the new value with the old tag had read the
 * sequence before, and sees that it stepped. The second step comes after the
 * value, so that who started from it finds the key here [D].
 */
static void slot_fill(struct nvo3_buckets *b, u32 slot, u64 tag, u32 val)
{
	struct nvo3_bucket *bucket = nvo3_slot_bucket(b, slot);
	int i = slot % NVO3_TABLE_SLOTS;

	smp_wmb();	/* B */
	WRITE_ONCE(bucket->tag[i], tag);
	smp_wmb();	/* A */
	WRITE_ONCE(bucket->seq, bucket->seq + 1);
	smp_wmb();	/* C */
	WRITE_ONCE(bucket->val[i], val);
	smp_wmb();	/* D */
	WRITE_ONCE(bucket->seq, bucket->seq + 1);
}

void nvo3_buckets_clear(struct nvo3_buckets *b, u32 slot)
{
	WRITE_ONCE(nvo3_slot_bucket(b, slot)->val[slot % NVO3_TABLE_SLOTS], 0);
}

/* Destination first: at every moment the key is in at least one of its buckets. */
static void slot_move(struct nvo3_buckets *b, u32 to, u32 from)
{
	const struct nvo3_bucket *source = nvo3_slot_bucket(b, from);
	int i = from % NVO3_TABLE_SLOTS;

	memcpy(nvo3_slot_cold(b, to), nvo3_slot_cold(b, from), b->cold_size);
	slot_fill(b, to, source->tag[i], source->val[i]);
	smp_wmb();	/* D */
	nvo3_buckets_clear(b, from);
}

static bool bucket_find(const struct nvo3_buckets *b, u32 index, u64 tag, u32 *slot)
{
	const struct nvo3_bucket *bucket = &b->bucket[index];
	int i;

	for (i = 0; i < NVO3_TABLE_SLOTS; i++) {
		if (bucket->tag[i] == tag && bucket->val[i]) {
			*slot = index * NVO3_TABLE_SLOTS + i;
			return true;
		}
	}
	return false;
}

bool nvo3_buckets_find(const struct nvo3_buckets *b, struct nvo3_permuted p, u32 *slot)
{
	u32 index = nvo3_buckets_first(b, p);

	return bucket_find(b, index, p.tag, slot) ||
	       bucket_find(b, nvo3_buckets_other(b, index, p.tag), p.tag, slot);
}

/* The search for room: breadth first, so that the fewest keys move. */
struct step {
	u32 index;	/* of a bucket */
	u8 parent;	/* the step from whose bucket a key would move here */
	u8 slot;	/* and from which slot of it */
};

struct search {
	struct step step[SEARCH_MAX];
	int head, tail;
};

#define STEP_ROOT	U8_MAX

static_assert(SEARCH_MAX < STEP_ROOT);

/* A bucket that is there already would make a path that crosses itself. */
static void search_push(struct search *search, u32 index, int parent, int slot)
{
	int i;

	if (search->tail == SEARCH_MAX)
		return;
	for (i = 0; i < search->tail; i++) {
		if (search->step[i].index == index)
			return;
	}
	search->step[search->tail++] = (struct step){ index, parent, slot };
}

static int bucket_hole(const struct nvo3_bucket *bucket)
{
	int i;

	for (i = 0; i < NVO3_TABLE_SLOTS; i++) {
		if (!bucket->val[i])
			return i;
	}
	return -1;
}

/* Move keys along the path that ends in @hole, its end first: the root's empty slot. */
static u32 path_walk(struct nvo3_buckets *b, const struct search *search, int hole)
{
	const struct step *step = &search->step[search->head];
	u32 to = step->index * NVO3_TABLE_SLOTS + hole;

	while (step->parent != STEP_ROOT) {
		const struct step *parent = &search->step[step->parent];
		u32 from = parent->index * NVO3_TABLE_SLOTS + step->slot;

		slot_move(b, to, from);
		to = from;
		step = parent;
	}
	return to;
}

/* Make an empty slot in one of the buckets of @p; false if no path was found. */
static bool make_room(struct nvo3_buckets *b, struct nvo3_permuted p, u32 *slot)
{
	u32 index = nvo3_buckets_first(b, p);
	struct search search __uninitialized;
	int i, hole;

	search.head = 0;
	search.tail = 0;
	search_push(&search, index, STEP_ROOT, 0);
	search_push(&search, nvo3_buckets_other(b, index, p.tag), STEP_ROOT, 0);
	for (; search.head < search.tail; search.head++) {
		const struct nvo3_bucket *bucket;

		index = search.step[search.head].index;
		bucket = &b->bucket[index];
		hole = bucket_hole(bucket);
		if (hole >= 0) {
			*slot = path_walk(b, &search, hole);
			return true;
		}
		for (i = 0; i < NVO3_TABLE_SLOTS; i++)
			search_push(&search, nvo3_buckets_other(b, index, bucket->tag[i]),
				    search.head, i);
	}
	return false;
}

void *nvo3_buckets_place(struct nvo3_buckets *b, struct nvo3_permuted p, u32 value,
			 const void *cold)
{
	void *dest;
	u32 slot;

	if (!make_room(b, p, &slot))
		return NULL;
	dest = nvo3_slot_cold(b, slot);
	if (cold)
		memcpy(dest, cold, b->cold_size);
	else
		memset(dest, 0, b->cold_size);
	slot_fill(b, slot, p.tag, value);
	return dest;
}

void nvo3_buckets_free(struct nvo3_buckets *b)
{
	kvfree(b->cold);
	kvfree(b->bucket);
	kfree(b);
}

/* Readers never look at the cold part. */
void nvo3_buckets_free_rcu(struct nvo3_buckets *b)
{
	kvfree(b->cold);
	kvfree_rcu_mightsleep(b->bucket);
	kfree_rcu(b, rcu);
}

/* Without memory an insert fails; it does not get processes killed. */
struct nvo3_buckets *nvo3_buckets_alloc(u32 number, u32 cold_size)
{
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL;
	struct nvo3_buckets *b;

	b = kzalloc(sizeof(*b), gfp);
	if (!b)
		return NULL;
	b->mask = number - 1;
	b->cold_size = cold_size;
	b->bucket = kvcalloc(number, sizeof(*b->bucket), gfp);
	b->cold = kvcalloc((size_t)number * NVO3_TABLE_SLOTS, cold_size, gfp);
	if (b->bucket && b->cold)
		return b;
	nvo3_buckets_free(b);
	return NULL;
}
