// SPDX-License-Identifier: GPL-2.0
/*
 * The director as a whole; see start.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "lib/http_watch.h"
#include "lib/crashpoint.h"
#include "lib/daemon.h"
#include "lib/mem.h"
#include "hearing.h"
#include "lease.h"
#include "start.h"
#include "withdraw.h"

#define REAP_S	30

static int check_identity(struct director *d, const struct settings *s, struct err *err)
{
	if (!tls_self(d->tls, ROLE_DIRECTOR, &d->self))
		return err_set(err, EACCES, "%s names no nvo3://DC/director/NAME", s->tls.cert);
	if (strcmp(d->self.dc, s->dc) || strcmp(d->self.name, s->name))
		return err_set(err, EACCES, "%s is for %s/%s, the configuration says %s/%s",
			       s->tls.cert, d->self.dc, d->self.name, s->dc, s->name);
	return 0;
}

/*
 * Those who had sessions when we stopped come back within seconds; only who does not is news. The
 * store does not know who was there, only who was silent already.
 */
static void grace_over(void *arg)
{
	struct director *d = arg;
	struct db_nve *nve;

	for (nve = db_nve_first(&d->db); nve; nve = db_nve_next(nve))
		if (nve->own && !nve_session_exists(d, nve) &&
		    nve->lease_until <= loop_now_ms())
			nve_silent(d, nve, "it has not come back since we started");
	fed_client_grace_over(d);
}

static void forget_idle(struct director *d)
{
	uint64_t now = time(NULL);
	struct db_nve *nve;

	for (nve = db_nve_first(&d->db); nve; nve = db_nve_next(nve)) {
		if (db_nve_idle(&d->db, nve, nve_session_exists(d, nve), now) < d->forget_s ||
		    db_nve_placed(&d->db, nve))
			continue;
		director_note(d, "nve-forgotten", nve->name, "nothing was in its name for %u s",
			      d->forget_s);
		db_nve_forget(&d->db, nve);
	}
}

static void next_reap(struct director *d)
{
	loop_timer_set(d->reaper, 1000 * (d->forget_s < REAP_S ? d->forget_s : REAP_S));
}

static void reap(void *arg)
{
	struct director *d = arg;

	db_reap(&d->db);
	forget_idle(d);
	next_reap(d);
}

/* Memory is ahead of the disk: only a restart brings them together. */
static void lost(const struct err *why, void *arg)
{
	exit(EXIT_FAILURE);
}

static int load(struct director *d, const struct settings *s, struct err *err)
{
	int ret;

	d->store = store_await(s->store, "ndirectord", d->loop, err);
	if (!d->store)
		return -EIO;
	ret = persist_load(d, err);
	if (!ret)
		ret = store_defer(d->store, d->loop, lost, d, err);
	if (ret)
		return ret;
	CRASHPOINT("director-loaded");
	persist_attach(d);
	d->grace = loop_timer_new(d->loop, grace_over, d);
	loop_timer_set(d->grace, s->grace * 1000);
	alone_init(&d->alone, d->loop, store_is_shared(d->store) ? s->alone : 0);
	d->forget_s = s->forget;
	d->reaper = loop_timer_new(d->loop, reap, d);
	next_reap(d);
	return 0;
}

static int serve(struct director *d, const struct settings *s, struct err *err)
{
	static const unsigned int roles = ROLE_BIT(ROLE_NVE) | ROLE_BIT(ROLE_VCENTER) |
					  ROLE_BIT(ROLE_DIRECTOR);

	d->server = chan_listen(d->loop, d->tls, s->listen, roles, &director_ops, d, err);
	if (!d->server)
		return -EIO;
	if (!s->api && !s->socket)
		return 0;
	d->watch = http_watch_new(d->loop, d->events);
	d->http = http_listen(d->loop, d->tls, s->api, s->socket, director_routes, d, err);
	return d->http ? 0 : -EIO;
}

static int add_peers(struct director *d, const struct settings *s, struct err *err)
{
	int i, ret = 0;

	for (i = 0; i < s->n_peers && !ret; i++)
		ret = fed_client_add(d, s->peers[i].dc, s->peers[i].addrs, s->peers[i].n_addrs,
				     err);
	return ret;
}

struct director *director_start(struct loop *loop, const struct settings *s, struct err *err)
{
	struct director *d = calloc(1, sizeof(*d));
	int ret = -EINVAL;

	d->loop = loop;
	d->events = events_new();
	db_init(&d->db, s->dc, s->dc_id);
	tell_init(&d->tell, loop, s->absent * 1000);
	d->leases = mem_zalloc(sizeof(*d->leases));
	leases_init(d->leases, d, s->lease);
	d->hearings = mem_zalloc(sizeof(*d->hearings));
	hearings_init(d->hearings, d);
	d->withdrawals = mem_zalloc(sizeof(*d->withdrawals));
	withdrawals_init(d->withdrawals, d);
	d->dups = (struct dup_limits){ .moves = s->moves, .window_ms = 1000 * s->moves_time,
				       .freeze_ms = 1000 * s->freeze };
	d->tls = tls_open(&s->tls, err);
	if (d->tls)
		ret = check_identity(d, s, err);
	/* also while it stands by */
	if (!ret)
		ret = daemon_reload(loop, &d->tls, err);
	if (!ret)
		ret = load(d, s, err);
	if (!ret)
		ret = serve(d, s, err);
	if (!ret)
		ret = add_peers(d, s, err);
	if (!ret)
		return d;
	director_stop(d);
	return NULL;
}

void director_stop(struct director *d)
{
	d->stopping = true;
	http_server_free(d->http);
	http_watch_free(d->watch);
	d->watch = NULL;
	if (d->server)
		chan_server_free(d->server);
	fed_client_free_all(d);
	if (d->store)
		director_commit(d);
	loop_timer_free(d->grace);
	loop_timer_free(d->reaper);
	alone_uninit(&d->alone);
	leases_uninit(d->leases);
	free(d->leases);
	hearings_uninit(d->hearings);
	free(d->hearings);
	withdrawals_uninit(d->withdrawals);
	free(d->withdrawals);
	tell_uninit(&d->tell);
	db_uninit(&d->db);
	store_close(d->store);
	events_free(d->events);
	tls_free(d->tls);
	free(d);
}
