// SPDX-License-Identifier: GPL-2.0
#include <linux/sched.h>
#include "nl_ipmap.h"
#include "nl_parse.h"
#include "nl_target.h"

int nvo3_nl_host_addr(struct nlattr *nest, struct nlattr *addr4, struct nlattr *addr6,
		      struct nvo3_addr *addr, struct netlink_ext_ack *extack)
{
	char buf[NVO3_ADDR_STRLEN];
	struct in6_addr v6;
	const char *fault;

	if (addr4 && addr6)
		return NVO3_REFUSE(extack, addr6, EINVAL,
				   "an IPv4 and an IPv6 address given for one tenant system");
	if (addr4) {
		*addr = nvo3_addr_from4(nla_get_in_addr(addr4));
	} else if (addr6) {
		v6 = nla_get_in6_addr(addr6);
		*addr = nvo3_addr_from6(&v6);
	} else {
		return NVO3_REFUSE(extack, nest, EINVAL, "no IP address given");
	}
	fault = nvo3_addr_host_fault(addr);
	if (fault)
		return NVO3_REFUSE(extack, addr4 ?: addr6, EINVAL, "%s is %s",
				   nvo3_addr_str(addr, buf), fault);
	return 0;
}

/* The key, which every request has; and nothing of a place, which the MAC's mapping has. */
static int parse_key(struct nvo3_vn *vn, struct nlattr *nest, struct nlattr **tb,
		     struct nvo3_ipmap *map, struct netlink_ext_ack *extack)
{
	if (nvo3_nl_has_target(tb))
		return NVO3_REFUSE(extack, nest, EINVAL,
				   "an IP address is mapped to a MAC address, whose mapping says where it is");
	if (tb[NVO3_A_MAP_GROUP])
		return NVO3_REFUSE(extack, tb[NVO3_A_MAP_GROUP], EINVAL,
				   "the group of an IP address is that of its MAC address");
	if (tb[NVO3_A_MAP_STALE_GENERATION])
		return NVO3_REFUSE(extack, tb[NVO3_A_MAP_STALE_GENERATION], EINVAL,
				   "stale-generation is for map-flush");
	*map = (struct nvo3_ipmap){ .key.vni = vn->vni };
	return nvo3_nl_host_addr(nest, tb[NVO3_A_MAP_IP4], tb[NVO3_A_MAP_IP6], &map->key.addr,
				 extack);
}

/* Those of the same request count too. */
static int check_limit(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
		       const struct nvo3_ipmap *map, struct netlink_ext_ack *extack)
{
	if (!vn->limit || nvo3_hosts_lookup(&nve->hosts, &map->key))
		return 0;
	if (vn->ip_maps + ++vn->pending_ips > vn->limit)
		return NVO3_REFUSE(extack, nest, ENOSPC, "VN %u may hold %u IP mappings",
				   vn->vni, vn->limit);
	return 0;
}

int nvo3_nl_ipmap_check_add(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
			    struct nlattr **tb, u16 flags, struct nvo3_ipmap *map,
			    struct netlink_ext_ack *extack)
{
	const u8 *mac;
	int err;

	err = parse_key(vn, nest, tb, map, extack);
	if (err)
		return err;
	mac = nvo3_nl_mac(nest, tb[NVO3_A_MAP_MAC], extack);
	if (IS_ERR(mac))
		return PTR_ERR(mac);
	ether_addr_copy(map->mac, mac);
	if (tb[NVO3_A_MAP_EPOCH])
		map->epoch = nla_get_u64(tb[NVO3_A_MAP_EPOCH]);
	if (tb[NVO3_A_MAP_PROV])
		map->prov = nla_get_u8(tb[NVO3_A_MAP_PROV]);
	if (tb[NVO3_A_MAP_GENERATION])
		map->generation = nla_get_u8(tb[NVO3_A_MAP_GENERATION]);
	map->router = tb[NVO3_A_MAP_ROUTER] && nla_get_u8(tb[NVO3_A_MAP_ROUTER]);
	if (map->prov == NVO3_PROV_PORT)
		return NVO3_REFUSE(extack, tb[NVO3_A_MAP_PROV], EINVAL,
				   "a port makes no IP mapping");
	if (tb[NVO3_A_MAP_GENERATION] && map->prov != NVO3_PROV_AGENT)
		return NVO3_REFUSE(extack, tb[NVO3_A_MAP_GENERATION], EINVAL,
				   "only an agent's mappings have a generation");
	err = nvo3_ipmap_judge(nve, map, flags, nest, extack);
	return err ?: check_limit(nve, vn, nest, map, extack);
}

int nvo3_nl_ipmap_find(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
		       struct nlattr **tb, struct nvo3_ipmap *map,
		       struct netlink_ext_ack *extack)
{
	const struct nvo3_host *host;
	char buf[NVO3_ADDR_STRLEN];
	int err;

	err = parse_key(vn, nest, tb, map, extack);
	if (err)
		return err;
	host = nvo3_hosts_lookup(&nve->hosts, &map->key);
	if (!host)
		return NVO3_REFUSE(extack, nest, ENOENT, "%s has no mapping in VN %u",
				   nvo3_addr_str(&map->key.addr, buf), vn->vni);
	*map = host->map;
	return 0;
}

static int refuse_other(const struct nvo3_ipmap *held, struct nlattr *attr, const char *what,
			struct netlink_ext_ack *extack)
{
	char buf[NVO3_ADDR_STRLEN];

	return NVO3_REFUSE(extack, attr, ENOENT, "the mapping of %s in VN %u is %s",
			   nvo3_addr_str(&held->key.addr, buf), held->key.vni, what);
}

int nvo3_nl_ipmap_check_del(struct nvo3_nve *nve, struct nvo3_vn *vn, struct nlattr *nest,
			    struct nlattr **tb, struct nvo3_ipmap *map,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *epoch = tb[NVO3_A_MAP_EPOCH], *prov = tb[NVO3_A_MAP_PROV],
		      *mac = tb[NVO3_A_MAP_MAC], *generation = tb[NVO3_A_MAP_GENERATION],
		      *router = tb[NVO3_A_MAP_ROUTER];
	int err;

	err = nvo3_nl_ipmap_find(nve, vn, nest, tb, map, extack);
	if (err)
		return err;
	if (epoch && map->epoch > nla_get_u64(epoch))
		return NVO3_REFUSE(extack, epoch, ESTALE, "epoch %llu is older than the %llu held",
				   nla_get_u64(epoch), map->epoch);
	if (prov && nla_get_u8(prov) != map->prov)
		return refuse_other(map, prov, "of another provenance", extack);
	if (mac && !ether_addr_equal(nla_data(mac), map->mac))
		return refuse_other(map, mac, "to another MAC address", extack);
	if (generation && nla_get_u8(generation) != map->generation)
		return refuse_other(map, generation, "of another generation", extack);
	if (router && nla_get_u8(router) != map->router)
		return refuse_other(map, router, map->router ? "a router's" : "no router's",
				    extack);
	return 0;
}

void nvo3_nl_ipmap_dump(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
			const struct nvo3_mapping_filter *filter)
{
	unsigned long nr = cb->args[1];
	struct nvo3_host *host;

	for (; (host = nvo3_hosts_next(&nve->hosts, &nr)); nr++) {
		if (nvo3_ipmap_matches(filter, &host->map) &&
		    nvo3_nl_dump(skb, cb, nve, nvo3_fill_ipmap, &host->map))
			break;
		cond_resched();
	}
	cb->args[1] = nr;
}
