// SPDX-License-Identifier: GPL-2.0
/*
 * Another NVE's packet as the NVE's UDP sockets get it: is it for this NVE, and
 * are the outer headers well-formed?
 */
#include <linux/udp.h>
#include "encap.h"
#include "fast.h"
#include "underlay.h"

static enum nvo3_drop read_header(enum nvo3_encap encap, struct sk_buff *skb,
				  struct nvo3_outer *outer)
{
	u32 hlen = sizeof(struct udphdr) + NVO3_ENCAP_HLEN;

	if (!pskb_may_pull(skb, hlen))
		return NVO3_DROP_TUNNEL_HEADER;
	hlen = sizeof(struct udphdr) +
	       nvo3_encap_hlen(encap, skb->data + sizeof(struct udphdr));
	if (!pskb_may_pull(skb, hlen))
		return NVO3_DROP_TUNNEL_HEADER;
	outer->hlen = hlen;
	return nvo3_encap_parse(encap, skb->data + sizeof(struct udphdr), &outer->vni);
}

static enum nvo3_drop read_outer(const struct nvo3_sock *from, const struct sock *sk,
				 struct sk_buff *skb, struct nvo3_outer *outer)
{
	const struct nvo3_conf *conf = rcu_dereference(from->nve->conf);

	if (sk->sk_family == AF_INET)
		nvo3_outer_read4(outer, ip_hdr(skb));
	else
		nvo3_outer_read6(outer, ipv6_hdr(skb));
	outer->encap = from->encap;
	if (!nvo3_conf_has_local(conf, &outer->daddr) || !nvo3_outer_is_unicast(outer, skb))
		return NVO3_DROP_TUNNEL_ADDR;
	/* One that is there has been found right. */
	if (conf->csum_rx && !udp_hdr(skb)->check)
		return NVO3_DROP_TUNNEL_CSUM;
	return read_header(from->encap, skb, outer);
}

int nvo3_from_tunnel(struct sock *sk, struct sk_buff *skb)
{
	const struct nvo3_sock *from = rcu_dereference_sk_user_data(sk);
	struct nvo3_port *port = NULL;
	struct nvo3_vn *vn = NULL;
	struct nvo3_outer outer;
	enum nvo3_drop reason;

	/*
	 * UDP cuts what was sent as several datagrams at once, and hands over the first with the
	 * others still behind it. Whoever sends it on would send all of them, and UDP again.
	 */
	skb_mark_not_on_list(skb);
	/* The socket is being closed. */
	if (!from) {
		kfree_skb(skb);
		return 0;
	}
	nvo3_ways_compat(from->nve->ways, nvo3_stats_frames(skb));
	reason = read_outer(from, sk, skb, &outer);
	if (!reason) {
		nvo3_underlay_want(from->nve->net, skb->dev);
		reason = nvo3_from_outer(from->nve, &outer, skb, &vn, &port);
	}
	if (reason)
		nvo3_drop(from->nve, vn, port, skb, reason);
	return 0;
}
