// SPDX-License-Identifier: GPL-2.0
/*
 * A source of UDP frames: as a network driver's tenant would, one frame after the
 * other straight into a device, each with memory of its own.
 *
 *	gen DEV us=200000 size=60 dst=MAC src=MAC saddr=IP daddr=IP
 *		[dsts=N] [flows=N] [vlans=N] [vid=VID] [sport=PORT] [dport=PORT] [seed=N]
 *		[window=N] [count=N]
 *	flood DEV every=N frames=N [pps=N] size=... ...
 *
 * dsts: destinations in random order, dst and the N - 1 addresses that follow it; dsts=0: every
 * frame is the first to its destination (fresh=N: from the Nth behind dst on);
 * flows: as many source ports in random order, from sport on; flows=0: every frame
 * is the first of a flow that was not there before (fresh=N: from the Nth on); vlans:
 * tags in random order, from vid on; window: so many at a time, and the next when they have
 * all come to a sink; count: in all, if it is not over before. The reply is
 * "sent=N failed=N ns=N wall=N fresh=N", ns of this processor.
 * A flood is so many frames at once, each Nth time that somebody else begins what is timed,
 * until "flood stop", which replies "sent=N"; pps: as many as that makes since the time before,
 * and no more than frames.
 */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/prandom.h>
#include <linux/rtnetlink.h>
#include <linux/udp.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include "bench.h"

struct headers {
	struct ethhdr eth;
	struct iphdr ip;
	struct udphdr udp;
} __packed;

struct gen {
	struct net_device *dev;
	netdevice_tracker tracker;
	struct headers headers;
	struct rnd_state random;
	u32 size, dsts, flows, vlans, first_dst, fresh;
	u16 sport, vid;
	u64 sent, failed;
};

static void build_headers(struct gen *gen, __be32 saddr, __be32 daddr, u16 dport)
{
	struct headers *h = &gen->headers;

	h->eth.h_proto = htons(ETH_P_IP);
	h->ip.version = 4;
	h->ip.ihl = sizeof(h->ip) / 4;
	h->ip.tot_len = htons(gen->size - ETH_HLEN);
	h->ip.frag_off = htons(IP_DF);
	h->ip.ttl = 64;
	h->ip.protocol = IPPROTO_UDP;
	h->ip.saddr = saddr;
	h->ip.daddr = daddr;
	ip_send_check(&h->ip);
	h->udp.source = htons(gen->sport);
	h->udp.dest = htons(dport);
	h->udp.len = htons(gen->size - ETH_HLEN - sizeof(h->ip));
}

static int gen_setup(struct gen *gen, const struct bench_cmd *cmd)
{
	struct headers *h = &gen->headers;
	__be32 saddr, daddr;
	int err = 0;
	u16 dport;

	gen->size = bench_u64(cmd, "size", 60, &err);
	gen->dsts = bench_u64(cmd, "dsts", 1, &err);
	gen->flows = bench_u64(cmd, "flows", 1, &err);
	gen->fresh = bench_u64(cmd, "fresh", 0, &err);
	gen->vlans = bench_u64(cmd, "vlans", 0, &err);
	gen->vid = bench_u64(cmd, "vid", 1, &err);
	gen->sport = bench_u64(cmd, "sport", 10000, &err);
	dport = bench_u64(cmd, "dport", 9, &err);
	saddr = bench_addr(cmd, "saddr", &err);
	daddr = bench_addr(cmd, "daddr", &err);
	if (err || gen->size < sizeof(*h) || gen->size > 9000 || gen->vlans > 4094)
		return -EINVAL;
	if (bench_mac(cmd, "dst", h->eth.h_dest) || bench_mac(cmd, "src", h->eth.h_source))
		return -EINVAL;
	gen->first_dst = get_unaligned_be32(h->eth.h_dest + 2);
	build_headers(gen, saddr, daddr, dport);
	prandom_seed_state(&gen->random, bench_u64(cmd, "seed", 1, &err));
	gen->dev = netdev_get_by_name(cmd->net, cmd->argv[1], &gen->tracker, GFP_KERNEL);
	return gen->dev ? err : -ENODEV;
}

/* In both ports: those of one side alone would soon be used up. */
static void vary_fresh(struct gen *gen, struct headers *h)
{
	u32 nr = gen->fresh++;

	h->udp.source = htons(1024 + nr % 60000);
	h->udp.dest = htons(1024 + nr / 60000);
}

static struct sk_buff *gen_frame(struct gen *gen)
{
	u32 room = LL_RESERVED_SPACE(gen->dev);
	struct sk_buff *skb;
	struct headers *h;

