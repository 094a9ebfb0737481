// SPDX-License-Identifier: GPL-2.0
#include "membership.h"
#include "nl_parse.h"
#include "notify.h"

/* What is needed to track uses from now on, NULL if nothing is; or ERR_PTR(-ENOMEM). */
static struct nvo3_used *prepare(struct nlattr **tb, bool tracked, struct netlink_ext_ack *extack)
{
	struct nvo3_used *used;

	if (tracked || !tb[NVO3_A_VN_TRACK] || !nla_get_u8(tb[NVO3_A_VN_TRACK]))
		return NULL;
	used = nvo3_used_new();
	if (used)
		return used;
	NL_SET_ERR_MSG(extack, "no memory to remember what is used");
	return ERR_PTR(-ENOMEM);
}

static void set(struct nvo3_vn *vn, struct nlattr **tb, struct nvo3_used *used)
{
	if (used || (tb[NVO3_A_VN_TRACK] && !nla_get_u8(tb[NVO3_A_VN_TRACK])))
		nvo3_vn_set_used(vn, used);
	if (tb[NVO3_A_VN_UNKNOWN])
		WRITE_ONCE(vn->unknown, nla_get_u8(tb[NVO3_A_VN_UNKNOWN]));
	if (tb[NVO3_A_VN_BUM])
		WRITE_ONCE(vn->bum, nla_get_u8(tb[NVO3_A_VN_BUM]));
	if (tb[NVO3_A_VN_ARP])
		WRITE_ONCE(vn->arp, nla_get_u8(tb[NVO3_A_VN_ARP]));
	if (tb[NVO3_A_VN_ARP_UNKNOWN])
		WRITE_ONCE(vn->arp_unknown, nla_get_u8(tb[NVO3_A_VN_ARP_UNKNOWN]));
	if (tb[NVO3_A_VN_LIMIT])
		vn->limit = nla_get_u32(tb[NVO3_A_VN_LIMIT]);
	if (tb[NVO3_A_VN_HOLD])
		WRITE_ONCE(vn->waiting.hold, nla_get_u32(tb[NVO3_A_VN_HOLD]));
}

int nvo3_nl_vn_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_VN_MAX + 1], *nest = info->attrs[NVO3_A_VN];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_used *used;
	struct nvo3_vn *vn;
	int err;

	err = nvo3_nl_parse_vn(nest, tb, info->extack);
	if (err)
		return err;
	if (!tb[NVO3_A_VN_VNI])
		return NVO3_REFUSE(info->extack, nest, EINVAL, "no VN given (vni)");
	used = prepare(tb, false, info->extack);
	if (IS_ERR(used))
		return PTR_ERR(used);
	vn = nvo3_vn_add(&nve->vns, nla_get_u32(tb[NVO3_A_VN_VNI]));
	if (IS_ERR(vn))
		nvo3_used_free(used);
	if (PTR_ERR_OR_ZERO(vn) == -EEXIST)
		return NVO3_REFUSE(info->extack, tb[NVO3_A_VN_VNI], EEXIST, "VN %u exists on %s",
				   nla_get_u32(tb[NVO3_A_VN_VNI]), nve->dev->name);
	if (IS_ERR(vn)) {
		NL_SET_ERR_MSG(info->extack, "no memory for the VN");
		return PTR_ERR(vn);
	}
	set(vn, tb, used);
	nvo3_nve_changed(nve);
	nvo3_notify_vn(nve, NVO3_CMD_VN_NTF, vn);
	return 0;
}

/* The VN that a request names. */
static struct nvo3_vn *parse_vn(struct genl_info *info, struct nlattr **tb)
{
	struct nlattr *nest = info->attrs[NVO3_A_VN];
	int err;

	err = nvo3_nl_parse_vn(nest, tb, info->extack);
	if (err)
		return ERR_PTR(err);
	return nvo3_nl_vn(nvo3_nl_nve(info), nest, tb[NVO3_A_VN_VNI], info->extack);
}

int nvo3_nl_vn_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nlattr *tb[NVO3_A_VN_MAX + 1];
	struct nvo3_used *used;
	struct nvo3_vn *vn;

	vn = parse_vn(info, tb);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	used = prepare(tb, nvo3_vn_tracked(vn), info->extack);
	if (IS_ERR(used))
		return PTR_ERR(used);
	set(vn, tb, used);
	nvo3_nve_changed(nve);
	nvo3_notify_vn(nve, NVO3_CMD_VN_NTF, vn);
	return 0;
}

int nvo3_nl_vn_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nlattr *tb[NVO3_A_VN_MAX + 1];
	struct nvo3_vn *vn;

	vn = parse_vn(info, tb);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	if (vn->nr_ports)
		return NVO3_REFUSE(info->extack, tb[NVO3_A_VN_VNI], EBUSY,
				   "VN %u still has %u port%s on %s", vn->vni, vn->nr_ports,
				   vn->nr_ports == 1 ? "" : "s", nve->dev->name);
	nvo3_vn_remove(nve, vn);
	return 0;
}

int nvo3_nl_vn_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_VN_MAX + 1];
	struct nvo3_vn *vn;

	vn = parse_vn(info, tb);
	if (IS_ERR(vn))
		return PTR_ERR(vn);
	return nvo3_nl_reply(info, nvo3_fill_vn, vn);
}

int nvo3_nl_vn_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nvo3_nve *nve = nvo3_nl_dump_begin(cb);

	if (IS_ERR(nve))
		return PTR_ERR(nve);
	nvo3_nl_dump_index(skb, cb, nve, &nve->vns.index, nvo3_fill_vn);
	nvo3_nl_dump_end(nve);
	return skb->len;
}
