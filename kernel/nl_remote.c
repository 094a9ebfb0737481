// SPDX-License-Identifier: GPL-2.0
#include "nl_parse.h"

int nvo3_nl_remote_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_REMOTE_MAX + 1], *nest = info->attrs[NVO3_A_REMOTE];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_remote *remote;
	char buf[NVO3_ADDR_STRLEN];
	struct nvo3_addr addr;
	int err;

	err = nvo3_nl_parse_remote(nest, tb, info->extack);
	if (err)
		return err;
	err = nvo3_nl_addr(nest, tb[NVO3_A_REMOTE_ADDR4], tb[NVO3_A_REMOTE_ADDR6], &addr,
			   info->extack);
	if (err)
		return err;
	remote = nvo3_remote_find(&nve->remotes, &addr);
	if (!remote)
		return NVO3_REFUSE(info->extack, nest, ENOENT, "nothing on %s leads to %s",
				   nve->dev->name, nvo3_addr_str(&addr, buf));
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
