/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Groups of paths: several remotes that lead to one destination, each with a share
 * of the flows. A group is found by what it consists of and shared by all mappings
 * that consist of the same, so that a mapping needs only its number.
 *
 * A group never changes. Its lifetime is that of a remote (remote.h), of which it
 * holds a reference on each. nvo3_group_lookup() and _pick() want RCU, the others
 * the writer's mutex.
 */
#ifndef _NVO3_GROUP_H
#define _NVO3_GROUP_H

#include "remote.h"

struct nvo3_path {
	struct nvo3_remote *remote;
	u32 weight;			/* 1 to U16_MAX */
};

struct nvo3_group {
	struct nvo3_path paths[NVO3_PATHS_MAX];	/* by the remotes' numbers */
	u32 count;
	u32 weight;			/* of all */
	u32 nr;				/* in struct nvo3_groups' index */
	u32 refs;
	struct nvo3_groups *groups;
	struct list_head node;
	struct nvo3_dead dead;
};

struct nvo3_groups {
	struct list_head hash[256];	/* by content; mutex */
	struct nvo3_index index;	/* by number; RCU readers */
	struct nvo3_reaper *reaper;
	struct mutex *lock;
};

int nvo3_groups_init(struct nvo3_groups *groups, struct mutex *lock, struct nvo3_reaper *reaper);
void nvo3_groups_uninit(struct nvo3_groups *groups);

/*
 * Find or make the group of @count paths to different remotes, and take a reference:
 * the group or ERR_PTR(-ENOMEM or -ENOSPC). Sorts @paths; the caller keeps its
 * references on the remotes.
 */
struct nvo3_group *nvo3_group_get(struct nvo3_groups *groups, struct nvo3_path *paths, u32 count);
void nvo3_group_put(struct nvo3_group *group);

static inline struct nvo3_group *nvo3_group_lookup(struct nvo3_groups *groups, u32 nr)
{
	return nvo3_index_lookup(&groups->index, nr);
}

/*
 * The path of a flow with this hash, NULL if all are down. While one is down, only
 * its own flows take others.
 */
struct nvo3_remote *nvo3_group_pick(const struct nvo3_group *group, u32 hash);

/* Is one of its paths to @addr? */
static inline bool nvo3_group_leads_to(const struct nvo3_group *group,
				       const struct nvo3_addr *addr)
{
	u32 i;

	for (i = 0; i < group->count; i++)
		if (nvo3_addr_equal(&group->paths[i].remote->loc.addr, addr))
			return true;
	return false;
}

#ifdef DEBUG
bool nvo3_group_selftest(void);
#endif

#endif /* _NVO3_GROUP_H */
