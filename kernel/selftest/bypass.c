// SPDX-License-Identifier: GPL-2.0

struct bypass_case {
	const char *what;
	u8 fastpath;
	enum nvo3_bypass tx, rx;
};

static bool __init bypass_is(const struct net *net, const struct bypass_case *c)
{
	enum nvo3_bypass tx = nvo3_bypass_tx(net, AF_INET, c->fastpath);
	enum nvo3_bypass rx = nvo3_bypass_rx(net, AF_INET, IPPROTO_UDP, c->fastpath);

	if (tx == c->tx && rx == c->rx)
		return true;
	pr_err("bypass selftest: %s: sent %u, received %u\n", c->what, tx, rx);
	return false;
}

static bool __init bypass_all(const struct net *net, const char *what, enum nvo3_bypass tx,
			      enum nvo3_bypass rx, enum nvo3_bypass on_tx, enum nvo3_bypass on_rx)
{
	const struct bypass_case cases[] = {
		{ what, NVO3_FASTPATH_AUTO, tx, rx },
		{ what, NVO3_FASTPATH_ON, on_tx, on_rx },
		{ what, NVO3_FASTPATH_OFF, NVO3_BYPASS_OFF, NVO3_BYPASS_OFF },
	};
	bool ok = true;
	int i;

	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		ok &= bypass_is(net, &cases[i]);
	rcu_read_unlock();
	return ok;
}

#define FREE		NVO3_BYPASS_NONE
#define FILTER		NVO3_BYPASS_NETFILTER
#define IPSEC		NVO3_BYPASS_XFRM

static unsigned int bypass_ours(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

/* Known ones do not count, beside others they do not hide them. */
static bool __init bypass_ignored(struct net *net)
{
	struct nf_hook_entries *two;
	bool ok;

	two = kzalloc(struct_size(two, hooks, 2), GFP_KERNEL);
	if (!two)
		return false;
	two->num_hook_entries = 1;
	two->hooks[0].hook = bypass_ours;
	RCU_INIT_POINTER(net->nf.hooks_ipv4[NF_INET_LOCAL_IN], two);
	ok = bypass_all(net, "not yet known", FREE, FILTER, FREE, FREE);
	nvo3_bypass_ignore(bypass_ours);
	nvo3_bypass_ignore(bypass_ours);
	ok &= ignored[0] == bypass_ours && !ignored[1];
	ok &= bypass_all(net, "known", FREE, FREE, FREE, FREE);
	two->num_hook_entries = 2;
	ok &= bypass_all(net, "known and not", FREE, FILTER, FREE, FREE);
	RCU_INIT_POINTER(net->nf.hooks_ipv4[NF_INET_LOCAL_IN], NULL);
	ignored[0] = NULL;
	kfree(two);
	return ok;
}

static bool __init bypass_hooks(struct net *net)
{
	struct nf_hook_entries __rcu **hooks = net->nf.hooks_ipv4;
	struct nf_hook_entries *one;
	bool ok;

	one = kzalloc(struct_size(one, hooks, 1), GFP_KERNEL);
	if (!one)
		return false;
	one->num_hook_entries = 1;
	RCU_INIT_POINTER(hooks[NF_INET_LOCAL_OUT], one);
	ok = bypass_all(net, "output", FILTER, FREE, FREE, FREE);
	RCU_INIT_POINTER(hooks[NF_INET_LOCAL_OUT], NULL);
	RCU_INIT_POINTER(hooks[NF_INET_POST_ROUTING], one);
	ok &= bypass_all(net, "postrouting", FILTER, FREE, FREE, FREE);
	RCU_INIT_POINTER(hooks[NF_INET_POST_ROUTING], NULL);
	RCU_INIT_POINTER(hooks[NF_INET_PRE_ROUTING], one);
	ok &= bypass_all(net, "prerouting", FREE, FILTER, FREE, FREE);
	RCU_INIT_POINTER(hooks[NF_INET_PRE_ROUTING], NULL);
	RCU_INIT_POINTER(hooks[NF_INET_LOCAL_IN], one);
	ok &= bypass_all(net, "input", FREE, FILTER, FREE, FREE);
	RCU_INIT_POINTER(hooks[NF_INET_LOCAL_IN], NULL);
	RCU_INIT_POINTER(hooks[NF_INET_FORWARD], one);
	ok &= bypass_all(net, "forward", FREE, FREE, FREE, FREE);
	RCU_INIT_POINTER(hooks[NF_INET_FORWARD], NULL);
	RCU_INIT_POINTER(net->nf.hooks_ipv6[NF_INET_LOCAL_OUT], one);
	ok &= bypass_all(net, "the other family", FREE, FREE, FREE, FREE);
	RCU_INIT_POINTER(net->nf.hooks_ipv6[NF_INET_LOCAL_OUT], NULL);
	one->num_hook_entries = 0;
	RCU_INIT_POINTER(hooks[NF_INET_LOCAL_IN], one);
	ok &= bypass_all(net, "none left", FREE, FREE, FREE, FREE);
	RCU_INIT_POINTER(hooks[NF_INET_LOCAL_IN], NULL);
	kfree(one);
	return ok;
}

static bool __init bypass_policies(struct net *net)
{
	bool ok;

	net->xfrm.policy_count[XFRM_POLICY_OUT] = 1;
	ok = bypass_all(net, "policy out", IPSEC, FREE, IPSEC, FREE);
	net->xfrm.policy_count[XFRM_POLICY_OUT] = 0;
	net->xfrm.policy_count[XFRM_POLICY_IN] = 1;
	ok &= bypass_all(net, "policy in", FREE, IPSEC, FREE, IPSEC);
	net->xfrm.policy_count[XFRM_POLICY_IN] = 0;
	net->xfrm.policy_default[XFRM_POLICY_IN] = XFRM_USERPOLICY_BLOCK;
	ok &= bypass_all(net, "default in", FREE, IPSEC, FREE, IPSEC);
	net->xfrm.policy_default[XFRM_POLICY_IN] = XFRM_USERPOLICY_ACCEPT;
	return ok;
}

bool __init nvo3_bypass_selftest(void)
{
	struct net *net = kvzalloc(sizeof(*net), GFP_KERNEL);
	bool ok;

	if (!net)
		return false;
	ok = bypass_all(net, "nobody", FREE, FREE, FREE, FREE);
	ok &= bypass_hooks(net);
	ok &= bypass_ignored(net);
	ok &= bypass_policies(net);
	rcu_assign_pointer(net->bpf.run_array[NETNS_BPF_SK_LOOKUP], (void *)net);
	ok &= bypass_all(net, "sk_lookup", FREE, NVO3_BYPASS_BPF, FREE, NVO3_BYPASS_BPF);
	kvfree(net);
	return ok;
}

#undef FREE
#undef FILTER
#undef IPSEC
