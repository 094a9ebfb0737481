// SPDX-License-Identifier: GPL-2.0
/*
 * The fast way out. What IP would have done is here, in its order: route,
 * neighbour, size, outer headers, link-layer header; what somebody else would have
 * done on the way is asked for first, and sends the frame the compatible way.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <net/ip6_checksum.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/route.h>
#include <net/udp.h>
#include "bypass.h"
#include "encap.h"
#include "fast_tx.h"
#include "sock.h"
#include "underlay.h"

/* Identifications are taken from IP's common pool, some at once. */
#define IDS_AT_ONCE	64

/* Can a template do what this route wants? */
static enum nvo3_bypass judge_route(const struct nvo3_nve *nve, const struct dst_entry *dst,
				    u8 family)
{
	const struct net_device *dev = dst->dev;

	if (dst->xfrm)
		return NVO3_BYPASS_XFRM;
	if (dst->error || dst->lwtstate || dev == nve->dev || dev->flags & IFF_LOOPBACK)
		return NVO3_BYPASS_ROUTE;
	if (family == AF_INET ?
	    ((const struct rtable *)dst)->rt_type != RTN_UNICAST :
	    ((const struct rt6_info *)dst)->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST | RTF_REJECT))
		return NVO3_BYPASS_ROUTE;
	if (netif_is_l3_slave(dev))
		return NVO3_BYPASS_VRF;
	if (dev->type != ARPHRD_ETHER || !dev->header_ops || !dev->header_ops->create)
		return NVO3_BYPASS_DEVICE;
	return NVO3_BYPASS_NONE;
}

/* The route that the compatible way would take, with a reference; NULL if none. */
static struct dst_entry *find_route(struct nvo3_nve *nve, const struct nvo3_conf *conf,
				    struct nvo3_remote *remote, struct nvo3_template_addrs *addrs,
				    u32 *cookie)
{
	struct dst_entry *dst;
	struct rtable *rt;

	*cookie = 0;
	if (addrs->family == AF_INET) {
		addrs->daddr4 = remote->addr.v4;
		rt = nvo3_sock_route4(nve, conf, remote, &addrs->saddr4);
		return IS_ERR(rt) ? NULL : &rt->dst;
	}
	addrs->daddr6 = remote->addr.v6;
	dst = nvo3_sock_route6(nve, conf, remote, &addrs->saddr6);
	if (IS_ERR(dst))
		return NULL;
	*cookie = rt6_get_cookie((struct rt6_info *)dst);
	return dst;
}

static struct nvo3_template *build(struct nvo3_nve *nve, const struct nvo3_conf *conf,
				   struct nvo3_remote *remote)
{
	struct nvo3_template_addrs addrs = {
		.family = remote->addr.family,
		.ttl = NVO3_SOCK_TTL,
		.dport = nve->dstport,
	};
	struct nvo3_vxlan vxlan;
	struct nvo3_template *t;
	struct dst_entry *dst;
	u32 cookie;

	dst = find_route(nve, conf, remote, &addrs, &cookie);
	if (!dst)
		return NULL;
	t = nvo3_template_new(dst, cookie, conf->gen);
	if (!t)
		return NULL;
	nvo3_vxlan_build(&vxlan, 0);
	nvo3_template_write(t, &addrs, &vxlan, sizeof(vxlan));
	t->why = judge_route(nve, dst, addrs.family);
	if (t->why)
		return t;
	t->neigh = dst_neigh_lookup(dst, &remote->addr.v4);
	if (!t->neigh) {
		nvo3_template_free(t);
		return NULL;
	}
	nvo3_underlay_want(nve->net, t->dev);
	return t;
}

/* One that is valid now, made if need be; NULL if that cannot be. */
static struct nvo3_template *find_template(struct nvo3_nve *nve, const struct nvo3_conf *conf,
					   struct nvo3_remote *remote)
{
	struct nvo3_template *t, *new;

	if (!nvo3_remote_template(remote, &t))
		return NULL;
	if (likely(t && nvo3_template_valid(t, conf->gen)))
		return t;
	new = build(nve, conf, remote);
	if (!new || !nvo3_remote_set_template(remote, t, new))
		return NULL;
	return new;
}

/* All that does not depend on the frame. */
static enum nvo3_bypass prepare(struct nvo3_nve *nve, const struct nvo3_conf *conf,
				struct nvo3_remote *remote, struct nvo3_template **t)
{
	enum nvo3_bypass why = nvo3_bypass_tx(nve->net, remote->addr.family, conf->fastpath);

	if (why)
		return why;
	/* The sockets close behind this, and a grace period after. */
	if (!netif_running(nve->dev))
		return NVO3_BYPASS_ROUTE;
	*t = find_template(nve, conf, remote);
	if (!*t)
		return NVO3_BYPASS_ROUTE;
	if ((*t)->why)
		return (*t)->why;
	why = nvo3_bypass_tx_dev((*t)->dev);
	if (why)
		return why;
	return nvo3_template_resolved(*t) ? NVO3_BYPASS_NONE : NVO3_BYPASS_NEIGHBOUR;
}

/* What is larger is fragmented, refused or answered by others. */
static bool fits(const struct nvo3_template *t, const struct sk_buff *skb)
{
	u32 mtu = dst_mtu(t->dst);

	if (!skb_is_gso(skb))
		return skb->len + t->hlen <= mtu;
	return skb->len + t->hlen <= U16_MAX && mtu > t->hlen &&
	       skb_gso_validate_mac_len(skb, mtu - t->hlen);
}

