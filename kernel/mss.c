// SPDX-License-Identifier: GPL-2.0
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/tcp.h>
#include "mss.h"

/* Bytes from the options' begin to the MSS value, negative if there is none. */
static int find_mss(const u8 *options, u32 len)
{
	u32 at = 0;

	while (at < len && options[at] != TCPOPT_EOL) {
		if (options[at] == TCPOPT_NOP) {
			at++;
			continue;
		}
		if (at + 2 > len || options[at + 1] < 2 || at + options[at + 1] > len)
			break;
		if (options[at] == TCPOPT_MSS)
			return options[at + 1] == TCPOLEN_MSS ? at + 2 : -ENOENT;
		at += options[at + 1];
	}
	return -ENOENT;
}

static u16 read_mss(const u8 *value)
{
	return value[0] << 8 | value[1];
}

/* The value may lie across two of the words that the checksum adds up. */
static void set_mss(struct sk_buff *skb, struct tcphdr *th, u8 *value, u16 mss)
{
	__be16 from, to = htons(mss);

	memcpy(&from, value, sizeof(from));
	memcpy(value, &to, sizeof(to));
	if ((value - (u8 *)th) % 2) {
		from = (__force __be16)swab16((__force u16)from);
		to = (__force __be16)swab16((__force u16)to);
	}
	inet_proto_csum_replace2(&th->check, skb, from, to, false);
}

int nvo3_mss_clamp(struct sk_buff *skb, u32 l4, u16 mss)
{
	struct tcphdr buf, *th = skb_header_pointer(skb, l4, sizeof(buf), &buf);
	u8 *options;
	u32 len;
	int at;

	if (!th || !th->syn)
		return 0;
	len = 4 * th->doff;
	if (len < sizeof(*th) || l4 + len > skb->len)
		return 0;
	if (skb_ensure_writable(skb, l4 + len))
		return -ENOMEM;
	th = (struct tcphdr *)(skb->data + l4);
	options = (u8 *)(th + 1);
	at = find_mss(options, len - sizeof(*th));
	if (at >= 0 && read_mss(options + at) > mss)
		set_mss(skb, th, options + at, mss);
	return 0;
}

#ifdef DEBUG
#include "selftest/mss.c"
#endif
