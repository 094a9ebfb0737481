// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"
#include "nl_fill.h"
#include "port_state.h"

static int put_addr(struct sk_buff *skb, int type4, int type6, const struct nvo3_addr *addr)
{
	if (addr->family == AF_INET)
		return nla_put_in_addr(skb, type4, addr->v4);
	return nla_put_in6_addr(skb, type6, &addr->v6);
}

/* Types of the attributes that name a locator. */
struct locator_types {
	int addr4, addr6, encap, dstport, vni;
};

static const struct locator_types member_types = {
	NVO3_A_MEMBER_ADDR4, NVO3_A_MEMBER_ADDR6, NVO3_A_MEMBER_ENCAP, NVO3_A_MEMBER_DSTPORT,
	NVO3_A_MEMBER_REMOTE_VNI,
};

static const struct locator_types map_types = {
	NVO3_A_MAP_ADDR4, NVO3_A_MAP_ADDR6, NVO3_A_MAP_ENCAP, NVO3_A_MAP_DSTPORT,
	NVO3_A_MAP_REMOTE_VNI,
};

/* What is the NVE's own is left out, so that an answer reads like the request. */
static int put_locator(struct sk_buff *skb, const struct nvo3_nve *nve,
		       const struct locator_types *types, const struct nvo3_locator *loc)
{
	if (put_addr(skb, types->addr4, types->addr6, &loc->addr) ||
	    (loc->encap != nve->encap && nla_put_u8(skb, types->encap, loc->encap)) ||
	    (loc->dstport != nvo3_nve_dstport(nve, loc->encap) &&
	     nla_put_be16(skb, types->dstport, loc->dstport)) ||
	    (loc->vni && nla_put_u32(skb, types->vni, loc->vni)))
		return -EMSGSIZE;
	return 0;
}

static int put_stats(struct sk_buff *skb, int type, const struct nvo3_totals *sum)
{
	struct nlattr *nest = nla_nest_start(skb, type);
	int i;

	if (!nest)
		return -EMSGSIZE;
	/* The attributes come in the counters' order, packets before bytes. */
	for (i = 0; i < NVO3_COUNTS; i++) {
		if (nla_put_u64_64bit(skb, NVO3_A_STATS_RX_PACKETS + 2 * i, sum->packets[i],
				      NVO3_A_STATS_PAD) ||
		    nla_put_u64_64bit(skb, NVO3_A_STATS_RX_BYTES + 2 * i, sum->bytes[i],
				      NVO3_A_STATS_PAD))
			goto cancel;
	}
	if (nla_put_u64_64bit(skb, NVO3_A_STATS_DROPPED, sum->dropped, NVO3_A_STATS_PAD))
		goto cancel;
	nla_nest_end(skb, nest);
	return 0;

cancel:
	nla_nest_cancel(skb, nest);
	return -EMSGSIZE;
}

static int put_drop(struct sk_buff *skb, int type, enum nvo3_drop reason, u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVO3_A_DROP_REASON, reason) ||
	    nla_put_u64_64bit(skb, NVO3_A_DROP_COUNT, count, NVO3_A_DROP_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Reasons that have not happened are left out. */
static int put_drops(struct sk_buff *skb, int type, struct nvo3_drops __percpu *drops)
{
	enum nvo3_drop reason;
	u64 count;

	for (reason = NVO3_DROP_NONE + 1; reason <= NVO3_DROP_MAX; reason++) {
		count = nvo3_drops_sum(drops, reason);
		if (count && put_drop(skb, type, reason, count))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_bypass(struct sk_buff *skb, enum nvo3_bypass reason,
		      const struct nvo3_way_totals *sum)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_NVE_BYPASS);

	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(skb, NVO3_A_BYPASS_REASON, reason) ||
	    nla_put_u64_64bit(skb, NVO3_A_BYPASS_TX, sum->count[NVO3_WAY_TX][reason],
			      NVO3_A_BYPASS_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_BYPASS_RX, sum->count[NVO3_WAY_RX][reason],
			      NVO3_A_BYPASS_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_BYPASS_PORT, sum->count[NVO3_WAY_PORT][reason],
			      NVO3_A_BYPASS_PAD)) {
		nla_nest_cancel(skb, nest);
		return -EMSGSIZE;
	}
	nla_nest_end(skb, nest);
	return 0;
}

