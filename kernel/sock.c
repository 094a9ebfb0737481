// SPDX-License-Identifier: GPL-2.0
/*
 * One UDP socket for each address family, bound to any address: the local
 * locator of the configuration is compared for each packet, so that it can be
 * changed without closing the socket. Only routing and sending differ by family.
 */
#include <net/gro.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6_stubs.h>
#include <net/route.h>
#include "encap.h"
#include "fast.h"
#include "sock.h"

/* Make room and write what follows the outer UDP header. */
static int push_header(struct sk_buff *skb, const struct dst_entry *dst, u32 iphlen, u32 vni,
		       bool csum)
{
	u32 need = LL_RESERVED_SPACE(dst->dev) + dst->header_len + iphlen +
		   sizeof(struct udphdr) + NVO3_VXLAN_HLEN;
	int err;

	err = skb_cow_head(skb, need);
	if (err)
		return err;
	err = udp_tunnel_handle_offloads(skb, csum);
	if (err)
		return err;
	nvo3_vxlan_build(__skb_push(skb, NVO3_VXLAN_HLEN), vni);
	skb_set_inner_protocol(skb, htons(ETH_P_TEB));
	return 0;
}

__be16 nvo3_sock_sport(struct nvo3_nve *nve, struct sk_buff *skb, const struct nvo3_flow *flow)
{
	int min, max;

	if (!flow)
		return udp_flow_src_port(nve->net, skb, 0, 0, true);
	inet_get_local_port_range(nve->net, &min, &max);
	return nvo3_flow_port(nvo3_flow_hash(flow, nve->flow_seed), min, max);
}

struct rtable *nvo3_sock_route4(struct nvo3_nve *nve, const struct nvo3_conf *conf,
				struct nvo3_remote *remote, __be32 *saddr)
{
	struct dst_cache *cache = nvo3_remote_cache(remote);
	struct flowi4 flow = {
		.flowi4_proto = IPPROTO_UDP,
		.daddr = remote->addr.v4,
		.saddr = conf->local4,
		.fl4_dport = nve->dstport,
	};
	struct rtable *rt;

	rt = cache ? dst_cache_get_ip4(cache, saddr) : NULL;
	if (rt)
		return rt;
	rt = ip_route_output_key(nve->net, &flow);
	if (IS_ERR(rt))
		return rt;
	if (cache)
		dst_cache_set_ip4(cache, &rt->dst, flow.saddr);
	*saddr = flow.saddr;
	return rt;
}

struct dst_entry *nvo3_sock_route6(struct nvo3_nve *nve, const struct nvo3_conf *conf,
				   struct nvo3_remote *remote, struct in6_addr *saddr)
{
	struct socket *sock = rcu_dereference(nve->sock6);
	struct dst_cache *cache = nvo3_remote_cache(remote);
	struct flowi6 flow = {
		.flowi6_proto = IPPROTO_UDP,
		.daddr = remote->addr.v6,
		.saddr = conf->local6,
		.fl6_dport = nve->dstport,
	};
	struct dst_entry *dst;

	if (!sock)
		return ERR_PTR(-ENETUNREACH);
	dst = cache ? dst_cache_get_ip6(cache, saddr) : NULL;
	if (dst)
		return dst;
	dst = ipv6_stub->ipv6_dst_lookup_flow(nve->net, sock->sk, &flow, NULL);
	if (IS_ERR(dst))
		return dst;
	if (cache)
		dst_cache_set_ip6(cache, dst, &flow.saddr);
	*saddr = flow.saddr;
	return dst;
}

static enum nvo3_drop send4(struct nvo3_nve *nve, u32 vni, struct nvo3_remote *remote,
			    struct sk_buff *skb, const struct nvo3_flow *flow, u8 tos)
{
	const struct nvo3_conf *conf = rcu_dereference(nve->conf);
	struct socket *sock = rcu_dereference(nve->sock4);
	struct rtable *rt;
	__be32 saddr;
	__be16 sport;

