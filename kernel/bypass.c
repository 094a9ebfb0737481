// SPDX-License-Identifier: GPL-2.0
/*
 * The questions themselves are inline, see bypass.h.
 */
#include <linux/kallsyms.h>
#include "bypass.h"

/* Functions of the kernel's own and of this module, so they are never another's. Under rtnl. */
static typeof(((struct nf_hook_entry *)NULL)->hook) ignored[3];

static bool is_ignored(const struct nf_hook_entry *entry)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ignored); i++)
		if (READ_ONCE(ignored[i]) == entry->hook)
			return entry->hook;
	return false;
}

bool nvo3_bypass_hooks_count(const struct nf_hook_entries *entries)
{
	int i;

	for (i = 0; i < entries->num_hook_entries; i++)
		if (!is_ignored(&entries->hooks[i]))
			return true;
	return false;
}

void nvo3_bypass_ignore(nf_hookfn *hook)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ignored) && ignored[i] != hook; i++) {
		if (ignored[i])
			continue;
		WRITE_ONCE(ignored[i], hook);
		return;
	}
	WARN_ON_ONCE(i == ARRAY_SIZE(ignored));
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
			nvo3_bypass_ignore(entries->hooks[i].hook);
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
