// SPDX-License-Identifier: GPL-2.0
#include "nl_parse.h"

/* The remote that the request names, its attributes into @tb, or ERR_PTR(). */
static struct nvo3_remote *find(struct genl_info *info, struct nlattr **tb)
{
	struct nlattr *nest = info->attrs[NVO3_A_REMOTE];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_remote *remote;
	char buf[NVO3_ADDR_STRLEN];
	struct nvo3_nl_locator attrs;
	struct nvo3_locator loc;
	int err;

	err = nvo3_nl_parse_remote(nest, tb, info->extack);
	if (err)
		return ERR_PTR(err);
	attrs = (struct nvo3_nl_locator){
		.addr4 = tb[NVO3_A_REMOTE_ADDR4],
		.addr6 = tb[NVO3_A_REMOTE_ADDR6],
		.encap = tb[NVO3_A_REMOTE_ENCAP],
		.dstport = tb[NVO3_A_REMOTE_DSTPORT],
		.vni = tb[NVO3_A_REMOTE_REMOTE_VNI],
	};
	err = nvo3_nl_locator(nve, nest, &attrs, &loc, info->extack);
	if (err)
		return ERR_PTR(err);
	remote = nvo3_remote_find(&nve->remotes, &loc);
	if (!remote)
		return ERR_PTR(NVO3_REFUSE(info->extack, nest, ENOENT,
					   "nothing on %s leads to %s", nve->dev->name,
					   nvo3_addr_str(&loc.addr, buf)));
	return remote;
}

int nvo3_nl_remote_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_REMOTE_MAX + 1];
	struct nvo3_remote *remote = find(info, tb);

	if (IS_ERR(remote))
		return PTR_ERR(remote);
	return nvo3_nl_reply(info, nvo3_fill_remote, remote);
}

/* It lasts as long as something leads to the remote. */
int nvo3_nl_remote_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_REMOTE_MAX + 1];
	struct nvo3_remote *remote = find(info, tb);

	if (IS_ERR(remote))
		return PTR_ERR(remote);
	if (!tb[NVO3_A_REMOTE_STATE])
		return NVO3_REFUSE(info->extack, info->attrs[NVO3_A_REMOTE], EINVAL,
				   "nothing to set is given (state)");
	WRITE_ONCE(remote->down, nla_get_u8(tb[NVO3_A_REMOTE_STATE]) == NVO3_REMOTE_STATE_DOWN);
	nvo3_nve_changed(nvo3_nl_nve(info));
	return 0;
}

int nvo3_nl_remote_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct nvo3_nve *nve = nvo3_nl_dump_begin(cb);
	const struct nvo3_remote *remote;

	if (IS_ERR(nve))
		return PTR_ERR(nve);
	for (; cb->args[0] < nvo3_index_size(&nve->remotes.index); cb->args[0]++) {
		remote = nvo3_index_lookup(&nve->remotes.index, cb->args[0]);
		if (remote && remote->refs && nvo3_nl_dump(skb, cb, nve, nvo3_fill_remote, remote))
			break;
	}
	nvo3_nl_dump_end(nve);
	return skb->len;
}
