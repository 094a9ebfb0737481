// SPDX-License-Identifier: GPL-2.0
/* modprobe nvo3_selfcheck bug=NAME: commit it; see selfcheck.h. */
#include <linux/module.h>
#include "selfcheck.h"

static const struct selfcheck_bug bugs[] = {
	{ "use-after-free", selfcheck_use_after_free },
	{ "slab-bounds", selfcheck_slab_bounds },
	{ "stack-bounds", selfcheck_stack_bounds },
	{ "vmalloc-bounds", selfcheck_vmalloc_bounds },
	{ "double-free", selfcheck_double_free },
	{ "leak", selfcheck_leak },
	{ "shift", selfcheck_shift },
	{ "sleep-in-atomic", selfcheck_sleep_in_atomic },
	{ "lock-order", selfcheck_lock_order },
	{ "missing-rtnl", selfcheck_missing_rtnl },
	{ "rcu", selfcheck_rcu },
	{ "skb-freed-twice", selfcheck_skb_freed_twice },
	{ "device-reference", selfcheck_device_reference },
};

static char *bug = "";
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "the bug to commit");

static int __init selfcheck_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (!strcmp(bug, bugs[i].name)) {
			bugs[i].run();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit selfcheck_exit(void)
{
}

module_init(selfcheck_init);
module_exit(selfcheck_exit);
MODULE_DESCRIPTION("Seeded bugs, to check the debug kernel with");
MODULE_LICENSE("GPL");
