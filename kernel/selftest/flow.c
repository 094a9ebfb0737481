// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>

#define MACS	"\x02\0\0\0\0\x01\x02\0\0\0\0\x02"
#define IP4(frag, proto)	"\x08\0\x45\0\0\x1c\0\0" frag "\x40" proto "\0\0\x0a\0\0\x01\x0a\0\0\x02"
#define IP6(next)	"\x86\xdd\x60\0\0\0\0\x10" next "\x40" \
			"\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\xfd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"
#define PORTS		"\x04\0\0\x35\0\x08\0\0"
/* Extension headers that say what comes next. */
#define DSTOPTS		"\x3c\0\0\0\0\0\0\0"
#define AH		"\x33\0\0\0\0\0\0\0"
#define UDP		"\x11\0\0\0\0\0\0\0"
#define ARP		"\x08\x06\0\x01\x08\0\x06\x04\0\x01\x02\0\0\0\0\x02\x0a\0\0\x01" \
			"\0\0\0\0\0\0\x0a\0\0\x02"
#define FRAME(n, b, w, fam, p, fl, i) \
	{ .what = n, .bytes = b, .len = sizeof(b) - 1, .whole = w, .family = fam, .proto = p, \
	  .flags = fl, .icmp = i }

/* Frames, and what is to be read in them; cut short anywhere above @whole all is still known. */
struct flow_frame {
	const char *what, *bytes;
	u16 len, whole;
	u8 family, proto, flags, icmp;
};

static const struct flow_frame flow_frames[] __initconst = {
	FRAME("UDP", MACS IP4("\0\0", "\x11") PORTS, 38, AF_INET, 17, NVO3_FLOW_PORTS, 0),
	FRAME("ICMP", MACS IP4("\0\0", "\x01") "\x08\0\0\0", 35, AF_INET, 1, NVO3_FLOW_ICMP, 8),
	FRAME("first fragment", MACS IP4("\x20\0", "\x11") PORTS, 38, AF_INET, 17,
	      NVO3_FLOW_PORTS | NVO3_FLOW_FIRST, 0),
	FRAME("later fragment", MACS IP4("\0\x01", "\x11") PORTS, 34, AF_INET, 17,
	      NVO3_FLOW_LATER, 0),
	FRAME("UDP6", MACS IP6("\x11") PORTS, 58, AF_INET6, 17, NVO3_FLOW_PORTS, 0),
	FRAME("RA", MACS IP6("\x3a") "\x86\0\0\0", 55, AF_INET6, 58, NVO3_FLOW_ICMP, 134),
	FRAME("ICMP over IPv6", MACS IP6("\x01") "\x08\0\0\0", 54, AF_INET6, 1, 0, 0),
	FRAME("behind headers", MACS IP6("\0") DSTOPTS AH UDP PORTS, 82, AF_INET6, 17,
	      NVO3_FLOW_PORTS, 0),
	FRAME("first fragment6", MACS IP6("\x2c") "\x11\0\0\x01\0\0\0\0" PORTS, 66, AF_INET6, 17,
	      NVO3_FLOW_PORTS | NVO3_FLOW_FIRST, 0),
	FRAME("later fragment6", MACS IP6("\x2c") "\x11\0\0\x08\0\0\0\0" PORTS, 62, AF_INET6, 17,
	      NVO3_FLOW_LATER, 0),
	FRAME("ARP", MACS ARP, 42, 0, 0, NVO3_FLOW_ARP, 0),
	FRAME("another type", MACS "\x88\xb5\1\2\3", 14, 0, 0, 0, 0),
	FRAME("length", MACS "\0\x03\1\2\3", 14, 0, 0, 0, 0),
};

/* Frame @i cut to @len bytes is read as it must be. */
static bool __init flow_check(int i, u32 len)
{
	struct sk_buff *skb = alloc_skb(NET_IP_ALIGN + len, GFP_KERNEL);
	struct nvo3_flow flow;
	bool ok;

	if (!skb)
		return false;
	skb_reserve(skb, NET_IP_ALIGN);
	skb_put_data(skb, flow_frames[i].bytes, len);
	nvo3_flow_parse(skb, &flow);
	kfree_skb(skb);
	if (len < flow_frames[i].whole)
		ok = flow.flags & NVO3_FLOW_BAD && !(flow.flags & NVO3_FLOW_PORTS);
	else
		ok = flow.family == flow_frames[i].family && flow.proto == flow_frames[i].proto &&
		     flow.flags == flow_frames[i].flags && flow.icmp_type == flow_frames[i].icmp &&
		     (!(flow.flags & NVO3_FLOW_PORTS) || flow.dport == htons(53));
	if (!ok)
		pr_err("flow selftest: %s, %u bytes: family %u proto %u flags %#x\n",
		       flow_frames[i].what, len, flow.family, flow.proto, flow.flags);
	return ok;
}

bool __init nvo3_flow_selftest(void)
{
	bool ok = true;
	u32 len;
	int i;

	for (i = 0; i < ARRAY_SIZE(flow_frames); i++)
		for (len = 0; len <= flow_frames[i].len; len++)
			ok &= flow_check(i, len);
	return ok;
}
