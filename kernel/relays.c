// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/slab.h>
#include "relays.h"

static struct nvo3_relay_array *array_of(struct nvo3_relays *relays)
{
	return rcu_dereference_protected(relays->array, lockdep_is_held(relays->lock));
}

void nvo3_relays_init(struct nvo3_relays *relays, struct mutex *lock)
{
	RCU_INIT_POINTER(relays->array, NULL);
	relays->lock = lock;
}

void nvo3_relays_uninit(struct nvo3_relays *relays)
{
	kfree(array_of(relays));
	RCU_INIT_POINTER(relays->array, NULL);
}

/* The slot of @addr, of a free one for NULL; -ENOENT if there is none. */
static int find(const struct nvo3_relay_array *array, const struct nvo3_addr *addr)
{
	u32 i;

	for (i = 0; array && i < array->size; i++)
		if (array->addr[i] == addr)
			return i;
	return -ENOENT;
}

static struct nvo3_relay_array *array_grow(struct nvo3_relays *relays)
{
	struct nvo3_relay_array *old = array_of(relays), *new;
	u32 size = old ? 2 * old->size : 4;

	new = kzalloc(struct_size(new, addr, size), GFP_KERNEL_ACCOUNT);
	if (!new)
		return NULL;
	new->size = size;
	if (old)
		memcpy(new->addr, old->addr, old->size * sizeof(old->addr[0]));
	rcu_assign_pointer(relays->array, new);
	if (old)
		kfree_rcu(old, rcu);
	return new;
}

int nvo3_relays_add(struct nvo3_relays *relays, const struct nvo3_addr *addr)
{
	struct nvo3_relay_array *array = array_of(relays);
	int at = find(array, NULL);

	lockdep_assert_held(relays->lock);
	if (find(array, addr) >= 0)
		return -EEXIST;
	if (at < 0) {
		array = array_grow(relays);
		if (!array)
			return -ENOMEM;
		at = find(array, NULL);
	}
	/* Pairs with the reader's READ_ONCE(), by dependency: who sees it sees the address. */
	smp_store_release(&array->addr[at], addr);
	return 0;
}

int nvo3_relays_del(struct nvo3_relays *relays, const struct nvo3_addr *addr)
{
	struct nvo3_relay_array *array = array_of(relays);
	int at = find(array, addr);

	lockdep_assert_held(relays->lock);
	if (at < 0)
		return at;
	WRITE_ONCE(array->addr[at], NULL);
	return 0;
}

bool nvo3_relays_has(struct nvo3_relays *relays, const struct nvo3_addr *addr)
{
	return find(array_of(relays), addr) >= 0;
}

bool nvo3_relays_at(const struct nvo3_relays *relays, const struct nvo3_addr *sender)
{
	const struct nvo3_relay_array *array = rcu_dereference(relays->array);
	const struct nvo3_addr *addr;
	u32 i;

	for (i = 0; array && i < array->size; i++) {
		addr = READ_ONCE(array->addr[i]);
		if (addr && nvo3_addr_equal(addr, sender))
			return true;
	}
	return false;
}

/* The @nth of those that are there. */
static const struct nvo3_addr *nth_of(const struct nvo3_relay_array *array, u32 nth)
{
	const struct nvo3_addr *addr;
	u32 i;

	for (i = 0; i < array->size; i++) {
		addr = READ_ONCE(array->addr[i]);
		if (addr && !nth--)
			return addr;
	}
	return NULL;
}

const struct nvo3_addr *nvo3_relays_pick(const struct nvo3_relays *relays, u32 hash, u32 skip)
{
	const struct nvo3_relay_array *array = rcu_dereference(relays->array);
	u32 count = 0, i;

	for (i = 0; array && i < array->size; i++)
		count += !!READ_ONCE(array->addr[i]);
	if (skip >= count)
		return NULL;
	/* In 32 bits: those of 64 divide by a function that no kernel of 32 has. */
	return nth_of(array, (reciprocal_scale(hash, count) + skip) % count);
}

#ifdef DEBUG
#include "selftest/relays.c"
#endif
