// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

static DEFINE_MUTEX(test_lock);

static bool group_is(const struct nvo3_vmgroups *groups, u32 vni, const u8 *mac, u32 group)
{
	bool ok;

	rcu_read_lock();
	ok = nvo3_vmgroups_lookup(groups, vni, mac) == group;
	rcu_read_unlock();
	return ok;
}

bool nvo3_vmgroups_selftest(void)
{
	static const u8 one[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 }, two[ETH_ALEN] = { 2, 0, 0, 0, 0, 2 };
	struct nvo3_vmgroups groups;
	bool ok;

	mutex_lock(&test_lock);
	nvo3_vmgroups_init(&groups, &test_lock);
	ok = group_is(&groups, 1, one, 0) && !nvo3_vmgroups_set(&groups, 1, one, 0) &&
	     !groups.table;
	ok = ok && !nvo3_vmgroups_set(&groups, 1, one, U32_MAX) &&
	     !nvo3_vmgroups_set(&groups, 1, two, 7) && group_is(&groups, 1, one, U32_MAX) &&
	     group_is(&groups, 1, two, 7) && group_is(&groups, 2, one, 0);
	ok = ok && !nvo3_vmgroups_set(&groups, 1, one, 1) && group_is(&groups, 1, one, 1);
	ok = ok && !nvo3_vmgroups_set(&groups, 1, one, 0) && group_is(&groups, 1, one, 0) &&
	     !nvo3_vmgroups_set(&groups, 1, one, 0) && group_is(&groups, 1, two, 7);
	nvo3_vmgroups_uninit(&groups);
	mutex_unlock(&test_lock);
	if (!ok)
		pr_err("selftest vmgroups failed\n");
	return ok;
}
