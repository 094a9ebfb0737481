// SPDX-License-Identifier: GPL-2.0
/*
 * The outer headers of one frame, and out. Only routing and the outermost header
 * differ by family, only the push and the protocol by encapsulation.
 */
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_tunnel.h>
#include <net/ip_tunnels.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include "emit.h"
#include "encap.h"
#include "fast.h"
#include "icmp.h"
#include "mss.h"

static u8 outer_ttl(const struct nvo3_conf *conf, const struct nvo3_flow *inner)
{
	if (conf->ttl != NVO3_TTL_INHERIT)
		return conf->ttl;
	return inner->ttl ?: IPDEFTTL;
}

/* What the port's profile says comes before what the NVE does. */
static u8 outer_dscp(const struct nvo3_conf *conf, const struct nvo3_port *from,
		     const struct nvo3_flow *inner)
{
	const struct nvo3_guard *guard = rcu_dereference(from->guard);
	const struct nvo3_policy *policy;

	if (guard && guard->profile) {
		policy = rcu_dereference(guard->profile->policy);
		if (policy->dscp != NVO3_DSCP_NONE)
			return policy->dscp << 2;
	}
	return conf->tos == NVO3_TOS_INHERIT ? inner->dsfield & ~INET_ECN_MASK : conf->tos;
}

/*
 * RFC 6040: the ECN bits are the inner ones, whatever the rest is, congestion experienced too
 * (INET_ECN_encapsulate() follows RFC 3168 and takes that for ECT(0)).
 */
static u8 outer_tos(const struct nvo3_conf *conf, const struct nvo3_port *from,
		    const struct nvo3_flow *inner)
{
	return outer_dscp(conf, from, inner) | (inner->dsfield & INET_ECN_MASK);
}

static bool outer_df(const struct nvo3_conf *conf, const struct nvo3_flow *inner)
{
	return conf->df == NVO3_DF_INHERIT ? inner->df : conf->df == NVO3_DF_SET;
}

/* Is the frame, or will be each that it is cut into, an IP packet of at most @mtu? */
static bool fits(const struct sk_buff *skb, u32 mtu)
{
	if (skb_is_gso(skb))
		return skb_gso_validate_network_len(skb, mtu);
	return skb->len - ETH_HLEN <= mtu;
}

/* The smallest that a link may have: what is told, and clamped to, is not below. */
static u32 least_mtu(const struct nvo3_emit *e)
{
	return e->flow->family == AF_INET6 ? IPV6_MIN_MTU : 68;
}

/* What is left of @path_mtu for the inner IP packet. */
static u32 inner_mtu(u32 path_mtu, u32 hlen)
{
	return max_t(u32, path_mtu, hlen + ETH_HLEN + 68) - hlen - ETH_HLEN;
}

int nvo3_emit_clamp_mss(const struct nvo3_emit *e, struct sk_buff *skb, u32 path_mtu, u32 hlen)
{
	u32 mtu;

	if (!e->conf->mss_clamp || e->flow->proto != IPPROTO_TCP ||
	    !(e->flow->flags & NVO3_FLOW_PORTS))
		return 0;
	mtu = max(inner_mtu(path_mtu, hlen), least_mtu(e));
	return nvo3_mss_clamp(skb, e->flow->l4,
			      mtu + ETH_HLEN - e->flow->l4 - sizeof(struct tcphdr));
}

/*
 * Frames that are not to be fragmented go back to their sender as a message about
 * what would fit, as from a router. What need not be told, or is smaller than any
 * link may be, is fragmented in the underlay. Who sent a late frame is told where he is.
 * @hlen: bytes of outer headers.
 */
