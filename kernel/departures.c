// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "departures.h"
#include "map.h"

/* Of an entry: what it was before, while that may have to come back. */
struct cold {
	u64 epoch;		/* that moved the address */
	u64 epoch_before;
	u32 at_before;		/* 0: there was none */
	bool pending;
};

void nvo3_departures_init(struct nvo3_departures *departures, struct mutex *lock)
{
	departures->table = NULL;
	departures->lock = lock;
	departures->due = 0;
}

void nvo3_departures_uninit(struct nvo3_departures *departures)
{
	if (departures->table)
		nvo3_table_uninit(departures->table);
	kfree(departures->table);
	departures->table = NULL;
}

static int make_table(struct nvo3_departures *departures)
{
	struct nvo3_table *table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	int err;

	if (!table)
		return -ENOMEM;
	err = nvo3_table_init(table, departures->lock, sizeof(struct cold));
	if (err) {
		kfree(table);
		return err;
	}
	/* Pairs with nvo3_departed(): who sees the table sees it whole. */
	smp_store_release(&departures->table, table);
	return 0;
}

/* NULL if the address is not remembered. */
static struct cold *find(struct nvo3_departures *departures, struct nvo3_key key, u32 *at)
{
	lockdep_assert_held(departures->lock);
	return departures->table ? nvo3_table_find(departures->table, key, at) : NULL;
}

/* While all are there to stay, those who come too late do not look through them again each. */
static bool is_full(struct nvo3_departures *departures, u32 now, u32 keep)
{
	if (departures->table->count < NVO3_DEPARTURES_MAX)
		return false;
	if (!departures->due || (s32)(now - departures->due) >= 0)
		nvo3_departures_purge(departures, now, keep);
	return departures->table->count >= NVO3_DEPARTURES_MAX;
}

static int add(struct nvo3_departures *departures, struct nvo3_key key, u64 epoch, u32 at)
{
	struct cold *cold = nvo3_table_insert(departures->table, key, at);

	if (IS_ERR(cold))
		return PTR_ERR(cold) == -ENOSPC ? 0 : PTR_ERR(cold);
	cold->epoch = epoch;
	cold->pending = true;
	return 0;
}

int nvo3_departures_note(struct nvo3_departures *departures, u32 vni, const u8 *mac, u64 epoch,
			 u32 now, u32 keep)
{
	struct nvo3_key key = nvo3_map_key(vni, mac);
	/* A value of the table is never 0. */
	u32 at = now ?: 1, before;
	struct cold *cold;
	int err;

	cold = find(departures, key, &before);
	if (cold) {
		if (!cold->pending) {
			cold->epoch_before = cold->epoch;
			cold->at_before = before;
		}
		cold->epoch = epoch;
		cold->pending = true;
		nvo3_table_set(departures->table, key, at);
		return 0;
	}
	err = departures->table ? 0 : make_table(departures);
	if (err || is_full(departures, now, keep))
		return err;
	return add(departures, key, epoch, at);
}

void nvo3_departures_undo(struct nvo3_departures *departures, u32 vni, const u8 *mac, u64 epoch)
{
	struct nvo3_key key = nvo3_map_key(vni, mac);
	struct cold *cold;
	u32 at;

	cold = find(departures, key, &at);
	if (!cold || !cold->pending || cold->epoch != epoch)
		return;
	if (!cold->at_before) {
		nvo3_table_remove(departures->table, key);
		return;
	}
	nvo3_table_set(departures->table, key, cold->at_before);
	*cold = (struct cold){ .epoch = cold->epoch_before };
}

void nvo3_departures_settle(struct nvo3_departures *departures, u32 vni, const u8 *mac, bool away)
{
	struct nvo3_key key = nvo3_map_key(vni, mac);
	struct cold *cold;
	u32 at;

	cold = find(departures, key, &at);
	if (!cold)
		return;
	if (away)
		*cold = (struct cold){ .epoch = cold->epoch };
	else
		nvo3_table_remove(departures->table, key);
}

u32 nvo3_departures_count(const struct nvo3_departures *departures)
{
	return departures->table ? departures->table->count : 0;
}

/* A reader may have looked at the clock just before the entry came. */
static bool is_over(u32 at, u32 now, u32 keep)
{
	return (s32)(now - at) > (s32)keep;
}

u32 nvo3_departures_purge(struct nvo3_departures *departures, u32 now, u32 keep)
{
	u32 left = nvo3_departures_count(departures), pos = 0, next = 0, rest, at;
	struct nvo3_key key;
	void *cold;

	while (left-- && nvo3_table_next(departures->table, &pos, &key, &at, &cold)) {
		cond_resched();
		rest = at + keep - now + 1;
		if (is_over(at, now, keep))
			nvo3_table_remove(departures->table, key);
		else if (!next || rest < next)
			next = rest;
	}
	departures->due = next ? now + next ?: 1 : 0;
	return next;
}

bool nvo3_departed(const struct nvo3_departures *departures, u32 vni, const u8 *mac, u32 now,
		   u32 keep)
{
	/* Pairs with make_table(). */
	const struct nvo3_table *table = smp_load_acquire(&departures->table);
	u32 at = table ? nvo3_table_lookup(table, nvo3_map_key(vni, mac)) : 0;

	return at && !is_over(at, now, keep);
}

#ifdef DEBUG
#include "selftest/departures.c"
#endif
