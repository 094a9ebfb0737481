// SPDX-License-Identifier: GPL-2.0
/*
 * The mapping table: permutes keys, grows, counts. Where a key lies and how it
 * moves under readers is bucket.c; why all this is so, Documentation/mapping-table.rst.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include "bucket_lookup.h"
#include "permute.h"
#include "table.h"

#define FULL_PERCENT	90	/* grow above */
#define SPARSE		32	/* never grow to more slots a key than this */
#define GROW_TRIES	2	/* for one insert: to twice, then four times the size */

static struct nvo3_buckets *writer_buckets(const struct nvo3_table *table)
{
	lockdep_assert_held(table->lock);
	return rcu_dereference_protected(table->buckets, lockdep_is_held(table->lock));
}

static u32 slots_of(const struct nvo3_buckets *b)
{
	return (b->mask + 1) * NVO3_TABLE_SLOTS;
}

/* Copy all keys. Index and tag say where they go; the keys themselves are not needed. */
static bool rehash(struct nvo3_buckets *to, const struct nvo3_buckets *from)
{
	u32 slot, end = slots_of(from);

	for (slot = 0; slot < end; slot++) {
		const struct nvo3_bucket *bucket = nvo3_slot_bucket(from, slot);
		int i = slot % NVO3_TABLE_SLOTS;
		struct nvo3_permuted p = {
			.tag = bucket->tag[i],
			.low = slot / NVO3_TABLE_SLOTS,
		};

		if (slot % 4096 == 0)
			cond_resched();
		if (bucket->val[i] &&
		    !nvo3_buckets_place(to, p, bucket->val[i], nvo3_slot_cold(from, slot)))
			return false;
	}
	return true;
}

/*
 * Insert into a larger copy and publish that. Random keys never get here with a
 * nearly empty table; keys chosen by someone who knows the seed might, and must
 * not make it grow without bound.
 */
static void *grow_and_place(struct nvo3_table *table, struct nvo3_permuted p, u32 value)
{
	struct nvo3_buckets *from = writer_buckets(table), *to;
	u64 number = from->mask + 1ULL;
	void *cold;
	int i;

	for (i = 0; i < GROW_TRIES; i++) {
		number *= 2;
		if (number > NVO3_BUCKETS_MAX ||
		    number * NVO3_TABLE_SLOTS > (table->count + 1ULL) * SPARSE)
			return ERR_PTR(-ENOSPC);
		to = nvo3_buckets_alloc(number, table->cold_size);
		if (!to)
			return ERR_PTR(-ENOMEM);
		cold = rehash(to, from) ? nvo3_buckets_place(to, p, value, NULL) : NULL;
		if (cold) {
			rcu_assign_pointer(table->buckets, to);
			nvo3_buckets_free_rcu(from);
			return cold;
		}
		nvo3_buckets_free(to);
	}
	return ERR_PTR(-ENOSPC);
}

int nvo3_table_init(struct nvo3_table *table, struct mutex *lock, u32 cold_size)
{
	struct nvo3_buckets *b = nvo3_buckets_alloc(NVO3_BUCKETS_MIN, cold_size);

	if (!b)
		return -ENOMEM;
	*table = (struct nvo3_table){ .lock = lock, .cold_size = cold_size };
	get_random_bytes(table->seed, sizeof(table->seed));
	rcu_assign_pointer(table->buckets, b);
	return 0;
}

void nvo3_table_uninit(struct nvo3_table *table)
{
	nvo3_buckets_free(rcu_dereference_protected(table->buckets, true));
	RCU_INIT_POINTER(table->buckets, NULL);
}

static const struct nvo3_buckets *reader_buckets(const struct nvo3_table *table)
{
	return rcu_dereference_check(table->buckets, rcu_read_lock_bh_held() ||
				     lockdep_is_held(table->lock));
}

u32 nvo3_table_lookup(const struct nvo3_table *table, struct nvo3_key key)
{
	return nvo3_buckets_lookup(reader_buckets(table), nvo3_key_permute(table->seed, key));
}

