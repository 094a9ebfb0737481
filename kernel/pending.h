/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses that no mapping covers: those that were asked for, with the frames that wait for
 * the answer, and those that are known to be nobody's (absent).
 *
 * An entry is found by (VNI, MAC or IP address), told in the order of age, and ends by its time.
 * Only what has no mapping comes here, and only what opens a question or waits takes the lock: a
 * frame to an absent address, one too many, or one over its port's budget is judged under RCU.
 * What ends gives its frames to the caller, in their order.
 *
 * Locking: nvo3_pendings.lock, for bottom halves, around all changes. It is taken inside of
 * nve->lock or without that, and no other is taken inside of it.
 * A frame that waits points to its asker, and an entry to its VN and the asker that opened it;
 * both are taken out of all entries before they go (nvo3_pendings_close(), _forget_vn()). The
 * frame refers to nothing else: neither device nor socket nor route.
 */
#ifndef _NVO3_PENDING_H
#define _NVO3_PENDING_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/skbuff.h>
#include <linux/workqueue.h>
#include "waiting.h"

#define NVO3_PENDING_BUCKETS	2048	/* of no more than 8,192 entries */

struct nvo3_pending {
	struct hlist_node node;
	u32 hash;
	struct nvo3_wanted key;
	u8 state;		/* enum nvo3_miss_state; readers under RCU */
	u8 src[ETH_ALEN];	/* of the frame that asked */
	u32 ifindex;		/* and of the device it came by; 0: by none */
	unsigned long end;	/* jiffies; readers under RCU */
	u64 serial;
	struct sk_buff_head frames;	/* under the table's lock, not its own */
	struct nvo3_waiting *vn;
	struct nvo3_asker *asker;	/* NULL: nobody any more; none of an absent one */
	struct list_head all;
	struct rb_node by_end;
	struct rcu_head rcu;
};

struct nvo3_pendings {
	spinlock_t lock;
	u32 seed;
	struct list_head all;		/* by age; RCU readers */
	struct rb_root_cached by_end[NVO3_MISS_STATE_MAX + 1];
	u32 count[NVO3_MISS_STATE_MAX + 1];
	u32 bytes;
	u64 serial;			/* of the last one, never given again */
	struct delayed_work work;
	/* Frames whose time is over. Under RCU, in process context. */
	void (*expired)(struct nvo3_pendings *pendings, struct sk_buff_head *frames);
	/* Of 32 parts of a bucket: which are there? 8 KiB answer for nearly all of a flood. */
	u32 has[NVO3_PENDING_BUCKETS];
	struct hlist_head bucket[NVO3_PENDING_BUCKETS];		/* RCU readers */
};

void nvo3_pendings_init(struct nvo3_pendings *pendings,
			void (*expired)(struct nvo3_pendings *, struct sk_buff_head *));
/* There are no askers and no VNs any more. Sleeps. */
void nvo3_pendings_uninit(struct nvo3_pendings *pendings);

/*
 * Let @skb wait for an answer to @q, or with NULL only ask. NONE: it is taken (and has lost what
 * it must not keep), and with @ret_asked the question is a new one, which listeners are to be
 * told with the number of those that were @ret_suppressed before. Else the frame is the caller's
 * and to be dropped. Under RCU.
 */
enum nvo3_drop nvo3_pending_hold(struct nvo3_pendings *pendings, const struct nvo3_question *q,
				 struct sk_buff *skb, bool *ret_asked, u32 *ret_suppressed);

/*
 * Forget the address, whatever is known of it; false: nothing. Its frames, which are counted as
 * released if they are to leave, go to @frames.
 */
bool nvo3_pending_end(struct nvo3_pendings *pendings, const struct nvo3_wanted *wanted,
		      bool released, struct sk_buff_head *frames);

/* Is there anything to end? After a full barrier behind what ends it (see miss.c). */
static inline bool nvo3_pendings_any(const struct nvo3_pendings *pendings)
{
	return READ_ONCE(pendings->count[NVO3_MISS_STATE_ASKED]) ||
	       READ_ONCE(pendings->count[NVO3_MISS_STATE_ABSENT]);
}

/* The address is nobody's for @lifetime milliseconds. 0 or -ENOMEM. */
int nvo3_pending_set_absent(struct nvo3_pendings *pendings, const struct nvo3_wanted *wanted,
			    struct nvo3_waiting *vn, u32 lifetime, struct sk_buff_head *frames);

/* The asker goes: its frames come out, and no others get in. */
void nvo3_pendings_close(struct nvo3_pendings *pendings, struct nvo3_asker *asker,
			 struct sk_buff_head *frames);

/* All of a VN whose askers are closed. */
void nvo3_pendings_forget_vn(struct nvo3_pendings *pendings, struct nvo3_waiting *vn);

/* The counts of a VN as they are now. */
struct nvo3_waits nvo3_pendings_read(struct nvo3_pendings *pendings, const struct nvo3_waiting *vn);

/* What is known of the address; NULL: nothing. Under RCU. */
struct nvo3_pending *nvo3_pending_lookup(struct nvo3_pendings *pendings,
					 const struct nvo3_wanted *wanted);

/* The next younger one, the oldest behind NULL, NULL behind the last. Under RCU. */
struct nvo3_pending *nvo3_pending_next(struct nvo3_pendings *pendings,
				       struct nvo3_pending *entry);

/* Who sent a frame that comes out. */
struct nvo3_asker *nvo3_pending_asker(const struct sk_buff *skb);

#ifdef DEBUG
bool nvo3_pending_selftest(void);
#endif

#endif /* _NVO3_PENDING_H */
