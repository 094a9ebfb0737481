// SPDX-License-Identifier: GPL-2.0
/*
 * Telling followers what has changed; see tell.h.
 */
#include <stdlib.h>
#include <utlist.h>
#include "db_digest.h"
#include "lib/crashpoint.h"
#include "lib/mem.h"
#include "tell.h"

#define FULL_BYTES	(4u << 20)	/* of a channel's backlog: wait */
#define RETRY_MS	20
#define BATCHES_MAX	512		/* kept in a turn: about what fills a channel */

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
	f->log->all_wait = false;
	DL_DELETE2(tell->waiting, f, prev_waiting, next_waiting);
}

static struct tell_batch *batch_add(struct tell *tell, struct follower *f)
{
	struct tell_batch *batch = mem_zalloc(sizeof(*batch));

	batch->log = f->at.log;
	batch->encode = f->encode;
	if (tell->newest)
		tell->newest->next = batch;
	else
		tell->batches = batch;
	tell->newest = batch;
	tell->n_batches++;
	return batch;
}

static struct tell_batch *batch_new(struct tell *tell, struct follower *f)
{
	struct tell_batch *batch;
	struct follow_batch b;
	int i;

	if (tell->n_batches == BATCHES_MAX)
		return NULL;
	batch = batch_add(tell, f);
	batch->from = f->at.sent;
	b.next = NULL;
	batch->more = follow_peek(&f->at, &b);
	batch->to = b.revision;
	for (i = 0; i < b.n; i++)
		db_item_nve(b.items[i])->told_turn = tell->turn;
	if (b.n)
		batch->event = f->encode(f, &b);
	return batch;
}

static bool is_for(const struct tell_batch *batch, const struct follower *f)
{
	return !batch->of_members && batch->from == f->at.sent && batch->log == f->at.log &&
	       batch->encode == f->encode;
}

static struct tell_batch *members_new(struct tell *tell, struct follower *f)
{
	struct tell_batch *batch;
	struct follow_batch b;

	if (tell->n_batches == BATCHES_MAX)
		return NULL;
	batch = batch_add(tell, f);
	batch->of_members = true;
	batch->before = f->at;
	batch->first = db_member_after(f->at.vn, f->at.members);
	b.next_member = batch->first;
	batch->more = follow_peek_members(&f->at, &b, &batch->after);
	if (batch->more == FOLLOW_DONE)
		return batch;
	batch->to = b.revision;
	batch->begin = b.begin;
	batch->end = b.end;
	batch->event = f->encode(f, &b);
	return batch;
}

static struct tell_batch *members_get(struct tell *tell, struct follower *f)
{
	struct tell_batch *batch;

	for (batch = tell->batches; batch; batch = batch->next)
		if (batch->of_members && batch->encode == f->encode &&
		    follow_stand_alike(&batch->before, &f->at))
			return batch;
	return members_new(tell, f);
}

/* From @hint on, where he most likely goes on. */
static struct tell_batch *batch_get(struct tell *tell, struct follower *f,
				    struct tell_batch *hint)
{
	struct tell_batch *batch;

	for (batch = hint; batch; batch = batch->next)
		if (is_for(batch, f))
			return batch;
	for (batch = tell->batches; batch != hint; batch = batch->next)
		if (is_for(batch, f))
			return batch;
	return batch_new(tell, f);
}

static void forget_batches(struct tell *tell)
{
	struct tell_batch *batch;

	while ((batch = tell->batches)) {
		tell->batches = batch->next;
		chan_shared_free(batch->event);
		free(batch);
	}
	tell->newest = NULL;
	tell->n_batches = 0;
}

/*
 * As far as he is told what all others are. Of whom others are told in this turn he is not: his
 * own items are left out for him. False: his channel is full.
 */
static bool serve_alike(struct tell *tell, struct follower *f)
{
	struct tell_batch *batch = tell->batches;

	while (follow_shares(&f->at) && f->at.sent != f->at.log->revision) {
		if (chan_backlog(f->chan) >= FULL_BYTES)
			return false;
		batch = batch_get(tell, f, batch);
		if (!batch || (f->at.nve && f->at.nve->told_turn == tell->turn))
			return true;
		if (batch->more != FOLLOW_DONE) {
			f->messages++;
			chan_event_shared(f->chan, batch->event);
		}
		if (batch->more == FOLLOW_MORE)
			CRASHPOINT("snapshot-part");
		follow_told(&f->at, batch->more, batch->to);
	}
	return true;
}

