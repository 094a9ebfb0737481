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
#include "emit.h"
#include "encap.h"
#include "template_finish.h"
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
static struct dst_entry *find_route(const struct nvo3_emit *e, struct nvo3_template_addrs *addrs,
				    u32 *cookie)
{
	const struct nvo3_addr *to = &e->remote->loc.addr;
	struct dst_entry *dst;
	struct rtable *rt;

	*cookie = 0;
	if (addrs->family == AF_INET) {
		addrs->daddr4 = to->v4;
		rt = nvo3_emit_route4(e, &addrs->saddr4);
		return IS_ERR(rt) ? NULL : &rt->dst;
	}
	addrs->daddr6 = to->v6;
	dst = nvo3_emit_route6(e, &addrs->saddr6);
	if (IS_ERR(dst))
		return NULL;
	*cookie = rt6_get_cookie((struct rt6_info *)dst);
	return dst;
}

static struct nvo3_template *build(const struct nvo3_emit *e)
{
	const struct nvo3_locator *to = &e->remote->loc;
	struct nvo3_template_addrs addrs = {
		.family = to->addr.family,
		.proto = nvo3_emit_is_udp(e) ? IPPROTO_UDP : IPPROTO_GRE,
		.dport = to->dstport,
	};
	u8 encap[NVO3_ENCAP_HLEN] __aligned(4);
	struct nvo3_template *t;
	struct dst_entry *dst;
	u32 cookie;

	dst = find_route(e, &addrs, &cookie);
	if (!dst)
		return NULL;
	t = nvo3_template_new(dst, cookie, e->conf->gen);
	if (!t)
		return NULL;
	nvo3_encap_build(encap, to->encap, 0, 0);
	nvo3_template_write(t, &addrs, encap, sizeof(encap));
	t->why = judge_route(e->nve, dst, addrs.family);
	if (t->why)
		return t;
	t->neigh = dst_neigh_lookup(dst, &to->addr.v4);
	if (!t->neigh) {
		nvo3_template_free(t);
		return NULL;
	}
	nvo3_underlay_want(e->nve->net, t->dev);
	return t;
}

/* One that is valid now, made if need be; NULL if that cannot be. */
static struct nvo3_template *find_template(const struct nvo3_emit *e)
{
	struct nvo3_template *t, *new;

	if (!nvo3_remote_template(e->remote, &t))
		return NULL;
	if (likely(t && nvo3_template_valid(t, e->conf->gen)))
		return t;
	new = build(e);
	if (!new || !nvo3_remote_set_template(e->remote, t, new))
		return NULL;
	return new;
}

/* All that does not depend on the frame. */
static enum nvo3_bypass prepare(const struct nvo3_emit *e, struct nvo3_template **t)
{
	enum nvo3_bypass why;

	why = nvo3_bypass_tx(e->nve->net, e->remote->loc.addr.family, e->conf->fastpath);
	if (why)
		return why;
	*t = find_template(e);
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
	u32 mtu = nvo3_template_mtu(t);

	if (likely(!skb_is_gso(skb)))
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

static void finish_ip(const struct nvo3_emit *e, const struct nvo3_template *t,
		      struct sk_buff *skb)
{
	bool udp = nvo3_emit_is_udp(e), csum = e->conf->csum;
	struct nvo3_template_frame frame __uninitialized;
	u32 len = skb->len - t->iphlen;
	struct ipv6hdr *ip6h;
	struct iphdr *iph;

