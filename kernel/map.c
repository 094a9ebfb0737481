// SPDX-License-Identifier: GPL-2.0
/* Mappings on top of the table. See map.h. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include "map.h"

static u32 map_value(const struct nvo3_mapping *mapping)
{
	return (u32)mapping->kind << NVO3_MAP_NR_BITS | mapping->nr;
}

static void map_fill(struct nvo3_mapping *out, struct nvo3_key key, u32 value,
		     const struct nvo3_map_cold *cold)
{
	out->vni = (u32)key.hi << 16 | key.lo >> 48;
	u64_to_ether_addr(key.lo & (BIT_ULL(48) - 1), out->mac);
	out->prov = cold->prov;
	out->kind = nvo3_map_kind(value);
	out->nr = nvo3_map_nr(value);
	out->epoch = cold->epoch;
	out->group = cold->group;
	out->generation = cold->generation;
}

bool nvo3_map_find(struct nvo3_table *table, u32 vni, const u8 *mac, struct nvo3_mapping *out)
{
	struct nvo3_key key = nvo3_map_key(vni, mac);
	struct nvo3_map_cold *cold;
	u32 value;

	cold = nvo3_table_find(table, key, &value);
	if (cold)
		map_fill(out, key, value, cold);
	return cold;
}

/*
 * Epochs order claims, so an older one is refused wherever it points. Within one
 * epoch an address has one place. Static mappings have no epoch to order them:
 * the last one holds, except that an address bound to a port is not taken away
 * from it, nor taken by a port, without an epoch that says so.
 */
int nvo3_map_judge(const struct nvo3_mapping *held, const struct nvo3_mapping *claim)
{
	if (held->kind == NVO3_MAP_NONE)
		return 0;
	if (claim->epoch < held->epoch)
		return -ESTALE;
	if (claim->epoch > held->epoch)
		return 0;
	if (claim->kind == held->kind && claim->nr == held->nr)
		return 0;
	if (claim->epoch)
		return -EEXIST;
	if (claim->prov == NVO3_PROV_PORT || held->prov == NVO3_PROV_PORT)
		return -EEXIST;
	return 0;
}

bool nvo3_map_same(const struct nvo3_mapping *a, const struct nvo3_mapping *b)
{
	return a->kind == b->kind && a->nr == b->nr && a->epoch == b->epoch &&
	       a->prov == b->prov && a->group == b->group;
}

int nvo3_map_store(struct nvo3_table *table, const struct nvo3_mapping *new,
		   struct nvo3_mapping *old)
{
	struct nvo3_key key = nvo3_map_key(new->vni, new->mac);
	struct nvo3_map_cold *cold;
	u32 value;

	cold = nvo3_table_find(table, key, &value);
	if (cold) {
		map_fill(old, key, value, cold);
		if (value != map_value(new))
			nvo3_table_set(table, key, map_value(new));
	} else {
		cold = nvo3_table_insert(table, key, map_value(new));
		if (IS_ERR(cold))
			return PTR_ERR(cold);
		*old = (struct nvo3_mapping){ .kind = NVO3_MAP_NONE };
	}
	cold->epoch = new->epoch;
	cold->prov = new->prov;
	cold->group = new->group;
	cold->generation = new->generation;
	return 0;
}

bool nvo3_map_remove(struct nvo3_table *table, u32 vni, const u8 *mac, struct nvo3_mapping *old)
{
	return nvo3_map_find(table, vni, mac, old) &&
	       nvo3_table_remove(table, nvo3_map_key(vni, mac));
}

bool nvo3_map_next(struct nvo3_table *table, u32 *pos, struct nvo3_mapping *out)
{
	struct nvo3_key key;
	void *cold;
	u32 value;

	if (!nvo3_table_next(table, pos, &key, &value, &cold))
		return false;
	map_fill(out, key, value, cold);
	return true;
}

#ifdef DEBUG
#include "selftest/map.c"
#endif
