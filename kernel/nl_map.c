// SPDX-License-Identifier: GPL-2.0
/*
 * map-add and map-del take many at once: all are parsed and judged, then applied;
 * what memory stops half-way is taken back, and only then is anyone told.
 */
#include <linux/slab.h>
#include "claim.h"
#include "fast.h"
#include "mapping.h"
#include "nl_ipmap.h"
#include "nl_parse.h"
#include "nl_target.h"
#include "resolve.h"

/*
 * Nothing of a table of a million mappings lies in a cache: while one is looked up, those that
 * many behind it are fetched. Few enough for their pages to stay known to the processor.
 */
#define AHEAD	8

struct change {
	const struct nlattr *attr;	/* the nest */
	struct nvo3_vn *vn;
	bool is_ip;
	union {
		struct {
			struct nvo3_nl_target target;	/* held for the request */
			struct nvo3_mapping new, old;
		};
		struct {
			struct nvo3_ipmap ip;
			struct nvo3_ipmap_undo undo;
		};
	};
};

struct batch {
	struct nvo3_nve *nve;
	struct netlink_ext_ack *extack;
	u16 flags;		/* of the request */
	struct change *changes;
	u32 count;
};

/* The VN, which every mapping has, and what the mapping is of. */
static int parse_vn(struct batch *batch, struct nlattr *nest, struct nlattr **tb,
		    struct change *change)
{
	int err;

	change->attr = nest;
	err = nvo3_nl_parse_map(nest, tb, batch->extack);
	if (err)
		return err;
	change->vn = nvo3_nl_vn(batch->nve, nest, tb[NVO3_A_MAP_VNI], batch->extack);
	if (IS_ERR(change->vn))
		return PTR_ERR(change->vn);
	change->is_ip = nvo3_nl_is_ipmap(tb);
	return 0;
}

/* What all requests may say of the mapping of a MAC. */
static int parse_key(struct batch *batch, struct nlattr *nest, struct nlattr **tb,
		     struct change *change)
{
	const u8 *mac;

	mac = nvo3_nl_mac(nest, tb[NVO3_A_MAP_MAC], batch->extack);
	if (IS_ERR(mac))
		return PTR_ERR(mac);
	change->new.vni = change->vn->vni;
	ether_addr_copy(change->new.mac, mac);
	if (tb[NVO3_A_MAP_EPOCH])
		change->new.epoch = nla_get_u64(tb[NVO3_A_MAP_EPOCH]);
	if (tb[NVO3_A_MAP_PROV])
		change->new.prov = nla_get_u8(tb[NVO3_A_MAP_PROV]);
	if (tb[NVO3_A_MAP_GROUP])
		change->new.group = nla_get_u32(tb[NVO3_A_MAP_GROUP]);
	if (tb[NVO3_A_MAP_GENERATION])
		change->new.generation = nla_get_u8(tb[NVO3_A_MAP_GENERATION]);
	if (tb[NVO3_A_MAP_STALE_GENERATION])
		return NVO3_REFUSE(batch->extack, tb[NVO3_A_MAP_STALE_GENERATION], EINVAL,
				   "stale-generation is for map-flush");
	if (tb[NVO3_A_MAP_ROUTER])
		return NVO3_REFUSE(batch->extack, tb[NVO3_A_MAP_ROUTER], EINVAL,
				   "a router is named by its IP address");
	return 0;
}

static int parse_target(struct batch *batch, struct nlattr *nest, struct nlattr **tb,
			struct change *change)
{
	int err;

	err = nvo3_nl_target(batch->nve, change->vn, nest, tb, &change->target, batch->extack);
	change->new.kind = change->target.kind;
	change->new.nr = change->target.nr;
	return err;
}

