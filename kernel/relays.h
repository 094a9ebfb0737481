/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The relays of a VN: those of its members that pass on what other NVEs send.
 *
 * A set of pointers to the addresses of remotes, which live under RCU as their remotes do and
 * are held by the membership. Slots are emptied and filled in place, so that no reader misses
 * one that stays.
 */
#ifndef _NVO3_RELAYS_H
#define _NVO3_RELAYS_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include "addr.h"

struct nvo3_relay_array {
	struct rcu_head rcu;
	u32 size;
	const struct nvo3_addr *addr[];	/* NULL: free */
};

struct nvo3_relays {
	struct nvo3_relay_array __rcu *array;	/* NULL while there was none */
	struct mutex *lock;
};

void nvo3_relays_init(struct nvo3_relays *relays, struct mutex *lock);
void nvo3_relays_uninit(struct nvo3_relays *relays);

/*
 * 0, -EEXIST or -ENOMEM; -ENOENT of the second, which needs no memory. Nor does adding again
 * what was removed last. Caller holds the mutex, as for the third.
 */
int nvo3_relays_add(struct nvo3_relays *relays, const struct nvo3_addr *addr);
int nvo3_relays_del(struct nvo3_relays *relays, const struct nvo3_addr *addr);

/* Is this very address there? */
bool nvo3_relays_has(struct nvo3_relays *relays, const struct nvo3_addr *addr);

/* Is one of them at @sender? Under RCU. */
bool nvo3_relays_at(const struct nvo3_relays *relays, const struct nvo3_addr *sender);

/*
 * One of them by @hash, and with @skip of 1, 2, ... the others, till NULL: all have been given, if
 * none came or went meanwhile. Under RCU.
 */
const struct nvo3_addr *nvo3_relays_pick(const struct nvo3_relays *relays, u32 hash, u32 skip);

#ifdef DEBUG
bool nvo3_relays_selftest(void);
#endif

#endif /* _NVO3_RELAYS_H */
