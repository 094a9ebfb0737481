// SPDX-License-Identifier: GPL-2.0
#include <linux/netdevice.h>
#include <linux/slab.h>
#include "map.h"
#include "remote.h"

static const struct rhashtable_params remote_params = {
	.key_len = sizeof(struct nvo3_locator),
	.key_offset = offsetof(struct nvo3_remote, loc),
	.head_offset = offsetof(struct nvo3_remote, node),
	.automatic_shrinking = true,
};

static_assert(sizeof(struct nvo3_locator) == sizeof(struct nvo3_addr) + 8);

int nvo3_remotes_init(struct nvo3_remotes *remotes, struct mutex *lock,
		      struct nvo3_reaper *reaper)
{
	int err;

	remotes->lock = lock;
	remotes->reaper = reaper;
	remotes->count = 0;
	remotes->bypass_cache = false;
	err = rhashtable_init(&remotes->hash, &remote_params);
	if (err)
		return err;
	err = nvo3_index_init(&remotes->index, lock, BIT(NVO3_MAP_NR_BITS));
	if (err)
		rhashtable_destroy(&remotes->hash);
	return err;
}

void nvo3_remotes_uninit(struct nvo3_remotes *remotes)
{
	nvo3_index_uninit(&remotes->index);
	rhashtable_destroy(&remotes->hash);
}

static void remote_free(struct nvo3_remote *remote)
{
	nvo3_template_free(rcu_dereference_protected(remote->template, true));
	dst_cache_destroy(&remote->dst_cache);
	free_percpu(remote->ids);
	free_percpu(remote->stats);
	kfree(remote);
}

static struct nvo3_remote *remote_new(struct nvo3_remotes *remotes, const struct nvo3_locator *loc)
{
	struct nvo3_remote *remote = kzalloc(sizeof(*remote), GFP_KERNEL_ACCOUNT);

	if (!remote)
		return NULL;
	remote->loc = *loc;
	remote->remotes = remotes;
	remote->refs = 1;
	remote->way = __NVO3_BYPASS_MAX;
	remote->stats = nvo3_stats_alloc();
	remote->ids = alloc_percpu_gfp(struct nvo3_ids, GFP_KERNEL_ACCOUNT);
	if (!remote->stats || !remote->ids || dst_cache_init(&remote->dst_cache, GFP_KERNEL)) {
		remote_free(remote);
		return NULL;
	}
	return remote;
}

struct nvo3_remote *nvo3_remote_find(struct nvo3_remotes *remotes, const struct nvo3_locator *loc)
{
	lockdep_assert_held(remotes->lock);
	return rhashtable_lookup_fast(&remotes->hash, loc, remote_params);
}

bool nvo3_remotes_at(struct nvo3_remotes *remotes, const struct nvo3_addr *addr)
{
	struct nvo3_remote *remote;
	u32 nr;

	for (nr = 0; nr < nvo3_index_size(&remotes->index); nr++) {
		remote = nvo3_index_lookup(&remotes->index, nr);
		if (remote && remote->refs && nvo3_addr_equal(&remote->loc.addr, addr))
			return true;
	}
	return false;
}

struct nvo3_remote *nvo3_remote_get(struct nvo3_remotes *remotes, const struct nvo3_locator *loc)
{
	struct nvo3_remote *remote = nvo3_remote_find(remotes, loc);
	int err;

	if (remote) {
		remote->refs++;
		return remote;
	}
	remote = remote_new(remotes, loc);
	if (!remote)
		return ERR_PTR(-ENOMEM);
	err = rhashtable_insert_fast(&remotes->hash, &remote->node, remote_params);
	if (err)
		goto err_free;
	err = nvo3_index_add(&remotes->index, remote);
	if (err < 0)
		goto err_remove;
	/* No mapping holds the number yet, so nobody looks for it before this. */
	remote->nr = err;
	remotes->count++;
	return remote;

err_remove:
	rhashtable_remove_fast(&remotes->hash, &remote->node, remote_params);
	/* The table's own readers walk chains under RCU. */
	synchronize_rcu();
err_free:
	remote_free(remote);
	return ERR_PTR(err);
}

static void remote_bury(struct nvo3_dead *dead)
{
	struct nvo3_remote *remote = container_of(dead, struct nvo3_remote, dead);

	nvo3_index_hide(&remote->remotes->index, remote->nr);
	nvo3_index_free(&remote->remotes->index, remote->nr);
	remote_free(remote);
}

/*
 * A sender that has read a mapping just before it changed comes with the number now, and what he
 * sends must not be lost: so the number leads here until he is done.
 */
void nvo3_remote_put(struct nvo3_remote *remote)
{
	struct nvo3_remotes *remotes = remote->remotes;

	lockdep_assert_held(remotes->lock);
	if (--remote->refs)
		return;
	rhashtable_remove_fast(&remotes->hash, &remote->node, remote_params);
	remotes->count--;
	nvo3_reaper_add(remotes->reaper, &remote->dead, remote_bury);
}

bool nvo3_remote_set_template(struct nvo3_remote *remote, struct nvo3_template *old,
			      struct nvo3_template *new)
{
	if (cmpxchg(&remote->template, RCU_INITIALIZER(old), RCU_INITIALIZER(new)) !=
	    RCU_INITIALIZER(old)) {
		nvo3_template_free(new);
		return false;
	}
	nvo3_template_retire(old);
	return true;
}

bool nvo3_remotes_use(struct nvo3_remotes *remotes, const struct net_device *dev)
{
	const struct nvo3_template *t;
	struct nvo3_remote *remote;
	bool found = false;
	u32 nr;

	lockdep_assert_held(remotes->lock);
	rcu_read_lock();
	for (nr = 0; nr < nvo3_index_size(&remotes->index) && !found; nr++) {
		remote = nvo3_index_lookup(&remotes->index, nr);
		t = remote ? rcu_dereference(remote->template) : NULL;
		found = t && t->dev == dev;
	}
	rcu_read_unlock();
	return found;
}

static void drop_template(struct nvo3_remote *remote)
{
	nvo3_template_free(unrcu_pointer(xchg(&remote->template, NULL)));
}

static void reset_caches(struct nvo3_remotes *remotes, bool now)
{
	struct nvo3_remote *remote;
	u32 nr;

	for (nr = 0; nr < nvo3_index_size(&remotes->index); nr++) {
		remote = nvo3_index_lookup(&remotes->index, nr);
		if (remote && now) {
			dst_cache_reset_now(&remote->dst_cache);
			drop_template(remote);
		} else if (remote) {
			dst_cache_reset(&remote->dst_cache);
		}
	}
}

void nvo3_remotes_reset_routes(struct nvo3_remotes *remotes)
{
	reset_caches(remotes, false);
}

/*
 * dst_cache_reset_now() must not meet a user of the cache, nor a template's end one
 * of the template. So senders are first told to do without both, and those who had
 * not heard of it leave within the grace period. Remotes that wait for the reaper
 * give their routes up there.
 */
void nvo3_remotes_forget_routes(struct nvo3_remotes *remotes)
{
	lockdep_assert_held(remotes->lock);
	if (!remotes->count)
		return;
	WRITE_ONCE(remotes->bypass_cache, true);
	synchronize_net();
	reset_caches(remotes, true);
	WRITE_ONCE(remotes->bypass_cache, false);
}