/* Those of the same request count too. */
static int check_limit(struct batch *batch, struct change *change)
{
	struct nvo3_vn *vn = change->vn;
	struct nvo3_mapping held;

	if (!nvo3_map_is_remote(change->new.kind) || !vn->limit)
		return 0;
	if (nvo3_map_find(&batch->nve->maps, vn->vni, change->new.mac, &held) &&
	    nvo3_map_is_remote(held.kind))
		return 0;
	if (vn->remote_maps + ++vn->pending > vn->limit)
		return NVO3_REFUSE(batch->extack, change->attr, ENOSPC,
				   "VN %u may hold %u mappings of other NVEs", vn->vni, vn->limit);
	return 0;
}

static int check_add(struct batch *batch, struct nlattr *nest, struct change *change)
{
	struct nlattr *tb[NVO3_A_MAP_MAX + 1];
	int err;

	err = parse_vn(batch, nest, tb, change);
	if (err)
		return err;
	if (change->is_ip)
		return nvo3_nl_ipmap_check_add(batch->nve, change->vn, nest, tb, batch->flags,
					       &change->ip, batch->extack);
	err = parse_key(batch, nest, tb, change);
	if (err)
		return err;
	if (change->new.prov == NVO3_PROV_PORT)
		return NVO3_REFUSE(batch->extack, tb[NVO3_A_MAP_PROV], EINVAL,
				   "a port's own mapping is made by port-add");
	if (tb[NVO3_A_MAP_GENERATION] && change->new.prov != NVO3_PROV_AGENT)
		return NVO3_REFUSE(batch->extack, tb[NVO3_A_MAP_GENERATION], EINVAL,
				   "only an agent's mappings have a generation");
	err = parse_target(batch, nest, tb, change);
	if (err)
		return err;
	if (change->new.group && change->new.kind == NVO3_MAP_PORT)
		return NVO3_REFUSE(batch->extack, tb[NVO3_A_MAP_GROUP], EINVAL,
				   "the group of who is behind a port is set by port-set");
	err = nvo3_claim_judge(batch->nve, &change->new, batch->flags, nest, batch->extack);
	if (err)
		return err;
	return check_limit(batch, change);
}

/* What a request says about the mapping that it deletes must be so. */
static int check_same(struct batch *batch, struct nlattr *nest, struct nlattr **tb,
		      struct change *change)
{
	int err;

	if (tb[NVO3_A_MAP_PROV] && change->new.prov != change->old.prov)
		return NVO3_REFUSE(batch->extack, tb[NVO3_A_MAP_PROV], ENOENT,
				   "the mapping of %pM in VN %u is of another provenance",
				   change->new.mac, change->vn->vni);
	if (tb[NVO3_A_MAP_GROUP] && change->new.group != change->old.group)
		return NVO3_REFUSE(batch->extack, tb[NVO3_A_MAP_GROUP], ENOENT,
				   "the mapping of %pM in VN %u is of another group",
				   change->new.mac, change->vn->vni);
	if (tb[NVO3_A_MAP_GENERATION] && change->new.generation != change->old.generation)
		return NVO3_REFUSE(batch->extack, tb[NVO3_A_MAP_GENERATION], ENOENT,
				   "the mapping of %pM in VN %u is of another generation",
				   change->new.mac, change->vn->vni);
	if (!nvo3_nl_has_target(tb))
		return 0;
	err = parse_target(batch, nest, tb, change);
	if (err)
		return err;
	if (change->new.kind != change->old.kind || change->new.nr != change->old.nr)
		return NVO3_REFUSE(batch->extack, nest, ENOENT,
				   "the mapping of %pM in VN %u leads elsewhere",
				   change->new.mac, change->vn->vni);
	return 0;
}

