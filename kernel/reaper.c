// SPDX-License-Identifier: GPL-2.0
#include "reaper.h"

static void reap(struct work_struct *work)
{
	struct nvo3_reaper *reaper = container_of(to_rcu_work(work), struct nvo3_reaper, work);
	struct nvo3_dead *dead, *tmp;

	mutex_lock(reaper->lock);
	list_for_each_entry_safe(dead, tmp, &reaper->waiting, node) {
		list_del(&dead->node);
		dead->bury(dead);
	}
	list_splice_init(&reaper->next, &reaper->waiting);
	if (!list_empty(&reaper->waiting))
		queue_rcu_work(system_unbound_wq, &reaper->work);
	mutex_unlock(reaper->lock);
}

void nvo3_reaper_init(struct nvo3_reaper *reaper, struct mutex *lock)
{
	reaper->lock = lock;
	INIT_LIST_HEAD(&reaper->waiting);
	INIT_LIST_HEAD(&reaper->next);
	INIT_RCU_WORK(&reaper->work, reap);
}

void nvo3_reaper_add(struct nvo3_reaper *reaper, struct nvo3_dead *dead,
		     void (*bury)(struct nvo3_dead *dead))
{
	lockdep_assert_held(reaper->lock);
	dead->bury = bury;
	/*
	 * While some wait, their grace period may have begun before this object
	 * was hidden, so it has to wait for the next one.
	 */
	if (!list_empty(&reaper->waiting)) {
		list_add_tail(&dead->node, &reaper->next);
		return;
	}
	list_add_tail(&dead->node, &reaper->waiting);
	queue_rcu_work(system_unbound_wq, &reaper->work);
}

void nvo3_reaper_uninit(struct nvo3_reaper *reaper)
{
	bool busy;

	do {
		flush_rcu_work(&reaper->work);
		mutex_lock(reaper->lock);
		busy = !list_empty(&reaper->waiting);
		mutex_unlock(reaper->lock);
	} while (busy);
}
