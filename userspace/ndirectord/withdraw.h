/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The end of all that a dead NVE has: mappings and memberships, but not the NVE itself, which may
 * come back. What fits into one part is one message to each follower. Of more, the next part comes
 * when all have been told of the one before, for the log of a VN remembers only so much of what is
 * gone; but nobody waits for a slow one for long: he gets a snapshot.
 */
#ifndef NDIRECTORD_WITHDRAW_H
#define NDIRECTORD_WITHDRAW_H

#include "director.h"

#define WITHDRAW_TICK_MS	10u
#define WITHDRAW_WAIT_MS	5000u	/* for the slowest, with each part */
#define WITHDRAW_PART	1000u	/* with the memberships they fit into one MAP_UPDATE */

struct withdrawal;

struct withdrawals {
	struct director *d;
	struct withdrawal *list;	/* who came first is first */
	struct loop_timer *timer;
	uint64_t until;			/* ms: so long the next part waits at most */
};

void withdrawals_init(struct withdrawals *w, struct director *d);
void withdrawals_uninit(struct withdrawals *w);
/*
 * By @by's word. Nothing happens where the NVE has nothing; and it ends where the NVE has a session
 * meanwhile.
 */
void withdraw(struct withdrawals *w, struct db_nve *nve, const char *by);

#endif /* NDIRECTORD_WITHDRAW_H */
