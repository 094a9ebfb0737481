/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Seeded bugs, one of each class that the debug kernel is there to find: that it
 * says nothing about nvo3 means something only if it does not keep quiet about these.
 */
#ifndef _NVO3_SELFCHECK_H
#define _NVO3_SELFCHECK_H

struct selfcheck_bug {
	const char *name;	/* of the parameter "bug" */
	void (*run)(void);
};

void selfcheck_use_after_free(void);
void selfcheck_slab_bounds(void);
void selfcheck_stack_bounds(void);
void selfcheck_vmalloc_bounds(void);
void selfcheck_double_free(void);
void selfcheck_leak(void);
void selfcheck_shift(void);

void selfcheck_sleep_in_atomic(void);
void selfcheck_lock_order(void);
void selfcheck_missing_rtnl(void);
void selfcheck_rcu(void);
void selfcheck_skb_freed_twice(void);
void selfcheck_device_reference(void);

#endif /* _NVO3_SELFCHECK_H */
