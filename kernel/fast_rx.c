// SPDX-License-Identifier: GPL-2.0
/*
 * The fast way in: a packet that is surely ours is taken on the underlay device,
 * before IP. Until it is, nothing of it is changed that IP would not change too, so
 * that whatever is not taken meets IP as if we had not been there.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/dst_metadata.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/route.h>
#include <net/udp.h>
#include "bypass.h"
#include "encap.h"
#include "fast.h"
#include "underlay.h"

#define ENCAP_HLEN	(sizeof(struct udphdr) + NVO3_ENCAP_HLEN)

/* Each step fills its part before the next reads it; nothing is cleared for nobody. */
struct arrival {
	struct nvo3_nve *nve;
	struct nvo3_outer outer;
	u8 family;
	u8 iphlen;
	u32 len;		/* of the IP packet */
	struct udphdr *uh;
};

/*
 * UDP over IP of the simplest kind? With the skb's data at the IP header. What is
 * not cannot be told to be ours, and is not counted.
 */
static bool read4(struct sk_buff *skb, struct arrival *a)
{
	const struct iphdr *iph;

	if (!pskb_may_pull(skb, sizeof(*iph) + ENCAP_HLEN))
		return false;
	iph = ip_hdr(skb);
	if (*(u8 *)iph != 0x45 || iph->protocol != IPPROTO_UDP || ip_is_fragment(iph))
		return false;
	a->family = AF_INET;
	a->iphlen = sizeof(*iph);
	a->len = ntohs(iph->tot_len);
	a->uh = (struct udphdr *)(iph + 1);
	return true;
}

static bool read6(struct sk_buff *skb, struct arrival *a)
{
	const struct ipv6hdr *ip6h;

	if (!pskb_may_pull(skb, sizeof(*ip6h) + ENCAP_HLEN))
		return false;
	ip6h = ipv6_hdr(skb);
	if (ip6h->version != 6 || ip6h->nexthdr != IPPROTO_UDP)
		return false;
	a->family = AF_INET6;
	a->iphlen = sizeof(*ip6h);
	a->len = ntohs(ip6h->payload_len) + sizeof(*ip6h);
	a->uh = (struct udphdr *)(ip6h + 1);
	return true;
}

static bool find_nve(const struct nvo3_underlay *underlay, const struct net_device *dev,
		     struct arrival *a)
{
	struct nvo3_nve *nve;

	list_for_each_entry_rcu(nve, &underlay->nves, rx_node) {
		if (nvo3_nve_listens(nve, a->uh->dest) && nvo3_nve_hears(nve, dev)) {
			a->nve = nve;
			/* The two ports differ, unless only one is listened to. */
			a->outer.encap = nve->dstport == a->uh->dest &&
					 nve->accept & BIT(NVO3_ENCAP_VXLAN) ?
					 NVO3_ENCAP_VXLAN : NVO3_ENCAP_GENEVE;
			return true;
		}
	}
	return false;
}

/* One datagram? Several that were sent or merged as one have to be cut, which UDP does. */
static bool is_one_datagram(const struct sk_buff *skb)
{
	return !skb_is_gso(skb) || skb_shinfo(skb)->gso_type & (SKB_GSO_UDP_TUNNEL |
								 SKB_GSO_UDP_TUNNEL_CSUM);
}

/* Has nobody else a claim on it, and is it for this host's link-layer address? */
static bool is_plain(struct sk_buff *skb)
{
	return is_one_datagram(skb) && skb->pkt_type == PACKET_HOST && !skb_vlan_tag_present(skb) &&
	       !skb_sk_is_prefetched(skb) && !skb_valid_dst(skb) && !skb_sec_path(skb) &&
	       !skb_pfmemalloc(skb);
}

/* Options are for the socket to read: nobody sends them here as a rule. */
static bool read_encap(struct arrival *a)
{
	a->outer.hlen = ENCAP_HLEN;
	return nvo3_encap_hlen(a->outer.encap, a->uh + 1) == NVO3_ENCAP_HLEN &&
	       !nvo3_encap_parse(a->outer.encap, a->uh + 1, &a->outer.vni);
}

/* Lengths that agree, a good IPv4 checksum, a header of ours. Padding is cut, as IP does. */
static bool check_header(struct sk_buff *skb, struct arrival *a)
{
	u32 ulen = ntohs(a->uh->len);

	if (a->len > skb->len || a->len != a->iphlen + ulen || ulen < ENCAP_HLEN || !read_encap(a))
		return false;
	if (a->family == AF_INET && ip_fast_csum(ip_hdr(skb), sizeof(struct iphdr) / 4))
		return false;
	if (a->len == skb->len)
		return true;
	if (skb_is_gso(skb) || pskb_trim_rcsum(skb, a->len))
		return false;
	a->uh = (struct udphdr *)(skb_network_header(skb) + a->iphlen);
	return true;
}

