/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects in the order of their last change.
 *
 * Each change moves its object to the tail under a new revision. What a subscriber
 * who holds revision r has to be told is the tail behind r: nothing is queued for
 * him, a slow one gets each object once in its latest state, and telling costs what
 * has changed, not what there is.
 *
 * What goes stays as a tombstone; beyond CHANGELOG_TOMBSTONES the oldest is given to the
 * caller to free, and the floor rises: who is below it needs a snapshot.
 */
#ifndef NDIRECTORD_CHANGELOG_H
#define NDIRECTORD_CHANGELOG_H

#include <stdbool.h>
#include <stdint.h>
#include "pool.h"

#define CHANGELOG_TOMBSTONES	4096

/* At ten times the terms of size (12,000 changes a second) it is reached in 380 years. */
#define CHANGELOG_REVISION_MAX	((1ull << 47) - 1)

/* In a piece of the pool (pool.h): there are two in each of a million, so it has no padding. */
struct changelog_item {
	uint64_t revision : 47;		/* 0: not on a log */
	uint64_t gone : 1;
	uint32_t prev, next;		/* pieces, of the pool; by revision */
} __attribute__((packed, aligned(2)));

/* A tombstone; its item is NULL when it is none any more. */
struct changelog_grave {
	uint64_t revision;
	struct changelog_item *item;
};

struct changelog {
	uint64_t revision;		/* of the newest change */
	uint64_t floor;			/* deltas are complete from this revision on */
	uint64_t gone_revision;		/* of the newest deletion */
	uint32_t offset;		/* of its items in their pieces */
	struct changelog_item *oldest, *newest;
	unsigned int tombstones;
	struct changelog_grave *graves;	/* by revision, from first_grave to n_graves */
	unsigned int first_grave, n_graves, room;
};

/*
 * @item has changed (@gone: was deleted). Ends the program, with a sentence, after
 * CHANGELOG_REVISION_MAX changes. Returns a tombstone that fell off and is unlinked,
 * to be freed when it is on no other log, or NULL.
 */
struct changelog_item *changelog_touch(struct changelog *log, struct changelog_item *item,
				       bool gone);
void changelog_unlink(struct changelog *log, struct changelog_item *item);

/* When all items are unlinked. */
void changelog_uninit(struct changelog *log);

static inline struct changelog_item *changelog_at(const struct changelog *log, uint32_t piece)
{
	return piece != POOL_NONE ? pool_at(piece) + log->offset : NULL;
}

/* What it is in; NULL of NULL. */
static inline void *changelog_piece(const struct changelog *log, struct changelog_item *item)
{
	return item ? (uint8_t *)item - log->offset : NULL;
}

/* On from one to the next; NULL at the end. */
static inline struct changelog_item *changelog_next(const struct changelog *log,
						    const struct changelog_item *item)
{
	return changelog_at(log, item->next);
}

/* First item that changed after @revision, NULL if there is none. */
struct changelog_item *changelog_after(const struct changelog *log, uint64_t revision);
/* Can a subscriber at @revision go on with deltas? */
bool changelog_can_resume(const struct changelog *log, uint64_t revision);

/*
 * Put back stored items in any order, of revisions up to CHANGELOG_REVISION_MAX, then sort once.
 * Tombstones are not stored: who has not heard of the newest deletion (@gone_revision) cannot
 * resume.
 */
void changelog_restore(struct changelog *log, struct changelog_item *item, uint64_t revision);
void changelog_restored(struct changelog *log, uint64_t revision, uint64_t gone_revision);

#endif /* NDIRECTORD_CHANGELOG_H */
