// SPDX-License-Identifier: GPL-2.0

/*
 * Two rules that only together decide: 10/8 may not send to port 53, but one of it may.
 * selftests/unit/kernel/test_acl.c compares random lists with a plain model.
 */
static struct nvo3_acl *__init acl_example(void)
{
	struct nvo3_acl_rule *rules = kvcalloc(2, sizeof(*rules), GFP_KERNEL_ACCOUNT);
	struct nvo3_acl *acl;
	int i;

	if (!rules)
		return NULL;
	for (i = 0; i < 2; i++) {
		rules[i].family = AF_INET;
		rules[i].src_plen = i ? 8 : 32;
		rules[i].src.v4 = htonl(i ? 0x0a000000 : 0x0a000007);
		rules[i].has = NVO3_RULE_PROTO | NVO3_RULE_PORTS;
		rules[i].proto = IPPROTO_UDP;
		rules[i].sport[1] = U16_MAX;
		rules[i].dport[0] = 53;
		rules[i].dport[1] = 53;
		rules[i].verdict = i ? NVO3_VERDICT_DENY : NVO3_VERDICT_PERMIT;
	}
	acl = nvo3_acl_new(rules, 2, NVO3_VERDICT_PERMIT);
	if (!acl)
		kvfree(rules);
	return acl;
}

bool __init nvo3_acl_selftest(void)
{
	struct nvo3_flow flow = {
		.family = AF_INET, .eth_type = htons(ETH_P_IP), .proto = IPPROTO_UDP,
		.flags = NVO3_FLOW_PORTS, .dport = htons(53), .src.v4 = htonl(0x0a000007),
	};
	struct nvo3_acl *acl = acl_example();
	bool ok = acl;

	if (!acl)
		return false;
	ok &= nvo3_acl_judge(acl, NVO3_RULE_DIR_FROM_VM, &flow, 0, 0) == NVO3_VERDICT_PERMIT;
	flow.src.v4 = htonl(0x0a000008);
	ok &= nvo3_acl_judge(acl, NVO3_RULE_DIR_FROM_VM, &flow, 0, 0) == NVO3_VERDICT_DENY;
	ok &= nvo3_acl_judge(acl, NVO3_RULE_DIR_TO_VM, &flow, 0, 0) == NVO3_VERDICT_PERMIT;
	flow.dport = htons(54);
	ok &= nvo3_acl_judge(acl, NVO3_RULE_DIR_FROM_VM, &flow, 0, 0) == NVO3_VERDICT_PERMIT;
	/* The first fragment is refused, so the others do no harm. */
	flow.flags = NVO3_FLOW_LATER;
	ok &= nvo3_acl_judge(acl, NVO3_RULE_DIR_FROM_VM, &flow, 0, 0) == NVO3_VERDICT_PERMIT;
	nvo3_acl_free(acl);
	if (!ok)
		pr_err("acl selftest failed\n");
	return ok;
}
