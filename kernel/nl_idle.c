// SPDX-License-Identifier: GPL-2.0
/*
 * Which of an agent's mappings no frame has used. To tell it changes nothing; when the page is
 * turned is the agent's to say, and so how long a period is.
 */
#include "mapping.h"
#include "nl_parse.h"

/* The VN that the request names, whose uses are tracked; or ERR_PTR(). */
static struct nvo3_vn *parse_vn(struct nvo3_nve *nve, struct nlattr *nest, struct nlattr **tb,
				struct netlink_ext_ack *extack)
{
	struct nvo3_vn *vn;
	int err, type;

	err = nvo3_nl_parse_map(nest, tb, extack);
	if (err)
		return ERR_PTR(err);
	vn = nvo3_nl_vn(nve, nest, tb[NVO3_A_MAP_VNI], extack);
	if (IS_ERR(vn))
		return vn;
	for (type = NVO3_A_MAP_MAC + 1; type <= NVO3_A_MAP_MAX; type++)
		if (tb[type])
			return ERR_PTR(NVO3_REFUSE(extack, tb[type], EINVAL,
						   "what is idle is asked for by VN and MAC only"));
	if (!nvo3_vn_tracked(vn))
		return ERR_PTR(NVO3_REFUSE(extack, tb[NVO3_A_MAP_VNI], EINVAL,
					   "VN %u does not remember what is used (track)",
					   vn->vni));
	return vn;
}

/* Of a VN, or of many mappings in it. */
static int refuse_mac(struct nlattr **tb, struct netlink_ext_ack *extack)
{
	if (!tb[NVO3_A_MAP_MAC])
		return 0;
	return NVO3_REFUSE(extack, tb[NVO3_A_MAP_MAC], EINVAL, "this is for a whole VN, without a MAC");
}

static bool is_idle(struct nvo3_nve *nve, const struct nvo3_vn *vn, const struct nvo3_mapping *map)
{
	return map->prov == NVO3_PROV_AGENT && nvo3_map_is_remote(map->kind) &&
	       !nvo3_used_test(nvo3_vn_tracked(vn),
			       nvo3_map_fetch(&nve->maps, map->vni, map->mac));
}

int nvo3_nl_idle_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_MAP_MAX + 1], *nest = info->attrs[NVO3_A_MAP];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_mapping map;
	struct nvo3_vn *vn;
	const u8 *mac;

	vn = parse_vn(nve, nest, tb, info->extack);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	mac = nvo3_nl_mac(nest, tb[NVO3_A_MAP_MAC], info->extack);
	if (IS_ERR(mac))
		return PTR_ERR(mac);
	if (!nvo3_map_find(&nve->maps, vn->vni, mac, &map))
		return NVO3_REFUSE(info->extack, nest, ENOENT, "%pM has no mapping in VN %u", mac,
				   vn->vni);
	if (!is_idle(nve, vn, &map))
		return NVO3_REFUSE(info->extack, nest, EBUSY,
				   "the mapping of %pM in VN %u is used, or not an agent's to another NVE",
				   mac, vn->vni);
	return nvo3_nl_reply(info, nvo3_fill_map, &map);
}

static void dump(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
		 const struct nvo3_vn *vn)
{
	const struct nvo3_mapping_filter filter = { .vn = vn, .provs = BIT(NVO3_PROV_AGENT) };
	u32 pos = cb->args[0], next = pos;
	struct nvo3_mapping map;

	while (nvo3_map_next(&nve->maps, &next, &map)) {
		if (nvo3_mapping_matches(&filter, &map) && is_idle(nve, vn, &map) &&
		    nvo3_nl_dump(skb, cb, nve, nvo3_fill_map, &map))
			break;
		pos = next;
		cond_resched();
	}
	cb->args[0] = pos;
}

int nvo3_nl_idle_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nvo3_nve *nve = nvo3_nl_dump_begin(cb);
	struct nlattr *tb[NVO3_A_MAP_MAX + 1];
	struct nvo3_vn *vn;
	int err;

	if (IS_ERR(nve))
		return PTR_ERR(nve);
	vn = parse_vn(nve, nvo3_dump_attrs(cb)[NVO3_A_MAP], tb, cb->extack);
	err = IS_ERR(vn) ? PTR_ERR(vn) : refuse_mac(tb, cb->extack);
	if (!err)
		dump(skb, cb, nve, vn);
	nvo3_nl_dump_end(nve);
	return err ?: skb->len;
}

int nvo3_nl_idle_turn_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_MAP_MAX + 1];
	struct nvo3_vn *vn;
	int err;

	vn = parse_vn(nvo3_nl_nve(info), info->attrs[NVO3_A_MAP], tb, info->extack);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	err = refuse_mac(tb, info->extack);
	if (err)
		return err;
	nvo3_used_turn(nvo3_vn_tracked(vn));
	return 0;
}
