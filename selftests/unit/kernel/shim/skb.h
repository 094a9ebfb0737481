/* SPDX-License-Identifier: GPL-2.0 */
/* Frames: a linear part that ends where the test says, and the rest in a "page". */
#ifndef NVO3_SHIM_SKB_H
#define NVO3_SHIM_SKB_H

#include <netinet/in.h>
#include <linux/if_ether.h>
#include "shim.h"

/* A constant where its argument is one, as in a case label. */
#undef htons
#define htons(x)	((u16)((u16)(x) << 8 | (u16)(x) >> 8))

#define NET_IP_ALIGN	2
#define NET_SKB_PAD	64
#define GFP_KERNEL	0
#define GFP_ATOMIC	0
#define ETH_P_802_3_MIN	0x0600

struct sk_buff {
	u8 *data;
	const u8 *page;		/* what does not lie in the linear part */
	unsigned int len, headlen;
	unsigned int size;	/* of the linear part, as far as it may be put to */
	__be16 protocol;
	u8 ip_summed;
};

#define CHECKSUM_NONE		0
#define CHECKSUM_PARTIAL	3

/* In place as far as it is linear, a copy otherwise; never a byte behind the frame's end. */
static inline void *skb_header_pointer(const struct sk_buff *skb, int off, int len, void *buf)
{
	u8 *byte = buf;
	int i;

	if (off < 0 || len < 0 || (unsigned int)off + len > skb->len)
		return NULL;
	if ((unsigned int)off + len <= skb->headlen)
		return skb->data + off;
	for (i = 0; i < len; i++) {
		unsigned int at = off + i;

		byte[i] = at < skb->headlen ? skb->data[at] : skb->page[at - skb->headlen];
	}
	return buf;
}

static inline struct sk_buff *alloc_skb(unsigned int size, gfp_t gfp)
{
	struct sk_buff *skb = shim_alloc_fail ? NULL : malloc(sizeof(*skb) + size);

	(void)gfp;
	if (skb)
		*skb = (struct sk_buff){ .data = (u8 *)(skb + 1), .size = size };
	return skb;
}

static inline void skb_reserve(struct sk_buff *skb, int len)
{
	skb->data += len;
	skb->size -= len;
}

static inline void *skb_put(struct sk_buff *skb, unsigned int len)
{
	void *tail = skb->data + skb->len;

	skb->len += len;
	skb->headlen += len;
	assert(skb->len <= skb->size);
	return tail;
}

/* Nobody here asks for them. */
#define skb_reset_mac_header(skb)		((void)(skb))
#define skb_set_network_header(skb, off)	((void)(skb))

static inline void skb_put_data(struct sk_buff *skb, const void *data, unsigned int len)
{
	memcpy(skb->data + skb->len, data, len);
	skb->len += len;
	skb->headlen += len;
}

static inline void kfree_skb(struct sk_buff *skb)
{
	free(skb);
}

#endif
