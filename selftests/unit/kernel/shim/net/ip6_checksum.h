/* SPDX-License-Identifier: GPL-2.0 */
/* Sums as RFC 1071 has them, byte by byte. */
#include <netinet/in.h>
#include "../skb.h"

static inline __wsum shim_csum_add(__wsum sum, u32 at, u8 byte)
{
	return sum + (at % 2 ? byte : byte << 8);
}

static inline __wsum csum_partial(const void *data, int len, __wsum sum)
{
	const u8 *byte = data;
	int i;

	for (i = 0; i < len; i++)
		sum = shim_csum_add(sum, i, byte[i]);
	return sum;
}

static inline __wsum skb_checksum(const struct sk_buff *skb, int off, int len, __wsum sum)
{
	const u8 *byte;
	u8 buf;
	int i;

	for (i = 0; i < len; i++) {
		byte = skb_header_pointer(skb, off + i, 1, &buf);
		assert(byte);
		sum = shim_csum_add(sum, i, *byte);
	}
	return sum;
}

/* Of all that it is over, in network byte order. */
static inline __sum16 csum_ipv6_magic(const struct in6_addr *src, const struct in6_addr *dst,
				      u32 len, u8 proto, __wsum sum)
{
	sum = csum_partial(src, sizeof(*src), sum);
	sum = csum_partial(dst, sizeof(*dst), sum);
	sum += len + proto;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((u16)~sum);
}
