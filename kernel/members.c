// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include "members.h"

static struct nvo3_member_array *array_of(struct nvo3_members *members)
{
	return rcu_dereference_protected(members->array, lockdep_is_held(members->lock));
}

void nvo3_members_init(struct nvo3_members *members, struct mutex *lock)
{
	RCU_INIT_POINTER(members->array, NULL);
	members->lock = lock;
}

void nvo3_members_uninit(struct nvo3_members *members)
{
	kvfree(array_of(members));
	RCU_INIT_POINTER(members->array, NULL);
}

static struct nvo3_member_array *array_new(u32 size)
{
	struct nvo3_member_array *array;

	array = kvzalloc(struct_size(array, remote, size), GFP_KERNEL_ACCOUNT);
	if (array)
		array->size = size;
	return array;
}

/* Room for one more: the array there is, or a larger copy, or NULL. */
static struct nvo3_member_array *array_grow(struct nvo3_members *members)
{
	struct nvo3_member_array *old = array_of(members), *new;

	if (old && old->count < old->size)
		return old;
	new = array_new(old ? 2 * old->size : 4);
	if (!new)
		return NULL;
	if (old) {
		memcpy(new->remote, old->remote, old->count * sizeof(old->remote[0]));
		new->count = old->count;
	}
	rcu_assign_pointer(members->array, new);
	if (old)
		kvfree_rcu(old, rcu);
	return new;
}

int nvo3_members_add(struct nvo3_members *members, struct nvo3_remote *remote)
{
	struct nvo3_member_array *array = array_grow(members);

	if (!array)
		return -ENOMEM;
	array->remote[array->count] = remote;
	/* Pairs with nvo3_members_read(): who sees the count sees the slot. */
	smp_store_release(&array->count, array->count + 1);
	return 0;
}

static int find(const struct nvo3_member_array *array, const struct nvo3_remote *remote)
{
	u32 i;

	for (i = 0; array && i < array->count; i++)
		if (array->remote[i] == remote)
			return i;
	return -ENOENT;
}

int nvo3_members_del(struct nvo3_members *members, const struct nvo3_remote *remote)
{
	struct nvo3_member_array *old = array_of(members), *new;
	int at = find(old, remote);

	if (at < 0)
		return at;
	/* A reader who has seen the old count finds the slot as it was. */
	if (at == old->count - 1) {
		WRITE_ONCE(old->count, at);
		return 0;
	}
	new = array_new(old->size);
	if (!new)
		return -ENOMEM;
	new->count = old->count - 1;
	memcpy(new->remote, old->remote, at * sizeof(old->remote[0]));
	memcpy(new->remote + at, old->remote + at + 1, (new->count - at) * sizeof(old->remote[0]));
	rcu_assign_pointer(members->array, new);
	kvfree_rcu(old, rcu);
	return 0;
}

bool nvo3_members_has(struct nvo3_members *members, const struct nvo3_remote *remote)
{
	return find(array_of(members), remote) >= 0;
}

u32 nvo3_members_count(struct nvo3_members *members)
{
	struct nvo3_member_array *array = array_of(members);

	return array ? array->count : 0;
}

struct nvo3_remote *const *nvo3_members_read(const struct nvo3_members *members, u32 *count)
{
	const struct nvo3_member_array *array;

	array = rcu_dereference_check(members->array, lockdep_is_held(members->lock));
	/* Pairs with nvo3_members_add(). */
	*count = array ? smp_load_acquire(&array->count) : 0;
	return array ? array->remote : NULL;
}

struct nvo3_remote *nvo3_members_at(const struct nvo3_members *members, u32 i)
{
	struct nvo3_remote *const *remotes;
	u32 count;

	lockdep_assert_held(members->lock);
	remotes = nvo3_members_read(members, &count);
	return i < count ? remotes[i] : NULL;
}

#ifdef DEBUG
#include "selftest/members.c"
#endif
