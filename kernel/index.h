/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small numbers for objects: an array of pointers that RCU readers index.
 *
 * A mapping holds the number of its port or remote instead of a pointer, which
 * is what keeps it small. A number is given again only after a grace period, so
 * that a reader who still holds it never meets another object under it.
 *
 * Locking: nvo3_index_lookup() wants rcu_read_lock(), bottom halves off or the
 * writer's mutex; the others the mutex. _uninit wants no readers left.
 */
#ifndef _NVO3_INDEX_H
#define _NVO3_INDEX_H

#include <linux/idr.h>
#include <linux/limits.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct nvo3_index_array {
	struct rcu_head rcu;
	u32 size;
	void __rcu *slot[];
};

struct nvo3_index {
	struct nvo3_index_array __rcu *array;
	struct mutex *lock;
	u32 max;		/* numbers are below this */
	u32 used;
	struct ida taken;	/* numbers in use, hidden ones too */
};

/* What @max may be at most: numbers come back as int. */
#define NVO3_INDEX_MAX	((u32)INT_MAX)

int nvo3_index_init(struct nvo3_index *index, struct mutex *lock, u32 max);
void nvo3_index_uninit(struct nvo3_index *index);

/* Publish @ptr under a free number: the number, -ENOSPC or -ENOMEM. May sleep. */
int nvo3_index_add(struct nvo3_index *index, void *ptr);

/*
 * Two steps of leaving. _hide: lookups give NULL from now on, the number stays
 * taken. _free: after a grace period, the number may be given again. What readers that
 * already hold the number shall still find is hidden after the grace period too.
 */
void nvo3_index_hide(struct nvo3_index *index, u32 nr);
void nvo3_index_free(struct nvo3_index *index, u32 nr);

static inline void *nvo3_index_lookup(const struct nvo3_index *index, u32 nr)
{
	struct nvo3_index_array *array;

	array = rcu_dereference_check(index->array, rcu_read_lock_bh_held() ||
				      lockdep_is_held(index->lock));
	if (unlikely(nr >= array->size))
		return NULL;
	return rcu_dereference_check(array->slot[nr], rcu_read_lock_bh_held() ||
				     lockdep_is_held(index->lock));
}

/* All numbers given are below this. */
static inline u32 nvo3_index_size(const struct nvo3_index *index)
{
	return rcu_dereference_protected(index->array, lockdep_is_held(index->lock))->size;
}

#ifdef DEBUG
bool nvo3_index_selftest(void);
#endif

#endif /* _NVO3_INDEX_H */