	skb = __netdev_alloc_skb(gen->dev, room + gen->size, GFP_NOWAIT);
	if (!skb)
		return NULL;
	skb_reserve(skb, room);
	h = skb_put(skb, gen->size);
	*h = gen->headers;
	memset(h + 1, 0, gen->size - sizeof(*h));
	if (!gen->dsts)
		put_unaligned_be32(gen->first_dst + gen->fresh++, h->eth.h_dest + 2);
	else if (gen->dsts > 1)
		put_unaligned_be32(gen->first_dst + prandom_u32_state(&gen->random) % gen->dsts,
				   h->eth.h_dest + 2);
	if (!gen->flows)
		vary_fresh(gen, h);
	else if (gen->flows > 1)
		h->udp.source = htons(gen->sport +
				      prandom_u32_state(&gen->random) % gen->flows);
	if (gen->vlans)
		__vlan_hwaccel_put_tag(skb, htons(ETH_P_8021Q), gen->vid +
				       prandom_u32_state(&gen->random) % gen->vlans);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb_set_transport_header(skb, ETH_HLEN + sizeof(h->ip));
	skb->protocol = htons(ETH_P_IP);
	return skb;
}

/* With a softirq of its own for each frame, the worst case of every path. */
static void gen_send(struct gen *gen)
{
	struct sk_buff *skb = gen_frame(gen);
	struct netdev_queue *queue;
	netdev_tx_t status;

	if (!skb) {
		gen->failed++;
		return;
	}
	local_bh_disable();
	queue = skb_get_tx_queue(gen->dev, skb);
	HARD_TX_LOCK(gen->dev, queue, smp_processor_id());
	status = netdev_start_xmit(skb, gen->dev, queue, false);
	HARD_TX_UNLOCK(gen->dev, queue);
	local_bh_enable();
	if (status == NETDEV_TX_OK)
		gen->sent++;
	else
		gen->failed++;
}

/* All, and until the last has arrived; false when one does not. */
static bool gen_window(struct gen *gen, u32 window, u64 before)
{
	bench_flood_turn();
	while (window--)
		gen_send(gen);
	return bench_await(before + gen->sent);
}

static void gen_run(struct gen *gen, u64 limit, u32 window, u64 count)
{
	u64 before = bench_arrived(), end = ktime_get_ns() + limit;
	int i;

	do {
		if (window && !gen_window(gen, window, before))
			break;
		for (i = 0; !window && i < 32; i++)
			gen_send(gen);
		cond_resched();
	} while (gen->sent < count && ktime_get_ns() < end && !signal_pending(current));
}

int bench_gen(struct bench_cmd *cmd)
{
	u64 cpu, wall, limit, window, count;
	struct gen gen = {};
	int err;

	err = gen_setup(&gen, cmd);
	if (err)
		goto out;
	limit = bench_u64(cmd, "us", 100000, &err) * NSEC_PER_USEC;
	window = bench_u64(cmd, "window", 0, &err);
	count = bench_u64(cmd, "count", U64_MAX, &err);
	if (err)
		goto out;
	wall = ktime_get_ns();
	cpu = bench_cpu_ns();
	gen_run(&gen, limit, window, count);
	cpu = bench_cpu_ns() - cpu;
	scnprintf(cmd->reply, PAGE_SIZE, "sent=%llu failed=%llu ns=%llu wall=%llu fresh=%u\n",
		  gen.sent, gen.failed, cpu, ktime_get_ns() - wall, gen.fresh);
out:
	netdev_put(gen.dev, &gen.tracker);
	return err;
}

static struct {
	struct gen gen;
	u32 every, frames, turn, pps;
	u64 last;		/* when it was looked how many are due */
	bool on;
} flood;

static u32 flood_due(void)
{
	u64 now, passed;

	if (!flood.pps)
		return flood.frames;
	now = ktime_get_ns();
	/* A second is more than enough for any number of frames, and does not overflow. */
	passed = min_t(u64, now - flood.last, NSEC_PER_SEC);
	flood.last = now;
	return min_t(u64, flood.frames, div_u64(passed * flood.pps, NSEC_PER_SEC));
}

/*
 * A burst is taken by the processor as one, as a virtual machine's are that gives a doorbell
 * one ring for many. It begins here and not in a timer's interrupt, which in User-Mode Linux
 * is a signal of the host's and costs more than all the rest.
 */
void bench_flood_turn(void)
{
	u32 due;

	if (!flood.on || ++flood.turn % flood.every)
		return;
	due = flood_due();
	local_bh_disable();
	while (due--)
		gen_send(&flood.gen);
	local_bh_enable();
}

void bench_flood_stop(void)
{
	if (flood.on)
		netdev_put(flood.gen.dev, &flood.gen.tracker);
	flood.on = false;
}

int bench_flood(struct bench_cmd *cmd)
{
	int err;

	bench_flood_stop();
	if (!strcmp(cmd->argv[1], "stop")) {
		scnprintf(cmd->reply, PAGE_SIZE, "sent=%llu\n", flood.gen.sent);
		return 0;
	}
	memset(&flood, 0, sizeof(flood));
	err = gen_setup(&flood.gen, cmd);
	flood.every = bench_u64(cmd, "every", 1, &err);
	flood.frames = bench_u64(cmd, "frames", 1, &err);
	flood.pps = bench_u64(cmd, "pps", 0, &err);
	if (!err && !flood.every)
		err = -EINVAL;
	if (err)
		netdev_put(flood.gen.dev, &flood.gen.tracker);
	flood.on = !err;
	return err;
}
