// SPDX-License-Identifier: GPL-2.0
/*
 * NVGRE from another NVE. GRE has one receiver for the whole machine, and it may
 * be ip_gre's; so our packets are taken just before it, behind all that the host
 * filters: by a hook in the underlay's namespace, while an NVE there wants them.
 * What is not for one of our VNs stays for whoever else speaks GRE, and so does what
 * IPsec does not let in: IP, which asks it behind the hook, drops that itself.
 */
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/ip6_tunnel.h>
#include <net/ipv6.h>
#include <net/xfrm.h>
#include "bypass.h"
#include "encap.h"
#include "fast.h"

/* The packet's data is at the IP header, the transport header behind all of it. */
static bool is_ours(struct nvo3_nve *nve, struct sk_buff *skb, struct nvo3_outer *outer)
{
	u32 off = skb_transport_offset(skb);
	struct nvo3_nvgre *nvgre;

	if (skb->pkt_type != PACKET_HOST || !nvo3_nve_hears(nve, skb->dev) ||
	    !nvo3_conf_has_local(rcu_dereference(nve->conf), &outer->daddr) ||
	    !nvo3_outer_is_unicast(outer, skb) ||
	    !pskb_may_pull(skb, off + NVO3_ENCAP_HLEN))
		return false;
	nvgre = (struct nvo3_nvgre *)(skb->data + off);
	return nvo3_nvgre_parse(nvgre, &outer->vni) && nvo3_vn_lookup(&nve->vns, outer->vni);
}

static unsigned int receive(struct nvo3_nve *nve, struct sk_buff *skb, struct nvo3_outer *outer)
{
	struct nvo3_port *port = NULL;
	struct nvo3_vn *vn = NULL;
	enum nvo3_drop reason;

	/* A hook before this one may have queued the packet, and then a process brings it. */
	local_bh_disable();
	nvo3_ways_compat(nve->ways, nvo3_stats_frames(skb));
	outer->encap = NVO3_ENCAP_NVGRE;
	outer->hlen = NVO3_ENCAP_HLEN;
	__skb_pull(skb, skb_transport_offset(skb));
	reason = nvo3_from_outer(nve, outer, skb, &vn, &port);
	if (reason)
		nvo3_drop(nve, vn, port, skb, reason);
	local_bh_enable();
	return NF_STOLEN;
}

static unsigned int from_gre4(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct nvo3_outer outer;

	if (ip_hdr(skb)->protocol != IPPROTO_GRE)
		return NF_ACCEPT;
	nvo3_outer_read4(&outer, ip_hdr(skb));
	if (!is_ours(priv, skb, &outer) || !xfrm4_policy_check(NULL, XFRM_POLICY_IN, skb))
		return NF_ACCEPT;
	return receive(priv, skb, &outer);
}

/*
 * ip6_gre of others says how deep tunnels may be nested (RFC 2473): one header of
 * destination options with that limit and padding. Any other header is not ours to
 * pass over.
 */
static bool skip_limit(struct sk_buff *skb)
{
	u32 off = skb_transport_offset(skb);
	const struct {
		struct ipv6_opt_hdr head;
		u8 type, len, limit, padding[3];
	} *opt;

	if (!pskb_may_pull(skb, off + sizeof(*opt)))
		return false;
	opt = (void *)(skb->data + off);
	if (opt->head.nexthdr != IPPROTO_GRE || opt->head.hdrlen ||
	    opt->type != IPV6_TLV_TNL_ENCAP_LIMIT || opt->len != 1)
		return false;
	skb_set_transport_header(skb, off + sizeof(*opt));
	return true;
}

static unsigned int from_gre6(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	u8 proto = skb_network_header(skb)[IP6CB(skb)->nhoff];
	u32 off = skb_transport_offset(skb);
	struct nvo3_outer outer;

	if (proto == NEXTHDR_DEST ? !skip_limit(skb) : proto != IPPROTO_GRE)
		return NF_ACCEPT;
	nvo3_outer_read6(&outer, ipv6_hdr(skb));
	if (!is_ours(priv, skb, &outer) || !xfrm6_policy_check(NULL, XFRM_POLICY_IN, skb)) {
		/* For others nothing has happened. */
		skb_set_transport_header(skb, off);
		return NF_ACCEPT;
	}
	/* A checksum of IPv6 covers its header too, one of IPv4 sums it to nothing. */
	skb_postpull_rcsum(skb, skb_network_header(skb), skb_network_header_len(skb));
	return receive(priv, skb, &outer);
}

int nvo3_gre_open(struct nvo3_nve *nve)
{
	int err;

	nvo3_bypass_ignore(from_gre4);
	nvo3_bypass_ignore(from_gre6);
	nve->gre_hooks[0] = (struct nf_hook_ops){
		.hook = from_gre4,
		.priv = nve,
		.pf = NFPROTO_IPV4,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP_PRI_LAST,
	};
	nve->gre_hooks[1] = (struct nf_hook_ops){
		.hook = from_gre6,
		.priv = nve,
		.pf = NFPROTO_IPV6,
		.hooknum = NF_INET_LOCAL_IN,
		.priority = NF_IP6_PRI_LAST,
	};
	err = nf_register_net_hooks(nve->net, nve->gre_hooks, ARRAY_SIZE(nve->gre_hooks));
	if (err)
		nve->gre_hooks[0].hook = NULL;
	return err;
}

void nvo3_gre_close(struct nvo3_nve *nve)
{
	if (!nve->gre_hooks[0].hook)
		return;
	nf_unregister_net_hooks(nve->net, nve->gre_hooks, ARRAY_SIZE(nve->gre_hooks));
	nve->gre_hooks[0].hook = NULL;
}
