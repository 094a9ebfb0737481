/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects that readers may still hold wait here for a grace period.
 *
 * call_rcu() would free them without the mutex that giving their numbers back
 * needs; so a work runs after the grace period, with the mutex, and buries all
 * that were there when it began.
 */
#ifndef _NVO3_REAPER_H
#define _NVO3_REAPER_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

struct nvo3_dead {
	struct list_head node;
	void (*bury)(struct nvo3_dead *dead);	/* called with the mutex held */
};

struct nvo3_reaper {
	struct mutex *lock;
	struct list_head waiting;	/* for the grace period under way */
	struct list_head next;		/* came after it began */
	struct rcu_work work;
};

void nvo3_reaper_init(struct nvo3_reaper *reaper, struct mutex *lock);

/* @dead can no longer be found by new readers. Caller holds the mutex. */
void nvo3_reaper_add(struct nvo3_reaper *reaper, struct nvo3_dead *dead,
		     void (*bury)(struct nvo3_dead *dead));

/* Wait until all are buried; nobody adds any more. Caller does not hold the mutex. */
void nvo3_reaper_uninit(struct nvo3_reaper *reaper);

#endif /* _NVO3_REAPER_H */