/* Frames by the way they took, and why not the fast one. */
static int put_ways(struct sk_buff *skb, struct nvo3_ways __percpu *ways)
{
	enum nvo3_bypass why;
	struct nvo3_way_totals sum;
	u64 tx_compat = 0, port_queue = 0;

	nvo3_ways_sum(ways, &sum);
	for (why = NVO3_BYPASS_NONE + 1; why <= NVO3_BYPASS_MAX; why++) {
		tx_compat += sum.count[NVO3_WAY_TX][why];
		port_queue += sum.count[NVO3_WAY_PORT][why];
		if ((sum.count[NVO3_WAY_TX][why] || sum.count[NVO3_WAY_RX][why] ||
		     sum.count[NVO3_WAY_PORT][why]) && put_bypass(skb, why, &sum))
			return -EMSGSIZE;
	}
	if (nla_put_u64_64bit(skb, NVO3_A_NVE_TX_FAST, sum.count[NVO3_WAY_TX][NVO3_BYPASS_NONE],
			      NVO3_A_NVE_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_NVE_TX_COMPAT, tx_compat, NVO3_A_NVE_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_NVE_RX_FAST, sum.count[NVO3_WAY_RX][NVO3_BYPASS_NONE],
			      NVO3_A_NVE_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_NVE_RX_COMPAT, sum.rx_compat, NVO3_A_NVE_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_NVE_PORT_FAST, sum.count[NVO3_WAY_PORT][NVO3_BYPASS_NONE],
			      NVO3_A_NVE_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_NVE_PORT_QUEUE, port_queue, NVO3_A_NVE_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_NVE_REDIRECTED, sum.redirected, NVO3_A_NVE_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_NVE_RELAYED, sum.relayed, NVO3_A_NVE_PAD))
		return -EMSGSIZE;
	return 0;
}

static int put_nve_conf(struct sk_buff *skb, struct nvo3_nve *nve)
{
	const struct nvo3_conf *conf;
	int err = -EMSGSIZE;

	rcu_read_lock();
	conf = rcu_dereference(nve->conf);
	if (conf->local4 && nla_put_in_addr(skb, NVO3_A_NVE_LOCAL4, conf->local4))
		goto unlock;
	if (!ipv6_addr_any(&conf->local6) &&
	    nla_put_in6_addr(skb, NVO3_A_NVE_LOCAL6, &conf->local6))
		goto unlock;
	if (nla_put_be16(skb, NVO3_A_NVE_DSTPORT, nve->dstport) ||
	    nla_put_u8(skb, NVO3_A_NVE_CSUM, conf->csum) ||
	    nla_put_u8(skb, NVO3_A_NVE_ENCAP, nve->encap) ||
	    nla_put_u8(skb, NVO3_A_NVE_ACCEPT, nve->accept) ||
	    nla_put_be16(skb, NVO3_A_NVE_GENEVE_PORT, nve->geneve_port) ||
	    nla_put_u8(skb, NVO3_A_NVE_FASTPATH, conf->fastpath) ||
	    nla_put_u8(skb, NVO3_A_NVE_VERIFY, conf->verify) ||
	    nla_put_u8(skb, NVO3_A_NVE_RELAY, conf->relay))
		goto unlock;
	err = 0;
unlock:
	rcu_read_unlock();
	return err;
}

