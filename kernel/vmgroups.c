// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/slab.h>
#include "map.h"
#include "vmgroups.h"

void nvo3_vmgroups_init(struct nvo3_vmgroups *groups, struct mutex *lock)
{
	groups->table = NULL;
	groups->lock = lock;
}

void nvo3_vmgroups_uninit(struct nvo3_vmgroups *groups)
{
	if (groups->table)
		nvo3_table_uninit(groups->table);
	kfree(groups->table);
	groups->table = NULL;
}

static int make_table(struct nvo3_vmgroups *groups)
{
	struct nvo3_table *table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	int err;

	if (!table)
		return -ENOMEM;
	err = nvo3_table_init(table, groups->lock, 0);
	if (err) {
		kfree(table);
		return err;
	}
	/* Pairs with nvo3_vmgroups_lookup(): who sees the table sees it whole. */
	smp_store_release(&groups->table, table);
	return 0;
}

int nvo3_vmgroups_set(struct nvo3_vmgroups *groups, u32 vni, const u8 *mac, u32 group)
{
	struct nvo3_key key = nvo3_map_key(vni, mac);
	void *slot;
	u32 held;
	int err;

	lockdep_assert_held(groups->lock);
	if (!groups->table) {
		err = group ? make_table(groups) : 0;
		if (err || !group)
			return err;
	}
	if (!group) {
		nvo3_table_remove(groups->table, key);
	} else if (nvo3_table_find(groups->table, key, &held)) {
		if (held != group)
			nvo3_table_set(groups->table, key, group);
	} else {
		slot = nvo3_table_insert(groups->table, key, group);
		if (IS_ERR(slot))
			return PTR_ERR(slot);
	}
	return 0;
}

u32 nvo3_vmgroups_lookup(const struct nvo3_vmgroups *groups, u32 vni, const u8 *mac)
{
	/* Pairs with make_table(). */
	const struct nvo3_table *table = smp_load_acquire(&groups->table);

	return table ? nvo3_table_lookup(table, nvo3_map_key(vni, mac)) : 0;
}

#ifdef DEBUG
#include "selftest/vmgroups.c"
#endif
