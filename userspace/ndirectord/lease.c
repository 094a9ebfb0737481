// SPDX-License-Identifier: GPL-2.0
/*
 * What a registration is worth when its session has ended; see lease.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <utlist.h>
#include "lease.h"
#include "lib/mem.h"

struct lease {
	char nve[DB_NAME];		/* it may be forgotten meanwhile */
	char *why;
	uint64_t until;			/* ms, monotonic */
	struct lease *prev, *next;
};

static void lease_free(struct leases *leases, struct lease *lease)
{
	DL_DELETE(leases->list, lease);
	free(lease->why);
	free(lease);
}

static void schedule(struct leases *leases)
{
	uint64_t now = loop_now_ms();

	if (!leases->list)
		loop_timer_cancel(leases->timer);
	else
		loop_timer_set(leases->timer,
			       leases->list->until > now ? leases->list->until - now : 0);
}

/* It has no session, and has had none since that would have given it a later end. */
static void end(struct leases *leases, struct lease *lease)
{
	struct db_nve *nve = db_nve_find(&leases->d->db, lease->nve);

	if (nve && nve->lease_until == lease->until && !nve_session_exists(leases->d, nve))
		nve_silent(leases->d, nve, lease->why);
}

static void over(void *arg)
{
	struct leases *leases = arg;
	uint64_t now = loop_now_ms();
	struct lease *lease;

	while ((lease = leases->list) && lease->until <= now) {
		end(leases, lease);
		lease_free(leases, lease);
	}
	schedule(leases);
}

void leases_init(struct leases *leases, struct director *d, unsigned int s)
{
	*leases = (struct leases){ .d = d, .ms = 1000 * s };
	leases->timer = loop_timer_new(d->loop, over, leases);
}

void leases_uninit(struct leases *leases)
{
	struct lease *lease;

	while ((lease = leases->list))
		lease_free(leases, lease);
	loop_timer_free(leases->timer);
}

/* All end at nearly the same time after their begin, so the place is most often the last one. */
static void insert(struct leases *leases, struct lease *new)
{
	struct lease *before = leases->list ? leases->list->prev : NULL;

	while (before && before->until > new->until)
		before = before == leases->list ? NULL : before->prev;
	if (before)
		DL_APPEND_ELEM(leases->list, before, new);
	else
		DL_PREPEND(leases->list, new);
}

void lease_begin(struct leases *leases, struct db_nve *nve, uint64_t ago, const char *why)
{
	struct lease *lease;

	if (ago >= leases->ms) {
		nve_silent(leases->d, nve, why);
		return;
	}
	lease = mem_zalloc(sizeof(*lease));
	snprintf(lease->nve, sizeof(lease->nve), "%s", nve->name);
	lease->why = mem_strdup(why);
	lease->until = loop_now_ms() + leases->ms - ago;
	nve->lease_until = lease->until;
	insert(leases, lease);
	schedule(leases);
}