static enum nvo3_drop check_size(const struct nvo3_emit *e, struct sk_buff *skb, u32 path_mtu,
				 u32 hlen)
{
	u32 least = least_mtu(e), mtu = inner_mtu(path_mtu, hlen);
	struct sk_buff *answer = NULL;

	if (nvo3_emit_clamp_mss(e, skb, path_mtu, hlen))
		return NVO3_DROP_NOMEM;
	if (likely(fits(skb, mtu)))
		return NVO3_DROP_NONE;
	if (e->from && e->flow->df && !fits(skb, least))
		answer = nvo3_icmp_too_big(skb, e->flow, max(mtu, least));
	if (answer)
		nvo3_answer(e->nve, e->from, answer);
	return answer || e->df ? NVO3_DROP_PATH_MTU : NVO3_DROP_NONE;
}

/* Make room and write what follows the outer IP or UDP header. */
static int push_header(const struct nvo3_emit *e, struct sk_buff *skb, const struct dst_entry *dst,
		       u32 hlen)
{
	int err;

	err = nvo3_emit_make_room(skb, LL_RESERVED_SPACE(dst->dev) + dst->header_len + hlen);
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

/* @ours: the route leads to this host, which has been given the address of another NVE. */
static enum nvo3_drop prepare(const struct nvo3_emit *e, struct sk_buff *skb,
			      const struct dst_entry *dst, u32 iphlen, bool ours)
{
	u32 hlen = iphlen + nvo3_emit_hlen(e);
	enum nvo3_drop reason;

	if (ours || dst->dev == e->nve->dev)
		return NVO3_DROP_LOOP;
	reason = check_size(e, skb, dst_mtu(dst), hlen);
	if (reason)
		return reason;
	return push_header(e, skb, dst, hlen) ? NVO3_DROP_NOMEM : NVO3_DROP_NONE;
}

struct rtable *nvo3_emit_route4(const struct nvo3_emit *e, __be32 *saddr)
{
	struct dst_cache *cache = nvo3_remote_cache(e->remote);
	struct flowi4 flow = {
		.flowi4_oif = e->nve->underlay,
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
		.flowi6_oif = e->nve->underlay,
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
	/* With a source address, IPv6 takes the device for a wish, even one that is gone. */
	if (!nvo3_nve_hears(e->nve, dst->dev)) {
		dst_release(dst);
		return ERR_PTR(-ENETUNREACH);
	}
	if (cache)
		dst_cache_set_ip6(cache, dst, &flow.saddr);
	*saddr = flow.saddr;
	return dst;
}

static enum nvo3_drop send4(const struct nvo3_emit *e, struct sk_buff *skb)
{
	bool xnet = !net_eq(e->nve->net, dev_net(e->nve->dev));
	const struct nvo3_locator *to = &e->remote->loc;
	__be16 df = e->df ? htons(IP_DF) : 0;
	enum nvo3_drop reason;
	struct rtable *rt;
	__be32 saddr;

	rt = nvo3_emit_route4(e, &saddr);
	if (IS_ERR(rt))
		return NVO3_DROP_NO_ROUTE;
	reason = prepare(e, skb, &rt->dst, sizeof(struct iphdr), rt->rt_type == RTN_LOCAL);
	if (reason) {
		ip_rt_put(rt);
		return reason;
	}
	if (nvo3_emit_is_udp(e)) {
		udp_tunnel_xmit_skb(rt, NULL, skb, saddr, to->addr.v4, e->tos, e->ttl, df,
				    nvo3_emit_source_port(e), to->dstport, xnet, !e->conf->csum);
	} else {
		skb_reset_transport_header(skb);
		iptunnel_xmit(NULL, rt, skb, saddr, to->addr.v4, IPPROTO_GRE, e->tos, e->ttl, df,
			      xnet);
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
	ip6_flow_hdr(iph, e->tos, nvo3_emit_flow_label(e));
	iph->nexthdr = IPPROTO_GRE;
	iph->hop_limit = e->ttl;
	iph->saddr = *saddr;
	iph->daddr = e->remote->loc.addr.v6;
	ip6tunnel_xmit(NULL, skb, e->nve->dev);
}

static enum nvo3_drop send6(const struct nvo3_emit *e, struct sk_buff *skb)
{
	const struct nvo3_locator *to = &e->remote->loc;
	enum nvo3_drop reason;
	struct dst_entry *dst;
	struct in6_addr saddr;

	dst = nvo3_emit_route6(e, &saddr);
	if (IS_ERR(dst))
		return NVO3_DROP_NO_ROUTE;
	reason = prepare(e, skb, dst, sizeof(struct ipv6hdr),
			 ((const struct rt6_info *)dst)->rt6i_flags & RTF_LOCAL);
	if (reason) {
		dst_release(dst);
		return reason;
	}
	/* Unlike its IPv4 sister, the helper leaves this to us. */
	skb_scrub_packet(skb, !net_eq(e->nve->net, dev_net(e->nve->dev)));
	skb->ignore_df = !e->df;
	if (nvo3_emit_is_udp(e))
		udp_tunnel6_xmit_skb(dst, NULL, skb, e->nve->dev, &saddr, &to->addr.v6, e->tos,
				     e->ttl, nvo3_emit_flow_label(e), nvo3_emit_source_port(e),
				     to->dstport, !e->conf->csum);
	else
		xmit6_gre(e, skb, dst, &saddr);
	return NVO3_DROP_NONE;
}

static __always_inline enum nvo3_drop emit(const struct nvo3_emit *e, struct sk_buff *skb)
{
	struct nvo3_remote *remote = e->remote;
	u32 frames = nvo3_stats_frames(skb);
	struct nvo3_nve *nve = e->nve;
	enum nvo3_bypass why;

	if (!READ_ONCE(nve->open))
		return NVO3_DROP_NO_ROUTE;
	/* When it came here is nothing that an underlay's qdisc should plan by. */
	skb_clear_tstamp(skb);
	why = nvo3_fast_send(e, skb);
	nvo3_ways_count(nve->ways, NVO3_WAY_TX, why, frames);
	if (READ_ONCE(remote->way) != why)
		WRITE_ONCE(remote->way, why);
	if (!why)
		return NVO3_DROP_NONE;
	/* The tunnel helpers count what they send on the skb's device. */
	skb->dev = nve->dev;
	return remote->loc.addr.family == AF_INET ? send4(e, skb) : send6(e, skb);
}

enum nvo3_drop nvo3_to_underlay(struct nvo3_nve *nve, struct nvo3_port *from,
				struct nvo3_remote *remote, struct sk_buff *skb,
				const struct nvo3_flow *flow)
{
	const struct nvo3_conf *conf = rcu_dereference(nve->conf);
	struct nvo3_emit e = {
		.nve = nve,
		.conf = conf,
		.from = from,
		.remote = remote,
		.flow = flow,
		.vni = remote->loc.vni ?: from->vn->vni,
		.hash = nvo3_flow_hash(flow, nve->flow_seed),
		.tos = outer_tos(conf, from, flow),
		.ttl = outer_ttl(conf, flow),
		.df = outer_df(conf, flow),
	};

	return emit(&e, skb);
}

/* As a router passes a packet on; the inner header has its congestion mark by now. */
enum nvo3_drop nvo3_on_to_underlay(struct nvo3_nve *nve, const struct nvo3_vn *vn,
				   struct nvo3_remote *remote, struct sk_buff *skb,
				   const struct nvo3_flow *flow, const struct nvo3_outer *outer)
{
	const struct nvo3_conf *conf = rcu_dereference(nve->conf);
	struct nvo3_emit e = {
		.nve = nve,
		.conf = conf,
		.remote = remote,
		.flow = flow,
		.vni = remote->loc.vni ?: vn->vni,
		.hash = nvo3_flow_hash(flow, nve->flow_seed),
		.tos = (outer->dsfield & ~INET_ECN_MASK) | (flow->dsfield & INET_ECN_MASK),
		.ttl = outer->ttl - 1,
		.df = outer_df(conf, flow),
	};

	return emit(&e, skb);
}