int nvo3_fill_nve(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_NVE);

	if (!nest || put_nve_conf(skb, nve) ||
	    nla_put_u32(skb, NVO3_A_NVE_VNS, nve->vns.count) ||
	    nla_put_u32(skb, NVO3_A_NVE_PORTS, nve->nr_ports) ||
	    nla_put_u32(skb, NVO3_A_NVE_MAPS, nve->maps.count) ||
	    nla_put_u32(skb, NVO3_A_NVE_REMOTES, nve->remotes.count) ||
	    nla_put_u32(skb, NVO3_A_NVE_TABLE_SLOTS, nvo3_table_slots(&nve->maps)) ||
	    nla_put_u64_64bit(skb, NVO3_A_NVE_TABLE_BYTES, nvo3_table_bytes(&nve->maps),
			      NVO3_A_NVE_PAD) ||
	    put_drops(skb, NVO3_A_NVE_DROP, nve->drops) ||
	    put_drops(skb, NVO3_A_NVE_LOGGED, nve->logged) || put_ways(skb, nve->ways))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int nvo3_fill_vn(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_VN);
	struct nvo3_vn *vn = (struct nvo3_vn *)object;
	struct nvo3_waits waits = nvo3_pendings_read(&nve->pendings, &vn->waiting);
	struct nvo3_totals totals;

	nvo3_port_vn_totals(vn, &totals);
	if (!nest || nla_put_u32(skb, NVO3_A_VN_VNI, vn->vni) ||
	    nla_put_u8(skb, NVO3_A_VN_UNKNOWN, vn->unknown) ||
	    nla_put_u8(skb, NVO3_A_VN_BUM, vn->bum) ||
	    nla_put_u32(skb, NVO3_A_VN_LIMIT, vn->limit) ||
	    nla_put_u32(skb, NVO3_A_VN_PORTS, vn->nr_ports) ||
	    nla_put_u32(skb, NVO3_A_VN_MAPS, vn->maps) ||
	    nla_put_u32(skb, NVO3_A_VN_MEMBERS, nvo3_members_count(&vn->members)) ||
	    nla_put_u64_64bit(skb, NVO3_A_VN_MISSES, atomic64_read(&vn->misses), NVO3_A_VN_PAD) ||
	    nla_put_u32(skb, NVO3_A_VN_HOLD, vn->waiting.hold) ||
	    nla_put_u32(skb, NVO3_A_VN_PENDING, waits.pending) ||
	    nla_put_u32(skb, NVO3_A_VN_HELD, waits.held) ||
	    nla_put_u32(skb, NVO3_A_VN_ABSENT, waits.absent) ||
	    nla_put_u64_64bit(skb, NVO3_A_VN_RELEASED, waits.released, NVO3_A_VN_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_VN_DIGEST, vn->digest.sum, NVO3_A_VN_PAD) ||
	    nla_put_u32(skb, NVO3_A_VN_DIGEST_MAPS, vn->digest.maps) ||
	    nla_put_u64_64bit(skb, NVO3_A_VN_REDIRECTED, atomic64_read(&vn->redirected),
			      NVO3_A_VN_PAD) ||
	    (nvo3_vn_tracked(vn) && nla_put_u8(skb, NVO3_A_VN_TRACK, 1)) ||
	    nla_put_u64_64bit(skb, NVO3_A_VN_RELAYED, atomic64_read(&vn->relayed),
			      NVO3_A_VN_PAD) ||
	    nla_put_u8(skb, NVO3_A_VN_ARP, vn->arp) ||
	    nla_put_u8(skb, NVO3_A_VN_ARP_UNKNOWN, vn->arp_unknown) ||
	    nla_put_u64_64bit(skb, NVO3_A_VN_ARP_ANSWERED, atomic64_read(&vn->arp_answered),
			      NVO3_A_VN_PAD) ||
	    nla_put_u32(skb, NVO3_A_VN_IP_MAPS, vn->ip_maps) ||
	    put_stats(skb, NVO3_A_VN_STATS, &totals))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int nvo3_fill_member(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_MEMBER);
	const struct nvo3_member *member = object;

	if (!nest || nla_put_u32(skb, NVO3_A_MEMBER_VNI, member->vni) ||
	    put_locator(skb, nve, &member_types, member->loc) ||
	    (member->relay && nla_put_u8(skb, NVO3_A_MEMBER_RELAY, 1)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_stamps(struct sk_buff *skb, struct nvo3_port *port)
{
	u64 last_out = atomic64_read(&port->last_out), first_in = atomic64_read(&port->first_in);

	if ((port->state & NVO3_PORT_STAMPED && nla_put_u8(skb, NVO3_A_PORT_STAMP, 1)) ||
	    (last_out && nla_put_u64_64bit(skb, NVO3_A_PORT_LAST_OUT, last_out,
					   NVO3_A_PORT_PAD)) ||
	    (first_in && nla_put_u64_64bit(skb, NVO3_A_PORT_FIRST_IN, first_in,
					   NVO3_A_PORT_PAD)))
		return -EMSGSIZE;
	return 0;
}

int nvo3_fill_port(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_PORT);
	struct nvo3_port *port = (struct nvo3_port *)object;
	struct nvo3_totals totals = {};

	nvo3_stats_sum(port->stats, &totals);
	if (!nest || nla_put_u32(skb, NVO3_A_PORT_DEV, port->dev->ifindex) ||
	    (port->vlan && nla_put_u16(skb, NVO3_A_PORT_VLAN, port->vlan)) ||
	    nla_put_u32(skb, NVO3_A_PORT_VNI, port->vn->vni) ||
	    (port->has_mac && nla_put(skb, NVO3_A_PORT_MAC, ETH_ALEN, port->mac)) ||
	    nla_put_u8(skb, NVO3_A_PORT_STATE, nvo3_port_state(port)) ||
	    (port->epoch && nla_put_u64_64bit(skb, NVO3_A_PORT_EPOCH, port->epoch,
					      NVO3_A_PORT_PAD)) ||
	    nla_put_u64_64bit(skb, NVO3_A_PORT_SUPPRESSED, nvo3_budget_denied(&port->asker.budget),
			      NVO3_A_PORT_PAD) ||
	    put_stamps(skb, port) || nvo3_fill_guard(skb, port) ||
	    put_stats(skb, NVO3_A_PORT_STATS, &totals))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static const struct locator_types path_types = {
	NVO3_A_PATH_ADDR4, NVO3_A_PATH_ADDR6, NVO3_A_PATH_ENCAP, NVO3_A_PATH_DSTPORT,
	NVO3_A_PATH_REMOTE_VNI,
};

static int put_group(struct sk_buff *skb, const struct nvo3_nve *nve,
		     const struct nvo3_group *group)
{
	struct nlattr *nest;
	u32 i;

	for (i = 0; i < group->count; i++) {
		nest = nla_nest_start(skb, NVO3_A_MAP_PATH);
		if (!nest || put_locator(skb, nve, &path_types, &group->paths[i].remote->loc) ||
		    nla_put_u16(skb, NVO3_A_PATH_WEIGHT, group->paths[i].weight))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

/* The number is that of an object which the mapping, and so the mutex, keeps. */
static int put_target(struct sk_buff *skb, struct nvo3_nve *nve, const struct nvo3_mapping *map)
{
	const struct nvo3_remote *remote;
	const struct nvo3_group *group;
	const struct nvo3_port *port;
	int err = 0;

	rcu_read_lock();
	if (map->kind == NVO3_MAP_REMOTE) {
		remote = nvo3_remote_lookup(&nve->remotes, map->nr);
		if (remote)
			err = put_locator(skb, nve, &map_types, &remote->loc);
	} else if (map->kind == NVO3_MAP_GROUP) {
		group = nvo3_group_lookup(&nve->groups, map->nr);
		if (group)
			err = put_group(skb, nve, group);
	} else {
		port = nvo3_nve_port(nve, map->nr);
		if (port)
			err = nla_put_u32(skb, NVO3_A_MAP_DEV, port->dev->ifindex);
		if (port && port->vlan && !err)
			err = nla_put_u16(skb, NVO3_A_MAP_VLAN, port->vlan);
	}
	rcu_read_unlock();
	return err;
}

int nvo3_fill_map(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_MAP);
	const struct nvo3_mapping *map = object;

	if (!nest || nla_put_u32(skb, NVO3_A_MAP_VNI, map->vni) ||
	    nla_put(skb, NVO3_A_MAP_MAC, ETH_ALEN, map->mac) ||
	    put_target(skb, nve, map) ||
	    (map->epoch && nla_put_u64_64bit(skb, NVO3_A_MAP_EPOCH, map->epoch,
					     NVO3_A_MAP_PAD)) ||
	    nla_put_u8(skb, NVO3_A_MAP_PROV, map->prov) ||
	    (map->group && nla_put_u32(skb, NVO3_A_MAP_GROUP, map->group)) ||
	    (map->generation && nla_put_u8(skb, NVO3_A_MAP_GENERATION, map->generation)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int nvo3_fill_ipmap(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_MAP);
	const struct nvo3_ipmap *map = object;

	if (!nest || nla_put_u32(skb, NVO3_A_MAP_VNI, map->key.vni) ||
	    nla_put(skb, NVO3_A_MAP_MAC, ETH_ALEN, map->mac) ||
	    put_addr(skb, NVO3_A_MAP_IP4, NVO3_A_MAP_IP6, &map->key.addr) ||
	    (map->epoch && nla_put_u64_64bit(skb, NVO3_A_MAP_EPOCH, map->epoch,
					     NVO3_A_MAP_PAD)) ||
	    nla_put_u8(skb, NVO3_A_MAP_PROV, map->prov) ||
	    (map->generation && nla_put_u8(skb, NVO3_A_MAP_GENERATION, map->generation)) ||
	    (map->router && nla_put_u8(skb, NVO3_A_MAP_ROUTER, 1)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int nvo3_fill_remote(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_REMOTE);
	const struct nvo3_remote *remote = object;
	u8 way = READ_ONCE(remote->way);
	struct nvo3_totals sum = {};

	nvo3_stats_sum(remote->stats, &sum);
	if (!nest || put_addr(skb, NVO3_A_REMOTE_ADDR4, NVO3_A_REMOTE_ADDR6, &remote->loc.addr) ||
	    nla_put_u8(skb, NVO3_A_REMOTE_STATE,
		       remote->down ? NVO3_REMOTE_STATE_DOWN : NVO3_REMOTE_STATE_UP) ||
	    nla_put_u8(skb, NVO3_A_REMOTE_ENCAP, remote->loc.encap) ||
	    (remote->loc.dstport &&
	     nla_put_be16(skb, NVO3_A_REMOTE_DSTPORT, remote->loc.dstport)) ||
	    (remote->loc.vni && nla_put_u32(skb, NVO3_A_REMOTE_REMOTE_VNI, remote->loc.vni)) ||
	    nla_put_u32(skb, NVO3_A_REMOTE_REFS, remote->refs) ||
	    nla_put_u64_64bit(skb, NVO3_A_REMOTE_PACKETS, sum.packets[NVO3_COUNT_ENCAP],
			      NVO3_A_REMOTE_PAD) ||
	    nla_put_u64_64bit(skb, NVO3_A_REMOTE_BYTES, sum.bytes[NVO3_COUNT_ENCAP],
			      NVO3_A_REMOTE_PAD) ||
	    (way <= NVO3_BYPASS_MAX && nla_put_u32(skb, NVO3_A_REMOTE_BYPASS, way)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int nvo3_fill_msg(struct sk_buff *skb, struct nvo3_nve *nve, const struct nvo3_msg *msg,
		  int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve, const void *object),
		  const void *object)
{
	void *hdr;

	hdr = genlmsg_put(skb, msg->portid, msg->seq, &nvo3_nl_family, msg->flags, msg->cmd);
	if (!hdr)
		return -EMSGSIZE;
	if (msg->cb)
		genl_dump_check_consistent(msg->cb, hdr);
	if (nla_put_u32(skb, NVO3_A_IFINDEX, nve->dev->ifindex) || fill(skb, nve, object)) {
		/* Takes what a half-filled nest has left with it. */
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}
