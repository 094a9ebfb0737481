// SPDX-License-Identifier: GPL-2.0
/*
 * Another NVE's packet as the NVE's sockets get it: is it for this NVE, and are
 * the outer headers well-formed?
 */
#include <linux/udp.h>
#include "encap.h"
#include "fast.h"
#include "underlay.h"

#define OUTER_HLEN	(sizeof(struct udphdr) + NVO3_VXLAN_HLEN)

static enum nvo3_drop read_outer(struct nvo3_nve *nve, const struct sock *sk, struct sk_buff *skb,
				 struct nvo3_outer *outer)
{
	if (sk->sk_family == AF_INET)
		nvo3_outer_read4(outer, ip_hdr(skb));
	else
		nvo3_outer_read6(outer, ipv6_hdr(skb));
	if (!nvo3_conf_has_local(rcu_dereference(nve->conf), &outer->daddr))
		return NVO3_DROP_TUNNEL_ADDR;
	if (!pskb_may_pull(skb, OUTER_HLEN) ||
	    !nvo3_vxlan_parse((struct nvo3_vxlan *)(skb->data + sizeof(struct udphdr)),
			      &outer->vni))
		return NVO3_DROP_TUNNEL_HEADER;
	outer->hlen = OUTER_HLEN;
	return NVO3_DROP_NONE;
}

int nvo3_from_tunnel(struct sock *sk, struct sk_buff *skb)
{
	struct nvo3_nve *nve = rcu_dereference_sk_user_data(sk);
	struct nvo3_port *port = NULL;
	struct nvo3_vn *vn = NULL;
	struct nvo3_outer outer;
	enum nvo3_drop reason;

	/* The socket is being closed. */
	if (!nve) {
		kfree_skb(skb);
		return 0;
	}
	nvo3_ways_compat(nve->ways, nvo3_stats_frames(skb));
	reason = read_outer(nve, sk, skb, &outer);
	if (!reason)
		nvo3_underlay_want(nve->net, skb->dev);
	if (!reason)
		reason = nvo3_from_outer(nve, &outer, skb, &vn, &port);
	if (reason)
		nvo3_drop(nve, vn, port, skb, reason);
	return 0;
}
