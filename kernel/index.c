// SPDX-License-Identifier: GPL-2.0
/* Small numbers for objects. See index.h. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/slab.h>
#include "index.h"

#define SIZE_MIN	64

static struct nvo3_index_array *writer_array(const struct nvo3_index *index)
{
	lockdep_assert_held(index->lock);
	return rcu_dereference_protected(index->array, lockdep_is_held(index->lock));
}

static struct nvo3_index_array *array_alloc(u32 size)
{
	struct nvo3_index_array *array;

	array = kvzalloc(struct_size(array, slot, size), GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (array)
		array->size = size;
	return array;
}

/*
 * Double the array. Who still reads the old one sees in it what a later _hide
 * took out of the new one; that is no worse than having looked a moment before,
 * because the objects live until a grace period after _hide.
 */
static struct nvo3_index_array *array_grow(struct nvo3_index *index)
{
	struct nvo3_index_array *from = writer_array(index), *to;
	u32 i;

	to = array_alloc(from->size * 2);
	if (!to)
		return NULL;
	for (i = 0; i < from->size; i++)
		RCU_INIT_POINTER(to->slot[i], rcu_dereference_protected(from->slot[i], true));
	rcu_assign_pointer(index->array, to);
	kvfree_rcu(from, rcu);
	return to;
}

int nvo3_index_init(struct nvo3_index *index, struct mutex *lock, u32 max)
{
	struct nvo3_index_array *array;

	if (WARN_ON_ONCE(!max || max > NVO3_INDEX_MAX))
		return -EINVAL;
	array = array_alloc(SIZE_MIN);
	if (!array)
		return -ENOMEM;
	index->lock = lock;
	index->max = max;
	index->used = 0;
	ida_init(&index->taken);
	rcu_assign_pointer(index->array, array);
	return 0;
}

void nvo3_index_uninit(struct nvo3_index *index)
{
	kvfree(rcu_dereference_protected(index->array, true));
	RCU_INIT_POINTER(index->array, NULL);
	ida_destroy(&index->taken);
}

int nvo3_index_add(struct nvo3_index *index, void *ptr)
{
	struct nvo3_index_array *array = writer_array(index);
	int nr;

	nr = ida_alloc_max(&index->taken, index->max - 1, GFP_KERNEL_ACCOUNT);
	if (nr < 0)
		return nr;
	/* The lowest free number is taken, so that doubling is enough. */
	if (nr >= array->size) {
		array = array_grow(index);
		if (!array) {
			ida_free(&index->taken, nr);
			return -ENOMEM;
		}
	}
	rcu_assign_pointer(array->slot[nr], ptr);
	index->used++;
	return nr;
}

void nvo3_index_hide(struct nvo3_index *index, u32 nr)
{
	struct nvo3_index_array *array = writer_array(index);

	RCU_INIT_POINTER(array->slot[nr], NULL);
}

void nvo3_index_free(struct nvo3_index *index, u32 nr)
{
	struct nvo3_index_array *array = writer_array(index);

	if (WARN_ON_ONCE(rcu_access_pointer(array->slot[nr])))
		return;
	ida_free(&index->taken, nr);
	index->used--;
}

#ifdef DEBUG
#include "selftest/index.c"
#endif
