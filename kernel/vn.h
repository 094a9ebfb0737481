/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual networks of an NVE.
 *
 * Found by VNI under RCU (a peer's packet names it) and by number under the
 * mutex (dumps). Lifetime: vn-del hides it and gives it to the reaper; ports
 * point to their VN, so it goes only after the last of them.
 */
#ifndef _NVO3_VN_H
#define _NVO3_VN_H

#include <linux/rhashtable.h>
#include "budget.h"
#include "digest.h"
#include "index.h"
#include "members.h"
#include "reaper.h"
#include "relays.h"
#include "stats.h"
#include "used.h"
#include "waiting.h"

/* Events a second and VN, of those that do not ask. */
#define NVO3_MISS_RATE		100
#define NVO3_SUSPECT_RATE	10

struct nvo3_vn {
	u32 vni;
	u8 unknown;		/* enum nvo3_unknown; READ_ONCE() in the fast path */
	u8 bum;			/* enum nvo3_bum; likewise */
	atomic_t waking;	/* ports whose mapping is not there yet, see wake.c */
	struct nvo3_used __rcu *used;	/* mappings that were; NULL: nobody asks */
	u8 arp;			/* enum nvo3_arp; likewise */
	u8 arp_unknown;		/* enum nvo3_arp_unknown; likewise */
	struct list_head ports;	/* of struct nvo3_port; RCU readers */
	struct nvo3_members members;
	struct nvo3_relays relays;	/* those members that pass on what others send */
	struct nvo3_stats __percpu *stats;	/* of frames that no port counts */
	struct nvo3_budget miss;
	struct nvo3_budget suspects;	/* forged and unknown sources of other NVEs */

	/* Under the mutex. */
	u32 limit;		/* of remote_maps, and of ip_maps; 0: none */
	u32 nr_ports;
	u32 maps;
	u32 remote_maps;	/* those that lead to another NVE */
	struct nvo3_digest digest;	/* of the agent's */
	u32 pending;		/* remote mappings of the request being checked */
	struct list_head old_ports;	/* that readers may still count at */
	struct nvo3_totals past;	/* what those counted that are no more */
	u32 ip_maps;
	u32 pending_ips;	/* IP mappings of the request being checked */
	u32 nr;			/* in struct nvo3_vns' index */

	struct nvo3_vns *vns;
	struct rhash_head node;

	atomic64_t misses;		/* unknown destinations seen */
	atomic64_t redirected;		/* late frames sent on */
	atomic64_t relayed;		/* frames sent on for others */
	atomic64_t arp_answered;	/* questions for the MAC of an IP address */
	struct nvo3_waiting waiting;	/* for answers; see there */
	struct nvo3_dead dead;
};

struct nvo3_vns {
	struct rhashtable hash;		/* by VNI; RCU readers */
	struct nvo3_index index;	/* by number */
	struct nvo3_reaper *reaper;
	struct mutex *lock;
	u32 count;
};

/* Are unknown destinations asked for? */
static inline bool nvo3_vn_asks(const struct nvo3_vn *vn)
{
	u8 unknown = READ_ONCE(vn->unknown);

	return unknown == NVO3_UNKNOWN_ASK || unknown == NVO3_UNKNOWN_RELAY;
}

/* Is there more to a frame than where its mapping leads? Asked before that: see wake.c. */
static inline bool nvo3_vn_heeds(const struct nvo3_vn *vn)
{
	return (unsigned long)rcu_access_pointer(vn->used) | atomic_read_acquire(&vn->waking);
}

/* A frame has used the mapping of @key. Under RCU. */
static inline void nvo3_vn_use(const struct nvo3_vn *vn, struct nvo3_permuted key)
{
	struct nvo3_used *used = rcu_dereference(vn->used);

	if (unlikely(used))
		nvo3_used_mark(used, key);
}

/* The uses that it remembers, NULL: none. Caller holds the mutex. */
static inline struct nvo3_used *nvo3_vn_tracked(const struct nvo3_vn *vn)
{
	return rcu_dereference_protected(vn->used, lockdep_is_held(vn->vns->lock));
}

/* @used instead of what it has; NULL to remember nothing. Caller holds the mutex. */
void nvo3_vn_set_used(struct nvo3_vn *vn, struct nvo3_used *used);

int nvo3_vns_init(struct nvo3_vns *vns, struct mutex *lock, struct nvo3_reaper *reaper);
void nvo3_vns_uninit(struct nvo3_vns *vns);

/* Under RCU or the mutex; NULL if there is none. */
struct nvo3_vn *nvo3_vn_lookup(struct nvo3_vns *vns, u32 vni);

/* The VN or ERR_PTR(-EEXIST, -ENOMEM, -ENOSPC). Caller holds the mutex. */
struct nvo3_vn *nvo3_vn_add(struct nvo3_vns *vns, u32 vni);

/* Caller holds the mutex, has taken ports and mappings away, and takes the members next. */
void nvo3_vn_del(struct nvo3_vn *vn);

#endif /* _NVO3_VN_H */
