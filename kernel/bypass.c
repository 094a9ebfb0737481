// SPDX-License-Identifier: GPL-2.0
/*
 * The questions themselves are inline, see bypass.h.
 */
#include <linux/kallsyms.h>
#include "bypass.h"

/* A function of the kernel's own, so once it is known it is for good. */
static typeof(((struct nf_hook_entry *)NULL)->hook) apparmor;

bool nvo3_bypass_hooks_count(const struct nf_hook_entries *entries)
{
	typeof(apparmor) harmless = READ_ONCE(apparmor);
	int i;

	for (i = 0; i < entries->num_hook_entries; i++)
		if (!harmless || entries->hooks[i].hook != harmless)
			return true;
	return false;
}

void nvo3_bypass_learn(const struct net *net)
{
#ifdef CONFIG_NETFILTER
	const struct nf_hook_entries *entries;
	char name[KSYM_SYMBOL_LEN];
	int i;

	rcu_read_lock();
	entries = rcu_dereference(net->nf.hooks_ipv4[NF_INET_POST_ROUTING]);
	for (i = 0; entries && i < entries->num_hook_entries; i++) {
		sprint_symbol(name, (unsigned long)entries->hooks[i].hook);
		if (str_has_prefix(name, "apparmor_ip_postroute+0x0/"))
			WRITE_ONCE(apparmor, entries->hooks[i].hook);
	}
	rcu_read_unlock();
#endif
}

/* Buckets are shared with other namespaces and protocols, whose sockets get no copy. */
bool nvo3_bypass_raw(const struct net *net, u8 family, u8 proto)
{
	struct raw_hashinfo *raw = family == AF_INET ? &raw_v4_hashinfo : &raw_v6_hashinfo;
	const struct sock *sk;

	sk_for_each_rcu(sk, &raw->ht[raw_hashfunc(net, proto)])
		if (inet_sk(sk)->inet_num == proto && net_eq(sock_net(sk), net))
			return true;
	return false;
}

#ifdef DEBUG
#include "selftest/bypass.c"
#endif
