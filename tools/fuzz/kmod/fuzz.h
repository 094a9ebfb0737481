/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A test-only module: devices that receive what a fuzzer wants and keep what is sent on them,
 * all in the kernel, so that a packet costs little more than its way through the NVE.
 */
#ifndef _NVO3_FUZZ_H
#define _NVO3_FUZZ_H

#include <linux/netdevice.h>
#include <linux/prandom.h>
#include "api.h"

/* How a device gets a frame from its hardware. */
enum fuzz_way { FUZZ_RECEIVE, FUZZ_RX, FUZZ_GRO };

/* What was sent while one frame was received. */
struct fuzz_tape {
	u32 outs;
	u32 nr;
	u8 *buf;		/* NULL: only counted */
	size_t used, room;
	bool full;
};

struct fuzz_file {
	struct net *net;
	u8 *reply;		/* FUZZ_REPLY bytes */
	size_t len;
	u8 *pool;
	struct fuzz_frame **frames;
	u32 count;
};

#define FUZZ_REPLY	(4 << 20)

/* dev.c */
int fuzz_dev_init(void);
void fuzz_dev_uninit(void);
bool fuzz_dev_is_ours(const struct net_device *dev);

/* Takes @skb, whose data begin at the Ethernet header; done when all that follows is. */
void fuzz_receive(struct net_device *dev, struct sk_buff *skb, enum fuzz_way way,
		  struct fuzz_tape *tape);

/* For the next one that is received by GRO; only while the device is up. */
void fuzz_queue(struct net_device *dev, struct sk_buff *skb);

static inline u32 fuzz_below(struct rnd_state *rnd, u32 limit)
{
	return prandom_u32_state(rnd) % limit;
}

/* shape.c: the frame in memory of a random shape, or as plain as can be without @rnd. */
struct sk_buff *fuzz_shape(struct net_device *dev, const u8 *data, u32 len,
			   struct rnd_state *rnd);

/* mutate.c: other bytes behind the first @keep. Returns the new length. */
u32 fuzz_mutate(u8 *data, u32 len, u32 keep, struct rnd_state *rnd);

/* The outer lengths and checksums of a tunnel packet as they should be. */
void fuzz_mend_outer(u8 *data, u32 len);

/* run.c, storm.c: 0 or an error; the answer is in file->reply. */
int fuzz_run(struct fuzz_file *file, const struct fuzz_cmd *cmd, const u8 *frames, size_t len);
int fuzz_storm(struct fuzz_file *file, const struct fuzz_cmd *cmd);

/* The next of the frames in [*pos, end), NULL at the end or if the rest is none. */
const struct fuzz_frame *fuzz_next(const u8 **pos, const u8 *end);
u64 fuzz_drops(struct net_device *nve);

#endif /* _NVO3_FUZZ_H */
