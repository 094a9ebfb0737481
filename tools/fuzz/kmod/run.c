// SPDX-License-Identifier: GPL-2.0
/* Frames one by one, and what each of them became. */
#include <linux/if_ether.h>
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

static void run_one(struct net_device *dev, const struct fuzz_frame *frame, struct rnd_state *rnd,
		    struct fuzz_tape *tape)
{
	struct sk_buff *skb = fuzz_shape(dev, (const u8 *)(frame + 1), frame->len, rnd);
	struct sk_buff *held = NULL;
	u32 hold;

	if (!skb)
		return;
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
