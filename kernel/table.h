/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A hash table from 72-bit keys to 32-bit values for RCU readers and one writer.
 *
 * Buckets are cache lines of five slots; a key lives in one of two buckets
 * (cuckoo), so a hit costs one or two cache lines and nothing else. Keys are
 * stored through a keyed, invertible permutation of the 72-bit space: the bucket
 * index carries the low 8 bits, the slot the other 64, which makes 12 bytes a
 * slot hold a whole key, keeps strangers from choosing colliding keys, and gives
 * the key back when the table is dumped or grown.
 *
 * Beside each hot slot lies a cold one of a size the user chooses, which lookup
 * never touches; it moves with its key.
 *
 * Locking: nvo3_table_lookup() wants rcu_read_lock() or bottom halves off;
 * everything else the mutex given to nvo3_table_init(), and asserts it.
 */
#ifndef _NVO3_TABLE_H
#define _NVO3_TABLE_H

#include <linux/mutex.h>
#include <linux/types.h>

#define NVO3_TABLE_SLOTS	5	/* per bucket */

/* The key: 24 bits of VNI above 48 bits of address. */
struct nvo3_key {
	u64 lo;			/* low 64 bits */
	u8 hi;			/* bits 64-71 */
};

struct nvo3_buckets;
struct nvo3_permuted;

struct nvo3_table {
	struct nvo3_buckets __rcu *buckets;
	struct mutex *lock;	/* of all writers */
	u64 seed[4];		/* of the permutation, random per table */
	u32 cold_size;		/* bytes a slot */
	u32 count;		/* keys held */
	u32 changes;		/* counts every change that a dump could miss */
};

int nvo3_table_init(struct nvo3_table *table, struct mutex *lock, u32 cold_size);

/* Wants no readers left; not the mutex. */
void nvo3_table_uninit(struct nvo3_table *table);

/* Value of @key, 0 if there is none. */
u32 nvo3_table_lookup(const struct nvo3_table *table, struct nvo3_key key);

/*
 * A lookup in two steps, with other work between them while memory comes. The key as the first
 * returns it is good for this table at any time.
 */
struct nvo3_permuted nvo3_table_fetch(const struct nvo3_table *table, struct nvo3_key key);
u32 nvo3_table_lookup_fetched(const struct nvo3_table *table, struct nvo3_permuted key);

/*
 * Find the cold part of @key, NULL if absent; @value gets the value. Writer side:
 * the pointer holds until the next insert.
 */
void *nvo3_table_find(struct nvo3_table *table, struct nvo3_key key, u32 *value);

/*
 * Insert @key, which must not be there, with a non-zero @value; readers see
 * both at once. The cold part comes back zeroed, or with the table unchanged
 * ERR_PTR(-ENOMEM), or ERR_PTR(-ENOSPC) for a table at its limit (2^24 buckets)
 * or keys that collide as only chosen ones do. May sleep (growth).
 */
void *nvo3_table_insert(struct nvo3_table *table, struct nvo3_key key, u32 value);

/* For a writer that will soon ask for @key, and for many others before. */
void nvo3_table_prefetch(const struct nvo3_table *table, struct nvo3_key key);

/* Change the value of a @key that is there; readers see the old or the new one. */
void nvo3_table_set(struct nvo3_table *table, struct nvo3_key key, u32 value);

/* Remove @key; false if it was not there. */
bool nvo3_table_remove(struct nvo3_table *table, struct nvo3_key key);

/*
 * Walk: returns the next used slot at or after *@pos and moves *@pos past it;
 * false at the end. Complete only while table->changes stays the same.
 */
bool nvo3_table_next(struct nvo3_table *table, u32 *pos, struct nvo3_key *key,
		     u32 *value, void **cold);

u32 nvo3_table_slots(const struct nvo3_table *table);
u64 nvo3_table_bytes(const struct nvo3_table *table);

#ifdef DEBUG
bool nvo3_table_selftest(void);
#endif

#endif /* _NVO3_TABLE_H */
