// SPDX-License-Identifier: GPL-2.0
/*
 * What a dead NVE has ends; see withdraw.h.
 */
#include "withdraw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/mem.h"

struct withdrawal {
	char nve[DB_NAME];
	struct withdrawal *prev, *next;
};

static void forget(struct withdrawals *w, struct withdrawal *one)
{
	DL_DELETE(w->list, one);
	free(one);
}

/* Up to *left of what it has, and less is left of that. True: it has more. */
static bool next_part(struct withdrawals *w, const struct withdrawal *one, unsigned int *left)
{
	struct director *d = w->d;
	struct db_nve *nve = db_nve_find(&d->db, one->nve);
	unsigned int had;

	if (!nve || nve_session_exists(d, nve))
		return false;
	had = nve->items;
	db_nve_withdraw(&d->db, nve, *left);
	had -= nve->items;
	*left -= had < *left ? had : *left;
	return nve->items != 0;
}

static bool are_being_told(const struct tell *tell)
{
	return tell->scheduled || tell->waiting;
}

static void work(void *arg)
{
	struct withdrawals *w = arg;
	uint64_t now = loop_now_ms();
	unsigned int left = WITHDRAW_PART;

	if (!are_being_told(&w->d->tell) || now >= w->until) {
		w->until = now + WITHDRAW_WAIT_MS;
		while (left && w->list && !next_part(w, w->list, &left))
			forget(w, w->list);
	}
	if (w->list)
		loop_timer_set(w->timer, WITHDRAW_TICK_MS);
}

void withdrawals_init(struct withdrawals *w, struct director *d)
{
	*w = (struct withdrawals){ .d = d };
	w->timer = loop_timer_new(d->loop, work, w);
}

void withdrawals_uninit(struct withdrawals *w)
{
	while (w->list)
		forget(w, w->list);
	loop_timer_free(w->timer);
}

static bool is_at_it(const struct withdrawals *w, const struct db_nve *nve)
{
	struct withdrawal *one;

	DL_FOREACH(w->list, one)
		if (!strcmp(one->nve, nve->name))
			return true;
	return false;
}

void withdraw(struct withdrawals *w, struct db_nve *nve, const char *by)
{
	struct withdrawal *one;

	if (!nve->items || is_at_it(w, nve))
		return;
	director_alert(w->d, "nve-dead", nve->name,
		       "its %u mappings and memberships end: %s", nve->items, by);
	one = mem_zalloc(sizeof(*one));
	snprintf(one->nve, sizeof(one->nve), "%s", nve->name);
	DL_APPEND(w->list, one);
	if (w->list == one)
		loop_timer_set(w->timer, 0);
}
