// SPDX-License-Identifier: GPL-2.0
/*
 * Who wants to be told of which address; see interest.h.
 */
#include <stdlib.h>
#include <utlist.h>
#include "interest.h"
#include "lib/mem.h"

void interest_init(struct interest_set *set, struct interest_index *index,
		   struct interest_fading *fading, unsigned int *total, void *owner)
{
	*set = (struct interest_set){ .index = index, .fading = fading, .total = total,
				      .owner = owner };
}

void interest_uninit(struct interest_set *set)
{
	struct interest *i, *next;

	HASH_ITER(hh, set->all, i, next)
		interest_del(i);
}

struct interest *interest_find(const struct interest_set *set, const struct mac_addr *mac)
{
	struct interest *i;

	HASH_FIND(hh, set->all, mac, sizeof(*mac), i);
	return i;
}

static struct interest_addr *addr_find(const struct interest_index *index,
				       const struct mac_addr *mac)
{
	struct interest_addr *addr;

	HASH_FIND(hh, index->addrs, mac, sizeof(*mac), addr);
	return addr;
}

static struct interest_addr *addr_get(struct interest_index *index, const struct mac_addr *mac)
{
	struct interest_addr *addr = addr_find(index, mac);

	if (addr)
		return addr;
	addr = mem_zalloc(sizeof(*addr));
	addr->mac = *mac;
	HASH_ADD(hh, index->addrs, mac, sizeof(addr->mac), addr);
	return addr;
}

struct interest *interest_add(struct interest_set *set, const struct mac_addr *mac)
{
	struct interest *i = interest_find(set, mac);

	if (i)
		return i;
	i = mem_zalloc(sizeof(*i));
	i->mac = *mac;
	i->set = set;
	i->addr = addr_get(set->index, mac);
	DL_APPEND2(i->addr->in, i, prev_in, next_in);
	HASH_ADD(hh, set->all, mac, sizeof(i->mac), i);
	(*set->total)++;
	return i;
}

void interest_del(struct interest *i)
{
	struct interest_addr *addr = i->addr;
	struct interest_set *set = i->set;

	interest_told(i);
	interest_keep(i);
	interest_weigh(i, NULL);
	DL_DELETE2(addr->in, i, prev_in, next_in);
	if (!addr->in) {
		HASH_DEL(set->index->addrs, addr);
		free(addr);
	}
	HASH_DEL(set->all, i);
	(*set->total)--;
	free(i);
}

void interest_mark(struct interest *i)
{
	interest_told(i);
	i->dirty = true;
	DL_APPEND2(i->set->dirty, i, prev_dirty, next_dirty);
}

void interest_told(struct interest *i)
{
	if (i->dirty)
		DL_DELETE2(i->set->dirty, i, prev_dirty, next_dirty);
	i->dirty = false;
}

void interest_weigh(struct interest *i, const uint64_t *hash)
{
	if (i->counted)
		digest_sub(&i->set->digest, i->hash);
	i->counted = hash;
	if (!hash)
		return;
	i->hash = *hash;
	digest_add(&i->set->digest, i->hash);
}

void interest_fade(struct interest *i, uint64_t until)
{
	interest_keep(i);
	i->until = until;
	DL_APPEND2(i->set->fading->first, i, prev_fading, next_fading);
}

void interest_keep(struct interest *i)
{
	if (i->until)
		DL_DELETE2(i->set->fading->first, i, prev_fading, next_fading);
	i->until = 0;
}

struct interest *interest_faded(const struct interest_fading *fading, uint64_t now)
{
	struct interest *i = fading->first;

	return i && i->until <= now ? i : NULL;
}

struct interest *interest_first(const struct interest_index *index, const struct mac_addr *mac)
{
	struct interest_addr *addr = addr_find(index, mac);

	return addr ? addr->in : NULL;
}
