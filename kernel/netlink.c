// SPDX-License-Identifier: GPL-2.0
#include <linux/rtnetlink.h>
#include "netlink.h"

/*
 * The core checks reserved bits and flags from resv_start_op on, and would take
 * NLM_F_REPLACE and NLM_F_EXCL of map-add and profile-add for such bits. So it
 * starts behind those, and this does the same for all before.
 */
static int check_header(const struct nlmsghdr *nlh, bool dump, struct netlink_ext_ack *extack)
{
	u16 flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO | (dump ? NLM_F_DUMP : 0);
	const struct genlmsghdr *genlh = nlmsg_data(nlh);

	switch (genlh->cmd) {
	case NVO3_CMD_MAP_ADD:
	case NVO3_CMD_PROFILE_ADD:
		flags |= NLM_F_REPLACE | NLM_F_CREATE | NLM_F_EXCL;
		break;
	case NVO3_CMD_VN_ADD:
	case NVO3_CMD_PORT_ADD:
		flags |= NLM_F_CREATE | NLM_F_EXCL;
		break;
	case NVO3_CMD_MEMBER_ADD:
		flags |= NLM_F_CREATE;
		break;
	}
	if (nlh->nlmsg_flags & ~flags) {
		NL_SET_ERR_MSG(extack, "the request carries flags that it does not take");
		return -EINVAL;
	}
	if (genlh->reserved) {
		NL_SET_ERR_MSG(extack, "reserved bytes of the request are not zero");
		return -EINVAL;
	}
	return 0;
}

bool nvo3_nl_may(const struct sk_buff *skb, const struct nvo3_nve *nve)
{
	return netlink_ns_capable(skb, nve->net->user_ns, CAP_NET_ADMIN);
}

/* Find the NVE that the request names, with a reference on its device. */
static struct nvo3_nve *nve_get(struct net *net, const struct sk_buff *skb,
				const struct nlattr *ifindex, struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	struct nvo3_nve *nve;
	int err;

	if (!ifindex) {
		NL_SET_ERR_MSG(extack, "the request names no NVE (ifindex)");
		return ERR_PTR(-EINVAL);
	}
	dev = dev_get_by_index(net, nla_get_u32(ifindex));
	if (!dev)
		return ERR_PTR(NVO3_REFUSE(extack, ifindex, ENODEV, "no device %u in this namespace",
					   nla_get_u32(ifindex)));
	if (!nvo3_dev_is_nve(dev)) {
		err = NVO3_REFUSE(extack, ifindex, EOPNOTSUPP, "%s is not of kind nvo3", dev->name);
		goto err_put;
	}
	nve = netdev_priv(dev);
	if (!nvo3_nl_may(skb, nve)) {
		err = NVO3_REFUSE(extack, ifindex, EPERM,
				  "the underlay of %s belongs to a user namespace above",
				  dev->name);
		goto err_put;
	}
	return nve;

err_put:
	dev_put(dev);
	return ERR_PTR(err);
}

/* The device may have been unregistered since it was found. */
static int nve_lock(struct nvo3_nve *nve, struct netlink_ext_ack *extack)
{
	mutex_lock(&nve->lock);
	if (!nve->dead)
		return 0;
	mutex_unlock(&nve->lock);
	NL_SET_ERR_MSG_FMT(extack, "%s is being deleted", nve->dev->name);
	return -ENODEV;
}

static bool takes_rtnl(u8 cmd)
{
	return cmd == NVO3_CMD_PORT_ADD || cmd == NVO3_CMD_PORT_SET || cmd == NVO3_CMD_PORT_DEL;
}

static int pre_doit(const struct genl_split_ops *ops, struct sk_buff *skb, struct genl_info *info)
{
	struct nvo3_nve *nve;
	int err;

	err = check_header(info->nlhdr, false, info->extack);
	if (err)
		return err;
	nve = nve_get(genl_info_net(info), skb, info->attrs[NVO3_A_IFINDEX], info->extack);
	if (IS_ERR(nve))
		return PTR_ERR(nve);
	if (takes_rtnl(ops->cmd))
		rtnl_lock();
	err = nve_lock(nve, info->extack);
	if (err)
		goto err_unlock;
	info->user_ptr[0] = nve;
	return 0;

err_unlock:
	if (takes_rtnl(ops->cmd))
		rtnl_unlock();
	dev_put(nve->dev);
	return err;
}

