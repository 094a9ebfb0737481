/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Remote NVEs: one object for each locator, shared by all mappings and
 * memberships that lead there, so that a mapping needs only its number.
 *
 * Lifetime: references are counted under the writer's mutex; with the last one
 * the remote is no longer found by its locator, no mapping has its number, and it
 * goes to the reaper. Fast-path users hold it by RCU alone, from the moment on that
 * they have read the number: until the reaper comes, it leads to the remote.
 */
#ifndef _NVO3_REMOTE_H
#define _NVO3_REMOTE_H

#include <linux/rhashtable.h>
#include <net/dst_cache.h>
#include "addr.h"
#include "index.h"
#include "reaper.h"
#include "stats.h"
#include "template.h"

/* IPv4 identifications taken in advance, of the bucket that @of's addresses share. */
struct nvo3_ids {
	const void *of;		/* only compared */
	u16 next;
	u16 left;
};

/* Where and how an NVE is reached. No padding, so that it is a key as a whole. */
struct nvo3_locator {
	struct nvo3_addr addr;
	u32 vni;		/* what the VN is called there; 0: the same */
	__be16 dstport;		/* 0 for NVGRE */
	u8 encap;		/* enum nvo3_encap */
	u8 zero;
};

struct nvo3_remote {
	struct nvo3_locator loc;
	u32 nr;				/* in struct nvo3_remotes' index */
	u32 refs;			/* mutex */
	bool down;			/* so said by remote-set; written under the mutex */
	u8 way;		/* enum nvo3_bypass of the last frame; __NVO3_BYPASS_MAX: none yet */
	struct dst_cache dst_cache;	/* route and source address */
	struct nvo3_template __rcu *template;	/* NULL until it is needed */
	struct nvo3_ids __percpu *ids;
	struct nvo3_stats __percpu *stats;	/* NVO3_COUNT_ENCAP only */
	struct nvo3_remotes *remotes;
	struct rhash_head node;
	struct nvo3_dead dead;
};

struct nvo3_remotes {
	struct rhashtable hash;		/* by locator; mutex */
	struct nvo3_index index;	/* by number; RCU readers */
	struct nvo3_reaper *reaper;
	struct mutex *lock;
	u32 count;
	bool bypass_cache;		/* see nvo3_remotes_forget_routes() */
};

int nvo3_remotes_init(struct nvo3_remotes *remotes, struct mutex *lock,
		      struct nvo3_reaper *reaper);
void nvo3_remotes_uninit(struct nvo3_remotes *remotes);

/* Find or make, and take a reference: the remote or ERR_PTR(-ENOMEM or -ENOSPC). */
struct nvo3_remote *nvo3_remote_get(struct nvo3_remotes *remotes, const struct nvo3_locator *loc);
void nvo3_remote_put(struct nvo3_remote *remote);

/* By locator, under the mutex; NULL if there is none. */
struct nvo3_remote *nvo3_remote_find(struct nvo3_remotes *remotes, const struct nvo3_locator *loc);

/* Is there one at this address? Under the mutex; looks at all of them. */
bool nvo3_remotes_at(struct nvo3_remotes *remotes, const struct nvo3_addr *addr);

/* By number, under RCU. */
static inline struct nvo3_remote *nvo3_remote_lookup(struct nvo3_remotes *remotes, u32 nr)
{
	return nvo3_index_lookup(&remotes->index, nr);
}

/* The route cache to use for one frame, NULL for none. Under RCU. */
static inline struct dst_cache *nvo3_remote_cache(struct nvo3_remote *remote)
{
	return READ_ONCE(remote->remotes->bypass_cache) ? NULL : &remote->dst_cache;
}

/*
 * The template to use for one frame, in @t; it may be NULL or no longer valid.
 * False: there must be none now, and none may be made. Under RCU.
 */
static inline bool nvo3_remote_template(const struct nvo3_remote *remote,
					struct nvo3_template **t)
{
	if (READ_ONCE(remote->remotes->bypass_cache))
		return false;
	*t = rcu_dereference(remote->template);
	return true;
}

/*
 * Publish @new in place of @old and retire that. False: another CPU was faster, and
 * @new is gone. In the same RCU section as nvo3_remote_template().
 */
bool nvo3_remote_set_template(struct nvo3_remote *remote, struct nvo3_template *old,
			      struct nvo3_template *new);

/* Does a template lead over @dev? Caller holds the mutex. */
bool nvo3_remotes_use(struct nvo3_remotes *remotes, const struct net_device *dev);

/* Cached routes are looked up anew: a local address changed. */
void nvo3_remotes_reset_routes(struct nvo3_remotes *remotes);

/* Give up all cached routes and templates now: a device of the underlay is going away. Sleeps. */
void nvo3_remotes_forget_routes(struct nvo3_remotes *remotes);

#endif /* _NVO3_REMOTE_H */
