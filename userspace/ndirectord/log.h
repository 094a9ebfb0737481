/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects in the order of their last change.
 *
 * Each change moves its object to the tail under a new revision. What a subscriber
 * who holds revision r has to be told is the tail behind r: nothing is queued for
 * him, a slow one gets each object once in its latest state, and telling costs what
 * has changed, not what there is.
 *
 * What goes stays as a tombstone; beyond LOG_TOMBSTONES the oldest is given to the
 * caller to free, and the floor rises: who is below it needs a snapshot.
 */
#ifndef NDIRECTORD_LOG_H
#define NDIRECTORD_LOG_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_TOMBSTONES	4096

struct log_item {
	uint64_t revision;		/* 0: not on a log */
	bool gone;
	struct log_item *prev, *next;		/* by revision */
	struct log_item *prev_gone, *next_gone;	/* tombstones only, by revision */
};

struct log {
	uint64_t revision;		/* of the newest change */
	uint64_t floor;			/* deltas are complete from this revision on */
	unsigned int tombstones;
	struct log_item *items;
	struct log_item *gone;
};

/*
 * @item has changed (@gone: was deleted). Returns a tombstone that fell off and is unlinked,
 * to be freed when it is on no other log, or NULL.
 */
struct log_item *log_touch(struct log *log, struct log_item *item, bool gone);
void log_unlink(struct log *log, struct log_item *item);

/* First item that changed after @revision, NULL if there is none. */
struct log_item *log_after(const struct log *log, uint64_t revision);
/* Can a subscriber at @revision go on with deltas? */
bool log_can_resume(const struct log *log, uint64_t revision);

/* Put back stored items in any order, then sort once. Tombstones are not stored. */
void log_restore(struct log *log, struct log_item *item, uint64_t revision);
void log_restored(struct log *log, uint64_t revision);

#endif /* NDIRECTORD_LOG_H */
