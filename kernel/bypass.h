/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who would have had a say in a tunnel packet that leaves the host's IP out? Asked
 * for each packet: a few loads, no lock, no copy of an answer that could grow old.
 */
#ifndef _NVO3_BYPASS_H
#define _NVO3_BYPASS_H

#include <linux/bpf-netns.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/nvo3.h>
#include <net/raw.h>
#include <net/rawv6.h>
#include <net/xfrm.h>

/*
 * Hooks of one family at either of two places. AppArmor's, in every namespace, lets a
 * packet without a security mark pass unseen, as do ours all that is not NVGRE.
 */
bool nvo3_bypass_hooks_count(const struct nf_hook_entries *entries);

static inline bool nvo3_bypass_hooks(const struct net *net, u8 family, unsigned int a,
				     unsigned int b)
{
#ifdef CONFIG_NETFILTER
	struct nf_hook_entries __rcu *const *hooks =
		family == AF_INET ? net->nf.hooks_ipv4 : net->nf.hooks_ipv6;
	const struct nf_hook_entries *at_a = rcu_dereference(hooks[a]);
	const struct nf_hook_entries *at_b = rcu_dereference(hooks[b]);

	return (at_a && nvo3_bypass_hooks_count(at_a)) || (at_b && nvo3_bypass_hooks_count(at_b));
#else
	return false;
#endif
}

/* A hook that does not count; AppArmor's, if @net has it. Caller holds rtnl. */
void nvo3_bypass_ignore(nf_hookfn *hook);
void nvo3_bypass_learn(const struct net *net);

/* Any IPsec policy of the direction: it is not for us to find which. */
static inline bool nvo3_bypass_xfrm(const struct net *net, u8 dir)
{
#ifdef CONFIG_XFRM
	return READ_ONCE(net->xfrm.policy_count[dir]) ||
	       READ_ONCE(net->xfrm.policy_default[dir]) == XFRM_USERPOLICY_BLOCK;
#else
	return false;
#endif
}

/* A program that may give the packet to another socket than ours. */
static inline bool nvo3_bypass_bpf(const struct net *net)
{
#ifdef CONFIG_BPF_SYSCALL
	return rcu_access_pointer(net->bpf.run_array[NETNS_BPF_SK_LOOKUP]);
#else
	return false;
#endif
}

/* A raw socket that would get a copy. Under RCU. */
bool nvo3_bypass_raw(const struct net *net, u8 family, u8 proto);

/* A packet of @family that would leave by IP. */
static inline enum nvo3_bypass nvo3_bypass_tx(const struct net *net, u8 family, u8 fastpath)
{
	if (fastpath == NVO3_FASTPATH_OFF)
		return NVO3_BYPASS_OFF;
	if (nvo3_bypass_xfrm(net, XFRM_POLICY_OUT))
		return NVO3_BYPASS_XFRM;
	if (fastpath != NVO3_FASTPATH_ON &&
	    nvo3_bypass_hooks(net, family, NF_INET_LOCAL_OUT, NF_INET_POST_ROUTING))
		return NVO3_BYPASS_NETFILTER;
	return NVO3_BYPASS_NONE;
}

/* A packet of @family and @proto for this host that would go to IP. */
static inline enum nvo3_bypass nvo3_bypass_rx(const struct net *net, u8 family, u8 proto,
					      u8 fastpath)
{
	if (fastpath == NVO3_FASTPATH_OFF)
		return NVO3_BYPASS_OFF;
	if (nvo3_bypass_xfrm(net, XFRM_POLICY_IN))
		return NVO3_BYPASS_XFRM;
	if (nvo3_bypass_bpf(net))
		return NVO3_BYPASS_BPF;
	if (fastpath == NVO3_FASTPATH_ON)
		return NVO3_BYPASS_NONE;
	if (nvo3_bypass_hooks(net, family, NF_INET_PRE_ROUTING, NF_INET_LOCAL_IN))
		return NVO3_BYPASS_NETFILTER;
	return nvo3_bypass_raw(net, family, proto) ? NVO3_BYPASS_SOCKET : NVO3_BYPASS_NONE;
}

/* May what comes in by @dev be taken before its receive handler? Under RCU. */
static inline enum nvo3_bypass nvo3_bypass_rx_dev(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler))
		return NVO3_BYPASS_RX_HANDLER;
	return netif_is_l3_slave(dev) ? NVO3_BYPASS_VRF : NVO3_BYPASS_NONE;
}

/* May @dev get a packet without its route? A classifier that reads it has the device keep it. */
static inline enum nvo3_bypass nvo3_bypass_tx_dev(const struct net_device *dev)
{
	return dev->priv_flags & IFF_XMIT_DST_RELEASE ? NVO3_BYPASS_NONE : NVO3_BYPASS_DEVICE;
}

#ifdef DEBUG
bool nvo3_bypass_selftest(void);
#endif

#endif /* _NVO3_BYPASS_H */