static int check_del(struct batch *batch, struct nlattr *nest, struct change *change)
{
	struct nlattr *tb[NVO3_A_MAP_MAX + 1];
	int err;

	err = parse_vn(batch, nest, tb, change);
	if (err)
		return err;
	if (change->is_ip)
		return nvo3_nl_ipmap_check_del(batch->nve, change->vn, nest, tb, &change->ip,
					       batch->extack);
	err = parse_key(batch, nest, tb, change);
	if (err)
		return err;
	if (!nvo3_map_find(&batch->nve->maps, change->vn->vni, change->new.mac, &change->old))
		return NVO3_REFUSE(batch->extack, nest, ENOENT, "%pM has no mapping in VN %u",
				   change->new.mac, change->vn->vni);
	if (change->old.prov == NVO3_PROV_PORT)
		return NVO3_REFUSE(batch->extack, nest, EBUSY,
				   "the mapping of %pM in VN %u goes with its port",
				   change->new.mac, change->vn->vni);
	if (tb[NVO3_A_MAP_EPOCH] && change->old.epoch > change->new.epoch)
		return NVO3_REFUSE(batch->extack, tb[NVO3_A_MAP_EPOCH], ESTALE,
				   "epoch %llu is older than the %llu held",
				   change->new.epoch, change->old.epoch);
	return check_same(batch, nest, tb, change);
}

/* The next nest of a mapping. The core has judged them all by their policy. */
static struct nlattr *fetch(struct batch *batch, const struct genl_info *info, struct nlattr *nest)
{
	struct nlattr *vni, *mac;

	nest = nvo3_nl_next(info, nest, NVO3_A_MAP);
	vni = nest ? nla_find_nested(nest, NVO3_A_MAP_VNI) : NULL;
	mac = nest ? nla_find_nested(nest, NVO3_A_MAP_MAC) : NULL;
	if (vni && mac)
		nvo3_map_prefetch(&batch->nve->maps, nla_get_u32(vni), nla_data(mac));
	return nest;
}