/* Nobody is told of himself. */
static bool names(const struct tell_batch *batch, const struct follower *f)
{
	const struct db_member *own = db_member_find(f->at.vn, f->at.nve);

	return own && own->item.in_vn.revision > batch->before.members &&
	       own->item.in_vn.revision <= batch->after.members;
}

/* What the others are told with @batch, without him; nothing, perhaps. */
static void serve_but_himself(struct follower *f, const struct tell_batch *batch)
{
	struct follow_batch b = { .revision = batch->to, .begin = batch->begin,
				  .end = batch->end };

	follow_members(&f->at, batch->first, batch->after.members, &b);
	if (b.n || b.begin || b.end)
		f->send(f, &b);
}

/*
 * Of the members that all others with an interest are told of: when many join at once, all are
 * told of all. False: his channel is full.
 */
static bool serve_members(struct tell *tell, struct follower *f)
{
	const struct db_member *changed = f->at.vn->changed;
	struct tell_batch *batch;

	while (changed && changed->prev_changed->item.in_vn.revision > f->at.members) {
		if (chan_backlog(f->chan) >= FULL_BYTES)
			return false;
		batch = members_get(tell, f);
		if (!batch || batch->more == FOLLOW_DONE ||
		    (batch->more == FOLLOW_LAST && f->at.only->dirty))
			return true;
		if (names(batch, f)) {
			serve_but_himself(f, batch);
		} else {
			f->messages++;
			chan_event_shared(f->chan, batch->event);
		}
		follow_told_members(&f->at, &batch->after);
	}
	return true;
}

/* What is his alone, or of which there is nothing else. False: its channel is full. */
static bool serve(struct follower *f)
{
	enum follow_more more;
	struct follow_batch b;

	b.next = NULL;
	b.next_member = NULL;
	do {
		if (chan_backlog(f->chan) >= FULL_BYTES)
			return false;
		more = follow_next(&f->at, &b);
		if (more != FOLLOW_DONE)
			f->send(f, &b);
		if (more == FOLLOW_MORE)
			CRASHPOINT("snapshot-part");
	} while (more == FOLLOW_MORE);
	return true;
}

/* False: his channel is full. */
static bool serve_all(struct tell *tell, struct follower *f)
{
	if (f->encode && !(f->at.only ? serve_members(tell, f) : serve_alike(tell, f)))
		return false;
	return serve(f);
}

