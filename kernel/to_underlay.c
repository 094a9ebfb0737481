// SPDX-License-Identifier: GPL-2.0
/*
 * The outer headers of one frame, and out. Only routing and the outermost header
 * differ by family, only the push and the protocol by encapsulation.
 */
#include <linux/jhash.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_tunnel.h>
#include <net/ip_tunnels.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include "emit.h"
#include "encap.h"
#include "fast.h"

/*
 * Of the frame's flow; by its addresses if it has none. What is on the wire
 * must not tell the hash's lower bits, which choose queues.
 */
static u32 flow_hash(struct sk_buff *skb)
{
	u32 hash = skb_get_hash(skb);

	if (!hash)
		hash = jhash(skb->data, 2 * ETH_ALEN, (__force u32)skb->protocol);
	return hash ^ hash << 16;
}

__be16 nvo3_emit_source_port(const struct nvo3_emit *e)
{
	int min, max;

	inet_get_local_port_range(e->nve->net, &min, &max);
	return htons((((u64)e->hash * (max - min)) >> 32) + min);
}

/* Make room and write what follows the outer IP or UDP header. */
static int push_header(const struct nvo3_emit *e, struct sk_buff *skb, const struct dst_entry *dst,
		       u32 iphlen)
{
	u32 need = LL_RESERVED_SPACE(dst->dev) + dst->header_len + iphlen +
		   sizeof(struct udphdr) + NVO3_ENCAP_HLEN;
	int err;

	err = skb_cow_head(skb, need);
	if (err)
		return err;
	if (nvo3_emit_is_udp(e))
		err = udp_tunnel_handle_offloads(skb, e->conf->csum);
	else
		err = iptunnel_handle_offloads(skb, SKB_GSO_GRE);
	if (err)
		return err;
	nvo3_encap_build(__skb_push(skb, NVO3_ENCAP_HLEN), e->remote->loc.encap, e->vni,
			 nvo3_emit_entropy(e));
	skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	return 0;
}

struct rtable *nvo3_emit_route4(const struct nvo3_emit *e, __be32 *saddr)
{
	struct dst_cache *cache = nvo3_remote_cache(e->remote);
	struct flowi4 flow = {
		.flowi4_proto = nvo3_emit_is_udp(e) ? IPPROTO_UDP : IPPROTO_GRE,
		.daddr = e->remote->loc.addr.v4,
		.saddr = e->conf->local4,
		.fl4_dport = e->remote->loc.dstport,
	};
	struct rtable *rt;

	rt = cache ? dst_cache_get_ip4(cache, saddr) : NULL;
	if (rt)
		return rt;
	rt = ip_route_output_key(e->nve->net, &flow);
	if (IS_ERR(rt))
		return rt;
	if (cache)
		dst_cache_set_ip4(cache, &rt->dst, flow.saddr);
	*saddr = flow.saddr;
	return rt;
}

struct dst_entry *nvo3_emit_route6(const struct nvo3_emit *e, struct in6_addr *saddr)
{
	struct dst_cache *cache = nvo3_remote_cache(e->remote);
	struct flowi6 flow = {
		.flowi6_proto = nvo3_emit_is_udp(e) ? IPPROTO_UDP : IPPROTO_GRE,
		.daddr = e->remote->loc.addr.v6,
		.saddr = e->conf->local6,
		.fl6_dport = e->remote->loc.dstport,
	};
	struct dst_entry *dst;

	dst = cache ? dst_cache_get_ip6(cache, saddr) : NULL;
	if (dst)
		return dst;
	dst = ipv6_stub->ipv6_dst_lookup_flow(e->nve->net, NULL, &flow, NULL);
	if (IS_ERR(dst))
		return dst;
	if (cache)
		dst_cache_set_ip6(cache, dst, &flow.saddr);
	*saddr = flow.saddr;
	return dst;
}

static enum nvo3_drop send4(const struct nvo3_emit *e, struct sk_buff *skb)
{
	bool xnet = !net_eq(e->nve->net, dev_net(e->nve->dev));
	const struct nvo3_locator *to = &e->remote->loc;
	struct rtable *rt;
	__be32 saddr;

