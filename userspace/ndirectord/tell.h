/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Telling followers what has changed.
 *
 * A follower is a session's place on a log: the log of a VN for an NVE, the log of own items
 * for a peer. After changes, once per turn of the loop, each follower is sent what lies behind
 * its place. A follower whose channel is slow waits, and then gets each item once, as it is
 * by then; one who waited so long that tombstones were dropped gets a new snapshot.
 */
#ifndef NDIRECTORD_TELL_H
#define NDIRECTORD_TELL_H

#include "db.h"
#include "lib/chan.h"

struct tell {
	struct loop *loop;
	struct loop_timer *retry;	/* for channels that were full */
	bool scheduled;
	struct follower *followers;	/* all, list */
};

struct follower {
	struct chan *chan;
	struct changelog *log;
	struct db_vn *vn;		/* NULL: the log of own items */
	struct db_nve *nve;		/* who is not told of himself */
	uint64_t sent;			/* place on the log */
	bool snapshot;			/* in the middle of one */
	bool begun;			/* its begin has been sent */
	/* Send the @n items behind the place; @end: nothing lies behind them. */
	void (*send)(struct follower *f, struct db_item **items, int n, uint64_t revision,
		     bool end);
	void *arg;
	struct follower *prev, *next;
};

#define TELL_BATCH	256		/* items in one message */

void tell_init(struct tell *tell, struct loop *loop);
void tell_uninit(struct tell *tell);
/* Start at @revision, or with a snapshot if the log cannot resume there. */
void tell_add(struct tell *tell, struct follower *f, uint64_t revision);
void tell_del(struct tell *tell, struct follower *f);
/* Something changed; cheap, any number of times. */
void tell_schedule(struct tell *tell);

#endif /* NDIRECTORD_TELL_H */