/* As many as the frame will be cut into. */
static __be16 take_ids(struct net *net, const struct nvo3_template *t,
		       struct nvo3_remote *remote, struct iphdr *iph, u16 segs)
{
	struct nvo3_ids *ids = this_cpu_ptr(remote->ids);
	u16 id;

	if (ids->of != t || ids->left < segs) {
		ids->left = max_t(u16, segs, IDS_AT_ONCE);
		ids->of = t;
		__ip_select_ident(net, iph, ids->left);
		ids->next = ntohs(iph->id);
	}
	id = ids->next;
	ids->next += segs;
	ids->left -= segs;
	return htons(id);
}

static void finish_ip(struct nvo3_nve *nve, const struct nvo3_template *t,
		      struct nvo3_remote *remote, struct sk_buff *skb, u8 tos, bool csum)
{
	u32 ulen = skb->len - t->iphlen;
	struct ipv6hdr *ip6h;
	struct iphdr *iph;
	__be16 id;

	if (t->family == AF_INET) {
		iph = ip_hdr(skb);
		udp_set_csum(!csum, skb, iph->saddr, iph->daddr, ulen);
		id = take_ids(nve->net, t, remote, iph, nvo3_stats_frames(skb));
		nvo3_template_finish4(t, iph, skb->len, id, tos);
		skb->protocol = htons(ETH_P_IP);
	} else {
		ip6h = ipv6_hdr(skb);
		udp6_set_csum(!csum, skb, &ip6h->saddr, &ip6h->daddr, ulen);
		nvo3_template_finish6(ip6h, ulen, tos);
		skb->protocol = htons(ETH_P_IPV6);
	}
}

/* Fixed lengths for the usual ones, so that they are a few moves. */
static void copy_header(void *to, const struct nvo3_template *t)
{
	switch (t->hlen) {
	case 36:
		memcpy(to, t->header, 36);
		break;
	case 56:
		memcpy(to, t->header, 56);
		break;
	default:
		memcpy(to, t->header, t->hlen);
	}
}

static void push_outer(struct nvo3_nve *nve, const struct nvo3_template *t,
		       struct nvo3_remote *remote, struct sk_buff *skb, u32 vni, __be16 sport)
{
	struct nvo3_vxlan *vxlan;
	struct udphdr *uh;

	copy_header(__skb_push(skb, t->hlen), t);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, t->iphlen);
	uh = udp_hdr(skb);
	uh->source = sport;
	uh->len = htons(skb->len - t->iphlen);
	vxlan = (struct nvo3_vxlan *)(uh + 1);
	vxlan->vni = htonl(vni << 8);
}

/* The link-layer header with the neighbour's address of this moment. False: no room in it. */
static bool push_link(const struct nvo3_template *t, struct sk_buff *skb)
{
	struct net_device *dev = t->dev;
	unsigned char ha[MAX_ADDR_LEN];
	struct ethhdr *eth;

	skb->dev = dev;
	if (likely(dev->header_ops->create == eth_header)) {
		eth = __skb_push(skb, ETH_HLEN);
		neigh_ha_snapshot(eth->h_dest, t->neigh, dev);
		ether_addr_copy(eth->h_source, dev->dev_addr);
		eth->h_proto = skb->protocol;
		return true;
	}
	neigh_ha_snapshot(ha, t->neigh, dev);
	return dev_hard_header(skb, dev, ntohs(skb->protocol), ha, NULL, skb->len) >= 0;
}

static void transmit(struct nvo3_nve *nve, const struct nvo3_template *t, struct sk_buff *skb,
		     int len)
{
	int err = NET_XMIT_DROP;

	if (push_link(t, skb))
		err = dev_queue_xmit(skb);
	else
		kfree_skb(skb);
	/* As the tunnel helpers count: inner bytes without Ethernet header. */
	iptunnel_xmit_stats(nve->dev, net_xmit_eval(err) ? 0 : len);
}

static bool is_marked(const struct sk_buff *skb)
{
#ifdef CONFIG_NETWORK_SECMARK
	return skb->secmark;
#else
	return false;
#endif
}

enum nvo3_bypass nvo3_fast_send(struct nvo3_nve *nve, u32 vni, struct nvo3_remote *remote,
				struct sk_buff *skb, const struct nvo3_flow *flow, u8 tos)
{
	const struct nvo3_conf *conf = rcu_dereference(nve->conf);
	int len = skb->len - ETH_HLEN;
	struct nvo3_template *t;
	enum nvo3_bypass why;
	__be16 sport;

	why = prepare(nve, conf, remote, &t);
	if (why)
		return why;
	/* Somebody marked it for a security module's hook to see. */
	if (is_marked(skb))
		return NVO3_BYPASS_NETFILTER;
	if (!fits(t, skb))
		return NVO3_BYPASS_MTU;
	sport = nvo3_sock_sport(nve, skb, flow);
	if (skb_cow_head(skb, LL_RESERVED_SPACE(t->dev) + t->hlen) ||
	    udp_tunnel_handle_offloads(skb, conf->csum))
		return NVO3_BYPASS_NOMEM;
	/* From here on nothing fails. */
	skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	skb_scrub_packet(skb, !net_eq(nve->net, dev_net(nve->dev)));
	skb_clear_hash_if_not_l4(skb);
	push_outer(nve, t, remote, skb, vni, sport);
	finish_ip(nve, t, remote, skb, tos, conf->csum);
	transmit(nve, t, skb, len);
	return NVO3_BYPASS_NONE;
}
