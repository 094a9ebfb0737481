// SPDX-License-Identifier: GPL-2.0
/*
 * What somebody who follows a log has to be told next; see follow.h.
 */
#include <stddef.h>
#include "follow.h"

static struct db_item *item_of(const struct follow *f, struct changelog_item *entry)
{
	return changelog_piece(f->log, entry);
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
	return !f->nve || db_item_nve(item) != f->nve || (entry->gone && item->kind == DB_MAP);
}

/* All that he is interested in and that changed after @revision. */
static void mark_after(struct follow *f, uint64_t revision)
{
	struct db_map *map;
	struct interest *i;

	for (i = f->only->all; i; i = i->hh.next) {
		map = db_map_any(f->vn, &i->mac);
		if (map && map->item.in_vn.revision > revision)
			interest_mark(i);
	}
}

static void begin_snapshot(struct follow *f)
{
	f->members = 0;
	if (f->only)
		mark_after(f, 0);
	f->snapshot = true;
	f->begun = false;
	f->base = f->log->revision;
	f->sent = 0;
}

void follow_start(struct follow *f, uint64_t revision, bool resume)
{
	f->snapshot = false;
	f->sent = revision;
	f->members = revision;
	if (!resume || !changelog_can_resume(f->log, revision))
		begin_snapshot(f);
	else if (f->only)
		mark_after(f, revision);
}

void follow_wake(struct follow *f, uint64_t revision)
{
	f->sent = revision - 1;
	f->members = revision - 1;
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
	for (; entry && b->n < FOLLOW_BATCH; entry = changelog_next(f->log, entry)) {
		struct db_item *item = item_of(f, entry);

		b->revision = entry->revision;
		if (wanted(f, entry, item))
			b->items[b->n++] = item;
	}
	b->next = entry;
	if (!entry)
		b->revision = f->log->revision;
}

static void put_wanted(const struct follow *f, struct follow_batch *b, struct db_item *item)
{
	if (wanted(f, &item->in_vn, item))
		b->items[b->n++] = item;
}

/*
 * Members, then mappings. In the middle no revision would be true but the one that he has. An
 * address without an item is not there, and he has never been told of it or is in a snapshot.
 */
static bool collect_interest(struct follow *f, struct follow_batch *b)
{
	struct db_member *member = b->next_member;
	struct db_map *map;

	if (!member)
		member = db_member_after(f->vn, f->members);
	b->n = 0;
	for (; member && b->n < FOLLOW_BATCH; member = member->next_changed) {
		f->members = member->item.in_vn.revision;
		put_wanted(f, b, &member->item);
	}
	while (f->only->dirty && b->n < FOLLOW_BATCH) {
		map = db_map_any(f->vn, &f->only->dirty->mac);
		interest_told(f->only->dirty);
		if (map)
			put_wanted(f, b, &map->item);
	}
	b->revision = f->sent;
	b->next_member = member;
	return member || f->only->dirty;
}

static enum follow_more next_of_interest(struct follow *f, struct follow_batch *b)
{
	bool more;

	if (missed(f)) {
		begin_snapshot(f);
		b->next_member = NULL;
	}
	more = collect_interest(f, b);
	if (!more) {
		b->revision = f->log->revision;
		f->sent = b->revision;
		f->members = b->revision;
	}
	if (!b->n && !f->snapshot)
		return FOLLOW_DONE;
	b->begin = f->snapshot && !f->begun;
	b->end = f->snapshot && !more;
	f->begun = true;
	f->told = b->revision;
	if (!more)
		f->snapshot = false;
	return more ? FOLLOW_MORE : FOLLOW_LAST;
}

enum follow_more follow_next(struct follow *f, struct follow_batch *b)
{
	b->again = NULL;
	b->n_again = 0;
	b->again_end = false;
	if (f->only)
		return next_of_interest(f, b);
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

bool follow_shares(const struct follow *f)
{
	return !f->only && !f->snapshot && !missed(f);
}

enum follow_more follow_peek(const struct follow *f, struct follow_batch *b)
{
	struct follow anybody = { .log = f->log, .vn = f->vn, .sent = f->sent };

	return follow_next(&anybody, b);
}

void follow_told(struct follow *f, enum follow_more more, uint64_t revision)
{
	f->sent = revision;
	if (more == FOLLOW_DONE)
		return;
	f->told = revision;
	f->begun = true;
}

enum follow_more follow_peek_members(const struct follow *f, struct follow_batch *b,
				     struct follow *after)
{
	struct interest_set nothing = { };

	if (missed(f))
		return FOLLOW_DONE;
	*after = *f;
	after->nve = NULL;
	after->only = &nothing;
	return follow_next(after, b);
}

void follow_members(const struct follow *f, struct db_member *first, uint64_t to,
		    struct follow_batch *b)
{
	struct db_member *member;

	for (member = first; member && member->item.in_vn.revision <= to && b->n < FOLLOW_BATCH;
	     member = member->next_changed)
		put_wanted(f, b, &member->item);
}

bool follow_stand_alike(const struct follow *a, const struct follow *b)
{
	return a->log == b->log && a->members == b->members && a->sent == b->sent &&
	       a->snapshot == b->snapshot && a->begun == b->begun &&
	       (!a->snapshot || a->base == b->base);
}

void follow_told_members(struct follow *f, const struct follow *after)
{
	f->sent = after->sent;
	f->members = after->members;
	f->told = after->told;
	f->snapshot = after->snapshot;
	f->begun = after->begun;
}
