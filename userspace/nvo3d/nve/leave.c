// SPDX-License-Identifier: GPL-2.0

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <utlist.h>

#include "assoc.h"
#include "cleanup.h"
#include "keep.h"
#include "leave.h"
#include "log.h"
#include "mem.h"
#include "vn.h"

unsigned int leave_linger_ms = 11000;
unsigned int leave_wait_ms = 2000;

/* One that has gone: its VN stays for late frames, and then they are counted */
struct departed {
	struct nve *nve;
	struct uuid tsi, move, vn;
	char owner[MODEL_NAME_MAX];
	uint64_t before;		/* frames that had been sent on when it was prepared */
	uint64_t after;			/* with counted: when the next one of its VN was */
	bool counted;
	struct loop_timer *timer;
	struct departed *prev, *next;
};

static uint64_t realtime_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static bool get_redirected(struct nve *nve, const struct uuid *uuid, uint64_t *ret)
{
	struct nve_vn *vn = vn_lookup(nve, uuid);
	struct kern *k = nve->kern;
	struct nvo3_vn have;

	if (!vn || k->ops->vn_get(k, vn->model->vni, &have, NULL))
		return false;
	*ret = have.redirected;
	return true;
}

static void stamp(struct nve_tsi *tsi, bool on)
{
	struct kern *k = tsi->nve->kern;
	struct err err;
	int rc;

	rc = k->ops->port_stamp(k, tsi->dev, tsi->t.vid, on, &err);
	if (rc && rc != -EOPNOTSUPP && rc != -ENOENT && rc != -ENODEV)
		log_warn("%s: %s", tsi->t.dev, err.text);
}

/* --- the end that it leaves */

/* The VN has one counter: what it counts from now on is the next one's that leaves. */
static void end_counts(struct nve *nve, const struct uuid *vn, uint64_t now)
{
	struct departed *d;

	DL_FOREACH(nve->departed, d) {
		if (d->counted || !uuid_equal(&d->vn, vn))
			continue;
		d->counted = true;
		d->after = now;
	}
}

static void begin(struct nve_tsi *tsi, const struct uuid *move)
{
	struct leave *l = &tsi->leave;

	if (!l->on)
		tsi->nve->leaving++;
	*l = (struct leave){ .on = true, .move = *move };
	get_redirected(tsi->nve, &tsi->t.vn, &l->redirected);
	end_counts(tsi->nve, &tsi->t.vn, l->redirected);
}

void leave_prepare(struct nve_tsi *tsi, const struct uuid *move)
{
	struct leave *l = &tsi->leave;

	if (l->on && uuid_equal(&l->move, move))
		return;
	keep_moving(tsi->nve, &tsi->t.id, move);
	begin(tsi, move);
	if (tsi->t.state != TSI_INIT)
		stamp(tsi, true);
}

void leave_restore(struct nve_tsi *tsi)
{
	struct uuid move;

	if (keep_get_moving(tsi->nve, &tsi->t.id, &move))
		begin(tsi, &move);
}
/* Without a word to the store: its memory, or all of it, is going */
static void end(struct nve_tsi *tsi)
{
	struct leave *l = &tsi->leave;

	if (!l->on)
		return;
	l->on = false;
	l->left = false;
	l->deadline = 0;
	tsi->nve->leaving--;
}

void leave_stay(struct nve_tsi *tsi)
{
	if (!tsi->leave.on)
		return;
	end(tsi);
	keep_moving_del(tsi->nve, &tsi->t.id);
	if (tsi->t.state != TSI_INIT)
		stamp(tsi, false);
}

void leave_free(struct nve_tsi *tsi)
{
	end(tsi);
}

