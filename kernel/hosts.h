/* SPDX-License-Identifier: GPL-2.0 */
/*
 * IP mappings: (VNI, IP address) to the MAC address that has it. Where that is, the mapping of the
 * MAC says (map.h).
 *
 * A host is never changed but replaced, so that readers see one MAC or the other. What it replaces
 * is the caller's until it is sure that it stays replaced, and goes back without memory.
 *
 * Locking: nvo3_hosts_lookup() wants RCU or the writer's mutex, the others the mutex. _uninit wants
 * no readers and no hosts left.
 */
#ifndef _NVO3_HOSTS_H
#define _NVO3_HOSTS_H

#include <linux/etherdevice.h>
#include <linux/mutex.h>
#include <linux/nvo3.h>
#include <linux/rhashtable.h>
#include <linux/xarray.h>
#include "addr.h"

/* The key of a host. Any bit of it counts. */
struct nvo3_host_key {
	u32 vni;
	struct nvo3_addr addr;
};

struct nvo3_ipmap {
	struct nvo3_host_key key;
	u8 mac[ETH_ALEN];
	u8 prov;		/* enum nvo3_prov */
	u8 generation;
	bool router;
	u64 epoch;		/* 0: static */
};

struct nvo3_host {
	struct rhash_head node;
	struct nvo3_ipmap map;	/* of which the generation may change, for nobody but the writer */
	u32 nr;			/* for walks */
	struct rcu_head rcu;
};

struct nvo3_hosts {
	struct rhashtable hash;
	struct xarray all;	/* by number */
	struct mutex *lock;
	u32 count;
};

/* 0 or -ENOMEM. */
int nvo3_hosts_init(struct nvo3_hosts *hosts, struct mutex *lock);
void nvo3_hosts_uninit(struct nvo3_hosts *hosts);

struct nvo3_host *nvo3_hosts_lookup(struct nvo3_hosts *hosts, const struct nvo3_host_key *key);

/*
 * May @claim take the place of @held? 0, or -ESTALE (its epoch is older) or -EEXIST (another MAC
 * with the same epoch or, which a caller may permit, without any).
 */
int nvo3_host_judge(const struct nvo3_ipmap *held, const struct nvo3_ipmap *claim);

/* Do they say the same? Their generations are not asked. */
bool nvo3_host_same(const struct nvo3_ipmap *a, const struct nvo3_ipmap *b);

/*
 * Store @map. @ret_old: what it has replaced, for _restore() or _release(), or NULL. 0, -ENOMEM or
 * -ENOSPC, and nothing changed.
 */
int nvo3_hosts_store(struct nvo3_hosts *hosts, const struct nvo3_ipmap *map,
		     struct nvo3_host **ret_old);

/* What the last _store() for the key has done is undone: @old is there again, or nothing. */
void nvo3_hosts_restore(struct nvo3_hosts *hosts, const struct nvo3_host_key *key,
			struct nvo3_host *old);
/* It stays replaced; NULL is none. */
void nvo3_hosts_release(struct nvo3_host *old);

void nvo3_hosts_remove(struct nvo3_hosts *hosts, struct nvo3_host *host);

/* The first host from number *@nr on, which becomes its number; NULL behind the last. */
struct nvo3_host *nvo3_hosts_next(struct nvo3_hosts *hosts, unsigned long *nr);

#ifdef DEBUG
bool nvo3_hosts_selftest(void);
#endif

#endif /* _NVO3_HOSTS_H */
