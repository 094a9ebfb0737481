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
	struct leases *leases;
	struct loop_timer *timer;
	char nve[DB_NAME];		/* it may be forgotten meanwhile */
	char *why;
	uint64_t until;			/* ms, monotonic */
	struct lease *prev, *next;
};

static void lease_free(struct lease *lease)
{
	DL_DELETE(lease->leases->list, lease);
	loop_timer_free(lease->timer);
	free(lease->why);
	free(lease);
}

/* Unless it has a session, or has had one since that gave it a later end. */
static void over(void *arg)
{
	struct lease *lease = arg;
	struct director *d = lease->leases->d;
	struct db_nve *nve = db_nve_find(&d->db, lease->nve);

	if (nve && nve->lease_until == lease->until && !nve_session_exists(d, nve))
		nve_silent(d, nve, lease->why);
	lease_free(lease);
}

void leases_init(struct leases *leases, struct director *d, unsigned int s)
{
	*leases = (struct leases){ .d = d, .ms = 1000 * s };
}

void leases_uninit(struct leases *leases)
{
	while (leases->list)
		lease_free(leases->list);
}

void lease_begin(struct leases *leases, struct db_nve *nve, uint64_t ago, const char *why)
{
	struct lease *lease;

	if (ago >= leases->ms) {
		nve_silent(leases->d, nve, why);
		return;
	}
	lease = mem_zalloc(sizeof(*lease));
	lease->leases = leases;
	snprintf(lease->nve, sizeof(lease->nve), "%s", nve->name);
	lease->why = mem_strdup(why);
	lease->until = loop_now_ms() + leases->ms - ago;
	nve->lease_until = lease->until;
	DL_APPEND(leases->list, lease);
	lease->timer = loop_timer_new(leases->d->loop, over, lease);
	loop_timer_set(lease->timer, leases->ms - ago);
}
