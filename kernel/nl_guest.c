// SPDX-License-Identifier: GPL-2.0
/*
 * What the agent tells a guest of its addresses.
 */
#include "fast.h"
#include "nl_parse.h"
#include "reply.h"

/* The frame as it was given, or why it is none. */
static int check_frame(const struct nlattr *nest, const struct nlattr *frame,
		       struct netlink_ext_ack *extack)
{
	const struct ethhdr *eth;

	if (!frame)
		return NVO3_REFUSE(extack, nest, EINVAL, "no frame given");
	if (nla_len(frame) <= ETH_HLEN || nla_len(frame) > NVO3_GUEST_FRAME_MAX)
		return NVO3_REFUSE(extack, frame, EINVAL,
				   "the frame has %d bytes, not %u to %u", nla_len(frame),
				   ETH_HLEN + 1, NVO3_GUEST_FRAME_MAX);
	eth = nla_data(frame);
	if (!is_valid_ether_addr(eth->h_source))
		return NVO3_REFUSE(extack, frame, EINVAL,
				   "the frame's source is not a unicast MAC address");
	if (eth->h_proto != htons(ETH_P_IP) && eth->h_proto != htons(ETH_P_IPV6))
		return NVO3_REFUSE(extack, frame, EINVAL, "the frame is neither IPv4 nor IPv6");
	return 0;
}

static int check_port(const struct nvo3_port *port, const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	const struct nvo3_guard *guard = nvo3_port_guard(port);

	if (!guard || !guard->guest)
		return NVO3_REFUSE(extack, nest, EPERM, "the guest behind %s is not the agent's",
				   port->dev->name);
	if (!nvo3_port_is_active(port))
		return NVO3_REFUSE(extack, nest, ENETDOWN, "the port on %s is not active",
				   port->dev->name);
	return 0;
}

static int answer(struct nvo3_nve *nve, struct nvo3_port *port, const struct nlattr *frame)
{
	const struct ethhdr *eth = nla_data(frame);
	u32 len = nla_len(frame) - ETH_HLEN;
	struct sk_buff *skb;

	skb = nvo3_reply_new(eth->h_dest, eth->h_source, eth->h_proto, len);
	if (!skb)
		return -ENOMEM;
	skb_put_data(skb, eth + 1, len);
	local_bh_disable();
	rcu_read_lock();
	nvo3_answer(nve, port, skb);
	rcu_read_unlock();
	local_bh_enable();
	return 0;
}

int nvo3_nl_guest_answer_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[NVO3_A_GUEST_MAX + 1], *nest = info->attrs[NVO3_A_GUEST];
	struct nvo3_nve *nve = nvo3_nl_nve(info);
	struct nvo3_port *port;
	int err;

	err = nvo3_nl_parse_guest(nest, tb, info->extack);
	if (err)
		return err;
	port = nvo3_nl_port(nve, nest, tb[NVO3_A_GUEST_DEV], tb[NVO3_A_GUEST_VLAN], info->extack);
	if (IS_ERR(port))
		return PTR_ERR(port);
	err = check_frame(nest, tb[NVO3_A_GUEST_FRAME], info->extack);
	if (!err)
		err = check_port(port, nest, info->extack);
	return err ? err : answer(nve, port, tb[NVO3_A_GUEST_FRAME]);
}