/*
 * Is the UDP checksum none, or known to be good without reading the packet? One over
 * the whole packet needs only the headers' part compared. One that is left to do is the UDP
 * header's or one behind it, or the sender's device lies.
 */
static bool checksum_done(const struct sk_buff *skb, const struct arrival *a)
{
	u32 ulen = a->len - a->iphlen;
	__wsum sum = skb->csum;

	if (skb->ip_summed == CHECKSUM_PARTIAL && skb_checksum_start_offset(skb) < a->iphlen)
		return false;
	if (!a->uh->check || skb_csum_unnecessary(skb))
		return true;
	if (skb->ip_summed != CHECKSUM_COMPLETE || skb->csum_complete_sw)
		return false;
	/* The IPv4 header's own checksum makes it count nothing. */
	if (a->family == AF_INET)
		return !csum_tcpudp_magic(a->outer.saddr.v4, a->outer.daddr.v4, ulen, IPPROTO_UDP,
					  sum);
	sum = csum_sub(sum, csum_partial(ipv6_hdr(skb), sizeof(struct ipv6hdr), 0));
	return !csum_ipv6_magic(&a->outer.saddr.v6, &a->outer.daddr.v6, ulen, IPPROTO_UDP, sum);
}

/* What IP would find for the packet, asked of routing itself. */
static bool ask_routing4(struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	bool local;

	if (ip_route_input_noref(skb, iph->daddr, iph->saddr, iph->tos, skb->dev))
		return false;
	local = skb_rtable(skb)->rt_type == RTN_LOCAL && !skb_dst(skb)->lwtstate;
	skb_dst_drop(skb);
	return local;
}

static bool ask_routing6(struct sk_buff *skb)
{
	const struct inet6_dev *idev = __in6_dev_get(skb->dev);
	int flags = RT6_LOOKUP_F_HAS_SADDR | RT6_LOOKUP_F_DST_NOREF;
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct flowi6 flow = {
		.flowi6_iif = skb->dev->ifindex,
		.flowi6_mark = skb->mark,
		.flowi6_proto = IPPROTO_UDP,
		.flowlabel = ip6_flowinfo(ip6h),
		.saddr = ip6h->saddr,
		.daddr = ip6h->daddr,
	};
	const struct rt6_info *rt;

	if (!idev || idev->cnf.disable_ipv6 || ipv6_addr_is_multicast(&ip6h->saddr) ||
	    ipv6_addr_loopback(&ip6h->saddr) || ipv6_addr_loopback(&ip6h->daddr))
		return false;
	rt = (const struct rt6_info *)ip6_route_input_lookup(dev_net(skb->dev), skb->dev, &flow,
							     skb, flags);
	return !rt->dst.error && !rt->dst.lwtstate && rt->rt6i_flags & RTF_LOCAL;
}

/* Do rules of routing look at ports? Then an answer for a source is not one for a packet. */
static bool rules_read_ports(const struct net *net, u8 family)
{
#ifdef CONFIG_IP_MULTIPLE_TABLES
	if (family == AF_INET && READ_ONCE(net->ipv4.fib_rules_require_fldissect))
		return true;
#endif
#ifdef CONFIG_IPV6_MULTIPLE_TABLES
	if (family == AF_INET6 && READ_ONCE(net->ipv6.fib6_rules_require_fldissect))
		return true;
#endif
	return false;
}

/* All that the answer depends on; false if the device speaks no IPv4. */
static __always_inline bool make_key(const struct nvo3_underlay *underlay,
				     const struct sk_buff *skb, const struct arrival *a,
				     struct nvo3_vouch_key *key)
{
	u8 dscp = a->outer.dsfield & ~INET_ECN_MASK, rp_filter = 0;
	struct net *net = underlay->net;
	struct in_device *in_dev;
	u32 routes;

	if (a->family == AF_INET) {
		in_dev = __in_dev_get_rcu(skb->dev);
		if (!in_dev)
			return false;
		/* As IN_DEV_RPFILTER(), which goes a long way to find the namespace. */
		rp_filter = max(READ_ONCE(IPV4_DEVCONF_ALL(net, RP_FILTER)),
				IN_DEV_CONF_GET(in_dev, RP_FILTER));
		routes = rt_genid_ipv4(net);
		nvo3_vouch_key4(key, a->outer.saddr.v4, a->outer.daddr.v4);
	} else {
		routes = atomic_read(&underlay->routes6);
		nvo3_vouch_key6(key, &a->outer.saddr.v6, &a->outer.daddr.v6);
	}
	key->word[4] = skb->dev->ifindex | (u64)skb->mark << 32;
	key->word[5] = routes | (u64)a->family << 32 | (u64)dscp << 40 | (u64)rp_filter << 48;
	return true;
}

