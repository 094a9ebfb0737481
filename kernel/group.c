// SPDX-License-Identifier: GPL-2.0
#include <linux/jhash.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include "group.h"
#include "map.h"

int nvo3_groups_init(struct nvo3_groups *groups, struct mutex *lock, struct nvo3_reaper *reaper)
{
	u32 i;

	groups->lock = lock;
	groups->reaper = reaper;
	for (i = 0; i < ARRAY_SIZE(groups->hash); i++)
		INIT_LIST_HEAD(&groups->hash[i]);
	return nvo3_index_init(&groups->index, lock, BIT(NVO3_MAP_NR_BITS));
}

void nvo3_groups_uninit(struct nvo3_groups *groups)
{
	nvo3_index_uninit(&groups->index);
}

static int compare(const void *a, const void *b)
{
	const struct nvo3_path *x = a, *y = b;

	return x->remote->nr < y->remote->nr ? -1 : x->remote->nr > y->remote->nr;
}

static struct list_head *chain_of(struct nvo3_groups *groups, const struct nvo3_path *paths,
				  u32 count)
{
	u32 hash = 0, i;

	for (i = 0; i < count; i++)
		hash = jhash_2words(paths[i].remote->nr, paths[i].weight, hash);
	return &groups->hash[hash % ARRAY_SIZE(groups->hash)];
}

static bool consists_of(const struct nvo3_group *group, const struct nvo3_path *paths, u32 count)
{
	u32 i;

	if (group->count != count)
		return false;
	for (i = 0; i < count; i++)
		if (group->paths[i].remote != paths[i].remote ||
		    group->paths[i].weight != paths[i].weight)
			return false;
	return true;
}

static struct nvo3_group *group_new(struct nvo3_groups *groups, const struct nvo3_path *paths,
				    u32 count)
{
	struct nvo3_group *group = kzalloc(sizeof(*group), GFP_KERNEL_ACCOUNT);
	u32 i;
	int nr;

	if (!group)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < count; i++) {
		group->paths[i] = paths[i];
		group->weight += paths[i].weight;
	}
	group->count = count;
	group->groups = groups;
	group->refs = 1;
	nr = nvo3_index_add(&groups->index, group);
	if (nr < 0) {
		kfree(group);
		return ERR_PTR(nr);
	}
	/* No mapping holds the number yet, so nobody looks for it before this. */
	group->nr = nr;
	for (i = 0; i < count; i++)
		paths[i].remote->refs++;
	return group;
}

struct nvo3_group *nvo3_group_get(struct nvo3_groups *groups, struct nvo3_path *paths, u32 count)
{
	struct nvo3_group *group;
	struct list_head *chain;

	lockdep_assert_held(groups->lock);
	sort(paths, count, sizeof(*paths), compare, NULL);
	chain = chain_of(groups, paths, count);
	list_for_each_entry(group, chain, node) {
		if (!consists_of(group, paths, count))
			continue;
		group->refs++;
		return group;
	}
	group = group_new(groups, paths, count);
	if (!IS_ERR(group))
		list_add(&group->node, chain);
	return group;
}

static void group_bury(struct nvo3_dead *dead)
{
	struct nvo3_group *group = container_of(dead, struct nvo3_group, dead);

	nvo3_index_hide(&group->groups->index, group->nr);
	nvo3_index_free(&group->groups->index, group->nr);
	kfree(group);
}

/*
 * The references on the remotes are given back at once: those who still read the
 * group keep the remotes by the same RCU, as any reader of a remote does. As a remote,
 * the group is found by its number for as long as somebody may have read that.
 */
void nvo3_group_put(struct nvo3_group *group)
{
	struct nvo3_groups *groups = group->groups;
	u32 i;

	lockdep_assert_held(groups->lock);
	if (--group->refs)
		return;
	list_del(&group->node);
	for (i = 0; i < group->count; i++)
		nvo3_remote_put(group->paths[i].remote);
	nvo3_reaper_add(groups->reaper, &group->dead, group_bury);
}

/* The path that the @at-th share of those that are @up belongs to. */
static struct nvo3_remote *path_at(const struct nvo3_group *group, u32 at, u32 up)
{
	u32 i;

	for (i = 0; i < group->count; i++) {
		if (!(up & BIT(i)))
			continue;
		if (at < group->paths[i].weight)
			return group->paths[i].remote;
		at -= group->paths[i].weight;
	}
	return NULL;
}

struct nvo3_remote *nvo3_group_pick(const struct nvo3_group *group, u32 hash)
{
	u32 up = 0, weight = 0, i;
	struct nvo3_remote *remote;

	remote = path_at(group, (u64)hash * group->weight >> 32, ~0U);
	if (likely(!READ_ONCE(remote->down)))
		return remote;
	/* A state that changes meanwhile is read once, so that the shares add up. */
	for (i = 0; i < group->count; i++) {
		if (READ_ONCE(group->paths[i].remote->down))
			continue;
		up |= BIT(i);
		weight += group->paths[i].weight;
	}
	/* The hash's upper bits have chosen the path that is down. */
	hash *= 0x9e3779b1;
	return path_at(group, (u64)hash * weight >> 32, up);
}

#ifdef DEBUG
#include "selftest/group.c"
#endif
