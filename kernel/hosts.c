// SPDX-License-Identifier: GPL-2.0
#include <linux/slab.h>
#include "hosts.h"

static const struct rhashtable_params params = {
	.key_len = sizeof_field(struct nvo3_host, map.key),
	.key_offset = offsetof(struct nvo3_host, map.key),
	.head_offset = offsetof(struct nvo3_host, node),
	.automatic_shrinking = true,
};

int nvo3_hosts_init(struct nvo3_hosts *hosts, struct mutex *lock)
{
	hosts->lock = lock;
	hosts->count = 0;
	xa_init_flags(&hosts->all, XA_FLAGS_ALLOC | XA_FLAGS_ACCOUNT);
	return rhashtable_init(&hosts->hash, &params);
}

void nvo3_hosts_uninit(struct nvo3_hosts *hosts)
{
	WARN_ON_ONCE(hosts->count);
	rhashtable_destroy(&hosts->hash);
	xa_destroy(&hosts->all);
}

struct nvo3_host *nvo3_hosts_lookup(struct nvo3_hosts *hosts, const struct nvo3_host_key *key)
{
	return rhashtable_lookup_fast(&hosts->hash, key, params);
}

int nvo3_host_judge(const struct nvo3_ipmap *held, const struct nvo3_ipmap *claim)
{
	if (claim->epoch < held->epoch)
		return -ESTALE;
	if (claim->epoch > held->epoch || ether_addr_equal(held->mac, claim->mac))
		return 0;
	return -EEXIST;
}

bool nvo3_host_same(const struct nvo3_ipmap *a, const struct nvo3_ipmap *b)
{
	return ether_addr_equal(a->mac, b->mac) && a->epoch == b->epoch && a->prov == b->prov &&
	       a->router == b->router;
}

/* Beside what was there: it takes the number over, for which there is memory already. */
static int insert(struct nvo3_hosts *hosts, struct nvo3_host *host)
{
	int err;

	err = xa_alloc(&hosts->all, &host->nr, host, xa_limit_31b, GFP_KERNEL_ACCOUNT);
	if (err)
		return err == -EBUSY ? -ENOSPC : err;
	err = rhashtable_insert_fast(&hosts->hash, &host->node, params);
	if (err) {
		xa_erase(&hosts->all, host->nr);
		return err == -E2BIG ? -ENOSPC : -ENOMEM;
	}
	hosts->count++;
	return 0;
}

static void replace(struct nvo3_hosts *hosts, struct nvo3_host *old, struct nvo3_host *new)
{
	new->nr = old->nr;
	WARN_ON_ONCE(xa_err(xa_store(&hosts->all, new->nr, new, GFP_KERNEL)));
	WARN_ON_ONCE(rhashtable_replace_fast(&hosts->hash, &old->node, &new->node, params));
}

int nvo3_hosts_store(struct nvo3_hosts *hosts, const struct nvo3_ipmap *map,
		     struct nvo3_host **ret_old)
{
	struct nvo3_host *old = nvo3_hosts_lookup(hosts, &map->key), *host;
	int err;

	lockdep_assert_held(hosts->lock);
	host = kmalloc(sizeof(*host), GFP_KERNEL_ACCOUNT);
	if (!host)
		return -ENOMEM;
	host->map = *map;
	if (old) {
		replace(hosts, old, host);
	} else {
		err = insert(hosts, host);
		if (err) {
			kfree(host);
			return err;
		}
	}
	*ret_old = old;
	return 0;
}

void nvo3_hosts_remove(struct nvo3_hosts *hosts, struct nvo3_host *host)
{
	lockdep_assert_held(hosts->lock);
	rhashtable_remove_fast(&hosts->hash, &host->node, params);
	xa_erase(&hosts->all, host->nr);
	hosts->count--;
	kfree_rcu(host, rcu);
}

void nvo3_hosts_restore(struct nvo3_hosts *hosts, const struct nvo3_host_key *key,
			struct nvo3_host *old)
{
	struct nvo3_host *host = nvo3_hosts_lookup(hosts, key);

	lockdep_assert_held(hosts->lock);
	if (!old) {
		nvo3_hosts_remove(hosts, host);
		return;
	}
	replace(hosts, host, old);
	kfree_rcu(host, rcu);
}

void nvo3_hosts_release(struct nvo3_host *old)
{
	if (old)
		kfree_rcu(old, rcu);
}

struct nvo3_host *nvo3_hosts_next(struct nvo3_hosts *hosts, unsigned long *nr)
{
	lockdep_assert_held(hosts->lock);
	return xa_find(&hosts->all, nr, ULONG_MAX, XA_PRESENT);
}

#ifdef DEBUG
#include "selftest/hosts.c"
#endif