static void run(void *arg)
{
	struct follower *f, *next;
	struct tell_log *log, *next_log;
	struct tell *tell = arg;

	tell->scheduled = false;
	tell->turn++;
	DL_FOREACH_SAFE(tell->changed, log, next_log) {
		if (log->held)
			continue;
		log->changed = false;
		DL_DELETE(tell->changed, log);
		DL_FOREACH(log->followers, f)
			wait_turn(tell, f);
	}
	DL_FOREACH_SAFE2(tell->waiting, f, next, next_waiting)
		if (serve_all(tell, f))
			stop_waiting(tell, f);
	forget_batches(tell);
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

static void wake(struct tell *tell, struct follower *f, uint64_t revision)
{
	if (f->waiting)
		return;
	follow_wake(&f->at, revision);
	wait_turn(tell, f);
	schedule(tell);
}

static void retry(void *arg)
{
	schedule(arg);
}

void tell_fade(struct tell *tell, struct interest *i)
{
	if (!tell->fading.first)
		loop_timer_set(tell->fade, tell->lifetime_ms);
	interest_fade(i, loop_now_ms() + tell->lifetime_ms);
}

/* Who has not been told yet that his address is gone keeps his interest in it until he is. */
static void fade(void *arg)
{
	struct tell *tell = arg;
	uint64_t now = loop_now_ms();
	struct interest *i;

	while ((i = interest_faded(&tell->fading, now))) {
		if (i->dirty)
			interest_fade(i, now + tell->lifetime_ms);
		else
			interest_del(i);
	}
	if (tell->fading.first)
		loop_timer_set(tell->fade, tell->fading.first->until - now);
}

void tell_init(struct tell *tell, struct loop *loop, unsigned int lifetime_ms)
{
	*tell = (struct tell){ .loop = loop, .lifetime_ms = lifetime_ms };
	tell->fade = loop_timer_new(loop, fade, tell);
	tell->retry = loop_timer_new(loop, retry, tell);
}

void tell_uninit(struct tell *tell)
{
	loop_timer_free(tell->retry);
	loop_timer_free(tell->fade);
}

static struct tell_log *log_get(struct db_vn *vn)
{
	if (!vn->told)
		vn->told = calloc(1, sizeof(*vn->told));
	return vn->told;
}

void tell_choose(struct tell *tell, struct follower *f, unsigned int *total)
{
	interest_init(&f->interest, &log_get(f->at.vn)->interests, &tell->fading, total, f);
	f->at.only = &f->interest;
}

void tell_add(struct tell *tell, struct follower *f)
{
	f->log = f->at.vn ? log_get(f->at.vn) : &tell->own;
	if (f->at.only)
		DL_APPEND(f->log->choosy, f);
	else
		DL_APPEND(f->log->followers, f);
	wait_turn(tell, f);
	schedule(tell);
}

void tell_del(struct tell *tell, struct follower *f)
{
	struct tell_log *log = f->log;

	stop_waiting(tell, f);
	if (f->at.only) {
		interest_uninit(&f->interest);
		DL_DELETE(log->choosy, f);
	} else {
		DL_DELETE(log->followers, f);
	}
	if (log->followers || log->choosy || log == &tell->own)
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

/* Who follows it only from now on is not kept waiting */
void tell_hold(struct db_vn *vn)
{
	if (vn->told)
		vn->told->held++;
}

/* It may have lost its followers meanwhile, and have others now */
void tell_go(struct tell *tell, struct db_vn *vn)
{
	struct tell_log *log = vn->told;

	if (!log || !log->held)
		return;
	if (!--log->held && log->changed)
		schedule(tell);
}

/* Of his own mappings he is not told */
static void weigh(struct interest *i, const struct db_map *map)
{
	const struct follower *f = i->set->owner;
	uint64_t hash;

	if (!map || map->item.gone || db_item_nve(&map->item) == f->at.nve) {
		interest_weigh(i, NULL);
		return;
	}
	hash = db_digest_hash(map);
	interest_weigh(i, &hash);
}

struct interest *tell_interest(struct follower *f, const struct mac_addr *mac)
{
	struct interest *i = interest_add(&f->interest, mac);

	weigh(i, db_map_find(f->at.vn, mac));
	return i;
}

static void map_changed(struct tell *tell, struct tell_log *log, const struct db_map *map)
{
	struct interest *i;

	for (i = interest_first(&log->interests, &map->mac); i; i = i->next_in) {
		/* before it is marked: he may have been told all until now */
		wake(tell, i->set->owner, map->item.in_vn.revision);
		interest_mark(i);
		weigh(i, map);
		if (map->item.gone)
			tell_fade(tell, i);
		else
			interest_keep(i);
	}
}

static void choosy_changed(struct tell *tell, const struct db_item *item)
{
	struct tell_log *log = db_item_vn(item)->told;
	struct follower *f;

	if (!log)
		return;
	if (item->kind == DB_MAP) {
		map_changed(tell, log, (const struct db_map *)item);
		return;
	}
	/* many who join in one turn are looked through once */
	if (log->all_wait)
		return;
	DL_FOREACH(log->choosy, f)
		wake(tell, f, item->in_vn.revision);
	log->all_wait = true;
}

bool tell_now(struct tell *tell, struct follower *f, struct db_item *item)
{
	struct follow_batch b;

	if (!serve(f)) {
		wait_turn(tell, f);
		return false;
	}
	stop_waiting(tell, f);
	if (!item)
		return true;
	b.items[0] = item;
	b.n = 1;
	b.begin = false;
	b.end = false;
	b.again = NULL;
	b.n_again = 0;
	b.again_end = false;
	b.revision = f->at.sent;
	f->at.told = b.revision;
	f->send(f, &b);
	return true;
}

void tell_anew(struct tell *tell, struct follower *f)
{
	follow_start(&f->at, 0, false);
	wait_turn(tell, f);
	schedule(tell);
}

void tell_leaves(const struct db_map *map)
{
	const struct db_member *member = db_member_find(db_item_vn(&map->item),
							db_item_nve(&map->item));
	struct follower *f = member ? member->follower : NULL;

	if (f && f->at.only)
		interest_keep(tell_interest(f, &map->mac));
}

void tell_moved(struct tell *tell, const struct db_map *map)
{
	struct tell_log *log = db_item_vn(&map->item)->told;
	struct interest *i;

	if (!log)
		return;
	for (i = interest_first(&log->interests, &map->mac); i; i = i->next_in)
		weigh(i, map);
}

void tell_changed(struct tell *tell, const struct db_item *item)
{
	choosy_changed(tell, item);
	log_changed(tell, db_item_vn(item)->told);
	if (item->in_own.revision)
		log_changed(tell, &tell->own);
}
