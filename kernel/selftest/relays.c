// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#define RELAYS	20

/* Exactly those of the bits in @set, by identity and by address. */
static bool __init holds(struct nvo3_relays *relays, const struct nvo3_addr *addrs, u32 set)
{
	struct nvo3_addr copy;
	bool ok = true;
	u32 i;

	rcu_read_lock();
	for (i = 0; i < RELAYS; i++) {
		copy = addrs[i];
		ok &= nvo3_relays_at(relays, &copy) == !!(set & BIT(i)) &&
		      nvo3_relays_has(relays, &addrs[i]) == !!(set & BIT(i)) &&
		      !nvo3_relays_has(relays, &copy);
	}
	rcu_read_unlock();
	return ok;
}

bool __init nvo3_relays_selftest(void)
{
	static struct nvo3_addr addrs[RELAYS] __initdata;
	struct nvo3_relay_array *array;
	struct nvo3_relays relays;
	struct mutex lock;
	u32 set = 0, i;
	bool ok;

	for (i = 0; i < RELAYS; i++)
		addrs[i] = nvo3_addr_from4((__force __be32)i);
	mutex_init(&lock);
	nvo3_relays_init(&relays, &lock);
	mutex_lock(&lock);
	ok = holds(&relays, addrs, 0) && nvo3_relays_del(&relays, &addrs[0]) == -ENOENT;
	for (i = 0; i < RELAYS; i++) {
		ok &= !nvo3_relays_add(&relays, &addrs[i]) &&
		      nvo3_relays_add(&relays, &addrs[i]) == -EEXIST;
		set |= BIT(i);
		ok &= holds(&relays, addrs, set);
	}
	/* What was removed comes back into the same memory. */
	array = array_of(&relays);
	for (i = 0; i < RELAYS; i += 3) {
		ok &= !nvo3_relays_del(&relays, &addrs[i]) &&
		      nvo3_relays_del(&relays, &addrs[i]) == -ENOENT &&
		      holds(&relays, addrs, set & ~BIT(i)) &&
		      !nvo3_relays_add(&relays, &addrs[i]) && array_of(&relays) == array;
	}
	ok &= holds(&relays, addrs, set);
	nvo3_relays_uninit(&relays);
	ok &= holds(&relays, addrs, 0);
	mutex_unlock(&lock);
	mutex_destroy(&lock);
	if (!ok)
		pr_err("relays selftest failed\n");
	return ok;
}