struct nvo3_permuted nvo3_table_fetch(const struct nvo3_table *table, struct nvo3_key key)
{
	struct nvo3_permuted p = nvo3_key_permute(table->seed, key);

	nvo3_buckets_fetch(reader_buckets(table), p);
	return p;
}

u32 nvo3_table_lookup_fetched(const struct nvo3_table *table, struct nvo3_permuted key)
{
	return nvo3_buckets_lookup(reader_buckets(table), key);
}

void *nvo3_table_find(struct nvo3_table *table, struct nvo3_key key, u32 *value)
{
	const struct nvo3_buckets *b = writer_buckets(table);
	u32 slot;

	if (!nvo3_buckets_find(b, nvo3_key_permute(table->seed, key), &slot))
		return NULL;
	*value = nvo3_slot_bucket(b, slot)->val[slot % NVO3_TABLE_SLOTS];
	return nvo3_slot_cold(b, slot);
}

void nvo3_table_prefetch(const struct nvo3_table *table, struct nvo3_key key)
{
	nvo3_buckets_prefetch(writer_buckets(table), nvo3_key_permute(table->seed, key));
}

void *nvo3_table_insert(struct nvo3_table *table, struct nvo3_key key, u32 value)
{
	struct nvo3_permuted p = nvo3_key_permute(table->seed, key);
	struct nvo3_buckets *b = writer_buckets(table);
	void *cold = NULL;

	if ((table->count + 1ULL) * 100 <= (u64)slots_of(b) * FULL_PERCENT)
		cold = nvo3_buckets_place(b, p, value, NULL);
	if (!cold)
		cold = grow_and_place(table, p, value);
	if (IS_ERR(cold))
		return cold;
	table->count++;
	table->changes++;
	return cold;
}

void nvo3_table_set(struct nvo3_table *table, struct nvo3_key key, u32 value)
{
	struct nvo3_buckets *b = writer_buckets(table);
	u32 slot;

	if (WARN_ON_ONCE(!nvo3_buckets_find(b, nvo3_key_permute(table->seed, key), &slot)))
		return;
	WRITE_ONCE(nvo3_slot_bucket(b, slot)->val[slot % NVO3_TABLE_SLOTS], value);
	table->changes++;
}

bool nvo3_table_remove(struct nvo3_table *table, struct nvo3_key key)
{
	struct nvo3_buckets *b = writer_buckets(table);
	u32 slot;

	if (!nvo3_buckets_find(b, nvo3_key_permute(table->seed, key), &slot))
		return false;
	nvo3_buckets_clear(b, slot);
	table->count--;
	table->changes++;
	return true;
}

bool nvo3_table_next(struct nvo3_table *table, u32 *pos, struct nvo3_key *key,
		     u32 *value, void **cold)
{
	const struct nvo3_buckets *b = writer_buckets(table);
	u32 slot, end = slots_of(b);

	for (slot = *pos; slot < end; slot++) {
		const struct nvo3_bucket *bucket = nvo3_slot_bucket(b, slot);
		int i = slot % NVO3_TABLE_SLOTS;
		struct nvo3_permuted p = {
			.tag = bucket->tag[i],
			.low = slot / NVO3_TABLE_SLOTS,
		};

		if (!bucket->val[i])
			continue;
		*key = nvo3_key_recover(table->seed, p);
		*value = bucket->val[i];
		*cold = nvo3_slot_cold(b, slot);
		*pos = slot + 1;
		return true;
	}
	*pos = end;
	return false;
}

u32 nvo3_table_slots(const struct nvo3_table *table)
{
	return slots_of(writer_buckets(table));
}

u64 nvo3_table_bytes(const struct nvo3_table *table)
{
	const struct nvo3_buckets *b = writer_buckets(table);

	return sizeof(*b) + (b->mask + 1ULL) * sizeof(*b->bucket) +
	       (u64)slots_of(b) * table->cold_size;
}

#ifdef DEBUG
#include "selftest/table.c"
#endif
