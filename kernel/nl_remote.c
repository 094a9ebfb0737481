// SPDX-License-Identifier: GPL-2.0
#include "nl_parse.h"

int nvo3_nl_remote_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_REMOTE_MAX + 1], *nest = info->attrs[NVO3_A_REMOTE];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_remote *remote;
	char buf[NVO3_ADDR_STRLEN];
	struct nvo3_nl_locator attrs;
	struct nvo3_locator loc;
	int err;

	err = nvo3_nl_parse_remote(nest, tb, info->extack);
	if (err)
		return err;
	attrs = (struct nvo3_nl_locator){
		.addr4 = tb[NVO3_A_REMOTE_ADDR4],
		.addr6 = tb[NVO3_A_REMOTE_ADDR6],
		.encap = tb[NVO3_A_REMOTE_ENCAP],
		.dstport = tb[NVO3_A_REMOTE_DSTPORT],
		.vni = tb[NVO3_A_REMOTE_REMOTE_VNI],
	};
	err = nvo3_nl_locator(nve, nest, &attrs, &loc, info->extack);
	if (err)
		return err;
	remote = nvo3_remote_find(&nve->remotes, &loc);
	if (!remote)
		return NVO3_REFUSE(info->extack, nest, ENOENT, "nothing on %s leads to %s",
				   nve->dev->name, nvo3_addr_str(&loc.addr, buf));
	return nvo3_nl_reply(info, nvo3_fill_remote, remote);
}

int nvo3_nl_remote_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nvo3_nve *nve = nvo3_nl_dump_begin(cb);

	if (IS_ERR(nve))
		return PTR_ERR(nve);
	nvo3_nl_dump_index(skb, cb, nve, &nve->remotes.index, nvo3_fill_remote);
	nvo3_nl_dump_end(nve);
	return skb->len;
}
