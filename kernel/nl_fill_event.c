// SPDX-License-Identifier: GPL-2.0
/* What the fast path has met, into messages. */
#include <linux/jiffies.h>
#include "netlink.h"
#include "nl_fill.h"

/* The MAC, or with a family the IP address. */
static int put_wanted(struct sk_buff *skb, const u8 *dst, const struct nvo3_addr *addr)
{
	if (addr->family == AF_INET)
		return nla_put_in_addr(skb, NVO3_A_MISS_ADDR4, addr->v4);
	if (addr->family == AF_INET6)
		return nla_put_in6_addr(skb, NVO3_A_MISS_ADDR6, &addr->v6);
	return nla_put(skb, NVO3_A_MISS_DST, ETH_ALEN, dst);
}

int nvo3_fill_miss(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_MISS);
	const struct nvo3_miss_event *event = object;

	if (!nest || nla_put_u32(skb, NVO3_A_MISS_VNI, event->vni) ||
	    put_wanted(skb, event->dst, &event->addr) ||
	    nla_put(skb, NVO3_A_MISS_SRC, ETH_ALEN, event->src) ||
	    (event->ifindex && nla_put_u32(skb, NVO3_A_MISS_DEV, event->ifindex)) ||
	    nla_put_u32(skb, NVO3_A_MISS_SUPPRESSED, event->suppressed))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* What is over by now is told as what it was, with the shortest time. */
int nvo3_fill_pending(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_MISS);
	const struct nvo3_pending *entry = object;
	long left = READ_ONCE(entry->end) - jiffies;

	if (!nest || nla_put_u32(skb, NVO3_A_MISS_VNI, entry->key.vni) ||
	    put_wanted(skb, entry->key.mac, &entry->key.addr) ||
	    (entry->ifindex && (nla_put(skb, NVO3_A_MISS_SRC, ETH_ALEN, entry->src) ||
				nla_put_u32(skb, NVO3_A_MISS_DEV, entry->ifindex))) ||
	    nla_put_u8(skb, NVO3_A_MISS_STATE, READ_ONCE(entry->state)) ||
	    nla_put_u32(skb, NVO3_A_MISS_LIFETIME, max(1U, jiffies_to_msecs(max(0L, left)))) ||
	    nla_put_u32(skb, NVO3_A_MISS_HELD, READ_ONCE(entry->frames.qlen)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_sender(struct sk_buff *skb, const struct nvo3_addr *addr)
{
	if (addr->family == AF_INET)
		return nla_put_in_addr(skb, NVO3_A_SOURCE_ADDR4, addr->v4);
	return nla_put_in6_addr(skb, NVO3_A_SOURCE_ADDR6, &addr->v6);
}

int nvo3_fill_source(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_SOURCE);
	const struct nvo3_source_event *event = object;

	if (!nest || nla_put_u32(skb, NVO3_A_SOURCE_VNI, event->vni) ||
	    nla_put(skb, NVO3_A_SOURCE_SRC, ETH_ALEN, event->src) ||
	    nla_put(skb, NVO3_A_SOURCE_DST, ETH_ALEN, event->dst) ||
	    put_sender(skb, &event->addr) ||
	    nla_put_u32(skb, NVO3_A_SOURCE_SUPPRESSED, event->suppressed))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_frame(struct sk_buff *skb, const struct sk_buff *frame)
{
	struct nlattr *attr = nla_reserve(skb, NVO3_A_GUEST_FRAME, frame->len);

	return attr ? skb_copy_bits(frame, 0, nla_data(attr), frame->len) : -EMSGSIZE;
}

int nvo3_fill_guest(struct sk_buff *skb, struct nvo3_nve *nve, const void *object)
{
	struct nlattr *nest = nla_nest_start(skb, NVO3_A_GUEST);
	const struct nvo3_guest_event *event = object;
	const struct nvo3_port *port = event->port;

	if (!nest || nla_put_u32(skb, NVO3_A_GUEST_DEV, port->dev->ifindex) ||
	    (port->vlan && nla_put_u16(skb, NVO3_A_GUEST_VLAN, port->vlan)) ||
	    nla_put_u32(skb, NVO3_A_GUEST_VNI, port->vn->vni) || put_frame(skb, event->frame))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
