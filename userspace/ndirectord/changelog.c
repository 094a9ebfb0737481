// SPDX-License-Identifier: GPL-2.0
/*
 * Objects in the order of their last change; see changelog.h.
 */
#include <stddef.h>
#include <utlist.h>
#include "changelog.h"

void changelog_unlink(struct changelog *log, struct changelog_item *item)
{
	if (!item->revision)
		return;
	DL_DELETE(log->items, item);
	if (item->gone) {
		DL_DELETE2(log->gone, item, prev_gone, next_gone);
		log->tombstones--;
	}
	*item = (struct changelog_item){ };
}

struct changelog_item *changelog_touch(struct changelog *log, struct changelog_item *item,
				       bool gone)
{
	struct changelog_item *old;

	changelog_unlink(log, item);
	item->revision = ++log->revision;
	item->gone = gone;
	DL_APPEND(log->items, item);
	if (!gone)
		return NULL;
	DL_APPEND2(log->gone, item, prev_gone, next_gone);
	log->gone_revision = item->revision;
	if (++log->tombstones <= CHANGELOG_TOMBSTONES)
		return NULL;
	old = log->gone;
	log->floor = old->revision;
	changelog_unlink(log, old);
	return old;
}

struct changelog_item *changelog_after(const struct changelog *log, uint64_t revision)
{
	struct changelog_item *item = log->items ? log->items->prev : NULL, *found = NULL;

	while (item && item->revision > revision) {
		found = item;
		item = item == log->items ? NULL : item->prev;
	}
	return found;
}

bool changelog_can_resume(const struct changelog *log, uint64_t revision)
{
	return revision >= log->floor && revision <= log->revision;
}

void changelog_restore(struct changelog *log, struct changelog_item *item, uint64_t revision)
{
	item->revision = revision;
	DL_APPEND(log->items, item);
	if (log->revision < revision)
		log->revision = revision;
}

static int by_revision(const struct changelog_item *a, const struct changelog_item *b)
{
	return a->revision < b->revision ? -1 : a->revision > b->revision;
}

void changelog_restored(struct changelog *log, uint64_t revision, uint64_t gone_revision)
{
	DL_SORT(log->items, by_revision);
	if (log->revision < revision)
		log->revision = revision;
	log->gone_revision = gone_revision;
	log->floor = gone_revision;
}
