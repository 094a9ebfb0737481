// SPDX-License-Identifier: GPL-2.0
/* Frames one by one, and what each of them became. */
#include <linux/if_vlan.h>
#include <linux/tcp.h>
#include <linux/virtio_net.h>
#include "fuzz.h"

const struct fuzz_frame *fuzz_next(const u8 **pos, const u8 *end)
{
	const struct fuzz_frame *frame = (const struct fuzz_frame *)*pos;

	if (end - *pos < sizeof(*frame) || frame->len > FUZZ_FRAME_MAX ||
	    frame->len < ETH_HLEN || end - *pos - sizeof(*frame) < ALIGN(frame->len, 4))
		return NULL;
	*pos += sizeof(*frame) + ALIGN(frame->len, 4);
	return frame;
}

u64 fuzz_drops(struct net_device *nve)
{
	struct rtnl_link_stats64 stats;

	dev_get_stats(nve, &stats);
	return stats.rx_dropped + stats.tx_dropped;
}

/* As a tap gets it from a system whose TCP has left the cutting to its device. */
static int leave_to_gso(struct sk_buff *skb, const struct fuzz_frame *frame)
{
	u32 hlen = eth_type_vlan(eth_hdr(skb)->h_proto) ? VLAN_ETH_HLEN : ETH_HLEN;
	bool ip4 = skb->data[hlen] >> 4 == 4;
	struct virtio_net_hdr hdr = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
		.gso_type = ip4 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6,
		.hdr_len = frame->tcp + sizeof(struct tcphdr),
		.gso_size = frame->gso,
		.csum_start = frame->tcp,
		.csum_offset = offsetof(struct tcphdr, check),
	};

	return virtio_net_hdr_to_skb(skb, &hdr, true);
}

static void run_one(struct net_device *dev, const struct fuzz_frame *frame, struct rnd_state *rnd,
		    struct fuzz_tape *tape)
{
	struct sk_buff *held = NULL, *skb;
	u32 hold;

	skb = fuzz_shape(dev, (const u8 *)(frame + 1), frame->len, frame->gso ? NULL : rnd);
	if (!skb)
		return;
	skb_reset_mac_header(skb);
	if (frame->gso && leave_to_gso(skb, frame)) {
		kfree_skb(skb);
		return;
	}
	hold = rnd ? fuzz_below(rnd, 8) : 7;
	if (hold == 0)
		held = skb_clone(skb, GFP_ATOMIC);
	fuzz_receive(dev, skb, rnd && fuzz_below(rnd, 4) == 0 ? FUZZ_RX : FUZZ_RECEIVE, tape);
	consume_skb(held);
}

static int end_of(struct fuzz_tape *tape, u64 drops)
{
	struct fuzz_out *out = (struct fuzz_out *)(tape->buf + tape->used);

	if (tape->full || tape->used + sizeof(*out) > tape->room)
		return -ENOSPC;
	*out = (struct fuzz_out){ .nr = tape->nr, .drops = drops };
	tape->used += sizeof(*out);
	return 0;
}

int fuzz_run(struct fuzz_file *file, const struct fuzz_cmd *cmd, const u8 *frames, size_t len)
{
	struct fuzz_tape tape = { .buf = file->reply, .room = FUZZ_REPLY };
	struct net_device *nve = dev_get_by_index(file->net, cmd->nve), *dev;
	const u8 *end = frames + len;
	const struct fuzz_frame *frame;
	struct rnd_state rnd;
	u64 before, now;
	int err = 0;

	if (!nve)
		return -ENODEV;
	prandom_seed_state(&rnd, cmd->seed);
	before = fuzz_drops(nve);
	while (!err && (frame = fuzz_next(&frames, end))) {
		dev = dev_get_by_index(file->net, frame->dev);
		if (dev && fuzz_dev_is_ours(dev))
			run_one(dev, frame, cmd->seed ? &rnd : NULL, &tape);
		else
			err = -ENODEV;
		dev_put(dev);
		now = fuzz_drops(nve);
		err = err ?: end_of(&tape, now - before);
		before = now;
		tape.nr++;
		if (!(tape.nr & 31))
			cond_resched();
	}
	dev_put(nve);
	file->len = tape.used;
	return err ?: frames == end ? 0 : -EINVAL;
}