/* The key is made before routing is asked: a change meanwhile makes the answer void. */
static bool is_vouched(struct nvo3_underlay *underlay, struct sk_buff *skb,
		       const struct arrival *a)
{
	struct nvo3_vouch *vouch = rcu_dereference(underlay->vouch);
	struct nvo3_vouch_key key __uninitialized;

	if (rules_read_ports(underlay->net, a->family) || !make_key(underlay, skb, a, &key))
		return false;
	if (likely(nvo3_vouch_has(vouch, &key)))
		return true;
	if (a->family == AF_INET ? !ask_routing4(skb) : !ask_routing6(skb))
		return false;
	nvo3_vouch_add(vouch, &key);
	return true;
}

/* Why the packet has to go to IP; NONE: take it. */
static enum nvo3_bypass judge(struct nvo3_underlay *underlay, struct sk_buff *skb,
			      struct arrival *a)
{
	const struct nvo3_conf *conf = rcu_dereference(a->nve->conf);
	enum nvo3_bypass why;

	why = nvo3_bypass_rx(underlay->net, a->family, IPPROTO_UDP, conf->fastpath);
	if (!why)
		why = nvo3_bypass_rx_dev(skb->dev);
	if (why)
		return why;
	if (!is_plain(skb))
		return skb_sec_path(skb) ? NVO3_BYPASS_XFRM : NVO3_BYPASS_FRAME;
	if (a->family == AF_INET)
		nvo3_outer_read4(&a->outer, ip_hdr(skb));
	else
		nvo3_outer_read6(&a->outer, ipv6_hdr(skb));
	if (!nvo3_conf_has_local(conf, &a->outer.daddr) || !check_header(skb, a))
		return NVO3_BYPASS_HEADER;
	/* The socket's part refuses it, and says so. */
	if (conf->csum_rx && !a->uh->check)
		return NVO3_BYPASS_CHECKSUM;
	if (!checksum_done(skb, a))
		return NVO3_BYPASS_CHECKSUM;
	return is_vouched(underlay, skb, a) ? NVO3_BYPASS_NONE : NVO3_BYPASS_SOURCE;
}

/*
 * As IP and UDP leave it: data at the UDP header, the checksum's level taken off. But a socket of
 * this host that it belongs to keeps it, for to_peer.c to see.
 */
static void strip(struct sk_buff *skb, const struct arrival *a)
{
	if (a->family == AF_INET) {
		__skb_pull(skb, a->iphlen);
		skb_reset_transport_header(skb);
		skb_checksum_init_zero_check(skb, IPPROTO_UDP, a->uh->check, inet_compute_pseudo);
		if (a->uh->check)
			skb_checksum_try_convert(skb, IPPROTO_UDP, inet_compute_pseudo);
		return;
	}
	skb_pull_rcsum(skb, a->iphlen);
	skb_reset_transport_header(skb);
	skb_checksum_init_zero_check(skb, IPPROTO_UDP, a->uh->check, ip6_compute_pseudo);
	if (a->uh->check)
		skb_checksum_try_convert(skb, IPPROTO_UDP, ip6_compute_pseudo);
}

static void take(struct sk_buff *skb, struct arrival *a)
{
	struct nvo3_port *port = NULL;
	struct nvo3_vn *vn = NULL;
	enum nvo3_drop reason;

	strip(skb, a);
	reason = nvo3_from_outer(a->nve, &a->outer, skb, &vn, &port);
	if (reason)
		nvo3_drop(a->nve, vn, port, skb, reason);
}

unsigned int nvo3_fast_rx(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct nvo3_hook *hook = priv;
	enum nvo3_bypass why;
	struct arrival a __uninitialized;

	/* A packet that others hold too must not be changed; IP makes its own copy. */
	if (skb_shared(skb))
		return NF_ACCEPT;
	if (skb->protocol == htons(ETH_P_IP) ? !read4(skb, &a) :
	    skb->protocol != htons(ETH_P_IPV6) || !read6(skb, &a))
		return NF_ACCEPT;
	if (!find_nve(hook->underlay, skb->dev, &a))
		return NF_ACCEPT;
	why = judge(hook->underlay, skb, &a);
	nvo3_ways_count(a.nve->ways, NVO3_WAY_RX, why, nvo3_stats_frames(skb));
	if (why)
		return NF_ACCEPT;
	take(skb, &a);
	return NF_STOLEN;
}
