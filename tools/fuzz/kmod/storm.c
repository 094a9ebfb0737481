// SPDX-License-Identifier: GPL-2.0
/*
 * Mutants of the pool's frames, as fast as they can be made.
 *
 * Half of them are counted: their fates are the frames that leave devices of ours while they
 * are received, and the NVE's drops. The other half lie in what would make IP lose them, or GSO
 * cut them: of those it only matters that the kernel says nothing.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/tcp.h>
#include <linux/unaligned.h>
#include <linux/virtio_net.h>
#include "fuzz.h"

struct storm {
	struct fuzz_file *file;
	struct net_device *nve;
	struct rnd_state rnd;
	struct fuzz_sums *sums;
	u64 drops;
};

/* Only reassembly makes lists of linear parts, and never a GSO frame: cutting one is a BUG(). */
static bool may_lie(const struct sk_buff *skb)
{
	return !skb_has_frag_list(skb) || !skb_headlen(skb_shinfo(skb)->frag_list);
}

/* A virtio header that lies in every way that it can, judged as a tap does. */
static int lie(struct sk_buff *skb, struct rnd_state *rnd)
{
	static const u8 types[] = { 0, 1, 3, 4, 5, 0x81, 0x84 };
	static const u16 starts[] = { 14, 34, 54, 74, 84, 104 };
	static const u16 sizes[] = { 1, 8, 100, 536, 1400 };
	struct virtio_net_hdr hdr = {
		.flags = fuzz_below(rnd, 4) ? VIRTIO_NET_HDR_F_NEEDS_CSUM : prandom_u32_state(rnd),
		.gso_type = types[fuzz_below(rnd, ARRAY_SIZE(types))],
		.hdr_len = fuzz_below(rnd, skb->len + 20),
		.gso_size = sizes[fuzz_below(rnd, ARRAY_SIZE(sizes))],
		.csum_start = starts[fuzz_below(rnd, ARRAY_SIZE(starts))],
		.csum_offset = fuzz_below(rnd, 2) ? 16 : 6,
	};

	if (!fuzz_below(rnd, 4))
		hdr.gso_type = prandom_u32_state(rnd);
	if (!fuzz_below(rnd, 4))
		hdr.gso_size = prandom_u32_state(rnd);
	if (!fuzz_below(rnd, 4))
		hdr.csum_start = fuzz_below(rnd, skb->len + 20);
	if (!fuzz_below(rnd, 4))
		hdr.csum_offset = prandom_u32_state(rnd);
	skb->ip_summed = CHECKSUM_NONE;
	skb_reset_mac_header(skb);
	skb->protocol = eth_hdr(skb)->h_proto;
	if (eth_type_vlan(skb->protocol))
		skb->protocol = 0;
	skb_set_network_header(skb, ETH_HLEN);
	return virtio_net_hdr_to_skb(skb, &hdr, true);
}

static void note_odd(struct storm *s, const struct fuzz_frame *from, const u8 *data, u32 len,
		     u32 out, u32 drops)
{
	struct fuzz_sums *sums = s->sums;

	if (sums->odd++)
		return;
	sums->odd_dev = from->dev;
	sums->odd_len = len;
	sums->odd_out = out;
	sums->odd_drops = drops;
	memcpy(sums->odd_data, data, len);
}

/* The receive path itself loses a frame whose VLAN tag is not all there. */
static bool reaches_nve(const u8 *data, u32 len)
{
	const struct ethhdr *eth = (const struct ethhdr *)data;

	return !eth_type_vlan(eth->h_proto) || len >= VLAN_ETH_HLEN + 2;
}

static void count_fates(struct storm *s, const struct fuzz_frame *from, const u8 *data, u32 len,
			const struct fuzz_tape *tape)
{
	u64 now = fuzz_drops(s->nve);
	u32 drops = now - s->drops;

	s->drops = now;
	s->sums->out += tape->outs;
	s->sums->drops += drops;
	if (!from->fates || !reaches_nve(data, len))
		return;
	s->sums->counted++;
	if (!(tape->outs + drops) || tape->outs + drops > from->fates)
		note_odd(s, from, data, len, tape->outs, drops);
}

/*
 * Somebody else may hold a part of the frame, or the very frame, while it passes. Not before
 * GRO, which takes apart what a driver gives it alone.
 */
static void throw(struct storm *s, struct net_device *dev, struct sk_buff *skb, enum fuzz_way way,
		  struct fuzz_tape *tape)
{
	u32 hold = fuzz_below(&s->rnd, 8);
	struct sk_buff *held = NULL;

	if (way == FUZZ_GRO)
		hold = ~0;
	if (hold == 0)
		held = skb_clone(skb, GFP_ATOMIC);
	else if (hold == 1)
		held = skb_get(skb);
	fuzz_receive(dev, skb, way, tape);
	consume_skb(held);
	s->sums->thrown++;
}

