/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a port and a VN have of the addresses that are asked for, and of the frames that wait:
 * their shares, and who may ask. All but the budgets is under the lock of struct nvo3_pendings.
 */
#ifndef _NVO3_WAITING_H
#define _NVO3_WAITING_H

#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/nvo3.h>
#include <linux/sizes.h>
#include "addr.h"
#include "budget.h"

/* Frames an address. Bytes are those of memory (truesize). */
#define NVO3_HOLD_FRAMES	8
#define NVO3_HOLD_PORT_ADDRS	64
#define NVO3_HOLD_PORT_BYTES	SZ_1M
#define NVO3_HOLD_NVE_ADDRS	4096
#define NVO3_HOLD_NVE_BYTES	SZ_64M
#define NVO3_ABSENT_MAX		4096	/* an NVE; one more ends that whose time is over first */

/* Questions a second that may be opened, and the burst. */
#define NVO3_ASK_PORT_RATE	100
#define NVO3_ASK_VN_RATE	1000

#define NVO3_HOLD_DEFAULT	1000	/* milliseconds */

/* In a port: what its frames may make others remember. */
struct nvo3_asker {
	struct nvo3_budget budget;
	u32 questions, bytes;	/* open; held */
	bool closed;		/* the port has gone */
};

struct nvo3_waits {
	u32 pending, absent;	/* addresses */
	u32 held;		/* frames */
	u64 released;		/* frames that left when their mapping came, ever */
};

/* In a VN. */
struct nvo3_waiting {
	struct nvo3_budget budget;
	u32 hold;		/* milliseconds; READ_ONCE() in the fast path */
	struct nvo3_waits now;
};

/* An address that may have no mapping: a MAC, or with a family an IP address. Any bit counts. */
struct nvo3_wanted {
	u32 vni;
	union {
		u32 word[2];		/* the MAC, and two bytes of zero */
		u8 mac[ETH_ALEN];
	};
	struct nvo3_addr addr;
};

/* What a miss is about. */
struct nvo3_question {
	struct nvo3_wanted wanted;
	u32 ifindex;
	u8 src[ETH_ALEN];		/* who sends the frame */
	unsigned long now;		/* jiffies, for the rates */
	struct nvo3_waiting *vn;
	struct nvo3_asker *asker;
};

/* In place and in words, as it is read: a processor would have to put parts together first. */
static inline void nvo3_wanted_set_mac(struct nvo3_wanted *wanted, u32 vni, const u8 *mac)
{
	wanted->vni = vni;
	wanted->word[0] = get_unaligned((const u32 *)mac);
	wanted->word[1] = (__force u32)cpu_to_le32(get_unaligned_le16(mac + 4));
	wanted->addr = (struct nvo3_addr){};
}

static inline struct nvo3_wanted nvo3_wanted_mac(u32 vni, const u8 *mac)
{
	struct nvo3_wanted wanted;

	nvo3_wanted_set_mac(&wanted, vni, mac);
	return wanted;
}

static inline struct nvo3_wanted nvo3_wanted_ip(u32 vni, const struct nvo3_addr *addr)
{
	return (struct nvo3_wanted){ .vni = vni, .addr = *addr };
}

/* Why what waits for it is dropped in the end. */
static inline enum nvo3_drop nvo3_wanted_reason(const struct nvo3_wanted *wanted)
{
	return wanted->addr.family ? NVO3_DROP_ARP_UNKNOWN : NVO3_DROP_UNKNOWN_DST;
}

static inline void nvo3_asker_init(struct nvo3_asker *asker)
{
	nvo3_budget_init(&asker->budget, NVO3_ASK_PORT_RATE, jiffies);
	asker->questions = 0;
	asker->bytes = 0;
	asker->closed = false;
}

static inline void nvo3_waiting_init(struct nvo3_waiting *waiting)
{
	nvo3_budget_init(&waiting->budget, NVO3_ASK_VN_RATE, jiffies);
	waiting->hold = NVO3_HOLD_DEFAULT;
	waiting->now = (struct nvo3_waits){};
}

#endif /* _NVO3_WAITING_H */
