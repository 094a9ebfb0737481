// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/string.h>

#define L4	3	/* so that nothing is aligned by chance */

static const u8 options[] __initconst = {
	TCPOPT_NOP, TCPOPT_WINDOW, 3, 7, TCPOPT_MSS, TCPOLEN_MSS, 0x05, 0xb4,	/* 1460 */
	TCPOPT_NOP, TCPOPT_NOP, 4, 2,
};

static u16 __init sum_of(const struct tcphdr *th, u32 len)
{
	return (__force u16)csum_fold(csum_partial(th, len, 0));
}

/* A SYN with @skip bytes of the options left out at the begin, and cut to @len bytes. */
static bool __init clamps(u32 skip, u32 len, u16 mss, u16 want)
{
	struct sk_buff *skb = alloc_skb(128, GFP_KERNEL);
	u32 full = sizeof(struct tcphdr) + sizeof(options);
	struct tcphdr *th;
	bool ok;
	u8 *at;

	if (!skb)
		return false;
	skb_put_zero(skb, L4 + full);
	th = (struct tcphdr *)(skb->data + L4);
	at = (u8 *)(th + 1);
	memcpy(at, options + skip, sizeof(options) - skip);
	th->syn = 1;
	th->doff = full / 4;
	th->check = (__force __sum16)sum_of(th, full);
	skb_trim(skb, L4 + len);
	ok = !nvo3_mss_clamp(skb, L4, mss);
	th = (struct tcphdr *)(skb->data + L4);
	at = (u8 *)(th + 1) + 6 - skip;
	if (len == full)
		ok &= read_mss(at) == want && !sum_of(th, full);
	if (!ok)
		pr_err("mss selftest: skip %u, length %u, %u to %u: %u, sum %04x\n", skip, len, mss,
		       want, read_mss(at), sum_of(th, full));
	kfree_skb(skb);
	return ok;
}

/* Lengths that lie, in every place and of every size, end the search. */
static bool __init hostile(void)
{
	u8 bytes[40];
	bool ok = true;
	u32 at, len;

	for (at = 0; at < sizeof(bytes); at++) {
		for (len = 0; len < 256; len++) {
			int found;

			memset(bytes, TCPOPT_NOP, sizeof(bytes));
			bytes[at] = TCPOPT_MSS;
			if (at + 1 < sizeof(bytes))
				bytes[at + 1] = len;
			found = find_mss(bytes, sizeof(bytes));
			ok &= (found == at + 2) == (len == 4 && at + 4 <= sizeof(bytes));
			bytes[at] = 5;
			find_mss(bytes, sizeof(bytes));
		}
	}
	return ok;
}

bool __init nvo3_mss_selftest(void)
{
	const u32 full = sizeof(struct tcphdr) + sizeof(options);
	bool ok = hostile();
	u32 len;

	/* At an even and an odd place, lower and not. */
	ok &= clamps(0, full, 1400, 1400) && clamps(0, full, 1461, 1460);
	ok &= clamps(1, full, 1400, 1400) && clamps(1, full, 1460, 1460);
	for (len = 0; len < full; len++)
		ok &= clamps(0, len, 1400, 0);
	if (!ok)
		pr_err("mss selftest failed\n");
	return ok;
}