	rt = nvo3_emit_route4(e, &saddr);
	if (IS_ERR(rt))
		return NVO3_DROP_NO_ROUTE;
	if (rt->dst.dev == e->nve->dev) {
		ip_rt_put(rt);
		return NVO3_DROP_LOOP;
	}
	if (push_header(e, skb, &rt->dst, sizeof(struct iphdr))) {
		ip_rt_put(rt);
		return NVO3_DROP_NOMEM;
	}
	if (nvo3_emit_is_udp(e)) {
		udp_tunnel_xmit_skb(rt, NULL, skb, saddr, to->addr.v4, e->tos, NVO3_OUTER_TTL, 0,
				    nvo3_emit_source_port(e), to->dstport, xnet, !e->conf->csum);
	} else {
		skb_reset_transport_header(skb);
		iptunnel_xmit(NULL, rt, skb, saddr, to->addr.v4, IPPROTO_GRE, e->tos,
			      NVO3_OUTER_TTL, 0, xnet);
	}
	return NVO3_DROP_NONE;
}

/* There is no helper that writes an IPv6 header over GRE. */
static void xmit6_gre(const struct nvo3_emit *e, struct sk_buff *skb, struct dst_entry *dst,
		      const struct in6_addr *saddr)
{
	struct ipv6hdr *iph;

	skb_reset_transport_header(skb);
	skb_dst_set(skb, dst);
	iph = __skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	ip6_flow_hdr(iph, e->tos, 0);
	iph->nexthdr = IPPROTO_GRE;
	iph->hop_limit = NVO3_OUTER_TTL;
	iph->saddr = *saddr;
	iph->daddr = e->remote->loc.addr.v6;
	ip6tunnel_xmit(NULL, skb, e->nve->dev);
}

static enum nvo3_drop send6(const struct nvo3_emit *e, struct sk_buff *skb)
{
	const struct nvo3_locator *to = &e->remote->loc;
	struct dst_entry *dst;
	struct in6_addr saddr;

	dst = nvo3_emit_route6(e, &saddr);
	if (IS_ERR(dst))
		return NVO3_DROP_NO_ROUTE;
	if (dst->dev == e->nve->dev) {
		dst_release(dst);
		return NVO3_DROP_LOOP;
	}
	if (push_header(e, skb, dst, sizeof(struct ipv6hdr))) {
		dst_release(dst);
		return NVO3_DROP_NOMEM;
	}
	/* Unlike its IPv4 sister, the helper leaves this to us. */
	skb_scrub_packet(skb, !net_eq(e->nve->net, dev_net(e->nve->dev)));
	if (nvo3_emit_is_udp(e))
		udp_tunnel6_xmit_skb(dst, NULL, skb, e->nve->dev, &saddr, &to->addr.v6, e->tos,
				     NVO3_OUTER_TTL, 0, nvo3_emit_source_port(e), to->dstport,
				     !e->conf->csum);
	else
		xmit6_gre(e, skb, dst, &saddr);
	return NVO3_DROP_NONE;
}

enum nvo3_drop nvo3_to_underlay(struct nvo3_nve *nve, struct nvo3_vn *vn,
				struct nvo3_remote *remote, struct sk_buff *skb, u8 dsfield)
{
	struct nvo3_emit e = {
		.nve = nve,
		.conf = rcu_dereference(nve->conf),
		.remote = remote,
		.vni = remote->loc.vni ?: vn->vni,
		.hash = flow_hash(skb),
		.tos = INET_ECN_encapsulate(0, dsfield),
	};
	u32 frames = nvo3_stats_frames(skb);
	enum nvo3_bypass why;

	if (!READ_ONCE(nve->open))
		return NVO3_DROP_NO_ROUTE;
	/* When it came here is nothing that an underlay's qdisc should plan by. */
	skb_clear_tstamp(skb);
	why = nvo3_fast_send(&e, skb);
	nvo3_ways_count(nve->ways, NVO3_WAY_TX, why, frames);
	if (READ_ONCE(remote->way) != why)
		WRITE_ONCE(remote->way, why);
	if (!why)
		return NVO3_DROP_NONE;
	/* The tunnel helpers count what they send on the skb's device. */
	skb->dev = nve->dev;
	return remote->loc.addr.family == AF_INET ? send4(&e, skb) : send6(&e, skb);
}