static int check_all(struct batch *batch, struct genl_info *info,
		     int (*check)(struct batch *batch, struct nlattr *nest, struct change *change))
{
	struct nlattr *nest, *ahead = NULL;
	u32 count = 0;
	int err;

	for (nest = NULL; (nest = nvo3_nl_next(info, nest, NVO3_A_MAP)); count++)
		if (count < AHEAD)
			ahead = fetch(batch, info, ahead);
	if (!count) {
		NL_SET_ERR_MSG(info->extack, "the request has no map");
		return -EINVAL;
	}
	batch->changes = kvcalloc(count, sizeof(*batch->changes), GFP_KERNEL);
	if (!batch->changes)
		return -ENOMEM;
	for (nest = NULL; (nest = nvo3_nl_next(info, nest, NVO3_A_MAP)); ) {
		if (ahead)
			ahead = fetch(batch, info, ahead);
		err = check(batch, nest, &batch->changes[batch->count++]);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static void batch_free(struct batch *batch)
{
	struct change *change;
	u32 i;

	for (i = 0; i < batch->count; i++) {
		change = &batch->changes[i];
		if (!change->is_ip)
			nvo3_nl_target_put(&change->target);
		if (!IS_ERR_OR_NULL(change->vn)) {
			change->vn->pending = 0;
			change->vn->pending_ips = 0;
		}
	}
	kvfree(batch->changes);
}

static int set(struct batch *batch, struct change *change)
{
	if (change->is_ip)
		return nvo3_ipmap_set(batch->nve, change->vn, &change->ip, &change->undo);
	return nvo3_mapping_set(batch->nve, change->vn, &change->new, &change->old);
}

static void undo(struct batch *batch, const struct change *change)
{
	if (change->is_ip)
		nvo3_ipmap_undo(batch->nve, change->vn, &change->ip, &change->undo);
	else
		nvo3_mapping_undo(batch->nve, change->vn, &change->new, &change->old);
}

static void commit(struct batch *batch, const struct change *change)
{
	if (change->is_ip)
		nvo3_ipmap_commit(batch->nve, &change->ip, &change->undo);
	else
		nvo3_mapping_commit(batch->nve, &change->new, &change->old);
}

static void answered(struct batch *batch, const struct change *change)
{
	if (change->is_ip)
		nvo3_miss_answered_ip(batch->nve, &change->ip.key);
	else
		nvo3_miss_answered(batch->nve, change->new.vni, change->new.mac);
}

/* The second mention of an address is judged by the first. */
static int add_one(struct batch *batch, struct change *change)
{
	int err;

	if (change->is_ip)
		err = nvo3_ipmap_judge(batch->nve, &change->ip, batch->flags, change->attr,
				       batch->extack);
	else
		err = nvo3_claim_judge(batch->nve, &change->new, batch->flags, change->attr,
				       batch->extack);
	if (err)
		return err;
	err = set(batch, change);
	if (err)
		return NVO3_REFUSE(batch->extack, change->attr, -err,
				   "no room for the mapping; none was changed");
	return 0;
}

static int add_all(struct batch *batch)
{
	struct change *change;
	int err = 0;
	u32 i;

	for (i = 0; i < batch->count && !err; i++) {
		if (i + AHEAD < batch->count) {
			change = &batch->changes[i + AHEAD];
			if (!change->is_ip)
				nvo3_map_prefetch(&batch->nve->maps, change->new.vni,
						  change->new.mac);
		}
		err = add_one(batch, &batch->changes[i]);
	}
	if (err) {
		/* The last one failed and changed nothing. */
		for (i--; i--; )
			undo(batch, &batch->changes[i]);
		return err;
	}
	for (i = 0; i < batch->count; i++)
		commit(batch, &batch->changes[i]);
	for (i = 0; i < batch->count; i++)
		answered(batch, &batch->changes[i]);
	return 0;
}

static void batch_init(struct batch *batch, struct genl_info *info)
{
	*batch = (struct batch){
		.nve = nvo3_nl_nve(info),
		.extack = info->extack,
		.flags = info->nlhdr->nlmsg_flags,
	};
}

int nvo3_nl_map_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct batch batch;
	int err;

	batch_init(&batch, info);
	err = check_all(&batch, info, check_add);
	if (!err)
		err = add_all(&batch);
	batch_free(&batch);
	return err;
}

int nvo3_nl_map_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct change *change;
	struct batch batch;
	int err;
	u32 i;

	batch_init(&batch, info);
	err = check_all(&batch, info, check_del);
	for (i = 0; i < batch.count && !err; i++) {
		change = &batch.changes[i];
		if (change->is_ip)
			nvo3_ipmap_del(batch.nve, change->vn, &change->ip.key);
		else
			nvo3_mapping_del(batch.nve, change->vn, change->new.mac);
	}
	batch_free(&batch);
	return err;
}

/* Sweeping is for whoever has marked: the agent, in the VN whose snapshot it was told. */
static int parse_stale(struct nlattr **tb, struct nvo3_mapping_filter *filter,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *attr = tb[NVO3_A_MAP_STALE_GENERATION];

	if (!attr)
		return 0;
	if (!filter->vn)
		return NVO3_REFUSE(extack, attr, EINVAL,
				   "stale-generation needs the VN that it is of (vni)");
	if (tb[NVO3_A_MAP_PROV] && filter->provs != BIT(NVO3_PROV_AGENT))
		return NVO3_REFUSE(extack, attr, EINVAL,
				   "only an agent's mappings have a generation");
	filter->provs = BIT(NVO3_PROV_AGENT);
	filter->stale = true;
	filter->generation = nla_get_u8(attr);
	return 0;
}

/*
 * VN and provenance of a flush or dump, from a nest that may be missing. @provs
 * comes in with what is meant without one.
 */
