/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters: frames and bytes of a port or VN, drops by reason of an NVE.
 *
 * A GSO frame counts as the frames that it stands for; its bytes count the
 * headers once. Written with bottom halves off, each CPU its own.
 */
#ifndef _NVO3_STATS_H
#define _NVO3_STATS_H

#include <linux/nvo3.h>
#include <linux/skbuff.h>
#include <linux/u64_stats_sync.h>

enum nvo3_count {
	NVO3_COUNT_RX,		/* came in by a port */
	NVO3_COUNT_TX,		/* left by a port */
	NVO3_COUNT_ENCAP,	/* left for another NVE */
	NVO3_COUNT_DECAP,	/* came from another NVE */
	NVO3_COUNTS,
};

struct nvo3_stats {
	u64_stats_t packets[NVO3_COUNTS];
	u64_stats_t bytes[NVO3_COUNTS];
	u64_stats_t dropped;
	struct u64_stats_sync syncp;
};

struct nvo3_drops {
	u64_stats_t count[NVO3_DROP_MAX + 1];
	struct u64_stats_sync syncp;
};

/* Tunnel packets by the way they took; see enum nvo3_bypass. */
enum nvo3_way {
	NVO3_WAY_TX,		/* sent; NONE: fast, else compatible */
	NVO3_WAY_RX,		/* taken from the underlay device, or seen there and left to IP */
	NVO3_WAY_PORT,		/* handed on behind a port; NONE: at once, else by its queue */
	NVO3_WAYS,
};

struct nvo3_ways {
	u64_stats_t count[NVO3_WAYS][NVO3_BYPASS_MAX + 1];
	u64_stats_t rx_compat;	/* came by IP, seen before or not */
	u64_stats_t redirected;	/* late frames that were sent on */
	u64_stats_t relayed;	/* those of others that were */
	struct u64_stats_sync syncp;
};

struct nvo3_way_totals {
	u64 count[NVO3_WAYS][NVO3_BYPASS_MAX + 1];
	u64 rx_compat;
	u64 redirected;
	u64 relayed;
};

/* The sum over all CPUs, or over more than one of the above. */
struct nvo3_totals {
	u64 packets[NVO3_COUNTS];
	u64 bytes[NVO3_COUNTS];
	u64 dropped;
};

static inline void nvo3_stats_count(struct nvo3_stats __percpu *stats, enum nvo3_count what,
				    u32 packets, u32 bytes)
{
	struct nvo3_stats *s = this_cpu_ptr(stats);

	u64_stats_update_begin(&s->syncp);
	u64_stats_add(&s->packets[what], packets);
	u64_stats_add(&s->bytes[what], bytes);
	u64_stats_update_end(&s->syncp);
}

static inline void nvo3_ways_count(struct nvo3_ways __percpu *ways, enum nvo3_way way,
				   enum nvo3_bypass why, u32 packets)
{
	struct nvo3_ways *w = this_cpu_ptr(ways);

	u64_stats_update_begin(&w->syncp);
	u64_stats_add(&w->count[way][why], packets);
	u64_stats_update_end(&w->syncp);
}

/* How many frames @skb stands for. */
static inline u32 nvo3_stats_frames(const struct sk_buff *skb)
{
	return max_t(u32, 1, skb_shinfo(skb)->gso_segs);
}

void nvo3_stats_drop(struct nvo3_stats __percpu *stats);
void nvo3_drops_count(struct nvo3_drops __percpu *drops, enum nvo3_drop reason);

struct nvo3_stats __percpu *nvo3_stats_alloc(void);
struct nvo3_drops __percpu *nvo3_drops_alloc(void);

void nvo3_ways_compat(struct nvo3_ways __percpu *ways, u32 packets);
void nvo3_ways_redirected(struct nvo3_ways __percpu *ways, u32 packets);
void nvo3_ways_relayed(struct nvo3_ways __percpu *ways, u32 packets);
struct nvo3_ways __percpu *nvo3_ways_alloc(void);
void nvo3_ways_sum(struct nvo3_ways __percpu *ways, struct nvo3_way_totals *sum);

/* Add what @stats has counted to @sum. */
void nvo3_stats_sum(struct nvo3_stats __percpu *stats, struct nvo3_totals *sum);
u64 nvo3_drops_sum(struct nvo3_drops __percpu *drops, enum nvo3_drop reason);

#endif /* _NVO3_STATS_H */
