// SPDX-License-Identifier: GPL-2.0
/*
 * Telling followers what has changed; see tell.h.
 */
#include <stddef.h>
#include <utlist.h>
#include "tell.h"

#define FULL_BYTES	(4u << 20)	/* of a channel's backlog: wait */
#define RETRY_MS	20

#define container(ptr, type, member) ((type *)((char *)(ptr) - offsetof(type, member)))

static struct db_item *item_of(const struct follower *f, struct changelog_item *item)
{
	if (f->vn)
		return container(item, struct db_item, in_vn);
	return container(item, struct db_item, in_own);
}

/* A snapshot has no use for what is gone, and nobody is told of himself. */
static bool wanted(const struct follower *f, const struct changelog_item *entry,
		   const struct db_item *item)
{
	if (f->snapshot && entry->gone)
		return false;
	return !f->nve || item->nve != f->nve || (entry->gone && item->kind == DB_MAP);
}

static void start(struct follower *f, uint64_t revision)
{
	f->snapshot = !changelog_can_resume(f->log, revision);
	f->sent = f->snapshot ? 0 : revision;
	f->begun = false;
}

/* One message; false when there is nothing left to say. */
static bool send_batch(struct follower *f)
{
	struct db_item *items[TELL_BATCH];
	struct changelog_item *entry;
	uint64_t revision;
	int n = 0;

	if (!f->snapshot)
		start(f, f->sent);
	entry = changelog_after(f->log, f->sent);
	revision = f->sent;
	if (!entry && !f->snapshot)
		return false;
	for (; entry && n < TELL_BATCH; entry = entry->next) {
		revision = entry->revision;
		if (wanted(f, entry, item_of(f, entry)))
			items[n++] = item_of(f, entry);
	}
	if (!entry)
		revision = f->log->revision;
	if (n || f->snapshot)
		f->send(f, items, n, revision, !entry);
	f->begun = true;
	f->sent = revision;
	if (!entry)
		f->snapshot = false;
	return entry;
}

static void run(void *arg)
{
	struct tell *tell = arg;
	struct follower *f;

	tell->scheduled = false;
	DL_FOREACH(tell->followers, f) {
		bool more = true;

		while (more && chan_backlog(f->chan) < FULL_BYTES)
			more = send_batch(f);
		if (more)
			loop_timer_set(tell->retry, RETRY_MS);
	}
}

void tell_schedule(struct tell *tell)
{
	if (tell->scheduled)
		return;
	tell->scheduled = true;
	loop_defer(tell->loop, run, tell);
}

static void retry(void *arg)
{
	tell_schedule(arg);
}

void tell_init(struct tell *tell, struct loop *loop)
{
	*tell = (struct tell){ .loop = loop };
	tell->retry = loop_timer_new(loop, retry, tell);
}

void tell_uninit(struct tell *tell)
{
	loop_timer_free(tell->retry);
}

void tell_add(struct tell *tell, struct follower *f, uint64_t revision)
{
	start(f, revision);
	DL_APPEND(tell->followers, f);
	tell_schedule(tell);
}

void tell_del(struct tell *tell, struct follower *f)
{
	DL_DELETE(tell->followers, f);
}
