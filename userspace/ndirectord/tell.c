// SPDX-License-Identifier: GPL-2.0
/*
 * Telling followers what has changed; see tell.h.
 */
#include <stdlib.h>
#include <utlist.h>
#include "tell.h"

#define FULL_BYTES	(4u << 20)	/* of a channel's backlog: wait */
#define RETRY_MS	20

static void wait_turn(struct tell *tell, struct follower *f)
{
	if (f->waiting)
		return;
	f->waiting = true;
	DL_APPEND2(tell->waiting, f, prev_waiting, next_waiting);
}

static void stop_waiting(struct tell *tell, struct follower *f)
{
	if (!f->waiting)
		return;
	f->waiting = false;
	DL_DELETE2(tell->waiting, f, prev_waiting, next_waiting);
}

/* False: its channel is full. */
static bool serve(struct follower *f)
{
	struct follow_batch b = { };
	enum follow_more more;

	do {
		if (chan_backlog(f->chan) >= FULL_BYTES)
			return false;
		more = follow_next(&f->at, &b);
		if (more != FOLLOW_DONE)
			f->send(f, &b);
	} while (more == FOLLOW_MORE);
	return true;
}

static void run(void *arg)
{
	struct follower *f, *next;
	struct tell *tell = arg;
	struct tell_log *log;

	tell->scheduled = false;
	while (tell->changed) {
		log = tell->changed;
		log->changed = false;
		DL_DELETE(tell->changed, log);
		DL_FOREACH(log->followers, f)
			wait_turn(tell, f);
	}
	DL_FOREACH_SAFE2(tell->waiting, f, next, next_waiting)
		if (serve(f))
			stop_waiting(tell, f);
	if (tell->waiting)
		loop_timer_set(tell->retry, RETRY_MS);
}

static void schedule(struct tell *tell)
{
	if (tell->scheduled)
		return;
	tell->scheduled = true;
	loop_defer(tell->loop, run, tell);
}

static void retry(void *arg)
{
	schedule(arg);
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

void tell_add(struct tell *tell, struct follower *f)
{
	struct db_vn *vn = f->at.vn;

	if (vn && !vn->told)
		vn->told = calloc(1, sizeof(*vn->told));
	f->log = vn ? vn->told : &tell->own;
	DL_APPEND(f->log->followers, f);
	wait_turn(tell, f);
	schedule(tell);
}

void tell_del(struct tell *tell, struct follower *f)
{
	struct tell_log *log = f->log;

	stop_waiting(tell, f);
	DL_DELETE(log->followers, f);
	if (log->followers || log == &tell->own)
		return;
	if (log->changed)
		DL_DELETE(tell->changed, log);
	f->at.vn->told = NULL;
	free(log);
}

static void log_changed(struct tell *tell, struct tell_log *log)
{
	if (!log || !log->followers || log->changed)
		return;
	log->changed = true;
	DL_APPEND(tell->changed, log);
	schedule(tell);
}

void tell_changed(struct tell *tell, const struct db_item *item)
{
	log_changed(tell, item->vn->told);
	if (item->in_own.revision)
		log_changed(tell, &tell->own);
}
