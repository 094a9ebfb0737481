/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small numbers for objects: an array of pointers that RCU readers index.
 *
 * A mapping holds the number of its port or remote instead of a pointer, which
 * is what keeps it small. A number is given again only after a grace period, so
 * that a reader who still holds it never meets another object under it.
 *
 * Locking: nvo3_index_lookup() wants RCU; the others the writer's mutex.
 */
#ifndef _NVO3_INDEX_H
#define _NVO3_INDEX_H

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
};

int nvo3_index_init(struct nvo3_index *index, struct mutex *lock, u32 max);
void nvo3_index_uninit(struct nvo3_index *index);

/* Publish @ptr under a free number: the number, -ENOSPC or -ENOMEM. May sleep. */
int nvo3_index_add(struct nvo3_index *index, void *ptr);

/*
 * Two steps of leaving. _hide: lookups give NULL from now on, the number stays
 * taken. _free: after a grace period, the number may be given again.
 */
void nvo3_index_hide(struct nvo3_index *index, u32 nr);
void nvo3_index_free(struct nvo3_index *index, u32 nr);

static inline void *nvo3_index_lookup(const struct nvo3_index *index, u32 nr)
{
	struct nvo3_index_array *array = rcu_dereference(index->array);

	return likely(nr < array->size) ? rcu_dereference(array->slot[nr]) : NULL;
}

#endif /* _NVO3_INDEX_H */
