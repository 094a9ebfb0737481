// SPDX-License-Identifier: GPL-2.0
/*
 * Objects in the order of their last change; see changelog.h.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "changelog.h"
#include "lib/mem.h"

#define GRAVES_MIN	8u

static uint32_t piece_of(const struct changelog *log, const struct changelog_item *item)
{
	return item ? pool_ref((const uint8_t *)item - log->offset) : POOL_NONE;
}

static void link_last(struct changelog *log, struct changelog_item *item)
{
	item->prev = piece_of(log, log->newest);
	item->next = POOL_NONE;
	if (log->newest)
		log->newest->next = piece_of(log, item);
	else
		log->oldest = item;
	log->newest = item;
}

static void unlink_item(struct changelog *log, struct changelog_item *item)
{
	struct changelog_item *prev = changelog_at(log, item->prev);
	struct changelog_item *next = changelog_at(log, item->next);

	if (prev)
		prev->next = item->next;
	else
		log->oldest = next;
	if (next)
		next->prev = item->prev;
	else
		log->newest = prev;
}

/* Those that are none any more go, and what is before the first one. */
static void tidy_graves(struct changelog *log)
{
	unsigned int i, n = 0;

	for (i = log->first_grave; i < log->n_graves; i++)
		if (log->graves[i].item)
			log->graves[n++] = log->graves[i];
	log->first_grave = 0;
	log->n_graves = n;
	if (2 * n < log->room && log->room > GRAVES_MIN)
		return;
	log->room = log->room ? 2 * log->room : GRAVES_MIN;
	log->graves = mem_check(realloc(log->graves, log->room * sizeof(*log->graves)));
}

static void bury(struct changelog *log, struct changelog_item *item)
{
	if (log->n_graves == log->room)
		tidy_graves(log);
	log->graves[log->n_graves++] = (struct changelog_grave){ item->revision, item };
	log->tombstones++;
}

static void rise(struct changelog *log, const struct changelog_item *item)
{
	unsigned int low = log->first_grave, high = log->n_graves, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (log->graves[middle].revision < item->revision)
			low = middle + 1;
		else
			high = middle;
	}
	log->graves[low].item = NULL;
	if (!--log->tombstones)
		log->first_grave = log->n_graves;
	while (log->first_grave < log->n_graves && !log->graves[log->first_grave].item)
		log->first_grave++;
}

void changelog_unlink(struct changelog *log, struct changelog_item *item)
{
	if (!item->revision)
		return;
	unlink_item(log, item);
	if (item->gone)
		rise(log, item);
	*item = (struct changelog_item){ };
}

struct changelog_item *changelog_touch(struct changelog *log, struct changelog_item *item,
				       bool gone)
{
	struct changelog_item *old;

	changelog_unlink(log, item);
	if (log->revision >= CHANGELOG_REVISION_MAX) {
		fprintf(stderr, "a log has used up all revisions up to %llu\n",
			CHANGELOG_REVISION_MAX);
		abort();
	}
	item->revision = ++log->revision;
	item->gone = gone;
	link_last(log, item);
	if (!gone)
		return NULL;
	bury(log, item);
	log->gone_revision = item->revision;
	if (log->tombstones <= CHANGELOG_TOMBSTONES)
		return NULL;
	old = log->graves[log->first_grave].item;
	log->floor = old->revision;
	changelog_unlink(log, old);
	return old;
}

void changelog_uninit(struct changelog *log)
{
	free(log->graves);
	log->graves = NULL;
	log->room = 0;
	log->first_grave = 0;
	log->n_graves = 0;
}

struct changelog_item *changelog_after(const struct changelog *log, uint64_t revision)
{
	struct changelog_item *item = log->newest, *found = NULL;

	for (; item && item->revision > revision; item = changelog_at(log, item->prev))
		found = item;
	return found;
}

bool changelog_can_resume(const struct changelog *log, uint64_t revision)
{
	return revision >= log->floor && revision <= log->revision;
}

void changelog_restore(struct changelog *log, struct changelog_item *item, uint64_t revision)
{
	item->revision = revision;
	link_last(log, item);
	if (log->revision < revision)
		log->revision = revision;
}

static int by_revision(const void *left, const void *right)
{
	const struct changelog_item *a = *(struct changelog_item *const *)left;
	const struct changelog_item *b = *(struct changelog_item *const *)right;

	return a->revision < b->revision ? -1 : a->revision > b->revision;
}

static void sort(struct changelog *log)
{
	struct changelog_item *item, **all;
	size_t n = 0, i;

	for (item = log->oldest; item; item = changelog_next(log, item))
		n++;
	all = mem_calloc(n, sizeof(*all));
	n = 0;
	for (item = log->oldest; item; item = changelog_next(log, item))
		all[n++] = item;
	qsort(all, n, sizeof(*all), by_revision);
	log->oldest = NULL;
	log->newest = NULL;
	for (i = 0; i < n; i++)
		link_last(log, all[i]);
	free(all);
}

void changelog_restored(struct changelog *log, uint64_t revision, uint64_t gone_revision)
{
	sort(log);
	if (log->revision < revision)
		log->revision = revision;
	log->gone_revision = gone_revision;
	log->floor = gone_revision;
}
