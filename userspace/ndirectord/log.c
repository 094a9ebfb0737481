// SPDX-License-Identifier: GPL-2.0
/*
 * Objects in the order of their last change; see log.h.
 */
#include <stddef.h>
#include <utlist.h>
#include "log.h"

void log_unlink(struct log *log, struct log_item *item)
{
	if (!item->revision)
		return;
	DL_DELETE(log->items, item);
	if (item->gone) {
		DL_DELETE2(log->gone, item, prev_gone, next_gone);
		log->tombstones--;
	}
	*item = (struct log_item){ };
}

struct log_item *log_touch(struct log *log, struct log_item *item, bool gone)
{
	struct log_item *old;

	log_unlink(log, item);
	item->revision = ++log->revision;
	item->gone = gone;
	DL_APPEND(log->items, item);
	if (!gone)
		return NULL;
	DL_APPEND2(log->gone, item, prev_gone, next_gone);
	if (++log->tombstones <= LOG_TOMBSTONES)
		return NULL;
	old = log->gone;
	log->floor = old->revision;
	log_unlink(log, old);
	return old;
}

struct log_item *log_after(const struct log *log, uint64_t revision)
{
	struct log_item *item = log->items ? log->items->prev : NULL, *found = NULL;

	while (item && item->revision > revision) {
		found = item;
		item = item == log->items ? NULL : item->prev;
	}
	return found;
}

bool log_can_resume(const struct log *log, uint64_t revision)
{
	return revision >= log->floor && revision <= log->revision;
}

void log_restore(struct log *log, struct log_item *item, uint64_t revision)
{
	item->revision = revision;
	DL_APPEND(log->items, item);
	if (log->revision < revision)
		log->revision = revision;
}

static int by_revision(const struct log_item *a, const struct log_item *b)
{
	return a->revision < b->revision ? -1 : a->revision > b->revision;
}

void log_restored(struct log *log, uint64_t revision)
{
	DL_SORT(log->items, by_revision);
	if (log->revision < revision)
		log->revision = revision;
	/* what went before is not known any more */
	log->floor = log->revision;
}
