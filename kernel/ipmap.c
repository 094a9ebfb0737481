// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>
#include "ipmap.h"
#include "notify.h"

static int refuse_epoch(struct nvo3_nve *nve, const struct nvo3_ipmap *claim,
			const struct nvo3_ipmap *held, int err, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	char buf[NVO3_ADDR_STRLEN];

	nvo3_notify_ipmap(nve, NVO3_CMD_ALERT_NTF, claim);
	if (err == -ESTALE)
		return NVO3_REFUSE(extack, attr, ESTALE, "epoch %llu is older than the %llu held",
				   claim->epoch, held->epoch);
	return NVO3_REFUSE(extack, attr, EEXIST, "epoch %llu of %s is held by %pM", claim->epoch,
			   nvo3_addr_str(&claim->key.addr, buf), held->mac);
}

int nvo3_ipmap_judge(struct nvo3_nve *nve, const struct nvo3_ipmap *claim, u16 flags,
		     const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const struct nvo3_host *host = nvo3_hosts_lookup(&nve->hosts, &claim->key);
	char buf[NVO3_ADDR_STRLEN];
	int err;

	lockdep_assert_held(&nve->lock);
	if (!host)
		return 0;
	if (flags & NLM_F_EXCL)
		return NVO3_REFUSE(extack, attr, EEXIST, "%s of VN %u has a mapping",
				   nvo3_addr_str(&claim->key.addr, buf), claim->key.vni);
	err = nvo3_host_judge(&host->map, claim);
	if (err && claim->epoch | host->map.epoch)
		return refuse_epoch(nve, claim, &host->map, err, attr, extack);
	if (!ether_addr_equal(host->map.mac, claim->mac) && !(flags & NLM_F_REPLACE))
		return NVO3_REFUSE(extack, attr, EEXIST, "%s of VN %u is mapped to %pM",
				   nvo3_addr_str(&claim->key.addr, buf), claim->key.vni,
				   host->map.mac);
	return 0;
}

int nvo3_ipmap_set(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_ipmap *new,
		   struct nvo3_ipmap_undo *undo)
{
	struct nvo3_host *host = nvo3_hosts_lookup(&nve->hosts, &new->key);
	int err;

	lockdep_assert_held(&nve->lock);
	*undo = (struct nvo3_ipmap_undo){};
	if (host && nvo3_host_same(&host->map, new)) {
		undo->kept = host;
		undo->generation = host->map.generation;
		host->map.generation = new->generation;
		return 0;
	}
	err = nvo3_hosts_store(&nve->hosts, new, &undo->old);
	if (err)
		return err;
	undo->stored = true;
	vn->ip_maps += !undo->old;
	nvo3_nve_changed(nve);
	return 0;
}

void nvo3_ipmap_commit(struct nvo3_nve *nve, const struct nvo3_ipmap *new,
		       const struct nvo3_ipmap_undo *undo)
{
	if (!undo->stored)
		return;
	nvo3_notify_ipmap(nve, NVO3_CMD_MAP_NTF, new);
	nvo3_hosts_release(undo->old);
}

void nvo3_ipmap_undo(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_ipmap *new,
		     const struct nvo3_ipmap_undo *undo)
{
	if (undo->kept)
		undo->kept->map.generation = undo->generation;
	if (!undo->stored)
		return;
	nvo3_hosts_restore(&nve->hosts, &new->key, undo->old);
	vn->ip_maps -= !undo->old;
	nvo3_nve_changed(nve);
}

static void del(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nvo3_host *host)
{
	const struct nvo3_ipmap map = host->map;

	nvo3_hosts_remove(&nve->hosts, host);
	vn->ip_maps--;
	nvo3_nve_changed(nve);
	nvo3_notify_ipmap(nve, NVO3_CMD_MAP_DEL_NTF, &map);
}

void nvo3_ipmap_del(struct nvo3_nve *nve, struct nvo3_vn *vn, const struct nvo3_host_key *key)
{
	struct nvo3_host *host = nvo3_hosts_lookup(&nve->hosts, key);

	if (host)
		del(nve, vn, host);
}

bool nvo3_ipmap_matches(const struct nvo3_mapping_filter *filter, const struct nvo3_ipmap *map)
{
	if (filter->port || (filter->vn && filter->vn->vni != map->key.vni))
		return false;
	if (filter->stale && map->generation == filter->generation)
		return false;
	return filter->provs & BIT(map->prov);
}

void nvo3_ipmap_flush(struct nvo3_nve *nve, const struct nvo3_mapping_filter *filter)
{
	u32 left = filter->vn ? filter->vn->ip_maps : nve->hosts.count;
	struct nvo3_host *host;
	unsigned long nr;

	lockdep_assert_held(&nve->lock);
	for (nr = 0; left && (host = nvo3_hosts_next(&nve->hosts, &nr)); nr++) {
		cond_resched();
		if (!nvo3_ipmap_matches(filter, &host->map))
			continue;
		del(nve, nvo3_vn_lookup(&nve->vns, host->map.key.vni), host);
		left--;
	}
}
