/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The groups of tenant systems behind other NVEs, by (VNI, MAC): what rules ask for that name
 * a group. Those of our own ports are in their guards.
 *
 * A table like that of the mappings, beside it so that a mapping's lookup does not pay for it,
 * and made when the first group is named. nvo3_vmgroups_lookup() wants RCU, the others the
 * writer's mutex.
 */
#ifndef _NVO3_VMGROUPS_H
#define _NVO3_VMGROUPS_H

#include "table.h"

struct nvo3_vmgroups {
	struct nvo3_table *table;	/* NULL: none was named yet; stays */
	struct mutex *lock;
};

void nvo3_vmgroups_init(struct nvo3_vmgroups *groups, struct mutex *lock);
void nvo3_vmgroups_uninit(struct nvo3_vmgroups *groups);

/*
 * The group of an address from now on, 0 for none. 0 or an error of nvo3_table_insert(); it
 * cannot fail where the address has one, nor with 0.
 */
int nvo3_vmgroups_set(struct nvo3_vmgroups *groups, u32 vni, const u8 *mac, u32 group);

/* 0: none. */
u32 nvo3_vmgroups_lookup(const struct nvo3_vmgroups *groups, u32 vni, const u8 *mac);

#ifdef DEBUG
bool nvo3_vmgroups_selftest(void);
#endif

#endif /* _NVO3_VMGROUPS_H */
