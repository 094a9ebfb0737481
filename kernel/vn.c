// SPDX-License-Identifier: GPL-2.0
#include <linux/jiffies.h>
#include <linux/slab.h>
#include "vn.h"

/* What the hash table does without this is a call of memcmp(). */
static int vn_compare(struct rhashtable_compare_arg *arg, const void *vn)
{
	return ((const struct nvo3_vn *)vn)->vni != *(const u32 *)arg->key;
}

static const struct rhashtable_params vn_params = {
	.key_len = sizeof(u32),
	.key_offset = offsetof(struct nvo3_vn, vni),
	.head_offset = offsetof(struct nvo3_vn, node),
	.obj_cmpfn = vn_compare,
	.automatic_shrinking = true,
};

int nvo3_vns_init(struct nvo3_vns *vns, struct mutex *lock, struct nvo3_reaper *reaper)
{
	int err;

	vns->lock = lock;
	vns->reaper = reaper;
	vns->count = 0;
	err = rhashtable_init(&vns->hash, &vn_params);
	if (err)
		return err;
	err = nvo3_index_init(&vns->index, lock, NVO3_VNI_MAX + 1);
	if (err)
		rhashtable_destroy(&vns->hash);
	return err;
}

void nvo3_vns_uninit(struct nvo3_vns *vns)
{
	nvo3_index_uninit(&vns->index);
	rhashtable_destroy(&vns->hash);
}

struct nvo3_vn *nvo3_vn_lookup(struct nvo3_vns *vns, u32 vni)
{
	return rhashtable_lookup_fast(&vns->hash, &vni, vn_params);
}

static struct nvo3_vn *vn_new(struct nvo3_vns *vns, u32 vni)
{
	struct nvo3_vn *vn = kzalloc(sizeof(*vn), GFP_KERNEL_ACCOUNT);

	if (!vn)
		return NULL;
	vn->stats = nvo3_stats_alloc();
	if (!vn->stats) {
		kfree(vn);
		return NULL;
	}
	vn->vni = vni;
	vn->unknown = NVO3_UNKNOWN_DROP;
	vn->bum = NVO3_BUM_REPLICATE;
	vn->vns = vns;
	INIT_LIST_HEAD(&vn->ports);
	INIT_LIST_HEAD(&vn->old_ports);
	nvo3_members_init(&vn->members, vns->lock);
	nvo3_relays_init(&vn->relays, vns->lock);
	nvo3_budget_init(&vn->miss, NVO3_MISS_RATE, jiffies);
	nvo3_budget_init(&vn->suspects, NVO3_SUSPECT_RATE, jiffies);
	nvo3_waiting_init(&vn->waiting);
	return vn;
}

static void vn_free(struct nvo3_vn *vn)
{
	/* Nobody finds the VN any more, or nobody has yet. */
	nvo3_used_free(rcu_dereference_protected(vn->used, true));
	nvo3_relays_uninit(&vn->relays);
	nvo3_members_uninit(&vn->members);
	free_percpu(vn->stats);
	kfree(vn);
}

struct nvo3_vn *nvo3_vn_add(struct nvo3_vns *vns, u32 vni)
{
	struct nvo3_vn *vn;
	int err;

	lockdep_assert_held(vns->lock);
	vn = vn_new(vns, vni);
	if (!vn)
		return ERR_PTR(-ENOMEM);
	err = nvo3_index_add(&vns->index, vn);
	if (err < 0)
		goto err_free;
	vn->nr = err;
	err = rhashtable_lookup_insert_fast(&vns->hash, &vn->node, vn_params);
	if (err)
		goto err_number;
	vns->count++;
	return vn;

err_number:
	/* Found by number under the mutex only, so nobody has seen it. */
	nvo3_index_hide(&vns->index, vn->nr);
	nvo3_index_free(&vns->index, vn->nr);
err_free:
	vn_free(vn);
	return ERR_PTR(err);
}

void nvo3_vn_set_used(struct nvo3_vn *vn, struct nvo3_used *used)
{
	struct nvo3_used *old = nvo3_vn_tracked(vn);

	rcu_assign_pointer(vn->used, used);
	nvo3_used_free_rcu(old);
}

static void vn_bury(struct nvo3_dead *dead)
{
	struct nvo3_vn *vn = container_of(dead, struct nvo3_vn, dead);

	nvo3_index_free(&vn->vns->index, vn->nr);
	vn_free(vn);
}

void nvo3_vn_del(struct nvo3_vn *vn)
{
	struct nvo3_vns *vns = vn->vns;

	lockdep_assert_held(vns->lock);
	rhashtable_remove_fast(&vns->hash, &vn->node, vn_params);
	nvo3_index_hide(&vns->index, vn->nr);
	vns->count--;
	nvo3_reaper_add(vns->reaper, &vn->dead, vn_bury);
}
