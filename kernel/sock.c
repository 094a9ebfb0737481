// SPDX-License-Identifier: GPL-2.0
/*
 * One UDP socket for each encapsulation and address family, bound to any
 * address: the local locator of the configuration is compared for each packet,
 * so that it can be changed without closing the socket.
 */
#include <net/udp.h>
#include "encap.h"
#include "fast.h"
#include "gro.h"
#include "sock.h"

/* An ICMP error is ours if the packet that it quotes is for one of our VNs. */
static int tunnel_err_lookup(struct sock *sk, struct sk_buff *skb)
{
	u32 off = skb_transport_offset(skb) + sizeof(struct udphdr), vni;
	const struct nvo3_sock *to = rcu_dereference_sk_user_data(sk);

	/* What is sent has no options. */
	if (!to || !pskb_may_pull(skb, off + NVO3_ENCAP_HLEN) ||
	    nvo3_encap_hlen(to->encap, skb->data + off) != NVO3_ENCAP_HLEN ||
	    nvo3_encap_parse(to->encap, skb->data + off, &vni) ||
	    !nvo3_vn_lookup(&to->nve->vns, vni))
		return -ENOENT;
	return 0;
}

static unsigned short offload_type(const struct nvo3_sock *s)
{
	return s->encap == NVO3_ENCAP_GENEVE ? UDP_TUNNEL_TYPE_GENEVE : UDP_TUNNEL_TYPE_VXLAN;
}

/*
 * A zero UDP checksum is accepted over IPv6 too (RFC 6935): the sender decides,
 * and the inner frame has its own.
 */
static int sock_open(struct nvo3_sock *s, int family)
{
	struct udp_tunnel_sock_cfg tunnel = {
		.sk_user_data = s,
		.encap_type = 1,
		.encap_rcv = nvo3_from_tunnel,
		.encap_err_lookup = tunnel_err_lookup,
		.gro_receive = nvo3_gro_receive,
		.gro_complete = nvo3_gro_complete,
	};
	struct udp_port_cfg port = {
		.family = family,
		.local_udp_port = s->encap == NVO3_ENCAP_GENEVE ? s->nve->geneve_port :
								  s->nve->dstport,
		.ipv6_v6only = family == AF_INET6,
	};
	struct socket *sock;
	int err;

	err = udp_sock_create(s->nve->net, &port, &sock);
	if (err)
		return err;
	udp_allow_gso(sock->sk);
	setup_udp_tunnel_sock(s->nve->net, sock, &tunnel);
	udp_tunnel_notify_add_rx_port(sock, offload_type(s));
	s->sock = sock;
	return 0;
}

static void close_all(struct nvo3_nve *nve)
{
	struct nvo3_sock *s;

	nvo3_gre_close(nve);
	for (s = nve->socks; s < nve->socks + NVO3_SOCKS; s++) {
		if (!s->sock)
			continue;
		udp_tunnel_notify_del_rx_port(s->sock, offload_type(s));
		udp_tunnel_sock_release(s->sock);
		s->sock = NULL;
	}
}

static int open_all(struct nvo3_nve *nve)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct nvo3_sock *s = nve->socks;
	u8 encap;
	int i, err;

	for (encap = NVO3_ENCAP_VXLAN; encap <= NVO3_ENCAP_GENEVE; encap++) {
		for (i = 0; i < ARRAY_SIZE(families); i++, s++) {
			s->nve = nve;
			s->encap = encap;
			if (!(nve->accept & BIT(encap)))
				continue;
			err = sock_open(s, families[i]);
			if (err && !(err == -EAFNOSUPPORT && families[i] == AF_INET6))
				return err;
		}
	}
	return nve->accept & BIT(NVO3_ENCAP_NVGRE) ? nvo3_gre_open(nve) : 0;
}

int nvo3_sock_open(struct nvo3_nve *nve)
{
	int err;

	ASSERT_RTNL();
	err = open_all(nve);
	if (err) {
		close_all(nve);
		return err;
	}
	WRITE_ONCE(nve->open, true);
	return 0;
}

void nvo3_sock_close(struct nvo3_nve *nve)
{
	ASSERT_RTNL();
	WRITE_ONCE(nve->open, false);
	close_all(nve);
	/* Senders that found it open are done, and so are receivers in the hook. */
	synchronize_net();
}

void nvo3_sock_offload(struct nvo3_nve *nve, struct net_device *nic, bool push)
{
	const struct nvo3_sock *s;

	for (s = nve->socks; s < nve->socks + NVO3_SOCKS; s++) {
		if (!s->sock)
			continue;
		if (push)
			udp_tunnel_push_rx_port(nic, s->sock, offload_type(s));
		else
			udp_tunnel_drop_rx_port(nic, s->sock, offload_type(s));
	}
}
