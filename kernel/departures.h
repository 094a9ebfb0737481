/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Addresses that were behind a port of ours until a newer epoch moved them to another NVE, and
 * when: frames for them are still on their way here. What is late goes where the mapping leads by
 * then.
 *
 * A table of the mappings' kind, (VNI, MAC) -> time, made for the first one. An entry says nothing
 * while its address is mapped to no other NVE, and goes when that is so at the end of a request.
 *
 * Times are jiffies in 32 bits, which the caller passes. Locking: nvo3_departed() wants RCU, the
 * others the mutex.
 */
#ifndef _NVO3_DEPARTURES_H
#define _NVO3_DEPARTURES_H

#include <linux/types.h>

/* As many at a time; what moves beyond that is not remembered. */
#define NVO3_DEPARTURES_MAX	4096

struct mutex;
struct nvo3_table;

struct nvo3_departures {
	struct nvo3_table *table;	/* NULL before the first */
	struct mutex *lock;
	u32 due;			/* none is over before that; 0: nobody has looked */
};

void nvo3_departures_init(struct nvo3_departures *departures, struct mutex *lock);

/* Wants no readers left. */
void nvo3_departures_uninit(struct nvo3_departures *departures);

/* The longest that one may be kept. */
#define NVO3_DEPARTURES_KEEP	0x3fffffff

/*
 * @epoch moves it, now. Until _settle() says that this stands, _undo() puts back what was known
 * before, which cannot fail. Those that are over for @keep give room if there is none. 0 or
 * -ENOMEM, then nothing changed.
 */
int nvo3_departures_note(struct nvo3_departures *departures, u32 vni, const u8 *mac, u64 epoch,
			 u32 now, u32 keep);
void nvo3_departures_undo(struct nvo3_departures *departures, u32 vni, const u8 *mac, u64 epoch);

/* The address is mapped to another NVE (@away), or is not any more. */
void nvo3_departures_settle(struct nvo3_departures *departures, u32 vni, const u8 *mac, bool away);

/* How many are remembered. */
u32 nvo3_departures_count(const struct nvo3_departures *departures);

/* Forget those that left more than @keep ago: time until the next has to go, 0 if none is left. */
u32 nvo3_departures_purge(struct nvo3_departures *departures, u32 now, u32 keep);

/* Did it leave, at most @keep ago? */
bool nvo3_departed(const struct nvo3_departures *departures, u32 vni, const u8 *mac, u32 now,
		   u32 keep);

#ifdef DEBUG
bool nvo3_departures_selftest(void);
#endif

#endif /* _NVO3_DEPARTURES_H */