	if (!sock)
		return NVO3_DROP_NO_ROUTE;
	rt = nvo3_sock_route4(nve, conf, remote, &saddr);
	if (IS_ERR(rt))
		return NVO3_DROP_NO_ROUTE;
	if (rt->dst.dev == nve->dev) {
		ip_rt_put(rt);
		return NVO3_DROP_LOOP;
	}
	sport = nvo3_sock_sport(nve, skb, flow);
	if (push_header(skb, &rt->dst, sizeof(struct iphdr), vni, conf->csum)) {
		ip_rt_put(rt);
		return NVO3_DROP_NOMEM;
	}
	udp_tunnel_xmit_skb(rt, sock->sk, skb, saddr, remote->addr.v4, tos, NVO3_SOCK_TTL, 0, sport,
			    nve->dstport, !net_eq(nve->net, dev_net(nve->dev)), !conf->csum);
	return NVO3_DROP_NONE;
}

static enum nvo3_drop send6(struct nvo3_nve *nve, u32 vni, struct nvo3_remote *remote,
			    struct sk_buff *skb, const struct nvo3_flow *flow, u8 tos)
{
	const struct nvo3_conf *conf = rcu_dereference(nve->conf);
	struct socket *sock = rcu_dereference(nve->sock6);
	struct dst_entry *dst;
	struct in6_addr saddr;
	__be16 sport;

	if (!sock)
		return NVO3_DROP_NO_ROUTE;
	dst = nvo3_sock_route6(nve, conf, remote, &saddr);
	if (IS_ERR(dst))
		return NVO3_DROP_NO_ROUTE;
	if (dst->dev == nve->dev) {
		dst_release(dst);
		return NVO3_DROP_LOOP;
	}
	sport = nvo3_sock_sport(nve, skb, flow);
	if (push_header(skb, dst, sizeof(struct ipv6hdr), vni, conf->csum)) {
		dst_release(dst);
		return NVO3_DROP_NOMEM;
	}
	/* Unlike its IPv4 sister, the helper leaves this to us. */
	skb_scrub_packet(skb, !net_eq(nve->net, dev_net(nve->dev)));
	udp_tunnel6_xmit_skb(dst, sock->sk, skb, nve->dev, &saddr, &remote->addr.v6, tos,
			     NVO3_SOCK_TTL, 0, sport, nve->dstport, !conf->csum);
	return NVO3_DROP_NONE;
}

enum nvo3_drop nvo3_sock_send(struct nvo3_nve *nve, u32 vni, struct nvo3_remote *remote,
			      struct sk_buff *skb, const struct nvo3_flow *flow, u8 tos)
{
	/* The tunnel helpers count what they send on the skb's device. */
	skb->dev = nve->dev;
	if (remote->addr.family == AF_INET)
		return send4(nve, vni, remote, skb, flow, tos);
	return send6(nve, vni, remote, skb, flow, tos);
}

/* Frames merge only within one VN: the headers must be equal as a whole. */
static struct sk_buff *tunnel_gro_receive(struct sock *sk, struct list_head *head,
					  struct sk_buff *skb)
{
	u32 off = skb_gro_offset(skb), hlen = off + NVO3_VXLAN_HLEN;
	struct sk_buff *held, *done = NULL;
	const struct nvo3_vxlan *vxlan;
	int flush = 1;
	u32 vni;

	vxlan = skb_gro_header(skb, hlen, off);
	if (!vxlan || !nvo3_vxlan_parse(vxlan, &vni))
		goto out;
	list_for_each_entry(held, head, list) {
		if (NAPI_GRO_CB(held)->same_flow &&
		    memcmp(held->data + off, vxlan, NVO3_VXLAN_HLEN))
			NAPI_GRO_CB(held)->same_flow = 0;
	}
	skb_gro_pull(skb, NVO3_VXLAN_HLEN);
	skb_gro_postpull_rcsum(skb, vxlan, NVO3_VXLAN_HLEN);
	done = call_gro_receive(eth_gro_receive, head, skb);
	flush = 0;
out:
	skb_gro_flush_final(skb, done, flush);
	return done;
}