size_t leave_used(struct nve_tsi *tsi, struct mac_addr **ret)
{
	struct nve_vn *vn = vn_lookup(tsi->nve, &tsi->t.vn);
	struct model_map *map;
	size_t n = 0;

	*ret = NULL;
	/* Where all is told to all, nothing says that it was used */
	if (!vn || !vn->by_interest)
		return 0;
	*ret = mem_calloc(LEAVE_USED_MAX, sizeof(**ret));
	for (map = vn->model->maps; map && n < LEAVE_USED_MAX; map = map->hh.next)
		(*ret)[n++] = map->mac;
	return n;
}

bool leave_silent(struct nve_tsi *tsi)
{
	struct leave *l = &tsi->leave;

	if (!l->on || tsi->t.state != TSI_ACTIVATED)
		return false;
	if (!l->left)
		l->silent = realtime_ns();
	l->left = true;
	return true;
}

static bool is_taken_over(const struct nve_tsi *tsi)
{
	const struct nve_vn *vn = vn_lookup(tsi->nve, &tsi->t.vn);
	const struct model_map *map = vn ? model_map_lookup(vn->model, &tsi->t.mac) : NULL;

	return map && map->epoch > tsi->t.epoch;
}

bool leave_must_wait(struct nve_tsi *tsi)
{
	struct leave *l = &tsi->leave;
	uint64_t now = loop_now_ms();

	if (!l->left || is_taken_over(tsi))
		return false;
	if (!l->deadline)
		l->deadline = now + leave_wait_ms;
	if (now >= l->deadline)
		return false;
	loop_timer_set(tsi->timer, l->deadline - now);
	return true;
}

void leave_look(struct nve *nve, const struct uuid *vn)
{
	struct nve_tsi *tsi, *next;

	if (!nve->leaving)
		return;
	HASH_ITER(hh, nve->tsis, tsi, next)
		if (tsi->leave.deadline && uuid_equal(&tsi->t.vn, vn) && is_taken_over(tsi))
			port_resume(tsi);
}

static void departed_free(struct departed *d)
{
	DL_DELETE(d->nve->departed, d);
	loop_timer_free(d->timer);
	free(d);
}

static void lingered(void *arg)
{
	struct departed *d = arg;
	struct nve *nve = d->nve;
	struct uuid vn = d->vn;
	uint64_t after = d->after;

	if ((d->counted || get_redirected(nve, &vn, &after)) && after >= d->before)
		assoc_late(nve->assoc, d->owner, &d->tsi, &d->move, after - d->before);
	departed_free(d);
	vn_put(nve, &vn);
}

void leave_gone(struct nve_tsi *tsi)
{
	struct nve *nve = tsi->nve;
	struct departed *d;

	if (!tsi->leave.left) {
		end(tsi);
		return;
	}
	d = mem_zalloc(sizeof(*d));
	d->nve = nve;
	d->tsi = tsi->t.id;
	d->move = tsi->leave.move;
	d->vn = tsi->t.vn;
	d->before = tsi->leave.redirected;
	memcpy(d->owner, tsi->owner, sizeof(d->owner));
	d->timer = loop_timer_new(nve->loop, lingered, d);
	loop_timer_set(d->timer, leave_linger_ms);
	DL_APPEND(nve->departed, d);
	vn_hold(nve, &d->vn);
	end(tsi);
}

void leave_uninit_all(struct nve *nve)
{
	while (nve->departed)
		departed_free(nve->departed);
}

/* --- the end to which it comes */

void leave_arrives(struct nve_tsi *tsi)
{
	stamp(tsi, true);
}

void leave_active(struct nve_tsi *tsi)
{
	tsi->leave.active = realtime_ns();
	tsi->leave.silent = 0;
}

/* --- both */

void leave_figures(struct nve_tsi *tsi, struct figures *ret)
{
	const struct leave *l = &tsi->leave;
	struct kern *k = tsi->nve->kern;

	*ret = (struct figures){ .silent = l->silent, .active = l->active };
	if (tsi->t.state != TSI_INIT &&
	    k->ops->port_stamps(k, tsi->dev, tsi->t.vid, &ret->last_out, &ret->first_in, NULL))
		*ret = (struct figures){ .silent = l->silent, .active = l->active };
}