static int parse_filter(struct nvo3_nve *nve, struct nlattr *nest,
			struct nvo3_mapping_filter *filter, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NVO3_A_MAP_MAX + 1];
	struct nvo3_vn *vn;
	int err;

	if (!nest)
		return 0;
	err = nvo3_nl_parse_map(nest, tb, extack);
	if (err)
		return err;
	if (nvo3_nl_has_target(tb) || tb[NVO3_A_MAP_MAC] || tb[NVO3_A_MAP_EPOCH] ||
	    tb[NVO3_A_MAP_GROUP] || tb[NVO3_A_MAP_GENERATION] || tb[NVO3_A_MAP_ROUTER] ||
	    nvo3_nl_is_ipmap(tb))
		return NVO3_REFUSE(extack, nest, EINVAL,
				   "many mappings are chosen by VN and provenance only");
	if (tb[NVO3_A_MAP_VNI]) {
		vn = nvo3_nl_vn(nve, nest, tb[NVO3_A_MAP_VNI], extack);
		if (IS_ERR(vn))
			return PTR_ERR(vn);
		filter->vn = vn;
	}
	if (tb[NVO3_A_MAP_PROV])
		filter->provs = BIT(nla_get_u8(tb[NVO3_A_MAP_PROV]));
	return parse_stale(tb, filter, extack);
}

int nvo3_nl_map_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nvo3_mapping_filter filter = {
		.provs = BIT(NVO3_PROV_STATIC) | BIT(NVO3_PROV_AGENT),
	};
	struct nlattr *nest = info->attrs[NVO3_A_MAP];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	int err;

	err = parse_filter(nve, nest, &filter, info->extack);
	if (err)
		return err;
	if (filter.provs & BIT(NVO3_PROV_PORT))
		return NVO3_REFUSE(info->extack, nest, EINVAL,
				   "ports' own mappings go with their ports");
	nvo3_mapping_flush(nve, &filter);
	nvo3_ipmap_flush(nve, &filter);
	return 0;
}

int nvo3_nl_map_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_MAP_MAX + 1], *nest = info->attrs[NVO3_A_MAP];
	struct change change = {};
	struct batch batch;
	int err;

	batch_init(&batch, info);
	err = parse_vn(&batch, nest, tb, &change);
	if (err)
		return err;
	if (change.is_ip) {
		err = nvo3_nl_ipmap_find(batch.nve, change.vn, nest, tb, &change.ip, info->extack);
		return err ?: nvo3_nl_reply(info, nvo3_fill_ipmap, &change.ip);
	}
	err = parse_key(&batch, nest, tb, &change);
	if (err)
		return err;
	if (!nvo3_map_find(&batch.nve->maps, change.vn->vni, change.new.mac, &change.old))
		return NVO3_REFUSE(info->extack, nest, ENOENT, "%pM has no mapping in VN %u",
				   change.new.mac, change.vn->vni);
	return nvo3_nl_reply(info, nvo3_fill_map, &change.old);
}

/*
 * args[0] is the place in the table. Growth and moves there count as changes, and
 * then the dump is marked as interrupted. False: the message is full.
 */
static bool dump(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
		 const struct nvo3_mapping_filter *filter)
{
	u32 pos = cb->args[0], next = pos;
	struct nvo3_mapping map;
	bool all = true;

	while (nvo3_map_next(&nve->maps, &next, &map)) {
		if (nvo3_mapping_matches(filter, &map) &&
		    nvo3_nl_dump(skb, cb, nve, nvo3_fill_map, &map)) {
			all = false;
			break;
		}
		pos = next;
		cond_resched();
	}
	cb->args[0] = pos;
	return all;
}

int nvo3_nl_map_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nvo3_mapping_filter filter = { .provs = NVO3_PROVS_ALL };
	struct nvo3_nve *nve = nvo3_nl_dump_begin(cb);
	int err;

	if (IS_ERR(nve))
		return PTR_ERR(nve);
	err = parse_filter(nve, nvo3_dump_attrs(cb)[NVO3_A_MAP], &filter, cb->extack);
	if (!err && filter.stale) {
		NL_SET_ERR_MSG(cb->extack, "stale-generation is for a flush");
		err = -EINVAL;
	}
	if (!err && dump(skb, cb, nve, &filter))
		nvo3_nl_ipmap_dump(skb, cb, nve, &filter);
	nvo3_nl_dump_end(nve);
	return err ?: skb->len;
}