static int tunnel_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff)
{
	return eth_gro_complete(skb, nhoff + NVO3_VXLAN_HLEN);
}

/* An ICMP error is ours if the packet that it quotes is for one of our VNs. */
static int tunnel_err_lookup(struct sock *sk, struct sk_buff *skb)
{
	u32 off = skb_transport_offset(skb) + sizeof(struct udphdr), vni;
	struct nvo3_nve *nve = rcu_dereference_sk_user_data(sk);

	if (!nve || !pskb_may_pull(skb, off + NVO3_VXLAN_HLEN) ||
	    !nvo3_vxlan_parse((struct nvo3_vxlan *)(skb->data + off), &vni) ||
	    !nvo3_vn_lookup(&nve->vns, vni))
		return -ENOENT;
	return 0;
}

static struct socket *sock_new(struct nvo3_nve *nve, struct udp_port_cfg *port)
{
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = nve,
		.encap_type = 1,
		.encap_rcv = nvo3_from_tunnel,
		.encap_err_lookup = tunnel_err_lookup,
		.gro_receive = tunnel_gro_receive,
		.gro_complete = tunnel_gro_complete,
	};
	struct socket *sock;
	int err;

	port->local_udp_port = nve->dstport;
	err = udp_sock_create(nve->net, port, &sock);
	if (err)
		return ERR_PTR(err);
	udp_allow_gso(sock->sk);
	setup_udp_tunnel_sock(nve->net, sock, &tunnel);
	udp_tunnel_notify_add_rx_port(sock, UDP_TUNNEL_TYPE_VXLAN);
	return sock;
}

static void sock_free(struct socket *sock)
{
	if (!sock)
		return;
	udp_tunnel_notify_del_rx_port(sock, UDP_TUNNEL_TYPE_VXLAN);
	udp_tunnel_sock_release(sock);
}

/*
 * A zero UDP checksum is accepted over IPv6 too (RFC 6935): the sender decides,
 * and the inner frame has its own.
 */
int nvo3_sock_open(struct nvo3_nve *nve)
{
	struct udp_port_cfg port4 = { .family = AF_INET };
	struct udp_port_cfg port6 = { .family = AF_INET6, .ipv6_v6only = 1 };
	struct socket *sock4, *sock6;

	ASSERT_RTNL();
	sock4 = sock_new(nve, &port4);
	if (IS_ERR(sock4))
		return PTR_ERR(sock4);
	sock6 = sock_new(nve, &port6);
	if (IS_ERR(sock6) && PTR_ERR(sock6) != -EAFNOSUPPORT) {
		sock_free(sock4);
		return PTR_ERR(sock6);
	}
	rcu_assign_pointer(nve->sock4, sock4);
	rcu_assign_pointer(nve->sock6, IS_ERR(sock6) ? NULL : sock6);
	return 0;
}

void nvo3_sock_close(struct nvo3_nve *nve)
{
	struct socket *sock4 = rtnl_dereference(nve->sock4);
	struct socket *sock6 = rtnl_dereference(nve->sock6);

	RCU_INIT_POINTER(nve->sock4, NULL);
	RCU_INIT_POINTER(nve->sock6, NULL);
	/* Senders that found a socket are done with it. */
	synchronize_net();
	sock_free(sock4);
	sock_free(sock6);
}

void nvo3_sock_offload(struct nvo3_nve *nve, struct net_device *nic, bool push)
{
	struct socket *sock[] = { rtnl_dereference(nve->sock4), rtnl_dereference(nve->sock6) };
	int i;

	for (i = 0; i < ARRAY_SIZE(sock); i++) {
		if (!sock[i])
			continue;
		if (push)
			udp_tunnel_push_rx_port(nic, sock[i], UDP_TUNNEL_TYPE_VXLAN);
		else
			udp_tunnel_drop_rx_port(nic, sock[i], UDP_TUNNEL_TYPE_VXLAN);
	}
}
