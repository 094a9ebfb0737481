// SPDX-License-Identifier: GPL-2.0

#define SPOOF_MACS(src)	"\x02\0\0\0\0\x02\x02\0\0\0\0" src
#define SPOOF_IP4(src)	"\x08\0\x45\0\0\x1c\0\0\0\0\x40\x11\0\0" src "\x0a\0\0\x02"

/* selftests/unit/kernel/test_spoof.c knows more kinds of lies. */
static enum nvo3_drop __init spoof_judge(const struct nvo3_spoof *spoof, const char *bytes, u32 len)
{
	struct sk_buff *skb = alloc_skb(NET_IP_ALIGN + len, GFP_KERNEL);
	enum nvo3_drop reason;
	struct nvo3_flow flow;

	if (!skb)
		return NVO3_DROP_NOMEM;
	skb_reserve(skb, NET_IP_ALIGN);
	skb_put_data(skb, bytes, len);
	nvo3_flow_parse(skb, &flow);
	reason = nvo3_spoof_check(spoof, skb, &flow);
	kfree_skb(skb);
	return reason;
}

bool __init nvo3_spoof_selftest(void)
{
	static const char right[] __initconst = SPOOF_MACS("\x01") SPOOF_IP4("\x0a\0\0\x01")
						"\x04\0\0\x35\0\x08\0\0";
	static const char lie[] __initconst = SPOOF_MACS("\x01") SPOOF_IP4("\x0a\0\0\x03")
					      "\x04\0\0\x35\0\x08\0\0";
	static const char mac[] __initconst = SPOOF_MACS("\x03") SPOOF_IP4("\x0a\0\0\x01")
					      "\x04\0\0\x35\0\x08\0\0";
	const struct nvo3_allow allow = {
		.addr.v4 = htonl(0x0a000001), .mac = { 2, 0, 0, 0, 0, 1 },
		.family = AF_INET, .plen = 32,
	};
	const struct nvo3_spoof spoof = {
		.mac = { 2, 0, 0, 0, 0, 1 }, .flags = NVO3_SPOOF_ADDRS, .nr = 1, .allow = &allow,
	};
	u32 len = sizeof(right) - 1;
	bool ok;

	ok = spoof_judge(&spoof, right, len) == NVO3_DROP_NONE &&
	     spoof_judge(&spoof, lie, len) == NVO3_DROP_SPOOF_IP4 &&
	     spoof_judge(&spoof, mac, len) == NVO3_DROP_SPOOF_MAC &&
	     spoof_judge(&spoof, right, len - 8) == NVO3_DROP_MALFORMED;
	if (!ok)
		pr_err("spoof selftest failed\n");
	return ok;
}
