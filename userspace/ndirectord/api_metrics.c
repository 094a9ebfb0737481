// SPDX-License-Identifier: GPL-2.0
/*
 * GET /metrics (Documentation/operations.rst). Counters begin with the program.
 */
#include "director.h"
#include "lib/gate.h"
#include "lib/metrics.h"
#include "lib/version.h"

struct sums {
	unsigned int vns, maps, members, placements, nves, stale, peers_up, centers;
};

static void count_peer(const char *dc, bool up, void *arg)
{
	((struct sums *)arg)->peers_up += up;
}

static void count_center(const char *name, void *arg)
{
	((struct sums *)arg)->centers++;
}

static void count_vn(struct sums *s, const struct db_vn *vn)
{
	struct db_member *member;

	s->vns += vn->defined;
	s->placements += vn->placements.n;
	s->maps += vn->n_maps;
	for (member = db_member_first(vn); member; member = db_member_next(member))
		s->members++;
}

static struct sums count(struct director *d)
{
	struct sums s = { 0 };
	struct db_nve *nve;
	struct db_vn *vn;

	for (vn = d->db.vns; vn; vn = vn->hh.next)
		count_vn(&s, vn);
	for (nve = db_nve_first(&d->db); nve; nve = db_nve_next(nve)) {
		s.nves++;
		s.stale += nve->stale != 0;
	}
	fed_client_each(d, count_peer, &s);
	center_each(d, count_center, &s);
	return s;
}

static void gauge(struct metrics *m, const char *name, double value, const char *help)
{
	metrics_family(m, name, "gauge", help);
	metrics_put(m, value, NULL);
}

static void put_state(struct metrics *m, struct director *d)
{
	struct sums s = count(d);

	metrics_family(m, "nvo3_sessions", "gauge", "Sessions that are up, by the peer's role.");
	metrics_put(m, nve_sessions(d), "role", "nve", NULL);
	metrics_put(m, s.centers, "role", "vcenter", NULL);
	metrics_put(m, s.peers_up, "role", "director", NULL);
	gauge(m, "nvo3_vns", s.vns, "Virtual networks that our vCenter has defined.");
	gauge(m, "nvo3_mappings", s.maps, "Mappings, own and peers'.");
	gauge(m, "nvo3_members", s.members, "Memberships of NVEs in VNs, own and peers'.");
	gauge(m, "nvo3_placements", s.placements, "Addresses that vCenter has placed.");
	gauge(m, "nvo3_nves", s.nves, "NVEs that are known, own and peers'.");
	gauge(m, "nvo3_nves_stale", s.stale, "Those of them that are silent, or whose DC is.");
}

static void put_counters(struct metrics *m, const struct director *d)
{
	const struct director_counts *c = &d->counts;

	metrics_family(m, "nvo3_claims_total", "counter",
		       "Mappings that NVEs have advertised or withdrawn, by result.");
	metrics_put(m, c->claims_taken, "result", "taken", NULL);
	metrics_put(m, c->claims_refused, "result", "refused", NULL);
	metrics_family(m, "nvo3_queries_total", "counter", "Questions of NVEs, by result.");
	metrics_put(m, c->queries_found, "result", "found", NULL);
	metrics_put(m, c->queries_absent, "result", "absent", NULL);
	metrics_put(m, c->queries_refused, "result", "refused", NULL);
	metrics_family(m, "nvo3_drifts_total", "counter",
		       "Copies that were found to differ, told as event drift.");
	metrics_put(m, c->drifts, NULL);
	metrics_family(m, "nvo3_events_total", "counter", "Entries of the log of operations, with alerts.");
	metrics_put(m, events_last(d->events), NULL);
}

void api_metrics(struct http_request *req, void *arg)
{
	struct metrics *m = metrics_new();
	struct director *d = arg;
	struct histogram syncs = gate_syncs(loop_gate(d->loop));

	metrics_family(m, "nvo3_info", "gauge", "The program; always 1.");
	metrics_put(m, 1, "program", "ndirectord", "version", NVO3_VERSION, "dc", d->self.dc, "name",
		    d->self.name, NULL);
	put_state(m, d);
	put_counters(m, d);
	metrics_family(m, "nvo3_store_commit_seconds", "histogram",
		       "How long the store took to have what was written on the disk.");
	metrics_histogram(m, &syncs);
	http_reply_text(req, METRICS_TYPE, metrics_end(m));
}