	frame.tos = e->tos;
	frame.ttl = e->ttl;
	if (t->family == AF_INET) {
		iph = ip_hdr(skb);
		/* Without one the template's zero is right. */
		if (udp && csum)
			udp_set_csum(false, skb, iph->saddr, iph->daddr, len);
		frame.len = skb->len;
		frame.frag_off = e->df ? htons(IP_DF) : 0;
		frame.id = take_ids(e->nve->net, t, e->remote, iph, nvo3_stats_frames(skb));
		nvo3_template_finish4(t, iph, &frame);
		skb->protocol = htons(ETH_P_IP);
	} else {
		ip6h = ipv6_hdr(skb);
		if (udp && csum)
			udp6_set_csum(false, skb, &ip6h->saddr, &ip6h->daddr, len);
		frame.len = len;
		frame.label = nvo3_emit_flow_label(e);
		nvo3_template_finish6(ip6h, &frame);
		skb->protocol = htons(ETH_P_IPV6);
	}
}

/* A fixed length for each kind, so that it is a few moves. */
static void copy_header(void *to, const struct nvo3_template *t)
{
	switch (t->hlen) {
	case sizeof(struct nvo3_outer4):
		*(struct nvo3_outer4 *)to = *(const struct nvo3_outer4 *)t->header;
		break;
	case sizeof(struct nvo3_outer6):
		*(struct nvo3_outer6 *)to = *(const struct nvo3_outer6 *)t->header;
		break;
	default:
		memcpy(to, t->header, t->hlen);
	}
}

static void push_outer(const struct nvo3_emit *e, const struct nvo3_template *t,
		       struct sk_buff *skb)
{
	struct udphdr *uh;
	u8 *encap;

	copy_header(__skb_push(skb, t->hlen), t);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, t->iphlen);
	if (nvo3_emit_is_udp(e)) {
		uh = udp_hdr(skb);
		uh->source = nvo3_emit_source_port(e);
		uh->len = htons(skb->len - t->iphlen);
	}
	encap = skb->data + t->hlen - NVO3_ENCAP_HLEN;
	nvo3_encap_set_vni(encap, e->vni, nvo3_emit_is_udp(e) ? 0 : nvo3_emit_entropy(e));
}

/* As neigh_ha_snapshot(), of the length that is Ethernet's. */
static void read_address(const struct neighbour *neigh, u8 *to)
{
	unsigned int seq;

	do {
		seq = read_seqbegin(&neigh->ha_lock);
		ether_addr_copy(to, neigh->ha);
	} while (read_seqretry(&neigh->ha_lock, seq));
}

/* The link-layer header with the neighbour's address of this moment. False: no room in it. */
static bool push_link(const struct nvo3_template *t, struct sk_buff *skb)
{
	struct net_device *dev = t->dev;
	unsigned char ha[MAX_ADDR_LEN] __uninitialized;
	struct ethhdr *eth;

	skb->dev = dev;
	if (likely(dev->header_ops->create == eth_header)) {
		eth = __skb_push(skb, ETH_HLEN);
		read_address(t->neigh, eth->h_dest);
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

/* What is neither GSO nor half summed asks nothing of a device: then it says so. */
static int handle_offloads(const struct nvo3_emit *e, struct sk_buff *skb)
{
	if (likely(!skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL)) {
		skb->ip_summed = CHECKSUM_NONE;
		skb->encapsulation = 0;
		return 0;
	}
	if (nvo3_emit_is_udp(e))
		return udp_tunnel_handle_offloads(skb, e->conf->csum);
	return iptunnel_handle_offloads(skb, SKB_GSO_GRE);
}

enum nvo3_bypass nvo3_fast_send(const struct nvo3_emit *e, struct sk_buff *skb)
{
	int len = skb->len - ETH_HLEN;
	struct nvo3_template *t;
	enum nvo3_bypass why;

	why = prepare(e, &t);
	if (why)
		return why;
	/* Somebody marked it for a security module's hook to see. */
	if (is_marked(skb))
		return NVO3_BYPASS_NETFILTER;
	if (!fits(t, skb))
		return NVO3_BYPASS_MTU;
	if (unlikely(e->conf->mss_clamp) &&
	    nvo3_emit_clamp_mss(e, skb, nvo3_template_mtu(t), t->hlen))
		return NVO3_BYPASS_NOMEM;
	if (nvo3_emit_make_room(skb, LL_RESERVED_SPACE(t->dev) + t->hlen) ||
	    handle_offloads(e, skb))
		return NVO3_BYPASS_NOMEM;
	/* From here on nothing fails. */
	skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	skb_scrub_packet(skb, !net_eq(e->nve->net, dev_net(e->nve->dev)));
	skb_clear_hash_if_not_l4(skb);
	push_outer(e, t, skb);
	finish_ip(e, t, skb);
	transmit(e->nve, t, skb, len);
	return NVO3_BYPASS_NONE;
}