static void counted(struct storm *s, struct net_device *dev, const struct fuzz_frame *from,
		    u8 *data)
{
	struct fuzz_tape tape = {};
	struct sk_buff *skb;
	u32 len;

	memcpy(data, from + 1, from->len);
	len = fuzz_mutate(data, from->len, max_t(u32, from->keep, ETH_HLEN), &s->rnd);
	if (from->keep > ETH_HLEN)
		fuzz_mend_outer(data, len);
	skb = fuzz_shape(dev, data, len, &s->rnd);
	if (!skb) {
		s->sums->failed++;
		return;
	}
	if (from->keep > ETH_HLEN)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	throw(s, dev, skb, FUZZ_RECEIVE, &tape);
	count_fates(s, from, data, len, &tape);
}

static void uncounted(struct storm *s, struct net_device *dev, const struct fuzz_frame *from,
		      u8 *data)
{
	static const u16 longer[] = { 1000, 3000, 6000 };
	struct rnd_state *rnd = &s->rnd;
	struct fuzz_tape tape = {};
	struct sk_buff *skb;
	u32 len, more;

	memcpy(data, from + 1, from->len);
	len = fuzz_mutate(data, from->len, fuzz_below(rnd, 2) * ETH_HLEN, rnd);
	len = max_t(u32, len, ETH_HLEN);
	if (!fuzz_below(rnd, 4)) {
		more = min_t(u32, longer[fuzz_below(rnd, 3)], FUZZ_FRAME_MAX - len);
		memset(data + len, 0x5a, more);
		len += more;
	}
	if (from->keep && len > from->keep && fuzz_below(rnd, 2))
		fuzz_mend_outer(data, len);
	skb = fuzz_shape(dev, data, len, rnd);
	if (!skb || (fuzz_below(rnd, 2) && may_lie(skb) && lie(skb, rnd))) {
		kfree_skb(skb);
		s->sums->failed++;
		return;
	}
	throw(s, dev, skb, fuzz_below(rnd, 3), &tape);
	s->sums->out += tape.outs;
}

/* Segments in their order, which GRO merges. */
static void stream(struct storm *s, struct net_device *dev, const struct fuzz_frame *from,
		   u8 *data)
{
	u32 n = 2 + fuzz_below(&s->rnd, 6), hlen = from->tcp + sizeof(struct tcphdr);
	struct fuzz_tape tape = {};
	struct sk_buff *skb;
	__be32 *seq;

	memcpy(data, from + 1, from->len);
	seq = &((struct tcphdr *)(data + from->tcp))->seq;
	while (n--) {
		skb = fuzz_shape(dev, data, from->len, fuzz_below(&s->rnd, 2) ? &s->rnd : NULL);
		if (!skb)
			return;
		/* All levels of checksums are right. */
		skb->ip_summed = CHECKSUM_UNNECESSARY;
		skb->csum_level = SKB_MAX_CSUM_LEVEL;
		s->sums->thrown++;
		if (n)
			fuzz_queue(dev, skb);
		else
			fuzz_receive(dev, skb, FUZZ_GRO, &tape);
		put_unaligned_be32(get_unaligned_be32(seq) + from->len - hlen, seq);
	}
	s->sums->out += tape.outs;
}

static int storm_one(struct storm *s, u8 *data)
{
	const struct fuzz_frame *from = s->file->frames[fuzz_below(&s->rnd, s->file->count)];
	struct net_device *dev = dev_get_by_index(s->file->net, from->dev);
	u64 now;

	if (!dev || !fuzz_dev_is_ours(dev)) {
		dev_put(dev);
		return -ENODEV;
	}
	if (fuzz_below(&s->rnd, 2)) {
		counted(s, dev, from, data);
	} else {
		if (from->tcp && !fuzz_below(&s->rnd, 3))
			stream(s, dev, from, data);
		else
			uncounted(s, dev, from, data);
		now = fuzz_drops(s->nve);
		s->sums->drops += now - s->drops;
		s->drops = now;
	}
	dev_put(dev);
	return 0;
}

int fuzz_storm(struct fuzz_file *file, const struct fuzz_cmd *cmd)
{
	struct storm s = { .file = file, .sums = (struct fuzz_sums *)file->reply };
	u8 *data = kmalloc(FUZZ_FRAME_MAX + 64, GFP_KERNEL);
	int err = 0;
	u32 i;

	s.nve = dev_get_by_index(file->net, cmd->nve);
	if (!data || !s.nve || !file->count) {
		err = data ? -ENODEV : -ENOMEM;
		goto out;
	}
	memset(s.sums, 0, sizeof(*s.sums));
	prandom_seed_state(&s.rnd, cmd->seed);
	s.drops = fuzz_drops(s.nve);
	for (i = 0; !err && i < cmd->count; i++) {
		err = storm_one(&s, data);
		if (!(i & 31))
			cond_resched();
	}
	file->len = sizeof(*s.sums);
out:
	dev_put(s.nve);
	kfree(data);
	return err;
}