static void post_doit(const struct genl_split_ops *ops, struct sk_buff *skb,
		      struct genl_info *info)
{
	struct nvo3_nve *nve = nvo3_nl_nve(info);

	mutex_unlock(&nve->lock);
	if (takes_rtnl(ops->cmd))
		rtnl_unlock();
	dev_put(nve->dev);
}

int nvo3_nl_reply(struct genl_info *info,
		  int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve, const void *object),
		  const void *object)
{
	struct nvo3_msg msg = {
		.portid = info->snd_portid,
		.seq = info->snd_seq,
		.cmd = info->genlhdr->cmd,
	};
	struct sk_buff *skb;
	int err;

	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	err = nvo3_fill_msg(skb, nvo3_nl_nve(info), &msg, fill, object);
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

struct nvo3_nve *nvo3_nl_dump_begin(struct netlink_callback *cb)
{
	struct nlattr **attrs = nvo3_dump_attrs(cb);
	struct nvo3_nve *nve;
	int err;

	err = check_header(cb->nlh, true, cb->extack);
	if (err)
		return ERR_PTR(err);
	nve = nve_get(sock_net(cb->skb->sk), cb->skb, attrs ? attrs[NVO3_A_IFINDEX] : NULL,
		      cb->extack);
	if (IS_ERR(nve))
		return nve;
	err = nve_lock(nve, cb->extack);
	if (err) {
		dev_put(nve->dev);
		return ERR_PTR(err);
	}
	cb->seq = nve->seq;
	return nve;
}

void nvo3_nl_dump_end(struct nvo3_nve *nve)
{
	mutex_unlock(&nve->lock);
	dev_put(nve->dev);
}

int nvo3_nl_dump(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
		 int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve, const void *object),
		 const void *object)
{
	const struct genlmsghdr *genlh = nlmsg_data(cb->nlh);
	struct nvo3_msg msg = {
		.portid = NETLINK_CB(cb->skb).portid,
		.seq = cb->nlh->nlmsg_seq,
		.flags = NLM_F_MULTI,
		.cmd = genlh->cmd,
		.cb = cb,
	};

	return nvo3_fill_msg(skb, nve, &msg, fill, object);
}

void nvo3_nl_dump_index(struct sk_buff *skb, struct netlink_callback *cb, struct nvo3_nve *nve,
			struct nvo3_index *index,
			int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve, const void *object))
{
	const void *object;

	for (; cb->args[0] < nvo3_index_size(index); cb->args[0]++) {
		object = nvo3_index_lookup(index, cb->args[0]);
		if (object && nvo3_nl_dump(skb, cb, nve, fill, object))
			break;
	}
}

/* What an NVE tells is for who may manage it. */
static const struct genl_multicast_group mcgrps[] = {
	[NVO3_NLGRP_CONFIG] = { NVO3_MCGRP_CONFIG, GENL_MCAST_CAP_NET_ADMIN },
	[NVO3_NLGRP_MAPPING] = { NVO3_MCGRP_MAPPING, GENL_MCAST_CAP_NET_ADMIN },
	[NVO3_NLGRP_MISS] = { NVO3_MCGRP_MISS, GENL_MCAST_CAP_NET_ADMIN },
	[NVO3_NLGRP_ALERT] = { NVO3_MCGRP_ALERT, GENL_MCAST_CAP_NET_ADMIN },
	[NVO3_NLGRP_GUEST] = { NVO3_MCGRP_GUEST, GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family nvo3_nl_family __ro_after_init = {
	.name = NVO3_GENL_NAME,
	.version = NVO3_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.parallel_ops = true,
	.resv_start_op = NVO3_CMD_PROFILE_ADD + 1,
	.pre_doit = pre_doit,
	.post_doit = post_doit,
	.ops = nvo3_nl_ops,
	.n_ops = ARRAY_SIZE(nvo3_nl_ops),
	.mcgrps = mcgrps,
	.n_mcgrps = ARRAY_SIZE(mcgrps),
};

int __init nvo3_nl_init(void)
{
	return genl_register_family(&nvo3_nl_family);
}

void nvo3_nl_uninit(void)
{
	genl_unregister_family(&nvo3_nl_family);
}
