// SPDX-License-Identifier: GPL-2.0
/*
 * One frame, many ways to lie in memory. The Ethernet header is in the linear part in all of
 * them: drivers see to that.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <net/checksum.h>
#include "fuzz.h"

#define FRAGS_MAX	6

static struct sk_buff *linear(struct net_device *dev, const u8 *data, u32 len, u32 head, u32 tail)
{
	struct sk_buff *skb = __netdev_alloc_skb(dev, head + len + tail, GFP_ATOMIC);

	if (!skb)
		return NULL;
	skb_reserve(skb, head);
	skb_put_data(skb, data, len);
	return skb;
}

static int put_page_in(struct sk_buff *skb, const u8 *data, u32 len, u32 off)
{
	struct page *page;

	off &= 0xff;
	page = alloc_pages(GFP_ATOMIC | __GFP_COMP, get_order(off + len));
	if (!page)
		return -ENOMEM;
	memcpy(page_address(page) + off, data, len);
	skb_add_rx_frag(skb, skb_shinfo(skb)->nr_frags, page, off, len, off + len);
	return 0;
}

/* The rest of the frame in pages, cut where chance wants; an empty page is none. */
static int put_pages_in(struct sk_buff *skb, const u8 *data, u32 len, struct rnd_state *rnd)
{
	u32 part;
	int i;

	for (i = 0; len && i < FRAGS_MAX; i++) {
		part = i == FRAGS_MAX - 1 ? len : 1 + fuzz_below(rnd, len);
		/* Most headers are short, and that is where a cut hurts. */
		if (i < FRAGS_MAX - 1 && len > 64 && fuzz_below(rnd, 2))
			part = 1 + fuzz_below(rnd, 64);
		if (put_page_in(skb, data, part, fuzz_below(rnd, 256)))
			return -ENOMEM;
		data += part;
		len -= part;
	}
	return 0;
}

static struct sk_buff *list_part(struct net_device *dev, const u8 *data, u32 len, bool paged)
{
	struct sk_buff *part;

	if (!paged)
		return linear(dev, data, len, 32, 0);
	part = linear(dev, data, 0, 0, 0);
	if (part && put_page_in(part, data, len, 0)) {
		kfree_skb(part);
		return NULL;
	}
	return part;
}

/* Some of it in frames of a list: as reassembly leaves it, or in pages as NICs do. */
static int put_list_in(struct sk_buff *skb, const u8 *data, u32 len, struct rnd_state *rnd)
{
	struct sk_buff **next = &skb_shinfo(skb)->frag_list, *part;
	bool paged = fuzz_below(rnd, 2);
	u32 bytes;

	while (len) {
		bytes = 1 + fuzz_below(rnd, len);
		part = list_part(skb->dev, data, bytes, paged);
		if (!part)
			return -ENOMEM;
		*next = part;
		next = &part->next;
		skb->len += bytes;
		skb->data_len += bytes;
		skb->truesize += part->truesize;
		data += bytes;
		len -= bytes;
	}
	return 0;
}

static struct sk_buff *scattered(struct net_device *dev, const u8 *data, u32 len,
				 struct rnd_state *rnd)
{
	u32 head = len > ETH_HLEN ? ETH_HLEN + fuzz_below(rnd, min(len - ETH_HLEN, 160U)) : len;
	u32 pages = fuzz_below(rnd, 3) ? len - head : fuzz_below(rnd, len - head + 1);
	struct sk_buff *skb;
	int err;

	skb = linear(dev, data, head, fuzz_below(rnd, 3) * 40, fuzz_below(rnd, 2) * 300);
	if (!skb)
		return NULL;
	if (!fuzz_below(rnd, 4))
		pages = 0;
	err = put_pages_in(skb, data + head, pages, rnd);
	if (!err)
		err = put_list_in(skb, data + head + pages, len - head - pages, rnd);
	if (!err)
		return skb;
	kfree_skb(skb);
	return NULL;
}

/* A tag in the frame, or beside it as from a NIC that takes it off. */
static void move_tag(struct sk_buff *skb)
{
	const struct vlan_ethhdr *eth = (const struct vlan_ethhdr *)skb->data;

	if (skb_headlen(skb) < VLAN_ETH_HLEN || eth->h_vlan_proto != htons(ETH_P_8021Q))
		return;
	__vlan_hwaccel_put_tag(skb, eth->h_vlan_proto, ntohs(eth->h_vlan_TCI));
	memmove(skb->data + VLAN_HLEN, skb->data, 2 * ETH_ALEN);
	skb_pull(skb, VLAN_HLEN);
}

/* What a NIC says of checksums; all of it is true of frames whose own ones are right. */
static void add_checksum(struct sk_buff *skb, struct rnd_state *rnd)
{
	switch (fuzz_below(rnd, 4)) {
	case 0:
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = fuzz_below(rnd, 2);
		break;
	case 1:
		skb->ip_summed = CHECKSUM_COMPLETE;
		skb->csum = skb_checksum(skb, ETH_HLEN, skb->len - ETH_HLEN, 0);
	}
}

struct sk_buff *fuzz_shape(struct net_device *dev, const u8 *data, u32 len, struct rnd_state *rnd)
{
	struct sk_buff *skb;

	if (!rnd)
		return linear(dev, data, len, NET_SKB_PAD, 0);
	if (fuzz_below(rnd, 3))
		skb = scattered(dev, data, len, rnd);
	else
		skb = linear(dev, data, len, fuzz_below(rnd, 2) * NET_SKB_PAD, 0);
	if (!skb)
		return NULL;
	if (fuzz_below(rnd, 2))
		move_tag(skb);
	add_checksum(skb, rnd);
	return skb;
}
