// SPDX-License-Identifier: GPL-2.0
/*
 * Objects in the order of their last change; see log.h.
 */
#include <stddef.h>
#include "log.h"

void log_unlink(struct log *log, struct log_item *item)
{
	if (!item->revision)
		return;
	if (item->prev)
		item->prev->next = item->next;
	else
		log->first = item->next;
	if (item->next)
		item->next->prev = item->prev;
	else
		log->last = item->prev;
	if (item->gone)
		log->tombstones--;
	*item = (struct log_item){ };
}

static void link_after(struct log *log, struct log_item *prev, struct log_item *item)
{
	struct log_item *next = prev ? prev->next : log->first;

	item->prev = prev;
	item->next = next;
	if (prev)
		prev->next = item;
	else
		log->first = item;
	if (next)
		next->prev = item;
	else
		log->last = item;
}

/* The oldest tombstone lies near the head: what is older and alive has not changed since. */
static struct log_item *oldest_tombstone(const struct log *log)
{
	struct log_item *item = log->first;

	while (item && !item->gone)
		item = item->next;
	return item;
}

struct log_item *log_touch(struct log *log, struct log_item *item, bool gone)
{
	struct log_item *old = NULL;

	log_unlink(log, item);
	item->revision = ++log->revision;
	item->gone = gone;
	link_after(log, log->last, item);
	if (gone && ++log->tombstones > LOG_TOMBSTONES) {
		old = oldest_tombstone(log);
		log->floor = old->revision;
		log_unlink(log, old);
	}
	return old;
}

struct log_item *log_after(const struct log *log, uint64_t revision)
{
	struct log_item *item = log->last, *found = NULL;

	while (item && item->revision > revision) {
		found = item;
		item = item->prev;
	}
	return found;
}

bool log_can_resume(const struct log *log, uint64_t revision)
{
	return revision >= log->floor && revision <= log->revision;
}

void log_restore(struct log *log, struct log_item *item, uint64_t revision)
{
	struct log_item *prev = log->last;

	while (prev && prev->revision > revision)
		prev = prev->prev;
	item->revision = revision;
	link_after(log, prev, item);
	if (log->revision < revision)
		log->revision = revision;
}
