// SPDX-License-Identifier: GPL-2.0
#include "netlink.h"
#include "notify.h"

#define NTF_SIZE	1536	/* the largest object with its counters */
#define GUEST_SIZE	128	/* what is beside the frame */

/* True: some listener has it. */
static bool notify_large(struct nvo3_nve *nve, u8 cmd, u32 group, size_t size,
			 int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve,
				     const void *object),
			 const void *object, gfp_t gfp)
{
	struct nvo3_msg msg = { .cmd = cmd };
	struct net *net = dev_net(nve->dev);
	struct sk_buff *skb;

	if (!genl_has_listeners(&nvo3_nl_family, net, group))
		return false;
	skb = genlmsg_new(size, gfp);
	if (!skb)
		goto lost;
	if (WARN_ON_ONCE(nvo3_fill_msg(skb, nve, &msg, fill, object))) {
		nlmsg_free(skb);
		goto lost;
	}
	return !genlmsg_multicast_netns(&nvo3_nl_family, net, skb, 0, group, gfp);

lost:
	/* Listeners get ENOBUFS and know that they have to read anew. */
	genl_set_err(&nvo3_nl_family, net, 0, group, -ENOBUFS);
	return false;
}

static void notify(struct nvo3_nve *nve, u8 cmd, u32 group,
		   int (*fill)(struct sk_buff *skb, struct nvo3_nve *nve, const void *object),
		   const void *object, gfp_t gfp)
{
	notify_large(nve, cmd, group, NTF_SIZE, fill, object, gfp);
}

void nvo3_notify_vn(struct nvo3_nve *nve, u8 cmd, const struct nvo3_vn *vn)
{
	notify(nve, cmd, NVO3_NLGRP_CONFIG, nvo3_fill_vn, vn, GFP_KERNEL);
}

void nvo3_notify_port(struct nvo3_nve *nve, u8 cmd, const struct nvo3_port *port)
{
	notify(nve, cmd, NVO3_NLGRP_CONFIG, nvo3_fill_port, port, GFP_KERNEL);
}

void nvo3_notify_member(struct nvo3_nve *nve, u8 cmd, const struct nvo3_member *member)
{
	notify(nve, cmd, NVO3_NLGRP_CONFIG, nvo3_fill_member, member, GFP_KERNEL);
}

static u32 map_group(u8 cmd)
{
	return cmd == NVO3_CMD_ALERT_NTF ? NVO3_NLGRP_ALERT : NVO3_NLGRP_MAPPING;
}

void nvo3_notify_map(struct nvo3_nve *nve, u8 cmd, const struct nvo3_mapping *mapping)
{
	notify(nve, cmd, map_group(cmd), nvo3_fill_map, mapping, GFP_KERNEL);
}

void nvo3_notify_ipmap(struct nvo3_nve *nve, u8 cmd, const struct nvo3_ipmap *map)
{
	notify(nve, cmd, map_group(cmd), nvo3_fill_ipmap, map, GFP_KERNEL);
}

void nvo3_notify_profile(struct nvo3_nve *nve, u8 cmd, const struct nvo3_profile *profile)
{
	struct nvo3_profile_part part = { .profile = profile };

	notify(nve, cmd, NVO3_NLGRP_CONFIG, nvo3_fill_profile, &part, GFP_KERNEL);
}

void nvo3_notify_miss(struct nvo3_nve *nve, const struct nvo3_miss_event *event)
{
	notify(nve, NVO3_CMD_MISS_NTF, NVO3_NLGRP_MISS, nvo3_fill_miss, event, GFP_ATOMIC);
}

void nvo3_notify_source(struct nvo3_nve *nve, const struct nvo3_source_event *event)
{
	notify(nve, NVO3_CMD_SOURCE_NTF, NVO3_NLGRP_ALERT, nvo3_fill_source, event, GFP_ATOMIC);
}

bool nvo3_notify_guest(struct nvo3_nve *nve, const struct nvo3_guest_event *event)
{
	return notify_large(nve, NVO3_CMD_GUEST_NTF, NVO3_NLGRP_GUEST,
			    GUEST_SIZE + event->frame->len, nvo3_fill_guest, event, GFP_ATOMIC);
}
