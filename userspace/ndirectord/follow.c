// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody who follows a log has to be told next; see follow.h.
 */
#include <stddef.h>
#include "follow.h"

#define container(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

static struct db_item *item_of(const struct follow *f, struct changelog_item *entry)
{
	if (f->vn)
		return container(entry, struct db_item, in_vn);
	return container(entry, struct db_item, in_own);
}

/*
 * Of his own mappings he hears only that they are gone: he may still hold what he was told before
 * they became his.
 */
static bool wanted(const struct follow *f, const struct changelog_item *entry,
		   const struct db_item *item)
{
	if (f->snapshot && entry->gone && entry->revision <= f->base)
		return false;
	return !f->nve || item->nve != f->nve || (entry->gone && item->kind == DB_MAP);
}

static void begin_snapshot(struct follow *f)
{
	f->snapshot = true;
	f->begun = false;
	f->base = f->log->revision;
	f->sent = 0;
}

void follow_start(struct follow *f, uint64_t revision, bool resume)
{
	f->snapshot = false;
	f->sent = revision;
	if (!resume || !changelog_can_resume(f->log, revision))
		begin_snapshot(f);
}

/* Has the log forgotten a deletion that he would have to be told of? */
static bool missed(const struct follow *f)
{
	return f->log->floor > (f->snapshot ? f->base : f->sent);
}

static void collect(struct follow *f, struct follow_batch *b, struct changelog_item *entry)
{
	b->n = 0;
	b->revision = f->sent;
	for (; entry && b->n < FOLLOW_BATCH; entry = entry->next) {
		struct db_item *item = item_of(f, entry);

		b->revision = entry->revision;
		if (wanted(f, entry, item))
			b->items[b->n++] = item;
	}
	b->next = entry;
	if (!entry)
		b->revision = f->log->revision;
}

enum follow_more follow_next(struct follow *f, struct follow_batch *b)
{
	if (missed(f)) {
		begin_snapshot(f);
		b->next = NULL;
	}
	collect(f, b, b->next ? b->next : changelog_after(f->log, f->sent));
	f->sent = b->revision;
	if (!b->n && !f->snapshot)
		return FOLLOW_DONE;
	b->begin = f->snapshot && !f->begun;
	b->end = f->snapshot && !b->next;
	f->begun = true;
	f->told = b->revision;
	if (!b->next)
		f->snapshot = false;
	return b->next ? FOLLOW_MORE : FOLLOW_LAST;
}
